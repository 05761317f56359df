import { sql } from "drizzle-orm";
import { notableKind } from "../../db/schema/figures.ts";
import type { Call } from "../call.ts";
import type { Listing } from "../lists/listing.ts";
import { listingOf } from "../lists/listing.ts";
import { splitPlace } from "../lists/place.ts";

/** Why a call is listed by itself. */
export const notableKinds = notableKind.enumValues;

const columns = [
  "at",
  "kind",
  "operation",
  "sequence",
  "product",
  "status",
  "code",
  "ms",
  "request_id",
] as const;

/** What calls a list is narrowed to; of the time the beginning is within, the end is not. */
export interface NotableFilters {
  readonly kind?: (typeof notableKinds)[number] | undefined;
  readonly operation?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** Calls that took long or failed, and some that stand for others refused alike, in the order of time. */
export function listNotable({ db, caller }: Call, filters: NotableFilters): Listing {
  const { kind, operation, from, to } = filters;
  return listingOf(db, caller, columns, (after, limit) => {
    const [at = null, id = null] =
      after === null ? [] : splitPlace(after, /^(\d{4}-\d\d-\d\d [^ ]{8,22}) (\d{1,18})$/);
    const wanted = [
      sql`tenant = ${caller.tenant}`,
      ...(at === null ? [] : [sql`(at, id) > (${at}::timestamptz, ${id}::bigint)`]),
      ...(kind === undefined ? [] : [sql`kind = ${kind}::notable_kind`]),
      ...(operation === undefined ? [] : [sql`operation = ${operation}::text`]),
      ...(from === undefined ? [] : [sql`at >= ${from}::timestamptz`]),
      ...(to === undefined ? [] : [sql`at < ${to}::timestamptz`]),
    ];
    return sql`
      SELECT wire_time(at) AS at, kind, operation, nullif(sequence, '') AS sequence,
             nullif(product, '') AS product, status, nullif(code, '') AS code,
             round(time::numeric, 1)::float8 AS ms, request_id, at || ' ' || id AS place
      FROM notable_calls
      WHERE ${sql.join(wanted, sql` AND `)}
      ORDER BY notable_calls.at, id LIMIT ${limit}::int`;
  });
}
