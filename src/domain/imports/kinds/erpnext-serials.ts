import type { Kind } from "../kind.ts";
import type { LotRecord } from "../record.ts";
import type { Cells } from "../table/cells.ts";
import { choiceOf } from "../values/choice.ts";
import { attributesOf, lotNameOf, plainTextOf, skuOf } from "../values/text.ts";

type Field =
  | "name"
  | "product"
  | "location"
  | "status"
  | "party"
  | "reference"
  | "attributes.delivery_date"
  | "attributes.batch_no"
  | "attributes.supplier"
  | "attributes.warranty_expiry_date"
  | "attributes.amc_expiry_date"
  | "company";

/**
 * What a status means here; "in_stock" leaves it to the warehouse. Inactive is a serial whose receipt
 * was undone or has not come, Expired one whose warranty has run out, wherever it is
 * (erpnext/stock/serial_batch_bundle.py, erpnext/stock/doctype/serial_no/serial_no.py).
 */
const statuses = {
  Active: "available",
  Delivered: "shipped",
  Consumed: "consumed",
  Inactive: "in_stock",
  Expired: "in_stock",
} as const;

/** ERPNext's serial numbers. */
export const erpnextSerials: Kind<Field, LotRecord> = {
  system: "frappe",
  fields: {
    name: ["serial_no", "Serial No", "name", "ID"],
    product: ["item_code", "Item Code"],
    location: ["warehouse", "Warehouse"],
    status: ["status", "Status"],
    party: ["customer", "Customer"],
    // Up to ERPNext 14.
    reference: ["delivery_document_no", "Delivery Document No"],
    "attributes.delivery_date": ["delivery_date", "Delivery Date"],
    "attributes.batch_no": ["batch_no", "Batch No"],
    "attributes.supplier": ["supplier", "Supplier"],
    "attributes.warranty_expiry_date": ["warranty_expiry_date", "Warranty Expiry Date"],
    "attributes.amc_expiry_date": ["amc_expiry_date", "AMC Expiry Date"],
    company: ["company", "Company"],
  },
  needs: [["name"], ["product"]],
  listed: [],
  unusable: [],
  attributes: true,
  parameters: ["allow_jump"],
  company: "company",
  identity: null,
  read: ([cells]) => {
    const state = stateOf(cells);
    const party = plainTextOf(cells, "party");
    const isHere = state === "available";
    return {
      product: skuOf(cells, "product"),
      name: lotNameOf(cells, "name"),
      quantity: "1",
      state,
      location: plainTextOf(cells, "location"),
      party: isHere ? null : party,
      reference: isHere ? null : plainTextOf(cells, "reference"),
      expires_on: null,
      produced_on: null,
      // Nothing went to the customer of a serial that is here: it may be who owns it.
      attributes: attributesOf(cells, isHere && party !== null ? { customer: party } : {}),
    };
  },
};

/** What is in no warehouse is not here, and comes back with a receipt, as what was shipped does. */
function stateOf(cells: Cells<Field>): LotRecord["state"] {
  const status = choiceOf(cells, "status", statuses, "in_stock");
  if (status !== "in_stock") return status;
  return cells.has("location") && cells.isBlank("location") ? "shipped" : "available";
}
