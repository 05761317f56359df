import { sql } from "drizzle-orm";
import { callOf } from "../../db/client.ts";
import type { OnceCall } from "../call.ts";
import type { Delivery } from "./delivery.ts";
import { shownDelivery } from "./delivery.ts";
import { emitting } from "./emitting.ts";

/** Sends a webhook an event to try it out. Fails: webhook_not_found, webhook_disabled. */
export async function testWebhook(
  call: OnceCall,
  id: string,
): Promise<{ delivery: Delivery; replayed: boolean }> {
  const [row] = await emitting(call)<{ answer: { delivery: Delivery; replayed: boolean } }>(
    sql`SELECT test_webhook_v1(${callOf(call.caller, call.idempotency)}, ${id}::uuid) AS answer`,
  );
  if (row === undefined) throw new Error("A function call gave no row.");
  return { ...row.answer, delivery: shownDelivery(row.answer.delivery) };
}
