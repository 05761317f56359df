import { sql } from "drizzle-orm";
import type { Call } from "../call.ts";
import type { Listing } from "../lists/listing.ts";
import { listingOf } from "../lists/listing.ts";
import { createdAfter } from "../lists/created.ts";
import { selectSequences, sequenceColumns } from "./sequence.ts";

/** All sequences in the order of their creation. */
export function listSequences({ db, caller }: Call): Listing {
  return listingOf(
    db,
    caller,
    sequenceColumns,
    (after, limit) => sql`
      ${selectSequences(sql`s.tenant = ${caller.tenant} AND ${createdAfter("s", "key", after)}`)}
      ORDER BY s.created_at, s.key LIMIT ${limit}::int`,
  );
}
