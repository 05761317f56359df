import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { buildWorker } from "../../../dev/build.ts";
import { check } from "../check/check.ts";
import type { FinalState } from "../check/final-state.ts";
import type { History } from "../check/history.ts";
import type { Violation } from "../check/violation.ts";
import type { Appetite } from "../clients/wishes/amounts.ts";
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

export interface FaultRun {
  readonly history: History;
  readonly state: FinalState;
  readonly played: readonly Played[];
  readonly crashes: number;
  /** Changes of definitions and counters meanwhile. */
  readonly changes: number;
  /** Seconds from the last answer until no job was unfinished. */
  readonly quietAfter: number;
  readonly violations: readonly Violation[];
}

const tenant = "acme";
const patienceMs = 3000;
const tooLongMs = 4000;
const appetite: Appetite = { numbers: 100_000, lots: 60_000, large: 3 };

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
  try {
    if (disk === null) log("No disk will be full: this system has no user name spaces.");
    else await moveTables(stage.directUrl, disk.folder);
    return await Promise.race([perform(stage, disk, options), endOf(interrupted)]);
  } finally {
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
  { seed, minutes, clients, workers, log }: FaultRunOptions,
): Promise<FaultRun> {
  const apiKey = await foundCompany(stage, tenant);
  const traffic = startTraffic(stage, { seed, clients, apiKey, appetite, patienceMs });
  const ends = performance.now() + minutes * 60_000;
  const scene = { stage, traffic, disk, tooLongMs };
  const played = await play(scene, scheduleOf(seed, minutes, workers), () => {
    return performance.now() < ends;
  });
  await sleep(Math.max(0, ends - performance.now()));
  log(`Nothing goes wrong any more; ${traffic.history.length} calls so far.`);
  const { changes } = await traffic.end(60_000);
  const answered = performance.now();
  await waitUntilQuiet(stage, { tenant, apiKey, leasesRunOut: false, patienceMs: 120_000 });
  const quietAfter = (performance.now() - answered) / 1000;
  log("All is quiet; checking.");
  const state = await onConnection(stage.directUrl, (client) => readState(client, tenant));
  const { crashes } = stage;
  const { history } = traffic;
  const violations = check(history, state, { crashes, disturbed: true });
  return { history, state, played, crashes, changes, quietAfter, violations };
}
