import { readFile, writeFile } from "node:fs/promises";

/**
 * By how many MB a process grew at most while `work` ran, over what it held before. Linux only, where
 * the kernel keeps the highest point of a process' resident memory.
 */
export async function peakGrowth(pid: number, work: () => Promise<unknown>): Promise<number> {
  if (process.platform !== "linux") throw new Error("Memory can be measured on Linux only.");
  // 5 resets the highest point (man 5 proc_pid_clear_refs).
  await writeFile(`/proc/${pid}/clear_refs`, "5");
  const before = await megabytes(pid, "VmRSS");
  await work();
  return Math.max((await megabytes(pid, "VmHWM")) - before, 0);
}

async function megabytes(pid: number, field: "VmRSS" | "VmHWM"): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const kilobytes = new RegExp(`^${field}:\\s*(\\d+) kB$`, "m").exec(status)?.[1];
  if (kilobytes === undefined) throw new Error(`/proc/${pid}/status has no ${field}.`);
  return Number(kilobytes) / 1024;
}
