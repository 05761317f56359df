import { expect, test } from "vitest";

import { ok } from "../api/contract.ts";
import type { Service } from "../harness/service.ts";
import { eventually, postLots, putProduct, putSequence, serviceForTest } from "../store/service.ts";
import {
  deliveries,
  deliverNow,
  makeWebhook,
  receiver,
  serviceWithoutWebhookPump,
  verified,
} from "./receiving.ts";

async function serviceWithPhones(): Promise<Service> {
  const service = await serviceWithoutWebhookPump();
  await putSequence(service, "s", { pattern: "SN-{0000000}" });
  await putProduct(service, "PHONE", "s");
  return service;
}

/** The types and subjects that a webhook was told of, in order. */
async function told(service: Service, webhook: { id: string }): Promise<[string, string][]> {
  return (await deliveries(service, webhook)).map(({ type, subject }) => [type, subject]);
}

test("a job that is done in its request is told once, with what it came to", async () => {
  const service = await serviceWithPhones();
  const webhook = await makeWebhook(service);
  const job = (await postLots(service, [{ product: "PHONE", count: 3 }], { idempotencyKey: "k" }))
    .json;
  await postLots(service, [{ product: "PHONE", count: 3 }], { idempotencyKey: "k" });
  expect(await told(service, webhook)).toEqual([["job.done", job.id]]);
  const erp = receiver();
  await deliverNow(service, webhook.id, erp);
  const [got] = erp.received;
  if (got === undefined) throw new Error("Nothing was received.");
  expect(verified(webhook, got)).toEqual({
    type: "job.done",
    timestamp: expect.stringMatching(/Z$/),
    data: {
      job: {
        id: job.id,
        status: "done",
        total: 3,
        done: 3,
        skipped: 0,
        error: null,
        created_at: job.created_at,
        finished_at: job.finished_at,
      },
    },
  });
});

test("a job of several chunks is told when the last one is done", async () => {
  const service = await serviceWithPhones();
  const webhook = await makeWebhook(service);
  const job = (await postLots(service, [{ product: "PHONE", count: 45_000 }])).json;
  expect(job.status).toBe("done");
  expect(await told(service, webhook)).toEqual([["job.done", job.id]]);
});

test("a request that is refused tells nothing", async () => {
  const service = await serviceWithPhones();
  const webhook = await makeWebhook(service);
  await postLots(service, [{ product: "PHONE", names: ["X-1"] }]);
  const before = await told(service, webhook);
  const { status } = await postLots(service, [
    { product: "PHONE", names: ["X-2"] },
    { product: "PHONE", names: ["X-1"] },
  ]);
  expect(status).toBe(409);
  expect(await told(service, webhook)).toEqual(before);
});

test("a job that fails is told, and again when it fails after it was sent on", async () => {
  const service = await serviceWithPhones();
  const webhook = await makeWebhook(service);
  const later = { headers: { prefer: "respond-async" } };
  const job = (await postLots(service, [{ product: "PHONE", count: 30_000 }], later)).json;
  const error = JSON.stringify({ code: "internal_error", detail: "It broke.", retryable: false });
  const failOnce = async () => {
    const token = crypto.randomUUID();
    await service.database.query("select take_job_v1($1, $2, $3, '15 s')", [
      service.tenant,
      job.id,
      token,
    ]);
    const [row] = await service.database.query(
      `select note_failure_v1($1, $2, $3, $4, true, 8) as status`,
      [service.tenant, job.id, token, error],
    );
    expect(row).toEqual({ status: "failed" });
  };
  await failOnce();
  await ok(service, "POST", `/v1/jobs/${job.id}/retry`);
  await failOnce();
  await ok(service, "POST", `/v1/jobs/${job.id}/cancel`);
  expect(await told(service, webhook)).toEqual([
    ["job.failed", job.id],
    ["job.failed", job.id],
    ["job.cancelled", job.id],
  ]);
});

test("a receipt is done when its lots are recorded, and cancelled when it is", async () => {
  const service = await serviceWithPhones();
  const webhook = await makeWebhook(service, {
    events: ["receipt.done", "receipt.cancelled"],
  });
  const receive = (reference: string, quantity: number) =>
    ok(service, "POST", "/v1/receipts", { reference, lines: [{ product: "PHONE", quantity }] });
  const small = await receive("A", 2);
  const large = await receive("B", 30_000);
  await putProduct(service, "PAPER");
  await ok(service, "PUT", "/v1/products/PAPER", { tracking: "none" });
  const none = await ok(service, "POST", "/v1/receipts", {
    reference: "C",
    lines: [{ product: "PAPER", quantity: 5 }],
  });
  expect(none.job).toBeNull();
  // The same delivery sent again is the same receipt.
  await receive("A", 2);
  await ok(service, "POST", `/v1/receipts/${small.id}/cancel`, { reason: "sent back" });
  expect(await told(service, webhook)).toEqual([
    ["receipt.done", small.id],
    ["receipt.done", large.id],
    ["receipt.done", none.id],
    ["receipt.cancelled", small.id],
  ]);
  const [first] = await deliveries(service, webhook);
  const { payload } = await ok(service, "GET", `/v1/webhooks/${webhook.id}/deliveries/${first.id}`);
  expect(JSON.parse(payload).data.receipt).toMatchObject({
    id: small.id,
    reference: "A",
    status: "received",
    job: small.job.id,
  });
});

