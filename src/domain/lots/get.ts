import { sql } from "drizzle-orm";
import { fail } from "../../errors.ts";
import type { Call } from "../call.ts";
import type { Lot } from "./lot.ts";

/** Fails: lot_not_found. */
export async function getLot({ db, caller }: Call, product: string, name: string): Promise<Lot> {
  const [row] = await db.readFor<Lot & { place?: string }>(
    caller,
    sql`SELECT * FROM find_lots_v1(${caller.tenant}::text, ${name}::text, ${product}::text)`,
  );
  if (row === undefined) return fail("lot_not_found", { product, name });
  const { place: _, ...lot } = row;
  return lot;
}
