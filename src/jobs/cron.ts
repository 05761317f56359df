import type { Database } from "../db/client.ts";
import { sealAudit } from "../domain/audit/seal.ts";
import type { Arm } from "../domain/jobs/job.ts";
import { expireStaged } from "../domain/imports/expire.ts";
import { burnLeases } from "../domain/leases/burn.ts";
import { sweepJobs } from "../domain/jobs/sweep.ts";
import { expireQuotas } from "../domain/quotas/expire.ts";
import { expireRequests } from "../domain/requests/expire.ts";
import { closeSeries } from "../domain/sequences/close.ts";

/** What every scheduled run does, by the cron expressions of wrangler.toml. */
const duties: Readonly<Record<string, readonly ((db: Database, arm: Arm) => Promise<unknown>)[]>> =
  {
    "* * * * *": [
      sweepJobs,
      expireRequests,
      expireStaged,
      expireQuotas,
      closeSeries,
      burnLeases,
      sealAudit,
    ],
  };

/** Runs the duties of a trigger; one that fails does not keep the others. */
export async function runDuties(cron: string, db: Database, arm: Arm): Promise<void> {
  const outcomes = await Promise.allSettled((duties[cron] ?? []).map((duty) => duty(db, arm)));
  for (const outcome of outcomes) {
    if (outcome.status === "rejected") {
      console.error(JSON.stringify({ event: "duty_failed", cron, reason: String(outcome.reason) }));
    }
  }
}
