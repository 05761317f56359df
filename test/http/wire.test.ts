import { describe, expect, test } from "vitest";
import type { z } from "zod";
import { countInput, counterInput, incrementInput, quantityInput } from "../../src/http/wire.ts";

function refusal(schema: z.ZodType, given: unknown): string {
  const result = schema.safeParse(given);
  return result.success
    ? `accepted as ${String(result.data)}`
    : (result.error.issues[0]?.message ?? "");
}

describe("counter values", () => {
  test("are read from digits and whole numbers", () => {
    expect(counterInput.parse("0")).toBe(0n);
    expect(counterInput.parse(0)).toBe(0n);
    expect(counterInput.parse("999999999999999999")).toBe(999_999_999_999_999_999n);
    expect(incrementInput.parse("1000000000")).toBe(1_000_000_000n);
    expect(counterInput.parse(9007199254740991)).toBe(9007199254740991n);
  });

  test("are refused in any other form", () => {
    const texts = [
      "1.5",
      "1e3",
      "",
      " 1",
      "1 ",
      "+1",
      "0x10",
      "1_000",
      "١",
      "-0",
      "NaN",
      "9".repeat(40),
    ];
    for (const given of texts)
      expect(refusal(counterInput, given), given).toContain("plain digits");
    expect(refusal(counterInput, "01")).toContain("without leading zeros");
    expect(refusal(counterInput, "00")).toContain("without leading zeros");
    expect(refusal(counterInput, 1.5)).toBe("must be a whole number, not 1.5.");
    for (const given of [null, true, [], {}, undefined]) {
      expect(counterInput.safeParse(given).success).toBe(false);
    }
  });

  test("are refused out of range, with the range", () => {
    const range = "must be 0 to 999999999999999999, not ";
    expect(refusal(counterInput, "-1")).toBe(`${range}-1.`);
    expect(refusal(counterInput, -1)).toBe(`${range}-1.`);
    expect(refusal(counterInput, "1000000000000000000")).toBe(`${range}1000000000000000000.`);
    expect(refusal(counterInput, "9223372036854775808")).toBe(`${range}9223372036854775808.`);
    expect(refusal(incrementInput, 0)).toBe("must be 1 to 1000000000, not 0.");
    expect(refusal(incrementInput, "1000000001")).toContain("must be 1 to 1000000000");
  });

  test("as JSON numbers beyond 2^53 have to be strings", () => {
    expect(refusal(counterInput, 9007199254740992)).toContain("Send it as a string of digits.");
    expect(refusal(counterInput, 1e300)).toContain("Send it as a string of digits.");
  });
});

test("counts are 1 to 10,000,000, or to the limit given", () => {
  expect(countInput().parse("10000000")).toBe(10_000_000);
  expect(countInput().parse(1)).toBe(1);
  expect(refusal(countInput(), "10000001")).toBe("must be 1 to 10000000, not 10000001.");
  expect(refusal(countInput(5), 6)).toBe("must be 1 to 5, not 6.");
  expect(refusal(countInput(), 0)).toBe("must be 1 to 10000000, not 0.");
});

test("quantities are decimals above 0 with up to 6 digits behind the point", () => {
  expect(quantityInput.parse("2.500000")).toBe("2.5");
  expect(quantityInput.parse(2.5)).toBe("2.5");
  expect(quantityInput.parse("0.000001")).toBe("0.000001");
  expect(quantityInput.parse("10")).toBe("10");
  expect(quantityInput.parse("999999999999.999999")).toBe("999999999999.999999");
  expect(refusal(quantityInput, "0.0000001")).toContain("6 digits behind the point");
  expect(refusal(quantityInput, "0")).toBe("must be more than 0.");
  expect(refusal(quantityInput, 0)).toBe("must be more than 0.");
  expect(refusal(quantityInput, "0.000000")).toBe("must be more than 0.");
  expect(refusal(quantityInput, "1000000000000")).toContain("below 1000000000000");
  for (const bad of ["", ".5", "5.", "1e3", "-1", "+1", "01", "1,5", " 1"]) {
    expect(refusal(quantityInput, bad), bad).toContain("plain digits");
  }
});
