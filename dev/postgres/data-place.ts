import { createHash } from "node:crypto";
import { chmodSync, existsSync, lstatSync, mkdirSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { holdsCluster } from "./data-folder.ts";
import { blockingFolder, runUser } from "./run-user.ts";

/**
 * Where to keep a data folder that is wanted at `preferred`: there, unless root runs Postgres as a
 * user who cannot get there (a checkout below a /root of mode 0700); then in a folder of its own
 * below /var/tmp, always the same for the same `preferred`. Where a cluster is already, it stays.
 */
export function reachableDataDir(preferred: string): string {
  const path = resolve(preferred);
  if (holdsCluster(path)) return path;
  const elsewhere = dataDirElsewhere(path);
  if (elsewhere !== null && holdsCluster(elsewhere)) return elsewhere;
  if (blockingFolder(path, runUser(path)) === null) return path;
  const folder = folderElsewhere(path);
  if (mkdirSync(folder, { recursive: true }) !== undefined) chmodSync(folder, 0o755);
  // Anybody may write below /var/tmp: what somebody else put there is not ours to use.
  if (!onlyRootWrites(folder)) {
    throw new Error(`${folder} is not a folder that only root can write: remove it.`);
  }
  return join(folder, basename(path));
}

/** The place that {@link reachableDataDir} has made below /var/tmp for `preferred`, if any. */
export function dataDirElsewhere(preferred: string): string | null {
  const path = resolve(preferred);
  const folder = folderElsewhere(path);
  if (process.getuid?.() !== 0 || !existsSync(folder) || !onlyRootWrites(folder)) return null;
  return join(folder, basename(path));
}

function folderElsewhere(path: string): string {
  const mark = createHash("sha256").update(path).digest("hex").slice(0, 12);
  return join("/var/tmp", `serialmint-${mark}`);
}

function onlyRootWrites(folder: string): boolean {
  const stat = lstatSync(folder);
  return stat.isDirectory() && stat.uid === 0 && (stat.mode & 0o022) === 0;
}
