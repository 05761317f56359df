/** What the names of a naming series are made of: text, a number of so many digits, text. */
export interface RenderedSeries {
  readonly prefix: string;
  readonly width: number;
  readonly suffix: string;
}

/**
 * A naming series as it stands for a document: read here once more and on its own, as far as the patterns
 * of the run go, so that the service is not measured by itself.
 */
export function renderSeries(
  series: string,
  at: string,
  fields: Readonly<Record<string, string>> = {},
): RenderedSeries {
  let prefix = "";
  let suffix = "";
  let width = 0;
  for (const part of series.split(".")) {
    if (/^#+$/.test(part) && width === 0) width = part.length;
    else if (width === 0) prefix += renderPart(part, at, fields);
    else suffix += renderPart(part, at, fields);
  }
  return { prefix, width, suffix };
}

function renderPart(part: string, at: string, fields: Readonly<Record<string, string>>): string {
  const [year = "", month = ""] = at.split("-");
  if (part === "YYYY") return year;
  if (part === "YY") return year.slice(2);
  if (part === "MM") return month;
  const field = /^\{(\w+)\}$/.exec(part)?.[1];
  return field === undefined ? part : (fields[field] ?? "");
}

/** The name of a number. */
export function nameOf({ prefix, width, suffix }: RenderedSeries, number: bigint): string {
  return `${prefix}${String(number).padStart(width, "0")}${suffix}`;
}

/** The text before the counter of a pattern whose dates are those of its period, such as `2026-12-01`. */
export function prefixIn(pattern: string, period: string): string {
  const [year = "", month = "", day = ""] = period.split("-");
  const dates: Readonly<Record<string, string>> = { YYYY: year, MM: month, DD: day };
  const before = pattern.slice(0, pattern.search(/\{0+\}/));
  return before.replace(/\{(\w+)\}/g, (whole, token: string) => dates[token] ?? whole);
}
