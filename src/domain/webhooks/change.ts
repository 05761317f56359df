import { sql } from "drizzle-orm";
import { callerOf } from "../../db/client.ts";
import type { Call } from "../call.ts";
import type { WebhookInput } from "./create.ts";
import { checkUrl, stored } from "./create.ts";
import type { Webhook } from "./webhook.ts";
import { givingUpSeconds, shownWebhook } from "./webhook.ts";

/** What `PATCH /v1/webhooks/{id}` changes: the members that are given. */
export type WebhookChange = {
  readonly [Name in keyof WebhookInput]?: WebhookInput[Name] | undefined;
} & { readonly status?: Webhook["status"] | undefined };

/** Fails: webhook_not_found, webhook_url_refused. */
export async function changeWebhook(
  call: Call,
  id: string,
  changes: WebhookChange,
): Promise<Webhook> {
  if (changes.url !== undefined) checkUrl(call, changes.url);
  const [row] = await call.db.write<{ facts: Webhook }>(
    sql`SELECT change_webhook_v1(${callerOf(call.caller)}, ${id}::uuid,
                                 ${JSON.stringify(stored(changes))}::jsonb) AS facts`,
    givingUpSeconds,
  );
  if (row === undefined) throw new Error("A function call gave no row.");
  return shownWebhook(row.facts);
}
