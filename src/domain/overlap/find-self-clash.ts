import type { Moment } from "../patterns/moment.ts";
import type { DatePart, Part, Pattern } from "../patterns/pattern.ts";
import { periodOf, type Reset } from "../sequences/period.ts";
import { dateShower, daysAlike, daysLookedAt, type ShowDate } from "./days-alike.ts";
import { spend, type Effort } from "./effort.ts";
import type { Example, Search } from "./find-example.ts";
import { compare, effortOfPair } from "./find-overlap.ts";
import { fixedPlaces } from "./fixed-places.ts";
import type { Reading } from "./side.ts";
import { clockPartOf } from "./token-clock.ts";
import type { PatternVersion } from "./version.ts";

/** Two periods, each with a counter of its own, in which the same name can be given. */
export type SelfClash = {
  readonly reset: Exclude<Reset, "never" | "prefix">;
  readonly periods: readonly [string, string];
  /**
   * `period_not_shown`: the dates in the name are the same on both days. `date_between_fields`: they
   * differ, and a field takes up the difference.
   */
  readonly problem: "period_not_shown" | "date_between_fields";
  /** How each period gives the name; null when none was found and none could be ruled out. */
  readonly example: Example | null;
};

/** A day of a period, and what the pattern shows of it. */
type Look = { readonly period: string; readonly day: Moment; readonly loose: string };

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
 * - Times of day tell no periods apart, since any time comes again in every period; and neither does
 *   what shows now, since documents of two periods can be numbered in one moment.
 * - Null is certain but for patterns with a date between two fields; there it holds for the years
 *   that are looked at.
 *
 * What dates at fixed places tell is known from patterns with the same dates (`daysAlike`). So it takes no
 * time where they name the period, and mostly none where all dates are at fixed places.
 */
export function findSelfClash(version: PatternVersion): SelfClash | null {
  const { pattern, reset, fiscalYearStart } = version;
  // With `prefix` a series is the text before the counter, which tells itself apart.
  if (reset === "never" || reset === "prefix") return null;
  const { fixed, loose } = datesOf(pattern);
  const days = daysAlike(fixed, reset, fiscalYearStart);
  if (days === null) return null;
  if (loose.length === 0) {
    const show = dateShower(reset, fiscalYearStart);
    const effort: Effort = { left: effortOfPair };
    const search = compareDays(...days, { version, show, effort });
    const [one, other] = days;
    if (search.outcome !== "none") {
      return {
        reset,
        periods: [periodOf(reset, one), periodOf(reset, other)],
        problem: "period_not_shown",
        example: search.outcome === "found" ? search.example : null,
      };
    }
  }
  return searchSelfClash(version);
}

/** The same, looking at every day. */
export function searchSelfClash(version: PatternVersion): SelfClash | null {
  const { pattern, reset, fiscalYearStart } = version;
  if (reset === "never" || reset === "prefix") return null;
  const show = dateShower(reset, fiscalYearStart);
  const { fixed, loose } = datesOf(pattern);
  const shown = (dates: readonly DatePart[], day: Moment): string =>
    dates.map((date) => show(date, day)).join("");
  const effort: Effort = { left: effortOfPair };
  /** What was seen so far, by what it shows at fixed places. */
  const looks = new Map<string, Look[]>();
  for (const day of daysLookedAt(fiscalYearStart)) {
    const look = { period: periodOf(reset, day), day, loose: shown(loose, day) };
    const atFixed = shown(fixed, day);
    const alike = looks.get(atFixed) ?? [];
    if (alike.length === 0) looks.set(atFixed, alike);
    if (alike.some(({ period, loose }) => period === look.period && loose === look.loose)) continue;
    for (const earlier of alike) {
      if (earlier.period === look.period) continue;
      const search = compareDays(earlier.day, look.day, { version, show, effort });
      // Once the effort is spent, that no pair so far has a common name says nothing of the others.
      if (search.outcome === "none" && effort.left > 0) continue;
      return {
        reset,
        periods: [earlier.period, look.period],
        problem: earlier.loose === look.loose ? "period_not_shown" : "date_between_fields",
        example: search.outcome === "found" ? search.example : null,
      };
    }
    alike.push(look);
  }
  return null;
}

/** The dates of a pattern that go by the document's day: those at fixed places, and the others. */
function datesOf(pattern: Pattern): {
  readonly fixed: readonly DatePart[];
  readonly loose: readonly DatePart[];
} {
  const places = fixedPlaces(pattern);
  const datesAt = (isFixed: boolean): readonly DatePart[] =>
    pattern.parts.filter(
      (part, index): part is DatePart => showsDay(part) && places.has(index) === isFixed,
    );
  return { fixed: datesAt(true), loose: datesAt(false) };
}

/** A name that the version can give on both days. */
function compareDays(
  one: Moment,
  other: Moment,
  { version, show, effort }: { version: PatternVersion; show: ShowDate; effort: Effort },
): Search {
  // Making the two patterns ready takes as long as some steps of the search.
  spend(effort, 10);
  const search = compare(on(one, version, show), on(other, version, show), effort);
  if (search.outcome !== "found") return search;
  const { example } = search;
  return {
    outcome: "found",
    example: {
      name: example.name,
      one: onDay(one, example.one),
      other: onDay(other, example.other),
    },
  };
}

/** The version as it is on one day: times of day and now are left to be filled in. */
function on(day: Moment, version: PatternVersion, show: ShowDate): PatternVersion {
  const parts = version.pattern.parts.map((part): Part =>
    showsDay(part) ? { kind: "text", text: show(part, day) } : part,
  );
  const pattern: Pattern = { parts, width: version.pattern.width };
  return { ...version, pattern };
}

/** A reading of the version as it is on a day, with that day. */
function onDay({ date }: Moment, reading: Reading): Reading {
  const time = reading.at?.slice(date.length) ?? "";
  return { ...reading, at: date + time };
}

/** Whether a part shows what depends on the document's day alone. */
function showsDay(part: Part): part is DatePart {
  if (part.kind !== "date" || part.of === "now") return false;
  return part.of === "period" || clockPartOf(part.token) === "day";
}
