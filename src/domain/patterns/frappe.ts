import { codePointName, firstCharacter } from "./characters.ts";
import {
  accept,
  maximumPatternLength,
  refuse,
  type BoundForm,
  type DateToken,
  type Part,
  type Pattern,
  type Refusal,
  type Result,
} from "./pattern.ts";
import { checkPattern, checkPatternText, fieldName, type PlacedPart } from "./rules.ts";
import { unsayable, type Shown } from "./shown.ts";

/** A part that stands for others. */
type Word = { readonly word: string; readonly parts: readonly Part[] };

const rules = { example: ".#######", fieldsTouch: true };
const counterWhenNoneIsWritten = 5;
const seriesCharacters = /^[\w\- /.#{}]$/;
const dateTime: readonly Part[] = [
  date("YYYY"),
  text("-"),
  date("MM"),
  text("-"),
  date("DD"),
  text(" "),
  date("hh"),
  text(":"),
  date("mm"),
  text(":"),
  date("ss"),
];
const lowerCaseWord = /^[a-z][a-z0-9_]*$/;

/**
 * Reads a Frappe naming series, `SINV-.YYYY.-.#####`: parts between dots, of which empty ones vanish.
 * A part is a date (`wordsOf`); the counter, a run of `#`, of which only the first counts and others
 * vanish; a field, `{name}` or a bare lower-case `name`; and otherwise text. Without a counter one of
 * five digits is appended.
 *
 * In Frappe a bare part is a field when the document has it, else text, and what a series means shows
 * only when it is used; here a bare lower-case name is always a field, and anything else never.
 * (`frappe/model/naming.py`; `erpnext/accounts/utils.py` for `FY`, `TFY`, `JJJ` and `ABBR`.)
 *
 * A field may touch the counter, whose numbers then end with its width; see `highestNumber`.
 * `fiscalYearStart` is the sequence's, since the fiscal year has one year in its name or two.
 *
 * Fails, each with {pattern, position}, with `pattern_empty` {example}, the codes of
 * `checkPatternText` and `checkPattern`, `pattern_series_character` {character},
 * `pattern_series_counter` {part, meant}, `pattern_series_brace` {part}, `pattern_field_name` {field}.
 * The pointer is `/pattern`.
 */
export function parseFrappe(series: string, fiscalYearStart = "01-01"): Result<Pattern> {
  const pointer = "/pattern";
  const { example } = rules;
  if (series === "") return refuse("pattern_empty", { pattern: "", position: 0, example }, pointer);
  const refusal = checkPatternText(series, pointer) ?? checkCharacters(series, pointer);
  if (refusal !== null) return refusal;
  const words = wordsOf(fiscalYearStart);
  const placed: PlacedPart[] = [];
  let position = 0;
  for (const written of series.split(".")) {
    const parts = readPart(written, words, { pattern: series, position }, pointer);
    if (!parts.ok) return parts;
    const isLaterCounter = written.startsWith("#") && placed.some(isCounter);
    if (!isLaterCounter) for (const part of parts.value) placed.push({ part, position });
    position += written.length + 1;
  }
  if (!placed.some(isCounter)) {
    if (series.includes("#")) return refuseUndottedCounter(series, pointer);
    const part: Part = { kind: "counter", width: counterWhenNoneIsWritten };
    placed.push({ part, position: series.length });
  }
  return checkPattern(placed, series, pointer, rules);
}

/** The naming series of a pattern, which `parseFrappe` reads as the same pattern. */
export function showFrappe(pattern: Pattern, fiscalYearStart = "01-01"): Shown<string> {
  // The longest first, so that none is taken for the beginning of another.
  const words = wordsOf(fiscalYearStart).toSorted((a, b) => b.parts.length - a.parts.length);
  const shown: string[] = [];
  let left = pattern.parts;
  while (left.length > 0) {
    const [part] = left;
    const word = words.find(({ parts }) => parts.every((each, at) => isSame(each, left[at])));
    if (word === undefined && part !== undefined) {
      const text = showPart(part, words);
      if (text === null) return unsayable(part.kind === "date" ? "date" : "text", part);
      shown.push(text);
    } else if (word !== undefined) {
      shown.push(word.word);
    }
    left = left.slice(word?.parts.length ?? 1);
  }
  // Frappe itself takes no counter without a dot before it.
  const text = (shown[0]?.startsWith("#") === true ? "." : "") + shown.join(".");
  return text.length > maximumPatternLength ? unsayable("too_long") : { text };
}

/**
 * The key of the naming series that a bound form counts in: the rendered text before the counter, one
 * for the tenant whatever pattern rendered it (the `name` of Frappe's `tabSeries`).
 */
export function seriesKey(form: BoundForm): string {
  return form.prefix;
}

/**
 * The words of naming series. All show the document's moment, in Frappe the present one. `timestamp`
 * is a date and time as Python prints it, without fractions of a second, which moments do not have.
 * Fiscal years are named as ERPNext names those that it makes, after the years in which they start
 * and end.
 */
function wordsOf(fiscalYearStart: string): readonly Word[] {
  const isCalendarYear = fiscalYearStart === "01-01";
  return [
    { word: "YYYY", parts: [date("YYYY")] },
    { word: "YY", parts: [date("YY")] },
    { word: "MM", parts: [date("MM")] },
    { word: "DD", parts: [date("DD")] },
    { word: "JJJ", parts: [date("DOY")] },
    { word: "WW", parts: [date("CWW")] },
    { word: "FY", parts: isCalendarYear ? [date("FY")] : [date("FY"), text("-"), date("FYE")] },
    { word: "TFY", parts: isCalendarYear ? [date("FY2")] : [date("FY2"), text("-"), date("FYE2")] },
    { word: "timestamp", parts: dateTime },
    { word: "ABBR", parts: [{ kind: "field", name: "abbr" }] },
  ];
}

function date(token: DateToken): Part {
  return { kind: "date", token };
}

function text(text: string): Part {
  return { kind: "text", text };
}

function isCounter({ part }: PlacedPart): boolean {
  return part.kind === "counter";
}

function isSame(part: Part, other: Part | undefined): boolean {
  if (part.kind === "text") return other?.kind === "text" && other.text === part.text;
  if (part.kind !== "date" || other?.kind !== "date") return false;
  return other.token === part.token && other.of === part.of;
}

function checkCharacters(series: string, pointer: string): Refusal | null {
  const wrong = firstCharacter(series, (character) => !seriesCharacters.test(character));
  if (wrong === null) return null;
  const { position, character } = wrong;
  const facts = { pattern: series, position, character: codePointName(character) };
  return refuse("pattern_series_character", facts, pointer);
}

function readPart(
  written: string,
  words: readonly Word[],
  facts: { readonly pattern: string; readonly position: number },
  pointer: string,
): Result<readonly Part[]> {
  if (written === "") return accept([]);
  const word = words.find((known) => known.word === written);
  if (word !== undefined) return accept(word.parts);
  if (written.startsWith("#")) {
    const run = /^#+/.exec(written)?.[0] ?? "";
    if (run === written) return accept([{ kind: "counter", width: run.length }]);
    const meant = `${run}.${written.slice(run.length)}`;
    return refuse("pattern_series_counter", { ...facts, part: written, meant }, pointer);
  }
  const braced = /^\{([^{}]*)\}$/.exec(written)?.[1];
  if (braced === undefined && written.startsWith("{")) {
    return refuse("pattern_series_brace", { ...facts, part: written }, pointer);
  }
  if (braced === undefined && !lowerCaseWord.test(written)) return accept([text(written)]);
  const name = braced ?? written;
  if (!fieldName.test(name))
    return refuse("pattern_field_name", { ...facts, field: name }, pointer);
  return accept([{ kind: "field", name }]);
}

/** A `#` in the middle of a part is text, and Frappe refuses a series that has no other. */
function refuseUndottedCounter(series: string, pointer: string): Refusal {
  const position = series.indexOf("#");
  const [, before = "", run = ""] = /([^.#]+)(#+)/.exec(series) ?? [];
  const facts = { pattern: series, position, part: before + run, meant: `${before}.${run}` };
  return refuse("pattern_series_counter", facts, pointer);
}

function showPart(part: Part, words: readonly Word[]): string | null {
  switch (part.kind) {
    case "counter":
      return "#".repeat(part.width);
    case "field":
      return `{${part.name}}`;
    case "date":
      return null;
    case "text":
      return showText(part.text, words);
  }
}

/** Text as a part that is read as text, or null when there is none: a dot would end the part. */
function showText(literal: string, words: readonly Word[]): string | null {
  if (/^[{#]|\./.test(literal) || lowerCaseWord.test(literal)) return null;
  if (firstCharacter(literal, (character) => !seriesCharacters.test(character)) !== null)
    return null;
  const isWord = words.some(({ word }) => word === literal);
  return isWord ? `${literal.slice(0, -1)}.${literal.slice(-1)}` : literal;
}
