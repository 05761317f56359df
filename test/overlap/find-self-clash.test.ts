import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { daysAlike } from "../../src/domain/overlap/days-alike.ts";
import { findSelfClash, searchSelfClash } from "../../src/domain/overlap/find-self-clash.ts";
import { bind } from "../../src/domain/patterns/bind.ts";
import type { Moment } from "../../src/domain/patterns/moment.ts";
import { parseNative } from "../../src/domain/patterns/native.ts";
import type { DateToken, Part, Pattern } from "../../src/domain/patterns/pattern.ts";
import { render } from "../../src/domain/patterns/render.ts";
import { periodOf, resets, type Reset } from "../../src/domain/sequences/period.ts";
import { allAt, momentAt, valueOf } from "../patterns/arbitrary.ts";
import { renderedBy, versionOf } from "./versions.ts";

/** The periods that clash, after checking that both give the name of the example. */
function clashOf(
  pattern: string | Pattern,
  reset: Reset,
  fiscalYearStart = "01-01",
): readonly [string, string] | null {
  const version = versionOf(pattern, { first: 1n, reset, fiscalYearStart });
  const clash = findSelfClash(version);
  if (clash === null) return null;
  const { periods, example } = clash;
  expect(periods[0]).not.toBe(periods[1]);
  if (example === null) throw new Error("found no example");
  for (const [index, reading] of [example.one, example.other].entries()) {
    expect(renderedBy(version, reading)).toBe(example.name);
    const day = (reading.at ?? "").slice(0, "YYYY-MM-DD".length);
    expect(periodOf(reset, momentAt(day, "UTC", fiscalYearStart))).toBe(periods[index]);
  }
  return periods;
}

describe("a pattern tells the periods apart", () => {
  it.each([
    ["never", "SN-{0000}"],
    ["never", "{YYYY}{WW}-{0}"],
    ["yearly", "{YYYY}{0000}"],
    // Accepted, though it comes again after a century.
    ["yearly", "{YY}-{0000}"],
    ["yearly", "{field.plant}{YYYY}-{0000}"],
    ["yearly", "{YYYY}{field.plant}/{0000}-{field.line}"],
    ["monthly", "{YYYY}{MM}-{0000}"],
    ["monthly", "{0000}/{MM}{YY}"],
    ["monthly", "{YYYY}{DOY}{0}"],
    ["weekly", "{GGGG}{WW}-{0000}"],
    ["weekly", "{YYYY}{MM}{DD}{0}"],
    ["daily", "{YYYY}{MM}{DD}-{000}"],
    ["daily", "{YYYY}{DOY}{000}"],
  ] as const)("%s: %s", (reset, pattern) => {
    expect(clashOf(pattern, reset)).toBeNull();
  });

  it.each([
    ["{FY}-{0}", "06-01"],
    ["{FYE}-{0}", "06-01"],
    ["{FY2}{FYE2}{000}", "06-01"],
    ["{YYYY}-{0}", "01-01"],
    // A month is in one fiscal year when that begins with a month.
    ["{YYYY}{MM}-{0}", "06-01"],
    ["{YYYY}{MM}{DD}-{0}", "04-06"],
  ] as const)("fiscal: %s from %s", (pattern, fiscalYearStart) => {
    expect(clashOf(pattern, "fiscal", fiscalYearStart)).toBeNull();
  });
});

