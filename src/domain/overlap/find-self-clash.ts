import type { Moment } from "../patterns/moment.ts";
import type { DatePart, Part, Pattern } from "../patterns/pattern.ts";
import { renderDateToken } from "../patterns/tokens.ts";
import { periodOf, type Reset } from "../sequences/period.ts";
import { spend, type Effort } from "./effort.ts";
import type { Example } from "./find-example.ts";
import { compare, effortOfPair } from "./find-overlap.ts";
import { fixedPlaces } from "./fixed-places.ts";
import { daysOfYear, showsDay } from "./moment-showing.ts";
import type { Reading } from "./side.ts";
import type { PatternVersion } from "./version.ts";

/** Two periods, each with a counter of its own, in which the same name can be given. */
export type SelfClash = {
  readonly periods: readonly [string, string];
  /** How each period gives the name; null when none was found and none could be ruled out. */
  readonly example: Example | null;
};

/** A day of a period, and what the pattern shows of it. */
type Look = { readonly period: string; readonly day: Moment; readonly loose: string };

/**
 * The years looked at, 28 and two more. Equal names show equal years, if they show any, so that
 * their days lie in one calendar, ISO or fiscal year, which touches three calendar years at most;
 * and any three years in a row begin on the weekdays and have the leap days of three that are looked
 * at. If they show none, the calendar comes again after 28 years, and so does the name.
 */
const years: readonly number[] = Array.from({ length: 30 }, (_, index) => 2026 + index);

/**
 * Two periods of a reset in which the pattern gives the same name, or null. Each period begins again
 * with the same number, so its text has to tell it from every other.
 *
 * Decided by looking at every day of enough years: which period it is in, and what the pattern's date
 * tokens show. Two days of different periods that look the same are a clash. What looks different can
 * still be the same name where two fields of one stretch stand around a date, since one field can
 * take up the other's date (`{field.a}{YYYY}{field.b}` on `x20252026y`): such pairs are compared as
 * two patterns are.
 *
 * - A year of two digits tells years apart: that it comes again after a century is accepted.
 * - Times of day tell no periods apart, since any time comes again in every period.
 * - Null is certain but for patterns with a date between two fields; there it holds for the years
 *   that are looked at.
 */
export function findSelfClash(version: PatternVersion, reset: Reset): SelfClash | null {
  if (reset === "never") return null;
  const { pattern, fiscalYearStart } = version;
  const places = fixedPlaces(pattern);
  const [fixed, loose] = [true, false].map((isFixed) =>
    pattern.parts.filter(
      (part, index): part is DatePart => isDay(part) && places.has(index) === isFixed,
    ),
  );
  const effort: Effort = { left: effortOfPair };
  const looks = new Map<string, Look[]>();
  for (const year of years) {
    for (const day of daysOfYear(year, fiscalYearStart)) {
      const look = { period: periodOf(reset, day), day, loose: shown(loose, day) };
      const alike = shown(fixed, day);
      const before = looks.get(alike);
      if (before === undefined) looks.set(alike, [look]);
      else if (
        !before.some(({ period, loose }) => period === look.period && loose === look.loose)
      ) {
        const clash = clashWithOneOf(before, look, version, effort);
        if (clash !== null) return clash;
        before.push(look);
      }
    }
  }
  return null;
}

function clashWithOneOf(
  others: readonly Look[],
  look: Look,
  version: PatternVersion,
  effort: Effort,
): SelfClash | null {
  for (const other of others) {
    const clash = other.period === look.period ? null : clashOf(other, look, version, effort);
    if (clash !== null) return clash;
  }
  return null;
}

function clashOf(
  one: Look,
  other: Look,
  version: PatternVersion,
  effort: Effort,
): SelfClash | null {
  const periods = [one.period, other.period] as const;
  // Making the two patterns ready takes as long as some steps of the search.
  spend(effort, 10);
  const search = compare(on(one.day, version), on(other.day, version), effort);
  if (search.outcome === "none") return null;
  if (search.outcome === "unknown") return { periods, example: null };
  const { name, ...readings } = search.example;
  const example = {
    name,
    one: readOn(one.day, readings.one),
    other: readOn(other.day, readings.other),
  };
  return { periods, example };
}

/** The version as it is on one day: only times of day are left to be filled in. */
function on(day: Moment, version: PatternVersion): PatternVersion {
  const parts = version.pattern.parts.map((part): Part =>
    isDay(part) ? { kind: "text", text: renderDateToken(part.token, day) } : part,
  );
  const pattern: Pattern = { parts, width: version.pattern.width };
  return { ...version, pattern };
}

function readOn({ date }: Moment, { at, ...reading }: Reading): Reading {
  const time = at?.slice(date.length) ?? "";
  return { ...reading, at: date + time };
}

function isDay(part: Part): part is DatePart {
  return part.kind === "date" && showsDay(part.token);
}

function shown(parts: readonly DatePart[] = [], day: Moment): string {
  let text = "";
  for (const { token } of parts) text += renderDateToken(token, day);
  return text;
}
