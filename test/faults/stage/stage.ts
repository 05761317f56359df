import { mkdirSync } from "node:fs";
import path from "node:path";

import { dataFolder } from "../../../dev/data/folder.ts";
import { createDatabase, prepareDatabase, workerUrl } from "../../../dev/database.ts";
import { startGateway } from "../../../dev/gateway/gateway.ts";
import type { Gateway } from "../../../dev/gateway/gateway.ts";
import { startPostgres } from "../../../dev/postgres.ts";
import type { LocalPostgres } from "../../../dev/postgres.ts";
import { tieToThisProcess } from "../../../dev/tie.ts";
import { readWorkerSettings } from "../../../dev/workerd/config.ts";
import { startWorker } from "../../../dev/workerd/process.ts";
import type { RunningWorker } from "../../../dev/workerd/process.ts";
import { projectRoot } from "../../../dev/wrangler.ts";

/** What a stage's Workers give their metrics to. */
export const metricsKey = "a-key-for-the-metrics";

/** One database that all Workers of a stage use. */
export const databaseName = "serialmint";

export interface StageOptions {
  /** Where everything is kept. */
  readonly folder: string;
  /** The folder with the built Worker. */
  readonly built: string;
  readonly workers: number;
  /** None: as a server has them by default, fsync and commits that wait for the disk. */
  readonly postgresSettings?: Readonly<Record<string, string | number>>;
  /** Gets what the Workers, workerd and Postgres' launcher say. */
  readonly log: (line: string) => void;
}

/** Postgres, the gateway and several Workers, each of which can be killed and started again. */
export interface Stage {
  /** Where the Workers listen on 127.0.0.1; the same after a restart. */
  readonly ports: readonly number[];
  readonly workers: readonly RunningWorker[];
  readonly gateway: Gateway;
  /** As the superuser connects. */
  readonly directUrl: string;
  /** How often Postgres was killed. */
  readonly crashes: number;
  killPostgres(): Promise<void>;
  /** Starts Postgres on its port again; resolves when it has recovered. */
  startPostgres(): Promise<void>;
  /** Sets how far the clock of a Worker is ahead. */
  setClock(worker: number, milliseconds: number): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a stage. What was started is stopped again if a later step fails. */
export async function startStage(options: StageOptions): Promise<Stage> {
  const { folder, built, postgresSettings: settings = {}, log } = options;
  const dataDir = path.join(folder, "postgres");
  const undo: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).toReversed()) await step();
  };
  try {
    let postgres = await startPostgres({ dataDir, settings, log });
    let untie = tieToThisProcess(postgres.pid, "INT");
    const { port } = postgres;
    let crashes = 0;
    const end = async (how: (running: LocalPostgres) => Promise<void>): Promise<void> => {
      await how(postgres);
      untie();
    };
    undo.push(() => end((running) => running.stop()));
    await createDatabase(postgres.url("postgres"), databaseName);
    const directUrl = postgres.url(databaseName);
    await prepareDatabase(directUrl);
    const gateway = await startGateway();
    undo.push(() => gateway.close());

    // wrangler.toml names it, and workerd does not start without it.
    mkdirSync(path.join(projectRoot, "dist", "assets"), { recursive: true });
    const workers: RunningWorker[] = [];
    for (let number = 0; number < options.workers; number += 1) {
      const worker = await startWorker({
        folder: dataFolder(path.join(folder, `worker-${number}`)),
        settings: readWorkerSettings(path.join(projectRoot, "wrangler.toml")),
        built,
        port: 0,
        values: {
          DATABASE_URL: workerUrl(directUrl),
          SQL_ENDPOINT: gateway.endpoint,
          INLINE_BUDGET_MS: "1500",
          METRICS_KEY: metricsKey,
        },
        log,
      });
      undo.push(() => worker.stop());
      workers.push(worker);
    }
    const ports = workers.map((worker) => worker.port);
    return {
      ports,
      workers,
      gateway,
      directUrl,
      get crashes() {
        return crashes;
      },
      async killPostgres() {
        crashes += 1;
        await end((running) => running.kill());
      },
      async startPostgres() {
        postgres = await startPostgres({ dataDir, port, settings, log });
        untie = tieToThisProcess(postgres.pid, "INT");
      },
      async setClock(worker, milliseconds) {
        const answer = await fetch(`http://127.0.0.1:${ports[worker]}/clock`, {
          method: "PUT",
          body: String(milliseconds),
        });
        if (answer.status !== 204) throw new Error("The Worker's clock cannot be set.");
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
