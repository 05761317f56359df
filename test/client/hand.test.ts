import fc from "fast-check";
import { expect, test } from "vitest";

import { Hand } from "../../client/src/leases/hand.ts";
import type { Leased } from "../../client/src/leases/leased.ts";
import { NumberRun } from "../../client/src/leases/leased.ts";

const form = { prefix: "", width: 1, suffix: "" };

function runOf(lease: string, first: number, count: number): NumberRun {
  return new NumberRun({ id: lease, token: "t", reservation: "r" }, form, BigInt(first), 1n, count);
}

/** A hand, with the leases that are over and the runs that it has let go. */
function handOf(): { hand: Hand; over: Set<string>; gone: { lease: string; left: number }[] } {
  const over = new Set<string>();
  const gone: { lease: string; left: number }[] = [];
  const hand = new Hand(
    (lease) => !over.has(lease),
    ({ lease, left }) => gone.push({ lease: lease.id, left }),
  );
  return { hand, over, gone };
}

const taken = (hand: Hand, count: number): (string | undefined)[] =>
  Array.from({ length: count }, () => hand.take()?.number);

test("numbers come in the order of the runs, and a run that is used up is let go", () => {
  const { hand, gone } = handOf();
  hand.add([runOf("a", 1, 2), runOf("b", 11, 2)]);
  expect(hand.left).toBe(4);
  expect(taken(hand, 3)).toEqual(["1", "2", "11"]);
  expect(hand.left).toBe(1);
  expect(gone).toEqual([{ lease: "a", left: 0 }]);
  expect(taken(hand, 2)).toEqual(["12", undefined]);
  expect(hand.countTaken()).toBe(4);
  expect(hand.countTaken()).toBe(0);
});

test("what callers who gave up had been given comes first, and never of a lease that is over", () => {
  const { hand, over, gone } = handOf();
  hand.add([runOf("a", 1, 4), runOf("b", 11, 2)]);
  const given = [hand.take(), hand.take()].filter((one): one is Leased => one !== null);
  hand.addSpare(given);
  expect([hand.left, hand.spare, hand.leases()]).toEqual([4, 2, ["a", "b", "a", "a"]]);
  expect(taken(hand, 1)).toEqual(["1"]);
  over.add("a");
  expect(taken(hand, 2)).toEqual(["11", "12"]);
  expect([hand.left, hand.spare]).toEqual([0, 0]);
  expect(gone).toEqual([
    { lease: "a", left: 2 },
    { lease: "b", left: 0 },
  ]);
});

test("whatever is added, given up and taken: every number once at a time, and the counts are right", () => {
  const deed = fc.oneof(
    fc.record({ kind: fc.constant("add" as const), count: fc.integer({ min: 1, max: 5 }) }),
    fc.record({ kind: fc.constant("take" as const), count: fc.integer({ min: 1, max: 7 }) }),
    fc.record({ kind: fc.constant("give up" as const), count: fc.integer({ min: 1, max: 4 }) }),
  );
  fc.assert(
    fc.property(fc.array(deed, { maxLength: 40 }), (deeds) => {
      const { hand } = handOf();
      let made = 0;
      const out: Leased[] = [];
      for (const { kind, count } of deeds) {
        if (kind === "add") {
          hand.add([runOf(`l${made}`, made, count)]);
          made += count;
        } else if (kind === "take") {
          for (let at = 0; at < count; at += 1) {
            const one = hand.take();
            if (one !== null) out.push(one);
          }
        } else hand.addSpare(out.splice(-count));
        expect(hand.left + hand.spare + out.length).toBe(made);
      }
      for (let one = hand.take(); one !== null; one = hand.take()) out.push(one);
      const numbers = out.map(({ number }) => Number(number)).toSorted((a, b) => a - b);
      expect(numbers).toEqual(Array.from({ length: made }, (_, at) => at));
    }),
  );
});
