import { sql } from "drizzle-orm";
import type { ServedProduct } from "../../definitions/definitions.ts";
import { productsIn } from "../../definitions/load.ts";
import { expiryDate } from "../../lots/expiry.ts";
import type { NamedForm } from "../../lots/item.ts";
import { addForm, servedBy } from "../../lots/requests.ts";
import type { PlacedRecord } from "../batch.ts";
import type { LotRecord } from "../record.ts";
import type { KnownCounter } from "./counters.ts";
import { Counters, seriesKey } from "./counters.ts";
import type { Decide, LotsWrite } from "./decisions.ts";
import { Decisions } from "./decisions.ts";
import type { ShownNumber } from "./shown-numbers.ts";
import { shownNumbers } from "./shown-numbers.ts";
import { withinSeries } from "./within-series.ts";

/** A lot as a file gives it or as it is recorded; null where a file says nothing. */
export type LotState = LotRecord;

/** What the store knows of lots and sequences that a chunk names; see `known_lots_v1`. */
export interface KnownLots {
  readonly lots: readonly LotState[];
  /** Records that a dry run came to before. */
  readonly tried: readonly LotRecord[];
  readonly issued: readonly {
    readonly product: string;
    readonly name: string;
    readonly reservation: string;
  }[];
  /** Of gapless sequences: where a period begins, and where those that have begun go on. */
  readonly gapless: Readonly<
    Record<
      string,
      {
        readonly start: string;
        /** Where periods up to `until` begin that are not known, if it is fenced. */
        readonly fence: { readonly end: string; readonly until: string } | null;
        readonly periods: Readonly<Record<string, string>>;
      }
    >
  >;
  /** Of the series that wide numbers are of. */
  readonly counters: readonly KnownCounter[];
}

const productFields = ["product", "product_display_name", "product_name"] as const;

/** Lots as far as they touch no more series than one transaction may. */
export const applyLots: Decide<LotRecord> = async (applying, given) => {
  const { db, tenant, definitions, columns, allowJump, isDry, from } = applying;
  const skus = given.map(({ record }) => record.product);
  const rows = <Row>(statement: ReturnType<typeof sql>) => db.readOf<Row>(tenant, statement);
  const products = await productsIn({ tenant, definitions, rows }, skus);
  const shown = shownNumbers(given, products);
  const decided = withinSeries(
    shown.map((one) => (one === null ? [] : [seriesKey(one.counter, one.form.period)])),
  );
  const [placed, numbers] = [given.slice(0, decided), shown.slice(0, decided)];
  const items = namesByProduct(placed, products, allowJump ? [] : numbers);
  const [row] = await db.readOf<{ known: KnownLots }>(
    tenant,
    sql`SELECT known_lots_v1(${tenant}::text, ${applying.import}::uuid,
                             ${JSON.stringify(items)}::jsonb) AS known`,
  );
  if (row === undefined) throw new Error("A function call gave no row.");
  const { known } = row;
  const decisions = decideLots(placed, { products, numbers, known, columns, isDry, from });
  decisions.decided = decided;
  return decisions;
};

/** What is asked of a product's names, of the sequence that serves it and the one in whose series that counts. */
interface NamesOfProduct {
  readonly product: string;
  readonly sequence: string | null;
  readonly counter: string | null;
  readonly names: readonly string[];
  /** The periods of those names that may lie too far ahead. */
  readonly periods: readonly string[];
}

function namesByProduct(
  placed: readonly PlacedRecord<LotRecord>[],
  products: ReadonlyMap<string, ServedProduct>,
  numbers: readonly (ShownNumber | null)[],
): NamesOfProduct[] {
  const items = new Map<string, { readonly names: string[]; readonly periods: Set<string> }>();
  placed.forEach(({ record }, index) => {
    const item = items.get(record.product) ?? { names: [], periods: new Set() };
    items.set(record.product, item);
    item.names.push(record.name);
    const number = numbers[index];
    if (number?.isWide === true) item.periods.add(number.form.period);
  });
  return Array.from(items, ([product, { names, periods }]) => {
    const { key = null, counter } = products.get(product)?.servedBy ?? {};
    return { product, sequence: key, counter: counter?.key ?? null, names, periods: [...periods] };
  });
}

