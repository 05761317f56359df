import { Client } from "pg";
import type { Target } from "./connection-string.ts";

/** An open connection; `sweeps` counts how often it was found idle. */
export interface PooledConnection {
  client: Client;
  sweeps: number;
  closed: boolean;
}

/** Gets the connection, or the reason why there is none. */
export type Acquired = (error: Error | null, connection: PooledConnection | null) => void;

/**
 * The connections of one connection string: at most `max`, the last used first, callers beyond that
 * wait in line. Callbacks rather than promises, since this is in the path of every request.
 */
export class Connections {
  readonly database: string;
  readonly #connectionString: string;
  readonly #max: number;
  readonly #all = new Set<PooledConnection>();
  readonly #idle: PooledConnection[] = [];
  readonly #waiting: Acquired[] = [];
  #opening = 0;
  #ended = false;

  constructor(target: Target, max: number) {
    this.database = target.database;
    this.#connectionString = target.connectionString;
    this.#max = max;
  }

  /** Calls `acquired` at once if a connection is idle, otherwise when one is free or opened. */
  acquire(acquired: Acquired): void {
    const connection = this.#idle.pop();
    if (connection !== undefined) {
      connection.sweeps = 0;
      acquired(null, connection);
      return;
    }
    this.#waiting.push(acquired);
    this.#open();
  }

  /** Takes a caller out of the line; false when it was served already. */
  forget(acquired: Acquired): boolean {
    const at = this.#waiting.indexOf(acquired);
    if (at < 0) return false;
    this.#waiting.splice(at, 1);
    return true;
  }

  /** Gives a connection back. It must be outside any transaction. */
  release(connection: PooledConnection): void {
    if (connection.closed) return;
    if (this.#ended) {
      this.discard(connection);
      return;
    }
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(connection);
    else next(null, connection);
  }

  /** Closes a connection whose state is unknown; Postgres rolls back what it had open. */
  discard(connection: PooledConnection): void {
    this.#remove(connection);
    connection.client.connection.stream.destroy();
  }

  /** Closes what has been idle for `sweeps` calls of this. */
  sweep(sweeps: number): void {
    for (const connection of this.#idle.slice()) {
      connection.sweeps += 1;
      if (connection.sweeps < sweeps) continue;
      this.#remove(connection);
      this.#hangUp(connection);
    }
  }

  /** Closes everything; callers in line get an error. */
  end(): void {
    this.#ended = true;
    for (const acquired of this.#waiting.splice(0)) {
      acquired(new Error("the gateway is closing"), null);
    }
    for (const connection of this.#all) this.discard(connection);
  }

  #open(): void {
    if (this.#opening >= this.#waiting.length || this.#all.size + this.#opening >= this.#max)
      return;
    let client: Client;
    try {
      client = new Client({
        connectionString: this.#connectionString,
        fallback_application_name: "gateway",
      });
    } catch (error) {
      this.#waiting.pop()?.(error instanceof Error ? error : new Error(String(error)), null);
      return;
    }
    this.#opening += 1;
    const connection: PooledConnection = { client, sweeps: 0, closed: false };
    // A connection that the server ends is only noted: whoever uses it is told by its exchange.
    client.on("error", () => this.#remove(connection));
    client.on("end", () => this.#remove(connection));
    client.connect((error: Error | null) => {
      this.#opening -= 1;
      if (error === null || error === undefined) {
        this.#all.add(connection);
        this.release(connection);
        return;
      }
      connection.closed = true;
      client.connection.stream.destroy();
      this.#waiting.shift()?.(error, null);
      this.#open();
    });
  }

  #remove(connection: PooledConnection): void {
    if (connection.closed) return;
    connection.closed = true;
    this.#all.delete(connection);
    const at = this.#idle.indexOf(connection);
    if (at >= 0) this.#idle.splice(at, 1);
    if (!this.#ended) this.#open();
  }

  #hangUp(connection: PooledConnection): void {
    // A closing connection has nobody left to tell.
    connection.client.end().catch(() => undefined);
  }
}
