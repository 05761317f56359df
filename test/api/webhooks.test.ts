import { expect, test } from "vitest";

import { serviceForTest } from "../store/service.ts";
import {
  deliverNow,
  hexOf,
  makeWebhook,
  receiver,
  serviceWithoutWebhookPump,
} from "../webhooks/receiving.ts";
import { ok, refused, rowsInPages } from "./contract.ts";

const url = "https://erp.example/hooks";

test("a webhook is made with a secret that is shown once", async () => {
  const service = await serviceWithoutWebhookPump();
  const body = { url, events: ["job.done", "job.failed", "job.done"], description: "the ERP" };
  const made = await service.call("POST", "/v1/webhooks", { body, idempotencyKey: "one" });
  expect(made.status).toBe(201);
  expect(made.headers.get("location")).toBe(`/v1/webhooks/${made.json.id}`);
  const { secret, ...webhook } = made.json;
  expect(secret).toMatch(/^whsec_[\w+/]{43}=$/);
  expect(webhook).toEqual({
    id: made.json.id,
    url,
    events: ["job.done", "job.failed"],
    description: "the ERP",
    status: "enabled",
    disabled_reason: null,
    disabled_at: null,
    failing_since: null,
    previous_secret_until: null,
    created_at: made.json.created_at,
    updated_at: made.json.created_at,
  });
  expect(await ok(service, "GET", `/v1/webhooks/${webhook.id}`)).toEqual(webhook);
  expect((await ok(service, "GET", "/v1/webhooks")).data).toEqual([webhook]);
  const again = await service.call("POST", "/v1/webhooks", { body, idempotencyKey: "one" });
  expect(again.headers.get("idempotent-replayed")).toBe("true");
  expect(again.json).toEqual({ ...webhook, secret: null });
});

test("a secret whose answer was lost on the way is told by the answer of the next try", async () => {
  const service = await serviceWithoutWebhookPump();
  await service.database.fault({ kind: "cut_after", times: 1, match: "create_webhook_v1" });
  const made = await service.call("POST", "/v1/webhooks", { body: { url } });
  expect(made.json.secret).toMatch(/^whsec_/);
  expect(made.headers.get("idempotent-replayed")).toBeNull();
  await service.database.fault({ kind: "cut_after", times: 1, match: "rotate_webhook_secret_v1" });
  const path = `/v1/webhooks/${made.json.id}/rotate-secret`;
  const rotated = await service.call("POST", path, { idempotencyKey: "two" });
  expect(rotated.json.secret).toMatch(/^whsec_/);
  const again = await service.call("POST", path, { idempotencyKey: "two" });
  expect(again.json).toEqual({ ...rotated.json, secret: null });
});

test("no answer, list, event of the audit or record of a request has a secret", async () => {
  const service = await serviceWithoutWebhookPump();
  const webhook = await makeWebhook(service);
  const rotated = await ok(service, "POST", `/v1/webhooks/${webhook.id}/rotate-secret`);
  const kept = await service.database.query<{ text: string }>(
    `select r::text as text from requests r union all select e::text from audit_events e`,
  );
  expect(kept.length).toBeGreaterThan(2);
  for (const { text } of kept) {
    for (const secret of [webhook.secret, rotated.secret]) {
      const base64 = secret.slice("whsec_".length);
      expect(text).not.toContain(base64);
      expect(text).not.toContain(hexOf(base64));
    }
  }
  // And the Worker's role reads none by a select.
  const session = service.database.session();
  await session.query("set session authorization serialmint_worker");
  for (const column of ["secret", "previous_secret", "url"]) {
    await expect(session.query(`select ${column} from webhooks`)).rejects.toMatchObject({
      code: "42501",
    });
  }
  await session.close();
});

test.each([
  ["http://erp.example/", "does not begin with https://."],
  ["https://127.0.0.1/", "has a host that is not a public IP address."],
  ["https://[::ffff:10.0.0.1]/", "has a host that is not a public IP address."],
  ["https://localhost/", "has a host without a domain."],
  ["https://user:word@erp.example/", "has a user name or a password in it."],
])("%s is refused when it is made and when it is changed", async (wrong, reason) => {
  const service = await serviceWithoutWebhookPump();
  const webhook = await makeWebhook(service);
  for (const [method, path] of [
    ["POST", "/v1/webhooks"],
    ["PATCH", `/v1/webhooks/${webhook.id}`],
  ] as const) {
    const problem = await refused(service, [422, "webhook_url_refused"], method, path, {
      body: { url: wrong },
    });
    expect(problem.detail).toContain(reason);
    expect(problem.errors).toMatchObject([{ pointer: "/url" }]);
  }
});

test("a webhook is changed, disabled and enabled; what is left out stays", async () => {
  const service = await serviceWithoutWebhookPump();
  const webhook = await makeWebhook(service, { events: ["job.done"], description: "the ERP" });
  const path = `/v1/webhooks/${webhook.id}`;
  const changed = await ok(service, "PATCH", path, { events: null });
  expect(changed).toMatchObject({ url, events: null, description: "the ERP", status: "enabled" });
  expect(await ok(service, "PATCH", path, {})).toEqual(changed);
  await ok(service, "POST", `${path}/test`);
  const disabled = await ok(service, "PATCH", path, { status: "disabled" });
  expect(disabled).toMatchObject({ status: "disabled", disabled_reason: "asked" });
  expect((await ok(service, "GET", `${path}/deliveries`)).data).toMatchObject([
    { status: "failed", last_error: "The webhook was disabled.", next_attempt_at: null },
  ]);
  await refused(service, [409, "webhook_disabled"], "POST", `${path}/test`);
  const [{ id: delivery }] = (await ok(service, "GET", `${path}/deliveries`)).data;
  const repeat = `${path}/deliveries/${delivery}/repeat`;
  await refused(service, [409, "webhook_disabled"], "POST", repeat);
  expect(await ok(service, "PATCH", path, { status: "enabled" })).toMatchObject({
    status: "enabled",
    disabled_reason: null,
    disabled_at: null,
  });
  await ok(service, "POST", repeat);
});

