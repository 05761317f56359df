import { Failure } from "../../errors.ts";
import type { Call } from "../call.ts";
import type { RunChunk } from "./chunk.ts";
import { noteFailure } from "./failure.ts";
import { jobFacts } from "./get.ts";
import type { JobFacts } from "./job.ts";
import { releaseJob } from "./lease.ts";
import { pump } from "./pump.ts";

interface InlineOptions {
  readonly runChunk: RunChunk;
  readonly token: string;
  /** Epoch milliseconds. */
  readonly deadline: number;
  /** False: the caller wants its answer at once. */
  readonly patient: boolean;
  /** True: the job is one chunk, which is worked off before any pump could be set on it. */
  readonly alone: boolean;
}

/**
 * Works on a fresh job within its request. The pump is set on it first, so that the job goes on whatever
 * becomes of the request; only a job of one chunk does without, and has the sweep behind it.
 */
export async function workInline(
  call: Call,
  job: Pick<JobFacts, "id" | "cursor">,
  { runChunk, token, deadline, patient, alone }: InlineOptions,
): Promise<JobFacts> {
  const key = { tenant: call.caller.tenant, job: job.id };
  if (!patient) {
    await call.arm(key, 0);
    await releaseJob(call.db, key, token);
    return jobFacts(call, job.id);
  }
  if (!alone) await call.arm(key, Math.max(deadline - call.now(), 0) + 1000);
  try {
    const outcome = await pump({
      runChunk,
      key,
      token,
      from: job.cursor,
      until: deadline,
      now: call.now,
    });
    if (outcome === "paused") {
      await releaseJob(call.db, key, token);
      await call.arm(key, 0);
    }
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    // The lots are promised and their numbers drawn: the pump goes on unless there is no sense in it.
    await call.arm(key, 1000);
    await noteFailure(call, key, token, error);
    await releaseJob(call.db, key, token);
  }
  return jobFacts(call, job.id);
}
