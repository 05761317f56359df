import { sql } from "drizzle-orm";
import { fail } from "../../errors.ts";
import type { Call } from "../call.ts";
import type { Webhook } from "./webhook.ts";
import { shownWebhook } from "./webhook.ts";

/** Fails: webhook_not_found. */
export async function getWebhook({ db, caller }: Call, id: string): Promise<Webhook> {
  const [row] = await db.readFor<Webhook>(
    caller,
    sql`SELECT * FROM webhooks_of_v1(${caller.tenant}::text) WHERE id = ${id}::text`,
  );
  return row === undefined ? fail("webhook_not_found", { webhook: id }) : shownWebhook(row);
}
