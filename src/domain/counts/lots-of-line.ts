import { fail } from "../../errors.ts";
import type { ProductDefinition } from "../definitions/definitions.ts";
import type { LotItem, PlacedItem } from "../lots/item.ts";
import { lotLimits } from "../lots/limits.ts";
import { isWhole } from "../lots/quantity-sums.ts";
import type { CountLineInput, SkipReason } from "./count.ts";

/** A line with its product; `pointer` is where it stands in the request. */
interface KnownLine {
  readonly line: CountLineInput;
  readonly at: string | undefined;
  readonly product: ProductDefinition;
  readonly pointer: string;
  readonly allowJump: boolean;
}

/**
 * What applying a line does: the item that its lots are recorded by, the reason why nothing comes of it, or
 * nothing, when nothing was counted.
 */
export type LotsOfCount =
  | { readonly placed: PlacedItem }
  | { readonly skipped: SkipReason }
  | Readonly<Record<string, never>>;

/** Refuses what cannot be counted. Fails: serial_fraction, serial_out_of_range. */
export function checkCounted({
  line,
  product,
  pointer,
}: Omit<KnownLine, "at" | "allowJump">): void {
  if (product.tracking !== "serial") return;
  const { counted_quantity: quantity, lot } = line;
  const at = { pointer: `${pointer}/counted_quantity` };
  if (!isWhole(quantity)) fail("serial_fraction", { product: product.sku, quantity }, at);
  if (lot !== undefined && quantity !== "0" && quantity !== "1") {
    fail("serial_out_of_range", { product: product.sku }, at);
  }
}

/**
 * The lots of a line. Without `lot` it makes new ones: of a `serial` one a unit, of a `lot` one of that
 * quantity. With `lot` it is about that one. Fails: as checkCounted does, and too_many_lots.
 */
export function lotsOfCount({ line, at, product, pointer, allowJump }: KnownLine): LotsOfCount {
  checkCounted({ line, product, pointer });
  if (product.tracking === "none") return { skipped: "product_not_tracked" };
  const { counted_quantity: quantity, lot, fields, produced_on, expires_on, location } = line;
  const common = { product: product.sku, at, fields, produced_on, expires_on, location };
  if (lot !== undefined) {
    const ofLot = { names: [lot], quantities: [quantity], expiries: [expires_on ?? null] };
    const item: LotItem = { ...common, ...ofLot, allow_jump: allowJump };
    return { placed: { item, pointer, nameAt: () => `${pointer}/lot` } };
  }
  if (product.sequence === null) return { skipped: "product_without_sequence" };
  if (quantity === "0") return {};
  if (product.tracking === "lot") {
    return { placed: { item: { ...common, count: 1, quantity_each: quantity }, pointer } };
  }
  if (BigInt(quantity) > BigInt(lotLimits.lots)) {
    fail("too_many_lots", { limit: lotLimits.lots, requested: quantity });
  }
  return { placed: { item: { ...common, count: Number(quantity) }, pointer } };
}
