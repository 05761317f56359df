import { expect, test } from "vitest";

import { ok } from "../api/contract.ts";
import { pause, serviceForTest } from "../store/service.ts";
import {
  deliveries,
  deliverNow,
  makeDue,
  makeWebhook,
  receiver,
  serviceWithoutWebhookPump,
  verified,
} from "./receiving.ts";

const day = 86_400;

test("a receiver that follows Standard Webhooks accepts what is sent", async () => {
  const service = await serviceWithoutWebhookPump();
  const webhook = await makeWebhook(service);
  const test = await ok(service, "POST", `/v1/webhooks/${webhook.id}/test`);
  expect(test).toMatchObject({ type: "webhook.test", status: "pending", attempts: 0 });
  const erp = receiver();
  expect(await deliverNow(service, webhook.id, erp)).toBeUndefined();
  expect(erp.received).toHaveLength(1);
  const [got] = erp.received;
  if (got === undefined) throw new Error("Nothing was received.");
  expect(got.url).toBe("https://erp.example/hooks");
  expect(got.headers).toMatchObject({
    "content-type": "application/json",
    "user-agent": "Serialmint",
    "webhook-id": test.id,
  });
  expect(Math.abs(Number(got.headers["webhook-timestamp"]) * 1000 - Date.now())).toBeLessThan(
    60_000,
  );
  expect(verified(webhook, got)).toEqual({
    type: "webhook.test",
    timestamp: test.created_at,
    data: { webhook: { id: webhook.id } },
  });
  const [delivery] = await deliveries(service, webhook);
  expect(delivery).toMatchObject({
    id: test.id,
    status: "delivered",
    attempts: 1,
    next_attempt_at: null,
    response_status: 204,
    last_error: null,
    response_excerpt: null,
  });
  const whole = await ok(service, "GET", `/v1/webhooks/${webhook.id}/deliveries/${test.id}`);
  expect(whole).toEqual({ ...delivery, payload: got.payload });
});

