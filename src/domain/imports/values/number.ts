import { quantityDecimals, readQuantity } from "../../lots/quantity.ts";
import type { Cells } from "../table/cells.ts";

/**
 * A whole number of `minimum` to `maximum`, leading zeros and `.0` aside; null when empty. Refuses:
 * import_number.
 */
export function wholeOf<Field extends string>(
  cells: Cells<Field>,
  field: Field,
  minimum: bigint,
  maximum: bigint,
): bigint | null {
  if (cells.isBlank(field)) return null;
  const value = cells.text(field).trim();
  const digits = /^(-?\d{1,30})(?:\.0+)?$/.exec(value)?.[1];
  const number = digits === undefined ? null : BigInt(digits);
  if (number !== null && number >= minimum && number <= maximum) return number;
  return cells.refuse(field, "import_number", { field, value, minimum, maximum });
}

/** How far a sum of binary fractions may be off. */
const noise = 1e-9;

/**
 * A quantity as a decimal string, "0" for nothing; null when empty. Both systems write binary
 * fractions, so `0.30000000000000004` is 0.3. Refuses: import_quantity.
 */
export function quantityOf<Field extends string>(cells: Cells<Field>, field: Field): string | null {
  if (cells.isBlank(field)) return null;
  const text = withoutNoise(cells.text(field).trim());
  if (/^-?0(?:\.0+)?$/.test(text)) return "0";
  const reading = readQuantity(text, "of 0 or more");
  if ("value" in reading) return reading.value;
  return cells.refuse(field, "import_quantity", { rule: reading.refusal });
}

function withoutNoise(text: string): string {
  if (!/^-?\d{1,12}\.\d{7,}$/.test(text)) return text;
  const rounded = Number(text).toFixed(quantityDecimals);
  return Math.abs(Number(rounded) - Number(text)) < noise ? rounded : text;
}
