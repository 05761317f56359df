import { expect, test } from "vitest";

import { openDatabase } from "../../src/db/client.ts";
import { inTurns } from "../../src/domain/alerts/turns.ts";
import { watch } from "../../src/domain/alerts/watch.ts";
import type { WebhookKey } from "../../src/domain/webhooks/webhook.ts";
import { call, ok, rowsInPages } from "../api/contract.ts";
import type { Service } from "../harness/service.ts";
import { putSequence, serviceForTest } from "../store/service.ts";
import { makeWebhook, serviceWithoutWebhookPump } from "../webhooks/receiving.ts";
import { alerts, lookAt, openAlerts } from "./watching.ts";

function databaseOf(service: Service) {
  return openDatabase({
    databaseUrl: service.database.databaseUrl,
    sqlEndpoint: service.database.endpoint,
    timings: { requests: 0, milliseconds: 0 },
  });
}

function subjects(rows: readonly unknown[]): string[] {
  return rows.map((row) => (row as { subject: string }).subject).toSorted();
}

async function nearlyUsedUp(service: Service, ...keys: string[]): Promise<void> {
  for (const key of keys) {
    await putSequence(service, key, { pattern: `${key}-{0}`, overflow: "reject" });
    await ok(service, "POST", `/v1/sequences/${key}/reservations`, { count: 9 });
  }
}

test("the scheduled run opens alerts and sets going who is to be told of them", async () => {
  const service = await serviceWithoutWebhookPump();
  const webhook = await makeWebhook(service);
  await nearlyUsedUp(service, "s");
  const woken: WebhookKey[] = [];
  const wake = async (key: WebhookKey) => {
    woken.push(key);
    return Promise.resolve();
  };
  await watch(databaseOf(service), wake);
  expect(await openAlerts(service)).toEqual(["sequence_exhaustion_near s"]);
  expect(woken).toEqual([{ tenant: service.tenant, webhook: webhook.id }]);
  // Whoever had a turn just now has none.
  await putSequence(service, "s", { pattern: "s-{000}", overflow: "reject" });
  await watch(databaseOf(service), wake);
  expect(await openAlerts(service)).toHaveLength(1);
  await service.database.query("update watch_turns set taken_at = now() - interval '1 minute'");
  await watch(databaseOf(service), wake);
  expect(await openAlerts(service)).toEqual([]);
});

test("every tenant has one turn in a run, also beside one that fails, and those left out come first", async () => {
  const service = await serviceForTest();
  for (let n = 0; n < 3; n += 1) await service.createTenant();
  const tenants = (
    await service.database.query<{ tenant: string }>("select tenant from tenants")
  ).map(({ tenant }) => tenant);
  expect(tenants).toHaveLength(8);
  const db = databaseOf(service);
  const seen: string[] = [];
  const run = inTurns(db, "alerts", 30, async (tenant) => {
    seen.push(tenant);
    return tenant === service.tenant ? Promise.reject(new Error("broken")) : Promise.resolve();
  });
  await expect(run).rejects.toThrow("broken");
  expect(seen.toSorted()).toEqual(tenants.toSorted());
  // The other duty has turns of its own.
  const audited: string[] = [];
  await inTurns(db, "audit", 30, async (tenant) => Promise.resolve(audited.push(tenant)));
  expect(audited).toHaveLength(8);
  const [late] = tenants;
  await service.database.query(
    "update watch_turns set taken_at = now() - interval '5 minutes' where tenant = $1 and duty = 'alerts'",
    [late],
  );
  const again: string[] = [];
  await inTurns(db, "alerts", 30, async (tenant) => Promise.resolve(again.push(tenant)));
  expect(again).toEqual([late]);
  // Without time nobody has one.
  await service.database.query("delete from watch_turns");
  await inTurns(db, "alerts", 0, async (tenant) => Promise.resolve(again.push(tenant)));
  expect(again).toEqual([late]);
});

test("two who look at once open each alert once, and tell of it once", async () => {
  const service = await serviceWithoutWebhookPump();
  await makeWebhook(service);
  await nearlyUsedUp(service, "a", "b", "c");
  const changed = await Promise.all([1, 2, 3, 4].map(() => lookAt(service)));
  expect(changed.reduce((sum, one) => sum + one, 0)).toBe(3);
  const count = async (table: string) =>
    Number(
      (await service.database.query<{ n: string }>(`select count(*) as n from ${table}`))[0]?.n,
    );
  expect(await count("alerts")).toBe(3);
  expect(await count("events")).toBe(3);
  for (const key of ["a", "b", "c"]) {
    await putSequence(service, key, { pattern: `${key}-{000}`, overflow: "reject" });
  }
  await Promise.all([1, 2, 3, 4].map(() => lookAt(service)));
  expect(await count("events")).toBe(6);
});

