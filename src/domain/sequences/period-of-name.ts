import { daysOfYear } from "../overlap/moments-showing.ts";
import type { Moment } from "../patterns/moment.ts";
import { momentOf } from "../patterns/moment.ts";
import type { DateToken } from "../patterns/pattern.ts";
import type { ReadName, ShownDates } from "../patterns/read.ts";
import { renderDateToken } from "../patterns/tokens.ts";
import type { Reset } from "./period.ts";
import { firstDayOf, periodOf } from "./period.ts";

/** What decides the periods of a sequence. */
export interface PeriodPolicy {
  readonly reset: Reset;
  /** `MM-DD` */
  readonly fiscalYearStart: string;
}

/** Times of day come again in every period. */
const ofTheTime: ReadonlySet<DateToken> = new Set(["hh", "mm", "ss", "h12"]);

/**
 * In which period a name was given, told from the dates that it shows; null when they fit several
 * periods or none. Years of two digits are those of 2000 to 2099. For many names of one sequence: what
 * was told once is remembered.
 */
export function periodReader(policy: PeriodPolicy): (name: ReadName) => string | null {
  const known = new Map<string, string | null>();
  return ({ form, dates }) => {
    if (policy.reset === "never") return "";
    if (policy.reset === "prefix") return form.prefix;
    const key = JSON.stringify([[...dates.document], [...dates.period]]);
    const before = known.get(key);
    if (before !== undefined) return before;
    const period = onlyPeriod(policy, dates);
    known.set(key, period);
    return period;
  };
}

function onlyPeriod({ reset, fiscalYearStart }: PeriodPolicy, dates: ShownDates): string | null {
  const periods = new Set<string>();
  for (const year of yearsOf(dates)) {
    for (const day of daysOfYear(year, fiscalYearStart)) {
      if (!shows(day, dates.document)) continue;
      const period = periodOf(reset, day);
      if (periods.has(period)) continue;
      const first = momentOf(
        firstDayOf(period, fiscalYearStart) ?? day.date,
        "UTC",
        0,
        fiscalYearStart,
      );
      if (first.ok && shows(first.value, dates.period)) periods.add(period);
      if (periods.size > 1) return null;
    }
  }
  const [period = null] = periods;
  return period;
}

function shows(moment: Moment, dates: ReadonlyMap<DateToken, number>): boolean {
  return [...dates].every(
    ([token, value]) => ofTheTime.has(token) || Number(renderDateToken(token, moment)) === value,
  );
}

/** The calendar years in which the days lie that show a year; none when no year is shown. */
function yearsOf(dates: ShownDates): readonly number[] {
  const years = new Set<number>();
  for (const [token, value] of [...dates.document, ...dates.period]) {
    const year = token === "YY" || token === "FY2" || token === "FYE2" ? 2000 + value : value;
    if (token === "YYYY" || token === "YY") years.add(year);
    // A week or fiscal year of that number may lie in part in the calendar year beside it.
    else if (/^(GGGG|FY|FYE|FY2|FYE2)$/.test(token)) {
      for (const beside of [year - 1, year, year + 1]) years.add(beside);
    }
  }
  return [...years].filter((year) => year >= 1 && year <= 9999);
}
