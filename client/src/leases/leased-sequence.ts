import { NoAnswer, SerialmintProblem } from "../calls/failures.ts";
import { pause } from "../calls/tries.ts";
import type { Serialmint } from "../serialmint.ts";
import { machineClock } from "./clock.ts";
import { Demand } from "./demand.ts";
import { Hand } from "./hand.ts";
import type { Leased, NumberRun } from "./leased.ts";
import { sizingOf, storedName, termsOf } from "./options.ts";
import type { LeasedSequenceOptions } from "./options.ts";
import { Outbox } from "./outbox.ts";
import { Rounds } from "./rounds.ts";
import {
  claim,
  giveAllBack,
  hold,
  leftOf,
  putBack,
  release,
  reportAll,
  settle,
  stockOf,
} from "./state.ts";
import type { State } from "./state.ts";
import { Stock } from "./stock.ts";
import { MemoryStore } from "./store.ts";
import { Supply, isFull } from "./supply.ts";
import type { Outcome } from "./supply.ts";
import { Waiting } from "./waiting.ts";
import type { Wait } from "./waiting.ts";

/** What a leased sequence has. */
export interface StockStatus {
  /** Numbers that may be handed out without asking the service. */
  readonly left: number;
  /** When the first block runs out unless it is renewed; null when there is none. */
  readonly expiresAt: Date | null;
  /** Reports that wait to be sent. */
  readonly reports: number;
}

/** How a leased sequence is ended. */
export interface Closing {
  /** Whether what is left is given back; when left out, if the store dies with the process. */
  readonly giveBack?: boolean;
  readonly reason?: string;
  /** How long the service may take to be told, in milliseconds; 5,000 when left out. */
  readonly timeoutMs?: number;
}

/** It was closed, and gives nothing any more. */
export class SequenceClosed extends Error {
  override readonly name = "SequenceClosed";

  constructor() {
    super("The leased sequence was closed.");
  }
}

/** From how long a pause on who comes after a refusal is refused at once, in milliseconds. */
const refusedAgainMs = 1000;

/** How long to wait for another process that asks, in milliseconds. */
const lookAgainMs = 20;
/** How long to wait at a time: another process may have got a block, or who waited for many may have gone. */
const lookEveryMs = 250;

/**
 * Numbers of one sequence from memory or a store, leased from the service in blocks before they run out.
 * No number is given twice, whatever dies; see docs/using/client.md.
 */
export class LeasedSequence {
  readonly #stock: Stock;
  readonly #outbox: Outbox;
  readonly #supply: Supply;
  readonly #demand: Demand;
  readonly #waiting: Waiting;
  readonly #waitMs: number;
  readonly #reportEveryMs: number;
  readonly #tell: (problem: unknown) => void;
  readonly #hand: Hand;
  readonly #rounds: Rounds;
  #serving: Promise<void> | null = null;
  #lastReport: number;
  #lastFailure: unknown = null;
  /** Waiting longer would not have helped then. */
  #isRefused = false;
  #isFirstRound = true;
  /** Numbers in the store that are open to all, as far as this process knows. */
  #inStore = 0;
  /** At how few numbers the next block is fetched. */
  #low = 0;
  #isClosed = false;
  /** Ends requests that are on their way when it is closed. */
  readonly #stop = new AbortController();
  #closing: Promise<void> | null = null;

