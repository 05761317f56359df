import { sql } from "drizzle-orm";
import type { Call } from "../call.ts";
import { idShape } from "../id.ts";
import type { Listing } from "../lists/listing.ts";
import { listingOf } from "../lists/listing.ts";
import { splitPlace } from "../lists/place.ts";
import type { CountStatus } from "./count.ts";

const columns = [
  "id",
  "reference",
  "status",
  "at",
  "lines",
  "job",
  "created_at",
  "applied_at",
] as const;

/** Counts in the order of their creation, without their lines. */
export function listCounts(
  { db, caller }: Call,
  filters: { readonly reference?: string | undefined; readonly status?: CountStatus | undefined },
): Listing {
  return listingOf(db, caller, columns, (after, limit) => {
    const [id = null] = after === null ? [] : splitPlace(after, placeOfId);
    return sql`
      SELECT c.id::text AS id, c.reference, c.status, c.at,
             (SELECT count(*) FROM count_lines AS l
              WHERE l.tenant = c.tenant AND l.count = c.id) AS lines,
             c.job::text AS job, wire_time(c.created_at) AS created_at,
             wire_time(c.applied_at) AS applied_at, c.id::text AS place
      FROM counts AS c
      WHERE c.tenant = ${caller.tenant}
        AND (${id}::uuid IS NULL OR c.id > ${id}::uuid)
        AND (${filters.reference ?? null}::text IS NULL OR c.reference = ${filters.reference ?? null}::text)
        AND (${filters.status ?? null}::count_status IS NULL
             OR c.status = ${filters.status ?? null}::count_status)
      ORDER BY c.id LIMIT ${limit}::int`;
  });
}

const placeOfId = new RegExp(`(${idShape.source})`);