describe("a pattern clashes with itself", () => {
  it.each([
    ["yearly", "SN-{0000}", ["2026", "2027"]],
    ["yearly", "{MM}{DD}-{0000}", ["2026", "2027"]],
    ["yearly", "{field.year}-{0000}", ["2026", "2027"]],
    // The ISO year of 1 to 3 January 2027 is 2026.
    ["yearly", "{GGGG}-{0000}", ["2026", "2027"]],
    ["monthly", "{YYYY}-{0000}", ["2026-01", "2026-02"]],
    ["monthly", "{MM}-{0000}", ["2026-01", "2027-01"]],
    ["weekly", "{YYYY}{MM}-{0000}", ["2026-W01", "2026-W02"]],
    // 1 January 2028 is in the last week of 2027, 25 December in that of 2028.
    ["weekly", "{YYYY}{WW}-{0000}", ["2027-W52", "2028-W52"]],
    ["daily", "{GGGG}{WW}-{0000}", ["2026-01-01", "2026-01-02"]],
    ["daily", "{YYYY}{MM}-{0000}", ["2026-01-01", "2026-01-02"]],
    ["daily", "{MM}{DD}-{0000}", ["2026-01-01", "2027-01-01"]],
    // A time comes again every day.
    ["daily", "{YYYY}{hh}{mm}{ss}-{0000}", ["2026-01-01", "2026-01-02"]],
  ] as const)("%s: %s", (reset, pattern, periods) => {
    expect(clashOf(pattern, reset)).toEqual(periods);
  });

  it.each([
    ["{YYYY}-{0}", "06-01", ["FY2025", "FY2026"]],
    ["{MM}-{0}", "06-01", ["FY2025", "FY2026"]],
    // April begins in one fiscal year and ends in the next.
    ["{YYYY}{MM}-{0}", "04-06", ["FY2025", "FY2026"]],
    ["{GGGG}-{0}", "01-01", ["FY2026", "FY2027"]],
  ] as const)("fiscal: %s from %s", (pattern, fiscalYearStart, periods) => {
    expect(clashOf(pattern, "fiscal", fiscalYearStart)).toEqual(periods);
  });

  it("weekly with the calendar year, in the week of the turn of the year", () => {
    // ISO 8601: 2024-12-30 is in week 1 of 2025, 2024-01-01 in week 1 of 2024; both show 202401.
    const version = versionOf("{YYYY}{WW}-{0}", { reset: "weekly" });
    const names = ["2024-12-30", "2024-01-01"].map((at) =>
      renderedBy(version, { number: 1n, at, fields: {} }),
    );
    expect(names).toEqual(["202401-1", "202401-1"]);
    expect(findSelfClash(version)?.problem).toBe("period_not_shown");
  });

  it("where a field can take up a date", () => {
    const settings = { first: 1n, reset: "yearly" } as const;
    const clash = findSelfClash(versionOf("{field.a}{YYYY}{field.b}-{0}", settings));
    expect(clash).toEqual({
      reset: "yearly",
      periods: ["2026", "2027"],
      problem: "date_between_fields",
      example: {
        name: "X20262027X-1",
        one: { number: 1n, at: "2026-01-01", fields: { a: "X", b: "2027X" } },
        other: { number: 1n, at: "2027-01-01", fields: { a: "X2026", b: "X" } },
      },
    });
  });

  it.each([
    // One field's length is known from the length of the stretch, wherever it is used.
    "{field.a}{YYYY}{field.a}-{0}",
    "{field.a}/{field.a}{YYYY}{field.b}-{0}",
    "{field.a}-{field.a}{field.b}/{field.b}{YYYY}{field.c}.{0}",
    // Another date tells the year.
    "{field.a}{YYYY}{field.b}-{YY}{0}",
    // Names have 128 characters at most, so that a field has no room for what is between.
    `{field.a}${"Q".repeat(100)}{YYYY}{field.b}-{0}`,
  ])("but not where none can: %s", (pattern) => {
    expect(clashOf(pattern, "yearly")).toBeNull();
  });

  it("for all that is known, where a field may and it takes too long to tell", () => {
    const pattern = "{field.a}{field.b}-{field.b}{YYYY}{field.a}-{0}";
    expect(findSelfClash(versionOf(pattern, { reset: "yearly" }))).toMatchObject({
      problem: "date_between_fields",
      example: null,
    });
  });
});

/** A pattern of tokens, those of other dialects included, with a counter at a place between them. */
function patternOfTokens(tokens: readonly DateToken[], place: number): Pattern {
  const dates = tokens.map((token) => ({ kind: "date", token }) as const);
  const counter = { kind: "counter", width: 1 } as const;
  return { parts: [...dates.slice(0, place), counter, ...dates.slice(place)], width: 1 };
}

