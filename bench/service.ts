import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { Client as PgClient } from "pg";
import { workerRole } from "../dev/database.ts";
import type { Setting } from "./result.ts";

/** What the stack's process tells when it is ready, at the start and after every order. */
export interface Ready {
  readonly port: number;
  /** The process id of workerd. */
  readonly pid: number;
  /** Where the bare Worker listens on 127.0.0.1. */
  readonly barePort: number;
  /** Where a Worker listens that is the same but keeps no figures of calls. */
  readonly plainPort: number;
  readonly plainPid: number;
  readonly directUrl: string;
  readonly databaseUrl: string;
  readonly endpoint: string;
}

/** What the stack's process is told. */
export type Order = { readonly kind: "restart worker" } | { readonly kind: "commit"; ms: number };

/** How much longer a commit takes, in milliseconds. */
const commitDelays: Readonly<Record<Setting, number>> = { "as it is": 0, "5 ms commit": 5 };

/** The service under test: fresh, with Postgres' default settings, in processes of its own. */
export class Service {
  readonly #child: ChildProcess;
  readonly #folder: string;
  #ready: Ready;
  #setting: Setting = "as it is";
  readonly #direct: PgClient;

  private constructor(child: ChildProcess, folder: string, ready: Ready, direct: PgClient) {
    this.#child = child;
    this.#folder = folder;
    this.#ready = ready;
    this.#direct = direct;
  }

  static async start(): Promise<Service> {
    const folder = await mkdtemp(path.join(os.tmpdir(), "serialmint-bench-"));
    // Where root starts Postgres as another user, that one must get there.
    await chmod(folder, 0o755);
    const child = fork(path.join(import.meta.dirname, "stack-process.ts"), [
      path.join(folder, "data"),
    ]);
    const ready = await readiness(child);
    const direct = new PgClient({ connectionString: ready.directUrl });
    await direct.connect();
    await direct.query(`
      CREATE SCHEMA bench;
      CREATE TABLE bench.inserted (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tenant text NOT NULL, count bigint NOT NULL);
      GRANT USAGE ON SCHEMA bench TO ${workerRole};
      GRANT SELECT, INSERT ON bench.inserted TO ${workerRole}`);
    return new Service(child, folder, ready, direct);
  }

  async stop(): Promise<void> {
    await this.#direct.end();
    if (this.#child.connected) {
      this.#child.disconnect();
      await once(this.#child, "exit");
    }
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Where the Worker listens on 127.0.0.1. */
  get port(): number {
    return this.#ready.port;
  }

  get barePort(): number {
    return this.#ready.barePort;
  }

  get plainPort(): number {
    return this.#ready.plainPort;
  }

  get plainPid(): number {
    return this.#ready.plainPid;
  }

  get workerPid(): number {
    return this.#ready.pid;
  }

  get databaseUrl(): string {
    return this.#ready.databaseUrl;
  }

  get directUrl(): string {
    return this.#ready.directUrl;
  }

  /** The gateway's `/sql`. */
  get endpoint(): string {
    return this.#ready.endpoint;
  }

  /** Milliseconds by which commits are delayed now. */
  get commitMs(): number {
    return commitDelays[this.#setting];
  }

  async set(setting: Setting): Promise<void> {
    this.#setting = setting;
    await this.#order({ kind: "commit", ms: this.commitMs });
  }

  async restartWorker(): Promise<void> {
    await this.#order({ kind: "restart worker" });
  }

  /** Runs a statement as the superuser, for preparing. */
  async prepare(statement: string): Promise<void> {
    await this.#direct.query(statement);
  }

  /** Removes all lots, so that a part begins on an empty table. */
  async clearLots(): Promise<void> {
    await this.prepare("TRUNCATE lots, skipped_names, job_items, jobs");
    await this.prepare("CHECKPOINT");
  }

  async #order(order: Order): Promise<void> {
    const ready = readiness(this.#child);
    this.#child.send(order);
    this.#ready = await ready;
  }
}

function readiness(child: ChildProcess): Promise<Ready> {
  return new Promise((resolve, reject) => {
    const ended = (): void => {
      reject(new Error("The stack ended; what it said last is above."));
    };
    child.once("exit", ended);
    child.once("message", (ready: Ready) => {
      child.off("exit", ended);
      resolve(ready);
    });
  });
}
