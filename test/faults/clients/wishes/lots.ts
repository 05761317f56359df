import type { Wanted, WantedItem } from "../../check/wanted.ts";
import type { Random } from "../../random.ts";
import type { ProductKey } from "../company.ts";
import type { Memory } from "../memory.ts";
import { taken } from "../memory.ts";
import { someCount } from "./amounts.ts";
import type { Appetite } from "./amounts.ts";

const productWeights: readonly (readonly [number, ProductKey])[] = [
  [30, "serial-row"],
  [30, "serial-hot"],
  [10, "serial-gapless"],
  [15, "serial-daily"],
  [15, "lot-five"],
];

/** A product whose lots get their names here. */
export function someProduct(random: Random): ProductKey {
  return random.weighed(productWeights);
}

export function countedLots(random: Random, { lots, large }: Appetite): Wanted {
  if (random.chance(0.2)) {
    const items = Array.from({ length: random.between(2, 4) }, (): WantedItem => {
      return { product: someProduct(random), count: random.between(1, 10) };
    });
    return { kind: "lots", items };
  }
  const product = someProduct(random);
  const most = product === "serial-gapless" ? 50 : lots;
  return { kind: "lots", items: [{ product, count: someCount(random, most, large) }] };
}

/** Many lots, without waiting for them: enough that the job can be cancelled before it is done. */
export function lotsForLater(random: Random, { lots }: Appetite): Wanted {
  const product = random.pick(["serial-row", "serial-hot", "lot-five"] as const);
  const most = Math.min(lots, random.pick([1000, 10_000, 50_000]));
  const items: WantedItem[] = [{ product, count: random.between(Math.ceil(most / 2), most) }];
  if (random.chance(0.5)) items.push({ product: "serial-row", count: random.between(600, 2000) });
  return { kind: "lots", items, async: true };
}

/** Undefined when the client has no reservation that is small enough. */
export function lotsOfReservation(random: Random, { reservations }: Memory): Wanted | undefined {
  const reservation = taken(random, reservations, ({ count }) => count <= 2000);
  if (reservation === undefined) return undefined;
  const part = random.chance(0.5) ? {} : { count: random.between(1, reservation.count) };
  const product = someProduct(random);
  return { kind: "lots", items: [{ product, reservation: reservation.id, ...part }] };
}

export function namedLots(random: Random, own: string): Wanted {
  return { kind: "lots", items: [{ product: "named", names: madeElsewhere(random, own) }] };
}

/** Names that nobody else gives. */
export function madeElsewhere(random: Random, own: string): string[] {
  return Array.from({ length: random.between(1, 5) }, (_, place) => `VND/${own}/${place}`);
}
