import pg from "pg";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";

import { buildWorker } from "../../dev/build.ts";
import { startStack } from "../../dev/stack.ts";
import type { Stack } from "../../dev/stack.ts";
import { createTenant } from "../../ops/tenant-create.ts";
import { isolateBounds } from "../../src/db/isolate-bounds.ts";
import { createScratchFolder, removeScratchFolder } from "../harness/node/scratch-folder.ts";
import { scratchDataFolder } from "./scratch.ts";

// In workerd itself, where requests wait for each other's statements.

const keys = { flood: `smk_test_${"1".repeat(28)}`, calm: `smk_test_${"2".repeat(28)}` };

let built: string;

beforeAll(async () => {
  built = await createScratchFolder("built");
  await buildWorker(built);
});

afterAll(() => removeScratchFolder(built));

async function started(): Promise<Stack> {
  const dataDir = await scratchDataFolder();
  const quiet = { log: () => undefined, workerLog: () => undefined };
  const stack = await startStack({ dataDir, port: 0, built, ...quiet });
  onTestFinished(() => stack.stop().catch(() => undefined));
  return stack;
}

interface Answer {
  readonly status: number;
  readonly code: unknown;
  readonly first: unknown;
  readonly retryAfter: string | null;
}

async function call(
  stack: Stack,
  tenant: keyof typeof keys,
  method: string,
  path: string,
  body: object,
  key: string,
): Promise<Answer> {
  const response = await fetch(`${stack.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${keys[tenant]}`,
      "content-type": "application/json",
      "idempotency-key": key,
    },
    body: JSON.stringify(body),
  });
  const json: unknown = await response.json();
  const { code, first } = json as { code?: unknown; first?: unknown };
  return { status: response.status, code, first, retryAfter: response.headers.get("retry-after") };
}

const path = "/v1/sequences/s/reservations";

const oneLot = { items: [{ product: "p", count: 1 }] };

test("300 slow requests of one tenant: another's are answered meanwhile, and none is lost", async () => {
  const stack = await started();
  for (const tenant of ["flood", "calm"] as const) {
    await createTenant(stack.directUrl, { tenant, name: tenant, key: keys[tenant] });
    const sequence = { pattern: "A-{000000}" };
    expect((await call(stack, tenant, "PUT", "/v1/sequences/s", sequence, "")).status).toBe(201);
    expect((await call(stack, tenant, "POST", path, { count: 1 }, "warm")).status).toBe(201);
  }
  const product = { tracking: "serial", sequence: "s" };
  expect((await call(stack, "flood", "PUT", "/v1/products/p", product, "")).status).toBe(201);
  const holder = new pg.Client({ connectionString: stack.directUrl });
  await holder.connect();
  onTestFinished(() => holder.end());
  // What records lots waits for this, what reserves does not.
  await holder.query("begin");
  await holder.query("lock table jobs in access exclusive mode");

  const answered: Answer[] = [];
  const flood = Array.from({ length: 300 }, async (_, n) => {
    answered.push(await call(stack, "flood", "POST", "/v1/lots", oneLot, `flood-${n}`));
  });
  // What does not fit into the line is told so at once; then the flood has all that it gets.
  const { underWayOfOne, waitingOfOne } = isolateBounds;
  const beyond = 300 - underWayOfOne - waitingOfOne;
  while (answered.length < beyond) await new Promise((resolve) => setTimeout(resolve, 5));
  for (let n = 0; n < 20; n += 1) {
    const answer = await call(stack, "calm", "POST", path, { count: 1 }, `calm-${n}`);
    expect([answer.status, answer.first]).toEqual([201, String(n + 2)]);
  }
  // The other tenant had twenty turns while none of the flood's came to its end.
  expect(answered.map(({ code }) => code)).toEqual(Array(beyond).fill("overloaded"));

  await holder.query("rollback");
  await Promise.all(flood);
  for (const { status, code, retryAfter } of answered) {
    if (status === 201) continue;
    expect([status, code]).toEqual([503, "overloaded"]);
    expect(Number(retryAfter)).toBeGreaterThanOrEqual(1);
  }
  // Sent again with the same keys, and fewer at a time, each has its lot, and there are no others.
  for (let from = 0; from < 300; from += 50) {
    const some = Array.from({ length: 50 }, async (_, n) =>
      call(stack, "flood", "POST", "/v1/lots", oneLot, `flood-${from + n}`),
    );
    for (const { status } of await Promise.all(some)) expect(status).toBe(201);
  }
  const lots = await holder.query(
    "select count(*)::int as lots, min(number)::int as lowest, max(number)::int as highest from lots",
  );
  expect(lots.rows).toEqual([{ lots: 300, lowest: 2, highest: 301 }]);
}, 240_000);

test("callers that go away while they wait leave their place to others", async () => {
  const stack = await started();
  await createTenant(stack.directUrl, { tenant: "flood", name: "flood", key: keys.flood });
  const body = { pattern: "A-{000000}" };
  expect((await call(stack, "flood", "PUT", "/v1/sequences/s", body, "")).status).toBe(201);
  const holder = new pg.Client({ connectionString: stack.directUrl });
  await holder.connect();
  onTestFinished(() => holder.end());
  await holder.query("begin");
  await holder.query("lock table sequences in access exclusive mode");
  const gone = new AbortController();
  const headers = { authorization: `Bearer ${keys.flood}` };
  const reads = Array.from({ length: 100 }, async () =>
    fetch(`${stack.url}/v1/sequences/s`, { headers, signal: gone.signal }).catch(() => undefined),
  );
  await new Promise((resolve) => setTimeout(resolve, 500));
  gone.abort();
  await Promise.all(reads);
  await holder.query("rollback");
  const after = await Promise.all(
    Array.from({ length: 40 }, async (_, n) =>
      call(stack, "flood", "POST", path, { count: 1 }, `k${n}`),
    ),
  );
  expect(after.filter(({ status }) => status !== 201)).toEqual([]);
});
