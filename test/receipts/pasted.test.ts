import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { parsePattern } from "../../src/domain/patterns/dialects.ts";
import type { Pattern } from "../../src/domain/patterns/pattern.ts";
import type { PastedLot } from "../../src/domain/receipts/pasted.ts";
import { readPasted } from "../../src/domain/receipts/pasted.ts";

function lots(text: string, pattern: Pattern | null = null): readonly PastedLot[] {
  const read = readPasted(text, pattern);
  if ("reason" in read) throw new Error(`Line ${read.line}: ${read.reason}`);
  return read.lots;
}

const rows = (text: string) =>
  lots(text).map(({ name, quantity, expires_on }) => [name, quantity, expires_on]);

const names = (text: string, pattern: Pattern | null = null) =>
  lots(text, pattern).map(({ name }) => name);

describe("lots", () => {
  test("blank lines are dropped", () => {
    expect(names("\nabc-235\n\nabc-237\n\n\nabc-238\nabc-282\nabc-301\n")).toEqual([
      "abc-235",
      "abc-237",
      "abc-238",
      "abc-282",
      "abc-301",
    ]);
  });

  test.each([
    [
      "abc;4\ndef",
      [
        ["abc", "4", null],
        ["def", null, null],
      ],
    ],
    ["lot-03;8;2005-02-01", [["lot-03", "8", "2005-02-01"]]],
    ["lot-03;2005-02-01;8", [["lot-03", "8", "2005-02-01"]]],
    ["lot-03;;2005-02-01", [["lot-03", null, "2005-02-01"]]],
    ["lot-03;8;;", [["lot-03", "8", null]]],
    ["a\t2.50\t2028-02-29", [["a", "2.5", "2028-02-29"]]],
    [
      " a b ; 10 \r\nc\r",
      [
        ["a b", "10", null],
        ["c", null, null],
      ],
    ],
    ["2005-02-01", [["2005-02-01", null, null]]],
    ["8;8", [["8", "8", null]]],
    ["a:b:c", [["a:b:c", null, null]]],
  ])("%j", (text, wanted) => {
    expect(rows(text)).toEqual(wanted);
  });
});

describe("ranges", () => {
  test.each([
    [
      "SN-01::10",
      ["SN-01", "SN-02", "SN-03", "SN-04", "SN-05", "SN-06", "SN-07", "SN-08", "SN-09", "SN-10"],
    ],
    ["SN-08::12", ["SN-08", "SN-09", "SN-10", "SN-11", "SN-12"]],
    ["SN-99::101", ["SN-99", "SN-100", "SN-101"]],
    ["SN-7::7", ["SN-7"]],
    ["SN-7 :: 008", ["SN-7", "SN-8"]],
    ["005-ccc::6", ["005-ccc", "006-ccc"]],
  ])("%s", (text, wanted) => {
    expect(names(text)).toEqual(wanted);
  });

  test("have the quantity and the date of their line", () => {
    expect(rows("L-1::2;5;2027-01-31")).toEqual([
      ["L-1", "5", "2027-01-31"],
      ["L-2", "5", "2027-01-31"],
    ]);
  });

  test("count with the counter of the product's pattern", () => {
    const parsed = parsePattern("native", "AB12{0000000}34CD", "01-01");
    if (!parsed.ok) throw new Error(parsed.code);
    expect(names("AB12000010134CD::103", parsed.value.pattern)).toEqual([
      "AB12000010134CD",
      "AB12000010234CD",
      "AB12000010334CD",
    ]);
  });
});

