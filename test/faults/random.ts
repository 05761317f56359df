/** Numbers that look random and are decided by a seed. */
export interface Random {
  /** From 0 up to and without 1. */
  next(): number;
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number;
  /** True so often. */
  chance(probability: number): boolean;
  /** One of these, of which there is at least one. */
  pick<T>(some: readonly T[]): T;
  /** One of these, each so often as its weight says. */
  weighed<T>(some: readonly (readonly [weight: number, thing: T])[]): T;
}

/** The numbers of a seed; those of another `stream` of the same seed have nothing to do with them. */
export function randomOf(seed: number, stream = 0): Random {
  // Mulberry32: 32 bits of state, good enough to decide and short enough to read.
  let state = (Math.imul(seed, 0x9e37_79b1) ^ Math.imul(stream + 1, 0x85eb_ca6b)) >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    between: (low, high) => low + Math.floor(next() * (high - low + 1)),
    chance: (probability) => next() < probability,
    pick: (some) => chosen(some[Math.floor(next() * some.length)]),
    weighed(some) {
      let left = next() * some.reduce((sum, [weight]) => sum + weight, 0);
      const found = some.find(([weight]) => (left -= weight) < 0) ?? some.at(-1);
      return chosen(found)[1];
    },
  };
}

function chosen<T>(thing: T | undefined): T {
  if (thing === undefined) throw new Error("There is nothing to choose from.");
  return thing;
}
