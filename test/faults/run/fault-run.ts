import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { buildWorker } from "../../../dev/build.ts";
import { tenantsApart } from "../check/apart.ts";
import { check } from "../check/check.ts";
import type { FinalState } from "../check/final-state.ts";
import type { History } from "../check/history.ts";
import type { Violation } from "../check/violation.ts";
import type { Appetite } from "../clients/wishes/amounts.ts";
import { startSite } from "../drawers/site.ts";
import type { SiteReport } from "../drawers/site.ts";
import { randomOf } from "../random.ts";
import { foundCompany } from "../stage/company.ts";
import { onConnection } from "../stage/database.ts";
import { waitUntilQuiet } from "../stage/quiet.ts";
import { readState } from "../stage/read-state.ts";
import { makeSmallDisk, moveTables } from "../stage/small-disk.ts";
import type { SmallDisk } from "../stage/small-disk.ts";
import { startStage } from "../stage/stage.ts";
import type { Stage } from "../stage/stage.ts";
import { startTraffic } from "../traffic.ts";
import { play } from "./player.ts";
import type { Played } from "./player.ts";
import { scheduleOf } from "./schedule.ts";

export interface FaultRunOptions {
  readonly seed: number;
  readonly minutes: number;
  readonly clients: number;
  readonly workers: number;
  /** Where everything is kept while it runs. */
  readonly folder: string;
  readonly log: (line: string) => void;
  /** Gets what Workers, workerd and Postgres' launcher say. */
  readonly stageLog: (line: string) => void;
}

/** What the clients of one tenant were told, what its part of the database says, and what contradicts. */
export interface CompanyRun {
  readonly tenant: string;
  readonly history: History;
  /** What its processes did that draw from leases by themselves. */
  readonly site: SiteReport;
  readonly state: FinalState;
  readonly violations: readonly Violation[];
}

export interface FaultRun {
  readonly companies: readonly CompanyRun[];
  /** What one tenant was told of another. */
  readonly mixed: readonly Violation[];
  readonly played: readonly Played[];
  readonly crashes: number;
  /** Changes of definitions and counters meanwhile. */
  readonly changes: number;
  /** Seconds from the last answer until no job was unfinished. */
  readonly quietAfter: number;
}

/**
 * The first has half of the clients, so that many wait for one counter. All have sequences, products and
 * Idempotency-Keys of the same names.
 */
const tenants = ["acme", "bolt", "cogs"];
const patienceMs = 3000;
const tooLongMs = 4000;
const appetite: Appetite = { numbers: 100_000, lots: 60_000, large: 3, beside: 1, leases: 1 };

/**
 * Lets clients work while things go wrong, waits until all is quiet, and holds both sides against each other.
 * Rejects when `interrupted` says so; everything is stopped by then.
 */
export async function runFaults(
  options: FaultRunOptions,
  interrupted: AbortSignal,
): Promise<FaultRun> {
  const { minutes, folder, log, stageLog } = options;
  const built = path.join(folder, "built");
  await buildWorker(built, path.join(import.meta.dirname, "..", "clocked-worker", "worker.ts"));
  const stage = await startStage({ folder, built, workers: options.workers, log: stageLog });
  const disk = await makeSmallDisk(
    path.join(folder, "postgres"),
    Math.round(384 + 256 * minutes),
  ).catch(() => null);
  const over = new AbortController();
  try {
    if (disk === null) log("No disk will be full: this system has no user name spaces.");
    else await moveTables(stage.directUrl, disk.folder);
    return await Promise.race([perform(stage, disk, options, over.signal), endOf(interrupted)]);
  } finally {
    over.abort();
    await stage.stop();
    await disk?.stop();
  }
}

function endOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(new Error("It was interrupted.")));
  });
}

async function perform(
  stage: Stage,
  disk: SmallDisk | null,
  { seed, minutes, clients, workers, folder, log }: FaultRunOptions,
  over: AbortSignal,
): Promise<FaultRun> {
  const companies: Company[] = [];
  for (const [place, tenant] of tenants.entries()) {
    const apiKey = await foundCompany(stage, tenant);
    companies.push({ tenant, apiKey, clients: shareOf(clients, place) });
  }
  const working = companies.map((company, place) => {
    const traffic = startTraffic(stage, { seed, ...company, appetite, patienceMs });
    const { tenant, apiKey } = company;
    const own = path.join(folder, `site-${tenant}`);
    const site = startSite(
      {
        ports: stage.ports,
        apiKey,
        sequence: place === 0 ? "row" : "five",
        holder: "site",
        store: `${own}-store`,
        log: `${own}.log`,
      },
      randomOf(seed, -2 - place),
      over,
    );
    return { ...company, traffic, site };
  });
  const ends = performance.now() + minutes * 60_000;
  let doubled = 0;
  const scene = {
    stage,
    disk,
    tooLongMs,
    doubleNext(requests: number) {
      working[doubled % working.length]?.traffic.doubleNext(requests);
      doubled += 1;
    },
  };
  const played = await play(scene, scheduleOf(seed, minutes, workers), () => {
    return performance.now() < ends;
  });
  await sleep(Math.max(0, ends - performance.now()));
  const calls = working.reduce((sum, { traffic }) => sum + traffic.history.length, 0);
  log(`Nothing goes wrong any more; ${calls} calls so far.`);
  const ended = await Promise.all(working.map(({ traffic }) => traffic.end(60_000)));
  const answered = performance.now();
  const sites = await Promise.all(working.map(({ site }) => site.end(20_000)));
  for (const { tenant, apiKey } of working) {
    await waitUntilQuiet(stage, { tenant, apiKey, leasesRunOut: false, patienceMs: 120_000 });
  }
  const quietAfter = (performance.now() - answered) / 1000;
  log("All is quiet; checking.");
  const { crashes } = stage;
  const checked: CompanyRun[] = [];
  for (const [place, { tenant, traffic }] of working.entries()) {
    const { history } = traffic;
    const site = sites[place];
    if (site === undefined) throw new Error("Each tenant has a site.");
    const state = await onConnection(stage.directUrl, (client) => readState(client, tenant));
    const violations = check(history, state, { crashes, disturbed: true }, [site]);
    checked.push({ tenant, history, site, state, violations });
  }
  const changes = ended.reduce((sum, one) => sum + one.changes, 0);
  return { companies: checked, mixed: tenantsApart(checked), played, crashes, changes, quietAfter };
}

interface Company {
  readonly tenant: string;
  readonly apiKey: string;
  readonly clients: number;
}

function shareOf(clients: number, place: number): number {
  const others = Math.floor(clients / 2 / (tenants.length - 1));
  return place === 0 ? clients - others * (tenants.length - 1) : others;
}

/** Everything that contradicts a promise, whichever tenant's. */
export function violationsOf({ companies, mixed }: FaultRun): Violation[] {
  return [...companies.flatMap(({ violations }) => violations), ...mixed];
}
