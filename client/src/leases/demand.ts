const slotMs = 5000;
const slots = 60;

/** How many numbers were taken in the last five minutes. Times are of a steady clock, in milliseconds. */
export class Demand {
  readonly #taken = new Map<number, number>();
  readonly #since: number;

  constructor(now: number) {
    this.#since = now;
  }

  add(count: number, now: number): void {
    const slot = Math.floor(now / slotMs);
    this.#taken.set(slot, (this.#taken.get(slot) ?? 0) + count);
    for (const old of this.#taken.keys()) {
      if (old > slot - slots) break;
      this.#taken.delete(old);
    }
  }

  /** Numbers a second. The first second counts as a whole one. */
  rate(now: number): number {
    let taken = 0;
    const oldest = Math.floor(now / slotMs) - slots;
    for (const [slot, count] of this.#taken) if (slot > oldest) taken += count;
    const seconds = Math.min(now - this.#since, slotMs * slots) / 1000;
    return taken / Math.max(1, seconds);
  }
}

/** Bounds of blocks, in numbers, and for how long one is to last. */
export interface Sizing {
  readonly minBlock: number;
  readonly maxBlock: number;
  readonly blockSeconds: number;
}

/** By how much the size may change from one block to the next. */
const factor = 4;

/**
 * The size of the next block: as many numbers as `blockSeconds` take at the rate (numbers a second), at
 * most four times the one before and at least a quarter of it, but all that callers are waiting for.
 */
export function nextSize(
  before: number,
  rate: number,
  waiting: number,
  { minBlock, maxBlock, blockSeconds }: Sizing,
): number {
  const bounded = (size: number): number => Math.min(maxBlock, Math.max(minBlock, Math.ceil(size)));
  const base = before === 0 ? minBlock : before;
  const steady = Math.min(base * factor, Math.max(base / factor, rate * blockSeconds));
  return bounded(Math.max(steady, waiting));
}

/** At how few numbers left the next block is fetched: half a block, and what goes while it comes. */
export function refillAt(size: number, rate: number, fetchMs: number): number {
  const times = 4;
  return Math.max(Math.floor(size / 2), Math.ceil((rate * fetchMs * times) / 1000));
}
