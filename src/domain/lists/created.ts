import type { SQL } from "drizzle-orm";
import { sql } from "drizzle-orm";
import { splitPlace } from "./place.ts";

const placeOfCreated =
  /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?[+-]\d\d(?::\d\d)?) (.{1,128})$/su;

/** Keyset condition of lists that are ordered by `created_at` and then by a key of `table`. */
export function createdAfter(table: string, key: string, after: string | null): SQL {
  if (after === null) return sql`true`;
  const [moment, name] = splitPlace(after, placeOfCreated);
  return sql`(${sql.identifier(table)}.created_at, ${sql.identifier(table)}.${sql.identifier(key)})
             > (${moment}::timestamptz, ${name}::text)`;
}
