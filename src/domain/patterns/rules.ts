import { codePointCount, codePointName, firstCharacter, firstCodePoints } from "./characters.ts";
import {
  accept,
  maximumCounterWidth,
  maximumNameLength,
  maximumPatternLength,
  refuse,
  type CounterPart,
  type Facts,
  type Part,
  type Pattern,
  type Refusal,
  type RefusalCode,
  type Result,
} from "./pattern.ts";
import { dateTokenWidth } from "./tokens.ts";

/** A part and the 0-based character of the pattern text at which it was written. */
export type PlacedPart = { readonly part: Part; readonly position: number };

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
 * are trimmed.
 *
 * Fails, each with {pattern, position} and what is named, with `pattern_without_counter`,
 * `pattern_two_counters` {first_position}, `pattern_counter_too_wide` {width, maximum},
 * `pattern_edge_space`, `pattern_field_touches_counter` {field}, `pattern_name_too_long` {length,
 * maximum}.
 */
export function checkPattern(
  placed: readonly PlacedPart[],
  text: string,
  pointer: string,
): Result<Pattern> {
  const no = (code: RefusalCode, position: number, facts: Facts = {}): Refusal =>
    refuse(code, { pattern: text, position, ...facts }, pointer);

  const counters = placed.filter(isCounter);
  const [counter, second] = counters;
  if (counter === undefined) return no("pattern_without_counter", text.length);
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
  if (first?.kind === "text" && first.text.startsWith(" ")) return no("pattern_edge_space", 0);
  if (last?.kind === "text" && last.text.endsWith(" ")) {
    return no("pattern_edge_space", text.length - 1);
  }

  const at = placed.indexOf(counter);
  const touching =
    touchingField(placed.slice(0, at).toReversed()) ?? touchingField(placed.slice(at + 1));
  if (touching !== null) {
    return no("pattern_field_touches_counter", touching.position, { field: touching.field });
  }

  const length = parts.reduce((sum, part) => sum + shortestLength(part), 0);
  if (length > maximumNameLength) {
    const facts = { length, maximum: maximumNameLength };
    return no("pattern_name_too_long", positionBeyondName(placed), facts);
  }
  return accept({ parts, width });
}

function isCounter(
  placed: PlacedPart,
): placed is { readonly part: CounterPart; readonly position: number } {
  return placed.part.kind === "counter";
}

/** The first field before a separator, going away from the counter. */
function touchingField(
  away: readonly PlacedPart[],
): { readonly field: string; readonly position: number } | null {
  for (const { part, position } of away) {
    if (part.kind === "field") return { field: part.name, position };
    if (part.kind === "text" && !fieldCharacters.test(part.text)) return null;
  }
  return null;
}

/** Where the part was written with which even the shortest name is too long. */
function positionBeyondName(placed: readonly PlacedPart[]): number {
  let length = 0;
  for (const { part, position } of placed) {
    length += shortestLength(part);
    if (length > maximumNameLength) return position;
  }
  return 0;
}

/** Characters that a part renders at least: a field has one. */
export function shortestLength(part: Part): number {
  if (part.kind === "text") return part.text.length;
  if (part.kind === "date") return dateTokenWidth(part.token);
  return part.kind === "field" ? 1 : part.width;
}