describe("tokens of other dialects", () => {
  it.each([
    // Every day of a week that begins in one year shows that year, or the next with 00.
    ["weekly", ["YYYY", "WOY"]],
    ["weekly", ["YYYY", "CWW"]],
    ["daily", ["YYYY", "WOY", "DOW"]],
    ["daily", ["YYYY", "CWW", "DOW"]],
    ["daily", ["GGGG", "WW", "DOW"]],
  ] as const)("%s: %s tell the periods apart", (reset, tokens) => {
    expect(clashOf(patternOfTokens(tokens, 0), reset)).toBeNull();
  });

  it.each([
    ["weekly", ["YY", "DOW"], ["2026-W01", "2026-W02"]],
    ["daily", ["MM", "DD", "DOW"], ["2026-01-01", "2032-01-01"]],
    ["daily", ["DOY", "DOW", "h12"], ["2026-01-01", "2032-01-01"]],
  ] as const)("%s: %s do not", (reset, tokens, periods) => {
    expect(clashOf(patternOfTokens(tokens, 0), reset)).toEqual(periods);
  });
});

const dayTokens: readonly DateToken[] = ["MM", "DD", "DOY", "WW", "CWW", "WOY", "DOW"];
const yearTokens: readonly DateToken[] = ["YYYY", "GGGG", "FY", "FYE"];
const shortYearTokens: readonly DateToken[] = ["YY", "FY2", "FYE2"];

/** All days of the years, on which the calendar of the service has its own tests. */
function daysOf(from: number, to: number, fiscalYearStart: string): readonly Moment[] {
  const days: Moment[] = [];
  const day = new Date(`${from}-01-01T00:00:00Z`);
  for (; day.getUTCFullYear() <= to; day.setUTCDate(day.getUTCDate() + 1)) {
    days.push(momentAt(day.toISOString().slice(0, 10), "UTC", fiscalYearStart));
  }
  return days;
}

describe("what is decided from thirty years", () => {
  it("holds for two centuries with the leap days that are skipped", () => {
    const kept = new Map<string, readonly Moment[]>();
    const days = (isShort: boolean, fiscalYearStart: string): readonly Moment[] => {
      const key = `${isShort} ${fiscalYearStart}`;
      const known = kept.get(key);
      if (known !== undefined) return known;
      // A year of two digits is to tell years apart within a century only.
      const spans: readonly (readonly [number, number])[] = isShort
        ? [[2001, 2060]]
        : [
            [1895, 1935],
            [2080, 2110],
          ];
      const made = spans.flatMap(([from, to]) => daysOf(from, to, fiscalYearStart));
      kept.set(key, made);
      return made;
    };
    let clashes = 0;
    fc.assert(
      fc.property(
        fc.subarray([...dayTokens, ...yearTokens, ...shortYearTokens], { maxLength: 4 }),
        fc.constantFrom(...resets.filter((reset) => reset !== "never")),
        fc.constantFrom("01-01", "06-01", "04-06", "01-02"),
        fc.integer({ min: 0, max: 4 }),
        (tokens, reset, fiscalYearStart, place) => {
          const pattern = patternOfTokens(tokens, Math.min(place, tokens.length));
          const isShort = tokens.some((token) => shortYearTokens.includes(token));
          const periods = new Map<string, string>();
          const isClash = days(isShort, fiscalYearStart).some((day) => {
            const { prefix, suffix } = valueOf(bind(pattern, allAt(day), {}));
            const shown = `${prefix}|${suffix}`;
            const period = periodOf(reset, day);
            const before = periods.get(shown) ?? period;
            periods.set(shown, period);
            return before !== period;
          });
          clashes += isClash ? 1 : 0;
          expect(clashOf(pattern, reset, fiscalYearStart) !== null).toBe(isClash);
        },
      ),
      { numRuns: 150 },
    );
    expect(clashes).toBeGreaterThan(20);
    expect(clashes).toBeLessThan(130);
  });
});

