import type { SQL } from "drizzle-orm";
import { sql } from "drizzle-orm";
import type { Caller } from "../../db/caller.ts";
import type { Database } from "../../db/client.ts";
import { sqlstateOf } from "../../db/breakdown.ts";
import { fail } from "../../errors.ts";

/** The forms in which a list is given out. */
export type ListFormat = "json" | "ndjson" | "csv";

/** Which part of a list is wanted, and how it is written. */
export interface ListPageOptions {
  /** The place behind which the page begins; null at the beginning. */
  readonly after: string | null;
  /** Rows behind that place which the page leaves out, since the caller has them. */
  readonly skip: number;
  /** The most rows of the page. */
  readonly limit: number;
  readonly format: ListFormat;
  /** CSV only: leaves out the guard against spreadsheet formulas. */
  readonly raw: boolean;
}

/** A page of a list, written by the database. */
export interface ListPage {
  /**
   * json: the rows as JSON values, joined by commas. ndjson: one JSON value a line. csv: one record a
   * line. Every line ends with its line break, CRLF for csv (RFC 4180).
   */
  readonly text: string;
  readonly rows: number;
  /** The place of the last row when more rows follow it, else null. */
  readonly next: string | null;
}

/** A list that can be read page by page. */
export interface Listing {
  /** The columns of the csv form, in order. */
  readonly columns: readonly string[];
  page(options: ListPageOptions): Promise<ListPage>;
}

/**
 * Rows behind a place, at most `limit`, in the list's order: a select of the list's columns and of
 * `place`, a text that `after` of the next page will be.
 */
export type RowsBehind = (after: string | null, limit: number) => SQL;

/**
 * A list whose pages Postgres writes as text, so that rows never become objects on the way. `plain` are
 * columns that never need quoting in CSV: digits, dates, words of ours. Leaving them alone halves the
 * cost of a row.
 */
export function listingOf(
  db: Database,
  caller: Caller,
  columns: readonly string[],
  rowsBehind: RowsBehind,
  plain: readonly string[] = [],
): Listing {
  return {
    columns,
    page: async ({ after, skip, limit, format, raw }) => {
      const read = db.readRowsFor<{
        text: string;
        rows: string;
        more: boolean;
        place: string | null;
      }>(
        caller,
        sql`SELECT coalesce(string_agg(${line(columns, format, raw, plain)}, ${separator(format)} ORDER BY n)
                              FILTER (WHERE n <= ${limit}::int), '') AS text,
                   count(*) FILTER (WHERE n <= ${limit}::int) AS rows,
                   count(*) > ${limit}::int AS more,
                   max(place) FILTER (WHERE n = ${limit}::int) AS place
            FROM (SELECT r.*, row_number() OVER () - ${skip}::int AS n
                  FROM (${rowsBehind(after, skip + limit + 1)}) AS r OFFSET ${skip}::int) AS page`,
      );
      const [page] = await (after === null ? read : placed(read));
      return {
        text: page?.text ?? "",
        rows: Number(page?.rows ?? 0),
        next: page?.more === true ? page.place : null,
      };
    },
  };
}

/** A page behind a place that a cursor gave. Fails: cursor_unusable (its day, say, is none). */
async function placed<Page>(reading: Promise<Page>): Promise<Page> {
  try {
    return await reading;
  } catch (error) {
    // Class 22: a value that its type does not have.
    if (sqlstateOf(error)?.startsWith("22") !== true) throw error;
    return fail("cursor_unusable", { reason: "The cursor does not belong to this list." });
  }
}

function line(
  columns: readonly string[],
  format: ListFormat,
  raw: boolean,
  plain: readonly string[],
): SQL {
  if (format === "csv") {
    const fields = columns.map((name) =>
      plain.includes(name)
        ? sql`coalesce(${sql.identifier(name)}::text, '')`
        : sql`csv_field(${sql.identifier(name)}::text, ${sql.raw(String(raw))})`,
    );
    return sql`${sql.join(fields, sql.raw(" || ',' || "))} || E'\\r\\n'`;
  }
  const members = columns.map((name) => sql.identifier(name));
  const row = sql`(SELECT row_to_json(shown)::text FROM (SELECT ${sql.join(members, sql`, `)}) AS shown)`;
  return format === "json" ? row : sql`${row} || E'\\n'`;
}

function separator(format: ListFormat): SQL {
  return sql.raw(format === "json" ? "','" : "''");
}
