import { longestTimerMs, reasonOf } from "../calls/tries.ts";
import type { Leased } from "./leased.ts";

/** How long a caller waits for its numbers. */
export interface Wait {
  /** Milliseconds; as the sequence was made when left out. */
  readonly waitMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A caller that waits for numbers. */
interface Waiter {
  readonly count: number;
  /** By the steady clock. */
  readonly until: number;
  readonly resolve: (items: Leased[]) => void;
  readonly reject: (error: Error) => void;
}

/** Callers in the order in which they came, each until it has its numbers or gives up. */
export class Waiting {
  readonly #waiters = new Set<Waiter>();
  readonly #steady: () => number;
  readonly #late: () => Error;
  readonly #take: (count: number) => Leased[] | null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #timerAt = Number.POSITIVE_INFINITY;

  /** `late` says why a caller has waited in vain; `take` gives as many numbers as one waits for, or null. */
  constructor(steady: () => number, late: () => Error, take: (count: number) => Leased[] | null) {
    this.#steady = steady;
    this.#late = late;
    this.#take = take;
  }

  get isEmpty(): boolean {
    return this.#waiters.size === 0;
  }

  /** Numbers that are waited for. */
  get wanted(): number {
    return this.served(Number.POSITIVE_INFINITY);
  }

  /** Numbers that the next one waits for; 0 when there is none. */
  get next(): number {
    const [waiter] = this.#waiters;
    return waiter?.count ?? 0;
  }

  /** How many of so many numbers go to callers, in their order and to each all that it waits for. */
  served(numbers: number): number {
    let served = 0;
    for (const { count } of this.#waiters) {
      if (served + count > numbers) break;
      served += count;
    }
    return served;
  }

  add(count: number, waitMs: number, signal: AbortSignal | undefined): Promise<Leased[]> {
    if (signal?.aborted === true) return Promise.reject(reasonOf(signal));
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        this.#leave(waiter, reasonOf(signal));
      };
      const until = this.#steady() + waitMs;
      const waiter: Waiter = {
        count,
        until,
        resolve: (items) => {
          signal?.removeEventListener("abort", stop);
          resolve(items);
        },
        reject: (error) => {
          signal?.removeEventListener("abort", stop);
          reject(error);
        },
      };
      signal?.addEventListener("abort", stop, { once: true });
      this.#waiters.add(waiter);
      this.#watch(until);
    });
  }

  /** Serves callers, each with all that it asked for, as long as there are as many. */
  serve(): void {
    for (const waiter of this.#waiters) {
      const items = this.#take(waiter.count);
      if (items === null) return;
      this.#waiters.delete(waiter);
      waiter.resolve(items);
    }
    this.#rest();
  }

  rejectAll(reason: unknown): void {
    const error = reason instanceof Error ? reason : new Error("It failed.", { cause: reason });
    for (const waiter of this.#waiters) this.#fail(waiter, error);
    this.#rest();
  }

  /** Rejects those who would have given up by then, as long as the next one waits for more than are `left`. */
  rejectUntil(steady: number, left: number): void {
    for (const waiter of this.#waiters) {
      if (this.next <= left) return;
      if (waiter.until <= steady) this.#fail(waiter, this.#late());
    }
  }

  #leave(waiter: Waiter, error: Error): void {
    this.#fail(waiter, error);
    // Another one is the next, who may wait for fewer.
    this.serve();
  }

  #fail(waiter: Waiter, error: Error): void {
    if (this.#waiters.delete(waiter)) waiter.reject(error);
  }

  #watch(until: number): void {
    if (until >= this.#timerAt) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timerAt = until;
    this.#timer = setTimeout(
      () => {
        this.#rest();
        this.#rejectLate();
      },
      Math.min(longestTimerMs, Math.max(0, until - this.#steady())),
    );
  }

  #rejectLate(): void {
    const now = this.#steady();
    let next = Number.POSITIVE_INFINITY;
    for (const waiter of this.#waiters) {
      if (waiter.until > now) {
        next = Math.min(next, waiter.until);
        continue;
      }
      this.#leave(waiter, this.#late());
    }
    // A millisecond more, since timers may be early.
    if (next < Number.POSITIVE_INFINITY) this.#watch(next + 1);
  }

  #rest(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#timerAt = Number.POSITIVE_INFINITY;
  }
}
