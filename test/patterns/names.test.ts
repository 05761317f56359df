import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { checkName } from "../../src/domain/patterns/names.ts";

describe("a name made elsewhere", () => {
  it.each([
    "A",
    "0",
    "a b",
    "...",
    ".a",
    "日本語-001",
    "é",
    "ß/Ω\\<>\"'",
    "\u{1F600}".repeat(128),
    "한글",
    "नमस्ते",
    "x".repeat(128),
  ])("can be %j", (name) => {
    expect(checkName(name)).toEqual({ ok: true, value: name });
  });

  it.each([
    ["", "name_empty", {}],
    ["   ", "name_empty", {}],
    ["x".repeat(129), "name_too_long", { length: 129, maximum: 128 }],
    ["\u{1F600}".repeat(129), "name_too_long", { length: 129, maximum: 128 }],
    [" A", "name_edge_space", { position: 0 }],
    ["\u{1F600}A ", "name_edge_space", { position: 2 }],
    [".", "name_reserved_dots", { name: "." }],
    ["..", "name_reserved_dots", { name: ".." }],
    ["e\u0301", "name_not_nfc", { position: 1, character: "U+0301", nfc: "é" }],
    ["A\u212B", "name_not_nfc", { position: 1, character: "U+212B", nfc: "A\u00C5" }],
    ["\u1112\u1161\u11AB", "name_not_nfc", { position: 1, character: "U+1161", nfc: "한" }],
    ["a\u0301\u0323", "name_not_nfc", { position: 1, character: "U+0301", nfc: "\u1EA1\u0301" }],
  ])("cannot be %j: %s", (name, code, facts) => {
    expect(checkName(name)).toEqual({ ok: false, code, facts });
  });

  it.each([
    ["null", "\u0000"],
    ["tab", "\t"],
    ["line feed", "\n"],
    ["delete", "\u007F"],
    ["next line", "\u0085"],
    ["no-break space", "\u00A0"],
    ["soft hyphen", "\u00AD"],
    ["combining grapheme joiner", "\u034F"],
    ["arabic letter mark", "\u061C"],
    ["hangul filler", "\u3164"],
    ["em space", "\u2003"],
    ["zero width space", "\u200B"],
    ["zero width joiner", "\u200D"],
    ["left-to-right mark", "\u200E"],
    ["line separator", "\u2028"],
    ["paragraph separator", "\u2029"],
    ["right-to-left override", "\u202E"],
    ["word joiner", "\u2060"],
    ["first strong isolate", "\u2068"],
    ["ideographic space", "\u3000"],
    ["lone high surrogate", "\uD800"],
    ["lone low surrogate", "\uDC00"],
    ["private use", "\uE000"],
    ["variation selector", "\uFE0F"],
    ["byte order mark", "\uFEFF"],
    ["noncharacter", "\uFFFF"],
    ["unassigned", "\u0378"],
    ["tag", "\u{E0041}"],
    ["private use plane", "\u{F0000}"],
  ])("cannot hold a %s", (_what, character) => {
    const hex = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
    const refused = { ok: false, code: "name_character" };
    expect(checkName(`\u{1F600}A${character}B`)).toEqual({
      ...refused,
      facts: { position: 2, character: `U+${hex}` },
    });
    expect(checkName(character)).toMatchObject(refused);
    expect(checkName(`A${character}`)).toMatchObject(refused);
  });

  it("is given back as it came or refused, whatever it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 140 }), (text) => {
        const result = checkName(text);
        if (!result.ok) return;
        expect(result.value).toBe(text);
        expect(text.normalize("NFC")).toBe(text);
        expect(text.trim()).toBe(text);
        expect(Array.from(text).length).toBeLessThanOrEqual(128);
      }),
    );
    fc.assert(
      fc.property(fc.stringMatching(/^[!-~][ -~]{0,100}[!-~]$/), (text) => {
        expect(checkName(text).ok).toBe(text !== "..");
      }),
    );
  });

  it("refuses what is not NFC by a character from which it no longer is", () => {
    const unit = fc.constantFrom("a", "e", "\u0301", "\u0323", "\u1112", "\u1161", "\u212B", "é");
    fc.assert(
      fc.property(fc.string({ unit, minLength: 1, maxLength: 12 }), (text) => {
        const result = checkName(text);
        expect(result.ok).toBe(text.normalize("NFC") === text);
        if (result.ok) return;
        const position = Number(result.facts["position"]);
        const before = text.slice(0, position);
        expect(before.normalize("NFC")).toBe(before);
        const upTo = text.slice(0, position + 1);
        expect(upTo.normalize("NFC")).not.toBe(upTo);
        expect(result.facts["nfc"]).toBe(text.normalize("NFC"));
      }),
    );
  });
});
