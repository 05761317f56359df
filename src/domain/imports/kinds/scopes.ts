import type { ApiScope } from "../../../db/caller.ts";
import type { ImportKind } from "../record.ts";

/** The scope that an import of each kind needs: that of the calls which would do the same. */
export const scopeOfKind: { readonly [Name in ImportKind]: ApiScope } = {
  odoo_products: "sequences:write",
  odoo_sequences: "sequences:write",
  odoo_lots: "lots:write",
  frappe_series: "sequences:write",
  erpnext_items: "sequences:write",
  erpnext_serials: "lots:write",
  erpnext_batches: "lots:write",
};
