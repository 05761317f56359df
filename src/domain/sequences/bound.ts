import { failureOfRefusal } from "../../errors.ts";
import type { SequenceDefinition } from "../definitions/definitions.ts";
import { bind, fits } from "../patterns/bind.ts";
import type { Moment } from "../patterns/moment.ts";
import { momentOf } from "../patterns/moment.ts";
import type { BoundForm } from "../patterns/pattern.ts";

/** The day and the fields of a document, as they are sent. */
export interface Document {
  /** RFC 3339 with an offset, or a bare date; now when left out. */
  readonly at?: string | undefined;
  readonly fields?: Readonly<Record<string, string>> | undefined;
}

/** The parts of a definition that decide a bound form. */
export type Binding = Pick<
  SequenceDefinition,
  "pattern" | "timeZone" | "fiscalYearStart" | "ceiling"
>;

/**
 * A sequence's pattern with a document's day and fields filled in. `pointer` is where the document
 * stands in the request. Fails: at_*, field_*, name_too_long.
 */
export function boundForm(
  definition: Binding,
  document: Document,
  now: number,
  pointer = "",
): { form: BoundForm; moment: Moment } {
  const moment = momentOf(document.at, definition.timeZone, now, definition.fiscalYearStart);
  if (!moment.ok) throw failureOfRefusal(moment, `${pointer}/at`);
  const present = momentOf(undefined, definition.timeZone, now, definition.fiscalYearStart);
  if (!present.ok) throw failureOfRefusal(present, `${pointer}/at`);
  const moments = { document: moment.value, period: moment.value, now: present.value };
  const form = bind(definition.pattern, moments, document.fields ?? {});
  if (!form.ok) throw failureOfRefusal(form, `${pointer}/fields`);
  const fitting = fits(form.value, definition.ceiling);
  if (!fitting.ok) throw failureOfRefusal(fitting, `${pointer}/fields`);
  return { form: form.value, moment: moment.value };
}