test("a webhook that is removed is gone, and what waited for it is given up", async () => {
  const service = await serviceWithoutWebhookPump();
  const webhook = await makeWebhook(service);
  const path = `/v1/webhooks/${webhook.id}`;
  await ok(service, "POST", `${path}/test`);
  const removed = await service.call("POST", `${path}/remove`, { idempotencyKey: "once" });
  expect(removed.json).toMatchObject({ id: webhook.id, url });
  const again = await service.call("POST", `${path}/remove`, { idempotencyKey: "once" });
  expect(again.json).toEqual(removed.json);
  for (const [method, of] of [
    ["GET", ""],
    ["PATCH", ""],
    ["POST", "/remove"],
    ["POST", "/test"],
    ["POST", "/rotate-secret"],
    ["GET", "/deliveries"],
  ] as const) {
    const body = method === "PATCH" ? { body: { description: null } } : {};
    await refused(service, [404, "webhook_not_found"], method, path + of, body);
  }
  const erp = receiver();
  expect(await deliverNow(service, webhook.id, erp)).toBeUndefined();
  expect(erp.received).toEqual([]);
});

test("a tenant has 20 webhooks at most, whoever makes them at once", async () => {
  const service = await serviceWithoutWebhookPump();
  const answers = await Promise.all(
    Array.from({ length: 24 }, () => service.call("POST", "/v1/webhooks", { body: { url } })),
  );
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(20);
  const problem = await refused(service, [409, "too_many_webhooks"], "POST", "/v1/webhooks", {
    body: { url },
  });
  expect(problem.limit).toBe(20);
  expect(await rowsInPages(service, "/v1/webhooks?limit=7")).toHaveLength(20);
  const [first] = (await ok(service, "GET", "/v1/webhooks?limit=1")).data;
  await ok(service, "POST", `/v1/webhooks/${first.id}/remove`);
  await makeWebhook(service);
});

test("deliveries are listed in order, by pages and by status, also as CSV", async () => {
  const service = await serviceWithoutWebhookPump();
  const webhook = await makeWebhook(service);
  const path = `/v1/webhooks/${webhook.id}`;
  const ids: string[] = [];
  for (let n = 0; n < 5; n += 1) ids.push((await ok(service, "POST", `${path}/test`)).id);
  const erp = receiver();
  await deliverNow(service, webhook.id, erp);
  for (let n = 0; n < 3; n += 1) ids.push((await ok(service, "POST", `${path}/test`)).id);
  const pages = await rowsInPages(service, `${path}/deliveries?limit=3`);
  expect(pages).toMatchObject(ids.map((id) => ({ id })));
  const pending = await ok(service, "GET", `${path}/deliveries?status=pending`);
  expect(pending.data).toMatchObject(ids.slice(5).map((id) => ({ id, status: "pending" })));
  const csv = await service.call("GET", `${path}/deliveries`, { headers: { accept: "text/csv" } });
  expect(csv.text.split("\r\n")).toHaveLength(ids.length + 2);
});

test("webhooks of another tenant are not there", async () => {
  const service = await serviceWithoutWebhookPump();
  const webhook = await makeWebhook(service);
  const path = `/v1/webhooks/${webhook.id}`;
  const { id: delivery } = await ok(service, "POST", `${path}/test`);
  const stranger = { key: (await service.createTenant()).key };
  for (const [method, of] of [
    ["GET", ""],
    ["POST", "/remove"],
    ["POST", "/test"],
    ["POST", "/rotate-secret"],
    ["GET", "/deliveries"],
    ["POST", `/deliveries/${delivery}/repeat`],
  ] as const) {
    await refused(service, [404, "webhook_not_found"], method, path + of, stranger);
  }
  await refused(
    service,
    [404, "delivery_not_found"],
    "GET",
    `${path}/deliveries/${delivery}`,
    stranger,
  );
  expect((await ok(service, "GET", "/v1/webhooks", undefined, stranger)).data).toEqual([]);
  const erp = receiver();
  const other = (
    await service.database.query<{ tenant: string }>(
      "select tenant from tenants where tenant not like '%-test' and tenant <> $1",
      [service.tenant],
    )
  )[0]?.tenant;
  await deliverNow(service, webhook.id, erp, { tenant: other ?? "" });
  expect(erp.received).toEqual([]);
});

test("the setting that allows a receiver on this machine holds for making webhooks", async () => {
  const service = await serviceForTest({ vars: { WEBHOOK_ALLOW: "http://127.0.0.1:*" } });
  await ok(service, "POST", "/v1/webhooks", { url: "http://127.0.0.1:9999/" });
  await refused(service, [422, "webhook_url_refused"], "POST", "/v1/webhooks", {
    body: { url: "http://127.0.0.2:9999/" },
  });
});
