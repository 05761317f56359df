import type { RunChunk } from "./chunk.ts";
import type { JobKey } from "./job.ts";

/** What a pump needs; it does not know who set it on the job, nor what the job does. */
export interface PumpOptions {
  readonly runChunk: RunChunk;
  readonly key: JobKey;
  /** Holder of the job's lease. */
  readonly token: string;
  /** Where the cursor was last seen. */
  readonly from: number;
  /** Epoch milliseconds after which no further chunk is begun. */
  readonly until: number;
  readonly now: () => number;
}

/**
 * Works a job off chunk by chunk. `finished`: nothing is left to do; `paused`: time is up and the lease
 * is still ours; `lost`: somebody else works on it. Rejects when a chunk fails; the cursor then stands
 * in front of it.
 */
export async function pump(options: PumpOptions): Promise<"finished" | "paused" | "lost"> {
  const { runChunk, key, token, until, now } = options;
  let cursor = options.from;
  while (now() < until) {
    const outcome = await runChunk(key, token, cursor);
    if (outcome.status !== "running" && outcome.status !== "queued") return "finished";
    // An answer that was lost after its commit: the chunk is done, the cursor beyond it.
    if (!outcome.worked && outcome.cursor === cursor) return "lost";
    cursor = outcome.cursor;
  }
  return "paused";
}
