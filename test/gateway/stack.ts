import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { neon, neonConfig } from "@neondatabase/serverless";
import type { NeonQueryFunction } from "@neondatabase/serverless";
import { Client } from "pg";
import { startGateway } from "../../dev/gateway/gateway.ts";
import type { Gateway } from "../../dev/gateway/gateway.ts";
import { startPostgres } from "../../dev/postgres.ts";
import type { LocalPostgres } from "../../dev/postgres.ts";

/** Postgres, the gateway before it, and the driver pointed at the gateway. */
export interface Stack {
  postgres: LocalPostgres;
  gateway: Gateway;
  /** Connection string of the database `postgres`. */
  url: string;
  sql: NeonQueryFunction<false, false>;
  /** A direct connection, to look at what the gateway did. */
  direct: Client;
  stop(): Promise<void>;
}

/** Starts a stack of its own for a test file. Stop it in `afterAll`. */
export async function startStack(
  options: { gateway?: Parameters<typeof startGateway>[0] } = {},
): Promise<Stack> {
  const dataDir = freshFolder();
  const settings = { fsync: "off", synchronous_commit: "off", full_page_writes: "off" };
  const postgres = await startPostgres({ dataDir, settings });
  const gateway = await startGateway(options.gateway);
  const url = postgres.url("postgres");
  // The driver's configuration is global; vitest gives every file modules of its own.
  neonConfig.fetchEndpoint = gateway.endpoint;
  const direct = new Client({ connectionString: url });
  await direct.connect();
  return {
    postgres,
    gateway,
    url,
    sql: neon(url),
    direct,
    stop: async () => {
      await direct.end();
      await gateway.close();
      await postgres.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** A new empty folder, in memory where the system has that. */
export function freshFolder(): string {
  return mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "serialmint-test-"));
}

/** What a promise is rejected with; fails when it is not. */
export async function rejection(promise: Promise<unknown>): Promise<Record<string, unknown>> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const { name, message, cause } = error;
    return { ...Object.fromEntries(Object.entries(error)), name, message, cause };
  }
  throw new Error(`expected a rejection, got ${JSON.stringify(value)}`);
}

/** Waits until a condition holds, looking often; the test's own time limit is the end. */
export async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
}
