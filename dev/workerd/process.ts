import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";

import { startCron } from "../cron/schedule.ts";
import type { DataFolder } from "../data/folder.ts";
import { portTaken } from "../port.ts";
import { findProcess, signal, waitUntilGone } from "../postgres/process-table.ts";
import { tieToThisProcess } from "../tie.ts";
import { workerdConfig } from "./config.ts";
import type { WorkerSettings } from "./config.ts";

/** The built Worker, running in workerd. */
export interface RunningWorker {
  /** The process id of workerd; another one after a restart. */
  readonly pid: number;
  readonly port: number;
  /** Stops it after the requests in flight (SIGTERM), at most 10 s later by force. */
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** Starts it again on the same port, after `stop` when it still runs. */
  restart(): Promise<void>;
  /** Fires a cron trigger now. Rejects when the scheduled handler fails. */
  fireCron(expression: string, scheduledTime: number): Promise<void>;
  /** Resolves with the reason when workerd ends and nobody asked it to. */
  readonly ended: Promise<string>;
}

export interface WorkerOptions {
  folder: DataFolder;
  settings: WorkerSettings;
  /** The folder with the built `worker.js`. */
  built: string;
  /** 0: a free one. */
  port: number;
  /** Secrets and variables. */
  values: Readonly<Record<string, string>>;
  /** What V8 may use for its heap, in MB; workerd ends when that is not enough. By default there is no bound. */
  heapMegabytes?: number | undefined;
  /** Gets what the Worker logs. */
  log: (line: string) => void;
}

interface Started {
  child: ChildProcess;
  pid: number;
  /** Resolves with how it ended. */
  exit: Promise<string>;
  ports: { http: number; cron: number };
}

/** Stops a workerd that an earlier run of this data folder has left; says so. */
export async function endOrphan(folder: DataFolder, log: (line: string) => void): Promise<void> {
  const note = noteOf(folder);
  try {
    const json: unknown = JSON.parse(await readFile(note, "utf8"));
    if (typeof json === "object" && json !== null && "pid" in json && "started" in json) {
      const pid = Number(json.pid);
      if (findProcess(pid)?.started === json.started) {
        log(`Stopping workerd (process ${pid}), which an earlier run left.`);
        signal(pid, "SIGKILL");
        await waitUntilGone([pid], 10_000);
      }
      await rm(note, { force: true });
    }
  } catch {
    // No note, or half of one: there is no orphan to know of.
  }
}

/** Writes the configuration and starts workerd; resolves when it takes requests. */
export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  const { folder, settings, log } = options;
  await mkdir(folder.durableObjects, { recursive: true });
  await mkdir(folder.workerd, { recursive: true });
  const place = (name: string): string => path.join(folder.workerd, name);
  await copyFile(path.join(options.built, "worker.js"), place("worker.js"));
  await copyFile(path.join(import.meta.dirname, "cron.js"), place("cron.js"));

  let port = options.port;
  let announceEnd: (reason: string) => void;
  const ended = new Promise<string>((resolve) => {
    announceEnd = resolve;
  });
  let expected = false;
  const start = async (): Promise<Started> => {
    const config = workerdConfig(
      settings,
      {
        port,
        script: "worker.js",
        cronScript: "cron.js",
        durableObjects: folder.durableObjects,
        heapMegabytes: options.heapMegabytes,
      },
      options.values,
    );
    // It holds the connection string.
    await writeFile(place("config.capnp"), config, { mode: 0o600 });
    expected = false;
    const started = await launch(place("config.capnp"), port, log, async (pid) => {
      const facts = { pid, started: findProcess(pid)?.started ?? "" };
      await writeFile(noteOf(folder), JSON.stringify(facts));
    });
    started.child.once("exit", () => {
      if (!expected) announceEnd("workerd ended by itself; what it said last is above.");
    });
    return started;
  };

  let now = await start();
  port = now.ports.http;
  const end = async (how: "SIGTERM" | "SIGKILL"): Promise<void> => {
    expected = true;
    now.child.kill(how);
    if (!(await waitUntilGone([now.pid], 10_000))) now.child.kill("SIGKILL");
    await now.exit;
    await rm(noteOf(folder), { force: true });
  };
  const fireCron = async (expression: string, scheduledTime: number): Promise<void> => {
    const query = new URLSearchParams({ cron: expression, time: String(scheduledTime) });
    const response = await fetch(`http://127.0.0.1:${now.ports.cron}/?${query}`);
    const outcome = await response.text();
    if (!response.ok) throw new Error(`the scheduled handler ended with ${outcome}`);
  };
  let cron = startCron(settings.crons, fireCron, log);
  return {
    get pid() {
      return now.pid;
    },
    port,
    ended,
    fireCron,
    async stop() {
      cron.stop();
      await end("SIGTERM");
    },
    async kill() {
      cron.stop();
      await end("SIGKILL");
    },
    async restart() {
      cron.stop();
      await end("SIGTERM");
      now = await start();
      cron = startCron(settings.crons, fireCron, log);
    },
  };
}

function noteOf(folder: DataFolder): string {
  return path.join(folder.workerd, "process.json");
}

/**
 * Starts workerd, tied to this process, and waits until it listens on both sockets. `note` is told
 * the pid at once; `log` gets its lines once it listens.
 */
async function launch(
  config: string,
  port: number,
  log: (line: string) => void,
  note: (pid: number) => Promise<void>,
): Promise<Started> {
  const child = spawn(workerdBinary(), ["serve", "--experimental", "--control-fd=3", config], {
    // A session of its own: on Ctrl-C its owner stops it in good order.
    detached: true,
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  const exit = new Promise<string>((resolve) => {
    child.once("error", (error) => {
      resolve(error.message);
    });
    child.once("exit", (code, name) => {
      resolve(name ?? `exit code ${code}`);
    });
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`workerd did not start: ${await exit}`);
  const untie = tieToThisProcess(pid, "KILL");
  child.once("exit", untie);
  await note(pid);

  const early: string[] = [];
  let hear = (line: string): void => {
    early.push(line);
  };
  onLine(child.stdout, (line) => hear(line));
  onLine(child.stderr, (line) => hear(line));
  const ports = new Map<string, number>();
  const ready = new Promise<"ready">((resolve) => {
    onLine(child.stdio[3], (line) => {
      // workerd writes one such object for every socket that it listens on.
      const event = JSON.parse(line) as { event: string; socket: string; port: number };
      if (event.event === "listen") ports.set(event.socket, event.port);
      if (ports.size === 2) resolve("ready");
    });
  });
  const how = await Promise.race([ready, exit]);
  const http = ports.get("http");
  const cron = ports.get("cron");
  if (how !== "ready" || http === undefined || cron === undefined) {
    const said = early.join("\n");
    if (/address already in use/i.test(said)) throw portTaken(port);
    throw new Error(`workerd did not start (${how}):\n${said}`);
  }
  hear = log;
  for (const line of early) log(line);
  return { child, pid, exit, ports: { http, cron } };
}

function onLine(stream: unknown, hear: (line: string) => void): void {
  if (stream instanceof Readable) createInterface({ input: stream }).on("line", hear);
}

function workerdBinary(): string {
  const require = createRequire(import.meta.url);
  // The package's main file exports the path of the binary for this platform.
  const { default: binary } = require("workerd") as { default: string };
  return binary;
}
