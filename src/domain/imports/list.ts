import { sql } from "drizzle-orm";
import type { Call } from "../call.ts";
import type { Listing } from "../lists/listing.ts";
import { listingOf } from "../lists/listing.ts";
import { splitPlace } from "../lists/place.ts";
import { getImport } from "./get.ts";
import { importColumns, selectImports } from "./import.ts";

/** Imports in the order of their creation. */
export function listImports({ db, caller }: Call): Listing {
  return listingOf(db, caller, importColumns, (after, limit) => {
    const [id] = after === null ? [null] : splitPlace(after, /^([0-9a-f-]{36})$/);
    const behind = sql`(${id ?? null}::uuid IS NULL OR i.id > ${id ?? null}::uuid)`;
    return sql`${selectImports(sql`i.tenant = ${caller.tenant} AND ${behind}`)}
               ORDER BY i.id LIMIT ${limit}::int`;
  });
}

/** The rows that an import left out, in the order of the file. Fails: import_not_found. */
export async function listRefused(call: Call, id: string): Promise<Listing> {
  const { db, caller } = call;
  await getImport(call, id);
  return listingOf(db, caller, ["line", "column", "code", "detail"], (after, limit) => {
    const [line] = after === null ? ["0"] : splitPlace(after, /^(\d{1,9})$/);
    return sql`
      SELECT line, "column", code, detail, line::text AS place
      FROM refused_rows
      WHERE tenant = ${caller.tenant} AND import = ${id}::uuid AND line > ${line}::int
      ORDER BY line LIMIT ${limit}::int`;
  });
}
