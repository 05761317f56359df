import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { bind } from "../../src/domain/patterns/bind.ts";
import { momentOf, type Moments } from "../../src/domain/patterns/moment.ts";
import type { Affixes } from "../../src/domain/patterns/notation.ts";
import { parseOdoo, parseOdooAffixes, showOdoo } from "../../src/domain/patterns/odoo.ts";
import { readName } from "../../src/domain/patterns/read.ts";
import { render } from "../../src/domain/patterns/render.ts";
import { allAt, momentAt, odooKeys, valueOf } from "./arbitrary.ts";

const thursday = momentAt("2026-01-01T13:04:05Z");

function named(affixes: Affixes, number: bigint, moments: Moments): string {
  return render(valueOf(bind(valueOf(parseOdooAffixes(affixes)), moments, {})), number);
}

function dayAt(daysFromEpoch: number): Date {
  return new Date(daysFromEpoch * 86_400_000);
}

/** What the keys render between bars. */
function rendered(keys: readonly string[], moments: Moments): readonly string[] {
  const prefix = keys.map((key) => `%(${key})s|`).join("");
  return named({ prefix }, 1n, moments).split("|").slice(0, -1);
}

describe("Odoo patterns (vectors, section 4)", () => {
  it("`P%(year)s`, padding 5, number 12, at 2026-01-01 is P202600012", () => {
    const affixes = { prefix: "P%(year)s", padding: 5 };
    expect(named(affixes, 12n, allAt(momentAt("2026-01-01")))).toBe("P202600012");
  });

  it("all tokens at 2026-01-01T13:04:05, a Thursday", () => {
    expect(rendered(odooKeys, allAt(thursday))).toEqual([
      "2026",
      "26",
      "01",
      "01",
      "001",
      "00",
      "4",
      "13",
      "01",
      "04",
      "05",
    ]);
  });

  it("woy and weekday at 2026-01-05, a Monday, are 01 and 1", () => {
    expect(rendered(["woy", "weekday"], allAt(momentAt("2026-01-05")))).toEqual(["01", "1"]);
  });

  it("padding 4, number 12345 is 12345", () => {
    expect(named({ padding: 4 }, 12_345n, allAt(thursday))).toBe("12345");
  });

  it("`P%(quarter)s` is refused", () => {
    expect(parseOdooAffixes({ prefix: "P%(quarter)s", padding: 5 })).toEqual({
      ok: false,
      code: "pattern_unknown_key",
      facts: {
        pattern: "P%(quarter)s",
        position: 1,
        key: "quarter",
        known: odooKeys,
        marks: ["range_", "current_"],
      },
      pointer: "/prefix",
    });
  });

  it("`100%` is refused", () => {
    expect(parseOdooAffixes({ prefix: "100%", padding: 5 })).toEqual({
      ok: false,
      code: "pattern_lone_percent",
      facts: { pattern: "100%", position: 3, meant: "%%" },
      pointer: "/prefix",
    });
  });
});

