import { sql } from "drizzle-orm";
import { fail } from "../../errors.ts";
import type { Call } from "../call.ts";
import type { Run } from "../reservations/get.ts";
import type { Lease } from "./lease.ts";
import { shownLease } from "./lease.ts";

/** A lease with the runs that its holder may still use, at most 100 of them. */
export type LeaseState = Lease & { readonly open_runs: readonly Run[] };

/** Fails: lease_not_found. */
export async function getLease({ db, caller }: Call, id: string): Promise<LeaseState> {
  const [row] = await db.readFor<{ facts: LeaseState }>(
    caller,
    sql`SELECT lease_facts(l) || jsonb_build_object('open_runs', jsonb_path_query_array(
                 run_list(rest_of_lease(l), l.step), '$[0 to 99]')) AS facts
        FROM leases AS l
        WHERE l.tenant = ${caller.tenant} AND l.id = ${id}::uuid`,
  );
  return row === undefined ? fail("lease_not_found", { lease: id }) : shownLease(row.facts);
}
