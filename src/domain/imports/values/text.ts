import { attributeBytes, attributesFit } from "../../lots/attributes.ts";
import { checkName } from "../../patterns/names.ts";
import { plainTextProblem } from "../../plain-text.ts";
import { isSku, skuRule } from "../../products/sku.ts";
import { attributePrefix } from "../table/columns.ts";
import type { Cells } from "../table/cells.ts";

/** Characters of the longest text that people read: the name of a product, a location. */
const longestText = 200;

/**
 * A text that people read, spaces around it left out; null when empty. Refuses: import_text,
 * import_value_too_long.
 */
export function plainTextOf<Field extends string>(
  cells: Cells<Field>,
  field: Field,
): string | null {
  const value = cells.text(field).trim();
  if (value === "") return null;
  if (value.length > longestText) {
    cells.refuse(field, "import_value_too_long", { length: value.length, limit: longestText });
  }
  const rule = plainTextProblem(value);
  return rule === null ? value : cells.refuse(field, "import_text", { field, value, rule });
}

/** The name of a lot, never changed. Refuses: import_value_missing, name_*. */
export function lotNameOf<Field extends string>(cells: Cells<Field>, field: Field): string {
  if (cells.text(field) === "") cells.refuse(field, "import_value_missing", { field });
  return checkedName(cells, field, cells.text(field));
}

/** A text that has to be a name; `field` is where it comes from. Refuses: name_*. */
export function checkedName<Field extends string>(
  cells: Cells<Field>,
  field: Field,
  text: string,
): string {
  const name = checkName(text);
  if (name.ok) return name.value;
  return cells.refuseAs(field, name);
}

/** A SKU, never changed. Refuses: import_product_nameless, import_text. */
export function skuOf<Field extends string>(cells: Cells<Field>, field: Field): string {
  if (cells.isBlank(field)) cells.refuse(field, "import_product_nameless", {});
  return checkedSku(cells, field, cells.text(field));
}

/** A text that has to be a SKU; `field` is where it comes from. Refuses: import_text. */
export function checkedSku<Field extends string>(
  cells: Cells<Field>,
  field: Field,
  value: string,
): string {
  if (isSku(value)) return value;
  return cells.refuse(field, "import_text", { field, value, rule: skuRule });
}

/** What is kept of a lot besides: `more`, and every `attributes.` field that is not empty. */
export function attributesOf(
  cells: Cells<string>,
  more: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> | null {
  const attributes = Object.entries(more);
  for (const field of cells.fields()) {
    if (!field.startsWith(attributePrefix) || cells.isBlank(field)) continue;
    const value = cells.text(field).trim();
    const rule = plainTextProblem(value);
    if (rule !== null) cells.refuse(field, "import_text", { field, value, rule });
    attributes.push([field.slice(attributePrefix.length), value]);
  }
  if (attributes.length === 0) return null;
  const made = Object.fromEntries(attributes);
  if (!attributesFit(made))
    cells.refuse(null, "import_attributes", { limit_bytes: attributeBytes });
  return made;
}
