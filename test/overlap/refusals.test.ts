import { describe, expect, it } from "vitest";

import { findOverlap } from "../../src/domain/overlap/find-overlap.ts";
import { findSelfClash } from "../../src/domain/overlap/find-self-clash.ts";
import { overlapRefusal, selfClashRefusal } from "../../src/domain/overlap/refusals.ts";
import type { PatternVersion } from "../../src/domain/overlap/version.ts";
import type { Reset } from "../../src/domain/sequences/period.ts";
import { failureOfRefusal, type Failure } from "../../src/errors.ts";
import { versionOf } from "./versions.ts";

function refusedOverlap(candidate: PatternVersion, other: PatternVersion): Failure {
  const overlap = findOverlap(candidate, [other]);
  if (overlap === null) throw new Error("no overlap");
  return failureOfRefusal(overlapRefusal(candidate, overlap));
}

function refusedClash(pattern: string, reset: Reset): Failure {
  const clash = findSelfClash(versionOf(pattern, { first: 1n, reset }));
  if (clash === null) throw new Error("no clash");
  return failureOfRefusal(selfClashRefusal(clash));
}

describe("an overlap", () => {
  it("is refused with the name and how each sequence gives it", () => {
    const candidate = versionOf("{field.plant}-{YYYY}/{000}", { sequence: "new", first: 1n });
    const failure = refusedOverlap(candidate, versionOf("B7-2026/{0}", { sequence: "old" }));
    expect(failure).toMatchObject({ code: "pattern_overlap", status: 409, pointer: "/pattern" });
    expect(failure.facts).toEqual({
      sequence: "new",
      other_sequence: "old",
      name: "B7-2026/100",
      given_by: [
        { number: "100", at: "2026-11-24", fields: { plant: "B7" } },
        { number: "100", at: null, fields: {} },
      ],
    });
    expect(failure.detail).toBe(
      '"B7-2026/100" can be number 100 on 2026-11-24 with plant "B7" of this pattern, and number 100 of sequence "old". ' +
        "Give it other text around the counter, such as a prefix of its own, or set allow_overlap if no product takes names of both.",
    );
  });

  it("with an earlier pattern of the same sequence says so", () => {
    const before = versionOf("1{0}", { sequence: "own", first: 1n, last: 5n });
    const failure = refusedOverlap(versionOf("{0}", { sequence: "own", first: 6n }), before);
    expect(failure.detail).toBe(
      '"11" can be number 11 of this pattern, and number 1 of an earlier pattern of this sequence. ' +
        "Give it other text around the counter, such as a prefix of its own.",
    );
  });

  it("without an example is refused as well", () => {
    const candidate = versionOf("{0}", { sequence: "new" });
    const other = versionOf("{0}", { sequence: "old" });
    const failure = failureOfRefusal(overlapRefusal(candidate, { other, example: null }));
    expect(failure.facts).toMatchObject({ name: null, given_by: [] });
    expect(failure.detail).toContain(
      'It cannot be ruled out that this pattern and sequence "old" give the same name.',
    );
  });
});

describe("a self-clash", () => {
  it("is refused with the name and the periods", () => {
    const failure = refusedClash("INV-{YYYY}-{000}", "monthly");
    expect(failure).toMatchObject({ code: "pattern_self_clash", status: 422, pointer: "/pattern" });
    expect(failure.facts).toEqual({
      reset: "monthly",
      periods: ["2026-01", "2026-02"],
      problem: "period_not_shown",
      name: "INV-2026-001",
      given_by: [
        { number: "1", at: "2026-01-01", fields: {} },
        { number: "1", at: "2026-02-01", fields: {} },
      ],
    });
    expect(failure.detail).toBe(
      '"INV-2026-001" can be number 1 on 2026-01-01, and number 1 on 2026-02-01: ' +
        "each of the periods 2026-01 and 2026-02 counts from the start. " +
        'Add year and month ({YYYY}{MM}) to the pattern, or set reset to "never".',
    );
  });

  it("of a date between fields says to separate them", () => {
    expect(refusedClash("{field.a}{YYYY}{field.b}-{0}", "yearly").detail).toContain(
      "Put a separator between the date and the fields beside it, such as -.",
    );
  });

  it("without an example is refused as well", () => {
    const failure = refusedClash("{field.a}{field.b}-{field.b}{YYYY}{field.a}-{0}", "yearly");
    expect(failure.detail).toContain(
      "It cannot be ruled out that 2026 and 2027 give the same name.",
    );
  });
});
