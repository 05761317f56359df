import pg from "pg";

import { createDatabase, prepareDatabase, workerUrl } from "../../../dev/database.ts";
import type { TestDatabaseAddresses } from "../provided.ts";

const template = "serialmint_template";

/** What one statement answered, in a form that JSON carries. */
export interface DirectResult {
  rows: Record<string, unknown>[];
  rowCount: number;
  command: string;
}

/** Values as `pg` gives them (64-bit numbers and numerics are text), bytes as `\x...`. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) =>
    oid === pg.types.builtins.BYTEA ? String : pg.types.getTypeParser(oid, format),
};

/** The databases of a test run on one server, all cloned from one that was migrated once. */
export class TestDatabases {
  readonly #url: (database: string) => string;
  readonly #pools = new Map<string, pg.Pool>();
  readonly #sessions = new Map<string, Promise<pg.Client>>();
  #created = 0;

  constructor(url: (database: string) => string) {
    this.#url = url;
  }

  async prepareTemplate(): Promise<void> {
    await createDatabase(this.#url("postgres"), template);
    await prepareDatabase(this.#url(template));
  }

  addresses(name: string): TestDatabaseAddresses {
    const directUrl = this.#url(name);
    return { name, directUrl, databaseUrl: workerUrl(directUrl) };
  }

  /** `empty`: without the migrations, for tests of the migrations themselves. */
  async create(options: { empty?: boolean } = {}): Promise<TestDatabaseAddresses> {
    this.#created += 1;
    const name = `test_${this.#created}`;
    const source = options.empty === true ? "template1" : template;
    await this.query("postgres", `create database ${name} template ${source} strategy file_copy`);
    return this.addresses(name);
  }

  async drop(name: string): Promise<void> {
    const pool = this.#pools.get(name);
    this.#pools.delete(name);
    await pool?.end();
    for (const [key, session] of this.#sessions) {
      if (!key.startsWith(`${name}/`)) continue;
      this.#sessions.delete(key);
      await (await session).end();
    }
    await this.query(
      "postgres",
      `drop database if exists ${pg.escapeIdentifier(name)} with (force)`,
    );
  }

  /** As the superuser, or as the Worker's role; each call may be on another connection. */
  async query(
    database: string,
    text: string,
    params: readonly unknown[] = [],
  ): Promise<DirectResult> {
    let pool = this.#pools.get(database);
    if (!pool) {
      pool = new pg.Pool({ connectionString: this.#url(database), max: 4, types });
      // A server killed on purpose ends idle connections; the next query says what is wrong.
      pool.on("error", () => undefined);
      this.#pools.set(database, pool);
    }
    return carried(await pool.query(text, [...params]));
  }

  /** On the connection of that name, opened by its first use, so that a transaction can stay open. */
  async queryInSession(
    database: string,
    session: string,
    text: string,
    params: readonly unknown[] = [],
  ): Promise<DirectResult> {
    const key = `${database}/${session}`;
    let client = this.#sessions.get(key);
    if (!client) {
      client = this.#connect(database);
      this.#sessions.set(key, client);
    }
    return carried(await (await client).query(text, [...params]));
  }

  async closeSession(database: string, session: string): Promise<void> {
    const key = `${database}/${session}`;
    const client = this.#sessions.get(key);
    this.#sessions.delete(key);
    await (await client)?.end();
  }

  async close(): Promise<void> {
    const pools = [...this.#pools.values()].map((pool) => pool.end());
    const sessions = [...this.#sessions.values()].map(async (client) => (await client).end());
    this.#pools.clear();
    this.#sessions.clear();
    await Promise.allSettled([...pools, ...sessions]);
  }

  async #connect(database: string): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: this.#url(database), types });
    client.on("error", () => undefined);
    await client.connect();
    return client;
  }
}

function carried(result: pg.QueryResult<Record<string, unknown>>): DirectResult {
  // Several statements in one text give an array of results; the last one is what is asked for.
  const last: pg.QueryResult<Record<string, unknown>> = Array.isArray(result)
    ? (result.at(-1) as pg.QueryResult<Record<string, unknown>>)
    : result;
  return { rows: last.rows, rowCount: last.rowCount ?? 0, command: last.command };
}
