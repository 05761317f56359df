import type { components } from "../api.ts";
import {
  NoAnswer,
  SerialmintProblem,
  askedPauseMs,
  isWorthAnotherTry,
  notOurs,
} from "../calls/failures.ts";
import { pauseMs } from "../calls/tries.ts";
import type { CallSettings } from "../calls/types.ts";
import type { Serialmint } from "../serialmint.ts";
import type { Demand, Sizing } from "./demand.ts";
import { nextSize, refillAt } from "./demand.ts";
import type { Outbox } from "./outbox.ts";
import { ask, given, leftOf, refused, renewed, settle, stockOf } from "./state.ts";
import type { Asking, Block, State } from "./state.ts";
import type { Stock } from "./stock.ts";

/** What a sequence asks for when it needs a block. */
export interface Terms extends Sizing {
  readonly sequence: string;
  readonly holder: string;
  readonly fields: Readonly<Record<string, string | number>> | undefined;
  readonly ttlSeconds: number;
  /** How the service is called. */
  readonly calls: CallSettings;
}

/** What became of an attempt to have more numbers. */
export type Outcome =
  | { readonly kind: "there are numbers" }
  /** Another process of the store asks. */
  | { readonly kind: "another asks" }
  /** `final`: waiting does not help. */
  | { readonly kind: "failed"; readonly error: unknown; readonly final: boolean };

/** How long others wait for the one that asks, in milliseconds, before they ask the same themselves. */
const turnMs = 2000;

/** Gets blocks from the service, one at a time, and keeps those that there are from running out. */
export class Supply {
  readonly #service: Pick<Serialmint, "post">;
  readonly #stock: Stock;
  readonly #terms: Terms;
  readonly #demand: Demand;
  readonly #outbox: Outbox;
  readonly #tell: (error: unknown) => void;
  readonly #me = crypto.randomUUID();
  /** By the steady clock, when this process asked first. */
  readonly #askedAt = new Map<string, number>();
  /** By the steady clock, when a block may be renewed again. */
  readonly #renewAfter = new Map<string, number>();
  #asking: Promise<Outcome> | null = null;
  #fetchMs = 1000;
  #failures = 0;
  #notBefore = Number.NEGATIVE_INFINITY;
  /** The most that the key may have at once, and that there was when more was refused. */
  #most = Number.POSITIVE_INFINITY;
  #left: number | null = null;

  constructor(
    service: Pick<Serialmint, "post">,
    stock: Stock,
    terms: Terms,
    demand: Demand,
    outbox: Outbox,
    tell: (error: unknown) => void,
  ) {
    this.#service = service;
    this.#stock = stock;
    this.#terms = terms;
    this.#demand = demand;
    this.#outbox = outbox;
    this.#tell = tell;
  }

  get isAsking(): boolean {
    return this.#asking !== null;
  }

  /** Milliseconds until it may be tried again after a failure. */
  get pauseMs(): number {
    return this.#notBefore - this.#stock.clock.steady();
  }

