import { quoted } from "../../errors.ts";

/** The most decimal digits behind the point of a quantity. */
export const quantityDecimals = 6;

/** The most digits in front of the point of a quantity. */
const quantityDigits = 12;

/** A quantity, or what is wrong with it, to stand behind the name of a field. */
export type QuantityReading = { readonly value: string } | { readonly refusal: string };

/** The smallest quantity that is taken: of what is recorded, or of what may have been used up. */
export type LeastQuantity = "above 0" | "of 0 or more";

/**
 * A decimal text below 10^12 with up to 6 digits behind the point, without needless zeros; above 0
 * unless `least` says otherwise.
 */
export function readQuantity(text: string, least: LeastQuantity = "above 0"): QuantityReading {
  const match = /^(0|[1-9]\d*)(?:\.(\d+))?$/.exec(text);
  if (match === null) {
    return {
      refusal: `must be a decimal number ${least} in plain digits, such as "2.5", not ${quoted(text)}.`,
    };
  }
  const [, integer = "", fraction = ""] = match;
  if (fraction.length > quantityDecimals) {
    return {
      refusal: `may have ${quantityDecimals} digits behind the point; ${quoted(text)} has ${fraction.length}.`,
    };
  }
  if (integer.length > quantityDigits) {
    return { refusal: `must be below 1000000000000, not ${quoted(text)}.` };
  }
  const decimals = fraction.replace(/0+$/, "");
  if (least === "above 0" && integer === "0" && decimals === "")
    return { refusal: "must be more than 0." };
  return { value: decimals === "" ? integer : `${integer}.${decimals}` };
}
