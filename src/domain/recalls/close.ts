import { sql } from "drizzle-orm";
import { callOf } from "../../db/client.ts";
import type { OnceCall } from "../call.ts";
import type { Recall, RecallFacts } from "./recall.ts";
import { shownRecall } from "./recall.ts";

/** Closes an open recall. Fails: recall_not_found, recall_closed. */
export async function closeRecall(
  call: OnceCall,
  id: string,
  reason: string,
): Promise<{ recall: Recall; replayed: boolean }> {
  const [row] = await call.db.write<{ answer: { recall: RecallFacts; replayed: boolean } }>(
    sql`SELECT close_recall_v1(${callOf(call.caller, call.idempotency)}, ${id}::uuid,
                               ${reason}::text) AS answer`,
  );
  if (row === undefined) throw new Error("A function call gave no row.");
  return { recall: shownRecall(row.answer.recall), replayed: row.answer.replayed };
}
