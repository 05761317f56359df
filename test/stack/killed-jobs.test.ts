import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";

import { buildWorker } from "../../dev/build.ts";
import { startStack } from "../../dev/stack.ts";
import type { Stack } from "../../dev/stack.ts";
import { createTenant } from "../../ops/tenant-create.ts";
import { createScratchFolder, removeScratchFolder } from "../harness/node/scratch-folder.ts";
import { scratchDataFolder } from "./scratch.ts";

// Large creations whose Worker, database or caller dies in the middle; on a server with the settings
// that it has by default, fsync among them.

const key = `smk_test_${"0".repeat(28)}`;

let built: string;

beforeAll(async () => {
  built = await createScratchFolder("built");
  await buildWorker(built);
});

afterAll(() => removeScratchFolder(built));

async function started(dataDir: string): Promise<Stack> {
  const values = { INLINE_BUDGET_MS: "3000" };
  const stack = await startStack({ dataDir, port: 0, built, values, log: () => undefined });
  onTestFinished(() => stack.stop().catch(() => undefined));
  return stack;
}

async function call(stack: Stack, method: string, path: string, body?: object): Promise<Response> {
  return fetch(`${stack.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      "content-type": "application/json",
      "idempotency-key": "once",
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

/** A stack with one product of serials. */
async function withProduct(stack: Stack): Promise<Stack> {
  await createTenant(stack.directUrl, { tenant: "acme", name: "Acme", key });
  const sequence = await call(stack, "PUT", "/v1/sequences/s", { pattern: "A-{000000}" });
  expect(sequence.status).toBe(201);
  const body = { tracking: "serial", sequence: "s" };
  expect((await call(stack, "PUT", "/v1/products/p", body)).status).toBe(201);
  return stack;
}

async function ask<R extends pg.QueryResultRow>(
  stack: Stack,
  text: string,
): Promise<R | undefined> {
  const client = new pg.Client({ connectionString: stack.directUrl });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query<R>(text)).rows[0];
  } finally {
    await client.end();
  }
}

async function until(
  stack: Stack,
  holds: (job: { status: string; cursor: number }) => boolean,
): Promise<{ status: string; cursor: number }> {
  const end = Date.now() + 40_000;
  for (;;) {
    const job = await ask<{ status: string; cursor: number }>(
      stack,
      "select status, cursor::int from jobs",
    );
    if (job !== undefined && holds(job)) return job;
    if (Date.now() > end) throw new Error(`The job stands at ${JSON.stringify(job)}.`);
    await sleep(15);
  }
}

/** Time passes: whoever held the job is given up. */
async function leaseRunsOut(stack: Stack): Promise<void> {
  await ask(stack, "update jobs set lease_until = now() where status in ('queued', 'running')");
}

/** One job, done; its rows, names and numbers exactly `count`, from 1 on. */
async function expectExactly(stack: Stack, count: number): Promise<void> {
  const job = await until(stack, ({ status }) => !["queued", "running"].includes(status));
  expect(job.status).toBe("done");
  const sums = await ask(
    stack,
    `select count(*)::int as lots, count(distinct name)::int as names,
            count(distinct number)::int as numbers, min(number)::int as lowest,
            max(number)::int as highest, min(name) as first_name, max(name) as last_name,
            (select count(*)::int from jobs) as jobs, (select count(*)::int from ledger) as runs
     from lots`,
  );
  expect(sums).toEqual({
    lots: count,
    names: count,
    numbers: count,
    lowest: 1,
    highest: count,
    first_name: "A-000001",
    last_name: `A-${count}`,
    jobs: 1,
    runs: 1,
  });
  const account: unknown = await (await call(stack, "GET", "/v1/sequences/s/account")).json();
  const all = String(count);
  expect(account).toMatchObject({ reserved: all, taken: all, voided: "0", open: "0", burned: "0" });
}

test("a job killed with everything, several times, ends with exactly its rows", async () => {
  const dataDir = await scratchDataFolder();
  let stack = await withProduct(await started(dataDir));
  const body = { items: [{ product: "p", count: 400_000 }] };
  call(stack, "POST", "/v1/lots", body).catch(() => undefined);
  // At the end of a chunk, and 10 and 20 ms inside the next.
  for (const [chunks, inside] of [
    [2, 0],
    [6, 10],
    [10, 20],
  ] as const) {
    const { cursor, status } = await until(stack, (job) => job.cursor >= chunks * 20_000);
    expect(status, `at ${cursor}`).toBe("running");
    await sleep(inside);
    await stack.killAll();
    stack = await started(dataDir);
    const lots = await ask<{ lots: number; cursor: number }>(
      stack,
      "select (select count(*)::int from lots) as lots, cursor::int from jobs",
    );
    // Rows and cursor are one transaction.
    expect(lots?.lots).toBe(lots?.cursor);
    await leaseRunsOut(stack);
    await stack.workerd.fireCron("* * * * *", 0);
  }
  await expectExactly(stack, 400_000);
  const replay = await call(stack, "POST", "/v1/lots", body);
  expect(replay.headers.get("idempotent-replayed")).toBe("true");
  expect(await replay.json()).toMatchObject({ status: "done", done: 400_000 });
});

test("when only workerd is killed the Durable Object's alarm finishes the job", async () => {
  const stack = await withProduct(await started(await scratchDataFolder()));
  const body = { items: [{ product: "p", count: 400_000 }] };
  call(stack, "POST", "/v1/lots", body).catch(() => undefined);
  await until(stack, ({ cursor }) => cursor >= 60_000);
  await stack.workerd.kill();
  const { status, cursor } = await until(stack, () => true);
  expect([status, cursor < 400_000]).toEqual(["running", true]);
  await leaseRunsOut(stack);
  await stack.workerd.restart();
  await expectExactly(stack, 400_000);
});

test("a caller that resets its connection gets its job all the same, once", async () => {
  const stack = await withProduct(await started(await scratchDataFolder()));
  const body = JSON.stringify({ items: [{ product: "p", count: 500_000 }] });
  const socket = connect(Number(new URL(stack.url).port), "localhost");
  socket.on("error", () => undefined);
  socket.write(
    [
      "POST /v1/lots HTTP/1.1",
      "Host: localhost",
      `Authorization: Bearer ${key}`,
      "Content-Type: application/json",
      "Idempotency-Key: once",
      `Content-Length: ${body.length}`,
      "",
      body,
    ].join("\r\n"),
  );
  await until(stack, ({ cursor }) => cursor >= 40_000);
  socket.resetAndDestroy();
  await expectExactly(stack, 500_000);
});
