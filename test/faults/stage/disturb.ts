import { setTimeout as sleep } from "node:timers/promises";

import { workerRole } from "../../../dev/database.ts";
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

/** Disturbs until `goesOn` says otherwise. Answers how often. */
export async function disturb(
  stage: Stage,
  traffic: Traffic,
  disturbance: Disturbance,
  random: Random,
  goesOn: () => boolean,
): Promise<number> {
  let times = 0;
  if (disturbance === "none") return times;
  while (goesOn()) {
    await sleep(random.between(40, 120));
    switch (disturbance) {
      case "lost answers":
        traffic.doubleNext(1);
        cut(stage, { kind: "cut_after", times: 1 });
        times += 1;
        break;
      case "lost chunks":
        cut(stage, { kind: "cut_after", match: "run_chunk_v1", times: 1 });
        times += 1;
        break;
      case "ended chunks":
        times += await endChunks(stage);
        break;
    }
  }
  stage.gateway.setFault(databaseName, null);
  return times;
}

/** Ends the connections on which a chunk is worked off just now. Answers how many there were. */
async function endChunks(stage: Stage): Promise<number> {
  return onConnection(stage.directUrl, async (client) => {
    const { rowCount } = await client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where usename = $1 and state = 'active' and query like '%run_chunk_v1%'`,
      [workerRole],
    );
    return rowCount ?? 0;
  });
}

function cut(stage: Stage, fault: Fault): void {
  stage.gateway.setFault(databaseName, fault);
}
