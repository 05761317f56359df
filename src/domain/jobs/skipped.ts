import { sql } from "drizzle-orm";
import type { Call } from "../call.ts";
import type { Listing } from "../lists/listing.ts";
import { listingOf } from "../lists/listing.ts";
import { splitPlace } from "../lists/place.ts";
import { jobFacts } from "./get.ts";

/** The names that a job left out, since their product had a lot of that name. Fails: job_not_found. */
export async function listSkipped(call: Call, job: string): Promise<Listing> {
  const { db, caller } = call;
  await jobFacts(call, job);
  return listingOf(db, caller, ["product", "name"], (after, limit) => {
    const [item, name] =
      after === null ? [null, null] : splitPlace(after, /^(\d{1,18}) (.{1,128})$/su);
    return sql`
      SELECT i.product, s.name, s.item || ' ' || s.name AS place
      FROM job_items AS i
      JOIN skipped_names AS s ON s.tenant = i.tenant AND s.item = i.id
      WHERE i.tenant = ${caller.tenant} AND i.job = ${job}::uuid
        AND (${item ?? null}::bigint IS NULL
             OR (s.item, s.name) > (${item ?? null}::bigint, ${name ?? null}::text))
      ORDER BY s.item, s.name LIMIT ${limit}::int`;
  });
}
