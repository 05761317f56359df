import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { failureOfRefusal } from "../../src/errors.ts";
import { bind, fits } from "../../src/domain/patterns/bind.ts";
import {
  dialects,
  parsePattern,
  showIn,
  type Dialect,
  type WrittenPattern,
} from "../../src/domain/patterns/dialects.ts";
import type { Affixes } from "../../src/domain/patterns/notation.ts";
import type { Pattern, Result } from "../../src/domain/patterns/pattern.ts";
import { readName } from "../../src/domain/patterns/read.ts";
import { render } from "../../src/domain/patterns/render.ts";
import { highestNumber } from "../../src/domain/patterns/rules.ts";
import {
  fieldValues,
  fiscalStarts,
  frappeSeries,
  nativeText,
  numbers,
  odooAffixes,
  patternOf,
  patterns,
  threeMoments,
  valueOf,
} from "./arbitrary.ts";

type Written = { readonly dialect: Dialect; readonly input: string | Affixes };

/** What may be written in any dialect; not all of it is accepted. */
const written: fc.Arbitrary<Written> = fc.oneof(
  patterns.map((pattern): Written => ({ dialect: "native", input: nativeText(pattern) })),
  odooAffixes.map((input): Written => ({ dialect: "odoo", input })),
  frappeSeries.map((input): Written => ({ dialect: "frappe", input })),
);

const parsed = ({ dialect, input }: Written, fiscalYearStart?: string): Result<WrittenPattern> =>
  parsePattern(dialect, input, fiscalYearStart);

const inAll = (pattern: Pattern): readonly unknown[] =>
  dialects.map((dialect) => showIn(pattern, dialect).text);

const anyStart = fc.constantFrom(...fiscalStarts);

describe("a pattern in any dialect", () => {
  it("is kept in one text that reads as the same pattern", () => {
    fc.assert(
      fc.property(written, anyStart, (some, start) => {
        const first = parsed(some, start);
        if (!first.ok) return;
        const { pattern, text } = first.value;
        const again = parsePattern(some.dialect, text, start);
        expect(again).toEqual({ ok: true, value: { pattern, text } });
      }),
      { numRuns: 2000 },
    );
  });

  it("is shown in its own dialect, and wherever it is shown it is the same pattern", () => {
    const crossed = new Map<string, number>();
    fc.assert(
      fc.property(written, anyStart, (some, start) => {
        const first = parsed(some, start);
        if (!first.ok) return;
        const { pattern } = first.value;
        for (const dialect of dialects) {
          const shown = showIn(pattern, dialect, start);
          if (shown.text === null) {
            expect(shown.because.problem === "too_long" || dialect !== some.dialect).toBe(true);
            continue;
          }
          const again = parsePattern(dialect, shown.text, start);
          expect(again).toMatchObject({ ok: true, value: { pattern } });
          const way = `${some.dialect} to ${dialect}`;
          crossed.set(way, (crossed.get(way) ?? 0) + 1);
        }
      }),
      { numRuns: 6000 },
    );
    for (const from of dialects) {
      for (const to of dialects) expect(crossed.get(`${from} to ${to}`)).toBeGreaterThan(20);
    }
  });

  it("reads every name back that it makes, with its number", () => {
    const read = new Map<Dialect, number>();
    fc.assert(
      fc.property(written, threeMoments, fieldValues, numbers, (some, at, fields, number) => {
        const first = parsed(some, at.fiscalYearStart);
        if (!first.ok || number > highestNumber(first.value.pattern)) return;
        const { pattern } = first.value;
        const form = bind(pattern, at.moments, fields);
        if (!form.ok || !fits(form.value, number).ok) return;
        const name = render(form.value, number);
        expect(readName(pattern, name)).toMatchObject({ form: form.value, number });
        read.set(some.dialect, (read.get(some.dialect) ?? 0) + 1);
      }),
      { numRuns: 6000 },
    );
    for (const dialect of dialects) expect(read.get(dialect)).toBeGreaterThan(500);
  });

  it("answers any text whatever", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...dialects),
        fc.string({ unit: "binary", maxLength: 210 }),
        (dialect, text) => {
          expect(parsePattern(dialect, text).ok).toBeTypeOf("boolean");
        },
      ),
    );
  });
});

