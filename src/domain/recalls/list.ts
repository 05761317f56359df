import { sql } from "drizzle-orm";
import type { Call } from "../call.ts";
import type { Listing } from "../lists/listing.ts";
import { listingOf } from "../lists/listing.ts";
import { splitPlace } from "../lists/place.ts";
import type { RecallRow } from "./recall.ts";
import { recallColumns } from "./recall.ts";

/** Recalls in the order of their opening, without what they cover. */
export function listRecalls(
  { db, caller }: Call,
  { status }: { readonly status?: RecallRow["status"] | undefined },
): Listing {
  return listingOf(db, caller, recallColumns, (after, limit) => {
    const [id] = after === null ? [null] : splitPlace(after, /^([0-9a-f-]{36})$/);
    const wanted =
      status === undefined
        ? sql`true`
        : status === "open"
          ? sql`r.closed_at IS NULL`
          : sql`r.closed_at IS NOT NULL`;
    return sql`
      SELECT r.id::text AS id, r.reference, r.reason,
             CASE WHEN r.closed_at IS NULL THEN 'open' ELSE 'closed' END AS status,
             wire_time(r.opened_at) AS opened_at, opener.name AS opened_by,
             wire_time(r.closed_at) AS closed_at, closer.name AS closed_by, r.closing_reason,
             r.id::text AS place
      FROM recalls AS r
      LEFT JOIN api_keys AS opener ON opener.tenant = r.tenant AND opener.id = r.api_key
      LEFT JOIN api_keys AS closer ON closer.tenant = r.tenant AND closer.id = r.closed_by
      WHERE r.tenant = ${caller.tenant}
        AND (${id ?? null}::uuid IS NULL OR r.id > ${id ?? null}::uuid)
        AND ${wanted}
      ORDER BY r.id LIMIT ${limit}::int`;
  });
}
