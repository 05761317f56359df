import type { DateToken } from "../patterns/pattern.ts";

/** What of a moment a token goes by. */
export type ClockPart = "day" | "hour" | "minute" | "second";

type TokenRule = {
  readonly shows: ClockPart;
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

/** What of a moment a token goes by; what is no day tells no two days apart. */
export function clockPartOf(token: DateToken): ClockPart {
  return rules[token].shows;
}

/**
 * The calendar years whose days can show a value of a token, or for tokens of two digits years of the
 * same kind; null for a token that shows no year.
 */
export function yearsShowing(token: DateToken, value: number): readonly number[] | null {
  return rules[token].years?.(value) ?? null;
}
