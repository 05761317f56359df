import { failureOfRefusal } from "../../errors.ts";
import type { PatternVersion } from "../overlap/version.ts";
import { parseFrappe } from "../patterns/frappe.ts";
import { parseFiscalYearStart } from "../patterns/moment.ts";
import type { Pattern } from "../patterns/pattern.ts";
import { highestNumber } from "../patterns/rules.ts";
import { namingSeries } from "./sequence.ts";

/** A naming series as Frappe writes it, such as `SINV-.YYYY.-.#####`, and what holds for it. */
export interface SeriesInput {
  readonly series: string;
  /** `MM-DD`: what `FY` goes by. */
  readonly fiscal_year_start: string;
  /** Whether its names may be names of other patterns, too. */
  readonly allow_overlap: boolean;
}

/** The same once it is read. */
export interface SentSeries {
  readonly text: string;
  readonly fiscalYearStart: string;
  readonly allowOverlap: boolean;
  readonly pattern: Pattern;
  /** The last number that it can show. */
  readonly last: bigint;
}

/** Fails: fiscal_year_start_malformed, pattern_*. */
export function readSeries({ series, fiscal_year_start, allow_overlap }: SeriesInput): SentSeries {
  const fiscal = parseFiscalYearStart(fiscal_year_start);
  if (!fiscal.ok) throw failureOfRefusal(fiscal, "/fiscal_year_start");
  const pattern = parseFrappe(series, fiscal_year_start);
  if (!pattern.ok) throw failureOfRefusal(pattern, "/series");
  return {
    text: series,
    fiscalYearStart: fiscal_year_start,
    allowOverlap: allow_overlap,
    pattern: pattern.value,
    last: highestNumber(pattern.value),
  };
}

/** What decides which names it can give. */
export function versionOf({ text, pattern, last, fiscalYearStart }: SentSeries): PatternVersion {
  return {
    sequence: namingSeries,
    counter: namingSeries,
    pattern,
    first: 1n,
    last,
    reset: "prefix",
    fiscalYearStart,
    series: text,
  };
}
