import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** What the system knows of a living process; a zombie is not one. */
export interface ProcessFacts {
  pid: number;
  parent: number;
  /** When it was started, in the system's own notation: tells a reused pid from the process meant. */
  started: string;
  command: string;
}

const HAS_PROC = existsSync("/proc/self/stat");

/** Looks a process up; null when there is none or only its zombie is left. */
export function findProcess(pid: number): ProcessFacts | null {
  return HAS_PROC ? fromProc(pid) : (fromPs(["-p", String(pid)])[0] ?? null);
}

/** All living processes. */
export function allProcesses(): ProcessFacts[] {
  if (!HAS_PROC) return fromPs(["-A"]);
  const found: ProcessFacts[] = [];
  for (const name of readdirSync("/proc")) {
    const facts = /^\d+$/.test(name) ? fromProc(Number(name)) : null;
    if (facts !== null) found.push(facts);
  }
  return found;
}

/** The living children of a process. */
export function childrenOf(pid: number): ProcessFacts[] {
  return allProcesses().filter(({ parent }) => parent === pid);
}

/** True when the pid is taken, if only by a zombie: what Postgres goes by. */
export function pidIsTaken(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, and not ours.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Sends a signal to a process that may have ended meanwhile. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

/** Waits until none of the processes lives, at most `ms` milliseconds; says whether that is so. */
export async function waitUntilGone(pids: readonly number[], ms: number): Promise<boolean> {
  const rounds = Math.ceil(ms / 10);
  for (let round = 0; round < rounds; round += 1) {
    if (pids.every((pid) => findProcess(pid) === null)) return true;
    await sleep(10);
  }
  return pids.every((pid) => findProcess(pid) === null);
}

function fromProc(pid: number): ProcessFacts | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in parentheses may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state, parent] = fields;
    const started = fields[19];
    if (state === "Z" || state === "X" || parent === undefined || started === undefined)
      return null;
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
    return { pid, parent: Number(parent), started, command };
  } catch {
    return null;
  }
}

function fromPs(which: string[]): ProcessFacts[] {
  const columns = "pid=,ppid=,stat=,lstart=,command=";
  let lines: string[];
  try {
    lines = execFileSync("ps", [...which, "-ww", "-o", columns], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      env: { ...process.env, LC_ALL: "C" },
    }).split("\n");
  } catch {
    return [];
  }
  const found: ProcessFacts[] = [];
  for (const line of lines) {
    // lstart is five words, such as "Sat Nov 21 21:37:17 2026".
    const match = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+((?:\S+\s+){4}\S+)\s+(.*)$/.exec(line);
    if (match === null) continue;
    const [, pid, parent, state = "", started = "", command = ""] = match;
    if (state.startsWith("Z")) continue;
    found.push({ pid: Number(pid), parent: Number(parent), started, command });
  }
  return found;
}
