import type { Clock } from "./clock.ts";
import type { Sizing } from "./demand.ts";
import type { LeaseStore } from "./store.ts";

/** How a leased sequence behaves. Everything may be left out. */
export interface LeasedSequenceOptions {
  /** Who draws: a device, a shop, a process; 1 to 64 characters. */
  readonly holder?: string;
  /** Fields of the sequence's pattern, the same for all numbers. */
  readonly fields?: Readonly<Record<string, string | number>>;
  /** Where blocks and reports are kept; in memory when left out. */
  readonly store?: LeaseStore;
  /** How long a lease is asked for and renewed, in seconds; 3600 when left out. */
  readonly ttlSeconds?: number;
  /** For how many seconds a block is to last at the demand of the last minutes; 900 when left out. */
  readonly blockSeconds?: number;
  /** Numbers of a block: at least (10 when left out) and at most (100,000; the service's most is 1,000,000). */
  readonly minBlock?: number;
  readonly maxBlock?: number;
  /** How long a caller waits when there are no numbers, in milliseconds; 30,000 when left out. */
  readonly waitMs?: number;
  /** How often the service is told what was used, in milliseconds; 60,000 when left out. */
  readonly reportEveryMs?: number;
  /** Is told what goes wrong where no caller waits for it. */
  readonly onProblem?: (problem: unknown) => void;
  readonly clock?: Clock;
}

/** How large blocks are to be. Throws a RangeError. */
export function sizingOf(options: LeasedSequenceOptions): Sizing {
  const { minBlock = 10, maxBlock = Math.max(100_000, minBlock), blockSeconds = 900 } = options;
  const isCount = Number.isInteger(minBlock) && Number.isInteger(maxBlock);
  if (!(isCount && minBlock >= 1 && minBlock <= maxBlock && maxBlock <= 1_000_000)) {
    throw new RangeError(
      "minBlock and maxBlock are whole numbers from 1 to 1,000,000, and minBlock is at most maxBlock.",
    );
  }
  if (!(blockSeconds > 0 && blockSeconds < Number.POSITIVE_INFINITY)) {
    throw new RangeError("blockSeconds is more than 0.");
  }
  return { minBlock, maxBlock, blockSeconds };
}

/** How a lease is asked for. Throws a RangeError. */
export function termsOf({ holder, ttlSeconds = 3600 }: LeasedSequenceOptions): {
  holder: string;
  ttlSeconds: number;
} {
  if (!(Number.isInteger(ttlSeconds) && ttlSeconds >= 1)) {
    throw new RangeError("ttlSeconds is a whole number from 1 on.");
  }
  if (holder !== undefined && !(holder.length >= 1 && holder.length <= 64)) {
    throw new RangeError("holder has 1 to 64 characters.");
  }
  return { holder: holder ?? `client-${crypto.randomUUID().slice(0, 8)}`, ttlSeconds };
}

/** What a sequence is called in its store. */
export function storedName(
  url: string,
  key: string,
  fields: Readonly<Record<string, string | number>> = {},
): string {
  const sorted = Object.entries(fields).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const { host, pathname } = new URL(url);
  return [
    host + pathname.replace(/\/+$/, ""),
    key,
    ...(sorted.length === 0 ? [] : [JSON.stringify(sorted)]),
  ].join(" ");
}