describe("one pattern in three dialects", () => {
  it.each([
    [
      "P{YYYY}-{MM}/{00000}",
      { prefix: "P%(year)s-%(month)s/", padding: 5, suffix: "" },
      "P.YYYY.-.MM./.#####",
    ],
    [
      "{DOY}{YY}{DD}-{0}A",
      { prefix: "%(doy)s%(y)s%(day)s-", padding: 1, suffix: "A" },
      "JJJ.YY.DD.-.#.A",
    ],
  ])("%s", (native, odoo, frappe) => {
    expect(inAll(patternOf(native))).toEqual([native, odoo, frappe]);
    for (const input of [
      parsePattern("odoo", odoo),
      parsePattern("frappe", frappe),
      parsePattern("native", native),
    ]) {
      expect(valueOf(input).pattern).toEqual(patternOf(native));
    }
  });

  it.each([
    ["odoo", "%(woy)s%01d", [null, { prefix: "%(woy)s", padding: 1, suffix: "" }, null]],
    [
      "odoo",
      "%(current_y)s%01d",
      [null, { prefix: "%(current_y)s", padding: 1, suffix: "" }, null],
    ],
    ["odoo", "%(h12)s%01d", [null, { prefix: "%(h12)s", padding: 1, suffix: "" }, null]],
    ["odoo", "%(h24)s%01d", ["{hh}{0}", { prefix: "%(h24)s", padding: 1, suffix: "" }, null]],
    ["frappe", "WW.#", [null, null, "WW.#"]],
    ["frappe", "FY.#", ["{FY}{0}", null, "FY.#"]],
    ["frappe", "{a}.#", [null, null, "{a}.#"]],
    ["frappe", "{a}.-.#", ["{field.a}-{0}", null, "{a}.-.#"]],
    ["native", "{GGGG}{0}", ["{GGGG}{0}", null, null]],
  ] as const)("only some can say %s %s", (dialect, text, shown) => {
    expect(inAll(valueOf(parsePattern(dialect, text)).pattern)).toEqual(shown);
  });

  it("says why a dialect cannot", () => {
    const odoo = valueOf(parsePattern("odoo", "A%(range_year)s%01d")).pattern;
    const part = { kind: "date", token: "YYYY", of: "period" };
    expect(showIn(odoo, "native")).toEqual({ text: null, because: { problem: "date", part } });
    expect(showIn(odoo, "frappe")).toEqual({ text: null, because: { problem: "date", part } });
    const touching = valueOf(parsePattern("frappe", "{a}.#")).pattern;
    expect(showIn(touching, "native")).toEqual({
      text: null,
      because: { problem: "touching_field" },
    });
    expect(showIn(touching, "odoo")).toEqual({
      text: null,
      because: { problem: "field", part: { kind: "field", name: "a" } },
    });
    const braces = valueOf(parsePattern("odoo", `${"{".repeat(110)}%01d`)).pattern;
    expect(showIn(braces, "native")).toEqual({ text: null, because: { problem: "too_long" } });
    const percents = patternOf(`${"%".repeat(110)}{0}`);
    expect(showIn(percents, "odoo")).toEqual({ text: null, because: { problem: "too_long" } });
  });
});

describe("affixes", () => {
  it("are kept as one text of their dialect", () => {
    const affixes = { prefix: "A", padding: 3, suffix: "-B" };
    expect(valueOf(parsePattern("native", affixes)).text).toBe("A{000}-B");
    expect(valueOf(parsePattern("odoo", affixes)).text).toBe("A%03d-B");
    expect(valueOf(parsePattern("odoo", { prefix: "A" })).text).toBe("A%01d");
  });

  it("are no way to give a series", () => {
    expect(parsePattern("frappe", { prefix: "A", padding: 3 })).toEqual({
      ok: false,
      code: "pattern_series_affixes",
      facts: {},
      pointer: "/padding",
    });
  });
});

describe("a refusal says what to change", () => {
  it.each([
    ["native", "", "The pattern is empty. Give text and one counter, such as SN-{0000000}."],
    ["odoo", "", "The pattern is empty. Give text and one counter, such as SN-%07d."],
    ["frappe", "", "The pattern is empty. Give text and one counter, such as SN-.#######."],
    [
      "native",
      "A",
      "The pattern has no counter, so every name would be the same. Add one, such as {0000000} for seven digits.",
    ],
    [
      "odoo",
      "A",
      "The pattern has no counter, so every name would be the same. Add one, such as %07d for seven digits.",
    ],
    [
      "odoo",
      "100%",
      "The % at position 3 of the pattern begins nothing known. Write %% for a percent.",
    ],
    [
      "odoo",
      "A%Y",
      "The % at position 1 of the pattern begins nothing known. Write %(year)s if that is meant, or %% for a percent.",
    ],
    ["odoo", "%(y)d", '"%(y)d" at position 0 of the pattern cannot be used. Write %(y)s.'],
    [
      "odoo",
      "%(quarter)s",
      'The key "quarter" at position 0 of the pattern is unknown. Known are year, y, month, day, doy, woy, weekday, h24, h12, min, sec, each also with range_ or current_ before it.',
    ],
    [
      "frappe",
      "$INV-",
      "The series has U+0024 at position 0. Use letters, digits, spaces and _ - / . # { }: replace it.",
    ],
    [
      "frappe",
      "A-.{b}-.##",
      'The part "{b}-" at position 3 of the series begins with a brace and is not one field. Write each field by itself between dots, such as .{branch}.',
    ],
    [
      "frappe",
      "A-.####-X",
      'The # at position 3 of the series is in "####-X"; a counter stands by itself between dots. Write "####.-X".',
    ],
    [
      "frappe",
      { prefix: "A", padding: 3 },
      "A Frappe series is one text. Send it as pattern, such as SINV-.YYYY.-.#####, without prefix, padding and suffix.",
    ],
  ] as const)("%s %j", (dialect, input, sentence) => {
    const refused = parsePattern(dialect, input);
    if (refused.ok) throw new Error("accepted");
    expect(failureOfRefusal(refused).detail).toBe(sentence);
  });
});
