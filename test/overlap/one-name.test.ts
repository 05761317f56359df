import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { compare } from "../../src/domain/overlap/find-overlap.ts";
import type { Pattern } from "../../src/domain/patterns/pattern.ts";
import { highestNumber } from "../../src/domain/patterns/rules.ts";
import { numbers, patternOf } from "../patterns/arbitrary.ts";
import { patternsOfAnyDialect, versionOf } from "./versions.ts";

/** Whether a number up to `number` and a greater one can have the same name. */
function searched(pattern: Pattern, number: bigint, last = highestNumber(pattern)): string {
  const upTo = versionOf(pattern, { last: number });
  const beyond = versionOf(pattern, { first: number + 1n, last });
  return compare(upTo, beyond, { left: 20_000 }).outcome;
}

describe("two numbers of one pattern", () => {
  it.each([
    "{field.a}-{0000}",
    // The same name for two readings of the fields, but never for two numbers.
    "{field.a}{field.b}-{0000}",
    "{field.a}{YYYY}{field.b}-{YY}{0000}{MM}/{field.a}",
    "{YYYY}{0}{DOY}",
    "1{0}1",
  ])("%s never have the same name", (pattern) => {
    for (const number of [0n, 1n, 9n, 10n, 99n, 9_999n, 10_000n, 10n ** 17n]) {
      expect(searched(patternOf(pattern), number)).toBe("none");
    }
  });

  it("never have the same name in any accepted pattern, whatever the days and fields", () => {
    fc.assert(
      fc.property(patternsOfAnyDialect, numbers, (pattern, any) => {
        expect(searched(pattern, any % highestNumber(pattern))).toBe("none");
      }),
      { numRuns: 300 },
    );
  });

  it("would have it if a counter that a field touches widened", () => {
    const pattern = {
      parts: [
        { kind: "field", name: "plant" },
        { kind: "counter", width: 3 },
      ],
      width: 3,
    } as const;
    expect(searched(pattern, 500n)).toBe("none");
    expect(searched(pattern, 500n, 1000n)).toBe("found");
  });
});
