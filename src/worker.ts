import { createApp } from "./app.ts";
import { openDatabase } from "./db/client.ts";
import type { Arm } from "./domain/jobs/job.ts";
import type { Bindings } from "./env.ts";
import { settingsOf } from "./env.ts";
import { runDuties } from "./jobs/cron.ts";

export { JobPump } from "./jobs/job-pump.ts";

const app = createApp();

export default {
  fetch: app.fetch,
  async scheduled({ cron }, bindings) {
    const { databaseUrl, sqlEndpoint } = settingsOf(bindings);
    const timings = { requests: 0, milliseconds: 0 };
    const arm: Arm = async (key, afterMs) => {
      await bindings.JOB_PUMP.getByName(`${key.tenant}/${key.job}`).arm(key, afterMs);
    };
    await runDuties(cron, openDatabase({ databaseUrl, sqlEndpoint, timings }), arm);
  },
} satisfies ExportedHandler<Bindings>;
