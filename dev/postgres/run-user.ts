import { execFileSync } from "node:child_process";
import type { StdioOptions } from "node:child_process";
import { existsSync, realpathSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

/** The user that Postgres runs as, when that is not simply whoever started it. */
export interface RunUser {
  name: string;
  uid: number;
  gid: number;
}

/**
 * Postgres refuses to run as root, so root runs it as the owner of the data folder, or as `postgres`
 * if there is that user, else as `nobody`. Null for anyone else: then it runs as is.
 */
export function runUser(dataDir: string): RunUser | null {
  if (process.getuid?.() !== 0) return null;
  if (existsSync(dataDir)) {
    const { uid, gid } = statSync(dataDir);
    if (uid !== 0) return { name: `user ${uid}`, uid, gid };
  }
  const user = lookUp("postgres") ?? lookUp("nobody");
  if (user === null) {
    throw new Error(
      "Postgres does not run as root, and there is neither a user `postgres` nor `nobody` to run " +
        "it as. Run this as an ordinary user, or add a user `postgres`.",
    );
  }
  return user;
}

function lookUp(name: string): RunUser | null {
  try {
    return { name: `user ${name}`, uid: askId("-u", name), gid: askId("-g", name) };
  } catch {
    return null;
  }
}

function askId(flag: "-u" | "-g", name: string): number {
  const stdio: StdioOptions = ["ignore", "pipe", "ignore"];
  return Number(execFileSync("id", [flag, name], { encoding: "utf8", stdio }));
}

/**
 * The first folder on the way to `path` that the user cannot enter, or null if it can reach it.
 * Parts of `path` that do not exist yet do not count.
 */
export function blockingFolder(path: string, user: RunUser | null): string | null {
  if (user === null) return null;
  let existing = path;
  while (!existsSync(existing)) existing = dirname(existing);
  const ways: string[] = [];
  let folder = dirname(join(realpathSync(existing), "x"));
  if (existing === path) folder = dirname(folder);
  while (true) {
    ways.unshift(folder);
    if (dirname(folder) === folder) break;
    folder = dirname(folder);
  }
  for (const way of ways) {
    const { uid, gid, mode } = statSync(way);
    const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return way;
  }
  return null;
}
