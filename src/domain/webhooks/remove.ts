import { sql } from "drizzle-orm";
import { callOf } from "../../db/client.ts";
import type { OnceCall } from "../call.ts";
import type { Webhook } from "./webhook.ts";
import { givingUpSeconds, shownWebhook } from "./webhook.ts";

/** Removes a webhook, which is sent nothing more. Fails: webhook_not_found. */
export async function removeWebhook(
  call: OnceCall,
  id: string,
): Promise<{ webhook: Webhook; replayed: boolean }> {
  const [row] = await call.db.write<{ answer: Webhook & { replayed: boolean } }>(
    sql`SELECT remove_webhook_v1(${callOf(call.caller, call.idempotency)}, ${id}::uuid) AS answer`,
    givingUpSeconds,
  );
  if (row === undefined) throw new Error("A function call gave no row.");
  return { webhook: shownWebhook(row.answer), replayed: row.answer.replayed };
}
