import { remember } from "../definitions/remember.ts";
import type { Moment } from "../patterns/moment.ts";
import type { DatePart } from "../patterns/pattern.ts";
import { renderDateToken } from "../patterns/tokens.ts";
import { periodOf, type Reset } from "../sequences/period.ts";
import { daysOfYear } from "./moments-showing.ts";
import { periodBegin } from "./period-begin.ts";

/** What a date shows for a document of a day. */
export type ShowDate = (date: DatePart, day: Moment) => string;

/** Two days of different periods. */
export type DaysAlike = readonly [Moment, Moment];

/**
 * The years looked at, 28 and two more. Equal names show equal years, if they show any, so that
 * their days lie in one calendar, ISO or fiscal year, which touches three calendar years at most;
 * and any three years in a row begin on the weekdays and have the leap days of three that are looked
 * at. If they show none, the calendar comes again after 28 years, and so does the name.
 */
const years: readonly number[] = Array.from({ length: 30 }, (_, index) => 2026 + index);

export function* daysLookedAt(fiscalYearStart: string): Generator<Moment> {
  for (const year of years) yield* daysOfYear(year, fiscalYearStart);
}

export function dateShower(reset: Reset, fiscalYearStart: string): ShowDate {
  const begin = periodBegin(reset, fiscalYearStart);
  return ({ token, of }, day) => renderDateToken(token, of === "period" ? begin(day) : day);
}

/** Answers that are kept, each of two days at most. */
const mostKept = 500;
const kept = new Map<string, DaysAlike | null>();

/**
 * The first two days of different periods on which all of these dates show the same; null when they tell
 * the periods apart. Every day of the years is looked at, some 20 ms, so the answer is kept: the sequences
 * of a tenant mostly show the same few dates. It depends on nothing else, neither on their order, as
 * each date always has the same length, nor on how often one is shown.
 */
export function daysAlike(
  dates: readonly DatePart[],
  reset: Reset,
  fiscalYearStart: string,
): DaysAlike | null {
  const shown = new Map(dates.map((date) => [`${date.token}.${date.of ?? ""}`, date]));
  const key = [reset, fiscalYearStart, ...[...shown.keys()].toSorted()].join(" ");
  const known = kept.get(key);
  if (known !== undefined) return known;
  const found = findDaysAlike([...shown.values()], reset, fiscalYearStart);
  remember(kept, key, found, mostKept);
  return found;
}

function findDaysAlike(
  dates: readonly DatePart[],
  reset: Reset,
  fiscalYearStart: string,
): DaysAlike | null {
  const show = dateShower(reset, fiscalYearStart);
  /** The first day that shows something, with its period. */
  const first = new Map<string, { readonly period: string; readonly day: Moment }>();
  for (const day of daysLookedAt(fiscalYearStart)) {
    const shown = dates.map((date) => show(date, day)).join("");
    const period = periodOf(reset, day);
    const earlier = first.get(shown);
    if (earlier === undefined) first.set(shown, { period, day });
    else if (earlier.period !== period) return [earlier.day, day];
  }
  return null;
}
