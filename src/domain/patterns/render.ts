import type { BoundForm } from "./pattern.ts";

/**
 * The name of a number (0 or more): zero padded to the form's width, and wider when the number
 * needs more digits. It is never cut.
 */
export function render(form: BoundForm, number: bigint): string {
  return form.prefix + number.toString().padStart(form.width, "0") + form.suffix;
}
