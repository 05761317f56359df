import { daysInMonth, isLeapYear } from "../patterns/calendar.ts";
import { momentOf, type Moment, type Moments } from "../patterns/moment.ts";
import type { DatePart } from "../patterns/pattern.ts";
import { dateTokenWidth, renderDateToken } from "../patterns/tokens.ts";
import { digits, digitsOf, only, type CharacterSet } from "./character-set.ts";
import { spend, type Effort } from "./effort.ts";
import { periodBegin, type PeriodBegin } from "./period-begin.ts";
import { clockPartOf, yearsShowing, type ClockPart } from "./token-clock.ts";
import type { PatternVersion } from "./version.ts";

/** Which digits a date can show, one set for each. */
export type Shown = { readonly date: DatePart; readonly sets: readonly CharacterSet[] };

/**
 * Moments of a sequence with which a name shows all of these. Null when there are certainly none;
 * undefined when none were found among those that were tried.
 */
export type FindMoments = (shown: readonly Shown[], effort: Effort) => Moments | null | undefined;

type FindMoment = (shown: readonly Shown[], effort: Effort) => Moment | null | undefined;

/** Tried first: a day on which most date tokens differ. */
const sampleDay = "2026-11-24";
const sampleYear = 2026;

/**
 * Years of all kinds: in any 28 in a row without a skipped leap day, one begins on each weekday at
 * each place of the cycle of leap years. What is no year looks the same in all years of a kind.
 */
const anyYear: readonly number[] = Array.from({ length: 28 }, (_, index) => sampleYear + index);

/** Values of one token that are tried. */
const mostValues = 40;

/** A date of which the first digits are known. */
export function shownText(date: DatePart, text: string): Shown {
  const sets = Array.from({ length: dateTokenWidth(date.token) }, (_, at) =>
    at < text.length ? only(text.charAt(at)) : digits,
  );
  return { date, sets };
}

/**
 * Finds moments of the sequence of a version. The day of the document decides the beginning of its
 * period; now is any moment.
 */
export function momentsFinder({ reset, fiscalYearStart }: PatternVersion): FindMoments {
  const begin = periodBegin(reset, fiscalYearStart);
  const find = momentFinder(begin, fiscalYearStart);
  // A series without a period shows the document's moment for it.
  const hasPeriod = reset !== "never" && reset !== "prefix";
  return (shown, effort) => {
    const ofNow = shown.filter(({ date }) => date.of === "now").map(ofDocument);
    const others = shown.filter(({ date }) => date.of !== "now");
    const now = find(ofNow, effort);
    const document = find(hasPeriod ? others : others.map(ofDocument), effort);
    if (now === null || document === null) return null;
    if (now === undefined || document === undefined) return undefined;
    return { document, period: begin(document), now };
  };
}

/** Every day of a year at its beginning; of the years 1 and 9999 those that have a fiscal year. */
export function* daysOfYear(year: number, fiscalYearStart: string): Generator<Moment> {
  for (let month = 1; month <= 12; month += 1) {
    for (let day = 1; day <= daysInMonth(isLeapYear(year), month); day += 1) {
      const date = [padded(year, 4), padded(month, 2), padded(day, 2)].join("-");
      const moment = momentOf(date, "UTC", 0, fiscalYearStart);
      if (moment.ok) yield moment.value;
    }
  }
}

function ofDocument({ date: { kind, token }, sets }: Shown): Shown {
  return { date: { kind, token }, sets };
}

