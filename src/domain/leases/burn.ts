import { sql } from "drizzle-orm";
import { callOf } from "../../db/client.ts";
import type { OnceCall } from "../call.ts";
import type { Lease, Told } from "./lease.ts";
import { told } from "./lease.ts";

/**
 * Burns what is open of a lease at once, since its holder is lost. What the holder reports all the same counts as
 * late. Fails: lease_not_found, lease_over.
 */
export async function burnLease(call: OnceCall, id: string, reason: string): Promise<Told<Lease>> {
  const [row] = await call.db.write<{ facts: Lease & { readonly replayed: boolean } }>(
    sql`SELECT burn_lease_v1(${callOf(call.caller, call.idempotency)}, ${id}::uuid, ${reason}::text) AS facts`,
  );
  if (row === undefined) throw new Error("A function call gave no row.");
  return told(row.facts);
}
