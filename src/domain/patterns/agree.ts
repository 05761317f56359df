import {
  consecutiveWeekOf,
  dayOfYear,
  daysInMonth,
  isLeapYear,
  isoWeekOf,
  mondayWeekOf,
  weekdayOf,
} from "./calendar.ts";
import type { DateToken } from "./pattern.ts";
import { hourOfTwelve } from "./tokens.ts";

/**
 * Whether some moment shows these values, each within its token's range, at once, as far as hour,
 * day, month, year and week tell: no 30 February, no two years. False only when there is none; what
 * depends on where a fiscal year begins is not looked at.
 */
export function datesAgree(shown: ReadonlyMap<DateToken, number>): boolean {
  const year = shown.get("YYYY");
  const shortYear = shown.get("YY");
  const month = shown.get("MM");
  const day = shown.get("DD");
  const ordinal = shown.get("DOY");
  if (!endsWith(year, shortYear)) return false;
  if (!endsWith(shown.get("FY"), shown.get("FY2"))) return false;
  if (!endsWith(shown.get("FYE"), shown.get("FYE2"))) return false;
  const hour = shown.get("hh");
  if (hour !== undefined && !isSame(hourOfTwelve(hour), shown.get("h12"))) return false;

  // Of all years with these last two digits the one in 2000..2099 is leap if any is.
  const leap = isLeapYear(year ?? 2000 + (shortYear ?? 0));
  if (day !== undefined && day > daysInMonth(month === undefined || leap, month ?? 1)) return false;
  if (ordinal !== undefined && ordinal > (leap ? 366 : 365)) return false;
  if (year === undefined) return true;

  const fromMonth =
    month !== undefined && day !== undefined ? dayOfYear(year, month, day) : undefined;
  if (!isSame(fromMonth, ordinal)) return false;
  const known = ordinal ?? fromMonth;
  if (known === undefined) return true;
  const { isoYear, isoWeek } = isoWeekOf(year, known);
  return (
    isSame(isoYear, shown.get("GGGG")) &&
    isSame(isoWeek, shown.get("WW")) &&
    isSame(consecutiveWeekOf(year, known), shown.get("CWW")) &&
    isSame(mondayWeekOf(year, known), shown.get("WOY")) &&
    isSame(weekdayOf(year, known) % 7, shown.get("DOW"))
  );
}

function endsWith(year: number | undefined, lastTwo: number | undefined): boolean {
  return year === undefined || isSame(year % 100, lastTwo);
}

function isSame(known: number | undefined, other: number | undefined): boolean {
  return known === undefined || other === undefined || known === other;
}
