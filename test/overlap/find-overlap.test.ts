import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { findOverlap } from "../../src/domain/overlap/find-overlap.ts";
import type { PatternVersion } from "../../src/domain/overlap/version.ts";
import { parseFrappe } from "../../src/domain/patterns/frappe.ts";
import type { Part, Pattern } from "../../src/domain/patterns/pattern.ts";
import { nativeText } from "../patterns/arbitrary.ts";
import { gives, lastOfWidth, overlapping, renderedBy, versionOf } from "./versions.ts";

/** The name of the example, after checking that both patterns render it; null without an overlap. */
function exampleOf(one: PatternVersion, other: PatternVersion): string | null {
  const overlap = findOverlap({ ...one, sequence: "candidate", counter: "candidate" }, [other]);
  if (overlap === null) return null;
  expect(overlap.other).toBe(other);
  const { example } = overlap;
  if (example === null) throw new Error("found no example");
  expect(renderedBy(one, example.one)).toBe(example.name);
  expect(renderedBy(other, example.other)).toBe(example.name);
  expect(gives(one, example.name)).toBe(true);
  expect(gives(other, example.name)).toBe(true);
  return example.name;
}

describe("two patterns that can give the same name", () => {
  it.each([
    // The narrower counter widens.
    ["SN-{0000}", "SN-{000000}", "SN-100000"],
    ["{0}", "{0}", "1"],
    // Literal digits and a counter.
    ["A{000}", "A1{00}", "A101"],
    ["1{0}", "{00}", "11"],
    ["A{000}-1", "{field.x}-{0}", "A001-1"],
    ["LOT{000}-{YYYY}", "{field.a}-{0000}", "LOT001-2026"],
    // Dates and counters, dates and dates.
    ["{YYYY}{0000}", "2026{0000}", "20260001"],
    ["INV{YYYY}{00}", "INV{000000}", "INV202601"],
    ["{DD}-{0}", "{MM}-{0}", "01-1"],
    ["{hh}{mm}-{0}", "2359-{0}", "2359-1"],
    ["{YYYY}{DOY}/{0}", "{YYYY}366/{0}", "2028366/1"],
    ["{YY}{MM}{DD}-{0}", "{YY}0229-{0}", "280229-1"],
    ["{YYYY}/{MM}/{DD}/{0}", "{field.y}/02/29/{0}", "2028/02/29/1"],
    ["{GGGG}{WW}{YYYY}{DOY}-{0}", "{field.q}-{00}", "2026482026328-10"],
    // A field is as long as it has to be, up to 64.
    ["{field.a}-{0}", `${"A".repeat(64)}-{0}`, `${"A".repeat(64)}-1`],
    ["{field.a}X{field.b}-{0}", "{field.c}Y{field.d}-{0}", "ZXYZ-1"],
    ["{field.a}{field.b}-{0}", "Q7-{0}", "Q7-1"],
    [
      `${"A".repeat(63)}{field.a}-{0}`,
      `{field.a}${"B".repeat(63)}-{0}`,
      `${"A".repeat(63)}${"B".repeat(63)}-1`,
    ],
    // A field used twice.
    ["{field.a}-{field.a}-{0}", "{field.b}-P7-{0}", "P7-P7-1"],
    ["{field.a}{field.a}-{0}", "ABAB-{0}", "ABAB-1"],
  ])("%s and %s: %s", (one, other, name) => {
    const numbered = { first: 1n };
    expect(exampleOf(versionOf(one, numbered), versionOf(other, numbered))).toBe(name);
    expect(exampleOf(versionOf(other, numbered), versionOf(one, numbered))?.length).toBe(
      name.length,
    );
  });

  it("tells how each gives it", () => {
    const one = versionOf("{field.site}-{YYYY}{MM}/{000}", { first: 1n });
    const other = versionOf("B7-202602/{00}", { first: 20n });
    expect(findOverlap(one, [other])?.example).toEqual({
      name: "B7-202602/100",
      one: { number: 100n, at: "2026-02-01", fields: { site: "B7" } },
      other: { number: 100n, at: null, fields: {} },
    });
  });

  it("shows the time when the pattern does", () => {
    const overlap = findOverlap(versionOf("{YYYY}T{hh}{mm}{ss}-{0}"), [
      versionOf("2026T140509-{0}"),
    ]);
    expect(overlap?.example?.one.at).toBe("2026-11-24T14:05:09");
  });

  it("goes by each sequence's own fiscal year", () => {
    const fiscal = versionOf("{YYYY}{MM}/{FY}-{0}", { fiscalYearStart: "06-01" });
    expect(exampleOf(fiscal, versionOf("202605/2025-{0}"))).toBe("202605/2025-0");
    expect(exampleOf(fiscal, versionOf("202606/2025-{0}"))).toBeNull();
    expect(exampleOf(fiscal, versionOf("{YYYY}{MM}/{YYYY}-{0}"))).toBe("202611/2026-0");
    const calendar = versionOf("{YYYY}{MM}/{FY}-{0}", { sequence: "calendar" });
    expect(exampleOf(calendar, versionOf("202605/2025-{0}"))).toBeNull();
  });
});

