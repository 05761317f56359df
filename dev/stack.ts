import path from "node:path";

import { startBackend } from "./backend.ts";
import type { Backend } from "./backend.ts";
import { buildWorker } from "./build.ts";
import { dataFolder } from "./data/folder.ts";
import { lockDataFolder } from "./data/lock.ts";
import { makeMarked } from "./data/mark.ts";
import type { Gateway } from "./gateway/gateway.ts";
import { requireFreePort } from "./port.ts";
import type { LocalPostgres } from "./postgres.ts";
import { readWorkerSettings } from "./workerd/config.ts";
import { endOrphan, startWorker } from "./workerd/process.ts";
import type { RunningWorker, WorkerOptions } from "./workerd/process.ts";
import { projectRoot } from "./wrangler.ts";

/** The whole service on this machine: Postgres, the gateway, and the built Worker in workerd. */
export interface Stack {
  /** Where the Worker answers, without a slash at the end. */
  url: string;
  /** As the Worker connects to the database: the role `serialmint_worker`. */
  databaseUrl: string;
  /** As migrations connect: the superuser. */
  directUrl: string;
  gateway: Gateway;
  postgres: LocalPostgres;
  workerd: RunningWorker;
  /** The migrations that this start applied. */
  applied: string[];
  /** Resolves with the reason when a part ends and nobody asked it to. */
  ended: Promise<string>;
  /** Stops everything in order: requests in flight are answered first. */
  stop(): Promise<void>;
  /** As a power cut would end it: workerd and Postgres get SIGKILL. */
  killAll(): Promise<void>;
}

export interface StackOptions {
  /** Made when it is missing; held by one stack at a time. */
  dataDir: string;
  /** 0: a free one. */
  port: number;
  /** The folder of an already built Worker; by default it is built into the data folder. */
  built?: string;
  postgresSettings?: Readonly<Record<string, string | number>>;
  /** Variables and secrets of the Worker besides DATABASE_URL and SQL_ENDPOINT. */
  values?: Readonly<Record<string, string>>;
  /** Of the Worker. */
  heapMegabytes?: WorkerOptions["heapMegabytes"];
  /** Gets a line when something unusual is done. */
  log?: (line: string) => void;
  /** Gets what the Worker and workerd log. */
  workerLog?: (line: string) => void;
}

/**
 * Starts a stack; resolves when the Worker takes requests. What was started is stopped again if a
 * later step fails. Rejects with a {@link Refusal} for what the user can mend: a taken port, a data
 * folder in use. When this process ends, however it ends, its children end too.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { port, log = console.error } = options;
  const folder = dataFolder(path.resolve(options.dataDir));
  const undo: (() => Promise<void>)[] = [await lockDataFolder(folder, log)];
  try {
    await endOrphan(folder, log);
    await requireFreePort(port);
    for (const each of [folder.workerd, folder.durableObjects]) await makeMarked(each);
    const built = options.built ?? path.join(folder.workerd, "built");
    const [backend] = await bothOrNone(
      startBackend({ folder, log, postgresSettings: options.postgresSettings ?? {} }),
      options.built === undefined ? buildWorker(built) : Promise.resolve(),
    );
    undo.push(() => backend.stop());
    const workerd = await startWorker({
      folder,
      settings: readWorkerSettings(path.join(projectRoot, "wrangler.toml")),
      built,
      port,
      values: {
        // Requests in flight are answered before it stops, and so is what they left behind: sooner than elsewhere.
        FIGURES_INTERVAL_MS: "1000",
        ...options.values,
        DATABASE_URL: backend.databaseUrl,
        SQL_ENDPOINT: backend.gateway.endpoint,
      },
      heapMegabytes: options.heapMegabytes,
      log: options.workerLog ?? log,
    });
    undo.push(() => workerd.stop());
    return {
      url: `http://localhost:${workerd.port}`,
      databaseUrl: backend.databaseUrl,
      directUrl: backend.directUrl,
      gateway: backend.gateway,
      postgres: backend.postgres,
      workerd,
      applied: backend.applied,
      ended: Promise.race([workerd.ended, backend.ended]),
      stop: () => inReverse(undo),
      async killAll() {
        await workerd.kill();
        await backend.kill();
        await undo[0]?.();
      },
    };
  } catch (error) {
    await inReverse(undo);
    throw error;
  }
}

/** Waits for both; when the other one fails, the backend that has started is stopped. */
async function bothOrNone(starting: Promise<Backend>, building: Promise<void>): Promise<[Backend]> {
  const [backend, build] = await Promise.allSettled([starting, building]);
  if (backend.status === "rejected") throw backend.reason;
  if (build.status === "fulfilled") return [backend.value];
  await backend.value.stop();
  throw build.reason;
}

/** Runs every step from the last to the first, also after one fails; then rejects with that. */
async function inReverse(steps: readonly (() => Promise<void>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const step of steps.toReversed()) {
    try {
      await step();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}
