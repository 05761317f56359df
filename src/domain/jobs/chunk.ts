import { sql } from "drizzle-orm";
import type { Emitter } from "../webhooks/emitting.ts";
import { emitting } from "../webhooks/emitting.ts";
import type { JobKey, JobStatus } from "./job.ts";

/** Units of a chunk. From 5,000 to 50,000 the cost per lot is the same; see docs/performance.md. */
export const lotsInOneChunk = 20_000;

/** How long whoever works on a job may be silent before another takes over, in seconds. */
export const leaseSeconds = 15;

/** Where a job stands after a chunk was tried. */
export interface ChunkOutcome {
  /** False when the chunk was not this holder's to work off, or was worked off before. */
  readonly worked: boolean;
  readonly status: JobStatus;
  readonly cursor: number;
  readonly chunked: number;
}

/** Works off the chunk at `from`; changes nothing when the cursor is elsewhere. */
export type RunChunk = (key: JobKey, token: string, from: number) => Promise<ChunkOutcome>;

/** Chunks of jobs that record lots. */
export function lotChunks(emitter: Emitter): RunChunk {
  const write = emitting(emitter);
  return async ({ tenant, job }, token, from) => {
    const [row] = await write<{ outcome: ChunkOutcome }>(
      sql`SELECT run_chunk_v1(${tenant}::text, ${job}::uuid, ${token}::uuid, ${from}::bigint,
                              ${lotsInOneChunk}::bigint, make_interval(secs => ${leaseSeconds}))
                   AS outcome`,
      leaseSeconds,
    );
    if (row === undefined) throw new Error("A function call gave no row.");
    return row.outcome;
  };
}
