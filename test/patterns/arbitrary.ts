import fc from "fast-check";

import { momentOf, type Moment } from "../../src/domain/patterns/moment.ts";
import { parseNative, showNative } from "../../src/domain/patterns/native.ts";
import type { Part, Pattern, Result } from "../../src/domain/patterns/pattern.ts";
import { dateTokens } from "../../src/domain/patterns/tokens.ts";

/** The value of a result that has to be one. */
export function valueOf<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`refused: ${result.code} ${JSON.stringify(result.facts)}`);
  return result.value;
}

export function patternOf(text: string): Pattern {
  return valueOf(parseNative(text));
}

export function momentAt(at: string, timeZone = "UTC", fiscalYearStart?: string): Moment {
  return valueOf(momentOf(at, timeZone, 0, fiscalYearStart));
}

const fieldNames = ["a", "b", "c"] as const;

// Few characters, so that parts often look like each other: that is where names could collide.
const text = fc
  .array(fc.constantFrom("0", "1", "9", "A", "_", "-", "/", ".", "{", "}", " "), {
    minLength: 1,
    maxLength: 4,
  })
  .map((characters): Part => ({ kind: "text", text: characters.join("") }));
const date = fc.constantFrom(...dateTokens).map((token): Part => ({ kind: "date", token }));
const field = fc.constantFrom(...fieldNames).map((name): Part => ({ kind: "field", name }));
const counter = fc
  .oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 18 }))
  .map((width): Part => ({ kind: "counter", width }));
const anyParts = fc.array(fc.oneof(text, date, field), { maxLength: 5 });

/** Patterns that are accepted, and as they were read. */
export const patterns: fc.Arbitrary<Pattern> = fc
  .tuple(anyParts, counter, anyParts)
  .map(([before, middle, after]) => {
    const width = middle.kind === "counter" ? middle.width : 0;
    return parseNative(showNative({ parts: [...before, middle, ...after], width }));
  })
  .filter((result) => result.ok)
  .map(valueOf);

/** Numbers of every length, with many that begin or end alike. */
export const numbers: fc.Arbitrary<bigint> = fc.oneof(
  fc.bigInt({ min: 0n, max: 120n }),
  fc.bigInt({ min: 0n, max: 999_999_999_999_999_999n }),
  fc
    .tuple(fc.integer({ min: 0, max: 17 }), fc.bigInt({ min: -2n, max: 2n }))
    .map(([power, near]) => {
      const number = 10n ** BigInt(power) + near;
      return number < 0n ? 0n : number;
    }),
);

const zones = ["UTC", "Asia/Kathmandu", "America/New_York", "Australia/Lord_Howe"] as const;
const fiscalStarts = ["01-01", "06-01", "02-28", "12-31"] as const;

/** Moments from year 2 to 9998, so that every zone and fiscal year has them. */
export const moments: fc.Arbitrary<Moment> = fc
  .tuple(
    fc.oneof(
      fc.integer({ min: -62_000_000_000_000, max: 253_300_000_000_000 }),
      fc.integer({ min: 1_700_000_000_000, max: 1_800_000_000_000 }),
    ),
    fc.constantFrom(...zones),
    fc.constantFrom(...fiscalStarts),
  )
  .map(([now, zone, start]) => valueOf(momentOf(undefined, zone, now, start)));

const fieldValue = fc.oneof(
  fc
    .array(fc.constantFrom("0", "1", "9", "A", "_"), { minLength: 1, maxLength: 6 })
    .map((characters) => characters.join("")),
  fc.stringMatching(/^[A-Za-z0-9_]{1,64}$/),
);

/** A value for each of the fields that `patterns` use. */
export const fieldValues: fc.Arbitrary<Record<string, string>> = fc.record({
  a: fieldValue,
  b: fieldValue,
  c: fieldValue,
});
