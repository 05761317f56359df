import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { buildWorker } from "../../../dev/build.ts";
import { createTenant } from "../../../ops/tenant-create.ts";
import { randomOf } from "../../faults/random.ts";
import { onConnection } from "../../faults/stage/database.ts";
import { readState } from "../../faults/stage/read-state.ts";
import { startStage } from "../../faults/stage/stage.ts";
import type { Stage } from "../../faults/stage/stage.ts";
import { accountOf } from "../check/account.ts";
import { exchangeChecker } from "../check/check-exchange.ts";
import { Told } from "../check/told.ts";
import { operationsOf, readDocument } from "../document/document.ts";
import { Holdings } from "../generate/holdings.ts";
import { Requests } from "../generate/next.ts";
import { Connection } from "../wire/connection.ts";
import { runClient } from "./client.ts";
import type { Client } from "./client.ts";
import { failJobs } from "./fail-jobs.ts";
import { Tally } from "./tally.ts";

export interface HostileRunOptions {
  readonly seed: number;
  readonly requests: number;
  readonly clients: number;
  readonly log: (line: string) => void;
  /** Two that are not there yet, so that one can ask for what the other has. */
  readonly tenants: readonly [string, string];
}

/** Starts the service and what it needs in a folder, as it is deployed. */
export async function startHostileStage(
  folder: string,
  log: (line: string) => void,
): Promise<Stage> {
  const built = path.join(folder, "built");
  await buildWorker(built);
  return startStage({
    folder,
    built,
    workers: 1,
    // No process dies here: nothing has to be on a disk.
    postgresSettings: { fsync: "off", synchronous_commit: "off", full_page_writes: "off" },
    log,
  });
}

/**
 * Sends so many requests, and holds every answer and then the database against what is promised. Ends
 * sooner when it is interrupted.
 */
export async function runHostile(
  stage: Stage,
  { seed, requests, clients: many, log, tenants }: HostileRunOptions,
  interrupted?: AbortSignal,
): Promise<Tally> {
  const document = readDocument();
  const operations = operationsOf(document);
  const check = exchangeChecker(document);
  const [port = 0] = stage.ports;
  const told = new Map(tenants.map((tenant) => [tenant, new Told()]));
  const keys = new Map<string, string>();
  for (const tenant of tenants) {
    const { key } = await createTenant(stage.directUrl, { tenant, name: tenant });
    keys.set(tenant, key);
  }
  const seats = Array.from({ length: many }, (_, place) => {
    const tenant = tenants[place % 2] ?? tenants[0];
    return { tenant, held: new Holdings(tenant, place) };
  });
  const clients = seats.map(({ tenant, held }, place): Client => {
    // The neighbour's tenant is the other one; the last of an odd number has none.
    const others = seats[place ^ 1]?.held ?? new Holdings("nobody", place);
    const random = randomOf(seed, place);
    const apiKey = keys.get(tenant) ?? "";
    return {
      requests: new Requests(document, operations, { random, held, others, apiKey }),
      held,
      connection: new Connection(port),
      told: told.get(tenant) ?? new Told(),
      foreignMarkers: [others.marker],
    };
  });
  const tally = new Tally();
  let begun = 0;
  const mayGoOn = (): boolean => {
    begun += 1;
    if (begun % 10_000 === 0) log(`${begun} requests, ${tally.findings.size} findings`);
    return begun <= requests && interrupted?.aborted !== true;
  };
  let goesOn = true;
  const failing = failJobs(stage, seats, () => goesOn);
  try {
    await Promise.all(clients.map((client) => runClient(client, check, tally, mayGoOn)));
  } finally {
    goesOn = false;
    await failing;
  }
  await quiet(stage);
  for (const tenant of tenants) {
    const state = await onConnection(stage.directUrl, (client) => readState(client, tenant));
    tally.violations.push(...accountOf(told.get(tenant) ?? new Told(), state));
  }
  return tally;
}

/** Waits until no request without an answer is still carried out. */
async function quiet(stage: Stage): Promise<void> {
  for (let look = 0; look < 100; look += 1) {
    const busy = await onConnection(stage.directUrl, async (client) => {
      const { rowCount } = await client.query(
        `select from pg_stat_activity
         where datname = current_database() and state <> 'idle' and pid <> pg_backend_pid()`,
      );
      return (rowCount ?? 0) > 0;
    });
    if (!busy) return;
    await sleep(100);
  }
}
