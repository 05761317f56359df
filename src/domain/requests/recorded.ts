import { sql } from "drizzle-orm";
import { digestOf } from "../../db/client.ts";
import { Failure } from "../../errors.ts";
import type { OnceCall } from "../call.ts";
import type { ReservationFacts } from "../reservations/reservation.ts";

/** What the store keeps of an answer: a reservation, or which job, count or lease it was. */
type Recorded = ReservationFacts & {
  readonly job_id: string;
  readonly count_id: string;
  readonly lease_id: string;
};

/**
 * Runs a call; when it is refused as it reads today though it was carried out before, gives what was
 * recorded then: a replay has the same answer whatever became of pattern and product since. `asking` is the
 * call about what it touches as it reads today, which its key has to allow.
 */
export async function orRecorded<Value>(
  asking: () => Promise<OnceCall>,
  attempt: () => Promise<Value>,
  replay: (recorded: Recorded, call: OnceCall) => Promise<Value>,
): Promise<Value> {
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof Failure) || error.status !== 422) throw error;
    const call = await asking();
    const { key, fingerprint } = call.idempotency;
    const [row] = await call.db.readFor<{ answer: Recorded }>(
      call.caller,
      sql`SELECT answer FROM requests
          WHERE tenant = ${call.caller.tenant} AND key = ${key}
            AND fingerprint = ${digestOf(fingerprint)}`,
    );
    if (row === undefined) throw error;
    return replay(row.answer, call);
  }
}
