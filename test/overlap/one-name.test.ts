import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { compare } from "../../src/domain/overlap/find-overlap.ts";
import { maximumNumber } from "../../src/domain/patterns/pattern.ts";
import { numbers, patterns } from "../patterns/arbitrary.ts";
import { versionOf } from "./versions.ts";

/** Whether a number up to `number` and a greater one can have the same name. */
function searched(pattern: Parameters<typeof versionOf>[0], number: bigint): string {
  const upTo = versionOf(pattern, { last: number });
  const beyond = versionOf(pattern, { first: number + 1n });
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
      expect(searched(pattern, number)).toBe("none");
    }
  });

  it("never have the same name in any accepted pattern, whatever the days and fields", () => {
    fc.assert(
      fc.property(patterns, numbers, (pattern, number) => {
        fc.pre(number < maximumNumber);
        expect(searched(pattern, number)).toBe("none");
      }),
      { numRuns: 300 },
    );
  });

  it("would have it if a field touched the counter", () => {
    const pattern = {
      parts: [
        { kind: "field", name: "plant" },
        { kind: "counter", width: 3 },
      ],
      width: 3,
    } as const;
    expect(searched(pattern, 999n)).toBe("found");
  });
});
