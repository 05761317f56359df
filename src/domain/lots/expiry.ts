/** Why an expiry date cannot stand; the facts are the product. */
export type ExpiryProblem = "expiry_required" | "expiry_not_kept";

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
  if (policy.shelfLifeDays !== null) return { date: dayAfter(from, policy.shelfLifeDays) };
  return policy.expiry === "required" ? { problem: "expiry_required" } : { date: null };
}

function dayAfter(day: string, days: number): string {
  const moment = new Date(`${day}T00:00:00Z`);
  moment.setUTCDate(moment.getUTCDate() + days);
  return moment.toISOString().slice(0, 10);
}
