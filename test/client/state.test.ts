import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { nextSize, refillAt } from "../../client/src/leases/demand.ts";
import { nameOf } from "../../client/src/leases/leased.ts";
import type { NumberRun } from "../../client/src/leases/leased.ts";
import {
  ask,
  claim,
  emptyState,
  given,
  giveAllBack,
  hold,
  leftOf,
  putBack,
  refused,
  release,
  reportAll,
  reported,
  settle,
} from "../../client/src/leases/state.ts";
import type { Block, State } from "../../client/src/leases/state.ts";
import { render } from "../../src/domain/patterns/render.ts";

const always = (): boolean => true;
const never = (): boolean => false;

test("names are those of the service, whatever prefix, width and suffix", () => {
  const text = fc.string({ unit: fc.constantFrom("A", "0", "9", "-", "/", " "), maxLength: 8 });
  const form = fc.record({ prefix: text, width: fc.nat(20), suffix: text });
  fc.assert(
    fc.property(form, fc.bigInt({ min: 0n, max: 10n ** 18n - 1n }), (bound, number) => {
      expect(nameOf(bound, String(number))).toBe(render(bound, number));
    }),
    { numRuns: 2000 },
  );
});

/** A block of `count` numbers in steps from `first`. */
function blockOf(id: string, first: bigint, step: bigint, count: number): Block {
  const last = first + step * BigInt(count - 1);
  return {
    id,
    token: `token of ${id}`,
    reservation: `s:${first}`,
    first: String(first),
    last: String(last),
    step: String(step),
    prefix: "",
    width: 0,
    suffix: "",
    next: String(first),
    reported: String(first),
    granted_ms: 0,
    expires_ms: 1,
    held: false,
  };
}

/** A store and the service behind it, with everything that was ever handed out. */
class World {
  state: State = emptyState;
  readonly given: string[] = [];
  /** By lease, up to which number the service was told of use, and whether it was given back. */
  readonly told = new Map<string, { used_to: bigint; isBack: boolean }>();
  readonly lost = new Set<string>();
  #next = 0n;
  readonly step: bigint;

  constructor(step: bigint) {
    this.step = step;
  }

