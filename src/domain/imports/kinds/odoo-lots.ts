import type { Kind } from "../kind.ts";
import type { LotRecord } from "../record.ts";
import type { Cells } from "../table/cells.ts";
import { dayOf } from "../values/day.ts";
import { quantityOf } from "../values/number.ts";
import { attributesOf, checkedSku, lotNameOf, plainTextOf } from "../values/text.ts";

type Field =
  | "product"
  | "product_name"
  | "product_display_name"
  | "name"
  | "quantity"
  | "expires_on"
  | "location"
  | "party"
  | "attributes.ref"
  | "company";

const productFields = ["product", "product_display_name", "product_name"] as const;

/** Odoo's lots and serial numbers (stock.lot). */
export const odooLots: Kind<Field, LotRecord> = {
  system: "odoo",
  fields: {
    product: ["product_id/default_code", "Product/Internal Reference"],
    product_name: ["product_id/name", "Product/Name"],
    product_display_name: [
      "product_id",
      "Product",
      "product_id/display_name",
      "Product/Display Name",
    ],
    name: ["name", "Lot/Serial Number"],
    quantity: ["product_qty", "On Hand Quantity", "Quantity"],
    // Up to Odoo 13 life_date.
    expires_on: ["expiration_date", "Expiration Date", "life_date", "End of Life Date"],
    location: [
      "location_id",
      "Location",
      "location_id/complete_name",
      "Location/Full Location Name",
    ],
    // Of serials, since Odoo 15.
    party: [
      "last_delivery_partner_id",
      "Last Delivery Partner",
      "last_delivery_partner_id/display_name",
      "Last Delivery Partner/Display Name",
    ],
    "attributes.ref": ["ref", "Internal Reference"],
    company: ["company_id", "Company"],
  },
  needs: [[...productFields], ["name"]],
  listed: [],
  unusable: [
    {
      header: "product_id/id",
      fields: [...productFields],
      instead: ["product_id/default_code"],
    },
  ],
  attributes: true,
  parameters: ["allow_jump"],
  company: "company",
  identity: null,
  read: ([cells]) => {
    const quantity = quantityOf(cells, "quantity");
    return {
      product: productOf(cells),
      name: lotNameOf(cells, "name"),
      quantity,
      state: quantity === "0" ? "shipped" : "available",
      location: plainTextOf(cells, "location"),
      // It may have come back since.
      party: quantity === "0" ? plainTextOf(cells, "party") : null,
      reference: null,
      expires_on: dayOf(cells, "expires_on"),
      produced_on: null,
      attributes: attributesOf(cells),
    };
  },
};

/** The product's code: its own column, else the one in `[CODE] Name`, else its name. */
function productOf(cells: Cells<Field>): string {
  const field = productFields.find((one) => cells.has(one)) ?? "product";
  if (cells.isBlank(field)) cells.refuse(field, "import_product_nameless", {});
  const text = cells.text(field);
  const code = field === "product_display_name" ? /^\[([^\]]+)\] /.exec(text)?.[1] : undefined;
  return checkedSku(cells, field, code ?? text);
}
