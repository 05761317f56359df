import { fail } from "../../errors.ts";
import { momentOf } from "../patterns/moment.ts";
import { firstDayOf, lastDayOf, periodOf } from "./period.ts";
import type { PeriodPolicy } from "./period-of-name.ts";

/**
 * Whether a text is what `periodOf` gives for some moment, so that draws can come to a series of that
 * name. With `prefix` any text is.
 */
export function isPeriod(text: string, { reset, fiscalYearStart }: PeriodPolicy): boolean {
  if (reset === "never") return text === "";
  if (reset === "prefix") return true;
  // The years 1 to 9999 can begin or end within a period, so that not all of its days are moments.
  return [firstDayOf(text, fiscalYearStart), lastDayOf(text, fiscalYearStart)].some((day) => {
    if (day === null) return false;
    const moment = momentOf(day, "UTC", 0, fiscalYearStart);
    return moment.ok && periodOf(reset, moment.value) === text;
  });
}

/** Refuses a series that the sequence of that key can never count in. Fails: series_malformed. */
export function checkSeries(sequence: string, series: string, policy: PeriodPolicy): void {
  if (isPeriod(series, policy)) return;
  fail("series_malformed", { sequence, series, reset: policy.reset }, { pointer: "/series" });
}