  fetch(count: number): void {
    const wish = { count, ttl_s: 1, holder: "h", by: "me", now: 0 };
    const asked = ask(this.state, wish);
    const block = blockOf(`lease ${this.#next}`, this.#next, this.step, asked.asking.count);
    this.#next += this.step * BigInt(asked.asking.count);
    // The twin of a slower one comes too.
    const twice = given(asked.state, asked.asking, block);
    expect(given(twice, asked.asking, block)).toBe(twice);
    this.state = twice;
  }

  hand(run: NumberRun, count: number): void {
    for (let at = 0; at < count && run.left > 0; at += 1) this.given.push(run.take().number);
  }

  send(): void {
    const [report] = this.state.reports;
    if (report === undefined) return;
    const before = this.told.get(report.lease) ?? { used_to: -1n, isBack: false };
    const used = report.used_to === null ? -1n : BigInt(report.used_to);
    // The service refuses use of what was given back.
    if (before.isBack) expect(used).toBeLessThanOrEqual(before.used_to);
    this.told.set(report.lease, {
      used_to: used > before.used_to ? used : before.used_to,
      isBack: before.isBack || report.give_back !== null,
    });
    this.state = reported(this.state, report);
  }
}

describe("whatever is done in whatever order", () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant("fetch" as const), count: fc.integer({ min: 1, max: 9 }) }),
    fc.record({ do: fc.constant("draw" as const), count: fc.integer({ min: 1, max: 12 }) }),
    fc.record({
      do: fc.constant("die while drawing" as const),
      count: fc.integer({ min: 1, max: 12 }),
    }),
    fc.record({
      do: fc.constant("draw and put back" as const),
      count: fc.integer({ min: 1, max: 12 }),
    }),
    fc.record({
      do: fc.constant("draw from memory" as const),
      count: fc.integer({ min: 0, max: 12 }),
    }),
    fc.record({
      do: fc.constantFrom("report", "send", "expire", "refuse", "give back"),
      count: fc.constant(0),
    }),
  );

  test("no number is handed out twice, and the service is told of every one, but of none given back", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.constantFrom(1n, 7n), (steps, by) => {
        const world = new World(by);
        for (const { do: what, count } of steps) {
          if (what === "fetch") world.fetch(count);
          if (what === "report") world.state = reportAll(world.state);
          if (what === "send") world.send();
          if (what === "expire") world.state = settle(world.state, always);
          if (what === "give back") world.state = giveAllBack(world.state, "why");
          if (what === "refuse") {
            const asked = ask(world.state, { count: 1, ttl_s: 1, holder: "h", by: "b", now: 1 });
            world.state = refused(asked.state, asked.asking);
            expect(world.state.asking).toBeNull();
          }
          if (what === "draw from memory") {
            const held = hold(world.state, always);
            world.state = held.state;
            for (const run of held.runs) {
              expect(hold(world.state, (block) => block.id === run.lease.id).runs).toEqual([]);
              world.hand(run, count);
              world.state = settle(release(world.state, run, false), never);
            }
          }
          if (what.startsWith("d") && what !== "draw from memory") {
            const claimed = claim(world.state, count, always);
            world.state = settle(claimed.state, never);
            for (const run of claimed.runs) {
              if (what === "draw") world.hand(run, count);
              if (what === "draw and put back") {
                world.hand(run, 1);
              }
            }
            if (what === "draw and put back") {
              for (const run of claimed.runs.toReversed()) world.state = putBack(world.state, run);
            }
          }
        }
        expect(new Set(world.given).size).toBe(world.given.length);
        world.state = giveAllBack(world.state, "the end");
        while (world.state.reports.length > 0) world.send();
        for (const { used_to } of world.told.values()) expect(used_to).toBeGreaterThanOrEqual(-1n);
        const leases = [...world.told].map(([id, { used_to }]) => ({
          first: BigInt(id.replace("lease ", "")),
          used_to,
        }));
        for (const number of world.given.map(BigInt)) {
          const lease = leases.findLast(({ first }) => first <= number);
          expect(lease?.used_to).toBeGreaterThanOrEqual(number);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("reports of one lease do not pile up while none can be sent", () => {
    let state: State = { ...emptyState, blocks: [blockOf("a", 1n, 1n, 100)] };
    for (let at = 0; at < 50; at += 1) state = reportAll(claim(state, 1, always).state);
    expect(state.reports.map(({ used_to }) => used_to)).toEqual(["1", "50"]);
  });

  test("what is asked for stays the same until its outcome is known", () => {
    const wish = { count: 5, ttl_s: 60, holder: "a", by: "one", now: 1 };
    const first = ask(emptyState, wish);
    const second = ask(first.state, { count: 9, ttl_s: 5, holder: "b", by: "two", now: 2 });
    expect(second.asking).toEqual({ ...first.asking, by: "two", turn_ms: 2 });
  });

  test("what is left of a run is put back only if nobody has drawn after it", () => {
    const state: State = { ...emptyState, blocks: [blockOf("a", 1n, 1n, 100)] };
    const one = claim(state, 3, always);
    const other = claim(one.state, 3, always);
    const [[early], [late]] = [one.runs, other.runs];
    if (early === undefined || late === undefined) throw new Error("nothing was claimed");
    early.take();
    late.take();
    expect(putBack(other.state, early).blocks[0]?.next).toBe("7");
    expect(putBack(other.state, late).blocks[0]?.next).toBe("5");
  });

  test("how many are left is counted in steps", () => {
    expect(leftOf(blockOf("a", 10n, 5n, 3))).toBe(3);
    expect(leftOf({ ...blockOf("a", 10n, 5n, 3), next: "25" })).toBe(0);
  });
});

describe("the size of a block", () => {
  const sizing = { minBlock: 10, maxBlock: 1000, blockSeconds: 900 };
  test.each([
    // The first one knows nothing.
    [0, 0, 0, 10],
    // A number a minute.
    [10, 1 / 60, 0, 15],
    // One a second would be 900: at most four times the last.
    [10, 1, 0, 40],
    [40, 1, 0, 160],
    [400, 1, 0, 900],
    [900, 100, 0, 1000],
    // Down by no more than to a quarter.
    [800, 0, 0, 200],
    [20, 0, 0, 10],
    // What callers wait for, at once.
    [10, 0, 500, 500],
    [10, 0, 5000, 1000],
  ])("after %i, at %d a second, with %i waited for, is %i", (before, rate, waiting, size) => {
    expect(nextSize(before, rate, waiting, sizing)).toBe(size);
  });

  test.each([
    [10, 0, 1000, 5],
    [1, 0, 1000, 0],
    // 100 a second and half a second to fetch: four times 50.
    [300, 100, 500, 200],
  ])("of %i, at %d a second fetched in %i ms, is low at %i", (size, rate, fetchMs, low) => {
    expect(refillAt(size, rate, fetchMs)).toBe(low);
  });
});
