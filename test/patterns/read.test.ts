import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { bind, fits } from "../../src/domain/patterns/bind.ts";
import { nameReader, readName } from "../../src/domain/patterns/read.ts";
import { render } from "../../src/domain/patterns/render.ts";
import {
  allAt,
  fieldValues,
  momentAt,
  moments,
  numbers,
  patternOf,
  patterns,
  valueOf,
} from "./arbitrary.ts";

const read = (pattern: string, name: string): unknown => readName(patternOf(pattern), name);

describe("reading a name", () => {
  it("gives the number and the bound form", () => {
    expect(read("LOT{YYYY}-{field.site}/{0000}-X{DD}", "LOT2026-HAM/0042-X31")).toMatchObject({
      form: { prefix: "LOT2026-HAM/", width: 4, suffix: "-X31" },
      number: 42n,
    });
  });

  it.each([
    ["AB12{0000000}34CD", "AB12000010134CD", 101n],
    ["{0000}", "0000", 0n],
    ["{0000}", "12345", 12_345n],
    ["{0}", "999999999999999999", 999_999_999_999_999_999n],
    ["{0}", "1000000000000000000", null],
    ["{YYYY}{0000}", "202600012", null],
    ["{YYYY}{0000}", "202610012", 10_012n],
    ["1{00}1", "11001", 100n],
    ["{000}{YY}", "100026", 1000n],
    ["{{{0}}}", "{7}", 7n],
    ["{field.a}{field.b}-{0}", "AB-7", 7n],
    ["{field.a}{YYYY}{field.b}-{0}", "A2026B-7", 7n],
    ["{field.a}{YYYY}{field.b}-{0}", "A20260-7", 7n],
    ["{field.a}-{field.a}-{0}", "A-A-7", 7n],
    ["{field.a}{field.a}-{0}", "ABAB-7", 7n],
    ["{field.a}{field.b}-{0}-{field.a}", "ABC-7-AB", 7n],
    ["{field.a}{field.b}{field.c}-{0}-{field.a}-{field.b}", "ABC-7-A-B", 7n],
    ["{YYYY}{MM}{DD}-{000}", "20240229-001", 1n],
    ["{YY}{MM}{DD}-{000}", "000229-001", 1n],
    ["{YYYY}.{DOY}.{000}", "2024.366.001", 1n],
    ["{GGGG}W{WW}-{000}", "2020W53-001", 1n],
    ["{YYYY}{MM}{DD}/{GGGG}{WW}/{0}", "20210101/202053/1", 1n],
  ])("%s reads %s as %s", (pattern, name, number) => {
    expect(readName(patternOf(pattern), name)?.number ?? null).toBe(number);
  });

  it.each([
    ["ABC{0000000}", "ABC000101"],
    ["ABC{0000000}", "abc0000101"],
    ["ABC{0000000}", "ABC0000101X"],
    ["ABC{0000000}", "XABC0000101"],
    ["ABC{0000000}", "ABC00000101"],
    ["ABC{0000000}", "ABC"],
    ["ABC{0000000}", ""],
    ["ABC{0000000}", "ABC000010١"],
    ["ABC{0000000}", "ABC-000101"],
    ["ABC{0000000}/X", "ABC0000160/Y"],
    ["ABC{0000000}/X", "ABC0000160"],
    ["VND-{0000}", "VND-4711-8"],
    ["VND-{0000}", "VND/4711"],
    ["VND--{0000}", "VND-é4711"],
    ["{0}", "9223372036854775808"],
    ["{0}", "07"],
    ["{0}", "-7"],
    ["{0}-", "7"],
    ["{YYYY}{0}", "2026"],
    ["{YYYY}-{0}", "0000-1"],
    ["{MM}-{0}", "13-1"],
    ["{MM}-{0}", "00-1"],
    ["{DD}-{0}", "32-1"],
    ["{hh}-{0}", "24-1"],
    ["{mm}-{0}", "60-1"],
    ["{ss}-{0}", "60-1"],
    ["{DOY}-{0}", "367-1"],
    ["{DOY}-{0}", "000-1"],
    ["{WW}-{0}", "54-1"],
    ["{WW}-{0}", "00-1"],
    ["{YYYY}{MM}{DD}-{0}", "20260230-1"],
    ["{YYYY}{MM}{DD}-{0}", "20250229-1"],
    ["{YY}{MM}{DD}-{0}", "250229-1"],
    ["{MM}{DD}-{0}", "0431-1"],
    ["{YYYY}{DOY}-{0}", "2025366-1"],
    ["{YYYY}-{YYYY}-{0}", "2025-2026-1"],
    ["{YYYY}-{YY}-{0}", "2025-26-1"],
    ["{FY}-{FY2}-{0}", "2025-26-1"],
    ["{FYE}-{FYE2}-{0}", "2025-26-1"],
    ["{YYYY}{MM}{DD}-{DOY}-{0}", "20260201-031-1"],
    ["{YYYY}{MM}{DD}/{GGGG}{WW}/{0}", "20210101/202153/1"],
    ["{YYYY}{DOY}/{WW}/{0}", "2021001/01/1"],
    ["{field.a}-{0}", "-1"],
    ["{field.a}-{0}", "é-1"],
    ["{field.a}-{0}", "A-B-1"],
    ["{field.a}-{0}", `${"A".repeat(65)}-1`],
    ["{field.a}-{field.a}-{0}", "A-B-1"],
    ["{field.a}{field.a}-{0}", "ABA-1"],
    ["{field.a}{field.a}-{0}", "AB-1"],
    ["{field.a}{field.b}-{0}", "A-1"],
    ["{field.a}{field.b}-{0}-{field.a}", "ABC-7-B"],
    ["{field.a}{MM}{field.b}-{0}", "A13B-1"],
    ["X{field.a}{field.b}-{0}", "YAB-1"],
    ["{0}-{field.a}-{field.b}", `1-${"A".repeat(64)}-${"B".repeat(62)}`],
  ])("%s could not have made %s", (pattern, name) => {
    expect(read(pattern, name)).toBeNull();
  });

  it("gives back what was rendered, for every pattern, moment, fields and number", () => {
    let rendered = 0;
    fc.assert(
      fc.property(patterns, moments, fieldValues, numbers, (pattern, moment, fields, number) => {
        const form = bind(pattern, allAt(moment), fields);
        if (!form.ok || !fits(form.value, number).ok) return;
        rendered += 1;
        const name = render(form.value, number);
        expect(readName(pattern, name)).toMatchObject({ form: form.value, number });
      }),
      { numRuns: 3000 },
    );
    expect(rendered).toBeGreaterThan(1000);
  });

  it("gives back nothing but what renders the name", () => {
    const name = fc.string({
      unit: fc.constantFrom("0", "1", "2", "9", "A", "_", "-", "/"),
      maxLength: 12,
    });
    const shapes = [
      "A{00}",
      "{00}-{MM}",
      "{field.a}-{0}",
      "1{0}1",
      "{YY}{00}9",
      "{field.a}{field.b}/{0}",
    ];
    const chosen = fc.constantFrom(...shapes.map(patternOf));
    fc.assert(
      fc.property(chosen, name, (pattern, text) => {
        const result = readName(pattern, text);
        if (result !== null) expect(render(result.form, result.number)).toBe(text);
      }),
      { numRuns: 3000 },
    );
  });

  it("never finds one name for two numbers", () => {
    // All of few values that look alike when set side by side.
    const values = ["1", "0", "11"];
    const alike = [0n, 1n, 10n, 11n, 100n, 101n, 110n, 111n, 1_111n, 10_000n, 11_111n];
    const fields = values.flatMap((a) => values.map((b) => ({ a, b, c: "1" })));
    const days = [momentAt("1111-11-11"), momentAt("1110-11-10")];
    fc.assert(
      fc.property(patterns, (pattern) => {
        const numberOf = new Map<string, bigint>();
        for (const form of days.flatMap((day) =>
          fields.map((some) => bind(pattern, allAt(day), some)),
        )) {
          for (const number of form.ok ? alike : []) {
            const name = render(valueOf(form), number);
            expect(numberOf.get(name) ?? number).toBe(number);
            numberOf.set(name, number);
          }
        }
      }),
      { numRuns: 400 },
    );
  });

  it("tries all cuts of a stretch together", () => {
    const pattern = patternOf(`${"{field.a}{field.b}".repeat(10)}X-{0}`);
    const readIt = nameReader(pattern);
    expect(readIt(`${"A".repeat(100)}X-1`)?.number).toBe(1n);
    expect(readIt(`${"A".repeat(100)}Y-1`)).toBeNull();
  });
});
