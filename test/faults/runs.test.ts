import fc from "fast-check";
import { expect, test } from "vitest";

import {
  common,
  cover,
  gaps,
  isWithin,
  numbersIn,
  overlaps,
  together,
  without,
} from "./check/runs.ts";
import type { Run, Stretch } from "./check/runs.ts";

// Against the numbers one by one, which the checker never writes out.

const run = fc
  .record({ first: fc.integer({ min: 0, max: 60 }), count: fc.integer({ min: 1, max: 12 }) })
  .map(({ first, count }): Run => {
    return { first: BigInt(first), last: BigInt(first + count - 1), step: 1n };
  });

function numbersOf({ first, last }: Run): number[] {
  return Array.from({ length: Number(last - first) + 1 }, (_, place) => Number(first) + place);
}

test("property: what runs cover, leave out and hold is what their numbers say", () => {
  fc.assert(
    fc.property(fc.array(run, { maxLength: 12 }), run, (runs, other) => {
      const covered = new Set(runs.flatMap(numbersOf));
      const stretches = cover(runs);
      expect(listed(stretches)).toEqual([...covered].toSorted((a, b) => a - b));
      const missing = listed(gaps(stretches, 5n, 50n));
      const between = Array.from({ length: 45 }, (_, place) => place + 5);
      expect(missing).toEqual(between.filter((number) => !covered.has(number)));
      expect(isWithin(stretches, other)).toBe(numbersOf(other).every((each) => covered.has(each)));
    }),
    { numRuns: 500 },
  );
});

test("property: runs overlap when and only when a number is there twice", () => {
  fc.assert(
    fc.property(fc.array(run, { maxLength: 6 }), (runs) => {
      const numbers = runs.flatMap(numbersOf);
      expect(overlaps(runs).length > 0).toBe(new Set(numbers).size < numbers.length);
    }),
    { numRuns: 500 },
  );
});

test("runs in steps fit together where the next number would be", () => {
  const tens: Run[] = [
    { first: 10n, last: 30n, step: 5n },
    { first: 35n, last: 35n, step: 5n },
    { first: 50n, last: 55n, step: 5n },
  ];
  expect(cover(tens)).toEqual([
    { from: 10n, to: 40n },
    { from: 50n, to: 60n },
  ]);
  expect(gaps(cover(tens), 10n, 65n)).toEqual([
    { from: 40n, to: 50n },
    { from: 60n, to: 65n },
  ]);
});

function listed(stretches: readonly Stretch[]): number[] {
  return stretches.flatMap(({ from, to }) => numbersOf({ first: from, last: to - 1n, step: 1n }));
}

test("property: what stretches have in common and leave of one another is what their numbers say", () => {
  const some = fc.array(run, { maxLength: 8 });
  fc.assert(
    fc.property(some, some, (left, right) => {
      const [ours, theirs] = [cover(left), cover(right)];
      const [own, other] = [listed(ours), new Set(listed(theirs))];
      expect(listed(common(ours, theirs))).toEqual(own.filter((number) => other.has(number)));
      expect(listed(without(ours, theirs))).toEqual(own.filter((number) => !other.has(number)));
      expect(together(ours, theirs)).toEqual(cover([...left, ...right]));
      expect(numbersIn(ours, 1n)).toBe(BigInt(own.length));
    }),
    { numRuns: 500 },
  );
});
