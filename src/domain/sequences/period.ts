import { daysInMonth, epochSecondsOfDay, isLeapYear } from "../patterns/calendar.ts";
import type { Moment } from "../patterns/moment.ts";

/** When the counter of a sequence begins again, as callers choose it. */
export const resets = ["never", "yearly", "monthly", "weekly", "daily", "fiscal"] as const;

/** The same; `prefix` counts each rendered text before the counter for itself, as Frappe does. */
export type Reset = (typeof resets)[number] | "prefix";

const lastDayOfAll = "9999-12-31";
const secondsOfDay = 86_400;

/**
 * The period of a moment, whose series a draw at that moment takes its number from: empty for
 * `never`, `2026`, `2026-11`, `2026-W48` (week and year by ISO 8601), `2026-11-24`, and `FY2026`,
 * named after the calendar year in which the fiscal year begins, on whatever day that is. With `prefix`
 * it is the rendered text before the counter.
 */
export function periodOf(reset: Reset, moment: Moment, prefix = ""): string {
  switch (reset) {
    case "never":
      return "";
    case "yearly":
      return moment.date.slice(0, "YYYY".length);
    case "monthly":
      return moment.date.slice(0, "YYYY-MM".length);
    case "weekly":
      return `${padded(moment.isoYear, 4)}-W${padded(moment.isoWeek, 2)}`;
    case "daily":
      return moment.date;
    case "fiscal":
      return `FY${padded(moment.fiscalYearStart, 4)}`;
    case "prefix":
      return prefix;
  }
}

/**
 * The first day of a period, as `YYYY-MM-DD`; null for what is none, such as the empty one of
 * `never`. `fiscalYearStart` is the sequence's, as `MM-DD`, and tells for fiscal years only.
 */
export function firstDayOf(period: string, fiscalYearStart: string): string | null {
  return daysOf(period, fiscalYearStart)?.first ?? null;
}

/** The last day of a period, as `firstDayOf` gives the first; none is later than 9999-12-31. */
export function lastDayOf(period: string, fiscalYearStart: string): string | null {
  return daysOf(period, fiscalYearStart)?.last ?? null;
}

function daysOf(
  period: string,
  fiscalYearStart: string,
): { readonly first: string; readonly last: string } | null {
  const found = /^(FY)?(\d{4})(?:-W(\d{2})|-(\d{2})(?:-(\d{2}))?)?$/.exec(period);
  if (found === null) return null;
  const [, fiscal, year = "", week, month, day] = found;
  if (fiscal !== undefined) {
    const first = `${year}-${fiscalYearStart}`;
    return period === `FY${year}` ? { first, last: lastOfFiscalYear(year, fiscalYearStart) } : null;
  }
  if (week !== undefined) {
    const monday = firstMonday(Number(year)) + (Number(week) - 1) * 7 * secondsOfDay;
    return { first: dateOf(monday), last: dateOf(monday + 6 * secondsOfDay) };
  }
  if (day !== undefined) return { first: period, last: period };
  if (month !== undefined) {
    const days = daysInMonth(isLeapYear(Number(year)), Number(month));
    return { first: `${period}-01`, last: `${period}-${padded(days, 2)}` };
  }
  return { first: `${year}-01-01`, last: `${year}-12-31` };
}

function lastOfFiscalYear(year: string, fiscalYearStart: string): string {
  const [month, day] = fiscalYearStart.split("-").map(Number);
  return dateOf(epochSecondsOfDay(Number(year) + 1, month ?? 1, day ?? 1) - secondsOfDay);
}

/** Where the first week of an ISO year begins, in epoch seconds: it is the one with 4 January. */
function firstMonday(isoYear: number): number {
  const fourth = epochSecondsOfDay(isoYear, 1, 4);
  const daysSinceMonday = (new Date(fourth * 1000).getUTCDay() + 6) % 7;
  return fourth - daysSinceMonday * secondsOfDay;
}

function dateOf(epochSeconds: number): string {
  const written = new Date(epochSeconds * 1000).toISOString();
  // A year of five digits is written with a sign.
  return written.startsWith("+") ? lastDayOfAll : written.slice(0, lastDayOfAll.length);
}

function padded(value: number, width: number): string {
  return String(value).padStart(width, "0");
}
