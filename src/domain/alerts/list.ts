import { sql } from "drizzle-orm";
import type { Call } from "../call.ts";
import type { Listing } from "../lists/listing.ts";
import { listingOf } from "../lists/listing.ts";
import { splitPlace } from "../lists/place.ts";
import type { Alert } from "./alert.ts";

const columns = [
  "id",
  "kind",
  "subject",
  "status",
  "opened_at",
  "closed_at",
  "facts",
] as const satisfies readonly (keyof Alert)[];

/** Alerts in the order in which they were opened. */
export function listAlerts(
  { db, caller }: Call,
  filters: {
    readonly status?: Alert["status"] | undefined;
    readonly kind?: Alert["kind"] | undefined;
  },
): Listing {
  const { status, kind } = filters;
  return listingOf(db, caller, columns, (after, limit) => {
    const [at = null, id = null] =
      after === null ? [] : splitPlace(after, /^(\d{4}-\d\d-\d\d [^ ]{8,22}) ([0-9a-f-]{36})$/);
    const wanted = [
      sql`a.tenant = ${caller.tenant}`,
      ...(id === null ? [] : [sql`(a.opened_at, a.id) > (${at}::timestamptz, ${id}::uuid)`]),
      ...(kind === undefined ? [] : [sql`a.kind = ${kind}::alert_kind`]),
      ...(status === undefined ? [] : [sql`(a.closed_at IS NULL) = ${status === "open"}::boolean`]),
    ];
    return sql`
      SELECT shown.*, a.opened_at || ' ' || a.id AS place
      FROM alerts AS a
      CROSS JOIN LATERAL shown_alert(a) AS shown
      WHERE ${sql.join(wanted, sql` AND `)}
      ORDER BY a.opened_at, a.id LIMIT ${limit}::int`;
  });
}