describe("refused, with the number of the line", () => {
  test.each<[string, number, RegExp]>([
    ["L1\n\nL3;8;2005-13-45", 3, /2005-13-45/],
    ["L1;8;2005-02-30", 1, /2005-02-30/],
    ["L1;0", 1, /"0"/],
    ["L1;-2", 1, /"-2"/],
    ["L1;2,5", 1, /"2,5"/],
    ["L1;1e3", 1, /"1e3"/],
    ["L1;1.2345678", 1, /1\.2345678/],
    ["L1;1234567890123", 1, /1234567890123/],
    ["L1;8;9", 1, /second quantity/],
    ["L1;2027-01-01;2027-01-02", 1, /second date/],
    ["L1;8;2027-01-01;x", 1, /"x"/],
    ["a\n;4", 2, /no name/],
    ["a\nb\u202e", 2, /character/],
    [`a\n\n\n${"x".repeat(129)}`, 4, /129/],
    ["SN-10::09", 1, /ends before it begins/],
    ["SN-01::", 1, /no range/],
    ["::5", 1, /empty/],
    ["SN::5", 1, /no range/],
    ["U-07\nU-08::U-10", 2, /no range.*last number alone/],
    ["SNZ-01::SNZ-03", 1, /no range/],
    ["a:b::c", 1, /no range/],
    ["a-1::2::4", 1, /no range/],
    ["SN-1::-3", 1, /no range/],
    ["SN-1::2.5", 1, /no range/],
    ["SN-1::100001", 1, /100000/],
    ["SN-1::100000\nX", 2, /100000/],
  ])("%j: line %i", (text, line, reason) => {
    const read = readPasted(text, null);
    expect(read).toMatchObject({ line });
    if ("reason" in read) expect(read.reason).toMatch(reason);
  });
});

const name = fc
  .string({ unit: fc.constantFrom(..."ABcd 019-_/:.é日".split("")), minLength: 1, maxLength: 20 })
  .filter((text) => text.trim() === text && !text.includes("::") && !/^\.{1,2}$/.test(text));
const quantity = fc.oneof(
  fc.integer({ min: 1, max: 999_999 }).map(String),
  fc.tuple(fc.nat(999), fc.integer({ min: 1, max: 9 })).map(([a, b]) => `${a}.${b}`),
);
const day = fc
  .tuple(
    fc.integer({ min: 1, max: 9999 }),
    fc.integer({ min: 1, max: 12 }),
    fc.integer({ min: 1, max: 28 }),
  )
  .map(([y, m, d]) =>
    [String(y).padStart(4, "0"), ...[m, d].map((n) => String(n).padStart(2, "0"))].join("-"),
  );
const row = fc.record({
  name,
  quantity: fc.option(quantity),
  expires_on: fc.option(day),
});

describe("properties", () => {
  test("what is written as a sheet would write it reads back, whatever stands between", () => {
    const separator = fc.constantFrom(";", "\t", " ; ", ";\t ");
    const breaks = fc.constantFrom("\n", "\r\n", "\r", "\n\n", "\n \t\n");
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 1, maxLength: 8 }),
        separator,
        breaks,
        (some, between, end) => {
          // ";\t " leaves an empty part, as an empty cell does.
          const text = some
            .map((lot) => [lot.name, lot.quantity ?? "", lot.expires_on ?? ""].join(between))
            .join(end);
          expect(lots(text)).toEqual(some);
        },
      ),
      { numRuns: 500 },
    );
  });

  test("a range is its names one by one", () => {
    const range = fc.tuple(
      fc.constantFrom("SN-", "", "A1-"),
      fc.nat(2000),
      fc.nat(50),
      fc.integer({ min: 1, max: 6 }),
    );
    fc.assert(
      fc.property(range, ([prefix, first, more, width]) => {
        const written = (number: number) => prefix + String(number).padStart(width, "0");
        const wanted = Array.from({ length: more + 1 }, (_, n) => written(first + n));
        expect(names(`${written(first)}::${first + more}`)).toEqual(wanted);
      }),
    );
  });

  test("any text is read or refused at one of its lines", () => {
    const text = fc.string({
      unit: fc.constantFrom(..."a1;\t\n\r :.-0920".split("")),
      maxLength: 60,
    });
    fc.assert(
      fc.property(text, (given) => {
        const read = readPasted(given, null);
        const count = given.split(/\r\n|\n|\r/).length;
        if ("reason" in read) {
          expect(read.line).toBeGreaterThanOrEqual(1);
          expect(read.line).toBeLessThanOrEqual(count);
          expect(read.reason).toMatch(/\.$/);
        } else {
          for (const lot of read.lots) expect(lot.name).toBe(lot.name.trim());
        }
      }),
      { numRuns: 2000 },
    );
  });
});