describe("two patterns that cannot", () => {
  it.each([
    ["SN-{0000}", "SN{0000}"],
    ["SN-{0000}", "SN/{0000}"],
    ["SN-{0000}", "sn-{0000}"],
    ["SN-{0000}", "SN-{0000}-"],
    ["INV-{YYYY}-{0000}", "INV-{YYYY}{MM}-{0000}"],
    ["A{00}", "B{00}"],
    ["{0}1", "{0}2"],
    // No leading zero beyond the width, no value beyond the range of a token.
    ["0{00}", "{0}"],
    ["{MM}{000}", "13{000}"],
    ["{DOY}-{0}", "367-{0}"],
    ["{YYYY}-{0}", "0000-{0}"],
    // No day shows it.
    ["{YYYY}{MM}{DD}-{0}", "20260230-{0}"],
    ["{YYYY}{MM}{DD}-{0}", "{YYYY}0230-{0}"],
    ["{YYYY}{MM}{DD}-{0}", "20270229-{0}"],
    ["{DD}{MM}{YYYY}-{0}", "3002{YYYY}-{0}"],
    ["{YYYY}.{YYYY}-{0}", "2026.2027-{0}"],
    ["{YYYY}.{YY}-{0}", "{field.y}27.26-{0}"],
    ["{GGGG}{WW}-{0}", "202553-{0}"],
    ["{YYYY}{MM}{DD}.{GGGG}{WW}-{0}", "20241230.{YYYY}52-{0}"],
    // A field is not longer than 64, a name not longer than 128.
    ["{field.a}-{0}", `${"A".repeat(65)}-{0}`],
    [`${"A".repeat(64)}{field.a}-{0}`, `{field.a}${"B".repeat(64)}-{0}`],
    // A field has no separator, and one value.
    ["{field.a}-{0}", "A/B-{0}"],
    ["{field.a}-{0}", "{YYYY}-{MM}-{0}"],
    ["{field.a}-{field.a}-{0}", "P7-P8-{0}"],
    ["{field.a}{field.a}-{0}", "ABAC-{0}"],
  ])("%s and %s", (one, other) => {
    expect(exampleOf(versionOf(one), versionOf(other))).toBeNull();
    expect(exampleOf(versionOf(other), versionOf(one))).toBeNull();
  });
});

describe("the numbers of a version", () => {
  it("end where the ceiling is", () => {
    const rejecting = versionOf("SN-{0000}", { last: lastOfWidth(4) });
    expect(exampleOf(rejecting, versionOf("SN-{00000}"))).toBeNull();
    expect(exampleOf(rejecting, versionOf("SN-{000}"))).toBe("SN-1000");
    expect(exampleOf(rejecting, versionOf("SN-{000}", { last: lastOfWidth(3) }))).toBeNull();
    // Numbers have 18 digits at most.
    expect(exampleOf(versionOf("{0}"), versionOf(`1${"0".repeat(17)}{0}`))).toBeNull();
    expect(exampleOf(versionOf("{0}"), versionOf(`1${"0".repeat(16)}{0}`))).toBe(
      "100000000000000000",
    );
  });

  it("begin with the first", () => {
    const old = versionOf("SN-{0000}", { last: lastOfWidth(4), sequence: "old" });
    const goesOn = { first: 10_000n };
    expect(exampleOf(versionOf("SN-{0000}", goesOn), old)).toBeNull();
    expect(exampleOf(versionOf("SN-{0000}", { first: 9_999n }), old)).toBe("SN-9999");
    expect(
      exampleOf(versionOf("SN-{0}", { first: 1_234n, last: 1_240n }), versionOf("SN-124{0}")),
    ).toBe("SN-1240");
  });

  it("can be none", () => {
    expect(exampleOf(versionOf("{0}", { first: 2n, last: 1n }), versionOf("{0}"))).toBeNull();
  });
});

