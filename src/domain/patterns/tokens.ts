import { consecutiveWeekOf, mondayWeekOf, weekdayOf } from "./calendar.ts";
import type { Moment } from "./moment.ts";
import type { DateToken } from "./pattern.ts";

type DateTokenRule = {
  /** Digits, always exactly as many. */
  readonly width: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly of: (moment: Moment) => number;
};

const aYear = { width: 4, minimum: 1, maximum: 9999 };
const twoDigits = { width: 2, minimum: 0, maximum: 99 };
const sixtieth = { width: 2, minimum: 0, maximum: 59 };
const weekOfYear = { width: 2, minimum: 0, maximum: 53 };

const rules: Readonly<Record<DateToken, DateTokenRule>> = {
  YYYY: { ...aYear, of: (moment) => moment.year },
  YY: { ...twoDigits, of: (moment) => moment.year % 100 },
  MM: { width: 2, minimum: 1, maximum: 12, of: (moment) => moment.month },
  DD: { width: 2, minimum: 1, maximum: 31, of: (moment) => moment.day },
  DOY: { width: 3, minimum: 1, maximum: 366, of: (moment) => moment.dayOfYear },
  hh: { width: 2, minimum: 0, maximum: 23, of: (moment) => moment.hour },
  mm: { ...sixtieth, of: (moment) => moment.minute },
  ss: { ...sixtieth, of: (moment) => moment.second },
  WW: { width: 2, minimum: 1, maximum: 53, of: (moment) => moment.isoWeek },
  GGGG: { ...aYear, of: (moment) => moment.isoYear },
  FY: { ...aYear, of: (moment) => moment.fiscalYearStart },
  FYE: { ...aYear, of: (moment) => moment.fiscalYearEnd },
  FY2: { ...twoDigits, of: (moment) => moment.fiscalYearStart % 100 },
  FYE2: { ...twoDigits, of: (moment) => moment.fiscalYearEnd % 100 },
  WOY: { ...weekOfYear, of: (moment) => mondayWeekOf(moment.year, moment.dayOfYear) },
  DOW: {
    width: 1,
    minimum: 0,
    maximum: 6,
    of: (moment) => weekdayOf(moment.year, moment.dayOfYear) % 7,
  },
  h12: { width: 2, minimum: 1, maximum: 12, of: (moment) => hourOfTwelve(moment.hour) },
  CWW: { ...weekOfYear, of: (moment) => consecutiveWeekOf(moment.year, moment.dayOfYear) },
};

/** An hour of 0..23 as a clock with twelve shows it, 1..12. */
export function hourOfTwelve(hour: number): number {
  return hour % 12 === 0 ? 12 : hour % 12;
}

/** How many digits a token renders. */
export function dateTokenWidth(token: DateToken): number {
  return rules[token].width;
}

/** The token's digits at a moment. */
export function renderDateToken(token: DateToken, moment: Moment): string {
  const rule = rules[token];
  return String(rule.of(moment)).padStart(rule.width, "0");
}

/** The value that `digits` show for a token, or null when the token can never render them. */
export function readDateToken(token: DateToken, digits: string): number | null {
  const rule = rules[token];
  if (digits.length !== rule.width || !/^[0-9]+$/.test(digits)) return null;
  const value = Number(digits);
  return value < rule.minimum || value > rule.maximum ? null : value;
}
