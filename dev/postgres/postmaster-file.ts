import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { childrenOf, findProcess, pidIsTaken, signal, waitUntilGone } from "./process-table.ts";

/** What `postmaster.pid` says (PostgreSQL source, src/include/utils/pidfile.h). */
export interface PostmasterFile {
  pid: number;
  port: number;
  ready: boolean;
}

/** Reads `postmaster.pid`; null when there is none. */
export function readPostmasterFile(dataDir: string): PostmasterFile | null {
  let lines: string[];
  try {
    lines = readFileSync(join(dataDir, "postmaster.pid"), "utf8").split("\n");
  } catch {
    return null;
  }
  return {
    pid: Number(lines[0]),
    port: Number(lines[3] ?? 0),
    ready: lines[7]?.trim() === "ready",
  };
}

/**
 * Clears what an earlier run that was killed left: stops an orphaned server, waits for a zombie to
 * be reaped, and removes a `postmaster.pid` that names nothing, or another program by now. The
 * caller holds the folder's lock, so a server that still runs is nobody's.
 */
export async function clearLeftovers(dataDir: string, log: (line: string) => void): Promise<void> {
  const file = readPostmasterFile(dataDir);
  if (file === null) return;
  const found = findProcess(file.pid);
  if (found !== null && /\bpostgres\b/.test(found.command.split(" ")[0] ?? "")) {
    if (!` ${found.command} `.includes(` -D ${dataDir} `)) {
      throw new Error(
        `Another Postgres (process ${file.pid}, port ${file.port}) runs on ${dataDir}. ` +
          "Stop it first, or use another data folder.",
      );
    }
    log(`Stopping Postgres (process ${file.pid}), which an earlier run left on ${dataDir}.`);
    await stopServer(file.pid);
  } else if (found === null && pidIsTaken(file.pid)) {
    // A zombie: usually reaped within two seconds, in a container without init never.
    for (let round = 0; round < 30 && pidIsTaken(file.pid); round += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  if (readPostmasterFile(dataDir)?.pid !== file.pid || file.pid === 0) return;
  // A free pid Postgres clears by itself; one that is taken by anything else it would believe.
  if (pidIsTaken(file.pid)) {
    log(`Removing a stale postmaster.pid from ${dataDir}.`);
    rmSync(join(dataDir, "postmaster.pid"), { force: true });
  }
}

/** Stops a server: fast, after 30 s at once, after 5 s more by SIGKILL. */
export async function stopServer(pid: number): Promise<void> {
  signal(pid, "SIGINT");
  if (await waitUntilGone([pid], 30_000)) return;
  signal(pid, "SIGQUIT");
  if (await waitUntilGone([pid], 5_000)) return;
  await killServer(pid);
}

/** SIGKILL to the postmaster and its children; returns when none lives. */
export async function killServer(pid: number): Promise<void> {
  // Stopped first, so that it starts no child between the look and the kill.
  signal(pid, "SIGSTOP");
  const pids = [pid, ...childrenOf(pid).map((child) => child.pid)];
  for (const each of pids) signal(each, "SIGKILL");
  if (!(await waitUntilGone(pids, 10_000))) {
    throw new Error(`Postgres (process ${pid}) does not end on SIGKILL.`);
  }
}
