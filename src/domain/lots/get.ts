import { sql } from "drizzle-orm";
import { fail } from "../../errors.ts";
import type { Call } from "../call.ts";
import type { VersionedLot } from "./lot.ts";

/** Fails: lot_not_found. */
export async function getLot(
  { db, caller }: Call,
  product: string,
  name: string,
): Promise<VersionedLot> {
  const [row] = await db.readFor<{ found: VersionedLot | null }>(
    caller,
    sql`SELECT get_lot_v1(${caller.tenant}::text, ${product}::text, ${name}::text) AS found`,
  );
  return row?.found ?? fail("lot_not_found", { product, name });
}
