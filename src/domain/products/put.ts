import { sql } from "drizzle-orm";
import { callerOf, textArray } from "../../db/client.ts";
import { fail } from "../../errors.ts";
import type { Call } from "../call.ts";
import { unshareable, withPatterns } from "../overlap/known-patterns.ts";
import { alwaysAt, pointed } from "../pointed.ts";
import { getProduct } from "./get.ts";
import { isGtin } from "./gtin.ts";
import type { Product } from "./product.ts";

/** A product as it is sent. */
export interface ProductInput {
  readonly name: string | null;
  readonly tracking: "none" | "lot" | "serial";
  readonly sequence: string | null;
  readonly gtin: string | null;
  readonly expiry: "none" | "optional" | "required";
  readonly shelf_life_days: number | null;
}

const places = alwaysAt({
  unknown_sequence: "/sequence",
  pattern_shared: "/sequence",
  product_tracking_fixed: "/tracking",
});

/**
 * Makes or replaces a product. Fails: unknown_sequence, product_tracking_fixed, pattern_shared,
 * gtin_check_digit, shelf_life_without_expiry.
 */
export async function putProduct(
  call: Call,
  sku: string,
  input: ProductInput,
): Promise<{ product: Product; created: boolean }> {
  if (input.gtin !== null && !isGtin(input.gtin)) {
    fail("gtin_check_digit", { gtin: input.gtin }, { pointer: "/gtin" });
  }
  if (input.shelf_life_days !== null && input.expiry === "none") {
    fail("shelf_life_without_expiry", { product: sku }, { pointer: "/shelf_life_days" });
  }
  const outcome = await withPatterns(call, async (patterns) => {
    const overlapping = unshareable(patterns, input.sequence);
    const [row] = await pointed(places, () =>
      call.db.write<{ outcome: string }>(
        sql`SELECT put_product_v1(${callerOf(call.caller)},
                                  ${sku}::text, ${JSON.stringify(input)}::jsonb,
                                  ${patterns.epoch}::bigint,
                                  ${textArray(overlapping)}::text[]) AS outcome`,
      ),
    );
    return row?.outcome;
  });
  call.definitions.forget(call.caller.tenant);
  return { product: await getProduct(call, sku), created: outcome === "created" };
}
