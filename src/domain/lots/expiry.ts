/** Why an expiry date cannot stand; the facts are the product. */
export type ExpiryProblem = "expiry_required" | "expiry_not_kept" | "expiry_out_of_range";

/** What a product says about expiry dates. */
export interface ExpiryPolicy {
  readonly expiry: "none" | "optional" | "required";
  readonly shelfLifeDays: number | null;
}

/**
 * The expiry date of a new lot: the given one, else `from` plus the shelf life in days, else none.
 * Dates are YYYY-MM-DD.
 */
export function expiryDate(
  policy: ExpiryPolicy,
  given: string | undefined,
  from: string,
): { readonly date: string | null } | { readonly problem: ExpiryProblem } {
  if (policy.expiry === "none")
    return given === undefined ? { date: null } : { problem: "expiry_not_kept" };
  if (given !== undefined) return { date: given };
  if (policy.shelfLifeDays !== null) {
    const date = dayAfter(from, policy.shelfLifeDays);
    return date === undefined ? { problem: "expiry_out_of_range" } : { date };
  }
  return policy.expiry === "required" ? { problem: "expiry_required" } : { date: null };
}

/** Undefined beyond the year 9999. */
function dayAfter(day: string, days: number): string | undefined {
  const moment = new Date(`${day}T00:00:00Z`);
  moment.setUTCDate(moment.getUTCDate() + days);
  return moment.getUTCFullYear() > 9999 ? undefined : moment.toISOString().slice(0, 10);
}
