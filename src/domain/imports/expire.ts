import { sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";

/** Imports that one run removes the rest of. */
const expired = 20;

/** Removes what is left of files that were not applied to their end, after 30 days. Returns of how many. */
export async function expireStaged(db: Database): Promise<number> {
  const [row] = await db.write<{ count: string }>(
    sql`SELECT expire_staged_v1(interval '30 days', ${expired}::int) AS count`,
  );
  return Number(row?.count ?? 0);
}
