import { expect, test } from "vitest";

import { randomOf } from "./random.ts";

function some(seed: number, stream: number): number[] {
  const random = randomOf(seed, stream);
  return Array.from({ length: 20 }, () => random.between(1, 1_000_000));
}

test("a seed decides, and each stream of it is another", () => {
  expect(some(7, 1)).toEqual(some(7, 1));
  expect(some(7, 1)).not.toEqual(some(7, 2));
  expect(some(7, 1)).not.toEqual(some(8, 1));
});

test("both bounds come, and each thing as often as its weight says", () => {
  const random = randomOf(1);
  const thrown = Array.from({ length: 6000 }, () => random.between(1, 6));
  expect([...new Set(thrown)].toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6]);
  const chosen = Array.from({ length: 4000 }, () =>
    random.weighed([
      [3, "often"],
      [1, "seldom"],
      [0, "never"],
    ]),
  );
  const often = chosen.filter((word) => word === "often").length;
  // 3000 of 4000 with a standard deviation of 27.
  expect(Math.abs(often - 3000)).toBeLessThan(150);
  expect(chosen).not.toContain("never");
});
