import { sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import type { Due, Outcome, Sending } from "./attempt.ts";
import { attempt } from "./attempt.ts";
import { givesUpAfter } from "./schedule.ts";
import type { WebhookKey } from "./webhook.ts";
import { givingUpSeconds } from "./webhook.ts";

/** Deliveries of one webhook that are on their way at once: a Worker may wait for six connections. */
const atOnce = 4;

/**
 * Seconds after which a delivery is attempted again of whose attempt nothing was heard: longer than a receiver
 * may take and the outcome to be written down.
 */
const leaseSeconds = 60;

/** What deliveries of a webhook are sent with. */
export interface Delivering extends Sending {
  readonly db: Database;
  /** Epoch milliseconds after which no further delivery is begun. */
  readonly until: number;
}

/**
 * Sends what is due of a webhook. Gives the milliseconds until something else is, or undefined when nothing
 * waits. Who dies on the way leaves what was not written down to be sent again, with the same id.
 */
export async function deliver(
  key: WebhookKey,
  delivering: Delivering,
): Promise<number | undefined> {
  await Promise.all(Array.from({ length: atOnce }, () => deliverInTurn(key, delivering)));
  return nextDelivery(delivering.db, key);
}

/** One after the other, for as long as there is time and something is due. */
async function deliverInTurn(key: WebhookKey, delivering: Delivering): Promise<void> {
  const { db, now, until } = delivering;
  while (now() < until) {
    const token = crypto.randomUUID();
    const due = await claim(db, key, token);
    if (due === undefined) return;
    await record(db, key, due, token, await attempt(due, delivering));
  }
}

async function nextDelivery(
  db: Database,
  { tenant, webhook }: WebhookKey,
): Promise<number | undefined> {
  const [row] = await db.readOf<{ ms: number }>(
    tenant,
    sql`SELECT (greatest(extract(epoch FROM next_attempt_at - now()), 0) * 1000)::float8 AS ms
        FROM webhook_deliveries
        WHERE tenant = ${tenant} AND webhook = ${webhook}::uuid AND status = 'pending'
        ORDER BY next_attempt_at LIMIT 1`,
  );
  return row?.ms;
}

/** An answer that is lost leaves what it claimed alone until the lease has run out. */
async function claim(
  db: Database,
  { tenant, webhook }: WebhookKey,
  token: string,
): Promise<Due | undefined> {
  const [due] = await db.write<Due>(
    sql`SELECT event, url, payload, secrets, attempt
        FROM claim_delivery_v1(${tenant}::text, ${webhook}::uuid, ${token}::uuid,
                               make_interval(secs => ${leaseSeconds}))`,
  );
  return due;
}

async function record(
  db: Database,
  { tenant, webhook }: WebhookKey,
  { event, url }: Due,
  token: string,
  outcome: Outcome,
): Promise<void> {
  const { result, response_status, duration_ms, error, excerpt, retry_after_s } = outcome;
  await db.write(
    sql`SELECT record_attempt_v1(
          ${tenant}::text, ${webhook}::uuid, ${event}::uuid, ${token}::uuid,
          ROW(${url}::text, ${result}::text, ${response_status}::int, ${Math.round(duration_ms)}::int, ${error}::text,
              ${excerpt}::text, make_interval(secs => ${retry_after_s}))::attempt_outcome,
          make_interval(secs => ${givesUpAfter}))`,
    // One that succeeded disables nothing.
    result === "succeeded" ? undefined : givingUpSeconds,
  );
}
