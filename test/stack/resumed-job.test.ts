import path from "node:path";
import pg from "pg";
import { expect, onTestFinished, test } from "vitest";

import { startStack } from "../../dev/stack.ts";
import { readWorkerSettings } from "../../dev/workerd/config.ts";
import { projectRoot } from "../../dev/wrangler.ts";
import { createTenant } from "../../ops/tenant-create.ts";
import { leaseSeconds } from "../../src/domain/jobs/chunk.ts";
import { sweepSeconds } from "../../src/domain/jobs/sweep.ts";
import { scratchDataFolder } from "./scratch.ts";

const key = `smk_test_${"0".repeat(28)}`;

async function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}

/** What is promised, in seconds. */
const resumed = 60;

test("a job resumes within 60 s of its worker's death, by arithmetic", () => {
  // Every minute, and each sweep looks ahead until the next.
  expect(readWorkerSettings(path.join(projectRoot, "wrangler.toml")).crons).toEqual(["* * * * *"]);
  expect(sweepSeconds).toBe(60);
  // A job that a sweep has seen is looked after when its lease runs out. One that was made since is seen by
  // the next sweep: dead from its first moment, it waits for that, or for the rest of its lease.
  expect(Math.max(leaseSeconds, sweepSeconds)).toBeLessThanOrEqual(resumed);
});

test("a job whose Worker gets SIGKILL resumes within 60 s, with nothing shortened", async () => {
  const dataDir = await scratchDataFolder();
  const quiet = { log: () => undefined, workerLog: () => undefined };
  const stack = await startStack({ dataDir, port: 0, ...quiet });
  onTestFinished(() => stack.stop().catch(() => undefined));
  await createTenant(stack.directUrl, { tenant: "acme", name: "Acme", key });
  const call = async (method: string, where: string, body: object): Promise<Response> =>
    fetch(`${stack.url}${where}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        "content-type": "application/json",
        "idempotency-key": "once",
      },
      body: JSON.stringify(body),
    });
  expect((await call("PUT", "/v1/sequences/s", { pattern: "A-{000000}" })).status).toBe(201);
  const product = { tracking: "serial", sequence: "s" };
  expect((await call("PUT", "/v1/products/p", product)).status).toBe(201);

  const client = new pg.Client({ connectionString: stack.directUrl });
  await client.connect();
  onTestFinished(() => client.end());
  const job = async (): Promise<{ status: string; cursor: number; now: Date; updated: Date }> => {
    const { rows } = await client.query<{
      status: string;
      cursor: number;
      now: Date;
      updated: Date;
    }>("select status, cursor::int, clock_timestamp() as now, updated_at as updated from jobs");
    const [row] = rows;
    return row ?? { status: "none", cursor: 0, now: new Date(0), updated: new Date(0) };
  };
  call("POST", "/v1/lots", { items: [{ product: "p", count: 1_000_000 }] }).catch(() => undefined);
  while ((await job()).cursor < 100_000) await pause();
  await stack.workerd.kill();
  await pause();
  // What was sent before is committed or undone by now.
  const dead = await job();
  expect([dead.status, dead.cursor < 1_000_000]).toEqual(["running", true]);
  await stack.workerd.restart();
  let next = await job();
  while (next.cursor === dead.cursor && next.now.getTime() - dead.now.getTime() < 70_000) {
    await pause();
    next = await job();
  }
  expect(next.cursor).toBeGreaterThan(dead.cursor);
  expect((next.updated.getTime() - dead.now.getTime()) / 1000).toBeLessThanOrEqual(resumed);
});
