import { sql } from "drizzle-orm";
import { fail } from "../../errors.ts";
import type { Call } from "../call.ts";
import type { CountFacts } from "./count.ts";

/** Fails: count_not_found. */
export async function countFacts({ db, caller }: Call, id: string): Promise<CountFacts> {
  const [row] = await db.readFor<{ facts: CountFacts | null }>(
    caller,
    sql`SELECT count_facts(${caller.tenant}::text, ${id}::uuid) AS facts`,
  );
  return row?.facts ?? fail("count_not_found", { count: id });
}
