import { sql } from "drizzle-orm";
import { bytes, callOf } from "../../db/client.ts";
import type { OnceCall } from "../call.ts";
import { newId } from "../id.ts";
import { newSecret, secretText } from "./secret.ts";
import type { MadeSecret, Webhook } from "./webhook.ts";
import { shownWebhook } from "./webhook.ts";

/** Gives a webhook a new secret; the old one signs as well for `overlapSeconds`. Fails: webhook_not_found. */
export async function rotateWebhookSecret(
  call: OnceCall,
  id: string,
  overlapSeconds: number,
): Promise<MadeSecret> {
  const secret = newSecret();
  const made = newId(call.now());
  const [row] = await call.db.write<{ answer: Webhook & { made: string; replayed: boolean } }>(
    sql`SELECT rotate_webhook_secret_v1(${callOf(call.caller, call.idempotency)}, ${id}::uuid, ${made}::uuid,
                                        ${bytes(secret)}, make_interval(secs => ${overlapSeconds})) AS answer`,
  );
  if (row === undefined) throw new Error("A function call gave no row.");
  // Our own told as a replay: the answer of the try that made it was lost on the way.
  const isOurs = row.answer.made === made;
  return {
    secret: isOurs ? secretText(secret) : null,
    webhook: shownWebhook(row.answer),
    replayed: row.answer.replayed && !isOurs,
  };
}
