import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { bind } from "../../src/domain/patterns/bind.ts";
import { consecutiveWeekOf } from "../../src/domain/patterns/calendar.ts";
import { continueFrom } from "../../src/domain/patterns/continue.ts";
import { parseFrappe, seriesKey, showFrappe } from "../../src/domain/patterns/frappe.ts";
import { momentOf } from "../../src/domain/patterns/moment.ts";
import type { BoundForm } from "../../src/domain/patterns/pattern.ts";
import { readName } from "../../src/domain/patterns/read.ts";
import { render } from "../../src/domain/patterns/render.ts";
import { highestNumber } from "../../src/domain/patterns/rules.ts";
import { allAt, fieldValues, frappeSeries, momentAt, patternOf, valueOf } from "./arbitrary.ts";

function bound(
  series: string,
  at: string,
  fields: Readonly<Record<string, string>> = {},
  fiscalYearStart?: string,
): BoundForm {
  const pattern = valueOf(parseFrappe(series, fiscalYearStart));
  return valueOf(bind(pattern, allAt(momentAt(at, "UTC", fiscalYearStart)), fields));
}

function first(series: string, at: string, fields?: Readonly<Record<string, string>>): string {
  return render(bound(series, at, fields), 1n);
}

describe("Frappe series (vectors, section 5)", () => {
  it("`SINV-.YY.-.####` has the key SINV-26-", () => {
    expect(seriesKey(bound("SINV-.YY.-.####", "2026-11-21"))).toBe("SINV-26-");
  });

  it("`AXBZ.####` gives AXBZ0001 AXBZ0002 AXBZ0003", () => {
    const form = bound("AXBZ.####", "2026-11-21");
    const names = [1n, 2n, 3n].map((number) => render(form, number));
    expect(names).toEqual(["AXBZ0001", "AXBZ0002", "AXBZ0003"]);
  });

  it("`KOOH-.{event}.-.####`, event `on_update`, gives KOOH-on_update-0001", () => {
    const fields = { event: "on_update" };
    expect(first("KOOH-.{event}.-.####", "2026-11-21", fields)).toBe("KOOH-on_update-0001");
  });

  it.each([
    ["SINV-", {}, "SINV-00001"],
    ["SI-.{field}.", { field: "X" }, "SI-X00001"],
    ["SI-#.###", {}, "SI-#001"],
  ])("`%s` is accepted", (series, fields, name) => {
    expect(first(series, "2026-11-21", fields)).toBe(name);
  });

  it.each([
    ["$INV-", "pattern_series_character", 0, "U+0024"],
    ["WINDOWS\\NAMING", "pattern_series_character", 7, "U+005C"],
  ])("`%s` is refused", (series, code, position, character) => {
    expect(parseFrappe(series)).toEqual({
      ok: false,
      code,
      facts: { pattern: series, position, character },
      pointer: "/pattern",
    });
  });

  it.each([
    ["2020-01-01", "01"],
    ["2021-01-01", "00"],
    ["2021-12-31", "52"],
  ])("WW at %s is %s", (at, week) => {
    expect(seriesKey(bound("WW.####", at))).toBe(week);
  });

  it("counter 10000 with `####` is 10000", () => {
    expect(render(bound("AXBZ.####", "2026-11-21"), 10_000n)).toBe("AXBZ10000");
  });

  it("`SINV-.YYYY.-.####` and `SINV-2026-.####` share one series in 2026", () => {
    const literal = seriesKey(bound("SINV-2026-.####", "1999-01-01"));
    expect(literal).toBe("SINV-2026-");
    expect(seriesKey(bound("SINV-.YYYY.-.####", "2026-11-21"))).toBe(literal);
    expect(seriesKey(bound("SINV-.YYYY.-.####", "2027-11-21"))).not.toBe(literal);
  });

  it("a date after the counter does not reset the count", () => {
    const [old, young] = ["2026-12-31", "2027-01-01"].map((at) => bound("A-.####.-.YYYY", at));
    expect(old?.suffix).not.toBe(young?.suffix);
    expect([old, young].map((form) => form && seriesKey(form))).toEqual(["A-", "A-"]);
  });
});

