import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { findProcess } from "./process-table.ts";

/** The process that holds a data folder. */
interface Holder {
  pid: number;
  started: string;
}

/**
 * Takes the data folder for this process: the file `<folder>.lock` names who holds it. A lock whose
 * process is gone counts for nothing. Throws an Error that names the process when it is alive.
 * Returns the function that gives the folder back.
 */
export async function lockFolder(dataDir: string): Promise<() => void> {
  const path = `${dataDir}.lock`;
  const me = { pid: process.pid, started: findProcess(process.pid)?.started ?? "" };
  for (let attempt = 0; attempt < 20; attempt += 1) {
    try {
      writeFileSync(path, JSON.stringify(me), { flag: "wx" });
      return () => rmSync(path, { force: true });
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    }
    const holder = readHolder(path);
    // Being written at this moment, unless it stays unreadable.
    if (holder === null && attempt < 10) {
      await sleep(20);
      continue;
    }
    if (holder !== null && findProcess(holder.pid)?.started === holder.started) {
      const who = holder.pid === process.pid ? "this process" : `process ${holder.pid}`;
      throw new Error(
        `Postgres already runs on ${dataDir}, started by ${who}. ` +
          "Stop that one first, or use another data folder.",
      );
    }
    rmSync(path, { force: true });
  }
  throw new Error(`Cannot take ${path}: remove it.`);
}

/** Whether `<folder>.lock` is a lock of ours, held or left. */
export function hasLock(dataDir: string): boolean {
  return readHolder(`${dataDir}.lock`) !== null;
}

function readHolder(path: string): Holder | null {
  try {
    const json: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (typeof json !== "object" || json === null) return null;
    if (!("pid" in json) || !("started" in json)) return null;
    const { pid, started } = json;
    return typeof pid === "number" && typeof started === "string" ? { pid, started } : null;
  } catch {
    return null;
  }
}
