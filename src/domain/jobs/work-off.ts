import type { Call } from "../call.ts";
import { lotChunks, lotsInOneChunk } from "./chunk.ts";
import { workInline } from "./inline.ts";
import type { JobFacts } from "./job.ts";

/** Who has just made a job, and how long they may work on it. */
export interface Maker {
  /** Holder of the job's lease. */
  readonly token: string;
  /** Epoch milliseconds. */
  readonly deadline: number;
  /** False: the caller wants its answer at once. */
  readonly patient: boolean;
}

/** Works a fresh job off as far as its request may, and leaves the rest to the pump. */
export async function workOff(call: Call, job: JobFacts, maker: Maker): Promise<JobFacts> {
  if (job.status === "done") return job;
  return workInline(call, job, {
    ...maker,
    runChunk: lotChunks(call),
    alone: job.chunked <= lotsInOneChunk,
  });
}

/** Whether a job has drawn numbers in place of taken ones since `before`, so that its names are others. */
export function hasReplaced(before: JobFacts, after: JobFacts): boolean {
  return after.items.length > before.items.length;
}