  constructor(
    service: Pick<Serialmint, "post">,
    url: string,
    key: string,
    options: LeasedSequenceOptions = {},
  ) {
    const clock = options.clock ?? machineClock;
    const { fields, store = new MemoryStore() } = options;
    const { onProblem = () => undefined } = options;
    this.#tell = (problem) => {
      if (this.#stop.signal.aborted) return;
      try {
        onProblem(problem);
      } catch {
        // Its own affair: what was under way goes on.
      }
    };
    this.#stock = new Stock(store, storedName(url, key, fields), clock);
    this.#demand = new Demand(clock.steady());
    const calls = { timeoutMs: 10_000, deadlineMs: 10_000, signal: this.#stop.signal };
    this.#outbox = new Outbox(service, this.#stock, calls, this.#tell);
    const terms = {
      sequence: key,
      fields,
      calls,
      ...termsOf(options),
      ...sizingOf(options),
    };
    this.#supply = new Supply(service, this.#stock, terms, this.#demand, this.#outbox, this.#tell);
    this.#waitMs = options.waitMs ?? 30_000;
    this.#reportEveryMs = options.reportEveryMs ?? 60_000;
    this.#lastReport = clock.steady();
    this.#hand = new Hand(
      (lease) => this.#stock.grants.isLive(lease),
      (run) => {
        this.#letGo(run);
      },
    );
    this.#waiting = new Waiting(
      () => clock.steady(),
      () => this.#lateness(),
      (count) => this.#takeAll(count),
    );
    const roundMs = Math.max(100, Math.min(this.#reportEveryMs, terms.ttlSeconds * 100, 15_000));
    this.#rounds = new Rounds(() => this.#round().catch(this.#tell), roundMs);
  }

  /** The next number. Rejects when none comes in time, with what the service said if it refused. */
  next(wait?: Wait): Promise<Leased> {
    if (this.#waiting.isEmpty && wait?.signal?.aborted !== true) {
      const item = this.#take();
      if (item !== null) return Promise.resolve(item);
    }
    // As many as were asked for.
    return this.#queue(1, wait).then(([item]) => item as Leased);
  }

  /** The next `count` numbers at once. */
  take(count: number, wait?: Wait): Promise<Leased[]> {
    if (!Number.isSafeInteger(count) || count < 1 || count > 1_000_000) {
      return Promise.reject(new RangeError(`take gives 1 to 1,000,000 numbers, not ${count}.`));
    }
    return this.#queue(count, wait);
  }

  /** What there is to hand out, and what waits to be sent. */
  async status(): Promise<StockStatus> {
    this.#hand.dropOver();
    const state = await this.#stock.look();
    const isUsable = this.#stock.isUsable(state);
    const usable = state.blocks.filter(
      (block) => isUsable(block) && (block.held || leftOf(block) > 0),
    );
    const ends = usable.map(({ expires_ms }) => expires_ms);
    return {
      left: stockOf(state, isUsable) + this.#hand.left,
      expiresAt: ends.length === 0 ? null : new Date(Math.min(...ends)),
      reports: state.reports.length,
    };
  }

  /** Gets blocks until at least `count` numbers are there, such as before going offline. */
  async stockUp(count: number): Promise<void> {
    for (;;) {
      const { left } = await this.status();
      if (left >= count) return;
      if (this.#isClosed) throw new SequenceClosed();
      const outcome = await this.#supply.refill(count - 1 - this.#hand.left, count - left);
      if (outcome.kind === "failed") throw outcome.error;
      if (outcome.kind === "another asks") await pause(lookAgainMs);
    }
  }

  /** Tells the service what was used; rejects when it cannot be told now. What is not told stays queued. */
  async report(): Promise<void> {
    await this.#queueReports();
    await this.#outbox.send();
  }

  /**
   * Ends it. Callers who wait are refused. What was used is reported, and what is left given back or kept
   * for the next start; what cannot be told in time stays in the store's queue, and `onProblem` hears of it.
   * Closed again, it is the same end, or after one that rejected another try.
   */
  close(closing: Closing = {}): Promise<void> {
    this.#closing ??= this.#end(closing).catch((error: unknown) => {
      this.#closing = null;
      throw error;
    });
    return this.#closing;
  }

