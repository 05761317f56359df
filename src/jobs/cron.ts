import type { Database } from "../db/client.ts";
import { expireAlerts } from "../domain/alerts/expire.ts";
import { watch } from "../domain/alerts/watch.ts";
import { sealAudit } from "../domain/audit/seal.ts";
import type { Arm } from "../domain/jobs/job.ts";
import { expireFigures } from "../domain/figures/expire.ts";
import { rollUpFigures } from "../domain/figures/roll-up.ts";
import { expireStaged } from "../domain/imports/expire.ts";
import { burnUnreportedLeases } from "../domain/leases/burn-unreported.ts";
import { sweepJobs } from "../domain/jobs/sweep.ts";
import { expireQuotas } from "../domain/quotas/expire.ts";
import { expireRequests } from "../domain/requests/expire.ts";
import { closeSeries } from "../domain/sequences/close.ts";
import { expireEvents } from "../domain/webhooks/expire.ts";
import type { WakeLater } from "../domain/webhooks/sweep.ts";
import { sweepWebhooks } from "../domain/webhooks/sweep.ts";

/** A duty works on the database, and may set the pump on jobs and on webhooks. */
type Duty = (db: Database, arm: Arm, wake: WakeLater) => Promise<unknown>;

/** What every scheduled run does, by the cron expressions of wrangler.toml. */
const duties: Readonly<Record<string, readonly Duty[]>> = {
  "* * * * *": [
    sweepJobs,
    expireRequests,
    expireStaged,
    expireQuotas,
    closeSeries,
    burnUnreportedLeases,
    sealAudit,
    rollUpFigures,
    expireFigures,
    (db, _arm, wake) => sweepWebhooks(db, wake),
    (db, _arm, wake) => watch(db, wake),
    expireEvents,
    expireAlerts,
  ],
};

/** Runs the duties of a trigger; one that fails does not keep the others. */
export async function runDuties(
  cron: string,
  db: Database,
  arm: Arm,
  wake: WakeLater,
): Promise<void> {
  const outcomes = await Promise.allSettled(
    (duties[cron] ?? []).map((duty) => duty(db, arm, wake)),
  );
  for (const outcome of outcomes) {
    if (outcome.status === "rejected") {
      console.error(JSON.stringify({ event: "duty_failed", cron, reason: String(outcome.reason) }));
    }
  }
}
