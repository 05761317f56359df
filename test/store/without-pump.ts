/** Services whose jobs stand still until the scheduled run finds them. */
import {
  createExecutionContext,
  createScheduledController,
  waitOnExecutionContext,
} from "cloudflare:test";
import { env } from "cloudflare:workers";

import worker from "../../src/worker.ts";
import type { Service } from "../harness/service.ts";
import { serviceForTest } from "./service.ts";

/** The shared database, with a Worker that dies before it has set the pump on a job. */
export function serviceWithoutPump(): Promise<Service> {
  const pump = { getByName: () => ({ arm: async () => Promise.resolve() }) };
  return serviceForTest({ main: true, vars: { JOB_PUMP: pump } });
}

/** The scheduled run, to its end; it sets the pumps of the deployed Worker. */
export async function fireCron(): Promise<void> {
  const context = createExecutionContext();
  const controller = createScheduledController({ cron: "* * * * *", scheduledTime: 0 });
  await worker.scheduled(controller, env);
  await waitOnExecutionContext(context);
}
