import { sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import type { Batch } from "./gathered.ts";

/** Adds a batch to the figures; one that is sent again adds nothing. */
export async function writeFigures(db: Database, { id, calls, notable }: Batch): Promise<void> {
  await db.write(
    sql`SELECT add_calls_v1(${id}::uuid, ${JSON.stringify(calls)}::jsonb, ${JSON.stringify(notable)}::jsonb)`,
  );
}
