import { sql } from "drizzle-orm";
import type { Call } from "../call.ts";
import type { Listing } from "../lists/listing.ts";
import { listingOf } from "../lists/listing.ts";
import { splitPlace } from "../lists/place.ts";
import { getLot } from "./get.ts";

const columns = ["at", "api_key", "reference", "party", "before", "after"] as const;

/** Every change of a lot, the oldest first. Fails: lot_not_found. */
export async function listHistory(call: Call, product: string, name: string): Promise<Listing> {
  const { db, caller } = call;
  await getLot(call, product, name);
  return listingOf(db, caller, columns, (after, limit) => {
    const [change] = after === null ? ["0"] : splitPlace(after, /^(\d{1,18})$/);
    return sql`
      SELECT wire_time(c.at) AS at, k.name AS api_key, c.reference, c.party, h.before,
             lot_after(h.before, c.after) AS after, h.change::text AS place
      FROM lot_history AS h
      CROSS JOIN LATERAL (
        SELECT * FROM lot_changes WHERE tenant = h.tenant AND id = h.change LIMIT 1
      ) AS c
      LEFT JOIN api_keys AS k ON k.tenant = c.tenant AND k.id = c.api_key
      WHERE h.tenant = ${caller.tenant} AND h.name = ${name} AND h.product = ${product}
        AND h.change > ${change}::bigint
      ORDER BY h.change LIMIT ${limit}::int`;
  });
}
