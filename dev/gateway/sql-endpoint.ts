import type { IncomingMessage, ServerResponse } from "node:http";
import { DatabaseError } from "pg";
import { errorJson, resultJson } from "./answer.ts";
import { Connections } from "./connections.ts";
import { parseConnectionString } from "./connection-string.ts";
import type { StatementResult } from "./exchange.ts";
import type { DatabaseFaults, Fault } from "./faults.ts";
import { readBody, readOptions } from "./sql-request.ts";
import type { SqlOptions, SqlRequest } from "./sql-request.ts";
import { SqlTask } from "./sql-task.ts";

/** The sizes at which the endpoint refuses, and how many connections a connection string gets. */
export interface Limits {
  requestBytes: number;
  responseBytes: number;
  connections: number;
}

const SWEEP_MS = 10_000;
const SWEEPS_IDLE = 6;

/**
 * `POST /sql` as Neon's proxy answers it (neondatabase/neon, proxy/src/serverless/sql_over_http.rs).
 * Every request is counted for its database and may be hit by that database's fault.
 */
export class SqlEndpoint {
  readonly #limits: Limits;
  readonly #faults: DatabaseFaults;
  readonly #pools = new Map<string, Connections>();
  readonly #sweeper: NodeJS.Timeout;

  constructor(faults: DatabaseFaults, limits: Limits) {
    this.#faults = faults;
    this.#limits = limits;
    this.#sweeper = setInterval(() => {
      for (const pool of this.#pools.values()) pool.sweep(SWEEPS_IDLE);
    }, SWEEP_MS).unref();
  }

  /** Closes all connections; running requests fail. */
  close(): void {
    clearInterval(this.#sweeper);
    for (const pool of this.#pools.values()) pool.end();
  }

  /** Reads, runs and answers one request. */
  handle(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      // The rest of too large a body is read and dropped: only then does the client read its answer.
      if (size <= this.#limits.requestBytes) chunks.push(chunk);
      else chunks.length = 0;
    });
    request.on("end", () => {
      if (size > this.#limits.requestBytes) {
        const max = this.#limits.requestBytes;
        refuse(response, 413, new Error(`request is too large (max is ${max} bytes)`));
        return;
      }
      const [first] = chunks;
      const body = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks, size);
      this.#read(request, response, body);
    });
  }

  #read(request: IncomingMessage, response: ServerResponse, body: Buffer): void {
    const header = request.headers["neon-connection-string"];
    const pool = this.#poolOf(typeof header === "string" ? header : undefined);
    if (!(pool instanceof Connections)) {
      refuse(response, 400, new Error(pool.message));
      return;
    }
    this.#faults.count(pool.database);
    const options = readOptions(request.headers);
    if (!options.ok) {
      refuse(response, 400, new Error(options.message));
      return;
    }
    const sql = readBody(body, options.value);
    if (!sql.ok) {
      refuse(response, 400, new Error(sql.message));
      return;
    }
    const fault = this.#faults.take(pool.database, sql.value.statements);
    switch (fault?.kind) {
      case "fail":
        fail(response, fault);
        return;
      case "cut_before":
        request.socket.destroy();
        return;
      case "hang": {
        const timer = setTimeout(() => request.socket.destroy(), fault.ms);
        response.on("close", () => clearTimeout(timer));
        return;
      }
      case "cut_after":
      case "delay_commit":
      case undefined:
        this.#run(pool, response, sql.value, options.value, fault);
    }
  }

  #run(
    pool: Connections,
    response: ServerResponse,
    request: SqlRequest,
    options: SqlOptions,
    fault: (Fault & { kind: "cut_after" | "delay_commit" }) | null,
  ): void {
    const plan = {
      request,
      options,
      maxResponseBytes: this.#limits.responseBytes,
      delayCommitMs: fault?.kind === "delay_commit" ? fault.ms : 0,
    };
    const task = new SqlTask(pool, plan, (failed, results) => {
      if (fault?.kind === "cut_after") response.destroy();
      else if (failed !== null) refuse(response, failed.status, failed.error);
      else answer(response, request, options, results);
    });
    response.on("close", () => task.cancel());
    task.start();
  }

  #poolOf(header: string | undefined): Connections | { message: string } {
    const known = header === undefined ? undefined : this.#pools.get(header);
    if (known !== undefined) return known;
    const target = parseConnectionString(header);
    if (!target.ok) return target;
    const pool = new Connections(target.value, this.#limits.connections);
    this.#pools.set(target.value.connectionString, pool);
    return pool;
  }
}

function answer(
  response: ServerResponse,
  request: SqlRequest,
  options: SqlOptions,
  results: readonly StatementResult[],
): void {
  const shaped: object[] = [];
  try {
    for (const [i, statement] of request.statements.entries()) {
      const result = results[i];
      if (result === undefined) throw new Error("a statement gave no result");
      shaped.push(resultJson(result, statement, options));
    }
  } catch {
    refuse(response, 500, new Error("could not parse postgres response"));
    return;
  }
  if (!request.batch) {
    send(response, 200, JSON.stringify(shaped[0]));
    return;
  }
  if (options.readOnly) response.setHeader("Neon-Batch-Read-Only", "true");
  if (options.deferrable) response.setHeader("Neon-Batch-Deferrable", "true");
  if (options.isolationLevel !== null) {
    response.setHeader("Neon-Batch-Isolation-Level", options.isolationLevel);
  }
  send(response, 200, JSON.stringify({ results: shaped }));
}

function fail(response: ServerResponse, fault: Fault & { kind: "fail" }): void {
  const message = fault.message ?? "a fault was injected";
  if (fault.sqlstate === undefined || fault.sqlstate === "500") {
    refuse(response, 500, new Error(message));
    return;
  }
  const error = new DatabaseError(message, 0, "error");
  error.code = fault.sqlstate;
  error.severity = "ERROR";
  refuse(response, 400, error);
}

function refuse(response: ServerResponse, status: number, error: Error): void {
  send(response, status, errorJson(error));
}

function send(response: ServerResponse, status: number, json: string): void {
  if (response.destroyed) return;
  response.writeHead(status, {
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(json),
    "Access-Control-Allow-Origin": "*",
  });
  response.end(json);
}
