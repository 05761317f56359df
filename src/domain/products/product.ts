import type { SQL } from "drizzle-orm";
import { sql } from "drizzle-orm";

/** A product as the store tells it. */
export interface ProductRow {
  readonly sku: string;
  readonly name: string | null;
  readonly tracking: "none" | "lot" | "serial";
  readonly sequence: string | null;
  readonly gtin: string | null;
  readonly expiry: "none" | "optional" | "required";
  readonly shelf_life_days: number | null;
  readonly created_at: string;
  readonly updated_at: string;
}

/** A product as the wire knows it. `next_name` is null when its pattern needs fields or it has none. */
export type Product = ProductRow & { readonly next_name: string | null };

export const productColumns = [
  "sku",
  "name",
  "tracking",
  "sequence",
  "gtin",
  "expiry",
  "shelf_life_days",
  "created_at",
  "updated_at",
] as const satisfies readonly (keyof ProductRow)[];

/** The columns of a product, and `condition` on `p`, the row of `products`. */
export function selectProducts(condition: SQL): SQL {
  return sql`
    SELECT p.sku, p.name, p.tracking, p.sequence, p.gtin, p.expiry, p.shelf_life_days,
           wire_time(p.created_at) AS created_at, wire_time(p.updated_at) AS updated_at,
           p.created_at || ' ' || p.sku AS place
    FROM products AS p
    WHERE ${condition}`;
}
