import { codePointCount, codePointName, firstCharacter, firstCodePoints } from "./characters.ts";
import {
  accept,
  maximumCounterWidth,
  maximumNameLength,
  maximumNumber,
  maximumPatternLength,
  refuse,
  type CounterPart,
  type Facts,
  type FieldPart,
  type Part,
  type Pattern,
  type Refusal,
  type RefusalCode,
  type Result,
} from "./pattern.ts";
import { dateTokenWidth } from "./tokens.ts";

/** A part and the 0-based character of the pattern text at which it was written. */
export type PlacedPart = { readonly part: Part; readonly position: number };

/** What differs between dialects in the rules that hold for all of them. */
export type DialectRules = {
  /** How the dialect writes a counter of seven digits. */
  readonly example: string;
  /** Whether fields may touch the counter from one side, which fixes its width. */
  readonly fieldsTouch: boolean;
};

/** The names that a field may have. */
export const fieldName = /^[a-z][a-z0-9_]{0,39}$/;

/** The characters that a field's value may have: those that cannot end a stretch of a name. */
export const fieldCharacters = /^[A-Za-z0-9_]+$/;

/**
 * What holds for the text of a pattern in every dialect: printable ASCII, at most 200 characters.
 * Fails with `pattern_too_long` {pattern, position, length, maximum} (`pattern` cut to the maximum)
 * and `pattern_character` {pattern, position, character}.
 */
export function checkPatternText(text: string, pointer: string): Refusal | null {
  const length = codePointCount(text);
  if (length > maximumPatternLength) {
    const pattern = firstCodePoints(text, maximumPatternLength);
    const facts = { pattern, position: maximumPatternLength, length };
    return refuse("pattern_too_long", { ...facts, maximum: maximumPatternLength }, pointer);
  }
  const wrong = firstCharacter(text, (character) => character < " " || character > "~");
  if (wrong === null) return null;
  const { position, character } = wrong;
  const facts = { pattern: text, position, character: codePointName(character) };
  return refuse("pattern_character", facts, pointer);
}

/**
 * Makes a pattern of the parts that were read from `text`, in any dialect, when they keep the rules
 * of all patterns: exactly one counter of 1..18 digits; no field in the stretch around the counter
 * that is free of separators, so that different numbers always have different names; no name longer
 * than 128 characters when every field is one character long; no space at either end, since names
 * are trimmed. Where a dialect lets fields touch the counter they stand on one side of it; see
 * `highestNumber`. Text that stands side by side becomes one part, so that a pattern has one form.
 *
 * Fails, each with {pattern, position} and what is named, with `pattern_without_counter` {example},
 * `pattern_two_counters` {first_position}, `pattern_counter_too_wide` {width, maximum},
 * `pattern_edge_space`, `pattern_field_touches_counter` {field}, `pattern_name_too_long` {length,
 * maximum}.
 */
export function checkPattern(
  written: readonly PlacedPart[],
  text: string,
  pointer: string,
  { example, fieldsTouch }: DialectRules,
): Result<Pattern> {
  const no = (code: RefusalCode, position: number, facts: Facts = {}): Refusal =>
    refuse(code, { pattern: text, position, ...facts }, pointer);

  const placed = joined(written);
  const counters = placed.filter(isCounter);
  const [counter, second] = counters;
  if (counter === undefined) return no("pattern_without_counter", text.length, { example });
  if (second !== undefined) {
    return no("pattern_two_counters", second.position, { first_position: counter.position });
  }
  const width = counter.part.width;
  if (width > maximumCounterWidth) {
    const facts = { width, maximum: maximumCounterWidth };
    return no("pattern_counter_too_wide", counter.position, facts);
  }

  const parts = placed.map(({ part }) => part);
  const first = parts[0];
  const last = parts.at(-1);
  // In every dialect a space at either end of the names is one that was written.
  if (first?.kind === "text" && first.text.startsWith(" ")) {
    return no("pattern_edge_space", text.indexOf(" "));
  }
  if (last?.kind === "text" && last.text.endsWith(" ")) {
    return no("pattern_edge_space", text.lastIndexOf(" "));
  }

  const touching = touchingFields(parts)[fieldsTouch ? 1 : 0];
  if (touching !== undefined) {
    const position = placed.find(({ part }) => part === touching)?.position ?? 0;
    return no("pattern_field_touches_counter", position, { field: touching.name });
  }

  const length = shortestLength(parts);
  if (length > maximumNameLength) {
    const facts = { length, maximum: maximumNameLength };
    return no("pattern_name_too_long", positionBeyondName(placed), facts);
  }
  return accept({ parts, width });
}

/**
 * The highest number that a pattern's names can have. Where a field touches the counter it is the last
 * one of the counter's width: a wider one could not be told from the field, as number 100001 of field
 * `B1` and number 1 of `B11` would both be `B1100001`. A sequence of such a pattern must not widen.
 */
export function highestNumber(pattern: Pattern): bigint {
  return fieldTouchesCounter(pattern) ? 10n ** BigInt(pattern.width) - 1n : maximumNumber;
}

/** Whether a field stands next to the counter with no separator between. */
export function fieldTouchesCounter(pattern: Pattern): boolean {
  return touchingFields(pattern.parts).length > 0;
}

/** The fields next to the counter with no separator between: none, one, or one on either side. */
function touchingFields(parts: readonly Part[]): readonly FieldPart[] {
  const at = parts.findIndex((part) => part.kind === "counter");
  const before = firstBeforeSeparator(parts.slice(0, at).toReversed());
  const after = firstBeforeSeparator(parts.slice(at + 1));
  return [before, after].filter((field) => field !== null);
}

function firstBeforeSeparator(away: readonly Part[]): FieldPart | null {
  for (const part of away) {
    if (part.kind === "field") return part;
    if (part.kind === "text" && !fieldCharacters.test(part.text)) return null;
  }
  return null;
}

function joined(written: readonly PlacedPart[]): readonly PlacedPart[] {
  const placed: PlacedPart[] = [];
  for (const next of written) {
    const last = placed.at(-1);
    if (last?.part.kind === "text" && next.part.kind === "text") {
      const text = last.part.text + next.part.text;
      placed.splice(-1, 1, { part: { kind: "text", text }, position: last.position });
    } else {
      placed.push(next);
    }
  }
  return placed;
}

function isCounter(
  placed: PlacedPart,
): placed is { readonly part: CounterPart; readonly position: number } {
  return placed.part.kind === "counter";
}

/** Where the part was written with which even the shortest name is too long. */
function positionBeyondName(placed: readonly PlacedPart[]): number {
  let length = 0;
  for (const { part, position } of placed) {
    length += shortestOf(part);
    if (length > maximumNameLength) return position;
  }
  return 0;
}

/** Characters that parts render at least: a field has one. */
export function shortestLength(parts: readonly Part[]): number {
  return parts.reduce((sum, part) => sum + shortestOf(part), 0);
}

function shortestOf(part: Part): number {
  if (part.kind === "text") return part.text.length;
  if (part.kind === "date") return dateTokenWidth(part.token);
  return part.kind === "field" ? 1 : part.width;
}
