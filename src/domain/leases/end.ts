import { fail } from "../../errors.ts";
import type { SequenceDefinition } from "../definitions/definitions.ts";
import { dateShower } from "../overlap/days-alike.ts";
import { daysOfYear } from "../overlap/moments-showing.ts";
import type { Moment } from "../patterns/moment.ts";
import type { DateToken } from "../patterns/pattern.ts";
import { periodOf } from "../sequences/period.ts";

/** Date tokens that show a time of day. */
const timesOfDay: ReadonlySet<DateToken> = new Set(["hh", "h12", "mm", "ss"]);

/** The parts of a definition that decide how long a bound form holds. */
type Dated = Pick<SequenceDefinition, "key" | "pattern" | "reset" | "fiscalYearStart">;

/**
 * The first day, as `YYYY-MM-DD`, on which names would show another date than today, or come from the series of
 * another period; null when no day is one. The holder of a lease renders names on any day, so it ends there, and
 * at the latest with the calendar. Fails: lease_shows_time.
 */
export function dayOfOtherForm(definition: Dated, today: Moment): string | null {
  const { pattern, reset, fiscalYearStart } = definition;
  const dates = pattern.parts.filter((part) => part.kind === "date");
  if (dates.some(({ token, of }) => of !== "period" && timesOfDay.has(token))) {
    return fail("lease_shows_time", { sequence: definition.key });
  }
  const show = dateShower(reset, fiscalYearStart);
  const shown = (day: Moment): string =>
    [periodOf(reset, day), ...dates.map((date) => show(date, day))].join("\n");
  const ofToday = shown(today);
  // Whatever shows a date at all shows another one within a year.
  for (const year of [today.year, today.year + 1]) {
    for (const day of daysOfYear(year, fiscalYearStart)) {
      if (day.date > today.date && shown(day) !== ofToday) return day.date;
    }
  }
  return null;
}
