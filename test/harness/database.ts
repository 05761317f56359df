import { inject } from "vitest";

import type { TestDatabaseAddresses } from "./provided.ts";

/** What the gateway is to do to the requests for one database, until it is told otherwise. */
export type Fault = { match?: string } & (
  | { kind: "delay_commit"; ms: number }
  | { kind: "fail"; sqlstate: string; message: string; times: number }
  | { kind: "cut_before"; times: number }
  | { kind: "cut_after"; times: number }
  | { kind: "hang"; ms: number; times: number }
);

export type Row = Record<string, unknown>;

/** An error of the database itself, with the fields that Postgres gives. */
export class SqlError extends Error {
  readonly code: string | undefined;
  readonly detail: string | undefined;
  readonly constraint: string | undefined;

  constructor(fields: { message?: string; code?: string; detail?: string; constraint?: string }) {
    super(fields.message ?? "the harness gave no reason");
    this.name = "SqlError";
    this.code = fields.code;
    this.detail = fields.detail;
    this.constraint = fields.constraint;
  }
}

/** One direct connection that stays the same, so that a transaction can be held open. */
export interface Session {
  query<R extends Row = Row>(text: string, params?: readonly unknown[]): Promise<R[]>;
  /** Closes the connection; an open transaction is rolled back. */
  close(): Promise<void>;
}

export interface TestDatabase extends TestDatabaseAddresses {
  /** The gateway's `/sql`, for SQL_ENDPOINT. */
  endpoint: string;
  /**
   * Runs SQL as the superuser, past the gateway; 64-bit numbers and numerics come as text, times
   * as RFC 3339, bytes as `\x...`. Throws {@link SqlError}.
   */
  query<R extends Row = Row>(text: string, params?: readonly unknown[]): Promise<R[]>;
  session(name?: string): Session;
  /** How many requests for this database the gateway has had so far. */
  requests(): Promise<number>;
  /** Sets what the gateway does to this database's requests; null: nothing. */
  fault(fault: Fault | null): Promise<void>;
  createTenant(options: { tenant: string; name?: string; key?: string }): Promise<TestTenant>;
  drop(): Promise<void>;
}

export interface TestTenant {
  tenant: string;
  /** An API key of the tenant, and one of its sibling for tests. */
  key: string;
  testKey: string;
}

/** A migrated database of its own (`empty`: one without the migrations). Drop it when done. */
export async function createTestDatabase(options: { empty?: boolean } = {}): Promise<TestDatabase> {
  const addresses = await control<TestDatabaseAddresses>("POST", "/databases", options);
  return testDatabase(addresses);
}

/**
 * The database that the Worker of this test run is bound to, and so its Durable Objects and its
 * scheduled handler too. All test files share it: use a tenant of your own. It is never dropped.
 */
export function mainDatabase(): TestDatabase {
  return testDatabase(inject("harness").main);
}

let sessions = 0;

function testDatabase(addresses: TestDatabaseAddresses): TestDatabase {
  const { sqlEndpoint, gateway } = inject("harness");
  const database = addresses.name;
  const named = `database=${encodeURIComponent(database)}`;
  return {
    ...addresses,
    endpoint: sqlEndpoint,
    async query<R extends Row>(text: string, params: readonly unknown[] = []): Promise<R[]> {
      const result = await control<{ rows: R[] }>("POST", "/sql", { database, text, params });
      return result.rows;
    },
    session(name) {
      sessions += 1;
      const session = name ?? `${crypto.randomUUID()}-${sessions}`;
      return {
        async query<R extends Row>(text: string, params: readonly unknown[] = []): Promise<R[]> {
          const body = { database, session, text, params };
          return (await control<{ rows: R[] }>("POST", "/sql", body)).rows;
        },
        async close() {
          await control("DELETE", `/sessions?${named}&session=${encodeURIComponent(session)}`);
        },
      };
    },
    async requests() {
      const response = await fetch(`${gateway}/control/counts?${named}`);
      const { requests } = await response.json<{ requests: number }>();
      return requests;
    },
    async fault(fault) {
      const init = fault ? { method: "PUT", body: JSON.stringify(fault) } : { method: "DELETE" };
      const response = await fetch(`${gateway}/control/faults?${named}`, init);
      const said = await response.text();
      if (!response.ok) throw new Error(`The gateway refused the fault: ${said}`);
    },
    async createTenant({ tenant, name = tenant, key }) {
      const body = { database, tenant, name, ...(key === undefined ? {} : { key }) };
      const made = await control<{ key: string; testKey: string }>("POST", "/tenants", body);
      return { tenant, key: made.key, testKey: made.testKey };
    },
    async drop() {
      await control("DELETE", `/databases?${named}`);
    },
  };
}

async function control<T>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(`${inject("harness").control}${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  // Both shapes are written by harness/node/database-service.ts.
  if (!response.ok) throw new SqlError(await response.json<{ message: string }>());
  return response.json<T>();
}
