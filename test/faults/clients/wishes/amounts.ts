import type { Random } from "../../random.ts";

/** How large what is asked for is. */
export interface Appetite {
  /** The most that a reservation asks for. */
  readonly numbers: number;
  /** The most that a creation of lots asks for. */
  readonly lots: number;
  /** How many of a hundred ask for up to the most. */
  readonly large: number;
  /** How often something else than numbers and new lots is asked for: 1 as usual, 0 never. */
  readonly beside: number;
  /** How often the holder of a lease says something: 1 as usual, 0 never. */
  readonly leases: number;
}

/** Mostly one, sometimes very many: the most come from few requests. */
export function someCount(random: Random, most: number, large: number): number {
  const high = random.weighed([
    [60, 1],
    [25, 20],
    [12, 1000],
    [large, most],
  ]);
  return random.between(1, Math.min(high, most));
}
