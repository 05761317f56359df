import { sql } from "drizzle-orm";
import { callOf } from "../../db/client.ts";
import type { OnceCall } from "../call.ts";
import { emitting } from "../webhooks/emitting.ts";
import type { ReceiptFacts } from "./receipt.ts";

/** How long taking back the lots of a large receipt may take, in seconds. */
const patience = 120;

/**
 * Takes a receipt back as long as none of its lots was touched. Fails: receipt_not_found,
 * receipt_wrong_state, receipt_touched.
 */
export async function cancelReceipt(
  call: OnceCall,
  id: string,
  reason: string,
): Promise<{ receipt: ReceiptFacts; replayed: boolean }> {
  const [row] = await emitting(call)<{ answer: { receipt: ReceiptFacts; replayed: boolean } }>(
    sql`SELECT cancel_receipt_v1(${callOf(call.caller, call.idempotency)}, ${id}::uuid,
                                 ${reason}::text) AS answer`,
    patience,
  );
  if (row === undefined) throw new Error("A function call gave no row.");
  return row.answer;
}
