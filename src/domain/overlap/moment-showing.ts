import { daysInMonth, isLeapYear } from "../patterns/calendar.ts";
import { momentOf, type Moment } from "../patterns/moment.ts";
import type { DateToken } from "../patterns/pattern.ts";
import { renderDateToken } from "../patterns/tokens.ts";
import { digits, digitsOf, only, type CharacterSet } from "./character-set.ts";
import { spend, type Effort } from "./effort.ts";

/** Which digits a date token can show, one set for each. */
export type Shown = { readonly token: DateToken; readonly sets: readonly CharacterSet[] };

/**
 * A moment on the sequence's clock that shows all of these. Null when there is certainly none;
 * undefined when none was found among those that were tried.
 */
export type FindMoment = (shown: readonly Shown[], effort: Effort) => Moment | null | undefined;

type TokenRule = {
  /** What of a moment the token goes by. */
  readonly shows: "day" | "hour" | "minute" | "second";
  /** In which calendar years the days lie that show a value; for tokens that show a year. */
  readonly years?: (value: number) => readonly number[];
};

/** The calendar comes again after 400 years, so the years of four centuries stand for all. */
const centuries = [2000, 2100, 2200, 2300] as const;
const ofCenturies = (value: number): readonly number[] => centuries.map((first) => first + value);

const rules: Readonly<Record<DateToken, TokenRule>> = {
  YYYY: { shows: "day", years: (year) => [year] },
  YY: { shows: "day", years: ofCenturies },
  MM: { shows: "day" },
  DD: { shows: "day" },
  DOY: { shows: "day" },
  hh: { shows: "hour" },
  h12: { shows: "hour" },
  mm: { shows: "minute" },
  ss: { shows: "second" },
  WW: { shows: "day" },
  CWW: { shows: "day" },
  WOY: { shows: "day" },
  DOW: { shows: "day" },
  GGGG: { shows: "day", years: (year) => [year, year - 1, year + 1] },
  FY: { shows: "day", years: (year) => [year, year + 1] },
  FYE: { shows: "day", years: (year) => [year, year - 1] },
  FY2: { shows: "day", years: (year) => [year, year + 1].flatMap(ofCenturies) },
  FYE2: { shows: "day", years: (year) => [year, year - 1].flatMap(ofCenturies) },
};

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

/** Whether a token shows the day; the others show the time, which tells no two days apart. */
export function showsDay(token: DateToken): boolean {
  return rules[token].shows === "day";
}

/** A token of which the first digits are known. */
export function shownText(token: DateToken, width: number, text: string): Shown {
  return {
    token,
    sets: Array.from({ length: width }, (_, at) =>
      at < text.length ? only(text.charAt(at)) : digits,
    ),
  };
}

/** Finds moments of a sequence whose fiscal years begin on `fiscalYearStart`, as `MM-DD`. */
export function momentFinder(fiscalYearStart: string): FindMoment {
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

  return (shown, effort) => {
    if (sample.ok && canShow(sample.value, shown, "day")) return atTimeOf(shown, sample.value);
    const key = shown.map(({ token, sets }) => `${token}${sets.join(".")}`).join(" ");
    if (found.has(key)) return found.get(key);
    const { years, areAll } = yearsOf(shown);
    for (const year of years) {
      if (effort.left < 0) return undefined;
      for (const day of daysIn(year, effort)) {
        if (!canShow(day, shown, "day")) continue;
        const moment = atTimeOf(shown, day);
        found.set(key, moment);
        return moment;
      }
    }
    const none = areAll ? null : undefined;
    found.set(key, none);
    return none;
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

/**
 * The calendar years in which a day can lie that shows all of these: as a year of four digits says,
 * if one is shown, since those of two only stand for others of the same kind.
 */
function yearsOf(shown: readonly Shown[]): {
  readonly years: readonly number[];
  readonly areAll: boolean;
} {
  const told = shown.flatMap(({ token, sets }) => {
    const yearsOfValue = rules[token].years;
    if (yearsOfValue === undefined || sets.every((set) => set === digits)) return [];
    const values = textsOf(sets, mostValues + 1);
    const years = values.slice(0, mostValues).flatMap((value) => yearsOfValue(Number(value)));
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
  const hour = firstBelow(24, (hour) => canShow({ ...day, hour }, shown, "hour"));
  const minute = firstBelow(60, (minute) => canShow({ ...day, minute }, shown, "minute"));
  const second = firstBelow(60, (second) => canShow({ ...day, second }, shown, "second"));
  if (hour === null || minute === null || second === null) return null;
  return { ...day, hour, minute, second };
}

function canShow(moment: Moment, shown: readonly Shown[], what: TokenRule["shows"]): boolean {
  return shown.every(({ token, sets }) => {
    if (rules[token].shows !== what) return true;
    const text = renderDateToken(token, moment);
    return sets.every((set, at) => (set & only(text.charAt(at))) !== 0);
  });
}

function firstBelow(limit: number, isRight: (value: number) => boolean): number | null {
  for (let value = 0; value < limit; value += 1) if (isRight(value)) return value;
  return null;
}

function padded(value: number, width: number): string {
  return String(value).padStart(width, "0");
}
