import { fail } from "../../errors.ts";
import type { ProductDefinition, SequenceDefinition } from "../definitions/definitions.ts";
import type { LotItem, PlacedItem } from "../lots/item.ts";
import { lotLimits } from "../lots/limits.ts";
import { isWhole, portions, quantitySum } from "../lots/quantity-sums.ts";
import type { ReceiptLineInput } from "./line.ts";
import type { PastedLot } from "./pasted.ts";
import { readPasted } from "./pasted.ts";

/** A line with what is known of its product; `pointer` is where it stands in the request. */
export interface KnownLine {
  readonly line: ReceiptLineInput;
  readonly at: string | undefined;
  readonly product: ProductDefinition;
  readonly sequence: SequenceDefinition | undefined;
  readonly pointer: string;
}

/** What a line comes to: its quantity, and the items that its lots are recorded by. */
export interface LotsOfLine {
  readonly quantity: string;
  readonly items: readonly PlacedItem[];
}

/** What every lot of a line has. */
type Common = Pick<
  LotItem,
  "product" | "at" | "fields" | "expires_on" | "produced_on" | "location" | "attributes"
>;

/**
 * The lots of a line: of a `serial` one a unit; of a `lot` one, or as many as `quantity_per_lot` makes of
 * the quantity, the last one with the remainder; of a product without tracking none. Fails:
 * product_not_tracked, serial_fraction, serial_quantity, quantities_differ, text_unusable,
 * expiry_not_kept, too_many_lots, too_many_names.
 */
export function lotsOfLine(known: KnownLine): LotsOfLine {
  const { line, product, pointer } = known;
  if (product.tracking === "none") return untracked(known);
  if (line.text !== undefined) {
    const nameAt = () => `${pointer}/text`;
    return givenLots(known, pastedLots(known, line.text), nameAt, nameAt);
  }
  if (line.lots !== undefined) {
    const lots = line.lots.map(({ name, quantity = null, expires_on = null }, index) => {
      if (expires_on !== null && product.expiry === "none") {
        const facts = { product: product.sku };
        fail("expiry_not_kept", facts, { pointer: `${pointer}/lots/${index}/expires_on` });
      }
      return { name, quantity, expires_on };
    });
    return givenLots(
      known,
      lots,
      (index) => `${pointer}/lots/${index}/name`,
      (index) => `${pointer}/lots/${index}/quantity`,
    );
  }
  return countedLots(known);
}

function untracked({ line, product, pointer }: KnownLine): LotsOfLine {
  for (const member of ["first_name", "lots", "text", "quantity_per_lot"] as const) {
    if (line[member] === undefined) continue;
    fail("product_not_tracked", { product: product.sku }, { pointer: `${pointer}/${member}` });
  }
  return { quantity: quantityOf(line), items: [] };
}

/** The schema lets it be left out only where names are given. */
function quantityOf({ quantity }: ReceiptLineInput): string {
  if (quantity === undefined) throw new Error("A line without names has no quantity.");
  return quantity;
}

function commonOf({ line, at, product }: KnownLine): Common {
  const { fields, expires_on, produced_on, location, attributes } = line;
  return { product: product.sku, at, fields, expires_on, produced_on, location, attributes };
}

/** Lots whose names are generated or continued. */
function countedLots(known: KnownLine): LotsOfLine {
  const { line, pointer } = known;
  const quantity = quantityOf(line);
  const { whole, remainder, each } = portionsOf(known, quantity);
  const lots = whole + (remainder === null ? 0n : 1n);
  if (lots > BigInt(lotLimits.lots)) {
    fail("too_many_lots", { limit: lotLimits.lots, requested: lots.toString() });
  }
  const common = commonOf(known);
  const { first_name, allow_jump } = line;
  if (first_name !== undefined) {
    const count = Number(lots);
    if (count > lotLimits.names) {
      fail("too_many_names", { limit: lotLimits.names, requested: count });
    }
    const quantities = Array.from({ length: Number(whole) }, () => each);
    if (remainder !== null) quantities.push(remainder);
    const expiries = quantities.map(() => line.expires_on ?? null);
    const item = { ...common, first_name, count, quantities, expiries, allow_jump };
    return { quantity, items: [{ item, pointer }] };
  }
  const items: LotItem[] = [];
  if (whole > 0n) items.push({ ...common, count: Number(whole), quantity_each: each });
  if (remainder !== null) items.push({ ...common, count: 1, quantity_each: remainder });
  return { quantity, items: items.map((item) => ({ item, pointer })) };
}

function portionsOf({ line, product, pointer }: KnownLine, quantity: string) {
  if (product.tracking === "serial") {
    if (!isWhole(quantity)) {
      fail(
        "serial_fraction",
        { product: product.sku, quantity },
        { pointer: `${pointer}/quantity` },
      );
    }
    if (line.quantity_per_lot !== undefined && line.quantity_per_lot !== "1") {
      fail("serial_quantity", { product: product.sku }, { pointer: `${pointer}/quantity_per_lot` });
    }
    return { whole: BigInt(quantity), remainder: null, each: "1" };
  }
  const each = line.quantity_per_lot ?? quantity;
  return { ...portions(quantity, each), each };
}

/** A date on a product without expiry is ignored: it stands in a sheet that serves for all products. */
function pastedLots({ product, sequence, pointer }: KnownLine, text: string): PastedLot[] {
  const read = readPasted(text, sequence?.pattern ?? null);
  if ("reason" in read) return fail("text_unusable", read, { pointer: `${pointer}/text` });
  if (read.lots.length === 0) {
    const reason = "It has no lot. Give one lot a line.";
    fail("text_unusable", { line: 1, reason }, { pointer: `${pointer}/text` });
  }
  return read.lots.map((lot) => (product.expiry === "none" ? { ...lot, expires_on: null } : lot));
}

/** Lots of given names, each with its own quantity, which must come to that of the line. */
function givenLots(
  known: KnownLine,
  lots: readonly PastedLot[],
  nameAt: (index: number) => string,
  quantityAt: (index: number) => string,
): LotsOfLine {
  const { line, product, pointer } = known;
  const serial = product.tracking === "serial";
  const rest = lots.length === 1 && !serial ? (line.quantity ?? "1") : "1";
  const quantities = lots.map(({ quantity }, index) => {
    if (serial && quantity !== null && quantity !== "1") {
      fail("serial_quantity", { product: product.sku }, { pointer: quantityAt(index) });
    }
    return quantity ?? rest;
  });
  const sum = quantitySum(quantities);
  const quantity = line.quantity ?? sum;
  if (quantity !== sum) {
    const facts = { product: product.sku, quantity, lots_quantity: sum };
    fail("quantities_differ", facts, { pointer: `${pointer}/quantity` });
  }
  const expiries = lots.map(({ expires_on }) => expires_on ?? line.expires_on ?? null);
  const common = commonOf(known);
  const item: LotItem = {
    ...common,
    // Where each lot has its own date nothing is left for the line to say.
    expires_on: line.expires_on ?? (expires(lots) ? (lots[0]?.expires_on ?? undefined) : undefined),
    names: lots.map(({ name }) => name),
    quantities,
    expiries,
    allow_jump: line.allow_jump,
  };
  return { quantity, items: [{ item, pointer, nameAt }] };
}

function expires(lots: readonly PastedLot[]): boolean {
  return lots.every(({ expires_on }) => expires_on !== null);
}