describe("a Frappe series", () => {
  it.each([
    ["SINV", "SINV"],
    ["SINV-.", "SINV-"],
    ["SINV-.YY.-.MM.-.####", "SINV-26-11-"],
    ["DE./.YY./.MM./.#####", "DE/26/11/"],
    ["DD.JJJ.#", "21325"],
    ["YYYY.YY.####", "202626"],
    ["X-.timestamp.-.####", "X-2026-11-21 14:30:05-"],
    ["....A...-..####", "A-"],
    ["A.B.####", "AB"],
    [".#####.-2021-22", ""],
    [".", ""],
    ["{YYYY-.####", null],
    ["Y.YY.####", "Y26"],
    ["yyyy-.####", "yyyy-"],
    ["INV-{branch}-.####", "INV-{branch}-"],
    ["_.YYYY._.####", "_2026_"],
    ["FYI-.####", "FYI-"],
  ])("%s counts in %s", (series, key) => {
    const pattern = parseFrappe(series);
    if (key === null) expect(pattern.ok).toBe(false);
    else expect(seriesKey(bound(series, "2026-11-21T14:30:05Z"))).toBe(key);
  });

  it("takes the first counter, and later ones vanish", () => {
    expect(parseFrappe("A.##.-.####.B.#")).toEqual(parseFrappe("A.##.-B"));
    expect(first("SINV-.####.#####", "2026-11-21")).toBe("SINV-0001");
  });

  it("reads a bare lower-case name and ABBR as fields, whatever the document has", () => {
    expect(parseFrappe("A-.branch.-.##")).toEqual(parseFrappe("A-.{branch}.-.##"));
    expect(parseFrappe("A-.ABBR.-.##")).toEqual(parseFrappe("A-.{abbr}.-.##"));
    expect(parseFrappe("A-.b2_c.-.##")).toEqual(parseFrappe("A-.{b2_c}.-.##"));
    const pattern = valueOf(parseFrappe("A-.branch.-.##"));
    expect(bind(pattern, allAt(momentAt("2026-11-21")), {})).toMatchObject({
      code: "field_missing",
      facts: { field: "branch" },
    });
  });

  it.each([
    ["01-01", "2026-02-01", "2026", "26"],
    ["04-01", "2026-02-01", "2025-2026", "25-26"],
    ["04-01", "2026-04-01", "2026-2027", "26-27"],
    ["12-31", "1999-12-31", "1999-2000", "99-00"],
  ])("names a fiscal year from %s as ERPNext does: %s is in %s", (start, at, year, short) => {
    expect(seriesKey(bound("SINV-.FY.-.####", at, {}, start))).toBe(`SINV-${year}-`);
    expect(seriesKey(bound("SINV-.TFY.-.####", at, {}, start))).toBe(`SINV-${short}-`);
  });

  it.each([
    ["", "pattern_empty", { position: 0, example: ".#######" }],
    ["É.####", "pattern_character", { position: 0, character: "U+00C9" }],
    ["A:.####", "pattern_series_character", { position: 1, character: "U+003A" }],
    ["A-.####-X", "pattern_series_counter", { position: 3, part: "####-X", meant: "####.-X" }],
    ["A-.##.-.#B", "pattern_series_counter", { position: 8, part: "#B", meant: "#.B" }],
    ["SI-###", "pattern_series_counter", { position: 3, part: "SI-###", meant: "SI-.###" }],
    ["A.SI-#.B", "pattern_series_counter", { position: 5, part: "SI-#", meant: "SI-.#" }],
    ["A.{b", "pattern_series_brace", { position: 2, part: "{b" }],
    ["A.{b}-.##", "pattern_series_brace", { position: 2, part: "{b}-" }],
    ["{a}-{b}-.##", "pattern_series_brace", { position: 0, part: "{a}-{b}-" }],
    ["A-.{}.-.##", "pattern_field_name", { position: 3, field: "" }],
    ["A-.{YYYY}.-.##", "pattern_field_name", { position: 3, field: "YYYY" }],
    ["A-.{####}", "pattern_field_name", { position: 3, field: "####" }],
    [`A-.${"b".repeat(41)}.-.##`, "pattern_field_name", { position: 3 }],
    [`A-.${"#".repeat(19)}`, "pattern_counter_too_wide", { position: 3, width: 19, maximum: 18 }],
    [".. A.##", "pattern_edge_space", { position: 2 }],
    ["A.##.- .", "pattern_edge_space", { position: 6 }],
    ["A.{b}.##.{c}", "pattern_field_touches_counter", { position: 9, field: "c" }],
    ["A".repeat(124), "pattern_name_too_long", { position: 124, length: 129 }],
    [`A.${"-".repeat(199)}`, "pattern_too_long", { position: 200, length: 201 }],
  ])("is refused: %j", (series, code, facts) => {
    const refused = parseFrappe(series);
    expect(refused).toMatchObject({ ok: false, code, facts, pointer: "/pattern" });
    expect(refused).toHaveProperty("facts.pattern", series.slice(0, 200));
  });

  it.each([
    ["SN-{YYYY}-{00000}", "SN-.YYYY.-.#####"],
    ["{YYYY}-{MM}-{DD} {hh}:{mm}:{ss}/{0}", "timestamp./.#"],
    ["{00}-{field.a}", ".##.-.{a}"],
    ["YYYY{0}TFY", "YYY.Y.#.TF.Y"],
    ["A{{b}}{0}", "A{b}.#"],
    ["{FY2}{0}", "TFY.#"],
  ])("is shown: %s", (native, series) => {
    expect(showFrappe(patternOf(native))).toEqual({ text: series });
  });

  it.each([
    ["{FYE}{0}", "date", { kind: "date", token: "FYE" }],
    ["{WW}{0}", "date", { kind: "date", token: "WW" }],
    ["{hh}:{0}", "date", { kind: "date", token: "hh" }],
    ["A.B{0}", "text", { kind: "text", text: "A.B" }],
    ["A:{0}", "text", { kind: "text", text: "A:" }],
    ["#A{0}", "text", { kind: "text", text: "#A" }],
    ["{{A{0}", "text", { kind: "text", text: "{A" }],
    ["lot{0}", "text", { kind: "text", text: "lot" }],
  ])("cannot say %s", (native, problem, part) => {
    expect(showFrappe(patternOf(native))).toEqual({ text: null, because: { problem, part } });
  });

  it("shows fiscal years as long as they are of the sequence", () => {
    const split = patternOf("{FY}-{FYE}-{FY}-{FYE}/{0}");
    expect(showFrappe(split, "04-01")).toEqual({ text: "FY.-.FY./.#" });
    expect(showFrappe(split).text).toBeNull();
    expect(showFrappe(patternOf("{FY}{0}"), "04-01").text).toBeNull();
    expect(showFrappe(patternOf("{FY}{0}"))).toEqual({ text: "FY.#" });
  });

  it("answers any text whatever, refusals with the character they mean", () => {
    const pieces = fc.constantFrom("#", ".", "{", "}", "a", "YYYY", "-", "$", "é", " ");
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (chosen) => {
        const series = chosen.join("");
        const result = parseFrappe(series);
        if (result.ok) return;
        expect(Number(result.facts["position"])).toBeLessThanOrEqual(series.length);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("the week of a series", () => {
  it.each([
    ["2019-12-31", "53"],
    ["2020-01-15", "03"],
    ["2020-12-31", "53"],
    ["2021-01-03", "00"],
    ["2021-01-04", "01"],
    ["2024-12-29", "52"],
    ["2024-12-30", "53"],
    ["2025-01-01", "01"],
  ])("at %s is %s", (at, week) => {
    expect(seriesKey(bound("WW.####", at))).toBe(week);
  });

  it("never goes back within a year", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9999 }), (year) => {
        for (let ordinal = 2; ordinal <= 365; ordinal += 1) {
          const step = consecutiveWeekOf(year, ordinal) - consecutiveWeekOf(year, ordinal - 1);
          expect(step === 0 || step === 1).toBe(true);
        }
      }),
      { numRuns: 400 },
    );
  });

  it.each([
    ["YYYY.JJJ.-.WW.-.#", "2021001-00-1", 1n],
    ["YYYY.JJJ.-.WW.-.#", "2021001-53-1", null],
    ["YYYY.MM.DD.-.WW.-.#", "20191231-53-1", 1n],
    ["YYYY.MM.DD.-.WW.-.#", "20191231-01-1", null],
    ["WW.-.#", "54-1", null],
  ])("is read back: %s reads %s as %s", (series, name, number) => {
    expect(readName(valueOf(parseFrappe(series)), name)?.number ?? null).toBe(number);
  });
});