describe("fields around dates", () => {
  const part = fc.constantFrom("{field.a}", "{field.b}", "{YYYY}", "{YY}", "-", "2", "x");
  const values = Array.from("x2027262", (_, at) =>
    Array.from({ length: 8 - at }, (_, more) => "x2027262".slice(at, at + more + 1)),
  ).flat();

  it("clash when two names written down are the same", () => {
    let clashes = 0;
    fc.assert(
      fc.property(fc.array(part, { maxLength: 5 }), (parts) => {
        const parsed = parseNative(`${parts.join("")}-{0}`);
        fc.pre(parsed.ok);
        const pattern = valueOf(parsed);
        const names = [2026, 2027].map(
          (year) =>
            new Set(
              values.flatMap((a) =>
                values.map((b) => {
                  const form = bind(pattern, allAt(momentAt(`${year}-05-05`)), { a, b });
                  return render(valueOf(form), 1n);
                }),
              ),
            ),
        );
        const [one = new Set(), other = new Set()] = names;
        const isClash = [...one].some((name) => other.has(name));
        clashes += isClash ? 1 : 0;
        if (isClash) expect(findSelfClash(versionOf(pattern, { reset: "yearly" }))).not.toBeNull();
      }),
      { numRuns: 60 },
    );
    expect(clashes).toBeGreaterThan(5);
  });

  it("have examples that both periods give", () => {
    const anyPart = fc.constantFrom(
      "{field.a}",
      "{field.b}",
      "{field.c}",
      "{YYYY}",
      "{MM}",
      "{DD}",
      "{hh}",
      "-",
      "7",
    );
    fc.assert(
      fc.property(
        fc.array(anyPart, { maxLength: 8 }),
        fc.constantFrom(...resets),
        (parts, reset) => {
          const parsed = parseNative(`${parts.join("")}-{0}`);
          fc.pre(parsed.ok);
          const clash = findSelfClash(versionOf(valueOf(parsed), { reset }));
          fc.pre(clash?.example !== null);
          expect(clashOf(valueOf(parsed), reset)).toEqual(clash?.periods ?? null);
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe("what is known of other patterns with the same dates", () => {
  const part = fc.oneof(
    fc
      .constantFrom<DateToken>("YYYY", "YY", "FY", "GGGG", "MM", "DD", "DOY", "WW", "hh")
      .chain((token) =>
        fc.constantFrom(undefined, "period" as const, "now" as const).map((of): Part => ({
          kind: "date",
          token,
          ...(of === undefined ? {} : { of }),
        })),
      ),
    fc.constantFrom<Part>(
      { kind: "text", text: "-" },
      { kind: "text", text: "A" },
      { kind: "text", text: "20" },
      { kind: "text", text: "Q".repeat(20) },
      { kind: "field", name: "a" },
      { kind: "field", name: "b" },
    ),
  );

  it("changes neither whether one clashes nor the example", () => {
    let clashes = 0;
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 5 }),
        fc.integer({ min: 0, max: 5 }),
        fc.constantFrom(...resets),
        fc.constantFrom("01-01", "04-06"),
        fc.constantFrom(1n, 7n),
        (parts, place, reset, fiscalYearStart, first) => {
          const counter = { kind: "counter", width: 3 } as const;
          const pattern = {
            parts: [...parts.slice(0, place), counter, ...parts.slice(place)],
            width: 3,
          };
          const version = versionOf(pattern, { first, reset, fiscalYearStart });
          const clash = searchSelfClash(version);
          clashes += clash === null ? 0 : 1;
          expect(findSelfClash(version)).toEqual(clash);
        },
      ),
      { numRuns: 60 },
    );
    expect(clashes).toBeGreaterThan(10);
  });

  it("is taken for there when too many days would have to be compared", () => {
    // Names of one day have at most 128 characters; those of two together would have more.
    const pattern = `${"x".repeat(113)}{field.a}{YYYY}{MM}{DD}{field.b}-{00}`;
    const clash = findSelfClash(versionOf(pattern, { reset: "daily" }));
    expect(clash).toMatchObject({ problem: "date_between_fields", example: null });
  });

  it("is looked for once, whatever the texts and the order", () => {
    const month = { kind: "date", token: "MM" } as const;
    const day = { kind: "date", token: "DD" } as const;
    const days = daysAlike([month, day], "yearly", "01-01");
    expect(days?.map(({ date }) => date)).toEqual(["2026-01-01", "2027-01-01"]);
    expect(daysAlike([day, month, day], "yearly", "01-01")).toBe(days);
    expect(daysAlike([day, month], "monthly", "01-01")).not.toBe(days);
    expect(daysAlike([month, day, { ...day, of: "period" }], "yearly", "01-01")).not.toBe(days);
  });
});
