import { fail, failureOfRefusal } from "../../errors.ts";
import type { Call } from "../call.ts";
import type { ProductDefinition, SequenceDefinition } from "../definitions/definitions.ts";
import { continueFrom } from "../patterns/continue.ts";
import { momentOf } from "../patterns/moment.ts";
import { checkName } from "../patterns/names.ts";
import type { BoundForm, Pattern } from "../patterns/pattern.ts";
import { nameReader, readName } from "../patterns/read.ts";
import { render } from "../patterns/render.ts";
import { readReservationId } from "../reservations/reservation.ts";
import { boundForm } from "../sequences/bound.ts";
import { expiryDate } from "./expiry.ts";
import type {
  ContinueItem,
  CountItem,
  LotItem,
  LotRequest,
  NamesItem,
  ReservationItem,
} from "./item.ts";

/** An item with what is known of its product; `pointer` is where it stands in the request. */
interface Known<Item> {
  readonly item: Item;
  readonly product: ProductDefinition;
  readonly sequence: SequenceDefinition | undefined;
  readonly pointer: string;
}

type Shared = Pick<
  LotRequest,
  "product" | "product_definition" | "quantity" | "produced_on" | "expires_on" | "attributes"
>;

/**
 * Turns items into what the store records, with every name decided as far as it can be before numbers
 * are drawn. Fails: unknown_product, product_not_tracked, product_without_sequence, serial_quantity,
 * expiry_*, name_*, unknown_reservation, at_*, field_*, number_overflow.
 */
export function lotRequests(
  call: Call,
  items: readonly LotItem[],
  products: ReadonlyMap<string, ProductDefinition>,
): LotRequest[] {
  refuseRepeatedNames(items);
  const runs = new Map<string, BoundRun[]>();
  return items.flatMap((item, index) => {
    const pointer = `/items/${index}`;
    const product = products.get(item.product);
    if (product === undefined) {
      return fail("unknown_product", { product: item.product }, { pointer: `${pointer}/product` });
    }
    const sequence =
      product.sequence === null
        ? undefined
        : call.definitions.sequence(call.caller.tenant, product.sequence);
    const shared = sharedPart(call, { item, product, sequence, pointer });
    if ("names" in item) return namesRequest(shared, { item, product, sequence, pointer });
    if ("reservation" in item)
      return reservationRequest(shared, { item, product, sequence, pointer });
    if ("first_name" in item) {
      const continued = continueRequests(shared, { item, product, sequence, pointer });
      for (const run of continued) refuseRepeatedRun(runs, run, `${pointer}/first_name`);
      return continued;
    }
    return countRequest(call, shared, { item, product, sequence, pointer });
  });
}

function sharedPart(call: Call, { item, product, sequence, pointer }: Known<LotItem>): Shared {
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
    product: product.sku,
    product_definition: product.hash,
    quantity,
    produced_on: item.produced_on ?? null,
    expires_on: expiry.date,
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
  const { form } = boundForm(sequence, item, call.now(), pointer);
  return {
    ...shared,
    ...form,
    source: "draw",
    sequence: sequence.key,
    definition: sequence.hash,
    count: item.count,
    numbered: true,
  };
}

function namesRequest(shared: Shared, { item, sequence, pointer }: Known<NamesItem>): LotRequest {
  const read = sequence === undefined ? () => null : nameReader(sequence.pattern);
  const numbers = item.names.map((name, index) => {
    const checked = checkName(name);
    if (!checked.ok) throw failureOfRefusal(checked, `${pointer}/names/${index}`);
    const number = read(name)?.number;
    return number === undefined || sequence === undefined || number > sequence.ceiling
      ? null
      : number.toString();
  });
  return {
    ...shared,
    source: "names",
    sequence: sequence?.key ?? null,
    definition: sequence?.hash ?? null,
    count: item.names.length,
    names: item.names,
    numbers,
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
    sequence: null,
    definition: null,
    count: item.count ?? null,
    first_name: item.first_name ?? null,
    reservation_sequence: named.sequence,
    reservation_period: named.period,
    reservation_first: named.first,
  };
}

function continueRequests(
  shared: Shared,
  { item, sequence, pointer }: Known<ContinueItem>,
): (LotRequest & BoundRun)[] {
  const continued = continueFrom(item.first_name, item.count, sequence?.pattern ?? null);
  if (!continued.ok) throw failureOfRefusal(continued, `${pointer}${continued.pointer ?? ""}`);
  const { form, first, matched } = continued.value;
  const runs = matched
    ? [{ first, count: item.count, numbered: true }]
    : runsIntoPattern(form, first, item.count, sequence?.pattern);
  return runs.map((run) => ({
    ...shared,
    ...form,
    source: "continue" as const,
    sequence: sequence?.key ?? null,
    definition: sequence?.hash ?? null,
    first: run.first.toString(),
    count: run.count,
    numbered:
      run.numbered &&
      sequence !== undefined &&
      run.first + BigInt(run.count) - 1n <= sequence.ceiling,
    allow_jump: item.allow_jump ?? false,
  }));
}

/** A run continued by hand: `count` numbers from `first`. */
interface BoundRun extends BoundForm {
  readonly product: string;
  readonly first: string;
  readonly count: number;
}

/** Refuses a run that gives a name of one of `before`, which are kept by product and text around. */
function refuseRepeatedRun(before: Map<string, BoundRun[]>, run: BoundRun, pointer: string): void {
  const key = JSON.stringify([run.product, run.prefix, run.suffix]);
  const others = before.get(key) ?? [];
  for (const other of others) {
    const first = max(BigInt(run.first), BigInt(other.first));
    const last = min(endOf(run), endOf(other));
    // Of different widths, two forms give the same names from where neither has to pad.
    const shared = run.width === other.width ? first : max(first, unpadded(run, other));
    if (shared <= last) fail("name_repeated", { name: render(run, shared) }, { pointer });
  }
  before.set(key, [...others, run]);
}

function endOf({ first, count }: BoundRun): bigint {
  return BigInt(first) + BigInt(count) - 1n;
}

function unpadded(a: BoundForm, b: BoundForm): bigint {
  return 10n ** BigInt(Math.max(a.width, b.width) - 1);
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

interface Run {
  readonly first: bigint;
  readonly count: number;
  readonly numbered: boolean;
}

/**
 * A run that begins outside of a pattern may walk into it: after `998` and `999` the pattern `{0000}`
 * could have made `1000`. Whether it reads a name changes only where the number gets another digit.
 */
function runsIntoPattern(
  form: BoundForm,
  first: bigint,
  count: number,
  pattern: Pattern | undefined,
): Run[] {
  const end = first + BigInt(count);
  for (let power = 1n; power < end; power *= 10n) {
    if (power <= first || pattern === undefined) continue;
    if (readName(pattern, render(form, power))?.number === power) {
      return [
        { first, count: Number(power - first), numbered: false },
        { first: power, count: Number(end - power), numbered: true },
      ];
    }
  }
  return [{ first, count, numbered: false }];
}

function refuseRepeatedNames(items: readonly LotItem[]): void {
  const seen = new Set<string>();
  items.forEach((item, index) => {
    if (!("names" in item)) return;
    item.names.forEach((name, at) => {
      const key = `${item.product}\n${name}`;
      if (seen.has(key))
        fail("name_repeated", { name }, { pointer: `/items/${index}/names/${at}` });
      seen.add(key);
    });
  });
}
