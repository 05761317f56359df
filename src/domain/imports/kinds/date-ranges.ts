import { daysInMonth, isLeapYear } from "../../patterns/calendar.ts";
import type { Reset } from "../record.ts";

/** A span of days, YYYY-MM-DD, both included. */
export interface DateRange {
  readonly first_day: string;
  readonly last_day: string;
}

/** How often a sequence begins anew, and the day on which fiscal years begin (MM-DD). */
export interface ResetRule {
  readonly reset: Reset;
  readonly fiscal_year_start: string;
}

const calendarYear = "01-01";

/**
 * The rule that date ranges follow, or the first range that does not follow the one of the range
 * before it. Without any range it is yearly: Odoo makes calendar years by itself (ir.sequence,
 * `_create_date_range_seq`).
 */
export function ruleOfRanges(ranges: readonly DateRange[]): ResetRule | DateRange {
  let rule: ResetRule | null = null;
  for (const range of ranges) {
    const own = ruleOf(range);
    if (own === null) return range;
    if (rule === null) rule = own;
    else if (rule.reset !== own.reset || rule.fiscal_year_start !== own.fiscal_year_start) {
      return range;
    }
  }
  return rule ?? { reset: "yearly", fiscal_year_start: calendarYear };
}

function ruleOf({ first_day, last_day }: DateRange): ResetRule | null {
  const [year = 0, month = 0, day = 0] = first_day.split("-").map(Number);
  const ordinary = (reset: Reset): ResetRule => ({ reset, fiscal_year_start: calendarYear });
  if (first_day === last_day) return ordinary("daily");
  const monthEnd = dayText(year, month, daysInMonth(isLeapYear(year), month));
  if (day === 1 && last_day === monthEnd) return ordinary("monthly");
  if (isMonday(first_day) && last_day === dayAfter(first_day, 6)) return ordinary("weekly");
  const start = first_day.slice(5);
  // The day before the same day of the next year; 02-29 is none of every year.
  if (start === "02-29" || last_day !== dayAfter(dayText(year + 1, month, day), -1)) return null;
  return start === calendarYear
    ? ordinary("yearly")
    : { reset: "fiscal", fiscal_year_start: start };
}

function dayText(year: number, month: number, day: number): string {
  return `${padded(year, 4)}-${padded(month, 2)}-${padded(day, 2)}`;
}

function padded(value: number, width: number): string {
  return String(value).padStart(width, "0");
}

function dayAfter(day: string, days: number): string {
  const moment = new Date(`${day}T00:00:00Z`);
  moment.setUTCDate(moment.getUTCDate() + days);
  return Number.isNaN(moment.getTime()) ? "" : moment.toISOString().slice(0, 10);
}

function isMonday(day: string): boolean {
  return new Date(`${day}T00:00:00Z`).getUTCDay() === 1;
}
