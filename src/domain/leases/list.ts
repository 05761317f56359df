import { sql } from "drizzle-orm";
import type { Call } from "../call.ts";
import type { Listing } from "../lists/listing.ts";
import { listingOf } from "../lists/listing.ts";
import { splitPlace } from "../lists/place.ts";
import type { LeaseStatus } from "./lease.ts";
import { leaseColumns } from "./lease.ts";

/** What leases a list is narrowed to. */
export interface LeaseFilters {
  readonly sequence?: string | undefined;
  readonly holder?: string | undefined;
  readonly status?: LeaseStatus | undefined;
}

/** Leases in the order of their making. */
export function listLeases({ db, caller }: Call, filters: LeaseFilters): Listing {
  const { sequence, holder, status } = filters;
  return listingOf(db, caller, leaseColumns, (after, limit) => {
    const [id] = after === null ? [] : splitPlace(after, /^([0-9a-f-]{36})$/);
    const wanted = [
      sql`l.tenant = ${caller.tenant}`,
      ...(id === undefined ? [] : [sql`l.id > ${id}::uuid`]),
      ...(sequence === undefined ? [] : [sql`l.sequence = ${sequence}::text`]),
      ...(holder === undefined ? [] : [sql`l.holder = ${holder}::text`]),
      // Closed ones are most of them, and the others have an index.
      ...(status === undefined || status === "closed" ? [] : [sql`l.closed_at IS NULL`]),
      ...(status === undefined ? [] : [sql`lease_status(l) = ${status}::text`]),
    ];
    return sql`
      SELECT shown.* FROM (
        SELECT l.* FROM leases AS l
        WHERE ${sql.join(wanted, sql` AND `)}
        ORDER BY l.id LIMIT ${limit}::int
      ) AS page
      CROSS JOIN LATERAL shown_lease(page::leases) AS shown
      ORDER BY page.id`;
  });
}
