import { sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";

/** Rows of a tenant's table that one run removes. */
const batch = 20_000;

/** Removes figures past their time. */
export async function expireFigures(db: Database): Promise<void> {
  await db.write(sql`SELECT expire_figures_v1(${batch}::int)`);
}
