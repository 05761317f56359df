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
import type { Document, Operation } from "../document/document.ts";
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

/** After so many requests others begin with new tenants: what lists answer would grow with the square of a run. */
const requestsOfRound = 40_000;

/**
 * Sends so many requests, and holds every answer and then the database against what is promised. Ends
 * sooner when it is interrupted.
 */
export async function runHostile(
  stage: Stage,
  options: HostileRunOptions,
  interrupted?: AbortSignal,
): Promise<Tally> {
  const document = readDocument();
  const checked = {
    document,
    operations: operationsOf(document),
    check: exchangeChecker(document),
  };
  const tally = new Tally(options.log);
  const goesOn = (): boolean => {
    return tally.requests < options.requests && interrupted?.aborted !== true;
  };
  for (let round = 1; goesOn(); round += 1) {
    const requests = Math.min(options.requests - tally.requests, requestsOfRound);
    await runRound(stage, { ...options, requests, round }, checked, tally, interrupted);
    const found = tally.findings.size + tally.violations.length;
    options.log(`${tally.requests} requests, ${found} findings`);
  }
  return tally;
}

interface Checked {
  readonly document: Document;
  readonly operations: readonly Operation[];
  readonly check: ReturnType<typeof exchangeChecker>;
}

async function runRound(
  stage: Stage,
  options: HostileRunOptions & { readonly round: number },
  { document, operations, check }: Checked,
  tally: Tally,
  interrupted: AbortSignal | undefined,
): Promise<void> {
  const { seed, round, requests, clients: many } = options;
  const tenants = options.tenants.map((tenant) => `${tenant}-${round}`);
  const told = new Map(tenants.map((tenant) => [tenant, new Told()]));
  const keys = new Map<string, string>();
  for (const tenant of tenants) {
    const { key } = await createTenant(stage.directUrl, { tenant, name: tenant });
    keys.set(tenant, key);
  }
  const seats = Array.from({ length: many }, (_, place) => {
    const tenant = tenants[place % 2] ?? "";
    return { tenant, held: new Holdings(tenant, place) };
  });
  const [port = 0] = stage.ports;
  const clients = seats.map(({ tenant, held }, place): Client => {
    // The neighbour's tenant is the other one; the last of an odd number has none.
    const others = seats[place ^ 1]?.held ?? new Holdings("nobody", place);
    const random = randomOf(seed, round * many + place);
    const apiKey = keys.get(tenant) ?? "";
    return {
      requests: new Requests(document, operations, { random, held, others, apiKey }),
      held,
      connection: new Connection(port),
      told: told.get(tenant) ?? new Told(),
      foreignMarkers: [others.marker],
    };
  });
  let left = requests;
  const mayGoOn = (): boolean => {
    left -= 1;
    return left >= 0 && interrupted?.aborted !== true;
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
  for (const [tenant, all] of told) {
    const state = await onConnection(stage.directUrl, (client) => readState(client, tenant));
    tally.violations.push(...accountOf(all, state));
  }
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
