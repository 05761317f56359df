import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { bind, fits, fixedForm } from "../../src/domain/patterns/bind.ts";
import { render } from "../../src/domain/patterns/render.ts";
import {
  allAt,
  fieldValues,
  momentAt,
  moments,
  patternOf,
  patterns,
  valueOf,
} from "./arbitrary.ts";

const thursday = momentAt("2026-01-01T13:04:05Z");

describe("binding", () => {
  it("fills in dates and fields and leaves prefix, width and suffix", () => {
    const pattern = patternOf("LOT{YY}-{field.site}/{00000}.{DD}{{");
    expect(bind(pattern, allAt(thursday), { site: "HAM_2", other: "not used: ä" })).toEqual({
      ok: true,
      value: { prefix: "LOT26-HAM_2/", width: 5, suffix: ".01{" },
    });
  });

  it("renders every date token, always with the same number of digits", () => {
    const all =
      "{YYYY} {YY} {MM} {DD} {DOY} {hh} {mm} {ss} {WW} {GGGG} {FY} {FYE} {FY2} {FYE2}.{0}";
    const shown = (at: string, fiscal: string): string =>
      valueOf(bind(patternOf(all), allAt(momentAt(at, "UTC", fiscal)), {})).prefix;
    expect(shown("2026-01-01T13:04:05Z", "06-01")).toBe(
      "2026 26 01 01 001 13 04 05 01 2026 2025 2026 25 26.",
    );
    expect(shown("2021-01-01", "01-01")).toBe(
      "2021 21 01 01 001 00 00 00 53 2020 2021 2021 21 21.",
    );
    expect(shown("0987-12-31", "12-31")).toBe(
      "0987 87 12 31 365 00 00 00 01 0988 0987 0988 87 88.",
    );
    expect(shown("1999-12-31", "04-01")).toBe(
      "1999 99 12 31 365 00 00 00 52 1999 1999 2000 99 00.",
    );
  });

  it.each([
    ["1960-01-10", 1n, "195901-0001"],
    ["1960-12-10", 1n, "196012-0001"],
  ])("numbers a fiscal year from 1 June: %s", (at, number, name) => {
    const form = bind(patternOf("{FY}{MM}-{0000}"), allAt(momentAt(at, "UTC", "06-01")), {});
    expect(render(valueOf(form), number)).toBe(name);
  });

  it("names the field that is missing", () => {
    const pattern = patternOf("{field.constructor}-{0}");
    expect(bind(pattern, allAt(thursday), {})).toEqual({
      ok: false,
      code: "field_missing",
      facts: { field: "constructor" },
      pointer: "/fields",
    });
  });

  it.each([
    ["", { problem: "empty", length: 0 }],
    ["A".repeat(65), { problem: "too_long", length: 65, maximum: 64 }],
    ["A-B", { problem: "character", position: 1, character: "U+002D" }],
    ["A B", { problem: "character", position: 1, character: "U+0020" }],
    ["AB\n", { problem: "character", position: 2, character: "U+000A" }],
    ["é", { problem: "character", position: 0, character: "U+00E9" }],
    ["A\u{1F600}", { problem: "character", position: 1, character: "U+1F600" }],
    ["A\u0661", { problem: "character", position: 1, character: "U+0661" }],
  ])("refuses the value %j", (value, facts) => {
    expect(bind(patternOf("{field.site}-{0}"), allAt(thursday), { site: value })).toMatchObject({
      ok: false,
      code: "field_value",
      facts: { field: "site", ...facts },
      pointer: "/fields/site",
    });
  });

  it("takes a value of 1 and of 64 characters", () => {
    const pattern = patternOf("{field.site}-{0}");
    expect(bind(pattern, allAt(thursday), { site: "_" }).ok).toBe(true);
    expect(bind(pattern, allAt(thursday), { site: "9".repeat(64) }).ok).toBe(true);
  });

  it("refuses names of more than 128 characters", () => {
    const pattern = patternOf("{field.a}-{field.b}-{0}");
    const fields = { a: "A".repeat(64), b: "B".repeat(61) };
    expect(bind(pattern, allAt(thursday), fields).ok).toBe(true);
    expect(bind(pattern, allAt(thursday), { ...fields, b: "B".repeat(62) })).toEqual({
      ok: false,
      code: "name_too_long",
      facts: { length: 129, maximum: 128 },
    });
  });
});

describe("the room for the last number", () => {
  const form = { prefix: "A".repeat(120), width: 6, suffix: "é" };

  it("is what the name's 128 characters leave", () => {
    expect(fits(form, 999_999n)).toEqual({ ok: true, value: form });
    expect(fits(form, 9_999_999n).ok).toBe(true);
    expect(fits(form, 10_000_000n)).toMatchObject({
      code: "name_too_long",
      facts: { length: 129, maximum: 128 },
    });
    expect(fits({ ...form, width: 8 }, 0n).ok).toBe(false);
  });

  it("counts code points", () => {
    expect(fits({ prefix: "\u{1F600}".repeat(127), width: 1, suffix: "" }, 9n).ok).toBe(true);
  });
});

describe("the form that needs no document", () => {
  it("is the pattern's text around its counter", () => {
    expect(fixedForm(patternOf("A{{-{000}/7"))).toEqual({ prefix: "A{-", width: 3, suffix: "/7" });
    expect(fixedForm(patternOf("{0}"))).toEqual({ prefix: "", width: 1, suffix: "" });
  });

  it("is none with a date or a field on either side", () => {
    for (const text of ["{YY}-{0}", "{0}-{YY}", "{field.a}-{0}", "{0}-{field.a}"]) {
      expect(fixedForm(patternOf(text)), text).toBeNull();
    }
  });

  it("is what every document binds to", () => {
    fc.assert(
      fc.property(patterns, moments, fieldValues, (pattern, moment, fields) => {
        const form = fixedForm(pattern);
        const needs = pattern.parts.some(({ kind }) => kind === "date" || kind === "field");
        expect(form === null).toBe(needs);
        if (form !== null)
          expect(bind(pattern, allAt(moment), fields)).toEqual({ ok: true, value: form });
      }),
    );
  });
});
