import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { bind } from "../../src/domain/patterns/bind.ts";
import { continueFrom } from "../../src/domain/patterns/continue.ts";
import { parseAffixes } from "../../src/domain/patterns/native.ts";
import { readName } from "../../src/domain/patterns/read.ts";
import { render } from "../../src/domain/patterns/render.ts";
import type { Pattern } from "../../src/domain/patterns/pattern.ts";
import { allAt, fieldValues, moments, numbers, patternOf, patterns, valueOf } from "./arbitrary.ts";

function namesFrom(
  first: string,
  count: number,
  pattern: Pattern | null = null,
): readonly string[] {
  const row = valueOf(continueFrom(first, count, pattern));
  return Array.from({ length: count }, (_, step) => render(row.form, row.first + BigInt(step)));
}

describe("continuing from a first name", () => {
  it("`001`, 5", () => {
    expect(namesFrom("001", 5)).toEqual(["001", "002", "003", "004", "005"]);
  });

  it("`bilou-87`, 10", () => {
    const ends = ["87", "88", "89", "90", "91", "92", "93", "94", "95", "96"];
    expect(namesFrom("bilou-87", 10)).toEqual(ends.map((end) => `bilou-${end}`));
  });

  it("`005-ccc`, 10", () => {
    const starts = ["005", "006", "007", "008", "009", "010", "011", "012", "013", "014"];
    expect(namesFrom("005-ccc", 10)).toEqual(starts.map((start) => `${start}-ccc`));
  });

  it("`code-xxx`, 3", () => {
    expect(namesFrom("code-xxx", 3)).toEqual(["code-xxx0", "code-xxx1", "code-xxx2"]);
  });

  it("`998`, 4", () => {
    expect(namesFrom("998", 4)).toEqual(["998", "999", "1000", "1001"]);
  });

  it("`AB12000010134CD`, 3, with the pattern of prefix AB12, width 7, suffix 34CD", () => {
    const pattern = valueOf(parseAffixes({ prefix: "AB12", padding: 7, suffix: "34CD" }));
    const names = ["AB12000010134CD", "AB12000010234CD", "AB12000010334CD"];
    expect(namesFrom("AB12000010134CD", 3, pattern)).toEqual(names);
    expect(continueFrom("AB12000010134CD", 3, pattern)).toMatchObject({
      value: { first: 101n, matched: true },
    });
  });

  it("`VND-4711-8`, 3, with a pattern that does not match", () => {
    const names = ["VND-4711-8", "VND-4711-9", "VND-4711-10"];
    expect(namesFrom("VND-4711-8", 3, patternOf("ABC{0000000}"))).toEqual(names);
    expect(continueFrom("VND-4711-8", 3, patternOf("ABC{0000000}"))).toMatchObject({
      value: { form: { prefix: "VND-4711-", width: 1, suffix: "" }, first: 8n, matched: false },
    });
  });

  it("keeps other digits, characters beyond ASCII and foreign digits where they are", () => {
    expect(namesFrom("1-é9-日本", 2)).toEqual(["1-é9-日本", "1-é10-日本"]);
    expect(namesFrom("٣", 2)).toEqual(["٣0", "٣1"]);
  });

  it("counts the last 18 digits of a longer run", () => {
    // A serial shipping container code: 20 digits with (00) before.
    expect(valueOf(continueFrom("0000340123450000000018", 2, null))).toEqual({
      form: { prefix: "0000", width: 18, suffix: "" },
      first: 340_123_450_000_000_018n,
      matched: false,
    });
    expect(namesFrom("X9223372036854775807", 2)).toEqual([
      "X9223372036854775807",
      "X9223372036854775808",
    ]);
    expect(namesFrom("9999999999999999998Y", 2)).toEqual([
      "9999999999999999998Y",
      "9999999999999999999Y",
    ]);
    expect(namesFrom("99999999999999999", 2)).toEqual(["99999999999999999", "100000000000000000"]);
  });

  it.each(["9999999999999999998", "X999999999999999998"])(
    "refuses a row that would carry into the digits before, or pass 18: %s",
    (first) => {
      expect(continueFrom(first, 2, null).ok).toBe(true);
      expect(continueFrom(first, 3, null)).toEqual({
        ok: false,
        code: "number_overflow",
        facts: {
          first: "999999999999999998",
          last: "1000000000000000000",
          maximum: "999999999999999999",
        },
        pointer: "/first_name",
      });
    },
  );

  it("refuses to pass the highest number of a pattern", () => {
    const pattern = patternOf("A{0}");
    expect(continueFrom("A999999999999999999", 1, pattern).ok).toBe(true);
    expect(continueFrom("A999999999999999999", 2, pattern)).toMatchObject({
      code: "number_overflow",
      facts: { last: "1000000000000000000", maximum: "999999999999999999" },
    });
  });

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])(
    "refuses a count of %s",
    (count) => {
      expect(continueFrom("001", count, null)).toEqual({
        ok: false,
        code: "count_out_of_range",
        facts: { count: String(count), minimum: 1 },
        pointer: "/count",
      });
    },
  );

  it.each([
    ["", "name_empty"],
    ["  ", "name_empty"],
    [" 001", "name_edge_space"],
    ["001\n", "name_character"],
  ])("refuses the first name %j", (name, code) => {
    expect(continueFrom(name, 1, null)).toMatchObject({ ok: false, code, pointer: "/first_name" });
  });

  it("refuses names that grow too long", () => {
    const full = "A".repeat(127);
    expect(continueFrom(`${full}9`, 1, null).ok).toBe(true);
    expect(continueFrom(`${full}9`, 2, null)).toMatchObject({
      code: "name_too_long",
      facts: { length: 129, maximum: 128 },
      pointer: "/first_name",
    });
    expect(continueFrom(`${full}A`, 1, null)).toMatchObject({ code: "name_too_long" });
    expect(continueFrom(full, 10, null).ok).toBe(true);
    expect(continueFrom(full, 11, null)).toMatchObject({ code: "name_too_long" });
  });

  it("begins with the first name, and goes on as its last digits do", () => {
    const unit = fc.constantFrom("0", "1", "8", "9", "A", "-", "é");
    const name = fc.string({ unit, minLength: 1, maxLength: 30 });
    const count = fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 1e7 }));
    fc.assert(
      fc.property(name, count, (first, steps) => {
        const result = continueFrom(first, steps, null);
        const digits = first.match(/[0-9]+/g)?.at(-1);
        if (!result.ok) {
          expect(result.code).toBe("number_overflow");
          expect(digits?.length).toBeGreaterThanOrEqual(18);
          return;
        }
        const { form, first: number } = result.value;
        const last = render(form, number + BigInt(steps) - 1n);
        if (digits === undefined) {
          expect(render(form, number)).toBe(`${first}0`);
          expect(last).toBe(first + String(steps - 1));
          return;
        }
        expect(render(form, number)).toBe(first);
        const moved = (BigInt(digits) + BigInt(steps) - 1n).toString().padStart(digits.length, "0");
        const at = first.lastIndexOf(digits);
        expect(last).toBe(first.slice(0, at) + moved + first.slice(at + digits.length));
      }),
      { numRuns: 2000 },
    );
  });

  it("goes on with the pattern's counter whenever the pattern made the name", () => {
    fc.assert(
      fc.property(patterns, moments, fieldValues, numbers, (pattern, moment, fields, number) => {
        const form = bind(pattern, allAt(moment), fields);
        if (!form.ok) return;
        const name = render(form.value, number);
        const row = continueFrom(name, 2, pattern);
        if (!row.ok) {
          expect(["name_too_long", "number_overflow"]).toContain(row.code);
          return;
        }
        expect(row.value).toEqual({ form: form.value, first: number, matched: true });
        const second = render(row.value.form, number + 1n);
        expect(readName(pattern, second)?.number).toBe(number + 1n);
      }),
      { numRuns: 1000 },
    );
  });
});
