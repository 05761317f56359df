import type { Dialect } from "../../domain/patterns/dialects.ts";

/** The members of a sequence that tell its pattern. */
interface GivenPattern {
  readonly dialect: Dialect;
  readonly pattern?: string | undefined;
  readonly prefix?: string | undefined;
  readonly padding?: number | undefined;
  readonly suffix?: string | undefined;
}

const wanted: Readonly<Record<Dialect, string>> = {
  native: "Give one, such as SN-{0000000}; or prefix and padding instead of it.",
  odoo: "Give one, such as SN-%(year)s-%07d; or prefix and padding instead of it.",
  frappe: "Give the series, such as SINV-.YYYY.-.#####.",
};

/** What keeps the members from telling one pattern, and the member to mend; null when nothing does. */
export function patternProblem(
  given: GivenPattern,
): { readonly member: "pattern" | "padding"; readonly message: string } | null {
  const { dialect, pattern, prefix, padding, suffix } = given;
  const hasAffix = prefix !== undefined || suffix !== undefined;
  if (pattern !== undefined) {
    if (!hasAffix && padding === undefined) return null;
    const message = "cannot stand beside prefix, padding or suffix: write them into it.";
    return { member: "pattern", message };
  }
  if (padding !== undefined || (dialect === "odoo" && prefix !== undefined)) return null;
  if (!hasAffix || dialect === "frappe") {
    return { member: "pattern", message: `is missing. ${wanted[dialect]}` };
  }
  const message =
    "is missing. Give the width of the counter, 1 to 18, beside prefix and suffix; or one pattern instead of them.";
  return { member: "padding", message };
}
