import { sql } from "drizzle-orm";
import { callOf } from "../../db/client.ts";
import { fail } from "../../errors.ts";
import type { OnceCall } from "../call.ts";
import { emitting } from "../webhooks/emitting.ts";
import { isJobId } from "./get.ts";
import type { JobFacts } from "./job.ts";

/**
 * Cancels a job: what is recorded stays, what is not is voided or given back to its reservation.
 * Fails: job_not_found, job_wrong_state.
 */
export async function cancelJob(
  call: OnceCall,
  id: string,
): Promise<{ job: JobFacts; replayed: boolean }> {
  if (!isJobId(id)) return fail("job_not_found", { job: id });
  const [row] = await emitting(call)<{ answer: { job: JobFacts; replayed: boolean } }>(
    sql`SELECT cancel_job_v1(${callOf(call.caller, call.idempotency)}, ${id}::uuid) AS answer`,
  );
  if (row === undefined) throw new Error("A function call gave no row.");
  return row.answer;
}
