import type { Random } from "../../../faults/random.ts";
import type { HeldSequence, Holdings } from "../holdings.ts";
import { maybe } from "./wish.ts";
import type { Recipe, Wish } from "./wish.ts";

/** The sequence whose counter is moved by hand; nothing draws from it. */
export const moved = "moved";

/** The sequences that every client begins with; the patterns of no two have a name in common. */
export function foundedSequences(held: Holdings): HeldSequence[] {
  const pattern = (letter: string): string => `${held.marker}${held.own}${letter}-`;
  const bodies: Record<string, Record<string, unknown>> = {
    row: { pattern: `${pattern("R")}{000000}` },
    hot: { pattern: `${pattern("H")}{000000}`, hot: true },
    five: { pattern: `${pattern("I")}{000000}`, increment: "5", start: 10 },
    gapless: { pattern: `${pattern("G")}{000000}`, mode: "gapless" },
    yearly: { pattern: `${pattern("Y")}{YYYY}-{00000}`, reset: "yearly" },
    daily: { pattern: `${pattern("D")}{YYYY}{MM}{DD}-{0000}`, reset: "daily" },
    fiscal: {
      pattern: `${pattern("C")}{FY}-{0000}`,
      reset: "fiscal",
      fiscal_year_start: "06-01",
      time_zone: "Europe/Berlin",
    },
    field: { pattern: `${pattern("F")}{field.plant}-{0000}` },
    tight: { pattern: `${pattern("T")}{000}`, overflow: "reject" },
    odoo: { dialect: "odoo", prefix: `${pattern("O")}%(year)s/`, padding: 5 },
    frappe: { dialect: "frappe", pattern: `${pattern("N")}.YYYY.-.#####` },
    [moved]: { pattern: `${pattern("M")}{0000000}` },
  };
  return Object.entries(bodies).map(([name, body]) => ({
    key: held.key(name),
    body,
    needsField: name === "field",
  }));
}

export function putSequence({ key, body }: HeldSequence): Wish {
  return { operation: "putSequence", inPath: { key }, json: body };
}

/** How many sequences a client makes beside the first ones. */
const furtherSequences = 12;

/** A day that is one of few, so that there are not very many series. */
export function someDay(random: Random): string {
  return `${random.between(2024, 2027)}-03-0${random.between(1, 3)}`;
}

/** When a document is, in one of the forms that are taken. */
export function someMoment(random: Random): string {
  const day = someDay(random);
  return random.pick([day, day, `${day}T10:00:00Z`, `${day}T23:30:00+02:00`]);
}

export function someFields(random: Random, needed: boolean): Record<string, unknown> | undefined {
  if (needed) return { plant: random.pick(["B7", "A", "north_1", 12]) };
  return maybe(random, 0.1, () => ({ plant: "B7" }));
}

function some(held: Holdings, random: Random): HeldSequence {
  const found = held.sequences.pick(random);
  if (found === undefined) throw new Error("A client begins with sequences.");
  return found;
}

function one(operation: string): Recipe {
  return (held, random) => ({ operation, inPath: { key: some(held, random).key } });
}

function seriesOf(random: Random, { body }: HeldSequence): string | undefined {
  return body["reset"] === "yearly" ? String(random.between(2024, 2027)) : undefined;
}

