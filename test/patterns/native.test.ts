import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { parseAffixes, parseNative } from "../../src/domain/patterns/native.ts";
import { nativeText, patternOf, patterns, valueOf } from "./arbitrary.ts";

describe("a native pattern", () => {
  it("is text, date tokens, fields and one counter", () => {
    expect(patternOf("LOT{YYYY}-{field.site}/{00000}X")).toEqual({
      width: 5,
      parts: [
        { kind: "text", text: "LOT" },
        { kind: "date", token: "YYYY" },
        { kind: "text", text: "-" },
        { kind: "field", name: "site" },
        { kind: "text", text: "/" },
        { kind: "counter", width: 5 },
        { kind: "text", text: "X" },
      ],
    });
  });

  it.each([
    "YYYY",
    "YY",
    "MM",
    "DD",
    "DOY",
    "hh",
    "mm",
    "ss",
    "WW",
    "GGGG",
    "FY",
    "FYE",
    "FY2",
    "FYE2",
  ])("knows {%s}", (token) => {
    expect(patternOf(`{${token}}{0}`).parts).toEqual([
      { kind: "date", token },
      { kind: "counter", width: 1 },
    ]);
  });

  it("writes a brace by doubling it", () => {
    expect(patternOf("{{{000}}}").parts).toEqual([
      { kind: "text", text: "{" },
      { kind: "counter", width: 3 },
      { kind: "text", text: "}" },
    ]);
    expect(patternOf("{{YYYY}}{0}").parts[0]).toEqual({ kind: "text", text: "{YYYY}" });
  });

  it("takes 200 characters, 18 digits, names of 128 characters, fields of 40", () => {
    expect(parseNative(`${"{{".repeat(98)}{00}`).ok).toBe(true);
    expect(parseNative(`{${"0".repeat(18)}}`).ok).toBe(true);
    expect(parseNative(`${"A".repeat(127)}{0}`).ok).toBe(true);
    expect(parseNative(`{field.a${"_".repeat(39)}}-{0}`).ok).toBe(true);
  });

  it.each([
    ["", "pattern_empty", { pattern: "", position: 0 }],
    [
      "A".repeat(198) + "{0}",
      "pattern_too_long",
      { pattern: "A".repeat(198) + "{0", position: 200, length: 201, maximum: 200 },
    ],
    ["AÉ{0}", "pattern_character", { position: 1, character: "U+00C9" }],
    ["{0}\t", "pattern_character", { position: 3, character: "U+0009" }],
    ["A\u007F{0}", "pattern_character", { position: 1, character: "U+007F" }],
    ["A\u200B{0}", "pattern_character", { position: 1, character: "U+200B" }],
    ["\u202E{0}", "pattern_character", { position: 0, character: "U+202E" }],
    ["A{0}\u{1F600}", "pattern_character", { position: 4, character: "U+1F600" }],
    ["A{0}\uD83D", "pattern_character", { position: 4, character: "U+D83D" }],
    ["AB{0", "pattern_unclosed_brace", { pattern: "AB{0", position: 2 }],
    ["AB{YY{0}", "pattern_unclosed_brace", { position: 2 }],
    ["{0}{", "pattern_unclosed_brace", { position: 3 }],
    ["A}{0}", "pattern_stray_brace", { position: 1 }],
    ["{0}}", "pattern_stray_brace", { position: 3 }],
    ["A{yyyy}{0}", "pattern_unknown_token", { position: 1, token: "yyyy" }],
    ["A{}{0}", "pattern_unknown_token", { position: 1, token: "" }],
    ["{0001}", "pattern_unknown_token", { position: 0, token: "0001" }],
    ["{toString}{0}", "pattern_unknown_token", { position: 0, token: "toString" }],
    ["{field}-{0}", "pattern_unknown_token", { position: 0, token: "field" }],
    ["{field.}-{0}", "pattern_field_name", { position: 0, field: "" }],
    ["A{field.Site}-{0}", "pattern_field_name", { position: 1, field: "Site" }],
    [`{field.a${"b".repeat(40)}}-{0}`, "pattern_field_name", { position: 0 }],
    ["LOT{YYYY}", "pattern_without_counter", { position: 9 }],
    ["{0}-{000}", "pattern_two_counters", { position: 4, first_position: 0 }],
    [`A{${"0".repeat(19)}}`, "pattern_counter_too_wide", { position: 1, width: 19, maximum: 18 }],
    [" A{0}", "pattern_edge_space", { position: 0 }],
    ["{0}A ", "pattern_edge_space", { position: 4 }],
    [
      "A".repeat(128) + "{0}",
      "pattern_name_too_long",
      { position: 128, length: 129, maximum: 128 },
    ],
    [
      `{0}-${"{field.a}".repeat(2)}${"A".repeat(125)}`,
      "pattern_name_too_long",
      { position: 22, length: 129 },
    ],
  ])("is refused: %j", (text, code, facts) => {
    const refused = parseNative(text);
    expect(refused).toMatchObject({ ok: false, code, facts, pointer: "/pattern" });
    expect(refused).toHaveProperty("facts.pattern", text.slice(0, 200));
  });

  it("lists the tokens that there are", () => {
    expect(parseNative("{YYY}{0}")).toMatchObject({
      facts: { known: expect.arrayContaining(["{YYYY}", "{FYE2}", "{field.name}", "{0000}"]) },
    });
  });

  it.each([
    ["{field.a}{0}", 0],
    ["A-{0}{field.a}", 5],
    ["-{field.a}{YYYY}{0}", 1],
    ["{field.a}_{0}", 0],
    ["{0}X9{DD}{field.a}", 9],
    ["{field.b}-{field.a}x{0}", 10],
  ])("keeps fields from touching the counter: %s", (text, position) => {
    expect(parseNative(text)).toMatchObject({
      code: "pattern_field_touches_counter",
      facts: { position, pattern: text },
    });
  });

  it.each([
    "{field.a}-{0}",
    "{field.a}X.Y{YYYY}{0}",
    "{0}{DD} {field.a}",
    "{field.a}{field.b}/{0}",
  ])("takes a field behind a separator: %s", (text) => {
    expect(parseNative(text).ok).toBe(true);
  });

  it("is shown as exactly the text that it was read from", () => {
    const pieces = fc.constantFrom(
      "{",
      "}",
      "{{",
      "}}",
      "0",
      "{0}",
      "{00}",
      "{YYYY}",
      "{field.a}",
      "-",
      "é",
      "F",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 8 }), (chosen) => {
        const text = chosen.join("");
        const result = parseNative(text);
        if (result.ok) expect(nativeText(result.value)).toBe(text);
      }),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(patterns, (pattern) => {
        expect(patternOf(nativeText(pattern))).toEqual(pattern);
      }),
    );
  });

  it("answers any text whatever, refusals with the character they mean", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 210 }), (text) => {
        const result = parseNative(text);
        if (result.ok) return;
        const { position } = result.facts;
        expect(position).toBeTypeOf("number");
        expect(Number(position)).toBeLessThanOrEqual(text.length);
      }),
    );
  });
});