describe("an Odoo pattern", () => {
  it("shows the document's day, its period's first day, and now", () => {
    const moments = {
      document: momentAt("2026-01-01T13:04:05Z"),
      period: momentAt("2025-12-29"),
      now: momentAt("2027-11-21T00:59:58Z"),
    };
    const range = odooKeys.map((key) => `range_${key}`);
    expect(rendered(range, moments)).toEqual(
      // 2025-12-29 is a Monday, the 52nd of its year.
      ["2025", "25", "12", "29", "363", "52", "1", "00", "12", "00", "00"],
    );
    const current = odooKeys.map((key) => `current_${key}`);
    expect(rendered(current, moments)).toEqual(
      // 2027-11-21 is a Sunday, and 46 Mondays of its year are past: the first is 4 January.
      ["2027", "27", "11", "21", "325", "46", "0", "00", "12", "59", "58"],
    );
    expect(rendered(odooKeys, moments)).toEqual(rendered(odooKeys, allAt(thursday)));
  });

  it("has 33 keys", () => {
    const keys = ["", "range_", "current_"].flatMap((mark) => odooKeys.map((key) => mark + key));
    expect(keys).toHaveLength(33);
    for (const key of keys) expect(parseOdoo(`%(${key})s%01d`).ok, key).toBe(true);
  });

  it("has texts that may be left out, and a percent that is doubled", () => {
    expect(named({}, 7n, allAt(thursday))).toBe("7");
    expect(named({ prefix: "", padding: 0, suffix: "" }, 7n, allAt(thursday))).toBe("7");
    expect(named({ prefix: "%%(year)s%%%%", padding: 2, suffix: "%%" }, 7n, allAt(thursday))).toBe(
      "%(year)s%%07%",
    );
  });

  it("is the same in one text, where the counter is written as Odoo formats it", () => {
    const affixes = { prefix: "P%(year)s", padding: 5, suffix: "/%%" };
    expect(parseOdoo("P%(year)s%05d/%%")).toEqual(parseOdooAffixes(affixes));
    expect(parseOdoo("A%01d")).toEqual(parseOdooAffixes({ prefix: "A" }));
    expect(parseOdoo("A%0d")).toEqual(parseOdooAffixes({ prefix: "A", padding: 1 }));
    expect(valueOf(parseOdoo("A%018d")).width).toBe(18);
  });

  it.each([
    ["P%(year)d", "pattern_percent_format", { position: 1, format: "%(year)d", meant: "%(year)s" }],
    ["P%(year)", "pattern_percent_format", { position: 1, format: "%(year)", meant: "%(year)s" }],
    ["%(y).2s", "pattern_percent_format", { position: 0, format: "%(y).2s", meant: "%(y)s" }],
    ["%(y)-5s", "pattern_percent_format", { position: 0, format: "%(y)-5s", meant: "%(y)s" }],
    ["%%%(range_y)r", "pattern_percent_format", { position: 2, meant: "%(range_y)s" }],
    ["P%(year", "pattern_lone_percent", { position: 1, meant: "%(year)s" }],
    ["P%(quarter", "pattern_lone_percent", { position: 1, meant: "%%" }],
    ["%", "pattern_lone_percent", { position: 0, meant: "%%" }],
    ["%%%", "pattern_lone_percent", { position: 2, meant: "%%" }],
    ["A-%Y-", "pattern_lone_percent", { position: 2, meant: "%(year)s" }],
    ["A-%d-", "pattern_lone_percent", { position: 2, meant: "%(day)s" }],
    ["%s", "pattern_lone_percent", { position: 0, meant: "%%" }],
    ["%5d", "pattern_lone_percent", { position: 0, meant: "%%" }],
    ["%()s", "pattern_unknown_key", { position: 0, key: "" }],
    ["%(Year)s", "pattern_unknown_key", { position: 0, key: "Year" }],
    ["%(range_range_year)s", "pattern_unknown_key", { position: 0, key: "range_range_year" }],
    ["%(toString)s", "pattern_unknown_key", { position: 0, key: "toString" }],
    ["A%05d", "pattern_two_counters", { position: 1 }],
    ["\u00c9", "pattern_character", { position: 0, character: "U+00C9" }],
  ])("is refused: %s", (text, code, facts) => {
    expect(parseOdooAffixes({ prefix: text, padding: 2 })).toMatchObject({
      ok: false,
      code,
      facts: { pattern: text, ...facts },
      pointer: "/prefix",
    });
    expect(parseOdooAffixes({ prefix: "%(y)s", suffix: text })).toMatchObject({
      code,
      facts: { pattern: text, ...facts },
      pointer: "/suffix",
    });
  });

  it.each([
    [{ prefix: " A", padding: 2 }, "pattern_edge_space", "/prefix", { position: 0 }],
    [{ padding: 2, suffix: "A %% B " }, "pattern_edge_space", "/suffix", { position: 6 }],
    [{ padding: -1 }, "pattern_padding", "/padding", { padding: "-1", minimum: 0, maximum: 18 }],
    [{ padding: 2.5 }, "pattern_padding", "/padding", { padding: "2.5" }],
    [{ padding: 19 }, "pattern_counter_too_wide", "/padding", { width: 19, maximum: 18 }],
    [
      { prefix: "A".repeat(100), padding: 2, suffix: "B".repeat(27) },
      "pattern_name_too_long",
      "/suffix",
      { position: 0, length: 129 },
    ],
    [
      { prefix: "%%".repeat(60), suffix: "%%".repeat(40) },
      "pattern_too_long",
      "/suffix",
      { length: 204, position: 76 },
    ],
  ])("is refused as a whole: %j", (affixes, code, pointer, facts) => {
    expect(parseOdooAffixes(affixes)).toMatchObject({ ok: false, code, pointer, facts });
  });

  it.each([
    ["", "pattern_empty", { position: 0, example: "%07d" }],
    ["P%(year)s", "pattern_without_counter", { position: 9, example: "%07d" }],
    ["%01d%02d", "pattern_two_counters", { position: 4, first_position: 0 }],
    ["A%019d", "pattern_counter_too_wide", { position: 1, width: 19 }],
  ])("is refused in one text: %j", (text, code, facts) => {
    expect(parseOdoo(text)).toMatchObject({ ok: false, code, facts, pointer: "/pattern" });
  });

  it("is shown as affixes", () => {
    expect(showOdoo(valueOf(parseOdoo("P%%%(range_year)s-%05d/%(current_sec)s")))).toEqual({
      text: { prefix: "P%%%(range_year)s-", padding: 5, suffix: "/%(current_sec)s" },
    });
  });

  it("answers any text whatever, refusals with the character they mean", () => {
    const pieces = fc.constantFrom("%", "(", ")", "s", "year", "range_", "05d", "0", "\u00e9", "A");
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 9 }), (chosen) => {
        const text = chosen.join("");
        const result = parseOdoo(text);
        if (result.ok) return;
        expect(Number(result.facts["position"])).toBeLessThanOrEqual(text.length);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("the new date tokens", () => {
  it("agree with Date and with counting Mondays on every day", () => {
    const day = fc.integer({ min: -719_162, max: 2_932_896 });
    fc.assert(
      fc.property(day, fc.integer({ min: 0, max: 86_399 }), (days, second) => {
        const date = new Date((days * 86_400 + second) * 1000);
        const moment = valueOf(momentOf(undefined, "UTC", date.getTime()));
        let mondays = 0;
        for (let day = days; dayAt(day).getUTCFullYear() === date.getUTCFullYear(); day -= 1) {
          if (dayAt(day).getUTCDay() === 1) mondays += 1;
        }
        const hour = date.getUTCHours();
        const twelve = hour === 0 ? 12 : hour > 12 ? hour - 12 : hour;
        expect(rendered(["woy", "weekday", "h12"], allAt(moment))).toEqual([
          String(mondays).padStart(2, "0"),
          String(date.getUTCDay()),
          String(twelve).padStart(2, "0"),
        ]);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    // 2026-01-01 is a Thursday, 2026-01-05 the first Monday.
    ["%(year)s%(doy)s-%(weekday)s-%01d", "2026001-4-1", 1n],
    ["%(year)s%(doy)s-%(weekday)s-%01d", "2026001-5-1", null],
    ["%(year)s%(doy)s-%(woy)s-%01d", "2026004-00-1", 1n],
    ["%(year)s%(doy)s-%(woy)s-%01d", "2026005-01-1", 1n],
    ["%(year)s%(doy)s-%(woy)s-%01d", "2026005-02-1", null],
    ["%(h24)s-%(h12)s-%01d", "00-12-1", 1n],
    ["%(h24)s-%(h12)s-%01d", "12-12-1", 1n],
    ["%(h24)s-%(h12)s-%01d", "13-01-1", 1n],
    ["%(h24)s-%(h12)s-%01d", "13-02-1", null],
    ["%(h12)s-%01d", "00-1", null],
    ["%(h12)s-%01d", "13-1", null],
    ["%(weekday)s-%01d", "7-1", null],
    ["%(weekday)s-%01d", "04-1", null],
    ["%(woy)s-%01d", "54-1", null],
    // The moments of one name are their own.
    ["%(year)s-%(range_year)s-%(current_year)s-%01d", "2026-2025-2027-1", 1n],
    ["%(range_year)s-%(range_y)s-%01d", "2025-26-1", null],
    ["%(year)s-%(range_y)s-%01d", "2025-26-1", 1n],
    ["%(current_month)s%(current_day)s-%01d", "0230-1", null],
    ["%(current_month)s%(day)s-%01d", "0230-1", 1n],
  ])("%s reads %s as %s", (text, name, number) => {
    expect(readName(valueOf(parseOdoo(text)), name)?.number ?? null).toBe(number);
  });
});