interface Deciding {
  /** The products that the records name, as far as they exist. */
  readonly products: ReadonlyMap<string, ServedProduct>;
  /** The number that each record's name shows. */
  readonly numbers: readonly (ShownNumber | null)[];
  readonly known: KnownLots;
  readonly columns: Readonly<Record<string, string>>;
  /** Nothing is recorded. */
  readonly isDry: boolean;
  /** Records of the file before these. */
  readonly from: number;
}

/**
 * What records of lots come to: one that is not there is recorded, one that is the same is left alone,
 * anything else is refused. Refuses: unknown_product, product_not_tracked, serial_quantity, expiry_*,
 * import_lot_differs, name_issued, sequence_gapless, jump_too_far.
 */
export function decideLots(
  placed: readonly PlacedRecord<LotRecord>[],
  { products, numbers, known, columns, isDry, from }: Deciding,
): Decisions {
  const decisions = new Decisions(columns);
  const there = new Map<string, LotState>();
  const created = new Set<LotState>();
  for (const lot of known.lots) there.set(identity(lot), lot);
  for (const record of known.tried) {
    const product = products.get(record.product);
    const lot = product === undefined ? record : lotOf(record, product);
    if ("name" in lot) there.set(identity(lot), lot);
  }
  const issued = new Map(known.issued.map((held) => [identity(held), held]));
  const items = new Map<string, Item>();
  const counters = new Counters(known.counters);
  placed.forEach(({ line, record }, index) => {
    const { product: sku, name } = record;
    const product = products.get(sku);
    if (product === undefined) {
      return decisions.refuse(line, productFields, "unknown_product", { product: sku });
    }
    const lot = lotOf(record, product);
    if ("problem" in lot) return decisions.refuse(line, lot.fields, lot.problem, { product: sku });
    const before = there.get(identity(lot));
    if (before !== undefined && created.has(before) && !isDry) {
      // It is compared with what is recorded, when that is certain.
      decisions.writes.again.push(from + index);
      return;
    }
    if (before !== undefined) {
      const differences = differencesOf(before, lot);
      if (differences.length === 0) return decisions.count("unchanged");
      const facts = { product: sku, name, differences };
      return decisions.refuse(line, ["name"], "import_lot_differs", facts);
    }
    const held = issued.get(identity(lot));
    if (held !== undefined) {
      const { reservation } = held;
      return decisions.refuse(line, ["name"], "name_issued", { name, reservation });
    }
    const number = numbers[index] ?? null;
    if (number !== null) {
      const { sequence } = number;
      if (isBeyondGapless(number, known)) {
        return decisions.refuse(line, ["name"], "sequence_gapless", { sequence });
      }
      const jump = counters.jumpTo(number);
      if (jump !== null) return decisions.refuse(line, ["name"], "jump_too_far", jump);
      counters.pass(number);
    }
    const item = items.get(sku) ?? { product, lots: [] };
    items.set(sku, item);
    item.lots.push({ lot, number, record: from + index });
    there.set(identity(lot), lot);
    created.add(lot);
    decisions.writes.tried.push({ product: sku, name, record: from + index });
    return decisions.count("created");
  });
  decisions.writes.lots = Array.from(items.values(), (item, index) =>
    lotsWrite(item, from + index),
  );
  decisions.writes.passed = counters.passed();
  return decisions;
}

function identity({ product, name }: { readonly product: string; readonly name: string }): string {
  return `${product}\n${name}`;
}

type LotProblem =
  | "product_not_tracked"
  | "serial_quantity"
  | "expiry_required"
  | "expiry_not_kept"
  | "expiry_out_of_range";

