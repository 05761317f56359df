import type { Cells } from "../table/cells.ts";

/**
 * One of several values, each known by the texts that systems write for it, letter case aside.
 * `whenBlank` stands for an empty value. Refuses: import_choice.
 */
export function choiceOf<Field extends string, Value>(
  cells: Cells<Field>,
  field: Field,
  texts: Readonly<Record<string, Value>>,
  whenBlank: Value,
): Value {
  if (cells.isBlank(field)) return whenBlank;
  const value = cells.text(field).trim();
  const known = Object.entries(texts).find(([text]) => text.toLowerCase() === value.toLowerCase());
  if (known !== undefined) return known[1];
  return cells.refuse(field, "import_choice", { field, value, known: Object.keys(texts) });
}

const yes = /^(?:1|true|yes|y|t)$/i;
const no = /^(?:0|false|no|n|f)?$/i;

/** Yes or no, as Odoo (True, False) and Frappe (1, 0) write it; no when empty. Refuses: import_flag. */
export function flagOf<Field extends string>(cells: Cells<Field>, field: Field): boolean {
  const value = cells.text(field).trim();
  if (yes.test(value)) return true;
  if (no.test(value)) return false;
  return cells.refuse(field, "import_flag", { field, value });
}
