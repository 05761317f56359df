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

test("several are given all at once or not at all, and never of a lease that is over", () => {
  const { hand, over, gone } = handOf();
  hand.add([runOf("a", 1, 4), runOf("b", 11, 3)]);
  expect(hand.takeAll(8)).toBeNull();
  expect(hand.left).toBe(7);
  expect(hand.takeAll(5)?.map(({ number }) => number)).toEqual(["1", "2", "3", "4", "11"]);
  hand.add([runOf("c", 21, 2)]);
  over.add("b");
  expect(hand.takeAll(3)).toBeNull();
  expect(hand.left).toBe(2);
  expect(taken(hand, 3)).toEqual(["21", "22", undefined]);
  expect(gone).toEqual([
    { lease: "a", left: 0 },
    { lease: "b", left: 2 },
    { lease: "c", left: 0 },
  ]);
});

test("whatever is added and taken: every number once, in order, and the counts are right", () => {
  const deed = fc.record({
    kind: fc.constantFrom("add", "take", "take all"),
    count: fc.integer({ min: 1, max: 7 }),
  });
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
          const one = hand.take();
          if (one !== null) out.push(one);
        } else {
          const left = made - out.length;
          const all = hand.takeAll(count);
          expect(all?.length ?? null).toBe(left >= count ? count : null);
          out.push(...(all ?? []));
        }
        expect(hand.left + out.length).toBe(made);
      }
      expect(out.map(({ number }) => Number(number))).toEqual([...out.keys()]);
      expect(hand.countTaken()).toBe(out.length);
    }),
  );
});