describe("many others", () => {
  it("are searched in their order", () => {
    const others = ["A{000}", "B{0}", "B{00}", "B{000}"].map((pattern) => versionOf(pattern));
    expect(findOverlap(versionOf("B{00000}"), others)?.other.sequence).toBe("B{0}");
    expect(findOverlap(versionOf("C{00000}"), others)).toBeNull();
    expect(findOverlap(versionOf("C{00000}"), [])).toBeNull();
  });

  it("keep what they carry", () => {
    const others = [{ ...versionOf("A{000}"), version: 3 }];
    expect(findOverlap(versionOf("A{0}"), others)?.other.version).toBe(3);
  });

  it("of the own sequence may differ in the counter's width", () => {
    const own = { sequence: "own" };
    const before = ["A{000}-{YYYY}", "A{0}-{YYYY}"].map((pattern) => versionOf(pattern, own));
    expect(findOverlap(versionOf("A{0000}-{YYYY}", own), before)).toBeNull();
    expect(findOverlap(versionOf("A{0000}-{YYYY}"), before)?.other).toBe(before[0]);
  });

  it("of the own sequence must not give a number's name to another number", () => {
    // 11 was number 1, and would be number 11.
    const before = versionOf("1{0}", { sequence: "own", first: 1n, last: 5n });
    const candidate = versionOf("{0}", { sequence: "own", first: 6n });
    expect(findOverlap(candidate, [before])?.example).toMatchObject({
      name: "11",
      one: { number: 11n },
      other: { number: 1n },
    });
    expect(findOverlap(versionOf("{0}", { sequence: "own", first: 16n }), [before])).toBeNull();
  });
});

describe("what is found", () => {
  it("is missed by no pair: a pattern made of another's name overlaps with it", () => {
    let examples = 0;
    fc.assert(
      fc.property(overlapping, ({ one, other, name }) => {
        const overlap = findOverlap(one, [other]);
        expect(overlap).not.toBeNull();
        const example = overlap?.example ?? null;
        if (example === null) return;
        examples += 1;
        expect(renderedBy(one, example.one)).toBe(example.name);
        expect(renderedBy(other, example.other)).toBe(example.name);
        expect(example.name.length).toBeLessThanOrEqual(name.length);
      }),
      // Always the same cases: once in some thousands a name is made whose dates contradict one another.
      { numRuns: 300, seed: 20261124 },
    );
    // The others use related dates or a field more than once, in ways that few patterns do.
    expect(examples).toBeGreaterThan(270);
  });

  it("is what writing all names down finds, and the shortest of them", () => {
    let overlaps = 0;
    fc.assert(
      fc.property(smallVersions, smallVersions, (one, other) => {
        const names = allNames(one);
        const common = allNames(other).filter((name) => names.includes(name));
        const overlap = findOverlap({ ...one, sequence: "one", counter: "one" }, [other]);
        const lengths = common.map((name) => name.length);
        expect(overlap?.example?.name.length ?? Infinity).toBe(Math.min(...lengths));
        if (overlap === null) return;
        overlaps += 1;
        expect(common).toContain(overlap.example?.name);
      }),
      { numRuns: 400 },
    );
    // Random pairs seldom meet: enough of them do to have tried both answers.
    expect(overlaps).toBeGreaterThan(4);
  });

  it("leaves out what is one number of one series, where the text before it names the series", () => {
    const together = { counter: "shared", reset: "prefix", first: 1n } as const;
    let [overlaps, sharedOnly] = [0, 0];
    fc.assert(
      fc.property(smallVersions, smallVersions, (one, other) => {
        const others = new Map<string, Given[]>();
        for (const given of allGiven({ ...other, ...together })) {
          others.set(given.name, [...(others.get(given.name) ?? []), given]);
        }
        let shortest = Infinity;
        let isShared = false;
        for (const { name, text, number } of allGiven({ ...one, ...together })) {
          for (const given of others.get(name) ?? []) {
            if (given.text === text && given.number === number) isShared = true;
            else shortest = Math.min(shortest, name.length);
          }
        }
        const overlap = findOverlap({ ...one, ...together, sequence: "one" }, [
          { ...other, ...together },
        ]);
        // Patterns that differ in the counter's width alone are not even searched.
        expect(overlap?.example?.name.length ?? Infinity).toBe(shortest);
        if (overlap !== null) overlaps += 1;
        else if (isShared) sharedOnly += 1;
      }),
      { numRuns: 600 },
    );
    expect(overlaps).toBeGreaterThan(4);
    expect(sharedOnly).toBeGreaterThan(4);
  });
});

