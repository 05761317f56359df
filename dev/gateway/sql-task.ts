import { DatabaseError } from "pg";
import { connectErrorStatus } from "./answer.ts";
import { cancelRunning } from "./cancel.ts";
import type { Connections, PooledConnection } from "./connections.ts";
import { Exchange, ResponseTooLarge } from "./exchange.ts";
import type { ExchangeEnd, StatementResult } from "./exchange.ts";
import { beginText } from "./sql-request.ts";
import type { SqlOptions, SqlRequest } from "./sql-request.ts";
import { encodeStatement } from "./wire.ts";

/** How a request ended: its results, or the error with the HTTP status that it is answered with. */
export type TaskEnd = (
  failed: { status: number; error: Error } | null,
  results: readonly StatementResult[],
) => void;

/** What a task is to do and within which limits. */
export interface TaskPlan {
  request: SqlRequest;
  options: SqlOptions;
  /** Bytes of rows beyond which the answer is 507. */
  maxResponseBytes: number;
  /** Milliseconds between the last statement and the commit of a transaction that wrote. */
  delayCommitMs: number;
}

/** Neon's proxy waits this long for a cancelled statement, then drops its connection. */
const CANCEL_GRACE_MS = 100;

const COMMIT = encodeStatement({ query: "COMMIT", params: [] });
const ROLLBACK = encodeStatement({ query: "ROLLBACK", params: [] });
const WROTE = encodeStatement({
  query: "SELECT pg_catalog.pg_current_xact_id_if_assigned() IS NOT NULL",
  params: [],
});

/** "cannot run inside a transaction block", such as VACUUM. */
const ACTIVE_SQL_TRANSACTION = "25001";

/**
 * Runs one request on a connection of its own. A single statement is one round trip that commits by
 * itself; a batch is one round trip from BEGIN to COMMIT. With a delayed commit there is a
 * transaction in either case, and COMMIT is sent later.
 */
export class SqlTask {
  readonly #connections: Connections;
  readonly #plan: TaskPlan;
  readonly #end: TaskEnd;
  #connection: PooledConnection | null = null;
  #running = false;
  #cancelled = false;
  #ended = false;

  constructor(connections: Connections, plan: TaskPlan, end: TaskEnd) {
    this.#connections = connections;
    this.#plan = plan;
    this.#end = end;
  }

  start(): void {
    this.#connections.acquire(this.#acquired);
  }

  /**
   * The client has gone. As Neon's proxy does: a request still in line is forgotten, a running one
   * is cancelled, and its connection is dropped if it has not stopped soon. A commit that has been
   * sent, or waits for its delay, goes through.
   */
  cancel(): void {
    if (this.#ended || this.#cancelled) return;
    this.#cancelled = true;
    if (this.#connection === null) {
      if (this.#connections.forget(this.#acquired)) this.#ended = true;
      return;
    }
    if (!this.#running) return;
    const connection = this.#connection;
    cancelRunning(connection.client);
    setTimeout(() => {
      if (this.#running) this.#connections.discard(connection);
    }, CANCEL_GRACE_MS);
  }

  readonly #acquired = (error: Error | null, connection: PooledConnection | null): void => {
    if (connection === null) {
      const failure = error ?? new Error("there is no connection");
      this.#finish({ status: connectErrorStatus(failure), error: failure }, []);
      return;
    }
    this.#connection = connection;
    this.#run(connection, this.#plan.delayCommitMs > 0);
  };

  #run(connection: PooledConnection, delayed: boolean): void {
    const { request, options } = this.#plan;
    const messages = request.statements.map(encodeStatement);
    const inTransaction = request.batch || delayed;
    if (inTransaction) {
      const query = request.batch ? beginText(options) : "BEGIN";
      messages.unshift(encodeStatement({ query, params: [] }));
      messages.push(delayed ? WROTE : COMMIT);
    }
    this.#exchange(connection, messages, (error, results) => {
      if (error !== null) {
        this.#failed(connection, error, inTransaction, delayed);
        return;
      }
      const own = inTransaction ? results.slice(1, -1) : results;
      if (!delayed) {
        this.#giveBack(connection);
        this.#finish(null, own);
        return;
      }
      const wrote = results.at(-1)?.rows[0]?.[0] === "t";
      this.#running = false;
      if (wrote) setTimeout(() => this.#commit(connection, own), this.#plan.delayCommitMs);
      else this.#commit(connection, own);
    });
  }

  #commit(connection: PooledConnection, results: readonly StatementResult[]): void {
    this.#exchange(connection, [COMMIT], (error) => {
      if (error !== null) {
        this.#failed(connection, error, false, false);
        return;
      }
      this.#giveBack(connection);
      this.#finish(null, results);
    });
  }

  #failed(
    connection: PooledConnection,
    error: Error,
    inTransaction: boolean,
    delayed: boolean,
  ): void {
    const failed = { status: error instanceof ResponseTooLarge ? 507 : 400, error };
    if (!(error instanceof DatabaseError) || error.severity !== "ERROR") {
      this.#connections.discard(connection);
      this.#finish(failed, []);
      return;
    }
    this.#whenReady(connection, () => {
      if (!inTransaction) {
        this.#giveBack(connection);
        this.#finish(failed, []);
        return;
      }
      this.#exchange(connection, [ROLLBACK], (rollbackError) => {
        if (rollbackError !== null) {
          this.#connections.discard(connection);
          this.#finish(failed, []);
          return;
        }
        if (delayed && !this.#plan.request.batch && error.code === ACTIVE_SQL_TRANSACTION) {
          this.#run(connection, false);
          return;
        }
        this.#giveBack(connection);
        this.#finish(failed, []);
      });
    });
  }

  /** After an error `pg` tells of the server's readiness only by having nothing left to send. */
  #whenReady({ client }: PooledConnection, ready: () => void): void {
    const once = (): void => {
      client.off("drain", once);
      client.off("end", once);
      ready();
    };
    client.once("drain", once);
    client.once("end", once);
  }

  #exchange(connection: PooledConnection, messages: readonly Buffer[], end: ExchangeEnd): void {
    this.#running = true;
    connection.client.query(new Exchange(messages, this.#plan.maxResponseBytes, end));
  }

  /** A cancelled connection may still be hit by its cancel, an open transaction is nobody's. */
  #giveBack(connection: PooledConnection): void {
    const status = connection.client.getTransactionStatus();
    if (this.#cancelled || status === "T" || status === "E") this.#connections.discard(connection);
    else this.#connections.release(connection);
  }

  #finish(
    failed: { status: number; error: Error } | null,
    results: readonly StatementResult[],
  ): void {
    this.#running = false;
    this.#ended = true;
    this.#end(failed, results);
  }
}
