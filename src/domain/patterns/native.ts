import {
  accept,
  maximumCounterWidth,
  maximumPatternLength,
  refuse,
  type Part,
  type Pattern,
  type Refusal,
  type Result,
} from "./pattern.ts";
import { checkPattern, checkPatternText, type PlacedPart } from "./rules.ts";
import { dateTokens, isDateToken } from "./tokens.ts";

export type Affixes = {
  readonly prefix?: string | undefined;
  /** The counter's width, 1..18. */
  readonly padding: number;
  readonly suffix?: string | undefined;
};

const fieldMark = "field.";
const fieldName = /^[a-z][a-z0-9_]{0,39}$/;
const counterZeros = /^0+$/;
const knownTokens: readonly string[] = [
  ...dateTokens.map((token) => `{${token}}`),
  "{field.name}",
  "{0000}",
];

/**
 * Reads a native pattern: text and `{tokens}`, `{{` and `}}` for braces that are meant. A `}` that
 * closes nothing is refused, so that every pattern has one text: `showNative` gives back exactly
 * what was read.
 *
 * Fails with `pattern_empty`, the codes of `checkPatternText` and `checkPattern`, and, each with
 * {pattern, position}, `pattern_unclosed_brace`, `pattern_stray_brace`, `pattern_unknown_token`
 * {token, known}, `pattern_field_name` {field}. The pointer is `/pattern`.
 */
export function parseNative(text: string): Result<Pattern> {
  const pointer = "/pattern";
  if (text === "") return refuse("pattern_empty", { pattern: "", position: 0 }, pointer);
  const placed = scan(text, pointer);
  return placed.ok ? checkPattern(placed.value, text, pointer) : placed;
}

/**
 * Reads a pattern given as text before and after a counter of `padding` digits: the same as the
 * native pattern `prefix{000}suffix`. Prefix and suffix may hold every token but a counter.
 *
 * Fails as `parseNative` does; `pattern`, `position` and the pointer then tell of the prefix or the
 * suffix alone. A padding that is not a whole number of 1 or more: `pattern_padding` {padding,
 * minimum, maximum}; more than 18: `pattern_counter_too_wide`.
 */
export function parseAffixes({ prefix = "", padding, suffix = "" }: Affixes): Result<Pattern> {
  if (!Number.isInteger(padding) || padding < 1) {
    const facts = { padding: String(padding), minimum: 1, maximum: maximumCounterWidth };
    return refuse("pattern_padding", facts, "/padding");
  }
  const before = scanAffix(prefix, "/prefix");
  if (!before.ok) return before;
  const after = scanAffix(suffix, "/suffix");
  if (!after.ok) return after;
  if (padding > maximumCounterWidth) {
    const facts = { pattern: "", position: 0, width: padding, maximum: maximumCounterWidth };
    return refuse("pattern_counter_too_wide", facts, "/padding");
  }

  const counter: Part = { kind: "counter", width: padding };
  const beforeSuffix = prefix + showPart(counter);
  const text = beforeSuffix + suffix;
  const checked =
    text.length > maximumPatternLength
      ? tooLong(text)
      : checkPattern(
          [
            ...before.value,
            { part: counter, position: prefix.length },
            ...after.value.map(({ part, position }) => ({
              part,
              position: position + beforeSuffix.length,
            })),
          ],
          text,
          "",
        );
  return checked.ok ? checked : inAffix(checked, prefix, suffix, beforeSuffix.length);
}

/** The native text of a pattern: what `parseNative` reads as the same pattern. */
export function showNative(pattern: Pattern): string {
  return pattern.parts.map(showPart).join("");
}

function showPart(part: Part): string {
  if (part.kind === "text") return part.text.replaceAll("{", "{{").replaceAll("}", "}}");
  if (part.kind === "date") return `{${part.token}}`;
  if (part.kind === "field") return `{${fieldMark}${part.name}}`;
  return `{${"0".repeat(part.width)}}`;
}

function scan(text: string, pointer: string): Result<readonly PlacedPart[]> {
  const refusal = checkPatternText(text, pointer);
  if (refusal !== null) return refusal;
  const placed: PlacedPart[] = [];
  let literal = "";
  let literalPosition = 0;
  const endLiteral = (): void => {
    if (literal === "") return;
    placed.push({ part: { kind: "text", text: literal }, position: literalPosition });
    literal = "";
  };

  let position = 0;
  while (position < text.length) {
    const character = text.charAt(position);
    const isBrace = character === "{" || character === "}";
    const isDoubled = isBrace && text.charAt(position + 1) === character;
    if (!isBrace || isDoubled) {
      if (literal === "") literalPosition = position;
      literal += character;
      position += isDoubled ? 2 : 1;
      continue;
    }
    if (character === "}")
      return refuse("pattern_stray_brace", { pattern: text, position }, pointer);
    const token = /^\{([^{}]*)\}/.exec(text.slice(position))?.[1];
    if (token === undefined) {
      return refuse("pattern_unclosed_brace", { pattern: text, position }, pointer);
    }
    const part = readToken(token, text, position, pointer);
    if (!part.ok) return part;
    endLiteral();
    placed.push({ part: part.value, position });
    position += token.length + 2;
  }
  endLiteral();
  return accept(placed);
}

function readToken(token: string, text: string, position: number, pointer: string): Result<Part> {
  if (isDateToken(token)) return accept({ kind: "date", token });
  if (counterZeros.test(token)) return accept({ kind: "counter", width: token.length });
  const facts = { pattern: text, position };
  if (!token.startsWith(fieldMark)) {
    return refuse("pattern_unknown_token", { ...facts, token, known: knownTokens }, pointer);
  }
  const name = token.slice(fieldMark.length);
  if (!fieldName.test(name))
    return refuse("pattern_field_name", { ...facts, field: name }, pointer);
  return accept({ kind: "field", name });
}

function scanAffix(text: string, pointer: string): Result<readonly PlacedPart[]> {
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
