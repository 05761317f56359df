import { sql } from "drizzle-orm";
import { Failure, fail } from "../../errors.ts";
import type { Call } from "../call.ts";
import { previewSequence } from "../sequences/preview.ts";
import type { Product, ProductRow } from "./product.ts";
import { selectProducts } from "./product.ts";

/** Fails: product_not_found. */
export async function getProduct(call: Call, sku: string): Promise<Product> {
  const { db, caller } = call;
  const [row] = await db.readFor<ProductRow & { place?: string; served_by: string | null }>(
    caller,
    sql`SELECT q.*, coalesce(q.sequence, t.default_sequence) AS served_by
        FROM (${selectProducts(sql`p.tenant = ${caller.tenant} AND p.sku = ${sku}`)}) AS q
        LEFT JOIN settings AS t ON t.tenant = ${caller.tenant}`,
  );
  if (row === undefined) return fail("product_not_found", { product: sku });
  const { place: _, served_by: servedBy, ...product } = row;
  return { ...product, next_name: servedBy === null ? null : await nextName(call, servedBy) };
}

async function nextName(call: Call, sequence: string): Promise<string | null> {
  try {
    const { names } = await previewSequence(call, sequence, { count: 1 });
    return names[0] ?? null;
  } catch (error) {
    // A pattern with fields has no next name until a document brings them.
    if (error instanceof Failure && error.code === "field_missing") return null;
    throw error;
  }
}
