import { sql } from "drizzle-orm";
import type { Call } from "../call.ts";
import type { Listing } from "../lists/listing.ts";
import { listingOf } from "../lists/listing.ts";
import { splitPlace } from "../lists/place.ts";
import type { ApiKey } from "./api-key.ts";
import { apiKeyColumns } from "./api-key.ts";

/** Lists within a key are JSON in every format. */
const lists = new Set<string>(["scopes", "sequences", "products"] satisfies (keyof ApiKey)[]);

const selected = apiKeyColumns.map((name) => {
  const column = sql`r.${sql.identifier(name)}`;
  return lists.has(name) ? sql`array_to_json(${column}) AS ${sql.identifier(name)}` : column;
});

/** All API keys in the order of their making, those that work no more included. */
export function listApiKeys({ db, caller }: Call): Listing {
  return listingOf(db, caller, apiKeyColumns, (after, limit) => {
    const [moment = null, id = null] =
      after === null ? [] : splitPlace(after, /^(\d{4}-\d\d-\d\d [^ ]{8,22}) ([0-9a-f-]{36})$/);
    return sql`
      SELECT ${sql.join(selected, sql`, `)}, r.place FROM api_keys AS k CROSS JOIN LATERAL shown_api_key(k) AS r
      WHERE k.tenant = ${caller.tenant}
        AND (${id}::uuid IS NULL
             OR (k.created_at, k.public_id) > (${moment}::timestamptz, ${id}::uuid))
      ORDER BY k.created_at, k.public_id LIMIT ${limit}::int`;
  });
}
