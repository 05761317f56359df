import { setTimeout as sleep } from "node:timers/promises";

import type { Fault } from "../../../dev/gateway/faults.ts";
import type { Random } from "../random.ts";
import type { Traffic } from "../traffic.ts";
import { onConnection } from "./database.ts";
import { databaseName } from "./stage.ts";
import type { Stage } from "./stage.ts";

/**
 * What a short run is exposed to all the time: answers of the database that are lost after the commit, and
 * requests that come twice; the same for chunks of jobs alone; or chunks whose connection is ended.
 */
export type Disturbance = "none" | "lost answers" | "lost chunks" | "ended chunks";

/** Disturbs until `goesOn` says otherwise. */
export async function disturb(
  stage: Stage,
  traffic: Traffic,
  disturbance: Disturbance,
  random: Random,
  goesOn: () => boolean,
): Promise<void> {
  if (disturbance === "none") return;
  while (goesOn()) {
    await sleep(random.between(40, 120));
    switch (disturbance) {
      case "lost answers":
        traffic.doubleNext(1);
        cut(stage, { kind: "cut_after", times: 1 });
        break;
      case "lost chunks":
        cut(stage, { kind: "cut_after", match: "run_chunk_v1", times: 1 });
        break;
      case "ended chunks":
        await onConnection(stage.directUrl, (client) =>
          client.query(
            `select pg_terminate_backend(pid) from pg_stat_activity
             where application_name = 'gateway' and state = 'active' and query like '%run_chunk_v1%'`,
          ),
        );
        break;
    }
  }
  stage.gateway.setFault(databaseName, null);
}

function cut(stage: Stage, fault: Fault): void {
  stage.gateway.setFault(databaseName, fault);
}
