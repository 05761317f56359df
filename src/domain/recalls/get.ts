import { sql } from "drizzle-orm";
import { fail } from "../../errors.ts";
import type { Call } from "../call.ts";
import type { Recall, RecallFacts } from "./recall.ts";
import { shownRecall } from "./recall.ts";

/** Fails: recall_not_found. */
export async function getRecall({ db, caller }: Call, id: string): Promise<Recall> {
  const [row] = await db.readFor<{ facts: RecallFacts | null }>(
    caller,
    sql`SELECT recall_facts(${caller.tenant}::text, ${id}::uuid) AS facts`,
  );
  return row?.facts == null ? fail("recall_not_found", { recall: id }) : shownRecall(row.facts);
}
