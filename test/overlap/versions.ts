import fc from "fast-check";

import type { Reading } from "../../src/domain/overlap/side.ts";
import type { PatternVersion } from "../../src/domain/overlap/version.ts";
import type { Moment, Moments } from "../../src/domain/patterns/moment.ts";
import { bind, fits } from "../../src/domain/patterns/bind.ts";
import { nativeTokens, parseNative, showNative } from "../../src/domain/patterns/native.ts";
import { maximumNumber, type Part, type Pattern } from "../../src/domain/patterns/pattern.ts";
import { parseFrappe } from "../../src/domain/patterns/frappe.ts";
import { parseOdooAffixes } from "../../src/domain/patterns/odoo.ts";
import { highestNumber } from "../../src/domain/patterns/rules.ts";
import { readName } from "../../src/domain/patterns/read.ts";
import { render } from "../../src/domain/patterns/render.ts";
import { readDateToken } from "../../src/domain/patterns/tokens.ts";
import { firstDayOf, periodOf, resets } from "../../src/domain/sequences/period.ts";
import {
  frappeSeries,
  fieldValues,
  momentAt,
  moments,
  numbers,
  odooAffixes,
  patternOf,
  patterns,
  valueOf,
} from "../patterns/arbitrary.ts";

/** A pattern in use, of a sequence that is called like it. */
export function versionOf(
  pattern: string | Pattern,
  settings: Partial<PatternVersion> = {},
): PatternVersion {
  const parsed = typeof pattern === "string" ? patternOf(pattern) : pattern;
  const name = typeof pattern === "string" ? pattern : JSON.stringify(parsed.parts);
  const { sequence = name } = settings;
  return {
    sequence,
    counter: sequence,
    pattern: parsed,
    first: 0n,
    last: maximumNumber,
    reset: "never",
    fiscalYearStart: "01-01",
    ...settings,
  };
}

/** The last number of a sequence with `overflow: "reject"`. */
export function lastOfWidth(width: number): bigint {
  return 10n ** BigInt(width) - 1n;
}

/** The name that the service renders for what an example says. */
export function renderedBy(version: PatternVersion, reading: Reading): string {
  const form = bind(version.pattern, momentsOf(version, reading), reading.fields);
  return render(valueOf(form), reading.number);
}

function momentsOf({ reset, fiscalYearStart }: PatternVersion, { at, now }: Reading): Moments {
  const momentFor = (shown: string | null | undefined): Moment => {
    const time = shown?.includes("T") === true ? `${shown}Z` : (shown ?? "2026-01-01");
    return momentAt(time, "UTC", fiscalYearStart);
  };
  const document = momentFor(at);
  const first = firstDayOf(periodOf(reset, document), fiscalYearStart);
  // Days before the calendar's first fiscal year have none: their week began in a year that is not there.
  const isShown = first !== null && first >= `0001-${fiscalYearStart}`;
  return { document, period: isShown ? momentFor(first) : document, now: momentFor(now) };
}

/** Whether a version gives the name, by how the service reads names. */
export function gives({ pattern, first, last }: PatternVersion, name: string): boolean {
  const read = readName(pattern, name);
  return read !== null && read.number >= first && read.number <= last;
}

/**
 * A pattern that can give `name`: each of its pieces is text, a field, a date or the counter. Null
 * when the choices come to none.
 */
function patternThatGives(name: string, choices: readonly number[]): Pattern | null {
  const parts: Part[] = [];
  let hasCounter = false;
  let at = 0;
  for (const choice of choices) {
    const piece = name.slice(at, at + 1 + (choice % 7));
    at += piece.length;
    if (piece === "") break;
    const isCounter = !hasCounter && /^(?:[1-9][0-9]*|0[0-9]*)$/.test(piece) && choice % 3 !== 0;
    if (isCounter) {
      const width = piece.startsWith("0") ? piece.length : 1 + (choice % piece.length);
      parts.push({ kind: "counter", width });
      hasCounter = true;
      continue;
    }
    const tokens = nativeTokens.filter(
      (token) => !token.startsWith("FY") && readDateToken(token, piece) !== null,
    );
    const token = tokens[choice % (tokens.length + 1)];
    if (token !== undefined) parts.push({ kind: "date", token });
    else if (/^[A-Za-z0-9_]+$/.test(piece) && choice % 2 === 0) {
      parts.push({ kind: "field", name: `f${parts.length}` });
    } else parts.push({ kind: "text", text: piece });
  }
  if (at < name.length) parts.push({ kind: "text", text: name.slice(at) });
  const { text } = showNative({ parts, width: 1 });
  if (text === null) return null;
  const parsed = parseNative(text);
  return parsed.ok && readName(parsed.value, name) !== null ? parsed.value : null;
}

/** Patterns of all dialects, with dates of the period and of now, and fields that touch the counter. */
export const patternsOfAnyDialect: fc.Arbitrary<Pattern> = fc.oneof(
  patterns,
  odooAffixes
    .map(parseOdooAffixes)
    .filter((parsed) => parsed.ok)
    .map(valueOf),
  frappeSeries
    .map((series) => parseFrappe(series))
    .filter((parsed) => parsed.ok)
    .map(valueOf),
);

/** A version, one of its names, and another version that gives that name too. */
export const overlapping: fc.Arbitrary<{
  readonly one: PatternVersion;
  readonly other: PatternVersion;
  readonly name: string;
}> = fc
  .record({
    pattern: patternsOfAnyDialect,
    reset: fc.constantFrom(...resets),
    document: moments,
    now: moments,
    fields: fieldValues,
    number: numbers,
    choices: fc.array(fc.nat({ max: 1000 }), { minLength: 1, maxLength: 12 }),
    fiscalYearStart: fc.constantFrom("01-01", "06-01"),
  })
  .map(({ pattern, reset, document, now, fields, number, choices, fiscalYearStart }) => {
    const last = highestNumber(pattern);
    const one = versionOf(pattern, { sequence: "one", last, reset, fiscalYearStart });
    const reading = { number: number % (last + 1n), at: document.date, now: now.date, fields };
    const form = bind(pattern, momentsOf(one, reading), fields);
    if (!form.ok || !fits(form.value, reading.number).ok) return null;
    const name = renderedBy(one, reading);
    const made = patternThatGives(name, choices);
    return made === null ? null : { one, other: versionOf(made, { sequence: "other" }), name };
  })
  .filter((found) => found !== null);
