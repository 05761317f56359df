import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { canMeet, outlineOf } from "../../src/domain/overlap/outline.ts";
import { lastOfWidth, overlapping, versionOf } from "./versions.ts";

describe("outlines", () => {
  it.each([
    ["lengths", "A{0000}", "A{00}", { last: lastOfWidth(2) }],
    ["separators", "A-{0000}", "A/{0000}", {}],
    ["separators", "A-{0000}", "A--{0000}", {}],
    ["separators", "{field.a}-{0000}", "{field.a}-{YYYY}-{0000}", {}],
    ["beginnings", "A1{0000}", "AB{YYYY}{0}", {}],
    ["beginnings", "{YYYY}{0}", "2X{0}", {}],
    ["beginnings", "{0}-{field.a}", "X-{0}", {}],
    ["ends", "{field.a}-{0}X", "{field.a}-{0}Y", {}],
    ["ends", "{0}{YYYY}", "{0}Y", {}],
  ])("cannot meet with other %s: %s and %s", (_, one, other, numbers) => {
    expect(canMeet(outlineOf(versionOf(one)), outlineOf(versionOf(other, numbers)))).toBe(false);
    expect(canMeet(outlineOf(versionOf(other, numbers)), outlineOf(versionOf(one)))).toBe(false);
  });

  it.each([
    ["A{0000}", "A{00}"],
    ["A1{00}", "A{YYYY}{0}"],
    ["{field.a}-{0}", "2026-{0}"],
  ])("can meet: %s and %s", (one, other) => {
    expect(canMeet(outlineOf(versionOf(one)), outlineOf(versionOf(other)))).toBe(true);
  });

  it("of two patterns with a common name can meet", () => {
    fc.assert(
      fc.property(overlapping, ({ one, other }) => {
        expect(canMeet(outlineOf(one), outlineOf(other))).toBe(true);
        expect(canMeet(outlineOf(other), outlineOf(one))).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});
