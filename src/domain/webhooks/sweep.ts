import { sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import { sweepSeconds } from "../jobs/sweep.ts";
import type { WebhookKey } from "./webhook.ts";

/** Webhooks set going at once. */
const swept = 200;

/** Sets the pump on a webhook, which looks after it in `afterMs`. */
export type WakeLater = (key: WebhookKey, afterMs: number) => Promise<void>;

interface DueWebhook extends WebhookKey {
  readonly due_ms: number;
}

/** Sets the pump on every webhook that something is due of before the next sweep. Returns how many. */
export async function sweepWebhooks(db: Database, wake: WakeLater): Promise<number> {
  let woken = 0;
  let last: DueWebhook | undefined;
  for (;;) {
    const due = await dueWebhooks(db, last);
    // One that cannot be set going is tried again by the next sweep, and keeps no other waiting.
    await Promise.allSettled(
      due.map(({ tenant, webhook, due_ms }) => wake({ tenant, webhook }, due_ms)),
    );
    woken += due.length;
    if (due.length < swept) return woken;
    last = due.at(-1);
  }
}

function dueWebhooks(db: Database, after: DueWebhook | undefined): Promise<DueWebhook[]> {
  return db.read<DueWebhook>(
    sql`SELECT tenant, webhook::text AS webhook, due_ms
        FROM due_webhooks_v1(make_interval(secs => ${sweepSeconds}), ${swept}::int,
                             ${after?.tenant ?? null}::text, ${after?.webhook ?? null}::uuid)`,
  );
}
