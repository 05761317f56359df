import { setTimeout as sleep } from "node:timers/promises";

import { onConnection } from "../../faults/stage/database.ts";
import type { Stage } from "../../faults/stage/stage.ts";
import type { Holdings } from "../generate/holdings.ts";

/**
 * Makes an unfinished job of each tenant a failed one now and then, as if its chunks had been refused, so
 * that there is something to retry: nothing else goes wrong in the run.
 */
export async function failJobs(
  stage: Stage,
  seats: readonly { readonly tenant: string; readonly held: Holdings }[],
  goesOn: () => boolean,
): Promise<void> {
  await onConnection(stage.directUrl, async (client) => {
    while (goesOn()) {
      const { rows } = await client.query<{ tenant: string; id: string }>(
        `update jobs
         set status = 'failed', token = null,
             error = '{"code": "internal_error", "detail": "It was failed by hand.", "retryable": true}'
         where (tenant, id) in (
           select distinct on (tenant) tenant, id from jobs
           where status in ('queued', 'running') order by tenant, created_at)
         returning tenant, id`,
      );
      for (const { tenant, id } of rows) {
        for (const seat of seats) if (seat.tenant === tenant) seat.held.failedJobs.add(id);
      }
      // One that runs is hardly ever seen by a look every half second.
      await sleep(rows.length > 0 ? 500 : 10);
    }
  });
}
