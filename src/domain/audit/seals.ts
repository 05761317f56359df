import { sql } from "drizzle-orm";
import type { Call } from "../call.ts";
import type { Listing } from "../lists/listing.ts";
import { listingOf } from "../lists/listing.ts";
import { splitPlace } from "../lists/place.ts";

const columns = [
  "number",
  "from",
  "to",
  "events",
  "entries",
  "digest",
  "previous",
  "sealed_at",
] as const;

/** What seals a list is narrowed to. */
export interface SealFilters {
  /** The first of them. */
  readonly from_seal?: number | undefined;
}

/** The chain of seals from its first one on, or from a later one. */
export function listSeals({ db, caller }: Call, { from_seal = 1 }: SealFilters): Listing {
  return listingOf(db, caller, columns, (after, limit) => {
    const [number = "0"] = after === null ? [] : splitPlace(after, /^(\d{1,9})$/);
    return sql`
      SELECT number, CASE WHEN isfinite(sealed_from) THEN wire_time(sealed_from) END AS "from",
             wire_time(sealed_to) AS "to", events, entries, encode(digest, 'hex') AS digest,
             encode(previous, 'hex') AS previous, wire_time(sealed_at) AS sealed_at, number::text AS place
      FROM audit_seals
      WHERE tenant = ${caller.tenant} AND number > ${number}::int AND number >= ${from_seal}::int
      ORDER BY number LIMIT ${limit}::int`;
  });
}
