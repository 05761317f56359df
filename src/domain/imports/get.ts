import { sql } from "drizzle-orm";
import { fail, failure } from "../../errors.ts";
import type { Call } from "../call.ts";
import { jobError } from "../jobs/failure.ts";
import { isJobId } from "../jobs/get.ts";
import type { Import } from "./import.ts";
import { selectImports } from "./import.ts";

/** Fails: import_not_found. */
export async function getImport({ db, caller }: Call, id: string): Promise<Import> {
  if (!isJobId(id)) return fail("import_not_found", { import: id });
  const [row] = await db.readFor<Import & { broke_off: boolean; place?: string }>(
    caller,
    selectImports(sql`i.tenant = ${caller.tenant} AND i.id = ${id}::uuid`),
  );
  if (row === undefined) return fail("import_not_found", { import: id });
  const { broke_off: brokeOff, place: _, ...shown } = row;
  return brokeOff ? { ...shown, error: jobError(failure("import_broken_off", {})) } : shown;
}
