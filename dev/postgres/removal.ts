import { existsSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { halfMadeFolders, holdsCluster, removeHalfMade } from "./data-folder.ts";
import { hasLock, lockFolder } from "./folder-lock.ts";
import { clearLeftovers } from "./postmaster-file.ts";

/**
 * Removes a data folder that was initialised here, with what belongs to it beside it (its lock,
 * half-made folders); a server that an earlier run left on it is stopped first. A folder without
 * the mark of a whole cluster stays. Answers whether anything was removed. Rejects with an Error
 * when a living process holds the folder.
 */
export async function removeDataDir(
  dataDir: string,
  log: (line: string) => void,
): Promise<boolean> {
  if (!existsSync(dirname(dataDir))) return false;
  const whole = holdsCluster(dataDir);
  if (!whole && !hasLock(dataDir) && halfMadeFolders(dataDir).length === 0) return false;
  const unlock = await lockFolder(dataDir);
  try {
    await removeHalfMade(dataDir, log);
    if (whole) {
      await clearLeftovers(dataDir, log);
      rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
    }
  } finally {
    unlock();
  }
  return true;
}
