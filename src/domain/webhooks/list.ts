import { sql } from "drizzle-orm";
import type { Call } from "../call.ts";
import type { Listing } from "../lists/listing.ts";
import { listingOf } from "../lists/listing.ts";
import { splitPlace } from "../lists/place.ts";
import { webhookColumns } from "./webhook.ts";

const selected = webhookColumns.map((name) =>
  // A list within a row is JSON in every format.
  name === "events" ? sql`array_to_json(events) AS events` : sql.identifier(name),
);

/** All webhooks in the order of their making. */
export function listWebhooks({ db, caller }: Call): Listing {
  return listingOf(db, caller, webhookColumns, (after, limit) => {
    const [id = null] = after === null ? [] : splitPlace(after, /^([0-9a-f-]{36})$/);
    return sql`
      SELECT ${sql.join(selected, sql`, `)}, place FROM webhooks_of_v1(${caller.tenant}::text)
      WHERE ${id}::uuid IS NULL OR id::uuid > ${id}::uuid
      ORDER BY id LIMIT ${limit}::int`;
  });
}
