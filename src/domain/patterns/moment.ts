import { dayOfYear, daysInMonth, epochSecondsOfDay, isLeapYear, isoWeekOf } from "./calendar.ts";
import { accept, refuse, type DateSource, type Refusal, type Result } from "./pattern.ts";
import { isTimeZone, wallClock, type WallClock } from "./zone.ts";

export { isTimeZone } from "./zone.ts";

/** One instant as a sequence's time zone and fiscal year see it: all that date tokens can show. */
export type Moment = WallClock & {
  /** 1..366 */
  readonly dayOfYear: number;
  /** 1..53 */
  readonly isoWeek: number;
  readonly isoYear: number;
  /** The calendar year in which the fiscal year begins. */
  readonly fiscalYearStart: number;
  /** The calendar year in which the fiscal year ends. */
  readonly fiscalYearEnd: number;
  /** `YYYY-MM-DD` */
  readonly date: string;
};

/**
 * The moments that one name can show. For a series that has no period, `period` is the document's
 * moment.
 */
export type Moments = Readonly<Record<DateSource, Moment>>;

export type FiscalYearStart = { readonly month: number; readonly day: number };

type Problem = "shape" | "plus" | "date" | "time" | "leap_second" | "offset";

const dateShape = /^([+-]?\d{4,})-(\d{2})-(\d{2})$/;
const dateTimeShape =
  /^([+-]?\d{4,})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.\d+)?(?:(Z)|([+-])(\d{2}):(\d{2}))$/i;
const localTimeShape = /^[+-]?\d{4,}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?$/i;
const fiscalShape = /^(\d{2})-(\d{2})$/;

/**
 * The moment that `at` names, in `timeZone`.
 *
 * - undefined: `now`, in epoch milliseconds.
 * - a date-time with offset by RFC 3339 (`2026-01-01T13:04:05Z`), converted; fractions of a second
 *   are dropped, and a leap second (`:60`) is refused, as no later step could tell it from another.
 * - a bare date (`2026-01-01`): the beginning of that day, taken as it is.
 *
 * Fails with `at_malformed` {at, problem}, `at_without_offset` {at}, `at_out_of_range` {at, minimum,
 * maximum} when a year (calendar or fiscal) is outside 1..9999 once converted, `time_zone_unknown`,
 * `fiscal_year_start_malformed`.
 */
export function momentOf(
  at: string | undefined,
  timeZone: string,
  now: number,
  fiscalYearStart = "01-01",
): Result<Moment> {
  const fiscal = parseFiscalYearStart(fiscalYearStart);
  if (!fiscal.ok) return fiscal;
  if (!isTimeZone(timeZone)) {
    return refuse("time_zone_unknown", { time_zone: shortened(timeZone) }, "/time_zone");
  }
  if (at === undefined) return fromInstant(now / 1000, timeZone, fiscal.value, String(now));

  const date = dateShape.exec(at);
  if (date !== null) {
    const [, year = "", month = "", day = ""] = date;
    const refusal = checkDate(at, year, month, day);
    if (refusal !== null) return refusal;
    const midnight = { hour: 0, minute: 0, second: 0 };
    const clock = { year: Number(year), month: Number(month), day: Number(day), ...midnight };
    return fromWallClock(clock, fiscal.value, at);
  }

  const dateTime = dateTimeShape.exec(at);
  if (dateTime === null) {
    if (localTimeShape.test(at)) return refuse("at_without_offset", { at: shortened(at) }, "/at");
    return malformed(at, dateTimeShape.test(at.replace(" ", "+")) ? "plus" : "shape");
  }
  const [, year = "", month = "", day = "", hour, minute, second, , sign, ahead, aheadMinutes] =
    dateTime;
  const refusal = checkDate(at, year, month, day);
  if (refusal !== null) return refusal;
  if (Number(hour) > 23 || Number(minute) > 59) return malformed(at, "time");
  if (Number(second) > 59) return malformed(at, Number(second) === 60 ? "leap_second" : "time");
  // RFC 3339 section 5.6: an offset is written as an hour of 00..23 and a minute of 00..59.
  const offsetHours = Number(ahead ?? 0);
  const offsetMinutes = Number(aheadMinutes ?? 0);
  if (offsetHours > 23 || offsetMinutes > 59) return malformed(at, "offset");
  const offset = (sign === "-" ? -1 : 1) * (offsetHours * 60 + offsetMinutes) * 60;
  const ofDay = (Number(hour) * 60 + Number(minute)) * 60 + Number(second);
  const ofDate = epochSecondsOfDay(Number(year), Number(month), Number(day));
  return fromInstant(ofDate + ofDay - offset, timeZone, fiscal.value, at);
}

/**
 * The day on which fiscal years begin, from `MM-DD`. A day that some years lack (02-29) is refused
 * as one that no year has: `fiscal_year_start_malformed` {fiscal_year_start, problem}.
 */
export function parseFiscalYearStart(text: string): Result<FiscalYearStart> {
  const match = fiscalShape.exec(text);
  const month = Number(match?.[1]);
  const day = Number(match?.[2]);
  if (match !== null && day >= 1 && day <= daysInMonth(false, month)) {
    return accept({ month, day });
  }
  const problem = match === null ? "shape" : text === "02-29" ? "leap_day" : "date";
  const facts = { fiscal_year_start: shortened(text), problem };
  return refuse("fiscal_year_start_malformed", facts, "/fiscal_year_start");
}

function checkDate(at: string, year: string, month: string, day: string): Refusal | null {
  if (year.length !== 4 || Number(year) === 0) return outOfRange(at);
  const days = daysInMonth(isLeapYear(Number(year)), Number(month));
  return Number(day) < 1 || Number(day) > days ? malformed(at, "date") : null;
}

function fromInstant(
  epochSeconds: number,
  timeZone: string,
  fiscal: FiscalYearStart,
  at: string,
): Result<Moment> {
  const clock = wallClock(Math.floor(epochSeconds), timeZone);
  return clock === null ? outOfRange(at) : fromWallClock(clock, fiscal, at);
}

function fromWallClock(clock: WallClock, fiscal: FiscalYearStart, at: string): Result<Moment> {
  const { year, month, day } = clock;
  const begun = month > fiscal.month || (month === fiscal.month && day >= fiscal.day);
  const fiscalYearStart = begun ? year : year - 1;
  const isCalendarYear = fiscal.month === 1 && fiscal.day === 1;
  const fiscalYearEnd = isCalendarYear ? fiscalYearStart : fiscalYearStart + 1;
  // `fiscalYearStart` is the lowest of the years here, `fiscalYearEnd` the highest.
  if (fiscalYearStart < 1 || fiscalYearEnd > 9999) return outOfRange(at);
  const ordinal = dayOfYear(year, month, day);
  return accept({
    ...clock,
    dayOfYear: ordinal,
    ...isoWeekOf(year, ordinal),
    fiscalYearStart,
    fiscalYearEnd,
    date: `${padded(year, 4)}-${padded(month, 2)}-${padded(day, 2)}`,
  });
}

function malformed(at: string, problem: Problem): Refusal {
  return refuse("at_malformed", { at: shortened(at), problem }, "/at");
}

function outOfRange(at: string): Refusal {
  const facts = { at: shortened(at), minimum: "0001", maximum: "9999" };
  return refuse("at_out_of_range", facts, "/at");
}

function padded(value: number, width: number): string {
  return String(value).padStart(width, "0");
}

/** Enough of what was sent to recognise it by. */
function shortened(text: string): string {
  return text.slice(0, 64);
}
