import { access, mkdir, readdir, writeFile } from "node:fs/promises";
import path from "node:path";

/** The file that says that a folder is ours, so that it may be removed with all that is in it. */
const markFile = "made-by-serialmint";

/**
 * Makes a folder and marks it as ours. One that exists and is empty is marked too; one that holds
 * anything without the mark stays without it, and `reset` leaves it alone.
 */
export async function makeMarked(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  if ((await readdir(folder)).length > 0) return;
  await writeFile(path.join(folder, markFile), "`npm run reset` removes this folder.\n");
}

/** Whether the folder is one that {@link makeMarked} made. */
export function isMarked(folder: string): Promise<boolean> {
  return exists(path.join(folder, markFile));
}

async function exists(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch {
    return false;
  }
}
