import { parseFrappe, showFrappe } from "./frappe.ts";
import { nativeNotation, parseAffixes, parseNative, showNative } from "./native.ts";
import { textOfAffixes, type Affixes } from "./notation.ts";
import { odooNotation, parseOdoo, parseOdooAffixes, showOdoo, type OdooAffixes } from "./odoo.ts";
import { accept, refuse, type Pattern, type Result } from "./pattern.ts";
import type { Shown } from "./shown.ts";

/** The languages in which a pattern can be written: our own, and those of Odoo and Frappe. */
export const dialects = ["native", "odoo", "frappe"] as const;
export type Dialect = (typeof dialects)[number];

/** How a dialect shows a pattern: in one text, or as Odoo has it. */
export type TextIn = {
  readonly native: string;
  readonly odoo: OdooAffixes;
  readonly frappe: string;
};

/** A pattern and the one text in its dialect that it is kept as. */
export type WrittenPattern = { readonly pattern: Pattern; readonly text: string };

/**
 * Reads a pattern of a dialect, given in one text or as affixes. What is answered as `text` reads as the
 * same pattern again. `fiscalYearStart` (`MM-DD`) is the sequence's; Frappe's fiscal years depend on
 * it.
 *
 * Fails with the codes of the dialect's own reader, pointing at `/pattern`, `/prefix`, `/padding` or
 * `/suffix`; a Frappe series given as affixes: `pattern_series_affixes` {}.
 */
export function parsePattern(
  dialect: Dialect,
  input: string | Affixes,
  fiscalYearStart?: string,
): Result<WrittenPattern> {
  const pattern = read(dialect, input, fiscalYearStart);
  if (!pattern.ok) return pattern;
  if (typeof input === "string") return accept({ pattern: pattern.value, text: input });
  const notation = dialect === "odoo" ? odooNotation : nativeNotation;
  return accept({ pattern: pattern.value, text: textOfAffixes(notation, input) });
}

/** The text of a pattern in a dialect, whatever it was written in, or why it cannot be said there. */
export function showIn<D extends Dialect>(
  pattern: Pattern,
  dialect: D,
  fiscalYearStart?: string,
): Shown<TextIn[D]> {
  return shows[dialect](pattern, fiscalYearStart);
}

const shows: {
  readonly [D in Dialect]: (pattern: Pattern, fiscalYearStart?: string) => Shown<TextIn[D]>;
} = {
  native: (pattern) => showNative(pattern),
  odoo: (pattern) => showOdoo(pattern),
  frappe: showFrappe,
};

function read(
  dialect: Dialect,
  input: string | Affixes,
  fiscalYearStart: string | undefined,
): Result<Pattern> {
  const isText = typeof input === "string";
  switch (dialect) {
    case "native":
      return isText ? parseNative(input) : parseAffixes(input);
    case "odoo":
      return isText ? parseOdoo(input) : parseOdooAffixes(input);
    case "frappe":
      return isText
        ? parseFrappe(input, fiscalYearStart)
        : refuse("pattern_series_affixes", {}, "/padding");
  }
}
