import { readFile } from "node:fs/promises";

/** Clock ticks a second in which Linux counts: the same on every system that Node runs on. */
const ticks = 100;

/** The CPU time that a process has used so far, its threads' all together, in milliseconds. Linux only. */
export async function cpuMs(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  // Behind the name, which is in brackets and may hold anything: utime and stime are fields 14 and 15 in all.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / ticks;
}
