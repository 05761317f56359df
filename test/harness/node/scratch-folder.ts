import { chmod, mkdtemp, readdir, rm, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { findProcess } from "../../../dev/postgres/process-table.ts";

const gigabyte = 1024 ** 3;

/** Free bytes of the file system of a folder; 0 where there is none. */
async function freeBytes(folder: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    return 0;
  }
}

/**
 * An empty folder for a database cluster: in memory where a gigabyte is free there (cloning a
 * database takes 12 ms instead of 500), else in the temporary folder. What killed runs have left
 * is removed first.
 */
export async function createScratchFolder(name: string): Promise<string> {
  const parent = (await freeBytes("/dev/shm")) > gigabyte ? "/dev/shm" : tmpdir();
  await removeAbandoned(parent);
  const folder = await mkdtemp(path.join(parent, `serialmint-${name}-${process.pid}-`));
  // mkdtemp gives 0700, and Postgres runs as another user when we are root.
  await chmod(folder, 0o755);
  return folder;
}

export async function removeScratchFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** Removes the folders whose process is gone, as far as they are ours to remove. */
async function removeAbandoned(parent: string): Promise<void> {
  for (const entry of await readdir(parent)) {
    const pid = /^serialmint-[a-z]+-(\d+)-\w{6}$/.exec(entry)?.[1];
    if (pid === undefined || findProcess(Number(pid)) !== null) continue;
    await removeScratchFolder(path.join(parent, entry)).catch(() => undefined);
  }
}