describe("a field that touches the counter", () => {
  it.each([
    ["SI-.{a}.###", "SI-B1001", 1n, "SI-B1"],
    ["SI-.{a}.###", "SI-B11001", 1n, "SI-B11"],
    ["SI-.{a}.###", "SI-001", null, null],
    ["SI-.{a}.###", "SI-B1", null, null],
    ["SI-.{a}.###", "SI-", null, null],
    ["{a}.{b}.YY.##.X.DD", "AB2607X31", 7n, "AB26"],
    ["{a}.{b}.YY.##.X.DD", "A2607X31", null, null],
    ["###.{a}", "0011", 1n, ""],
    ["###.{a}", "001", null, null],
    ["###.{a}", "00", null, null],
    ["###.X.{a}.-.{a}", "123XY-Y", 123n, ""],
    ["###.X.{a}.-.{a}", "123XY-Z", null, null],
  ])("leaves it exactly its width: %s reads %s as %s", (series, name, number, prefix) => {
    const read = readName(valueOf(parseFrappe(series)), name);
    expect(read?.number ?? null).toBe(number);
    expect(read?.form.prefix ?? null).toBe(prefix);
  });

  it("ends its numbers with that width", () => {
    expect(highestNumber(valueOf(parseFrappe("SI-.{a}.###")))).toBe(999n);
    expect(highestNumber(valueOf(parseFrappe("SI-.{a}.-.###")))).toBe(999_999_999_999_999_999n);
    const pattern = valueOf(parseFrappe("SI-.{a}.###"));
    expect(continueFrom("SI-B1998", 2, pattern)).toMatchObject({
      value: { first: 998n, matched: true },
    });
    expect(continueFrom("SI-B1998", 3, pattern)).toMatchObject({
      code: "number_overflow",
      facts: { first: "998", last: "1000", maximum: "999" },
    });
  });

  it("never finds one name for two numbers", () => {
    const values = ["1", "0", "11", "10"];
    const fields = values.flatMap((a) => values.map((b) => ({ a, b, c: "1" })));
    const alike = [0n, 1n, 10n, 11n, 100n, 101n, 110n, 111n, 1_111n, 10_001n, 11_111n];
    const day = allAt(valueOf(momentOf("1111-11-11", "UTC", 0)));
    fc.assert(
      fc.property(frappeSeries, (series) => {
        const pattern = parseFrappe(series);
        if (!pattern.ok) return;
        const numberOf = new Map<string, bigint>();
        for (const some of fields) {
          const form = bind(pattern.value, day, some);
          for (const number of form.ok ? alike : []) {
            if (number > highestNumber(pattern.value)) continue;
            const name = render(valueOf(form), number);
            expect(numberOf.get(name) ?? number).toBe(number);
            numberOf.set(name, number);
          }
        }
      }),
      { numRuns: 600 },
    );
  });

  it("is read back whatever its value", () => {
    fc.assert(
      fc.property(fieldValues, fc.bigInt({ min: 0n, max: 999n }), (fields, number) => {
        for (const series of ["A-.{a}.###", "{a}.{b}.YY.###", "###.{a}.{b}.-.{a}"]) {
          const pattern = valueOf(parseFrappe(series));
          const form = bind(pattern, allAt(momentAt("2026-11-21")), fields);
          if (!form.ok) continue;
          const name = render(form.value, number);
          expect(readName(pattern, name)).toMatchObject({ form: form.value, number });
        }
      }),
    );
  });
});
