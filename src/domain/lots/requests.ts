import { fail, failureOfRefusal } from "../../errors.ts";
import type { Call } from "../call.ts";
import type { SequenceDefinition, ServedProduct } from "../definitions/definitions.ts";
import { continueFrom } from "../patterns/continue.ts";
import { momentOf } from "../patterns/moment.ts";
import { checkName } from "../patterns/names.ts";
import { nameReader } from "../patterns/read.ts";
import { render } from "../patterns/render.ts";
import { readReservationId } from "../reservations/reservation.ts";
import { boundForm } from "../sequences/bound.ts";
import { lastShown } from "../sequences/last-shown.ts";
import { periodReader } from "../sequences/period-of-name.ts";
import { expiryDate } from "./expiry.ts";
import type {
  ContinueItem,
  CountItem,
  LotItem,
  LotRequest,
  NamedForm,
  NamesItem,
  PlacedItem,
  ReservationItem,
} from "./item.ts";
import { nameAt } from "./places.ts";

/** An item with what is known of its product. */
interface Known<Item> extends PlacedItem<Item> {
  readonly ordinal: number;
  readonly product: ServedProduct;
  readonly sequence: SequenceDefinition | undefined;
}

type Shared = Pick<
  LotRequest,
  | "ordinal"
  | "product"
  | "product_definition"
  | "quantity"
  | "produced_on"
  | "expires_on"
  | "location"
  | "attributes"
>;

/**
 * Turns items into what the store records, with every name decided as far as it can be before numbers
 * are drawn. Fails: unknown_product, product_not_tracked, product_without_sequence, serial_quantity,
 * expiry_*, name_*, unknown_reservation, at_*, field_*, number_overflow.
 */
export function lotRequests(
  call: Call,
  items: readonly PlacedItem[],
  products: ReadonlyMap<string, ServedProduct>,
): LotRequest[] {
  const seen = new Set<string>();
  return items.map((placed, ordinal) => {
    const { item, pointer } = placed;
    const product = products.get(item.product);
    if (product === undefined) {
      return fail("unknown_product", { product: item.product }, { pointer: `${pointer}/product` });
    }
    const sequence = product.servedBy;
    const known = { ...placed, ordinal, product, sequence };
    const shared = sharedPart(call, { ...known, item });
    if ("names" in item) {
      const names = item.names.map((name, index) => ({ name, at: nameAt(placed, index) }));
      return namesRequest(shared, { ...known, item }, names, seen);
    }
    if ("reservation" in item) return reservationRequest(shared, { ...known, item });
    if ("first_name" in item) {
      const names = continuedNames({ ...known, item });
      const given = names.map((name, index) => ({ name, at: nameAt(placed, index) }));
      return namesRequest(shared, { ...known, item }, given, seen);
    }
    return countRequest(call, shared, { ...known, item });
  });
}

function sharedPart(
  call: Call,
  { item, ordinal, product, sequence, pointer }: Known<LotItem>,
): Shared {
  if (product.tracking === "none") {
    fail("product_not_tracked", { product: product.sku }, { pointer: `${pointer}/product` });
  }
  const quantity = item.quantity_each ?? "1";
  if (product.tracking === "serial" && quantity !== "1") {
    fail("serial_quantity", { product: product.sku }, { pointer: `${pointer}/quantity_each` });
  }
  const moment = momentOf(item.at, sequence?.timeZone ?? "UTC", call.now());
  if (!moment.ok) throw failureOfRefusal(moment, `${pointer}/at`);
  const expiry = expiryDate(product, item.expires_on, item.produced_on ?? moment.value.date);
  if ("problem" in expiry) {
    return fail(expiry.problem, { product: product.sku }, { pointer: `${pointer}/expires_on` });
  }
  return {
    ordinal,
    product: product.sku,
    product_definition: product.hash,
    quantity,
    produced_on: item.produced_on ?? null,
    expires_on: expiry.date,
    location: item.location ?? null,
    attributes: item.attributes ?? null,
  };
}

