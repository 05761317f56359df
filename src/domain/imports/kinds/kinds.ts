import type { Kind } from "../kind.ts";
import type { ImportKind, RecordOfKind } from "../record.ts";
import { erpnextBatches } from "./erpnext-batches.ts";
import { erpnextItems } from "./erpnext-items.ts";
import { erpnextSerials } from "./erpnext-serials.ts";
import { frappeSeries } from "./frappe-series.ts";
import { odooLots } from "./odoo-lots.ts";
import { odooProducts } from "./odoo-products.ts";
import { odooSequences } from "./odoo-sequences.ts";

/** Every kind of file that can be imported. */
export const kinds: { readonly [Name in ImportKind]: Kind<string, RecordOfKind[Name]> } = {
  odoo_products: odooProducts,
  odoo_sequences: odooSequences,
  odoo_lots: odooLots,
  frappe_series: frappeSeries,
  erpnext_items: erpnextItems,
  erpnext_serials: erpnextSerials,
  erpnext_batches: erpnextBatches,
};

/** The names of the kinds. */
export const importKinds: readonly ImportKind[] = Object.keys(kinds).filter(isImportKind);

/** Whether a text names a kind. */
export function isImportKind(text: string): text is ImportKind {
  return Object.hasOwn(kinds, text);
}

/** The kinds that take a parameter which only some take. */
export function kindsThatTake(parameter: string): readonly ImportKind[] {
  return importKinds.filter((name) => kinds[name].parameters.some((one) => one === parameter));
}