/** Finds the document's moment, which shows the beginning of its period as well. */
function momentFinder(begin: PeriodBegin, fiscalYearStart: string): FindMoment {
  const sample = momentOf(sampleDay, "UTC", 0, fiscalYearStart);
  const found = new Map<string, Moment | null | undefined>();
  const kept = new Map<number, readonly Moment[]>();
  const daysIn = (year: number, effort: Effort): Iterable<Moment> => {
    const known = kept.get(year);
    spend(effort, known === undefined ? 50 : 5);
    if (known !== undefined) return known;
    const days = [...daysOfYear(year, fiscalYearStart)];
    if (anyYear.includes(year)) kept.set(year, days);
    return days;
  };
  const isDayOf = (day: Moment, shown: readonly Shown[]): boolean =>
    shown.every((each) =>
      each.date.of === "period" ? canShow(begin(day), each) : canShowPart(day, each, "day"),
    );

  return (shown, effort) => {
    if (sample.ok && isDayOf(sample.value, shown)) return atTimeOf(shown, sample.value);
    const key = shown.map(({ date, sets }) => [date.token, date.of, ...sets].join(".")).join(" ");
    if (found.has(key)) return found.get(key);
    const { years, areAll } = yearsOf(shown);
    let moment: Moment | null | undefined = areAll ? null : undefined;
    for (const year of years) {
      if (effort.left < 0) return undefined;
      const day = firstOf(daysIn(year, effort), (each) => isDayOf(each, shown));
      if (day === undefined) continue;
      moment = atTimeOf(shown, day);
      break;
    }
    found.set(key, moment);
    return moment;
  };
}

/**
 * The calendar years in which a day can lie that shows all of these: as a year of four digits says,
 * if one is shown, since those of two only stand for others of the same kind.
 */
function yearsOf(shown: readonly Shown[]): {
  readonly years: readonly number[];
  readonly areAll: boolean;
} {
  const told = shown.flatMap(({ date: { token, of }, sets }) => {
    if (yearsShowing(token, 1) === null || sets.every((set) => set === digits)) return [];
    const values = textsOf(sets, mostValues + 1);
    const years = values
      .slice(0, mostValues)
      .flatMap((value) => yearsShowing(token, Number(value)) ?? [])
      // A day lies in the year in which its period begins, or in the next one.
      .flatMap((year) => (of === "period" ? [year, year + 1] : [year]));
    const areAll = values.length <= mostValues;
    return [{ years: [...new Set(years)], areAll, digits: sets.length }];
  });
  const [first] = told.toSorted(
    (one, other) => other.digits - one.digits || one.years.length - other.years.length,
  );
  return first ?? { years: anyYear, areAll: true };
}

/** The first texts, up to so many, that the sets allow. */
function textsOf(sets: readonly CharacterSet[], limit: number): readonly string[] {
  let texts: readonly string[] = [""];
  for (const set of sets) {
    texts = texts.flatMap((text) => digitsOf(set).map((digit) => text + digit)).slice(0, limit);
  }
  return texts;
}

/** The day at a time that shows these; null when none of the day does. */
function atTimeOf(shown: readonly Shown[], day: Moment): Moment | null {
  const ofDay = shown.filter(({ date }) => date.of === undefined);
  const first = (limit: number, what: ClockPart): number | undefined =>
    firstOf(Array(limit).keys(), (value) =>
      ofDay.every((each) => canShowPart({ ...day, [what]: value }, each, what)),
    );
  const [hour, minute, second] = [first(24, "hour"), first(60, "minute"), first(60, "second")];
  if (hour === undefined || minute === undefined || second === undefined) return null;
  return { ...day, hour, minute, second };
}

/** Whether a token shows a moment within its sets, if it goes by that part of it. */
function canShowPart(moment: Moment, shown: Shown, what: ClockPart): boolean {
  return clockPartOf(shown.date.token) !== what || canShow(moment, shown);
}

function canShow(moment: Moment, { date: { token }, sets }: Shown): boolean {
  const text = renderDateToken(token, moment);
  return sets.every((set, at) => (set & only(text.charAt(at))) !== 0);
}

function firstOf<Value>(
  values: Iterable<Value>,
  isRight: (value: Value) => boolean,
): Value | undefined {
  for (const value of values) if (isRight(value)) return value;
  return undefined;
}

function padded(value: number, width: number): string {
  return String(value).padStart(width, "0");
}