export const sequenceRecipes: Readonly<Record<string, Recipe>> = {
  getSequence: one("getSequence"),
  putSequence(held, random) {
    const place = held.next() % furtherSequences;
    if (random.chance(0.4)) {
      const letter = `${held.marker}${held.own}Z${place}-`;
      const body = { pattern: `${letter}{${"0".repeat(random.between(1, 9))}}` };
      return putSequence({ key: held.key(`z${place}`), body, needsField: false });
    }
    const sequence = some(held, random);
    if (random.chance(0.5) || typeof sequence.body["pattern"] !== "string")
      return putSequence(sequence);
    const zeros = "0".repeat(random.between(4, 9));
    const pattern = sequence.body["pattern"].replace(/\{0+\}$/, `{${zeros}}`);
    return putSequence({ ...sequence, body: { ...sequence.body, pattern } });
  },
  previewSequence(held, random) {
    const sequence = some(held, random);
    const fields = someFields(random, sequence.needsField);
    const query = {
      count: maybe(random, 0.5, () => String(random.between(1, 20))),
      at: maybe(random, 0.5, () => someMoment(random)),
      fields: fields === undefined ? undefined : JSON.stringify(fields),
    };
    return { operation: "previewSequence", inPath: { key: sequence.key }, query };
  },
  getAccount(held, random) {
    const sequence = some(held, random);
    const query = { series: maybe(random, 0.3, () => seriesOf(random, sequence)) };
    return { operation: "getAccount", inPath: { key: sequence.key }, query };
  },
  createReservation(held, random) {
    const sequence = some(held, random);
    const json = {
      count: random.weighed<number | string>([
        [60, random.between(1, 5)],
        [20, "12"],
        [15, random.between(6, 200)],
        [1, 100_000],
      ]),
      at: maybe(random, 0.3, () => someMoment(random)),
      fields: someFields(random, sequence.needsField),
      include: maybe(random, 0.2, () => "names"),
    };
    return { operation: "createReservation", inPath: { key: sequence.key }, json };
  },
  advanceSequence(held, random) {
    const to = String(held.moved.to + BigInt(random.between(1, 500)));
    const json = { to, reason: held.text() };
    return { operation: "advanceSequence", inPath: { key: held.key(moved) }, json };
  },
  rewindSequence(held, random) {
    const { from, to } = held.moved;
    if (to <= from)
      return sequenceRecipes["advanceSequence"]?.(held, random) ?? putSequence(some(held, random));
    const json = { to: String(from), reason: held.text() };
    return { operation: "rewindSequence", inPath: { key: held.key(moved) }, json };
  },
  nextNames(held, random) {
    const place = held.next() % furtherSequences;
    const json = {
      series: random.pick([
        `${held.marker}${held.own}S${place}-.YYYY.-.#####`,
        `${held.marker}${held.own}S${place}-.####`,
        `${held.marker}${held.own}P-.{plant}.-.###`,
      ]),
      count: maybe(random, 0.6, () => random.between(1, 20)),
      at: maybe(random, 0.4, () => someMoment(random)),
      fields: { plant: random.pick(["B7", "A"]) },
    };
    return { operation: "nextNames", json };
  },
  getReservation(held, random) {
    return ofReservation(held, random, (id) => ({ operation: "getReservation", inPath: { id } }));
  },
  listNames(held, random) {
    return ofReservation(held, random, (id) => ({
      operation: "listNames",
      inPath: { id },
      headers: someAccept(random),
      query: { raw: maybe(random, 0.2, () => "true") },
    }));
  },
  voidReservation(held, random) {
    const reservation = held.reservations.take(random);
    if (reservation === undefined) return reserve(held, random);
    const { id, first, last } = reservation;
    const part = random.chance(0.3) ? { first: String(first), last: String(last) } : {};
    return { operation: "voidReservation", inPath: { id }, json: { reason: held.text(), ...part } };
  },
};

function ofReservation(held: Holdings, random: Random, make: (id: string) => Wish): Wish {
  const reservation = held.reservations.pick(random);
  return reservation === undefined ? reserve(held, random) : make(reservation.id);
}

/** A small reservation of the plainest sequence. */
export function reserve(held: Holdings, random: Random): Wish {
  const json = { count: random.between(1, 10) };
  return { operation: "createReservation", inPath: { key: held.key("row") }, json };
}

/** One of the three forms that a list is answered in. */
export function someAccept(random: Random): Record<string, string> {
  const accept = random.weighed([
    [6, undefined],
    [1, "application/x-ndjson"],
    [1, "text/csv"],
    [1, "application/json"],
  ]);
  return accept === undefined ? {} : { Accept: accept };
}
