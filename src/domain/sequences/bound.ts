import { failureOfRefusal } from "../../errors.ts";
import type { SequenceDefinition } from "../definitions/definitions.ts";
import { bind, fits } from "../patterns/bind.ts";
import type { Moment } from "../patterns/moment.ts";
import { momentOf } from "../patterns/moment.ts";
import type { BoundForm } from "../patterns/pattern.ts";
import { firstDayOf, periodOf } from "./period.ts";

/** The day and the fields of a document, as they are sent. */
export interface Document {
  /** RFC 3339 with an offset, or a bare date; now when left out. */
  readonly at?: string | undefined;
  readonly fields?: Readonly<Record<string, string>> | undefined;
}

/** The parts of a definition that decide a bound form. */
export type Binding = Pick<
  SequenceDefinition,
  "pattern" | "reset" | "timeZone" | "fiscalYearStart" | "ceiling"
>;

/** A pattern with a document filled in, and the period whose series its numbers come from. */
export interface Bound {
  readonly form: BoundForm;
  readonly moment: Moment;
  /** Empty for a sequence that never resets. */
  readonly period: string;
}

/**
 * A sequence's pattern with a document's day and fields filled in. `pointer` is where the document
 * stands in the request. Fails: at_*, field_*, name_too_long.
 */
export function boundForm(
  definition: Binding,
  document: Document,
  now: number,
  pointer = "",
): Bound {
  const { pattern, reset, fiscalYearStart, ceiling } = definition;
  const momentAt = (at: string | undefined) => momentOfDocument(definition, { at }, now, pointer);
  const moment = momentAt(document.at);
  const first = firstDayOf(periodOf(reset, moment), fiscalYearStart);
  const moments = {
    document: moment,
    period: first === null ? moment : momentAt(first),
    now: document.at === undefined ? moment : momentAt(undefined),
  };
  const form = bind(pattern, moments, document.fields ?? {});
  if (!form.ok) throw failureOfRefusal(form, `${pointer}/fields`);
  const fitting = fits(form.value, ceiling);
  if (!fitting.ok) throw failureOfRefusal(fitting, `${pointer}/fields`);
  return { form: form.value, moment, period: periodOf(reset, moment, form.value.prefix) };
}

/** A document's moment as its sequence sees it. Fails: at_*. */
export function momentOfDocument(
  { timeZone, fiscalYearStart }: Pick<Binding, "timeZone" | "fiscalYearStart">,
  { at }: Pick<Document, "at">,
  now: number,
  pointer = "",
): Moment {
  const moment = momentOf(at, timeZone, now, fiscalYearStart);
  if (!moment.ok) throw failureOfRefusal(moment, `${pointer}/at`);
  return moment.value;
}
