import { sql } from "drizzle-orm";
import { bytes, callOf } from "../../db/client.ts";
import { fail } from "../../errors.ts";
import type { Call, OnceCall } from "../call.ts";
import { newId } from "../id.ts";
import { refusalOfUrl } from "./address.ts";
import type { EventType } from "./event.ts";
import { newSecret, secretText } from "./secret.ts";
import type { MadeSecret, Webhook } from "./webhook.ts";
import { shownWebhook, webhooksMost } from "./webhook.ts";

/** What `POST /v1/webhooks` asks for. */
export interface WebhookInput {
  readonly url: string;
  /** Null: all. */
  readonly events: readonly EventType[] | null;
  readonly description: string | null;
}

/** Makes a webhook. Fails: webhook_url_refused, too_many_webhooks. */
export async function createWebhook(call: OnceCall, input: WebhookInput): Promise<MadeSecret> {
  checkUrl(call, input.url);
  const secret = newSecret();
  const id = newId(call.now());
  const [row] = await call.db.write<{ answer: Webhook & { replayed: boolean } }>(
    sql`SELECT create_webhook_v1(${callOf(call.caller, call.idempotency)}, ${id}::uuid, ${bytes(secret)},
                                 ${JSON.stringify(stored(input))}::jsonb, ${webhooksMost}::int) AS answer`,
  );
  if (row === undefined) throw new Error("A function call gave no row.");
  // Our own webhook told as a replay: the answer of the try that made it was lost on the way.
  const isOurs = row.answer.id === id;
  return {
    secret: isOurs ? secretText(secret) : null,
    webhook: shownWebhook(row.answer),
    replayed: row.answer.replayed && !isOurs,
  };
}

/** Fails: webhook_url_refused. */
export function checkUrl({ allowedReceivers }: Call, url: string): void {
  const reason = refusalOfUrl(url, allowedReceivers);
  if (reason !== undefined) fail("webhook_url_refused", { url, reason }, { pointer: "/url" });
}

/** Fields with every type once. */
export function stored<Input extends { readonly events?: readonly EventType[] | null | undefined }>(
  input: Input,
): Input {
  return input.events == null ? input : { ...input, events: [...new Set(input.events)] };
}