test("however much goes wrong at once, a look has an end, and opens and closes of each kind some", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{0000}" });
  await ok(service, "POST", "/v1/sequences/s/leases", { count: 1, holder: "h" });
  await service.database.query(
    `insert into leases (tenant, id, sequence, series, first, last, step, holder, token, open, expires_at)
     select tenant, gen_random_uuid(), sequence, series, 1 + n, 1 + n, 1, holder, token, 1, expires_at
     from leases, generate_series(1, 2499) as n`,
  );
  await service.database.query("update leases set expires_at = now() - interval '1 hour'");
  await nearlyUsedUp(service, "a", "b");
  const open = () =>
    service.database.query(
      `select kind, count(*)::int as n from alerts where closed_at is null group by kind order by kind`,
    );
  // 2,500 leases and two sequences, 2,000 at once.
  expect(await lookAt(service)).toBe(2000);
  expect(await open()).toEqual([
    { kind: "sequence_exhaustion_near", n: 2 },
    { kind: "lease_unreported", n: 1998 },
  ]);
  expect(await lookAt(service)).toBe(502);
  expect(await lookAt(service)).toBe(0);
  await service.database.query("update leases set expires_at = now() + interval '1 hour'");
  await putSequence(service, "a", { pattern: "a-{000}", overflow: "reject" });
  expect(await lookAt(service)).toBe(2000);
  expect(await open()).toEqual([
    { kind: "sequence_exhaustion_near", n: 1 },
    { kind: "lease_unreported", n: 501 },
  ]);
  expect(await lookAt(service)).toBe(501);
  expect(await openAlerts(service)).toEqual(["sequence_exhaustion_near b"]);
});

test("who is to be told of many alerts is noted once", async () => {
  const service = await serviceWithoutWebhookPump();
  const webhook = await makeWebhook(service);
  await nearlyUsedUp(service, "a", "b", "c");
  const [done] = await service.database.query<{ changed: string; woken: string }>(
    `with done as materialized (select compare_alerts_v1($1) as changed)
     select changed, woken_webhooks_v1()::text as woken from done`,
    [service.tenant],
  );
  // What grows with every event is read again by every event: of thousands it would take minutes.
  expect(done).toEqual({ changed: "3", woken: expect.any(String) });
  expect(JSON.parse(done?.woken ?? "")).toEqual([{ tenant: service.tenant, webhook: webhook.id }]);
});

test("alerts are listed by pages, by kind and by status, and of one tenant alone", async () => {
  const service = await serviceForTest();
  await nearlyUsedUp(service, "a", "b", "c", "d", "e");
  await lookAt(service);
  await putSequence(service, "b", { pattern: "b-{000}", overflow: "reject" });
  await lookAt(service);
  expect(subjects(await rowsInPages(service, "/v1/alerts?limit=2"))).toEqual([
    "a",
    "b",
    "c",
    "d",
    "e",
  ]);
  expect(subjects(await alerts(service, "&status=open"))).toEqual(["a", "c", "d", "e"]);
  expect(subjects(await alerts(service, "&status=closed"))).toEqual(["b"]);
  expect(await alerts(service, "&kind=job_failed")).toEqual([]);
  expect(await alerts(service, "&kind=sequence_exhaustion_near&status=closed")).toHaveLength(1);
  const other = await service.createTenant();
  const theirs = await ok(service, "GET", "/v1/alerts", undefined, { key: other.key });
  expect(theirs.data).toEqual([]);
  // Nor does looking at another open or close anything of this one.
  await lookAt(service, other.tenant);
  expect(await openAlerts(service)).toHaveLength(4);
  expect((await call(service, "GET", "/v1/alerts?kind=fire")).status).toBe(422);
});

test("alerts that were closed long ago are removed, and open ones are not", async () => {
  const service = await serviceForTest();
  await nearlyUsedUp(service, "a", "b");
  await lookAt(service);
  await service.database.query(
    `update alerts set opened_at = now() - interval '200 days',
            closed_at = case subject when 'a' then now() - interval '91 days' end`,
  );
  const [row] = await service.database.query("select expire_alerts_v1('90 days', 100) as removed");
  expect(row).toEqual({ removed: "1" });
  expect(await openAlerts(service)).toEqual(["sequence_exhaustion_near b"]);
});