/** A record as its product keeps it, or why the product cannot keep it. */
function lotOf(
  record: LotRecord,
  product: ServedProduct,
): LotState | { readonly problem: LotProblem; readonly fields: readonly string[] } {
  if (product.tracking === "none") return { problem: "product_not_tracked", fields: productFields };
  const quantity = record.quantity ?? "1";
  const isSerial = product.tracking === "serial";
  if (isSerial && quantity !== "1" && quantity !== "0") {
    return { problem: "serial_quantity", fields: ["quantity"] };
  }
  const { produced_on: producedOn } = record;
  // A shelf life begins when a lot is produced. Of one that says nothing of that the day is not known.
  const policy = producedOn === null ? { ...product, shelfLifeDays: null } : product;
  const expiry = expiryDate(policy, record.expires_on ?? undefined, producedOn ?? "");
  if ("problem" in expiry) return { problem: expiry.problem, fields: ["expires_on"] };
  return { ...record, quantity: isSerial ? "1" : quantity, expires_on: expiry.date };
}

const compared = [
  "quantity",
  "state",
  "location",
  "party",
  "reference",
  "expires_on",
  "produced_on",
] as const;

/** What a file says otherwise than is recorded; what it says nothing of is not compared. */
function differencesOf(recorded: LotState, given: LotState): string[] {
  const differences: string[] = [];
  const compare = (field: string, before: unknown, now: unknown) => {
    if (now === null || now === before) return;
    differences.push(`${field} is ${shown(before)}, in the file ${shown(now)}`);
  };
  for (const field of compared) compare(field, recorded[field], given[field]);
  for (const [name, value] of Object.entries(given.attributes ?? {})) {
    compare(`attributes.${name}`, recorded.attributes?.[name] ?? null, value);
  }
  return differences;
}

function shown(value: unknown): string {
  return value === null ? "empty" : JSON.stringify(value);
}

function isBeyondGapless({ sequence, number, form }: ShownNumber, { gapless }: KnownLots): boolean {
  const counters = gapless[sequence];
  if (counters === undefined) return false;
  const { start, fence, periods } = counters;
  const begin = fence !== null && form.period <= fence.until ? fence.end : start;
  return number >= BigInt(periods[form.period] ?? begin);
}

interface ItemLot {
  readonly lot: LotState;
  readonly number: ShownNumber | null;
  /** Which record of the file it is, from 0 on. */
  readonly record: number;
}

/** Lots of one product that are recorded. */
interface Item {
  readonly product: ServedProduct;
  readonly lots: ItemLot[];
}

/** An item as the store's function takes it: the lists beside `names` leave out what no lot has. */
function lotsWrite({ product, lots }: Item, ordinal: number): LotsWrite {
  const list = <Value>(value: (lot: LotState) => Value | null): (Value | null)[] | undefined => {
    const values = lots.map(({ lot }) => value(lot));
    return values.every((one) => one === null) ? undefined : values;
  };
  const forms = new Map<string, NamedForm>();
  for (const { number } of lots) if (number !== null) addForm(forms, number.form);
  return {
    ordinal,
    source: "names",
    product: product.sku,
    product_definition: product.hash,
    ...servedBy(product.servedBy),
    count: lots.length,
    numbered: lots.some(({ number }) => number !== null),
    records: lots.map(({ record }) => record),
    names: lots.map(({ lot }) => lot.name),
    numbers: lots.map(({ number }) => number?.number.toString() ?? null),
    periods: lots.map(({ number }) => number?.form.period ?? null),
    forms: [...forms.values()],
    quantities: list((lot) => lot.quantity),
    states: list((lot) => lot.state),
    locations: list((lot) => lot.location),
    parties: list((lot) => lot.party),
    documents: list((lot) => lot.reference),
    expiries: list((lot) => lot.expires_on),
    productions: list((lot) => lot.produced_on),
    details: list((lot) => lot.attributes),
  };
}
