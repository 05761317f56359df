/** Digits behind the point that a quantity may have. */
const decimals = 6;

/** A quantity in millionths, from its decimal string of up to 6 digits behind the point. */
export function millionths(quantity: string): bigint {
  const [whole = "0", fraction = ""] = quantity.split(".");
  return BigInt(whole + fraction.padEnd(decimals, "0"));
}

/** The decimal string of so many millionths, without needless zeros. */
export function quantityText(amount: bigint): string {
  const digits = amount.toString().padStart(decimals + 1, "0");
  const fraction = digits.slice(-decimals).replace(/0+$/, "");
  return digits.slice(0, -decimals) + (fraction === "" ? "" : `.${fraction}`);
}

/** The sum of quantities. */
export function quantitySum(quantities: readonly string[]): string {
  return quantityText(quantities.reduce((sum, quantity) => sum + millionths(quantity), 0n));
}

export function isWhole(quantity: string): boolean {
  return !quantity.includes(".");
}

/** A quantity in portions: as many whole ones as it has, and the remainder if there is one. */
export function portions(
  quantity: string,
  each: string,
): { readonly whole: bigint; readonly remainder: string | null } {
  const [all, one] = [millionths(quantity), millionths(each)];
  const rest = all % one;
  return { whole: all / one, remainder: rest === 0n ? null : quantityText(rest) };
}
