import { createApp } from "./app.ts";
import { openDatabase } from "./db/client.ts";
import type { Arm } from "./domain/jobs/job.ts";
import type { Bindings } from "./env.ts";
import { settingsOf } from "./env.ts";
import { runDuties } from "./jobs/cron.ts";
import { wakeLaterOf } from "./jobs/wake.ts";

export { JobPump } from "./jobs/job-pump.ts";
export { WebhookPump } from "./jobs/webhook-pump.ts";

const app = createApp();

export default {
  fetch: app.fetch,
  async scheduled({ cron }, bindings) {
    const { databaseUrl, sqlEndpoint } = settingsOf(bindings);
    const timings = { requests: 0, milliseconds: 0 };
    const arm: Arm = async (key, afterMs) => {
      await bindings.JOB_PUMP.getByName(`${key.tenant}/${key.job}`).arm(key, afterMs);
    };
    const db = openDatabase({ databaseUrl, sqlEndpoint, timings });
    await runDuties(cron, db, arm, wakeLaterOf(bindings));
  },
} satisfies ExportedHandler<Bindings>;