describe("patterns of naming series", () => {
  it.each([
    ["SINV-.YYYY.-.####", "SINV-2026-.####"],
    ["SINV-.YYYY.-.####", "SINV-.YYYY.-.#####"],
    ["SINV-.{branch}.-.###", "SINV-B7-.###"],
    ["{a}.-.####", "{b}.-.{c}.-.####"],
    ["A-.##.-.YYYY", "A-.###.-.YYYY"],
  ])("that render one text count together: %s and %s", (one, other) => {
    expect(findOverlap(series(one), [series(other)])).toBeNull();
    expect(findOverlap(series(other), [series(one)])).toBeNull();
  });

  it.each([
    // Number 101 of A- and number 1 of A-1; number 1 with its suffix, and number 11.
    ["A-.##", "A-1.##", "A-101"],
    ["B-.##.1", "B-.###", "B-011"],
  ])("that can give one name to two numbers do not: %s and %s", (one, other, name) => {
    expect(findOverlap(series(one), [series(other)])?.example?.name).toBe(name);
  });
});

/** A naming series, of a sequence that is called like it. */
function series(text: string): PatternVersion {
  const parsed = parseFrappe(text);
  if (!parsed.ok) throw new Error(`${text} is no naming series`);
  return versionOf(parsed.value, { sequence: text, counter: "all", reset: "prefix", first: 1n });
}

const daysOfMonths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const smallTokens = ["MM", "DD", "hh"] as const;
type SmallToken = (typeof smallTokens)[number];

const smallPart: fc.Arbitrary<Part> = fc.oneof(
  fc.constantFrom("0", "1", "-").map((text): Part => ({ kind: "text", text })),
  fc.constantFrom(...smallTokens).map((token): Part => ({ kind: "date", token })),
);

/** Versions with few names: at most two dates, and numbers up to 40. */
const smallVersions: fc.Arbitrary<PatternVersion> = fc
  .record({
    before: fc.array(smallPart, { maxLength: 2 }),
    after: fc.array(smallPart, { maxLength: 2 }),
    width: fc.integer({ min: 1, max: 2 }),
    first: fc.bigInt({ min: 0n, max: 15n }),
    last: fc.bigInt({ min: 5n, max: 40n }),
  })
  .filter(
    ({ before, after }) => [...before, ...after].filter(({ kind }) => kind === "date").length <= 2,
  )
  .map(({ before, after, width, first, last }) => {
    const parts: readonly Part[] = [...before, { kind: "counter", width }, ...after];
    return versionOf({ parts, width }, { first, last });
  });

/** A name, the text before its counter, and its number. */
type Given = { readonly name: string; readonly text: string; readonly number: bigint };

/** Every name of a small version. */
function allNames(version: PatternVersion): readonly string[] {
  return [...new Set(allGiven(version).map(({ name }) => name))];
}

/** All that a small version gives, written down without the service's own rendering. */
function allGiven({ pattern, first, last }: PatternVersion): readonly Given[] {
  const given: Given[] = [];
  const counter = pattern.parts.findIndex(({ kind }) => kind === "counter");
  for (const shown of allShown(pattern)) {
    for (let number = first; number <= last; number += 1n) {
      const pieces = pattern.parts.map((part) => {
        if (part.kind === "text") return part.text;
        if (part.kind === "date") return shown[part.token as SmallToken];
        const digits = String(number);
        return digits.length < pattern.width ? `0${digits}` : digits;
      });
      given.push({ name: pieces.join(""), text: pieces.slice(0, counter).join(""), number });
    }
  }
  return given;
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

/** What the tokens that a small pattern uses can show together. */
function allShown(pattern: Pattern): readonly Record<SmallToken, string>[] {
  const uses = (token: SmallToken): boolean => nativeText(pattern).includes(`{${token}}`);
  const all = new Map<string, Record<SmallToken, string>>();
  for (const [month, days] of daysOfMonths.entries()) {
    for (let day = 1; day <= days; day += 1) {
      for (let hour = 0; hour < (uses("hh") ? 24 : 1); hour += 1) {
        const shown = {
          MM: uses("MM") ? two(month + 1) : "",
          DD: uses("DD") ? two(day) : "",
          hh: two(hour),
        };
        all.set(Object.values(shown).join("."), shown);
      }
    }
  }
  return [...all.values()];
}
