import { momentOf, type Moment } from "../patterns/moment.ts";
import { firstDayOf, periodOf, type Reset } from "../sequences/period.ts";

/** The moment that tokens of the period show for a document of a day. */
export type PeriodBegin = (day: Moment) => Moment;

/** For a reset: the beginning of the day's period; the day itself when the series has no period. */
export function periodBegin(reset: Reset, fiscalYearStart: string): PeriodBegin {
  const found = new Map<string, Moment>();
  return (day) => {
    const period = periodOf(reset, day);
    const known = found.get(period);
    if (known !== undefined) return known;
    const first = firstDayOf(period, fiscalYearStart);
    if (first === null) return day;
    const moment = momentOf(first, "UTC", 0, fiscalYearStart);
    if (!moment.ok) return day;
    found.set(period, moment.value);
    return moment.value;
  };
}