describe("prefix, padding and suffix", () => {
  it("are the same as the native pattern of the three", () => {
    const affixes = { prefix: "AB{YY}{{", padding: 7, suffix: "-{field.a}}}" };
    expect(valueOf(parseAffixes(affixes))).toEqual(patternOf("AB{YY}{{{0000000}-{field.a}}}"));
    expect(valueOf(parseAffixes({ padding: 3 }))).toEqual(patternOf("{000}"));
  });

  it("are the same for every pattern", () => {
    fc.assert(
      fc.property(patterns, (pattern) => {
        const at = pattern.parts.findIndex(({ kind }) => kind === "counter");
        const { parts } = pattern;
        const counter = { kind: "counter", width: 1 } as const;
        const before = nativeText({ parts: [...parts.slice(0, at), counter], width: 1 });
        const after = nativeText({ parts: [counter, ...parts.slice(at + 1)], width: 1 });
        const prefix = before.slice(0, -"{0}".length);
        const suffix = after.slice("{0}".length);
        expect(parseAffixes({ prefix, padding: pattern.width, suffix })).toEqual({
          ok: true,
          value: pattern,
        });
      }),
    );
  });

  it.each([
    [{ prefix: "A", padding: 0 }, "pattern_padding", "/padding", { padding: "0" }],
    [{ prefix: "A", padding: -1 }, "pattern_padding", "/padding", { padding: "-1" }],
    [{ prefix: "A", padding: 2.5 }, "pattern_padding", "/padding", { padding: "2.5" }],
    [{ prefix: "A", padding: Number.NaN }, "pattern_padding", "/padding", { padding: "NaN" }],
    [{ prefix: "A", padding: 20 }, "pattern_counter_too_wide", "/padding", { width: 20 }],
    [{ prefix: "A", padding: 1e9 }, "pattern_counter_too_wide", "/padding", { width: 1e9 }],
    [
      { prefix: "A{", padding: 2, suffix: "}" },
      "pattern_unclosed_brace",
      "/prefix",
      { position: 1, pattern: "A{" },
    ],
    [
      { padding: 2, suffix: "X}" },
      "pattern_stray_brace",
      "/suffix",
      { position: 1, pattern: "X}" },
    ],
    [{ prefix: "A{00}", padding: 2 }, "pattern_two_counters", "/prefix", { position: 1 }],
    [{ padding: 2, suffix: "-{0}" }, "pattern_two_counters", "/suffix", { position: 1 }],
    [{ prefix: " A", padding: 2 }, "pattern_edge_space", "/prefix", { position: 0 }],
    [{ padding: 2, suffix: "A " }, "pattern_edge_space", "/suffix", { position: 1, pattern: "A " }],
    [
      { prefix: "{field.a}", padding: 2 },
      "pattern_field_touches_counter",
      "/prefix",
      { position: 0 },
    ],
    [
      { prefix: "PRE", padding: 2, suffix: "X{field.a}" },
      "pattern_field_touches_counter",
      "/suffix",
      { position: 1, pattern: "X{field.a}" },
    ],
    [{ prefix: "A".repeat(127), padding: 2 }, "pattern_name_too_long", "/padding", { length: 129 }],
    [
      { prefix: "A".repeat(100), padding: 2, suffix: "-" + "B".repeat(26) },
      "pattern_name_too_long",
      "/suffix",
      { length: 129, position: 0 },
    ],
    [
      { prefix: "{{".repeat(60), padding: 2, suffix: "{{".repeat(40) },
      "pattern_too_long",
      "/suffix",
      { length: 204, position: 76 },
    ],
    [{ prefix: "Ä", padding: 2 }, "pattern_character", "/prefix", { position: 0 }],
  ])("are refused: %j", (affixes, code, pointer, facts) => {
    expect(parseAffixes(affixes)).toMatchObject({ ok: false, code, pointer, facts });
  });
});
