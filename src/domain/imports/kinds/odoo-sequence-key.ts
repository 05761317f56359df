import { slugOf } from "../slug.ts";

/**
 * The code that Odoo gives all sequences of lots, so that it tells none from another
 * (addons/stock/models/product.py).
 */
const sharedCodes = new Set(["stock.lot.serial"]);

/** Whether the name of a sequence has to be known besides its code. */
export function isSharedCode(code: string): boolean {
  return sharedCodes.has(code.trim());
}

/**
 * The key of an Odoo sequence: made of its code, else, or when it shares its code with others, of its
 * name. The same for the sequence itself and for a product that names it. Empty when neither can be one.
 */
export function odooSequenceKey(code: string, name: string): string {
  const key = isSharedCode(code) ? "" : slugOf(code);
  return key === "" ? slugOf(name) : key;
}