test("what fails is tried again by the schedule, with the same id and body, and then given up", async () => {
  const service = await serviceWithoutWebhookPump();
  const webhook = await makeWebhook(service);
  await ok(service, "POST", `/v1/webhooks/${webhook.id}/test`);
  const erp = receiver();
  erp.answer = () => new Response("out of order", { status: 500 });
  const pauses: number[] = [];
  for (let attempt = 1; attempt <= 10; attempt += 1) {
    const again = await deliverNow(service, webhook.id, erp);
    if (again !== undefined) pauses.push(Math.round(again / 1000));
    const [delivery] = await deliveries(service, webhook);
    expect(delivery).toMatchObject({
      status: attempt < 10 ? "pending" : "failed",
      attempts: attempt,
      response_status: 500,
      last_error: "The receiver answered 500.",
      response_excerpt: "out of order",
    });
    await makeDue(service);
  }
  expect(pauses).toEqual([5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, day]);
  expect(erp.received).toHaveLength(10);
  expect(new Set(erp.received.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
  expect(new Set(erp.received.map(({ payload }) => payload)).size).toBe(1);
  for (const got of erp.received) verified(webhook, got);
  // It failed for seconds only, though ten times.
  expect(await ok(service, "GET", `/v1/webhooks/${webhook.id}`)).toMatchObject({
    status: "enabled",
    failing_since: expect.any(String),
  });
});

test("a webhook where nothing gets through for three days is disabled, and enabled again begins anew", async () => {
  const service = await serviceWithoutWebhookPump();
  const webhook = await makeWebhook(service);
  const other = await makeWebhook(service, { url: "https://other.example/" });
  for (const { id } of [webhook, webhook, other])
    await ok(service, "POST", `/v1/webhooks/${id}/test`);
  await service.database.query(
    `update webhook_deliveries set attempts = 9 where event = (
       select event from webhook_deliveries where webhook = $1 order by created_at limit 1)`,
    [webhook.id],
  );
  await service.database.query(
    "update webhooks set failing_since = now() - interval '3 days 1 minute' where id = $1",
    [webhook.id],
  );
  const erp = receiver();
  erp.answer = () => new Response(null, { status: 503 });
  expect(await deliverNow(service, webhook.id, erp)).toBeUndefined();
  expect(await ok(service, "GET", `/v1/webhooks/${webhook.id}`)).toMatchObject({
    status: "disabled",
    disabled_reason: "failing",
    disabled_at: expect.any(String),
  });
  // What waited is given up, and other webhooks are as they were.
  expect((await deliveries(service, webhook)).map(({ status }) => status)).toEqual([
    "failed",
    "failed",
  ]);
  expect(await deliveries(service, other)).toMatchObject([{ status: "pending" }]);
  const enabled = await ok(service, "PATCH", `/v1/webhooks/${webhook.id}`, { status: "enabled" });
  expect(enabled).toMatchObject({
    status: "enabled",
    disabled_reason: null,
    disabled_at: null,
    failing_since: null,
  });
});

test("another address has not failed yet", async () => {
  const service = await serviceWithoutWebhookPump();
  const webhook = await makeWebhook(service);
  const path = `/v1/webhooks/${webhook.id}`;
  await ok(service, "POST", `${path}/test`);
  const erp = receiver();
  erp.answer = () => new Response(null, { status: 500 });
  await deliverNow(service, webhook.id, erp);
  await service.database.query(
    "update webhooks set failing_since = failing_since - interval '4 days'",
  );
  await service.database.query("update webhook_deliveries set attempts = 9");
  const changed = await ok(service, "PATCH", path, { description: "the ERP" });
  expect(changed.failing_since).not.toBeNull();
  await ok(service, "PATCH", path, { url: "https://new.example/hooks" });
  await makeDue(service);
  // The last attempt of a message, and the first one there.
  await deliverNow(service, webhook.id, erp);
  expect(await deliveries(service, webhook)).toMatchObject([{ status: "failed", attempts: 10 }]);
  expect(await ok(service, "GET", path)).toMatchObject({ status: "enabled" });
});

test.each([410, 500])(
  "what an address answers (%i) that the webhook no longer has is not the new one's",
  async (status) => {
    const service = await serviceWithoutWebhookPump();
    const webhook = await makeWebhook(service, { url: "https://old.example/" });
    const path = `/v1/webhooks/${webhook.id}`;
    await ok(service, "POST", `${path}/test`);
    const erp = receiver();
    erp.answer = async ({ url }) => {
      if (url === "https://new.example/") return new Response(null, { status: 204 });
      await ok(service, "PATCH", path, { url: "https://new.example/" });
      return new Response(null, { status });
    };
    await deliverNow(service, webhook.id, erp);
    expect(erp.received.map(({ url }) => url)).toEqual([
      "https://old.example/",
      "https://new.example/",
    ]);
    expect(await ok(service, "GET", path)).toMatchObject({
      status: "enabled",
      failing_since: null,
    });
    expect(await deliveries(service, webhook)).toMatchObject([{ status: "delivered" }]);
  },
);

test("a success ends the time of failing", async () => {
  const service = await serviceWithoutWebhookPump();
  const webhook = await makeWebhook(service);
  await ok(service, "POST", `/v1/webhooks/${webhook.id}/test`);
  const erp = receiver();
  erp.answer = () => new Response(null, { status: 500 });
  await deliverNow(service, webhook.id, erp);
  erp.answer = () => new Response(null, { status: 200 });
  await makeDue(service);
  await deliverNow(service, webhook.id, erp);
  expect(await ok(service, "GET", `/v1/webhooks/${webhook.id}`)).toMatchObject({
    failing_since: null,
  });
});

test("410 disables a webhook at once", async () => {
  const service = await serviceWithoutWebhookPump();
  const webhook = await makeWebhook(service);
  for (let n = 0; n < 6; n += 1) await ok(service, "POST", `/v1/webhooks/${webhook.id}/test`);
  const erp = receiver();
  erp.answer = () => new Response(null, { status: 410 });
  expect(await deliverNow(service, webhook.id, erp)).toBeUndefined();
  expect(await ok(service, "GET", `/v1/webhooks/${webhook.id}`)).toMatchObject({
    status: "disabled",
    disabled_reason: "gone",
  });
  expect(erp.received.length).toBeLessThanOrEqual(4);
  for (const delivery of await deliveries(service, webhook)) {
    expect(delivery).toMatchObject({ status: "failed", next_attempt_at: null });
  }
});

test.each([301, 302, 303, 307, 308])(
  "a redirect (%i) is a failure and is not followed",
  async (status) => {
    const service = await serviceWithoutWebhookPump();
    const webhook = await makeWebhook(service);
    await ok(service, "POST", `/v1/webhooks/${webhook.id}/test`);
    const erp = receiver();
    erp.answer = () =>
      new Response(null, {
        status,
        headers: { location: "http://169.254.169.254/latest/meta-data" },
      });
    await deliverNow(service, webhook.id, erp);
    expect(erp.received.map(({ url }) => url)).toEqual(["https://erp.example/hooks"]);
    expect(await deliveries(service, webhook)).toMatchObject([
      {
        status: "pending",
        response_status: status,
        last_error: `The receiver answered ${status}: redirects are not followed.`,
      },
    ]);
  },
);

test("a receiver that hangs holds up its own deliveries, for as long as it may", async () => {
  const service = await serviceWithoutWebhookPump();
  const webhook = await makeWebhook(service);
  await ok(service, "POST", `/v1/webhooks/${webhook.id}/test`);
  const erp = receiver();
  erp.answer = () => new Promise(() => undefined);
  await deliverNow(service, webhook.id, erp, { patienceMs: 50 });
  expect(await deliveries(service, webhook)).toMatchObject([
    { response_status: null, last_error: "The receiver did not answer within 0.05 s." },
  ]);
});

test("an answer that never ends is read as far as it is kept", async () => {
  const service = await serviceWithoutWebhookPump();
  const webhook = await makeWebhook(service);
  await ok(service, "POST", `/v1/webhooks/${webhook.id}/test`);
  const erp = receiver();
  let pulled = 0;
  let cancelled = false;
  erp.answer = () =>
    new Response(
      new ReadableStream({
        pull(controller) {
          pulled += 1;
          controller.enqueue(new TextEncoder().encode(`\u0000<b>${"x".repeat(1021)}`));
        },
        cancel() {
          cancelled = true;
        },
      }),
      { status: 500 },
    );
  await deliverNow(service, webhook.id, erp);
  expect(pulled).toBeLessThan(10);
  expect(cancelled).toBe(true);
  const [delivery] = await deliveries(service, webhook);
  expect(delivery.response_excerpt).toBe(`<b>${"x".repeat(497)}`);
});

test.each([
  [200, "delivered", null],
  [500, "pending", "The receiver answered 500."],
])("what a receiver answers holds (%i), though its body breaks off", async (status, is, why) => {
  const service = await serviceWithoutWebhookPump();
  const webhook = await makeWebhook(service);
  await ok(service, "POST", `/v1/webhooks/${webhook.id}/test`);
  const erp = receiver();
  erp.answer = () => {
    let pulled = 0;
    const body = new ReadableStream({
      pull(controller) {
        pulled += 1;
        if (pulled === 1) controller.enqueue(new TextEncoder().encode("taken"));
        else controller.error(new Error("The operation was aborted due to timeout"));
      },
    });
    return new Response(body, { status });
  };
  await deliverNow(service, webhook.id, erp);
  expect(await deliveries(service, webhook)).toMatchObject([
    { status: is, response_status: status, last_error: why, response_excerpt: "taken" },
  ]);
});

test("Retry-After of 429 and 503 is kept to, and of no other answer", async () => {
  const service = await serviceWithoutWebhookPump();
  const webhook = await makeWebhook(service);
  const erp = receiver();
  const pauseAfter = async (status: number): Promise<number> => {
    await ok(service, "POST", `/v1/webhooks/${webhook.id}/test`);
    erp.answer = () => new Response(null, { status, headers: { "retry-after": "7200" } });
    const again = await deliverNow(service, webhook.id, erp);
    await service.database.query("delete from webhook_deliveries");
    return Math.round((again ?? 0) / 1000);
  };
  expect(await pauseAfter(429)).toBe(7200);
  expect(await pauseAfter(503)).toBe(7200);
  expect(await pauseAfter(500)).toBe(5);
});

test("an address that is no longer taken is not sent to", async () => {
  const service = await serviceWithoutWebhookPump();
  const webhook = await makeWebhook(service);
  await ok(service, "POST", `/v1/webhooks/${webhook.id}/test`);
  await service.database.query("update webhooks set url = 'https://10.0.0.1/'");
  const erp = receiver();
  await deliverNow(service, webhook.id, erp);
  expect(erp.received).toEqual([]);
  expect(await deliveries(service, webhook)).toMatchObject([
    { last_error: "The address has a host that is not a public IP address." },
  ]);
});

test("what is allowed by name goes the other way out", async () => {
  const service = await serviceForTest({
    vars: {
      WEBHOOK_ALLOW: "http://127.0.0.1:9000",
      WEBHOOK_PUMP: { getByName: () => ({ wake: async () => Promise.resolve() }) },
    },
  });
  const near = await makeWebhook(service, { url: "http://127.0.0.1:9000/" });
  const far = await makeWebhook(service);
  const [within, out] = [receiver(), receiver()];
  const ways = {
    sendAllowed: within.send,
    allowed: [{ origin: "http://127.0.0.1:9000", anyPort: false }],
  };
  for (const { id } of [near, far]) {
    await ok(service, "POST", `/v1/webhooks/${id}/test`);
    await deliverNow(service, id, out, ways);
  }
  expect(within.received.map(({ url }) => url)).toEqual(["http://127.0.0.1:9000/"]);
  expect(out.received.map(({ url }) => url)).toEqual(["https://erp.example/hooks"]);
});

test("who dies between sending and writing it down leaves it to be sent again with the same id", async () => {
  const service = await serviceWithoutWebhookPump();
  const webhook = await makeWebhook(service);
  await ok(service, "POST", `/v1/webhooks/${webhook.id}/test`);
  const erp = receiver();
  await service.database.fault({ kind: "cut_before", times: 10, match: "record_attempt_v1" });
  await expect(deliverNow(service, webhook.id, erp)).rejects.toThrow();
  await service.database.fault(null);
  expect(erp.received).toHaveLength(1);
  // Nobody else tries while it may still be under way.
  const wait = await deliverNow(service, webhook.id, erp);
  expect(wait).toBeGreaterThan(30_000);
  expect(wait).toBeLessThanOrEqual(60_000);
  expect(erp.received).toHaveLength(1);
  await makeDue(service);
  await deliverNow(service, webhook.id, erp);
  const [first, second, ...more] = erp.received;
  expect(more).toEqual([]);
  expect(second?.headers["webhook-id"]).toBe(first?.headers["webhook-id"]);
  expect(second?.payload).toBe(first?.payload);
  expect(await deliveries(service, webhook)).toMatchObject([{ status: "delivered", attempts: 2 }]);
});

test("an outcome whose answer was lost is written down once", async () => {
  const service = await serviceWithoutWebhookPump();
  const webhook = await makeWebhook(service);
  await ok(service, "POST", `/v1/webhooks/${webhook.id}/test`);
  const erp = receiver();
  erp.answer = () => new Response(null, { status: 500 });
  await service.database.fault({ kind: "cut_after", times: 1, match: "record_attempt_v1" });
  await deliverNow(service, webhook.id, erp);
  expect(await deliveries(service, webhook)).toMatchObject([{ status: "pending", attempts: 1 }]);
});

test("two who deliver at once send everything once", async () => {
  const service = await serviceWithoutWebhookPump();
  const webhook = await makeWebhook(service);
  for (let n = 0; n < 20; n += 1) await ok(service, "POST", `/v1/webhooks/${webhook.id}/test`);
  const erp = receiver();
  erp.answer = async () => {
    await pause(5);
    return new Response(null, { status: 200 });
  };
  await Promise.all([1, 2, 3].map(() => deliverNow(service, webhook.id, erp)));
  expect(erp.received).toHaveLength(20);
  expect(new Set(erp.received.map(({ headers }) => headers["webhook-id"])).size).toBe(20);
});

test("an attempt that another has taken over by now writes nothing down", async () => {
  const service = await serviceWithoutWebhookPump();
  const webhook = await makeWebhook(service);
  await ok(service, "POST", `/v1/webhooks/${webhook.id}/test`);
  const [slow, quick] = [receiver(), receiver()];
  slow.answer = async () => {
    await makeDue(service);
    await deliverNow(service, webhook.id, quick);
    return new Response(null, { status: 500 });
  };
  await deliverNow(service, webhook.id, slow);
  expect(await deliveries(service, webhook)).toMatchObject([{ status: "delivered", attempts: 2 }]);
});

test("a delivery is repeated with the same id and body, from the first attempt on", async () => {
  const service = await serviceWithoutWebhookPump();
  const webhook = await makeWebhook(service);
  await ok(service, "POST", `/v1/webhooks/${webhook.id}/test`);
  const erp = receiver();
  await deliverNow(service, webhook.id, erp);
  const [delivered] = await deliveries(service, webhook);
  const path = `/v1/webhooks/${webhook.id}/deliveries/${delivered.id}`;
  const repeated = await service.call("POST", `${path}/repeat`);
  expect(repeated.status).toBe(202);
  expect(repeated.headers.get("location")).toBe(path);
  expect(repeated.json).toMatchObject({ id: delivered.id, status: "pending", attempts: 0 });
  await deliverNow(service, webhook.id, erp);
  const [first, second] = erp.received;
  expect(second?.headers["webhook-id"]).toBe(first?.headers["webhook-id"]);
  expect(second?.payload).toBe(first?.payload);
  expect(await deliveries(service, webhook)).toMatchObject([{ status: "delivered", attempts: 1 }]);
});

test("one that waits for its next attempt is sent at once when it is repeated; one on its way is left alone", async () => {
  const service = await serviceWithoutWebhookPump();
  const webhook = await makeWebhook(service);
  await ok(service, "POST", `/v1/webhooks/${webhook.id}/test`);
  const erp = receiver();
  erp.answer = () => new Response(null, { status: 500 });
  await deliverNow(service, webhook.id, erp);
  const [{ id }] = await deliveries(service, webhook);
  const repeat = `/v1/webhooks/${webhook.id}/deliveries/${id}/repeat`;
  await ok(service, "POST", repeat);
  erp.answer = async () => {
    await ok(service, "POST", repeat);
    return new Response(null, { status: 200 });
  };
  await deliverNow(service, webhook.id, erp);
  expect(erp.received).toHaveLength(2);
  expect(await deliveries(service, webhook)).toMatchObject([{ status: "delivered", attempts: 1 }]);
});

test("a replaced secret signs beside the new one until its time is over", async () => {
  const service = await serviceWithoutWebhookPump();
  const webhook = await makeWebhook(service);
  const old = webhook.secret;
  const rotated = await ok(service, "POST", `/v1/webhooks/${webhook.id}/rotate-secret`);
  expect(rotated.secret).toMatch(/^whsec_[\w+/]{43}=$/);
  expect(rotated.secret).not.toBe(old);
  expect(Date.parse(rotated.previous_secret_until) - Date.parse(rotated.updated_at)).toBe(
    86_400_000,
  );
  const erp = receiver();
  const sendOne = async () => {
    await ok(service, "POST", `/v1/webhooks/${webhook.id}/test`);
    await deliverNow(service, webhook.id, erp);
    const got = erp.received.at(-1);
    if (got === undefined) throw new Error("Nothing was received.");
    return got;
  };
  const both = await sendOne();
  verified({ ...webhook, secret: old }, both);
  verified(rotated, both);
  await service.database.query("update webhooks set previous_secret_until = now()");
  const one = await sendOne();
  verified(rotated, one);
  expect(() => verified({ ...webhook, secret: old }, one)).toThrow("No matching signature");
  expect(await ok(service, "GET", `/v1/webhooks/${webhook.id}`)).toMatchObject({
    previous_secret_until: null,
  });
});

test("a secret that leaked is replaced at once", async () => {
  const service = await serviceWithoutWebhookPump();
  const webhook = await makeWebhook(service);
  const path = `/v1/webhooks/${webhook.id}`;
  await ok(service, "POST", `${path}/rotate-secret`, { overlap_s: 0 });
  await ok(service, "POST", `${path}/test`);
  const erp = receiver();
  await deliverNow(service, webhook.id, erp);
  expect(erp.received[0]?.headers["webhook-signature"]).toMatch(/^v1,\S+$/);
});

test.each(["gone", "disabled", "removed"])(
  "what waits for a webhook is given up however much it is: %s",
  async (how) => {
    const service = await serviceWithoutWebhookPump();
    const { name, databaseUrl } = service.database;
    await service.database.query(
      `alter role "${new URL(databaseUrl).username}" in database "${name}" set statement_timeout = '700ms'`,
    );
    const webhook = await makeWebhook(service);
    await ok(service, "POST", `/v1/webhooks/${webhook.id}/test`);
    await service.database.query(
      `create function take_long() returns trigger language plpgsql as
         $$ begin perform pg_sleep(1); return new; end $$`,
    );
    await service.database.query(
      `create trigger take_long before update on webhook_deliveries for each row
       when (new.status = 'failed') execute function take_long()`,
    );
    const path = `/v1/webhooks/${webhook.id}`;
    if (how === "removed") await ok(service, "POST", `${path}/remove`);
    else if (how === "disabled") await ok(service, "PATCH", path, { status: "disabled" });
    else {
      const erp = receiver();
      erp.answer = () => new Response(null, { status: 410 });
      await deliverNow(service, webhook.id, erp);
      expect(await ok(service, "GET", path)).toMatchObject({ disabled_reason: "gone" });
    }
    expect(await service.database.query("select status from webhook_deliveries")).toEqual([
      { status: "failed" },
    ]);
  },
);
