import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findBinaries, reachableBinaries } from "./postgres/binaries.ts";
import type { Binaries } from "./postgres/binaries.ts";
import { cleanEnvironment, makeWay, prepareFolder } from "./postgres/data-folder.ts";
import { lockFolder } from "./postgres/folder-lock.ts";
import {
  clearLeftovers,
  killServer,
  readPostmasterFile,
  stopServer,
} from "./postgres/postmaster-file.ts";
import { signal } from "./postgres/process-table.ts";
import { runUser } from "./postgres/run-user.ts";
import type { RunUser } from "./postgres/run-user.ts";

export { dataDirElsewhere, reachableDataDir } from "./postgres/data-place.ts";
export { removeDataDir } from "./postgres/removal.ts";

/** A running Postgres, reachable on 127.0.0.1 only, where everybody is trusted. */
export interface LocalPostgres {
  port: number;
  /** The postmaster's process id. */
  pid: number;
  /** Connection string of the superuser `postgres` for a database. */
  url(database: string): string;
  /** Stops the server and waits for it; open connections are ended. Again: nothing happens. */
  stop(): Promise<void>;
  /** SIGKILL to the postmaster and its children, as a power cut would end them. */
  kill(): Promise<void>;
}

export interface PostgresOptions {
  /** The folder of the cluster, made at the first start. The log is in it, `postgres.log`. */
  dataDir: string;
  /** A free port is taken if none is given. */
  port?: number;
  /** Server settings, such as `{ fsync: "off" }`, passed as `-c name=value`. */
  settings?: Readonly<Record<string, string | number>>;
  /** Gets a line when something unusual is done, such as clearing up after a killed run. */
  log?: (line: string) => void;
}

/** How one attempt to start ended. */
type Attempt = { ok: true; child: ChildProcess; pid: number } | { ok: false; output: string };

const LOG_FILE = "postgres.log";
/** A log that has grown beyond this many bytes is begun anew at the next start. */
const LOG_LIMIT = 16 * 1024 * 1024;
/** Recovery after a kill may take a while. */
const START_LIMIT_MS = 120_000;

/** The servers that run, so that a process that just ends does not leave them behind. */
const running = new Set<number>();

/**
 * Starts the embedded Postgres on a data folder, which is initialised if it is missing or empty.
 * Root runs it as another user. What a killed earlier run left (a server, a pid file, a half-made
 * folder) is cleared up first. The server is in a session of its own, so that Ctrl-C does not reach
 * it before its owner stops it; when this process ends without stopping it, it is told to stop.
 * Rejects with an Error that says what to do.
 */
export async function startPostgres(options: PostgresOptions): Promise<LocalPostgres> {
  const { settings = {}, log = (line: string) => console.error(line) } = options;
  const dataDir = resolve(options.dataDir);
  const user = runUser(dataDir);
  makeWay(dataDir, user);
  const binaries = reachableBinaries(findBinaries(), user);
  const unlock = await lockFolder(dataDir);
  try {
    const sync = settings["fsync"] !== "off";
    await prepareFolder(dataDir, binaries, user, { sync, log });
    const port = options.port ?? null;
    const server = await start(dataDir, binaries, user, port, settings, log);
    return handle(server, dataDir, unlock, log);
  } catch (error) {
    unlock();
    throw error;
  }
}

async function start(
  dataDir: string,
  binaries: Binaries,
  user: RunUser | null,
  wantedPort: number | null,
  settings: Readonly<Record<string, string | number>>,
  log: (line: string) => void,
): Promise<{ child: ChildProcess; pid: number; port: number }> {
  let output = "";
  for (let attempt = 0; attempt < 20; attempt += 1) {
    await clearLeftovers(dataDir, log);
    const port = wantedPort ?? (await freePort());
    const started = await launch(dataDir, binaries, user, port, settings);
    if (started.ok) return { child: started.child, pid: started.pid, port };
    ({ output } = started);
    if (/could not create any TCP\/IP sockets/.test(output)) {
      if (wantedPort === null) continue;
      throw new Error(`Port ${port} is in use: give Postgres another one, or stop what has it.`);
    }
    // The processes of a killed server may need a moment to go.
    if (!/lock file .* already exists|shared memory block .* still in use/.test(output)) break;
    await sleep(500);
  }
  throw new Error(`Postgres did not start on ${dataDir}:\n${output.trim()}`);
}

async function launch(
  dataDir: string,
  { postgres }: Binaries,
  user: RunUser | null,
  port: number,
  settings: Readonly<Record<string, string | number>>,
): Promise<Attempt> {
  const args = ["-D", dataDir, "-p", String(port)];
  const all = {
    timezone: "UTC",
    log_timezone: "UTC",
    ...settings,
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
  };
  for (const [name, value] of Object.entries(all)) args.push("-c", `${name}=${value}`);

  const logPath = join(dataDir, LOG_FILE);
  const size = existsSync(logPath) ? statSync(logPath).size : 0;
  const logFile = openSync(logPath, size > LOG_LIMIT ? "w" : "a", 0o600);
  const from = size > LOG_LIMIT ? 0 : size;
  const child = spawn(postgres, args, {
    cwd: dataDir,
    detached: true,
    env: cleanEnvironment(),
    stdio: ["ignore", logFile, logFile],
    ...(user === null ? {} : { uid: user.uid, gid: user.gid }),
  });
  closeSync(logFile);
  let failure: Error | null = null;
  child.on("error", (error) => (failure = error));

  for (let waited = 0; waited < START_LIMIT_MS; waited += 10) {
    await sleep(10);
    if (failure !== null) return { ok: false, output: String(failure) };
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) {
      return { ok: false, output: readFileSync(logPath).subarray(from).toString("utf8") };
    }
    const file = readPostmasterFile(dataDir);
    if (file?.pid === child.pid && file.ready) return { ok: true, child, pid: child.pid };
  }
  if (child.pid !== undefined) await killServer(child.pid);
  return {
    ok: false,
    output: `It was not ready after ${START_LIMIT_MS / 1000} s; see ${logPath}.`,
  };
}

function handle(
  { child, pid, port }: { child: ChildProcess; pid: number; port: number },
  dataDir: string,
  unlock: () => void,
  log: (line: string) => void,
): LocalPostgres {
  const ended = new Promise<void>((done) => child.once("exit", () => done()));
  let ending = false;
  if (running.size === 0) process.on("exit", stopRunning);
  running.add(pid);
  child.once("exit", (code, name) => {
    running.delete(pid);
    if (running.size === 0) process.off("exit", stopRunning);
    unlock();
    if (!ending) log(`Postgres ended by itself (${code ?? name}); see ${join(dataDir, LOG_FILE)}.`);
  });
  child.unref();

  const end = async (how: (pid: number) => Promise<void>): Promise<void> => {
    ending = true;
    child.ref();
    if (running.has(pid)) await how(pid);
    await ended;
  };
  return {
    port,
    pid,
    url: (database) => `postgresql://postgres@127.0.0.1:${port}/${encodeURIComponent(database)}`,
    stop: () => end(stopServer),
    kill: () => end(killServer),
  };
}

function stopRunning(): void {
  for (const pid of running) signal(pid, "SIGINT");
}

/** A port that was free a moment ago. */
function freePort(): Promise<number> {
  return new Promise((found, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => {
        if (typeof address === "object" && address !== null) found(address.port);
        else reject(new Error("The system gave no free port."));
      });
    });
  });
}
