import { setTimeout as sleep } from "node:timers/promises";

import type { Stage } from "./stage.ts";
import { onConnection } from "./database.ts";

export interface QuietOptions {
  readonly tenant: string;
  readonly apiKey: string;
  /** True: leases are made to run out at once, as if their time had passed. */
  readonly leasesRunOut: boolean;
  readonly patienceMs: number;
}

/**
 * Waits until every job has ended, as an operator would bring it about: the sweep runs, and a job that
 * failed is sent on. Gives up after its patience; what is unfinished then is for the checker to find.
 */
export async function waitUntilQuiet(stage: Stage, options: QuietOptions): Promise<void> {
  const { tenant, apiKey, leasesRunOut, patienceMs } = options;
  const end = performance.now() + patienceMs;
  while (performance.now() < end) {
    const unfinished = await onConnection(stage.directUrl, async (client) => {
      if (leasesRunOut) {
        await client.query(
          "update jobs set lease_until = now() where tenant = $1 and status in ('queued', 'running')",
          [tenant],
        );
      }
      const { rows } = await client.query<{ id: string; status: string }>(
        "select id, status from jobs where tenant = $1 and status not in ('done', 'cancelled')",
        [tenant],
      );
      return rows;
    });
    if (unfinished.length === 0) return;
    for (const { id, status } of unfinished) {
      if (status === "failed") await sendOn(stage, apiKey, id);
    }
    // What fails is tried again in the next round.
    await Promise.allSettled(
      stage.workers.map((worker) => worker.fireCron("* * * * *", Date.now())),
    );
    await sleep(500);
  }
}

async function sendOn(stage: Stage, apiKey: string, job: string): Promise<void> {
  await fetch(`http://127.0.0.1:${stage.ports[0]}/v1/jobs/${job}/retry`, {
    method: "POST",
    headers: { authorization: `Bearer ${apiKey}`, "idempotency-key": crypto.randomUUID() },
  });
}
