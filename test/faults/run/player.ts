import { setTimeout as sleep } from "node:timers/promises";

import { DatabaseError } from "pg";

import { workerRole } from "../../../dev/database.ts";
import type { Fault } from "../../../dev/gateway/faults.ts";
import { onConnection } from "../stage/database.ts";
import type { SmallDisk } from "../stage/small-disk.ts";
import { databaseName } from "../stage/stage.ts";
import type { Stage } from "../stage/stage.ts";
import type { Planned, PlannedFault } from "./schedule.ts";

/** SQLSTATE of a file that cannot grow. */
const diskFull = "53100";

export interface Scene {
  readonly stage: Stage;
  /** Delivers the next so many requests twice at once. */
  readonly doubleNext: (requests: number) => void;
  /** Null where the system lets nobody have a file system of their own. */
  readonly disk: SmallDisk | null;
  /** Longer than a client waits for an answer. */
  readonly tooLongMs: number;
}

/** A fault that has happened. */
export interface Played {
  readonly atMs: number;
  readonly fault: PlannedFault;
  /** What it hit, where that is not plain. */
  readonly note?: string;
}

/** Brings about what is planned, one after another, each at its time or as soon as the one before is over. */
export async function play(
  scene: Scene,
  planned: readonly Planned[],
  goesOn: () => boolean,
): Promise<Played[]> {
  const began = performance.now();
  const played: Played[] = [];
  for (const { atMs, fault } of planned) {
    await sleep(Math.max(0, began + atMs - performance.now()));
    if (!goesOn()) break;
    if (fault.kind === "disk full" && scene.disk === null) continue;
    const note = await bringAbout(scene, fault);
    const at = Math.round(performance.now() - began);
    played.push({ atMs: at, fault, ...(note === undefined ? {} : { note }) });
  }
  scene.stage.gateway.setFault(databaseName, null);
  return played;
}

async function bringAbout(scene: Scene, fault: PlannedFault): Promise<string | undefined> {
  const { stage, tooLongMs } = scene;
  switch (fault.kind) {
    case "postgres killed":
      await stage.killPostgres();
      await sleep(fault.downMs);
      await stage.startPostgres();
      return undefined;
    case "connections ended":
      return endConnections(stage);
    case "cut before commit":
      return atGateway(stage, { kind: "cut_before", times: fault.times }, 1000);
    case "cut after commit":
      return atGateway(stage, { kind: "cut_after", times: fault.times }, 1000);
    case "slow commits":
      return atGateway(
        stage,
        { kind: "delay_commit", ms: tooLongMs, times: fault.times },
        tooLongMs + 300,
      );
    case "silence":
      return atGateway(stage, { kind: "hang", ms: tooLongMs, times: fault.times }, 1500);
    case "delivered twice":
      scene.doubleNext(fault.times);
      return undefined;
    case "worker killed": {
      const inMidJob = await waitForJob(stage);
      await stage.workers[fault.worker]?.kill();
      await sleep(fault.downMs);
      await stage.workers[fault.worker]?.restart();
      return inMidJob ? "in mid-job" : "no job";
    }
    case "clock jumped":
      await stage.setClock(fault.worker, fault.aheadMs);
      await sleep(fault.forMs);
      await stage.setClock(fault.worker, 0);
      return undefined;
    case "disk full":
      return whileFull(stage, scene.disk, fault.forMs);
    case "all restarted":
      await Promise.all([...stage.workers.map((worker) => worker.kill()), stage.killPostgres()]);
      await sleep(fault.downMs);
      await stage.startPostgres();
      for (const worker of stage.workers) await worker.restart();
      return undefined;
  }
}

async function whileFull(
  stage: Stage,
  disk: SmallDisk | null,
  forMs: number,
): Promise<string | undefined> {
  await disk?.fill();
  try {
    const refused = await onConnection(stage.directUrl, (client) =>
      client
        .query("create table probe tablespace small as select from generate_series(1, 100000)")
        .then(() => "nothing")
        .catch((error: unknown) => (error instanceof DatabaseError ? error.code : String(error))),
    );
    await sleep(forMs);
    return refused === diskFull ? "refused to grow" : `refused with ${refused}`;
  } finally {
    await disk?.clear();
  }
}

/** The gateway keeps one fault at a time: the next one waits until this one had its time. */
async function atGateway(stage: Stage, fault: Fault, forMs: number): Promise<undefined> {
  stage.gateway.setFault(databaseName, fault);
  await sleep(forMs);
}

async function endConnections(stage: Stage): Promise<string> {
  return onConnection(stage.directUrl, async (client) => {
    const { rowCount } = await client.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where usename = $1",
      [workerRole],
    );
    return `${rowCount ?? 0} connections`;
  });
}

/** Waits a little until some job has chunks behind it and before it. */
async function waitForJob(stage: Stage): Promise<boolean> {
  return onConnection(stage.directUrl, async (client) => {
    for (let look = 0; look < 60; look += 1) {
      const { rowCount } = await client.query(
        "select from jobs where status = 'running' and cursor < chunked limit 1",
      );
      if (rowCount === 1) return true;
      await sleep(25);
    }
    return false;
  });
}
