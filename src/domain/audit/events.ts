import { sql } from "drizzle-orm";
import type { AuditAction } from "../../db/caller.ts";
import type { Call } from "../call.ts";
import type { Listing } from "../lists/listing.ts";
import { listingOf } from "../lists/listing.ts";
import { splitPlace } from "../lists/place.ts";

const columns = [
  "at",
  "action",
  "subject",
  "api_key",
  "api_key_id",
  "address",
  "request_id",
  "facts",
] as const;

/** What events a list is narrowed to; of the time the beginning is within, the end is not. */
export interface EventFilters {
  readonly action?: AuditAction | undefined;
  readonly subject?: string | undefined;
  /** Id of an API key. */
  readonly api_key_id?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** Changes in the order of time: each at the time at which its call reached the database. */
export function listEvents({ db, caller }: Call, filters: EventFilters): Listing {
  const { action, subject, api_key_id: key, from, to } = filters;
  return listingOf(db, caller, columns, (after, limit) => {
    const [at = null, id = null] =
      after === null ? [] : splitPlace(after, /^(\d{4}-\d\d-\d\d [^ ]{8,22}) (\d{1,18})$/);
    const wanted = [
      sql`e.tenant = ${caller.tenant}`,
      ...(at === null ? [] : [sql`(e.at, e.id) > (${at}::timestamptz, ${id}::bigint)`]),
      ...(action === undefined ? [] : [sql`e.action = ${action}::audit_action`]),
      ...(subject === undefined ? [] : [sql`e.subject = ${subject}::text`]),
      ...(key === undefined ? [] : [sql`k.public_id = ${key}::uuid`]),
      ...(from === undefined ? [] : [sql`e.at >= ${from}::timestamptz`]),
      ...(to === undefined ? [] : [sql`e.at < ${to}::timestamptz`]),
    ];
    return sql`
      SELECT wire_time(e.at) AS at, e.action, e.subject, k.name AS api_key, k.public_id AS api_key_id,
             nullif(o.address, '') AS address, e.request_id, e.facts, e.at || ' ' || e.id AS place
      FROM audit_events AS e
      JOIN origins AS o ON o.tenant = e.tenant AND o.id = e.origin
      JOIN api_keys AS k ON k.tenant = o.tenant AND k.id = o.api_key
      WHERE ${sql.join(wanted, sql` AND `)}
      ORDER BY e.at, e.id LIMIT ${limit}::int`;
  });
}
