import { sql } from "drizzle-orm";
import type { Call } from "../call.ts";
import { createdAfter } from "../lists/created.ts";
import type { Listing } from "../lists/listing.ts";
import { listingOf } from "../lists/listing.ts";
import { productColumns, selectProducts } from "./product.ts";

/** All products in the order of their creation. */
export function listProducts({ db, caller }: Call): Listing {
  return listingOf(
    db,
    caller,
    productColumns,
    (after, limit) => sql`
      ${selectProducts(sql`p.tenant = ${caller.tenant} AND ${createdAfter("p", "sku", after)}`)}
      ORDER BY p.created_at, p.sku LIMIT ${limit}::int`,
  );
}
