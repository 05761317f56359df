import fc from "fast-check";
import { expect, test } from "vitest";

import { Turns } from "../../src/db/turns.ts";
import type { Turn, TurnBounds, Waiting } from "../../src/db/turns.ts";

const tenants = ["a", "b", "c", "d"] as const;

/** What happens next: a tenant asks, a statement ends, or one in line gives up. */
type Step =
  | { readonly kind: "ask"; readonly tenant: (typeof tenants)[number] }
  | { readonly kind: "end" | "leave"; readonly which: number };

const steps = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant("ask" as const),
        tenant: fc.constantFrom(...tenants),
      }),
    },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("end" as const), which: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("leave" as const), which: fc.nat() }) },
  ),
  { maxLength: 300, size: "max" },
);

const bounds = fc
  .record({
    underWay: fc.integer({ min: 1, max: 8 }),
    underWayOfOne: fc.integer({ min: 1, max: 8 }),
    waitingOfOne: fc.integer({ min: 0, max: 6 }),
    waiting: fc.integer({ min: 0, max: 15 }),
  })
  .map((some) => ({ ...some, underWayOfOne: Math.min(some.underWayOfOne, some.underWay) }));

/** Statements under way and in line, kept apart from the module by plain lists. */
class Model {
  readonly turns: Turns;
  readonly bounds: TurnBounds;
  readonly underWay: Turn[] = [];
  readonly inLine: Waiting[] = [];
  /** From a line, in the order in which they went. */
  readonly went: Waiting[] = [];
  asked = 0;
  refused = 0;
  ended = 0;
  left = 0;

  constructor(some: TurnBounds) {
    this.bounds = some;
    this.turns = new Turns(some);
  }

  of(tenant: string, turns: readonly Turn[]): number {
    return turns.filter((turn) => turn.tenant === tenant).length;
  }

  mayGo(tenant: string): boolean {
    return (
      this.underWay.length < this.bounds.underWay &&
      this.of(tenant, this.underWay) < this.bounds.underWayOfOne
    );
  }

  ask(tenant: string): void {
    this.asked += 1;
    const free = this.mayGo(tenant);
    const turn = this.turns.enter(tenant, 1000, 0);
    expect(turn !== undefined).toBe(free);
    if (turn !== undefined) {
      this.underWay.push(turn);
      return;
    }
    const waiting: Waiting = {
      tenant,
      ms: 1000,
      until: 0,
      go: () => {
        // First come, first served.
        expect(this.inLine.find((one) => one.tenant === tenant)).toBe(waiting);
        this.inLine.splice(this.inLine.indexOf(waiting), 1);
        this.underWay.push(waiting);
        this.went.push(waiting);
      },
    };
    const hasRoom =
      this.inLine.length < this.bounds.waiting &&
      this.of(tenant, this.inLine) < this.bounds.waitingOfOne;
    const isTaken = this.turns.wait(waiting);
    expect(isTaken).toBe(hasRoom);
    if (isTaken) this.inLine.push(waiting);
    else this.refused += 1;
  }

  end(which: number): void {
    const [turn] = this.underWay.splice(which % Math.max(this.underWay.length, 1), 1);
    if (turn === undefined) return;
    this.ended += 1;
    this.turns.end(turn, 0);
    // Nothing comes of giving it back once more.
    this.turns.end(turn, 0);
  }

  leave(which: number): void {
    const waiting = this.inLine[which % Math.max(this.inLine.length, 1)];
    if (waiting === undefined) return;
    this.inLine.splice(this.inLine.indexOf(waiting), 1);
    this.left += 1;
    this.turns.leave(waiting);
    this.turns.leave(waiting);
  }

  take(step: Step): void {
    if (step.kind === "ask") this.ask(step.tenant);
    else if (step.kind === "end") this.end(step.which);
    else this.leave(step.which);
  }
}

