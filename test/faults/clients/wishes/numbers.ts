import type { Wanted } from "../../check/wanted.ts";
import type { Random } from "../../random.ts";
import { namingSeries } from "../company.ts";
import type { SequenceKey } from "../company.ts";
import type { Memory } from "../memory.ts";
import { taken } from "../memory.ts";
import { someCount } from "./amounts.ts";
import type { Appetite } from "./amounts.ts";

const sequenceWeights: readonly (readonly [number, SequenceKey])[] = [
  [30, "row"],
  [30, "hot"],
  [10, "five"],
  [10, "gapless"],
  [8, "yearly"],
  [8, "daily"],
  [4, "tight"],
  [6, "invoices"],
  [2, "spare"],
  [2, "spare-hot"],
];

export function reserving(random: Random, { numbers, large }: Appetite): Wanted {
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
    case "spare":
    case "spare-hot":
      return { kind: "reserve", sequence, count: someCount(random, numbers, large) };
  }
}

/** Few days, so that many meet in one series. */
function someDay(random: Random): string {
  return random.pick(["2026-11-24", "2026-12-31", "2027-01-01"]);
}

export function naming(random: Random): Wanted {
  const series = random.pick(namingSeries);
  const fields = series.includes("{plant}")
    ? { fields: { plant: random.pick(["B1", "B11"]) } }
    : {};
  const count = someCount(random, series.startsWith("C-") ? 3 : 50, 1);
  return { kind: "names", series, count, at: someDay(random), ...fields };
}

/** Undefined when the client has no reservation that it could void. */
export function voiding(random: Random, { reservations }: Memory): Wanted | undefined {
  const reservation = taken(random, reservations);
  if (reservation === undefined) return undefined;
  const { id, first, step, count } = reservation;
  if (random.chance(0.5)) return { kind: "void", reservation: id };
  const from = random.between(0, count - 1);
  const to = random.between(from, count - 1);
  const number = (place: number): string => String(first + BigInt(place) * step);
  return { kind: "void", reservation: id, first: number(from), last: number(to) };
}
