import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises";

import { findProcess } from "../postgres/process-table.ts";
import { Refusal } from "../refusal.ts";
import { shownFolder } from "./folder.ts";
import type { DataFolder } from "./folder.ts";

interface Holder {
  pid: number;
  /** When that process was started: tells it from a later one with the same pid. */
  started: string;
}

/**
 * Takes the data folder for a stack of this process: two workerds on one storage would both run
 * the same Durable Object. A lock whose process is gone is taken over, with a line. Answers what
 * gives the folder back. Refuses when a living process holds it, and a folder that cannot be
 * made or written.
 */
export async function lockDataFolder(
  folder: DataFolder,
  log: (line: string) => void,
): Promise<() => Promise<void>> {
  const me: Holder = { pid: process.pid, started: findProcess(process.pid)?.started ?? "" };
  // Written beside and linked, so that nobody ever reads half a lock.
  const mine = `${folder.lock}.${process.pid}`;
  try {
    await mkdir(folder.root, { recursive: true });
    await writeFile(mine, JSON.stringify(me));
  } catch (error) {
    throw unusable(folder, error);
  }
  try {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      if (await linked(mine, folder.lock)) return () => rm(folder.lock, { force: true });
      const holder = await readHolder(folder.lock);
      if (holder !== null && findProcess(holder.pid)?.started === holder.started) {
        throw new Refusal(inUse(folder, holder));
      }
      const who =
        holder === null ? "which names no process" : `left by process ${holder.pid}, which is gone`;
      log(`Taking over ${folder.lock}, ${who}.`);
      await rm(folder.lock, { force: true });
    }
  } finally {
    await rm(mine, { force: true });
  }
  throw new Refusal(`${folder.lock} is taken again and again. Remove it.`);
}

/** The process that runs a stack in this folder now, or null. */
export async function stackProcess(folder: DataFolder): Promise<number | null> {
  const holder = await readHolder(folder.lock);
  if (holder === null || findProcess(holder.pid)?.started !== holder.started) return null;
  return holder.pid;
}

/** What to do about the process that runs a stack. */
export function stopFirst(pid: number): string {
  return `Stop it first (Ctrl-C there, or \`kill ${pid}\`)`;
}

function inUse(folder: DataFolder, { pid }: Holder): string {
  const who = pid === process.pid ? "This process" : `Process ${pid}`;
  const how = pid === process.pid ? "Stop it first" : stopFirst(pid);
  return (
    `${who} already runs a stack on the data folder ${shownFolder(folder)}. ${how}, or choose ` +
    "another folder and another port: SERIALMINT_DATA=.data-2 PORT=8788 npm start"
  );
}

const notAFolder = ["EEXIST", "ENOTDIR"];
const notWritable = ["EACCES", "EPERM", "EROFS"];

/** What to do about a data folder that cannot be used; any other error stays as it is. */
function unusable(folder: DataFolder, error: unknown): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const what = notAFolder.includes(code)
    ? "is or lies below a file, and a folder is needed"
    : notWritable.includes(code)
      ? "cannot be made or written by you"
      : null;
  if (what === null) return error;
  return new Refusal(
    `The data folder ${folder.root} ${what} (${code}). Choose another one: ` +
      "SERIALMINT_DATA=<folder> npm start",
  );
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

async function readHolder(lock: string): Promise<Holder | null> {
  try {
    const json: unknown = JSON.parse(await readFile(lock, "utf8"));
    if (typeof json !== "object" || json === null) return null;
    if (!("pid" in json) || !("started" in json)) return null;
    const { pid, started } = json;
    return typeof pid === "number" && typeof started === "string" ? { pid, started } : null;
  } catch {
    return null;
  }
}
