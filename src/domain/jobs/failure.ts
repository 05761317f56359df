import { sql } from "drizzle-orm";
import { sqlstateOf } from "../../db/breakdown.ts";
import type { Failure } from "../../errors.ts";
import type { Emitter } from "../webhooks/emitting.ts";
import { emitting } from "../webhooks/emitting.ts";
import type { JobError, JobKey, JobStatus } from "./job.ts";

/** Failures in a row after which a job stops and waits for its owner. */
const patience = 8;

/** Seconds after which nobody waits for a failure to pass by itself. */
const longWait = 60;

/** Whether trying again soon may help: a key's quota of the day, say, begins anew at night. */
function passesSoon({ retryable, retryAfter = 0 }: Failure): boolean {
  return retryable && retryAfter <= longWait;
}

/** Why the job stands still, as its owner is told. */
export function jobError(failed: Failure): JobError {
  const sqlstate = sqlstateOf(failed);
  const { code, retryable } = failed;
  if (sqlstate === undefined) return { code, detail: failed.detail, retryable };
  const detail =
    `The database refused a chunk with SQLSTATE ${sqlstate}. What was recorded before it stays. ` +
    (retryable
      ? "The same chunk may succeed when it is tried again: if the job has failed, send it on with POST /v1/jobs/{id}/retry."
      : "It will refuse the same chunk until the cause is gone: then send the job on with POST /v1/jobs/{id}/retry, or cancel it.");
  return { code, detail, retryable, sqlstate };
}

/**
 * Records that a chunk failed. A failure that does not soon pass by itself stops the job at once. Undefined
 * when the job is finished or somebody else's.
 */
export async function noteFailure(
  emitter: Emitter,
  { tenant, job }: JobKey,
  token: string,
  failed: Failure,
): Promise<JobStatus | undefined> {
  const error = jobError(failed);
  const [row] = await emitting(emitter)<{ status: JobStatus | null }>(
    sql`SELECT note_failure_v1(${tenant}::text, ${job}::uuid, ${token}::uuid,
                               ${JSON.stringify(error)}::jsonb, ${!passesSoon(failed)}::boolean,
                               ${patience}::int) AS status`,
  );
  return row?.status ?? undefined;
}
