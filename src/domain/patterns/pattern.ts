/**
 * The date tokens, by their native names where the native dialect has them. Each renders digits of one
 * fixed width.
 */
export type DateToken =
  | "YYYY"
  | "YY"
  | "MM"
  | "DD"
  | "DOY"
  | "hh"
  | "mm"
  | "ss"
  | "WW"
  | "GGGG"
  | "FY"
  | "FYE"
  | "FY2"
  | "FYE2"
  /** Week of the year, 00..53: weeks begin on Monday, the days before the first one are 00. */
  | "WOY"
  /** Day of the week, 0..6 from Sunday. */
  | "DOW"
  /** Hour, 01..12. */
  | "h12"
  /** ISO week, but 00 and 53 for the days that ISO 8601 counts to the year before and after. */
  | "CWW";

/**
 * The moment that a date token shows: the document's, the first day of its series' period, or now,
 * whatever day the document has.
 */
export type DateSource = "document" | "period" | "now";

export type TextPart = { readonly kind: "text"; readonly text: string };
export type DatePart = {
  readonly kind: "date";
  readonly token: DateToken;
  /** Left out for the document's moment. */
  readonly of?: Exclude<DateSource, "document">;
};
export type FieldPart = { readonly kind: "field"; readonly name: string };
export type CounterPart = { readonly kind: "counter"; readonly width: number };
export type Part = TextPart | DatePart | FieldPart | CounterPart;

/**
 * How a number becomes a name, whatever dialect it was written in. Made by `checkPattern` only, so
 * it has exactly one counter, of `width` digits at least, and gives different numbers different
 * names, up to its `highestNumber`.
 */
export type Pattern = { readonly parts: readonly Part[]; readonly width: number };

/** A pattern with its date tokens and fields filled in: prefix + zero-padded number + suffix. */
export type BoundForm = {
  readonly prefix: string;
  readonly width: number;
  readonly suffix: string;
};

/**
 * The highest number of any counter: 18 digits, so that every sum and product of numbers, steps and
 * counts fits a Postgres `bigint`.
 */
export const maximumNumber = 999_999_999_999_999_999n;

/** Characters (code points) of the longest name. */
export const maximumNameLength = 128;

/** Characters of the longest pattern text. */
export const maximumPatternLength = 200;

/** Digits of the widest counter: as many as `maximumNumber` has. */
export const maximumCounterWidth = 18;

/** Characters of the longest value of a field. */
export const maximumFieldLength = 64;

export type RefusalCode =
  | "pattern_empty"
  | "pattern_too_long"
  | "pattern_character"
  | "pattern_unclosed_brace"
  | "pattern_stray_brace"
  | "pattern_unknown_token"
  | "pattern_without_counter"
  | "pattern_two_counters"
  | "pattern_counter_too_wide"
  | "pattern_padding"
  | "pattern_field_name"
  | "pattern_field_touches_counter"
  | "pattern_name_too_long"
  | "pattern_edge_space"
  | "pattern_lone_percent"
  | "pattern_percent_format"
  | "pattern_unknown_key"
  | "pattern_series_character"
  | "pattern_series_brace"
  | "pattern_series_counter"
  | "pattern_series_affixes"
  | "at_malformed"
  | "at_without_offset"
  | "at_out_of_range"
  | "time_zone_unknown"
  | "fiscal_year_start_malformed"
  | "field_missing"
  | "field_value"
  | "name_empty"
  | "name_too_long"
  | "name_character"
  | "name_not_nfc"
  | "name_edge_space"
  | "name_reserved_dots"
  | "count_out_of_range"
  | "number_overflow";

export type Facts = Readonly<Record<string, string | number | readonly string[]>>;

/** Why something was refused. `pointer` is the JSON pointer of the usual place in a request. */
export type Refusal = {
  readonly ok: false;
  readonly code: RefusalCode;
  readonly facts: Facts;
  readonly pointer?: string;
};

export type Result<T> = { readonly ok: true; readonly value: T } | Refusal;

export function accept<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function refuse(code: RefusalCode, facts: Facts, pointer?: string): Refusal {
  return pointer === undefined ? { ok: false, code, facts } : { ok: false, code, facts, pointer };
}
