import type { Listing } from "../lists/listing.ts";
import { splitPlace } from "../lists/place.ts";
import { render } from "../patterns/render.ts";
import type { ReservationFacts } from "./reservation.ts";
import { formOf } from "./reservation.ts";

const breaks = { json: ",", ndjson: "\n", csv: "\r\n" } as const;

/** All names of a reservation in order, rendered page by page from its bound form; no database. */
export function namesOf(facts: ReservationFacts): Listing {
  const form = formOf(facts);
  const [first, step] = [BigInt(facts.first), BigInt(facts.step)];
  return {
    columns: ["name"],
    page: ({ after, skip, limit, format, raw }) => {
      const begin = after === null ? 0 : Number(splitPlace(after, /^(\d{1,8})$/)[0]) + 1;
      const from = begin + skip;
      const rows = Math.max(Math.min(limit, facts.count - from), 0);
      const write = format === "csv" ? (name: string) => csvField(name, raw) : JSON.stringify;
      const names = Array.from({ length: rows }, (_, index) =>
        write(render(form, first + BigInt(from + index) * step)),
      );
      const text =
        names.join(breaks[format]) + (format === "json" || rows === 0 ? "" : breaks[format]);
      const next = from + rows < facts.count ? String(from + rows - 1) : null;
      return Promise.resolve({ text, rows, next });
    },
  };
}

/** As the SQL function of that name: RFC 4180, and OWASP's guard against formulas unless `raw`. */
export function csvField(text: string, raw: boolean): string {
  const guarded = !raw && /^[=+\-@\t\r]/.test(text);
  if (!guarded && !/[",\r\n]/.test(text)) return text;
  return `"${guarded ? "'" : ""}${text.replaceAll('"', '""')}"`;
}
