import { sql } from "drizzle-orm";
import { callOf, textArray } from "../../db/client.ts";
import type { OnceCall } from "../call.ts";
import type { Lease, Told } from "./lease.ts";
import { told } from "./lease.ts";
import { leaseLimits } from "./limits.ts";

/** What a holder has used: every number up to one, or runs; neither for nothing new. */
export interface Use {
  readonly token: string;
  readonly used_to?: bigint | undefined;
  readonly used?: readonly { readonly first: bigint; readonly last: bigint }[] | undefined;
}

/**
 * Takes note of what a lease's holder has used, whenever it tells, and with a reason gives the rest back, which
 * is void from then on. Told again it changes nothing.
 * Fails: lease_not_found, lease_token_wrong, lease_range, lease_number_given_back, lease_scattered.
 */
export async function reportLease(
  call: OnceCall,
  id: string,
  { token, used_to: usedTo, used = [] }: Use,
  giveBackReason: string | null,
): Promise<Told<Lease>> {
  const [row] = await call.db.write<{ facts: Lease & { readonly replayed: boolean } }>(
    sql`SELECT report_lease_v1(${callOf(call.caller, call.idempotency)}, ${id}::uuid, ${token}::uuid,
                               ${usedTo?.toString() ?? null}::bigint,
                               ${textArray(used.map(({ first }) => String(first)))}::bigint[],
                               ${textArray(used.map(({ last }) => String(last)))}::bigint[],
                               ${giveBackReason !== null}::boolean, ${giveBackReason}::text,
                               ${leaseLimits.stretches}::int) AS facts`,
  );
  if (row === undefined) throw new Error("A function call gave no row.");
  return told(row.facts);
}
