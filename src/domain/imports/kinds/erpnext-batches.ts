import type { Kind } from "../kind.ts";
import type { LotRecord } from "../record.ts";
import { dayOf } from "../values/day.ts";
import { quantityOf } from "../values/number.ts";
import { attributesOf, lotNameOf, skuOf } from "../values/text.ts";

type Field =
  | "name"
  | "product"
  | "quantity"
  | "expires_on"
  | "produced_on"
  | "attributes.supplier"
  | "attributes.parent_batch";

/** ERPNext's batches. */
export const erpnextBatches: Kind<Field, LotRecord> = {
  system: "frappe",
  fields: {
    name: ["batch_id", "Batch ID", "name", "ID"],
    product: ["item", "Item"],
    quantity: ["batch_qty", "Batch Quantity"],
    expires_on: ["expiry_date", "Expiry Date"],
    produced_on: ["manufacturing_date", "Manufacturing Date"],
    "attributes.supplier": ["supplier", "Supplier"],
    "attributes.parent_batch": ["parent_batch", "Parent Batch"],
  },
  needs: [["name"], ["product"]],
  listed: [],
  unusable: [],
  attributes: true,
  parameters: ["allow_jump"],
  company: null,
  identity: null,
  read: ([cells]) => {
    const quantity = quantityOf(cells, "quantity");
    return {
      product: skuOf(cells, "product"),
      name: lotNameOf(cells, "name"),
      quantity,
      state: quantity === "0" ? "shipped" : "available",
      location: null,
      party: null,
      reference: null,
      expires_on: dayOf(cells, "expires_on"),
      produced_on: dayOf(cells, "produced_on"),
      attributes: attributesOf(cells),
    };
  },
};
