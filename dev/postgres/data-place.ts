import { createHash } from "node:crypto";
import { lstatSync, mkdirSync, chmodSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { blockingFolder, runUser } from "./run-user.ts";

/**
 * Where to keep a data folder that is wanted at `preferred`: there, unless root runs Postgres as a
 * user who cannot get there (a checkout below a /root of mode 0700); then in a folder of its own
 * below /var/tmp, always the same for the same `preferred`.
 */
export function reachableDataDir(preferred: string): string {
  const path = resolve(preferred);
  if (blockingFolder(path, runUser(path)) === null) return path;
  const mark = createHash("sha256").update(path).digest("hex").slice(0, 12);
  const folder = join("/var/tmp", `serialmint-${mark}`);
  if (mkdirSync(folder, { recursive: true }) !== undefined) chmodSync(folder, 0o755);
  // Anybody may write below /var/tmp: what somebody else put there is not ours to use.
  const stat = lstatSync(folder);
  if (!stat.isDirectory() || stat.uid !== 0 || (stat.mode & 0o022) !== 0) {
    throw new Error(`${folder} is not a folder that only root can write: remove it.`);
  }
  return join(folder, basename(path));
}
