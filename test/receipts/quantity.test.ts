import fc from "fast-check";
import { expect, test } from "vitest";

import {
  isWhole,
  millionths,
  portions,
  quantitySum,
  quantityText,
} from "../../src/domain/lots/quantity-sums.ts";

test.each([
  ["25", "10", 2n, "5"],
  ["20", "10", 2n, null],
  ["3", "10", 0n, "3"],
  ["0.7", "0.3", 2n, "0.1"],
  ["1", "0.000001", 1_000_000n, null],
  ["999999999999.999999", "0.5", 1_999_999_999_999n, "0.499999"],
])("%s in portions of %s", (quantity, each, whole, remainder) => {
  expect(portions(quantity, each)).toEqual({ whole, remainder });
});

test("sums are exact", () => {
  expect(quantitySum(["0.1", "0.2"])).toBe("0.3");
  expect(quantitySum(["999999999999.999999", "0.000001"])).toBe("1000000000000");
  expect(quantitySum([])).toBe("0");
  expect([isWhole("12"), isWhole("1.5")]).toEqual([true, false]);
});

test("a quantity is its millionths", () => {
  const amount = fc.bigInt({ min: 0n, max: 10n ** 18n });
  fc.assert(
    fc.property(amount, (millions) => {
      expect(millionths(quantityText(millions))).toBe(millions);
      expect(quantityText(millions)).toMatch(/^(0|[1-9]\d*)(\.\d{0,5}[1-9])?$/);
    }),
  );
});

test("portions come to the quantity", () => {
  const some = fc.bigInt({ min: 1n, max: 10n ** 15n }).map(quantityText);
  fc.assert(
    fc.property(some, some, (quantity, each) => {
      const { whole, remainder } = portions(quantity, each);
      expect(whole * millionths(each) + millionths(remainder ?? "0")).toBe(millionths(quantity));
      if (remainder !== null) expect(millionths(remainder)).toBeLessThan(millionths(each));
    }),
  );
});
