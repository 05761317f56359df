import { readAffixes, readText, type Affixes, type Notation } from "./notation.ts";
import {
  accept,
  maximumPatternLength,
  refuse,
  type DateToken,
  type Part,
  type Pattern,
  type Result,
} from "./pattern.ts";
import { checkPatternText, fieldName, fieldTouchesCounter, type PlacedPart } from "./rules.ts";
import { unsayable, type Shown } from "./shown.ts";

/** The date tokens that the native dialect has, in the order in which they are listed to a person. */
export const nativeTokens = [
  "YYYY",
  "YY",
  "MM",
  "DD",
  "DOY",
  "hh",
  "mm",
  "ss",
  "WW",
  "GGGG",
  "FY",
  "FYE",
  "FY2",
  "FYE2",
] as const satisfies readonly DateToken[];

const fieldMark = "field.";
const counterZeros = /^0+$/;
const knownTokens: readonly string[] = [
  ...nativeTokens.map((token) => `{${token}}`),
  "{field.name}",
  "{0000}",
];

/** Native patterns. A counter is as wide as it has zeros. */
export const nativeNotation: Notation = {
  scan,
  counter: (width) => `{${"0".repeat(width)}}`,
  minimumPadding: 1,
  example: "{0000000}",
  fieldsTouch: false,
};

/**
 * Reads a native pattern: text and `{tokens}`, `{{` and `}}` for braces that are meant. A `}` that
 * closes nothing is refused, so that every pattern has one text: `showNative` gives back exactly
 * what was read.
 *
 * Fails with the codes of `readText`, `checkPatternText` and `checkPattern`, and, each with {pattern,
 * position}, `pattern_unclosed_brace`, `pattern_stray_brace`, `pattern_unknown_token` {token, known},
 * `pattern_field_name` {field}.
 */
export function parseNative(text: string): Result<Pattern> {
  return readText(nativeNotation, text);
}

/**
 * Reads a native pattern given as prefix, padding (1..18) and suffix: the same as the pattern
 * `prefix{000}suffix`. Fails as `readAffixes` and `parseNative` do.
 */
export function parseAffixes(affixes: Affixes): Result<Pattern> {
  return readAffixes(nativeNotation, affixes);
}

/** The native text of a pattern, which `parseNative` reads as the same pattern. */
export function showNative(pattern: Pattern): Shown<string> {
  let text = "";
  for (const part of pattern.parts) {
    const shown = showPart(part);
    if (shown === null) return unsayable("date", part);
    text += shown;
  }
  if (fieldTouchesCounter(pattern)) return unsayable("touching_field");
  return text.length > maximumPatternLength ? unsayable("too_long") : { text };
}

function showPart(part: Part): string | null {
  switch (part.kind) {
    case "text":
      return part.text.replaceAll("{", "{{").replaceAll("}", "}}");
    case "date":
      return part.of === undefined && isNativeToken(part.token) ? `{${part.token}}` : null;
    case "field":
      return `{${fieldMark}${part.name}}`;
    case "counter":
      return nativeNotation.counter(part.width);
  }
}

function isNativeToken(text: string): text is (typeof nativeTokens)[number] {
  return nativeTokens.some((token) => token === text);
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
  if (isNativeToken(token)) return accept({ kind: "date", token });
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