test("a receipt that is cancelled before its lots are recorded cancels its job, and is never done", async () => {
  const service = await serviceWithPhones();
  const webhook = await makeWebhook(service);
  const receipt = await ok(
    service,
    "POST",
    "/v1/receipts",
    { reference: "A", lines: [{ product: "PHONE", quantity: 30_000 }] },
    { headers: { prefer: "respond-async" } },
  );
  await ok(service, "POST", `/v1/receipts/${receipt.id}/cancel`, { reason: "sent back" });
  expect(await told(service, webhook)).toEqual([
    ["job.cancelled", receipt.job.id],
    ["receipt.cancelled", receipt.id],
  ]);
});

test("a count is told when it is applied", async () => {
  const service = await serviceWithPhones();
  const webhook = await makeWebhook(service, { events: ["count.applied"] });
  const count = await ok(service, "POST", "/v1/counts", {
    reference: "2026-11",
    lines: [{ product: "PHONE", counted_quantity: "2" }],
  });
  await ok(service, "POST", `/v1/counts/${count.id}/apply`);
  await ok(service, "POST", `/v1/counts/${count.id}/apply`);
  expect(await told(service, webhook)).toEqual([["count.applied", count.id]]);
});

test("an import is told as the job that it is", async () => {
  const service = await serviceWithPhones();
  const webhook = await makeWebhook(service);
  const { json } = await service.call("POST", "/v1/imports?kind=odoo_products", {
    body: "default_code,tracking\nP-1,lot\nP-2,none\n",
    headers: { "content-type": "text/csv" },
  });
  await eventually(async () => (await told(service, webhook)).length > 0);
  expect(await told(service, webhook)).toEqual([["job.done", json.id]]);
});

test("each webhook is told what it wants, and a disabled one nothing", async () => {
  const service = await serviceWithPhones();
  const all = await makeWebhook(service);
  const jobs = await makeWebhook(service, { events: ["job.done"] });
  const failures = await makeWebhook(service, { events: ["job.failed"] });
  const disabled = await makeWebhook(service);
  await ok(service, "PATCH", `/v1/webhooks/${disabled.id}`, { status: "disabled" });
  await postLots(service, [{ product: "PHONE", count: 1 }]);
  const [one] = await deliveries(service, all);
  expect(one.type).toBe("job.done");
  // One event, whoever is told of it.
  expect((await deliveries(service, jobs)).map(({ id }) => id)).toEqual([one.id]);
  expect(await deliveries(service, failures)).toEqual([]);
  expect(await deliveries(service, disabled)).toEqual([]);
});

test("nothing is kept of what nobody wants to be told, nor of another tenant", async () => {
  const service = await serviceWithPhones();
  await postLots(service, [{ product: "PHONE", count: 1 }]);
  await makeWebhook(service, { events: ["receipt.done"] });
  await postLots(service, [{ product: "PHONE", count: 1 }]);
  const other = await service.createTenant();
  await service.call("POST", "/v1/webhooks", {
    body: { url: "https://x.example/" },
    key: other.key,
  });
  await postLots(service, [{ product: "PHONE", count: 1 }]);
  expect(await service.database.query("select * from events")).toEqual([]);
});

test("who is to be told is set going by the request that has something to tell", async () => {
  const woken: string[] = [];
  const pump = {
    getByName: (name: string) => ({
      wake: async () => {
        woken.push(name);
        return Promise.resolve();
      },
    }),
  };
  const service = await serviceForTest({ vars: { WEBHOOK_PUMP: pump } });
  await putSequence(service, "s", { pattern: "SN-{0000000}" });
  await putProduct(service, "PHONE", "s");
  const webhook = await makeWebhook(service, { events: ["job.done", "receipt.done"] });
  await makeWebhook(service, { events: ["job.failed"] });
  const name = `${service.tenant}/${webhook.id}`;
  await postLots(service, [{ product: "PHONE", count: 1 }]);
  expect(woken).toEqual([name]);
  await postLots(service, [{ product: "PHONE", count: 30_000 }]);
  expect(woken).toEqual([name, name]);
  // Two events, one webhook.
  await ok(service, "POST", "/v1/receipts", {
    reference: "A",
    lines: [{ product: "PHONE", quantity: 1 }],
  });
  expect(woken).toEqual([name, name, name]);
  await ok(service, "POST", `/v1/webhooks/${webhook.id}/test`);
  expect(woken).toHaveLength(4);
});