  async #end({
    giveBack = !this.#stock.lasting,
    reason,
    timeoutMs = 5000,
  }: Closing): Promise<void> {
    this.#isClosed = true;
    this.#rounds.stop();
    this.#waiting.rejectAll(new SequenceClosed());
    const until = this.#stock.clock.steady() + timeoutMs;
    const leftMs = (): number => Math.max(0, until - this.#stock.clock.steady());
    // A block may be on its way.
    const quiet = Promise.all([this.#serving, giveBack ? this.#supply.finish() : null]);
    await inTime(
      quiet.catch(() => undefined),
      leftMs(),
    );
    await this.#emptyHand((state) =>
      giveBack ? giveAllBack(state, reason ?? "the client was closed") : reportAll(state),
    );
    const told = this.#outbox.send().then(
      () => null,
      (error: unknown) => error,
    );
    const failure = await inTime(told, Math.max(leftMs(), 100));
    if (failure !== null) {
      this.#tell(failure ?? new NoAnswer("The service was not told in time what was used.", {}));
    }
    this.#stop.abort(new SequenceClosed());
  }

  #queue(count: number, wait: Wait = {}): Promise<Leased[]> {
    if (this.#isClosed) return Promise.reject(new SequenceClosed());
    const promise = this.#waiting.add(count, wait.waitMs ?? this.#waitMs, wait.signal);
    this.#serveSoon();
    return promise;
  }

  /** In a turn of its own, so that all callers of this one are served together. */
  #serveSoon(): void {
    this.#serving ??= Promise.resolve()
      .then(() => this.#serve())
      .catch((error: unknown) => {
        this.#waiting.rejectAll(error);
      })
      .then(() => {
        this.#serving = null;
        // One may have come since.
        if (!this.#waiting.isEmpty) this.#serveSoon();
      });
  }

  async #serve(): Promise<void> {
    while (!this.#waiting.isEmpty) {
      this.#waiting.serve();
      if (this.#waiting.isEmpty) break;
      if (await this.#claim()) continue;
      const { pauseMs } = this.#supply;
      if (pauseMs <= 0) {
        await this.#await();
        continue;
      }
      // What was refused time and again would be refused once more, and nobody waits in vain.
      const isVain = this.#isRefused && pauseMs > refusedAgainMs;
      this.#rejectUntil(isVain ? Infinity : this.#stock.clock.steady() + pauseMs);
      if (this.#waiting.next > this.#left) await pause(Math.min(pauseMs, lookEveryMs));
    }
    // Whoever it was taken for has gone.
    if (this.#stock.lasting && this.#hand.left > 0) await this.#emptyHand();
  }

  /** Empties the hand into the store, in one change with what is to come after that. */
  async #emptyHand(after = (state: State): State => state): Promise<void> {
    // Once: tried again it could put back what another process has taken since.
    const runs = this.#hand.empty().toReversed();
    await this.#stock.change((before) => {
      let state = before;
      for (const run of runs) {
        state = this.#stock.lasting ? putBack(state, run) : release(state, run, false);
      }
      return { state: after(settle(state, this.#stock.isOver(before))), result: null };
    });
  }

  /** Gets a block unless there is more than `enough` in the store, and notes what came of it. */
  async #refill(enough: number): Promise<Outcome> {
    this.#countDemand();
    const missing = Math.max(0, this.#waiting.wanted - this.#left);
    const outcome = await this.#supply.refill(enough, missing);
    this.#lastFailure = outcome.kind === "failed" ? outcome.error : null;
    this.#isRefused = outcome.kind === "failed" && outcome.final;
    return outcome;
  }

  /** Why somebody has waited in vain. */
  #lateness(): Error {
    const cause = this.#lastFailure;
    const isReason =
      cause instanceof SerialmintProblem || (this.#isRefused && cause instanceof Error);
    return isReason ? cause : new NoAnswer("No numbers came in time.", { cause });
  }

  /** Rejects those who would have given up by then, but not the next one if there is enough for it. */
  #rejectUntil(steady: number): void {
    this.#waiting.rejectUntil(steady, this.#left);
  }

  /** Waits for a block. */
  async #await(): Promise<void> {
    const refilling = this.#refill(this.#waiting.next - this.#hand.left - 1);
    const outcome = await inTime(refilling, lookEveryMs);
    if (outcome?.kind === "another asks") await pause(lookAgainMs);
    if (outcome?.kind !== "failed" || !outcome.final) return;
    // Leases that are used up make room for others.
    const most = this.#waiting.wanted - this.#hand.left;
    if (isFull(outcome.error) && (await this.#claim(most))) return;
    this.#rejectUntil(Infinity);
  }

  /** How many of the numbers in the store callers can be given now. */
  #due(inStore: number): number {
    return this.#waiting.served(this.#hand.left + inStore) - this.#hand.left;
  }

  /**
   * Makes numbers of the store this process's own; false when there are none. Of a store that lasts only those
   * that callers can be given now, or `most`: what somebody waits for in vain stays there.
   */
  async #claim(most = 0): Promise<boolean> {
    const { runs, state, inStore } = await this.#stock.change((before) => {
      const isUsable = this.#stock.isUsable(before);
      // A block that this uses up stays until the next change: something may be put back.
      const fresh = settle(before, this.#stock.isOver(before));
      const due = (): number => Math.max(most, this.#due(stockOf(fresh, isUsable)));
      const taken = this.#stock.lasting ? claim(fresh, due(), isUsable) : hold(fresh, isUsable);
      return { state: taken.state, result: { ...taken, inStore: stockOf(taken.state, isUsable) } };
    });
    this.#hand.add(runs);
    this.#inStore = inStore;
    this.#low = this.#supply.lowMark(state.size);
    if (state.reports.length > 0) this.#outbox.sendSoon();
    if (runs.length > 0) this.#refillIfLow();
    return runs.length > 0;
  }

  /** One number from memory, null when there is none that may be handed out. */
  #take(): Leased | null {
    if (this.#isClosed) return null;
    const item = this.#hand.take();
    if (item !== null && this.#isLow()) this.#refillIfLow();
    return item;
  }

  #takeAll(count: number): Leased[] | null {
    if (this.#isClosed) return null;
    const items = this.#hand.takeAll(count);
    if (items !== null && this.#isLow()) this.#refillIfLow();
    return items;
  }

  /** A run that is used up or over. */
  #letGo(run: NumberRun): void {
    if (this.#stock.lasting) return;
    this.#stock
      .change((before) => {
        const state = settle(release(before, run, false), this.#stock.isOver(before));
        return { state, result: null };
      })
      .then(() => {
        this.#outbox.sendSoon();
      })
      .catch(this.#tell);
  }

  /** Numbers in hand and in the store, as far as this process knows. */
  get #left(): number {
    return this.#hand.left + this.#inStore;
  }

  #isLow(): boolean {
    return this.#left <= this.#low;
  }

  #refillIfLow(): void {
    if (this.#isClosed || !this.#isLow() || this.#supply.isAsking) return;
    if (this.#supply.pauseMs > 0) return;
    this.#refill(this.#low - this.#hand.left)
      .then(async (outcome) => {
        if (outcome.kind === "failed") this.#tell(outcome.error);
        if (outcome.kind === "there are numbers") await this.#recount();
      })
      .catch(this.#tell);
  }

  async #recount(): Promise<void> {
    const state = await this.#stock.look();
    this.#inStore = stockOf(state, this.#stock.isUsable(state));
    this.#low = this.#supply.lowMark(state.size);
    this.#refillIfLow();
  }

  #countDemand(): void {
    this.#demand.add(this.#hand.countTaken(), this.#stock.clock.steady());
  }

  async #queueReports(): Promise<void> {
    await this.#stock.change((before) => {
      let state: State = before;
      if (!this.#stock.lasting) {
        for (const run of this.#hand.runs) state = release(state, run, true);
      }
      state = settle(state, this.#stock.isOver(before));
      const isNews = state.blocks.some(({ next, reported }) => next !== reported);
      return { state: isNews ? reportAll(state) : state, result: null };
    });
  }

  /** What is known of blocks that are gone. */
  async #forget(): Promise<void> {
    const { blocks } = await this.#stock.look();
    const inHand = this.#hand.runs.map(({ lease }) => lease.id);
    this.#stock.grants.keep(new Set([...blocks.map(({ id }) => id), ...inHand]));
  }

  /** What is due without anybody asking: demand, renewals, reports. */
  async #round(): Promise<void> {
    this.#countDemand();
    await this.#forget();
    const now = this.#stock.clock.steady();
    if (now - this.#lastReport >= this.#reportEveryMs) {
      this.#lastReport = now;
      await this.#queueReports();
    }
    this.#outbox.sendSoon();
    await (this.#isFirstRound ? this.#supply.renewAll() : this.#supply.renewDue());
    this.#isFirstRound = false;
  }
}

/** What some work comes to, undefined when it takes longer. */
async function inTime<T>(work: Promise<T>, ms: number): Promise<T | undefined> {
  const stop = new AbortController();
  const late = pause(ms, stop.signal).then(
    () => undefined,
    () => undefined,
  );
  const result = await Promise.race([work, late]);
  stop.abort();
  return result;
}