  /** At how few numbers left the next block is to be fetched. */
  lowMark(size: number): number {
    return refillAt(size, this.#demand.rate(this.#stock.clock.steady()), this.#fetchMs);
  }

  /**
   * Gets a block unless there is more than `enough` in stock. `waiting`: numbers that callers wait for.
   * A second call joins the first one.
   */
  refill(enough: number, waiting: number): Promise<Outcome> {
    this.#asking ??= this.#refill(enough, waiting)
      .catch((error: unknown): Outcome => ({ kind: "failed", error, final: true }))
      .then((outcome) => {
        this.#note(outcome);
        return outcome;
      })
      .finally(() => {
        this.#asking = null;
      });
    return this.#asking;
  }

  #note(outcome: Outcome): void {
    if (outcome.kind === "another asks") return;
    this.#failures = outcome.kind === "failed" ? this.#failures + 1 : 0;
    if (outcome.kind !== "failed") return;
    const pause = pauseMs(this.#failures, askedPauseMs(outcome.error));
    this.#notBefore = this.#stock.clock.steady() + pause;
  }

  async #refill(enough: number, waiting: number): Promise<Outcome> {
    if (await this.#clearDoubts()) return { kind: "there are numbers" };
    const { clock } = this.#stock;
    const rate = this.#demand.rate(clock.steady());
    const plan = await this.#stock.change<Asking | Outcome>((state) => {
      if (stockOf(state, this.#stock.isUsable(state)) > enough) {
        return { state, result: { kind: "there are numbers" } };
      }
      const now = clock.wall();
      const { asking } = state;
      if (asking !== null && asking.by !== this.#me && Math.abs(now - asking.turn_ms) < turnMs) {
        return { state, result: { kind: "another asks" } };
      }
      const size = nextSize(state.size, rate, waiting, this.#terms);
      const asked = ask(state, {
        count: Math.min(size, this.#most, this.#left ?? size),
        ttl_s: this.#terms.ttlSeconds,
        holder: this.#terms.holder,
        by: this.#me,
        now,
      });
      return { state: asked.state, result: asked.asking };
    });
    return "kind" in plan ? plan : this.#fetch(plan, waiting);
  }

  /** Finds out what became of the block that was asked for last, so that it can be given back. */
  async finish(): Promise<void> {
    await this.#asking;
    const { asking } = await this.#stock.look();
    if (asking !== null) await this.#fetch(asking, 0);
  }

  async #fetch(asking: Asking, waiting: number): Promise<Outcome> {
    const { clock, grants } = this.#stock;
    const { key, count, ttl_s, holder, asked_ms } = asking;
    const { sequence, fields } = this.#terms;
    const began = clock.steady();
    if (asked_ms === asking.turn_ms) this.#askedAt.set(key, began);
    try {
      const lease: Partial<components["schemas"]["OpenedLease"]> | null = await this.#service.post(
        "/v1/sequences/{key}/leases",
        {
          ...this.#terms.calls,
          idempotencyKey: key,
          path: { key: sequence },
          body: { count, ttl_s, holder, ...(fields === undefined ? {} : { fields }) },
        },
      );
      if (!isLease(lease)) throw notOurs();
      const block = blockOf(lease, asked_ms);
      const asked = this.#askedAt.get(key);
      if (asked !== undefined) grants.learn(block, asked);
      const state = await this.#stock.change((before) => {
        const after = given(before, asking, block);
        return { state: after, result: after };
      });
      this.#askedAt.delete(key);
      this.#left = null;
      this.#notBefore = Number.NEGATIVE_INFINITY;
      this.#fetchMs = 0.7 * this.#fetchMs + 0.3 * (clock.steady() - began);
      // The service may have been away for longer than the lease lasts.
      const isUsable = grants.isUsable(block, asked_ms) || (await this.#renew(block, state));
      if (isUsable) return { kind: "there are numbers" };
      const error = new NoAnswer("The time of the lease was over when it came.", {});
      return { kind: "failed", error, final: false };
    } catch (error) {
      return this.#failed(asking, waiting, error);
    }
  }

  async #failed(asking: Asking, waiting: number, error: unknown): Promise<Outcome> {
    if (error instanceof NoAnswer) return { kind: "failed", error, final: false };
    if (!(error instanceof SerialmintProblem)) throw error;
    const most = affordable(error);
    const isFinal = !isWorthAnotherTry(error);
    // A key that is refused says nothing of what was asked for with it before.
    const isRefusedKey = error.status === 401 || error.status === 403;
    if (most !== null || (isFinal && !isRefusedKey)) {
      this.#askedAt.delete(asking.key);
      await this.#stock.change((state) => ({ state: refused(state, asking), result: null }));
    }
    if (most !== null && most < asking.count) {
      if (error.code === "quota_count_exceeded") this.#most = most;
      else this.#left = most;
      return this.#refill(0, waiting);
    }
    const { reports } = await this.#stock.look();
    if (isFull(error) && reports.length > 0) {
      // What is used up counts as out until it is reported.
      await this.#outbox.send().catch(() => undefined);
      return { kind: "failed", error, final: false };
    }
    // At midnight, by clocks that differ: the next one that is asked for is of the new period.
    const final = isFinal && error.code !== "lease_period_over";
    return { kind: "failed", error, final };
  }

  /** Renews what is in doubt; answers whether anything may be used again. */
  async #clearDoubts(): Promise<boolean> {
    const state = await this.#stock.look();
    const doubtful = state.blocks.filter((block) =>
      this.#stock.grants.isInDoubt(block, state.wall_ms),
    );
    let cleared = false;
    for (const block of doubtful) cleared = (await this.#renew(block, state)) || cleared;
    return cleared;
  }

  /** Renews what a store had at the start: a block that the service does not know is let go. */
  async renewAll(): Promise<void> {
    const state = await this.#stock.look();
    for (const block of state.blocks) {
      if (!block.held && leftOf(block) > 0) await this.#renew(block, state);
    }
  }

  /** Renews the blocks that are about to run out and are not used up. */
  async renewDue(): Promise<void> {
    const state = await this.#stock.look();
    const ids = new Set(state.blocks.map(({ id }) => id));
    for (const id of this.#renewAfter.keys()) if (!ids.has(id)) this.#renewAfter.delete(id);
    for (const block of state.blocks) {
      const { clock, grants } = this.#stock;
      const isDue = grants.left(block, state.wall_ms) < this.#terms.ttlSeconds * 200;
      const isAllowed = clock.steady() >= (this.#renewAfter.get(block.id) ?? -Infinity);
      if (isDue && isAllowed && leftOf(block) > 0) await this.#renew(block, state);
    }
  }

  /** Answers whether the block may be used. One that is over for good is let go. */
  async #renew(block: Block, state: State): Promise<boolean> {
    const { clock, grants } = this.#stock;
    const { id, token } = block;
    const [steady, granted_ms] = [clock.steady(), clock.wall()];
    try {
      const body = { token, ttl_s: this.#terms.ttlSeconds };
      const call = { ...this.#terms.calls, path: { id }, body };
      const answer: Partial<components["schemas"]["GrantedLease"]> | null =
        await this.#service.post("/v1/leases/{id}/renew", call);
      const { ttl_s, id: named } = answer ?? {};
      if (named !== id || typeof ttl_s !== "number") throw notOurs();
      await this.#grant(block, steady, granted_ms, ttl_s);
      // Near the end of its period it lasts no longer for being renewed.
      this.#renewAfter.set(id, steady + ttl_s * 500);
      return ttl_s > 0;
    } catch (error) {
      const isLost = error instanceof SerialmintProblem && !isWorthAnotherTry(error);
      if (!isLost && !(error instanceof NoAnswer || error instanceof SerialmintProblem))
        throw error;
      const quarter = grants.left(block, state.wall_ms) / 4;
      this.#renewAfter.set(id, steady + Math.max(1000, quarter, askedPauseMs(error) ?? 0));
      if (isLost && error.code === "lease_not_found") {
        this.#tell(error);
        await this.#stock.disown(id);
      }
      if (isLost && (error.code === "lease_over" || error.code === "lease_period_over")) {
        await this.#grant(block, steady, granted_ms, 0);
      }
      return false;
    }
  }

  /** Notes for how many seconds a block lasts from then on. One that is over is given back. */
  async #grant(block: Block, steady: number, granted_ms: number, seconds: number): Promise<void> {
    const anew = { ...block, granted_ms, expires_ms: granted_ms + seconds * 1000 };
    this.#stock.grants.learn(anew, steady);
    const isOver = ({ id }: Block): boolean => id === anew.id && seconds <= 0;
    await this.#stock.change((state) => {
      return { state: settle(renewed(state, anew), isOver), result: null };
    });
  }
}