test("never more than the bounds, first come first served, and nobody waits who may go", () => {
  fc.assert(
    fc.property(bounds, steps, (some, many) => {
      const model = new Model(some);
      for (const step of many) {
        model.take(step);
        expect(model.underWay.length).toBeLessThanOrEqual(some.underWay);
        for (const tenant of tenants) {
          expect(model.of(tenant, model.underWay)).toBeLessThanOrEqual(some.underWayOfOne);
          if (model.of(tenant, model.inLine) > 0) expect(model.mayGo(tenant)).toBe(false);
        }
      }
    }),
  );
});

test("nothing is lost: whoever asked goes, is refused or leaves", () => {
  fc.assert(
    fc.property(bounds, steps, (some, many) => {
      const model = new Model(some);
      for (const step of many) model.take(step);
      while (model.underWay.length > 0) model.end(0);
      expect(model.inLine).toEqual([]);
      expect(model.ended + model.refused + model.left).toBe(model.asked);
      // And everything is as at first.
      for (let n = 0; n < some.underWayOfOne; n += 1) {
        expect(model.turns.enter("a", 1000, 0)).toBeDefined();
      }
    }),
  );
});

test("no tenant that may go waits while another is let in twice", () => {
  fc.assert(
    fc.property(bounds, steps, (some, many) => {
      const model = new Model(some);
      /** For each tenant in line that may not be held back by its own bound: who was let in before it. */
      const passedBy = new Map<string, Set<string>>();
      for (const step of many) {
        const before = model.went.length;
        model.take(step);
        for (const { tenant } of model.went.slice(before)) {
          passedBy.delete(tenant);
          for (const [waits, others] of passedBy) {
            expect(others.has(tenant), `${tenant} twice before ${waits}`).toBe(false);
            others.add(tenant);
          }
        }
        for (const tenant of tenants) {
          const isHeld = model.of(tenant, model.underWay) >= some.underWayOfOne;
          if (model.of(tenant, model.inLine) === 0 || isHeld) passedBy.delete(tenant);
          else if (!passedBy.has(tenant)) passedBy.set(tenant, new Set());
        }
      }
    }),
  );
});

test("two tenants, one of which floods: by hand", () => {
  const turns = new Turns({ underWay: 3, underWayOfOne: 2, waitingOfOne: 10, waiting: 10 });
  const went: string[] = [];
  const wait = (name: string): Waiting => {
    const waiting = { tenant: name.slice(0, 1), ms: 9, until: 0, go: () => went.push(name) };
    expect(turns.enter(waiting.tenant, 9, 0)).toBeUndefined();
    expect(turns.wait(waiting)).toBe(true);
    return waiting;
  };
  const a1 = turns.enter("a", 9, 0);
  const a2 = turns.enter("a", 9, 0);
  wait("a3");
  const a4 = wait("a4");
  wait("a5");
  // The third place is b's at once, although three of a wait.
  const b1 = turns.enter("b", 9, 0);
  expect([a1, a2, b1]).not.toContain(undefined);
  wait("b2");
  wait("b3");
  turns.leave(a4);
  for (const turn of [a1, b1, a2]) if (turn !== undefined) turns.end(turn, 0);
  // a3 in the place of a1, b2 in that of b1; then it is a's turn again, and a4 has left.
  expect(went).toEqual(["a3", "b2", "a5"]);
});

test("a turn whose owner died with it is taken back when its time is over", () => {
  const turns = new Turns({ underWay: 2, underWayOfOne: 1, waitingOfOne: 1, waiting: 1 });
  expect(turns.enter("a", 1000, 0)).toBeDefined();
  expect(turns.enter("a", 1000, 999)).toBeUndefined();
  const late = turns.enter("a", 1000, 1000);
  expect(late).toBeDefined();
  expect(turns.enter("a", 1000, 1999)).toBeUndefined();
  expect(turns.enter("a", 1000, 2000)).toBeDefined();
});
