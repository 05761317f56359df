import { createDatabase, prepareDatabase, workerUrl } from "./database.ts";
import type { DataFolder } from "./data/folder.ts";
import { startGateway } from "./gateway/gateway.ts";
import type { Gateway } from "./gateway/gateway.ts";
import { reachableDataDir, startPostgres } from "./postgres.ts";
import type { LocalPostgres } from "./postgres.ts";
import { findProcess } from "./postgres/process-table.ts";
import { tieToThisProcess } from "./tie.ts";

/** What stands behind the Worker: the migrated database, and the gateway before it. */
export interface Backend {
  postgres: LocalPostgres;
  gateway: Gateway;
  /** As the Worker connects: the role `serialmint_worker`. */
  databaseUrl: string;
  /** As migrations connect: the superuser. */
  directUrl: string;
  /** The migrations that this start applied. */
  applied: string[];
  /** Resolves with the reason when Postgres ends and nobody asked it to. */
  ended: Promise<string>;
  stop(): Promise<void>;
  /** As a power cut would end it. */
  kill(): Promise<void>;
}

export interface BackendOptions {
  folder: DataFolder;
  postgresSettings?: Readonly<Record<string, string | number>>;
  log: (line: string) => void;
}

/** Starts Postgres, migrates, starts the gateway. What was started is stopped if a step fails. */
export async function startBackend(options: BackendOptions): Promise<Backend> {
  const { folder, log } = options;
  const dataDir = reachableDataDir(folder.postgres);
  if (dataDir !== folder.postgres) {
    log(
      `The database is in ${dataDir}: Postgres does not run as root and cannot reach ${folder.root}.`,
    );
  }
  const postgres = await startPostgres({
    dataDir,
    settings: options.postgresSettings ?? {},
    log,
  });
  const untie = tieToThisProcess(postgres.pid, "INT");
  try {
    await createDatabase(postgres.url("postgres"), "serialmint");
    const directUrl = postgres.url("serialmint");
    const applied = await prepareDatabase(directUrl);
    const gateway = await startGateway();
    const watch = watchProcess(postgres.pid, "Postgres ended by itself.");
    const end = async (how: () => Promise<void>): Promise<void> => {
      watch.stop();
      await gateway.close();
      await how();
      untie();
    };
    return {
      postgres,
      gateway,
      directUrl,
      databaseUrl: workerUrl(directUrl),
      applied,
      ended: watch.ended,
      stop: () => end(() => postgres.stop()),
      kill: () => end(() => postgres.kill()),
    };
  } catch (error) {
    await postgres.stop();
    untie();
    throw error;
  }
}

/** Looks every second whether a process is still there. */
function watchProcess(pid: number, reason: string): { ended: Promise<string>; stop(): void } {
  let timer: NodeJS.Timeout;
  const ended = new Promise<string>((resolve) => {
    timer = setInterval(() => {
      if (findProcess(pid) !== null) return;
      clearInterval(timer);
      resolve(reason);
    }, 1000);
    timer.unref();
  });
  return {
    ended,
    stop() {
      clearInterval(timer);
    },
  };
}