/** Whether it is a lease: a network that asks for a login may answer in place of the service. */
function isLease(
  answer: Partial<components["schemas"]["OpenedLease"]> | null,
): answer is components["schemas"]["OpenedLease"] {
  const { id, token, reservation, first, last, step, prefix, width, suffix, ttl_s } = answer ?? {};
  return (
    [id, token, reservation, prefix, suffix].every((text) => typeof text === "string") &&
    [width, ttl_s].every((number) => typeof number === "number") &&
    [first, last, step].every((text) => typeof text === "string" && /^\d{1,18}$/.test(text)) &&
    step !== "0"
  );
}

function blockOf(lease: components["schemas"]["OpenedLease"], granted_ms: number): Block {
  const { id, token, reservation, first, last, step, prefix, width, suffix, ttl_s } = lease;
  const expires_ms = granted_ms + ttl_s * 1000;
  const times = { granted_ms, expires_ms, held: false };
  return {
    id,
    token,
    reservation,
    first,
    last,
    step,
    prefix,
    width,
    suffix,
    next: first,
    reported: first,
    ...times,
  };
}

/** Whether as much is out on lease as may be. */
export function isFull(error: unknown): boolean {
  if (!(error instanceof SerialmintProblem)) return false;
  return error.code === "lease_limit_holder" || error.code === "lease_limit_sequence";
}

/** How many numbers would be given where more were refused; null when none would. */
function affordable({ code, facts }: SerialmintProblem): number | null {
  const fact = (name: string): number => Number(facts[name]);
  const most =
    code === "sequence_exhausted"
      ? fact("remaining")
      : code === "quota_count_exceeded"
        ? fact("limit")
        : code === "quota_numbers_exceeded"
          ? fact("limit") - fact("used")
          : code === "lease_limit_sequence"
            ? fact("limit") - fact("out")
            : Number.NaN;
  return most >= 1 ? most : null;
}
