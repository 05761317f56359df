import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env as runtimeEnv } from "cloudflare:workers";

import worker from "../../src/worker.ts";
import { createTestDatabase, mainDatabase } from "./database.ts";
import type { TestDatabase, TestTenant } from "./database.ts";

export interface CallOptions {
  /** A JSON body; a string is sent as it is. */
  body?: unknown;
  /** The API key; by default the tenant's, null for none. */
  key?: string | null;
  /** By default a new one for every POST; null for none. */
  idempotencyKey?: string | null;
  headers?: Record<string, string>;
}

/** An answer with its body read: `json` where it is JSON, else undefined. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  // What a test expects of it is the test's own knowledge.
  // oxlint-disable-next-line typescript/no-explicit-any
  json: any;
}

export interface Service extends TestTenant {
  database: TestDatabase;
  /** Sends a request and reads the whole answer. `path` begins with `/`. */
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** Sends a request and leaves the answer's body to the caller, for streams. */
  fetch(method: string, path: string, options?: CallOptions): Promise<Response>;
  /** Waits for what requests left to `waitUntil`. */
  settled(): Promise<void>;
  /** A further tenant in the same database. */
  createTenant(): Promise<TestTenant>;
  /** Drops the database, unless it is the shared one. */
  close(): Promise<void>;
}

/** The Worker as it is deployed, called with bindings of our choice instead of its own. */
const handler = worker as {
  fetch(request: Request, env: object, context: ExecutionContext): Response | Promise<Response>;
};

/**
 * The whole app over a database of its own with one new tenant. `main: true` takes the shared
 * database instead, the one that Durable Objects and the scheduled handler see. `vars` replace
 * bindings, undefined takes one away.
 */
export async function createService(
  options: { main?: boolean; vars?: Record<string, unknown> } = {},
): Promise<Service> {
  const shared = options.main === true;
  const database = shared ? mainDatabase() : await createTestDatabase();
  const tenant = await database.createTenant({ tenant: newTenantName() });
  const env = {
    ...runtimeEnv,
    DATABASE_URL: database.databaseUrl,
    SQL_ENDPOINT: database.endpoint,
    // A test that is about the figures of calls says when they are written; no other waits for them.
    FIGURES_INTERVAL_MS: "0",
    ...options.vars,
  };
  const contexts: ExecutionContext[] = [];

  const send = async (method: string, path: string, call: CallOptions = {}): Promise<Response> => {
    const context = createExecutionContext();
    contexts.push(context);
    const request = new Request(`http://serialmint.test${path}`, requestInit(method, call, tenant));
    return handler.fetch(request, env, context);
  };

  return {
    ...tenant,
    database,
    fetch: send,
    async call(method, path, call) {
      const response = await send(method, path, call);
      const text = await response.text();
      const isJson = /[/+]json\b/.test(response.headers.get("content-type") ?? "");
      const json: unknown = isJson && text !== "" ? JSON.parse(text) : undefined;
      return { status: response.status, headers: response.headers, text, json };
    },
    async settled() {
      for (const context of contexts.splice(0)) await waitOnExecutionContext(context);
    },
    createTenant: () => database.createTenant({ tenant: newTenantName() }),
    async close() {
      for (const context of contexts.splice(0)) await waitOnExecutionContext(context);
      if (!shared) await database.drop();
    },
  };
}

function newTenantName(): string {
  return `tenant-${crypto.randomUUID().slice(0, 8)}`;
}

function requestInit(method: string, call: CallOptions, tenant: TestTenant): RequestInit {
  const headers = new Headers(call.headers);
  const key = call.key === undefined ? tenant.key : call.key;
  if (key !== null && !headers.has("authorization")) headers.set("authorization", `Bearer ${key}`);
  const newKey = method === "POST" ? crypto.randomUUID() : null;
  const idempotencyKey = call.idempotencyKey === undefined ? newKey : call.idempotencyKey;
  if (idempotencyKey !== null) headers.set("idempotency-key", idempotencyKey);
  if (call.body === undefined) return { method, headers };
  if (!headers.has("content-type")) headers.set("content-type", "application/json");
  const body = typeof call.body === "string" ? call.body : JSON.stringify(call.body);
  return { method, headers, body };
}
