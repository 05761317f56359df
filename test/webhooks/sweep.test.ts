import { expect, test } from "vitest";

import { openDatabase } from "../../src/db/client.ts";
import type { Database } from "../../src/db/client.ts";
import { expireEvents } from "../../src/domain/webhooks/expire.ts";
import { sweepWebhooks } from "../../src/domain/webhooks/sweep.ts";
import { ok } from "../api/contract.ts";
import type { Service } from "../harness/service.ts";
import { eventually } from "../store/service.ts";
import { fireCron, serviceWithoutPump } from "../store/without-pump.ts";
import {
  deliveries,
  deliverNow,
  makeWebhook,
  receiver,
  serviceWithoutWebhookPump,
} from "./receiving.ts";

function databaseOf({ database }: Service): Database {
  return openDatabase({
    databaseUrl: database.databaseUrl,
    sqlEndpoint: database.endpoint,
    timings: { requests: 0, milliseconds: 0 },
  });
}

/** The webhooks that a sweep sets going, and after how many milliseconds. */
async function swept(service: Service): Promise<Map<string, number>> {
  const woken = new Map<string, number>();
  await sweepWebhooks(databaseOf(service), async ({ tenant, webhook }, afterMs) => {
    woken.set(`${tenant}/${webhook}`, afterMs);
    return Promise.resolve();
  });
  return woken;
}

test("a sweep sets going what is due before the next one, of all tenants, and nothing else", async () => {
  const service = await serviceWithoutWebhookPump();
  const [idle, due, soon, later] = [
    await makeWebhook(service),
    await makeWebhook(service),
    await makeWebhook(service),
    await makeWebhook(service),
  ];
  const other = await service.createTenant();
  const theirs = await ok(service, "POST", "/v1/webhooks", { url: "https://x.example/" }, other);
  for (const { id } of [due, soon, later]) await ok(service, "POST", `/v1/webhooks/${id}/test`);
  await ok(service, "POST", `/v1/webhooks/${theirs.id}/test`, undefined, other);
  for (const [webhook, wait] of [
    [soon, "50 s"],
    [later, "70 s"],
  ] as const) {
    await service.database.query(
      "update webhook_deliveries set next_attempt_at = now() + $1::interval where webhook = $2",
      [wait, webhook.id],
    );
  }
  const woken = await swept(service);
  expect(woken.has(`${service.tenant}/${idle.id}`)).toBe(false);
  expect([...woken.keys()].toSorted()).toEqual(
    [
      `${service.tenant}/${due.id}`,
      `${service.tenant}/${soon.id}`,
      `${other.tenant}/${theirs.id}`,
    ].toSorted(),
  );
  expect(woken.get(`${service.tenant}/${due.id}`)).toBe(0);
  expect(woken.get(`${service.tenant}/${soon.id}`)).toBeGreaterThan(40_000);
});

test("a sweep of many goes on page by page, whatever becomes of one", async () => {
  const service = await serviceWithoutWebhookPump();
  await service.database.query(
    `with made as (
       insert into webhooks (tenant, id, url, secret)
       select $1, gen_random_uuid(), 'https://x.example/', sha256(n::text::bytea) from generate_series(1, 450) as n
       returning id
     ), event as (
       insert into events (tenant, id, type, subject, at, payload)
       values ($1, gen_random_uuid(), 'webhook.test', '', now(), '{}') returning id
     )
     insert into webhook_deliveries (tenant, event, webhook, next_attempt_at, created_at)
     select $1, event.id, made.id, now(), now() from made, event`,
    [service.tenant],
  );
  let asked = 0;
  const woken = await sweepWebhooks(databaseOf(service), async () => {
    asked += 1;
    return asked % 7 === 0 ? Promise.reject(new Error("no")) : Promise.resolve();
  });
  expect([asked, woken]).toEqual([450, 450]);
});

test("the scheduled run delivers what a request that died has left behind", async () => {
  // The Worker's own pump, which nobody woke: its alarm is set by the scheduled run.
  const service = await serviceWithoutPump();
  const webhook = await makeWebhook(service);
  await service.database.query(
    "select add_event($1, array[$2::uuid], 'webhook.test', '', '{}'::jsonb)",
    [service.tenant, webhook.id],
  );
  expect(await deliveries(service, webhook)).toMatchObject([{ status: "pending", attempts: 0 }]);
  await fireCron();
  // The name leads nowhere, and is tried.
  await eventually(async () => (await deliveries(service, webhook))[0].last_error !== null);
  expect(await deliveries(service, webhook)).toMatchObject([
    { status: "pending", attempts: 1, last_error: "The receiver could not be reached." },
  ]);
});

test("what waits for a webhook that was removed or disabled in between is given up", async () => {
  const service = await serviceWithoutWebhookPump();
  const webhook = await makeWebhook(service);
  await ok(service, "POST", `/v1/webhooks/${webhook.id}/test`);
  // As an event that was being written while the webhook was disabled leaves it.
  await service.database.query(
    "update webhooks set status = 'disabled', disabled_reason = 'gone', disabled_at = now()",
  );
  const erp = receiver();
  expect(await deliverNow(service, webhook.id, erp)).toBeUndefined();
  expect(erp.received).toEqual([]);
  expect(await deliveries(service, webhook)).toMatchObject([
    { status: "failed", last_error: "The webhook was disabled." },
  ]);
});

test("events are kept for 30 days, with their deliveries", async () => {
  const service = await serviceWithoutWebhookPump();
  const webhook = await makeWebhook(service);
  for (let n = 0; n < 3; n += 1) await ok(service, "POST", `/v1/webhooks/${webhook.id}/test`);
  await service.database.query(
    `update events set at = now() - case when id = (select id from events order by at limit 1)
                                      then interval '29 days 23 hours' else interval '30 days 1 hour' end`,
  );
  await expireEvents(databaseOf(service));
  expect(await service.database.query("select count(*) as n from events")).toEqual([{ n: "1" }]);
  expect(await service.database.query("select count(*) as n from webhook_deliveries")).toEqual([
    { n: "1" },
  ]);
});
