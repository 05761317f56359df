import fc from "fast-check";

import { momentOf, type Moment, type Moments } from "../../src/domain/patterns/moment.ts";
import { nativeTokens, parseNative, showNative } from "../../src/domain/patterns/native.ts";
import type { Affixes } from "../../src/domain/patterns/notation.ts";
import type { Part, Pattern, Result } from "../../src/domain/patterns/pattern.ts";

/** The value of a result that has to be one. */
export function valueOf<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`refused: ${result.code} ${JSON.stringify(result.facts)}`);
  return result.value;
}

export function patternOf(text: string): Pattern {
  return valueOf(parseNative(text));
}

/** The native text of a pattern that native can say. */
export function nativeText(pattern: Pattern): string {
  const shown = showNative(pattern);
  if (shown.text === null) throw new Error(`cannot be said: ${JSON.stringify(shown.because)}`);
  return shown.text;
}

/** One moment for the document, its period and now. */
export function allAt(moment: Moment): Moments {
  return { document: moment, period: moment, now: moment };
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
const date = fc.constantFrom(...nativeTokens).map((token): Part => ({ kind: "date", token }));
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
    return parseNative(showNative({ parts: [...before, middle, ...after], width }).text ?? "");
  })
  .filter((result) => result.ok)
  .map(valueOf);

/** The keys of `ir.sequence`. */
export const odooKeys = [
  "year",
  "y",
  "month",
  "day",
  "doy",
  "woy",
  "weekday",
  "h24",
  "h12",
  "min",
  "sec",
] as const;

// Literals that look like each other, like words and like counters.
const odooPieces = fc.oneof(
  fc.constantFrom("0", "1", "A", "_", "-", "/", ".", " ", "{", "year", "#", "%%"),
  fc
    .tuple(fc.constantFrom("", "range_", "current_"), fc.constantFrom(...odooKeys))
    .map(([mark, key]) => `%(${mark}${key})s`),
);
const odooText = fc.array(odooPieces, { maxLength: 5 }).map((pieces) => pieces.join(""));

/** What `ir.sequence` may have. */
export const odooAffixes: fc.Arbitrary<Affixes> = fc.record({
  prefix: odooText,
  padding: fc.integer({ min: 0, max: 18 }),
  suffix: odooText,
});

const frappeParts = fc.oneof(
  fc.constantFrom("", "0", "1", "A", "_", "-", "/", " ", "A#", "-{a}", "Y", "YYYM"),
  fc.constantFrom("YYYY", "YY", "MM", "DD", "JJJ", "WW", "FY", "TFY", "timestamp"),
  fc.constantFrom("{a}", "b", "{c}"),
);

/** Naming series with fields that touch the counter, with later counters and without any. */
export const frappeSeries: fc.Arbitrary<string> = fc
  .tuple(
    fc.array(frappeParts, { maxLength: 5 }),
    fc.constantFrom([], ["#"], ["###"], ["#####"], ["##", "-", "####"]),
    fc.array(frappeParts, { maxLength: 4 }),
  )
  .map((parts) => parts.flat().join("."));

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
export const fiscalStarts = ["01-01", "06-01", "02-28", "12-31"] as const;

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

/** Moments of one sequence that have nothing to do with each other. */
export const threeMoments: fc.Arbitrary<{
  readonly moments: Moments;
  readonly fiscalYearStart: string;
}> = fc
  .tuple(
    fc.constantFrom(...fiscalStarts),
    fc.constantFrom(...zones),
    fc.array(fc.integer({ min: -62_000_000_000_000, max: 253_300_000_000_000 }), {
      minLength: 3,
      maxLength: 3,
    }),
  )
  .map(([fiscalYearStart, zone, [document = 0, period = 0, now = 0]]) => {
    const at = (instant: number): Moment =>
      valueOf(momentOf(undefined, zone, instant, fiscalYearStart));
    return {
      moments: { document: at(document), period: at(period), now: at(now) },
      fiscalYearStart,
    };
  });

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
