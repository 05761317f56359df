import type { Wanted, WantedItem } from "../check/wanted.ts";
import type { Random } from "../random.ts";
import { namingSeries } from "./company.ts";
import type { ProductKey, SequenceKey } from "./company.ts";

/** A reservation of the client's own that still has open numbers, as far as the client knows. */
export interface OpenReservation {
  readonly id: string;
  readonly first: bigint;
  readonly step: bigint;
  readonly count: number;
}

/** How large what is asked for is. */
export interface Appetite {
  /** The most that a reservation asks for. */
  readonly numbers: number;
  /** The most that a creation of lots asks for. */
  readonly lots: number;
  /** How many of a hundred ask for up to the most. */
  readonly large: number;
}

const sequenceWeights: readonly (readonly [number, SequenceKey])[] = [
  [30, "row"],
  [30, "hot"],
  [10, "five"],
  [10, "gapless"],
  [8, "yearly"],
  [8, "daily"],
  [4, "tight"],
  [6, "invoices"],
];

const productWeights: readonly (readonly [number, ProductKey])[] = [
  [30, "serial-row"],
  [30, "serial-hot"],
  [10, "serial-gapless"],
  [15, "serial-daily"],
  [15, "lot-five"],
];

/**
 * What a client wants next: mostly what it will get, sometimes what must be refused. `own` is a text that
 * no other wish of any client has. Takes what it uses up out of `open`.
 */
export function nextWish(
  random: Random,
  own: string,
  open: OpenReservation[],
  appetite: Appetite,
): Wanted {
  const choose = random.weighed<() => Wanted>([
    [55, () => reserving(random, appetite)],
    [10, () => naming(random)],
    [12, () => countedLots(random, appetite)],
    [6, () => lotsOfReservation(random, open) ?? reserving(random, appetite)],
    [6, () => ({ kind: "lots", items: [{ product: "named", names: madeElsewhere(random, own) }] })],
    [8, () => receiving(random, own)],
    [6, () => voiding(random, open) ?? reserving(random, appetite)],
    [4, () => refusable(random)],
  ]);
  return choose();
}

/** Mostly one, sometimes very many: the most come from few requests. */
function someCount(random: Random, most: number, large: number): number {
  const high = random.weighed([
    [60, 1],
    [25, 20],
    [12, 1000],
    [large, most],
  ]);
  return random.between(1, Math.min(high, most));
}

function reserving(random: Random, { numbers, large }: Appetite): Wanted {
  const sequence = random.weighed(sequenceWeights);
  switch (sequence) {
    case "gapless":
      return { kind: "reserve", sequence, count: someCount(random, 50, large) };
    case "tight":
      return { kind: "reserve", sequence, count: someCount(random, 30, large) };
    case "yearly": {
      const at = `${random.between(2024, 2027)}-03-01`;
      return { kind: "reserve", sequence, count: someCount(random, 1000, large), at };
    }
    case "invoices":
      return {
        kind: "reserve",
        sequence,
        count: someCount(random, 50, large),
        at: someDay(random),
      };
    case "daily":
      // The day is that of the Worker's clock.
      return { kind: "reserve", sequence, count: someCount(random, 1000, large) };
    case "row":
    case "hot":
    case "five":
      return { kind: "reserve", sequence, count: someCount(random, numbers, large) };
  }
}

/** Few days, so that many meet in one series. */
function someDay(random: Random): string {
  return random.pick(["2026-11-24", "2026-12-31", "2027-01-01"]);
}

function naming(random: Random): Wanted {
  const series = random.pick(namingSeries);
  const fields = series.includes("{plant}")
    ? { fields: { plant: random.pick(["B1", "B11"]) } }
    : {};
  const count = someCount(random, series.startsWith("C-") ? 3 : 50, 1);
  return { kind: "names", series, count, at: someDay(random), ...fields };
}

function countedLots(random: Random, { lots, large }: Appetite): Wanted {
  if (random.chance(0.2)) {
    const items = Array.from({ length: random.between(2, 4) }, (): WantedItem => {
      return { product: random.weighed(productWeights), count: random.between(1, 10) };
    });
    return { kind: "lots", items };
  }
  const product = random.weighed(productWeights);
  const most = product === "serial-gapless" ? 50 : lots;
  return { kind: "lots", items: [{ product, count: someCount(random, most, large) }] };
}

function lotsOfReservation(random: Random, open: OpenReservation[]): Wanted | undefined {
  const reservation = taken(random, open, 2000);
  if (reservation === undefined) return undefined;
  const part = random.chance(0.5) ? {} : { count: random.between(1, reservation.count) };
  const product = random.weighed(productWeights);
  return { kind: "lots", items: [{ product, reservation: reservation.id, ...part }] };
}

function madeElsewhere(random: Random, own: string): string[] {
  return Array.from({ length: random.between(1, 5) }, (_, place) => `VND/${own}/${place}`);
}

function receiving(random: Random, own: string): Wanted {
  const lines = Array.from({ length: random.between(1, 3) }, () => {
    return { product: random.weighed(productWeights), quantity: random.between(1, 20) };
  });
  return { kind: "receipt", reference: `DN-${own}`, lines };
}

function voiding(random: Random, open: OpenReservation[]): Wanted | undefined {
  const reservation = taken(random, open, Infinity);
  if (reservation === undefined) return undefined;
  const { id, first, step, count } = reservation;
  if (random.chance(0.5)) return { kind: "void", reservation: id };
  const from = random.between(0, count - 1);
  const to = random.between(from, count - 1);
  const number = (place: number): string => String(first + BigInt(place) * step);
  return { kind: "void", reservation: id, first: number(from), last: number(to) };
}

/** Something that cannot be had. */
function refusable(random: Random): Wanted {
  return random.pick<Wanted>([
    { kind: "reserve", sequence: "tight", count: 1000 },
    { kind: "reserve", sequence: "nothing", count: 1 },
    { kind: "void", reservation: "row:999999999" },
    // The second has no numbers for so many, so the first must not draw either.
    {
      kind: "lots",
      items: [
        { product: "serial-hot", count: 3 },
        { product: "named", count: 1000 },
      ],
    },
    { kind: "receipt", reference: "DN-0", lines: [{ product: "nothing", quantity: 1 }] },
  ]);
}

/** Takes a reservation of at most so many numbers out of the list. */
function taken(random: Random, open: OpenReservation[], most: number): OpenReservation | undefined {
  if (open.length === 0) return undefined;
  const place = random.between(0, open.length - 1);
  const found = open[place];
  if (found === undefined || found.count > most) return undefined;
  open.splice(place, 1);
  return found;
}
