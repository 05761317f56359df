import { sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import type { Wake, WebhookKey } from "./webhook.ts";

/** What events are emitted with: they come to be in the database, and the pump is set on who wants them. */
export interface Emitter {
  readonly db: Database;
  readonly wake: Wake;
}

/**
 * Sends statements that may emit events, and sets the pump on the webhooks that want them. Who dies in between
 * leaves that to the scheduled sweep.
 */
export function emitting({ db, wake }: Emitter): Database["write"] {
  return async <Row>(statement: Parameters<Database["write"]>[0], seconds?: number) => {
    // Rows come out of `done` when the statement is done: only then is told what it has emitted.
    const rows = await db.write<Row & { readonly woken: readonly WebhookKey[] }>(
      sql`WITH done AS MATERIALIZED (${statement})
          SELECT done.*, woken_webhooks_v1() AS woken FROM done`,
      seconds,
    );
    const woken = rows.at(-1)?.woken ?? [];
    const names = new Map(woken.map((key) => [`${key.tenant}/${key.webhook}`, key]));
    await Promise.all([...names.values()].map((key) => wake(key)));
    return rows;
  };
}
