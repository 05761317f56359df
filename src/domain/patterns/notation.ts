import {
  maximumCounterWidth,
  maximumPatternLength,
  refuse,
  type Part,
  type Pattern,
  type Refusal,
  type Result,
} from "./pattern.ts";
import { checkPattern, type DialectRules, type PlacedPart } from "./rules.ts";

/** A pattern as text before and after a counter of `padding` digits. */
export type Affixes = {
  readonly prefix?: string | undefined;
  readonly padding?: number | undefined;
  readonly suffix?: string | undefined;
};

/** How a dialect writes patterns in which a counter can stand by itself. */
export type Notation = DialectRules & {
  /** Reads text into parts. */
  readonly scan: (text: string, pointer: string) => Result<readonly PlacedPart[]>;
  /** Writes a counter of that many digits. */
  readonly counter: (width: number) => string;
  /** The smallest padding that may be given: 0, which is one digit, or 1. */
  readonly minimumPadding: 0 | 1;
};

/**
 * Reads a pattern in one text. Fails with `pattern_empty` {pattern, position, example} and with what
 * `scan` and `checkPattern` fail with. The pointer is `/pattern`.
 */
export function readText(notation: Notation, text: string): Result<Pattern> {
  const pointer = "/pattern";
  const { example } = notation;
  if (text === "") return refuse("pattern_empty", { pattern: "", position: 0, example }, pointer);
  const placed = notation.scan(text, pointer);
  return placed.ok ? checkPattern(placed.value, text, pointer, notation) : placed;
}

/**
 * Reads affixes: the same as the pattern `textOfAffixes`. Prefix and suffix may hold everything but a
 * counter. A padding that is left out is 0.
 *
 * Fails with what `scan` and `checkPattern` fail with; `pattern`, `position` and the pointer then tell
 * of the prefix or the suffix alone. A padding that is not a whole number or too small:
 * `pattern_padding` {padding, minimum, maximum}; more than 18: `pattern_counter_too_wide`.
 */
export function readAffixes(notation: Notation, affixes: Affixes): Result<Pattern> {
  const { prefix = "", padding = 0, suffix = "" } = affixes;
  if (!Number.isInteger(padding) || padding < notation.minimumPadding) {
    const minimum = notation.minimumPadding;
    const facts = { padding: String(padding), minimum, maximum: maximumCounterWidth };
    return refuse("pattern_padding", facts, "/padding");
  }
  const before = scanAffix(notation, prefix, "/prefix");
  if (!before.ok) return before;
  const after = scanAffix(notation, suffix, "/suffix");
  if (!after.ok) return after;
  const width = widthOf(padding);
  if (width > maximumCounterWidth) {
    const facts = { pattern: "", position: 0, width, maximum: maximumCounterWidth };
    return refuse("pattern_counter_too_wide", facts, "/padding");
  }

  const counter: Part = { kind: "counter", width };
  const text = textOfAffixes(notation, affixes);
  const suffixStart = text.length - suffix.length;
  const placed = [
    ...before.value,
    { part: counter, position: prefix.length },
    ...after.value.map(({ part, position }) => ({ part, position: position + suffixStart })),
  ];
  const checked =
    text.length > maximumPatternLength ? tooLong(text) : checkPattern(placed, text, "", notation);
  return checked.ok ? checked : inAffix(checked, prefix, suffix, suffixStart);
}

/** The one text that says the same as affixes. */
export function textOfAffixes(notation: Notation, affixes: Affixes): string {
  const { prefix = "", padding = 0, suffix = "" } = affixes;
  return prefix + notation.counter(widthOf(padding)) + suffix;
}

function widthOf(padding: number): number {
  return Math.max(padding, 1);
}

function scanAffix(
  { scan }: Notation,
  text: string,
  pointer: string,
): Result<readonly PlacedPart[]> {
  const scanned = scan(text, pointer);
  const counter = scanned.ok
    ? scanned.value.find(({ part }) => part.kind === "counter")
    : undefined;
  if (counter === undefined) return scanned;
  return refuse("pattern_two_counters", { pattern: text, position: counter.position }, pointer);
}

function tooLong(text: string): Refusal {
  const facts = { pattern: text, position: maximumPatternLength, length: text.length };
  return refuse("pattern_too_long", { ...facts, maximum: maximumPatternLength });
}

/** Tells of a position in the whole pattern as one in the prefix, the padding or the suffix. */
function inAffix(refusal: Refusal, prefix: string, suffix: string, suffixStart: number): Refusal {
  const position = Number(refusal.facts["position"]);
  if (position < prefix.length) {
    return refuse(refusal.code, { ...refusal.facts, pattern: prefix }, "/prefix");
  }
  if (position < suffixStart) {
    return refuse(refusal.code, { ...refusal.facts, pattern: "", position: 0 }, "/padding");
  }
  const facts = { ...refusal.facts, pattern: suffix, position: position - suffixStart };
  return refuse(refusal.code, facts, "/suffix");
}
