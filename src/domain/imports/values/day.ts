import { isDay } from "../../patterns/calendar.ts";
import type { Cells } from "../table/cells.ts";

const isoForm = "yyyy-mm-dd";

/**
 * The forms in which Frappe shows dates (frappe/core/doctype/system_settings/system_settings.json),
 * and where year, month and day stand in each.
 */
const forms: Readonly<Record<string, readonly [RegExp, year: number, month: number, day: number]>> =
  {
    [isoForm]: [/^(\d{4})-(\d{2})-(\d{2})$/, 1, 2, 3],
    "dd-mm-yyyy": [/^(\d{2})-(\d{2})-(\d{4})$/, 3, 2, 1],
    "dd/mm/yyyy": [/^(\d{2})\/(\d{2})\/(\d{4})$/, 3, 2, 1],
    "dd.mm.yyyy": [/^(\d{2})\.(\d{2})\.(\d{4})$/, 3, 2, 1],
    "mm/dd/yyyy": [/^(\d{2})\/(\d{2})\/(\d{4})$/, 3, 1, 2],
    "mm-dd-yyyy": [/^(\d{2})-(\d{2})-(\d{4})$/, 3, 1, 2],
  };

/** A time of day behind a date. */
const time = /[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?$/;

/**
 * A day as YYYY-MM-DD, without the time behind it; null when empty. It is written that way too, but
 * for the columns of a template that names another form. Refuses: import_day.
 */
export function dayOf<Field extends string>(cells: Cells<Field>, field: Field): string | null {
  if (cells.isBlank(field)) return null;
  const value = cells.text(field).trim();
  const named = cells.dateForm(field)?.trim().toLowerCase() ?? "";
  const form = Object.hasOwn(forms, named) ? named : isoForm;
  const [shape, year, month, day] = forms[form] ?? [/^$/, 0, 0, 0];
  const parts = shape.exec(value.replace(time, ""));
  const text = parts === null ? "" : `${parts[year]}-${parts[month]}-${parts[day]}`;
  return isDay(text) ? text : cells.refuse(field, "import_day", { field, value, form });
}
