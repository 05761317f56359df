/** The proleptic Gregorian calendar, from year 1 on. Months and days count from 1. */

const daysOfMonths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/** Days from 0001-01-01 to 1970-01-01. */
const daysToEpoch = daysBeforeYear(1970);

export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** Days of a month; 0 for a month outside 1..12. */
export function daysInMonth(leap: boolean, month: number): number {
  if (month === 2 && leap) return 29;
  return daysOfMonths[month - 1] ?? 0;
}

/** Whether a text is a day of the years 0001 to 9999 in the form 2026-11-21. */
export function isDay(text: string): boolean {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? [];
  if (year === undefined || year === "0000") return false;
  const days = daysInMonth(isLeapYear(Number(year)), Number(month));
  return Number(day) >= 1 && Number(day) <= days;
}

/** The day's number in its year, 1..366. */
export function dayOfYear(year: number, month: number, day: number): number {
  const leap = isLeapYear(year);
  let days = day;
  for (let before = 1; before < month; before += 1) days += daysInMonth(leap, before);
  return days;
}

/** Seconds from 1970-01-01T00:00:00Z to the beginning of a day in UTC. */
export function epochSecondsOfDay(year: number, month: number, day: number): number {
  return (daysBeforeYear(year) + dayOfYear(year, month, day) - 1 - daysToEpoch) * 86_400;
}

/** The day of the week, 1..7 from Monday (ISO 8601). */
export function weekdayOf(year: number, ordinal: number): number {
  // 0001-01-01 was a Monday.
  return ((daysBeforeYear(year) + ordinal - 1) % 7) + 1;
}

/**
 * The week of the year, 0..53, in which weeks begin on Monday and the days before the first Monday
 * are week 0: `%W` of strftime (POSIX).
 */
export function mondayWeekOf(year: number, ordinal: number): number {
  return Math.floor((ordinal - weekdayOf(year, ordinal) + 7) / 7);
}

/**
 * The ISO week, 1..53, but 0 for days of January that ISO 8601 counts to the year before, and 53 for
 * days of December that it counts to the year after, so that weeks never go back within a year: the
 * week of Frappe's naming series.
 */
export function consecutiveWeekOf(year: number, ordinal: number): number {
  const { isoYear, isoWeek } = isoWeekOf(year, ordinal);
  if (isoYear === year) return isoWeek;
  return isoYear < year ? 0 : 53;
}

/**
 * The week that a day belongs to, by ISO 8601: weeks begin on Monday, and week 1 is the one with
 * the year's first Thursday, so that `isoYear` can differ from the calendar year by one.
 */
export function isoWeekOf(
  year: number,
  ordinal: number,
): { readonly isoYear: number; readonly isoWeek: number } {
  const week = Math.floor((ordinal - weekdayOf(year, ordinal) + 10) / 7);
  if (week < 1) return { isoYear: year - 1, isoWeek: isoWeeksIn(year - 1) };
  if (week > isoWeeksIn(year)) return { isoYear: year + 1, isoWeek: 1 };
  return { isoYear: year, isoWeek: week };
}

/** 53 for years that begin on a Thursday, or leap years that begin on a Wednesday; else 52. */
function isoWeeksIn(year: number): number {
  const firstWeekday = weekdayOf(year, 1);
  return firstWeekday === 4 || (firstWeekday === 3 && isLeapYear(year)) ? 53 : 52;
}

function daysBeforeYear(year: number): number {
  const past = year - 1;
  return 365 * past + Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400);
}
