import type { Random } from "../../../faults/random.ts";
import type { Holdings } from "../holdings.ts";
import { lotDetails, newName } from "./lots.ts";
import { someNumbered } from "./products.ts";
import { someDay } from "./sequences.ts";
import { maybe } from "./wish.ts";
import type { Recipe, Wish } from "./wish.ts";

function receiptLine(held: Holdings, random: Random): object {
  const product = someNumbered(held, random);
  const { at: _, ...details } = lotDetails(held, random, product) as { at?: string };
  const common = {
    product: product.sku,
    ...details,
    location: maybe(random, 0.3, () => held.text()),
  };
  const isLot = product.body["tracking"] === "lot";
  return random.weighed<() => object>([
    [5, () => ({ ...common, quantity: random.between(1, 10) })],
    [1, () => ({ product: held.key("screw"), quantity: "100.25" })],
    [
      2,
      () =>
        isLot ? { ...common, quantity: "25", quantity_per_lot: 10 } : { ...common, quantity: 2 },
    ],
    [
      1,
      () => ({ ...common, lots: [{ name: newName(held) }, { name: newName(held), quantity: 1 }] }),
    ],
    [1, () => ({ ...common, text: `${newName(held)}\n${newName(held)};1\n` })],
    [1, () => ({ ...common, first_name: `${newName(held)}-001`, quantity: 3 })],
  ])();
}

function createReceipt(held: Holdings, random: Random): Wish {
  const lines = Array.from({ length: random.between(1, 3) }, () => receiptLine(held, random));
  const at = maybe(random, 0.3, () => someDay(random));
  const headers: Record<string, string> = random.chance(0.1) ? { Prefer: "respond-async" } : {};
  return { operation: "createReceipt", headers, json: { reference: held.text(), at, lines } };
}

function createCount(held: Holdings, random: Random): Wish {
  const lines = Array.from({ length: random.between(1, 3) }, () => {
    const product = someNumbered(held, random);
    const { fields, expires_on } = lotDetails(held, random, product) as Record<string, unknown>;
    const lot = held.lots.pick(random);
    if (lot !== undefined && random.chance(0.3)) {
      return { product: lot.product, lot: lot.name, counted_quantity: 1 };
    }
    return { product: product.sku, counted_quantity: random.between(0, 5), fields, expires_on };
  });
  const reference = maybe(random, 0.8, () => held.text());
  return { operation: "createCount", json: { reference, lines } };
}

export const goodsRecipes: Readonly<Record<string, Recipe>> = {
  createReceipt,
  getReceipt(held, random) {
    const receipt = held.receipts.pick(random);
    if (receipt === undefined) return createReceipt(held, random);
    return { operation: "getReceipt", inPath: { id: receipt.id } };
  },
  cancelReceipt(held, random) {
    const id = held.freshReceipts.take(random);
    if (id === undefined) return createReceipt(held, random);
    return { operation: "cancelReceipt", inPath: { id }, json: { reason: held.text() } };
  },
  createCount,
  getCount(held, random) {
    const id = held.counts.pick(random);
    return id === undefined ? createCount(held, random) : { operation: "getCount", inPath: { id } };
  },
  applyCount(held, random) {
    const id = held.drafts.take(random);
    if (id === undefined) return createCount(held, random);
    const json = random.chance(0.5) ? {} : { allow_jump: false };
    return { operation: "applyCount", inPath: { id }, json };
  },
};
