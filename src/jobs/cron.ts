import type { Database } from "../db/client.ts";
import { sealAudit } from "../domain/audit/seal.ts";
import type { Arm } from "../domain/jobs/job.ts";
import { expireStaged } from "../domain/imports/expire.ts";
import { sweepJobs } from "../domain/jobs/sweep.ts";
import { expireQuotas } from "../domain/quotas/expire.ts";
import { expireRequests } from "../domain/requests/expire.ts";
import { closeSeries } from "../domain/sequences/close.ts";
import { expireEvents } from "../domain/webhooks/expire.ts";
import type { WakeLater } from "../domain/webhooks/sweep.ts";
import { sweepWebhooks } from "../domain/webhooks/sweep.ts";

/** What a duty works with. */
interface Means {
  readonly db: Database;
  readonly arm: Arm;
  readonly wake: WakeLater;
}

/** What every scheduled run does, by the cron expressions of wrangler.toml. */
const duties: Readonly<Record<string, readonly ((means: Means) => Promise<unknown>)[]>> = {
  "* * * * *": [
    ({ db, arm }) => sweepJobs(db, arm),
    ({ db }) => expireRequests(db),
    ({ db }) => expireStaged(db),
    ({ db }) => expireQuotas(db),
    ({ db }) => closeSeries(db),
    ({ db }) => sealAudit(db),
    ({ db, wake }) => sweepWebhooks(db, wake),
    ({ db }) => expireEvents(db),
  ],
};

/** Runs the duties of a trigger; one that fails does not keep the others. */
export async function runDuties(cron: string, means: Means): Promise<void> {
  const outcomes = await Promise.allSettled((duties[cron] ?? []).map((duty) => duty(means)));
  for (const outcome of outcomes) {
    if (outcome.status === "rejected") {
      console.error(JSON.stringify({ event: "duty_failed", cron, reason: String(outcome.reason) }));
    }
  }
}