function countRequest(
  call: Call,
  shared: Shared,
  { item, product, sequence, pointer }: Known<CountItem>,
): LotRequest {
  if (sequence === undefined) {
    return fail(
      "product_without_sequence",
      { product: product.sku },
      { pointer: `${pointer}/product` },
    );
  }
  const { form, period } = boundForm(sequence, item, call.now(), pointer);
  return {
    ...shared,
    ...form,
    source: "draw",
    ...servedBy(sequence),
    period,
    last: lastShown(sequence)?.toString() ?? null,
    count: item.count,
    numbered: true,
  };
}

/** The sequence that serves an item, and the one in whose series that counts. */
export function servedBy(
  sequence: SequenceDefinition | undefined,
): Pick<LotRequest, "sequence" | "definition" | "counter" | "counter_definition"> {
  return {
    sequence: sequence?.key ?? null,
    definition: sequence?.hash ?? null,
    counter: sequence?.counter.key ?? null,
    counter_definition: sequence?.counter.hash ?? null,
  };
}

/** A name, and where in the request it comes from. */
interface PlacedName {
  readonly name: string;
  readonly at: string;
}

/** Adds the form of a name to those of its item. */
export function addForm(forms: Map<string, NamedForm>, form: NamedForm): void {
  forms.set([form.period, form.prefix, form.suffix].join("\n"), form);
}

/** `seen` are the names of the request so far, by product. */
function namesRequest(
  shared: Shared,
  { item, product, sequence }: Known<NamesItem | ContinueItem>,
  placed: readonly PlacedName[],
  seen: Set<string>,
): LotRequest {
  const read = sequence === undefined ? () => null : nameReader(sequence.pattern);
  const periodOf = sequence === undefined ? () => null : periodReader(sequence);
  const numbers: (string | null)[] = [];
  const periods: (string | null)[] = [];
  const forms = new Map<string, NamedForm>();
  for (const { name, at } of placed) {
    const checked = checkName(name);
    if (!checked.ok) throw failureOfRefusal(checked, at);
    const key = `${product.sku}\n${name}`;
    if (seen.has(key)) {
      const quantities = item.quantities !== undefined && product.tracking === "lot";
      fail("name_repeated", { name, quantities }, { pointer: at });
    }
    seen.add(key);
    const found = read(name);
    const period = found === null ? null : periodOf(found);
    const ours =
      found !== null &&
      period !== null &&
      sequence !== undefined &&
      found.number <= sequence.ceiling;
    numbers.push(ours ? found.number.toString() : null);
    periods.push(ours ? period : null);
    if (ours) addForm(forms, { period, ...found.form });
  }
  return {
    ...shared,
    source: "names",
    ...servedBy(sequence),
    count: placed.length,
    names: placed.map(({ name }) => name),
    numbers,
    periods,
    forms: [...forms.values()],
    quantities: item.quantities ?? null,
    expiries: item.expiries ?? null,
    numbered: numbers.some((number) => number !== null),
    allow_jump: item.allow_jump ?? false,
  };
}

function reservationRequest(shared: Shared, { item, pointer }: Known<ReservationItem>): LotRequest {
  const named = readReservationId(item.reservation);
  if (named === undefined) {
    const facts = { reservation: item.reservation };
    return fail("unknown_reservation", facts, { pointer: `${pointer}/reservation` });
  }
  return {
    ...shared,
    source: "reservation",
    // Its numbers were drawn before, whatever sequence serves the product now.
    ...servedBy(undefined),
    count: item.count ?? null,
    first_name: item.first_name ?? null,
    reservation_sequence: named.sequence,
    reservation_period: named.period,
    reservation_first: named.first,
    lease_token: item.lease_token ?? null,
  };
}

/** The names of a run that goes on from a name made elsewhere; see `continueFrom`. */
function continuedNames({ item, sequence, pointer }: Known<ContinueItem>): string[] {
  const continued = continueFrom(item.first_name, item.count, sequence?.pattern ?? null);
  if (!continued.ok) throw failureOfRefusal(continued, `${pointer}${continued.pointer ?? ""}`);
  const { form, first } = continued.value;
  return Array.from({ length: item.count }, (_, index) => render(form, first + BigInt(index)));
}
