import { sql } from "drizzle-orm";
import { callOf } from "../../db/client.ts";
import type { OnceCall } from "../call.ts";
import type { GrantedLease, Told } from "./lease.ts";
import { told } from "./lease.ts";

/**
 * Lets a lease last for `ttl_s` seconds from now, at most until it ends.
 * Fails: lease_not_found, lease_token_wrong, lease_over, lease_period_over.
 */
export async function renewLease(
  call: OnceCall,
  id: string,
  { token, ttl_s: ttl }: { readonly token: string; readonly ttl_s: number },
): Promise<Told<GrantedLease>> {
  const [row] = await call.db.write<{ facts: GrantedLease & { readonly replayed: boolean } }>(
    sql`SELECT renew_lease_v1(${callOf(call.caller, call.idempotency)}, ${id}::uuid, ${token}::uuid,
                              ${ttl}::int) AS facts`,
  );
  if (row === undefined) throw new Error("A function call gave no row.");
  return told(row.facts);
}
