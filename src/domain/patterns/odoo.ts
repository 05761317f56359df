import { readAffixes, readText, textOfAffixes, type Affixes, type Notation } from "./notation.ts";
import {
  accept,
  maximumPatternLength,
  refuse,
  type DatePart,
  type DateToken,
  type Part,
  type Pattern,
  type Refusal,
  type Result,
} from "./pattern.ts";
import { checkPatternText, type PlacedPart } from "./rules.ts";
import { unsayable, type Shown } from "./shown.ts";

/** What `ir.sequence` has: two texts and the counter's width. */
export type OdooAffixes = {
  readonly prefix: string;
  readonly padding: number;
  readonly suffix: string;
};

type Key = { readonly key: string; readonly token: DateToken; readonly directive: string };

/**
 * The keys that `ir.sequence` fills in, with the strftime directives that it does it by (Odoo 19,
 * `odoo/addons/base/models/ir_sequence.py`). Each is known as it is, with `range_` and `current_`.
 */
const keys: readonly Key[] = [
  { key: "year", token: "YYYY", directive: "Y" },
  { key: "y", token: "YY", directive: "y" },
  { key: "month", token: "MM", directive: "m" },
  { key: "day", token: "DD", directive: "d" },
  { key: "doy", token: "DOY", directive: "j" },
  { key: "woy", token: "WOY", directive: "W" },
  { key: "weekday", token: "DOW", directive: "w" },
  { key: "h24", token: "hh", directive: "H" },
  { key: "h12", token: "h12", directive: "I" },
  { key: "min", token: "mm", directive: "M" },
  { key: "sec", token: "ss", directive: "S" },
];

const sources = [
  { mark: "range_", of: "period" },
  { mark: "current_", of: "now" },
] as const;

/**
 * Odoo patterns. Odoo has the counter outside of its two texts; in one text it is written as Odoo
 * formats it, `%05d`.
 */
export const odooNotation: Notation = {
  scan,
  counter: (width) => `%0${width}d`,
  minimumPadding: 0,
  example: "%07d",
  fieldsTouch: false,
};

/**
 * Reads an Odoo pattern in one text, `P%(year)s%05d`: text, `%(key)s` with one of the 33 keys, `%%`
 * for a percent, and the counter `%05d`. Other formats of Python's `%` are refused.
 *
 * Fails with the codes of `readText`, `checkPatternText` and `checkPattern`, and, each with {pattern,
 * position}, `pattern_unknown_key` {key, known, marks}, `pattern_percent_format` {format, meant} for
 * another format of a key, and `pattern_lone_percent` {meant}.
 */
export function parseOdoo(text: string): Result<Pattern> {
  return readText(odooNotation, text);
}

/**
 * Reads the prefix, padding (0..18, the least digits of the counter; 0 is as 1) and suffix of an
 * `ir.sequence`. Fails as `readAffixes` and `parseOdoo` do.
 */
export function parseOdooAffixes(affixes: Affixes): Result<Pattern> {
  return readAffixes(odooNotation, affixes);
}

/** The affixes of a pattern, which `parseOdooAffixes` reads as the same pattern. */
export function showOdoo(pattern: Pattern): Shown<OdooAffixes> {
  let prefix = "";
  let suffix = "";
  for (const part of pattern.parts) {
    switch (part.kind) {
      case "text":
        suffix += part.text.replaceAll("%", "%%");
        break;
      case "date": {
        const key = keyOf(part);
        if (key === null) return unsayable("date", part);
        suffix += `%(${key})s`;
        break;
      }
      case "field":
        return unsayable("field", part);
      case "counter":
        prefix = suffix;
        suffix = "";
        break;
    }
  }
  const affixes = { prefix, padding: pattern.width, suffix };
  const { length } = textOfAffixes(odooNotation, affixes);
  return length > maximumPatternLength ? unsayable("too_long") : { text: affixes };
}

function keyOf({ token, of }: DatePart): string | null {
  const key = keys.find((known) => known.token === token)?.key;
  const mark = sources.find((source) => source.of === of)?.mark ?? "";
  return key === undefined ? null : mark + key;
}

function scan(text: string, pointer: string): Result<readonly PlacedPart[]> {
  const refusal = checkPatternText(text, pointer);
  if (refusal !== null) return refusal;
  const placed: PlacedPart[] = [];
  let position = 0;
  while (position < text.length) {
    const read = readPart(text, position, pointer);
    if (!read.ok) return read;
    placed.push({ part: read.value.part, position });
    position += read.value.length;
  }
  return accept(placed);
}

/** The part that is written at a position, and its length there. */
function readPart(
  text: string,
  position: number,
  pointer: string,
): Result<{ readonly part: Part; readonly length: number }> {
  const rest = text.slice(position);
  const plain = /^(?:[^%]|%%)+/.exec(rest)?.[0];
  if (plain !== undefined) {
    const part: Part = { kind: "text", text: plain.replaceAll("%%", "%") };
    return accept({ part, length: plain.length });
  }
  const counter = /^%0+([1-9][0-9]*)?d/.exec(rest);
  if (counter !== null) {
    const part: Part = { kind: "counter", width: Number(counter[1] ?? 1) };
    return accept({ part, length: counter[0].length });
  }
  const facts = { pattern: text, position };
  const key = /^%\(([^()%]*)\)/.exec(rest)?.[1];
  if (key === undefined) return refusePercent(rest, facts, pointer);
  const part = partOf(key);
  if (part === null) {
    const known = keys.map((each) => each.key);
    const marks = sources.map(({ mark }) => mark);
    return refuse("pattern_unknown_key", { ...facts, key, known, marks }, pointer);
  }
  const meant = `%(${key})s`;
  if (!rest.startsWith(meant)) {
    const format = /^%\([^)]*\)[-#0 +]*[0-9.]*[a-zA-Z]?/.exec(rest)?.[0] ?? rest;
    return refuse("pattern_percent_format", { ...facts, format, meant }, pointer);
  }
  return accept({ part, length: meant.length });
}

function partOf(key: string): DatePart | null {
  const source = sources.find(({ mark }) => key.startsWith(mark));
  const plain = key.slice(source?.mark.length ?? 0);
  const token = keys.find((known) => known.key === plain)?.token;
  if (token === undefined) return null;
  return source === undefined ? { kind: "date", token } : { kind: "date", token, of: source.of };
}

/** A percent that begins neither a key nor a counter: perhaps one of strftime, such as `%Y`. */
function refusePercent(
  rest: string,
  facts: { readonly pattern: string; readonly position: number },
  pointer: string,
): Refusal {
  const written = rest.startsWith("%(") ? /^%\(([a-z0-9_]*)/.exec(rest)?.[1] : undefined;
  const key =
    written !== undefined && partOf(written) !== null
      ? written
      : keys.find(({ directive }) => directive === rest.charAt(1))?.key;
  const meant = key === undefined ? "%%" : `%(${key})s`;
  return refuse("pattern_lone_percent", { ...facts, meant }, pointer);
}
