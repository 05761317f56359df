import { createServer } from "node:http";
import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import { Webhook } from "standardwebhooks";
import { expect, onTestFinished, test } from "vitest";

import { startStack } from "../../dev/stack.ts";
import type { Stack } from "../../dev/stack.ts";
import { createTenant } from "../../ops/tenant-create.ts";
import { scratchDataFolder } from "./scratch.ts";
import { startSmallStack } from "./small-stack.ts";

const key = `smk_test_${"0".repeat(28)}`;
const quiet = { log: () => undefined, workerLog: () => undefined };

interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly payload: string;
}

interface Receiver {
  readonly origin: string;
  readonly received: Received[];
  /** Its answer from here on; by default 204. */
  answer: (response: ServerResponse, received: Received) => void;
}

/** A server on this machine that remembers what it got, for as long as the test runs. */
async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const payload = Buffer.concat(parts).toString();
      const got = { path: request.url ?? "", headers: request.headers, payload };
      received.push(got);
      receiver.answer(response, got);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const receiver: Receiver = {
    origin: `http://127.0.0.1:${port}`,
    received,
    answer: (response) => response.writeHead(204).end(),
  };
  return receiver;
}

async function started(values: Record<string, string> = {}): Promise<Stack> {
  const dataDir = await scratchDataFolder();
  const stack = await startStack({ dataDir, port: 0, values, ...quiet });
  onTestFinished(() => stack.stop().catch(() => undefined));
  await createTenant(stack.directUrl, { tenant: "acme", name: "Acme", key });
  return stack;
}

// What a test expects of an answer is the test's own knowledge.
// oxlint-disable-next-line typescript/no-explicit-any
async function call(stack: Stack, method: string, path: string, body?: object): Promise<any> {
  const response = await fetch(`${stack.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      "content-type": "application/json",
      "idempotency-key": crypto.randomUUID(),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer: unknown = await response.json();
  expect(response.status, JSON.stringify(answer)).toBeLessThan(300);
  return answer;
}

function items(count: number): object {
  return { items: [{ product: "p", count }] };
}

async function until(holds: () => boolean | Promise<boolean>, ms = 30_000): Promise<void> {
  const end = Date.now() + ms;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error("It did not come about.");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test("a job that is done is sent to a receiver at once, which accepts the signature", async () => {
  const erp = await startReceiver();
  const stack = await started({ WEBHOOK_ALLOW: "http://127.0.0.1:*" });
  const webhook = await call(stack, "POST", "/v1/webhooks", { url: `${erp.origin}/hooks` });
  await call(stack, "PUT", "/v1/sequences/s", { pattern: "A-{000000}" });
  await call(stack, "PUT", "/v1/products/p", { tracking: "serial", sequence: "s" });
  // In the request itself, and by the pump of jobs.
  const small = await call(stack, "POST", "/v1/lots", items(3));
  const large = await call(stack, "POST", "/v1/lots", items(200_000));
  await until(() => erp.received.length >= 2);
  const told = erp.received.map(({ path, headers, payload }) => {
    expect(path).toBe("/hooks");
    // As a receiver does it, with a library that is none of ours.
    return new Webhook(webhook.secret).verify(payload, headers as Record<string, string>);
  });
  expect(told).toMatchObject([
    { type: "job.done", data: { job: { id: small.id, total: 3 } } },
    { type: "job.done", data: { job: { id: large.id, total: 200_000 } } },
  ]);
});

test("a failed attempt is repeated by itself, also by a Worker that was started anew in between", async () => {
  const erp = await startReceiver();
  erp.answer = (response) => response.writeHead(500).end("no");
  const stack = await started({ WEBHOOK_ALLOW: erp.origin });
  const { id, secret } = await call(stack, "POST", "/v1/webhooks", { url: erp.origin });
  await call(stack, "POST", `/v1/webhooks/${id}/test`);
  await until(() => erp.received.length === 1);
  await until(async () => {
    const { data } = await call(stack, "GET", `/v1/webhooks/${id}/deliveries`);
    return data[0].last_error !== null;
  });
  erp.answer = (response) => response.writeHead(200).end();
  await stack.workerd.kill();
  await stack.workerd.restart();
  await until(() => erp.received.length === 2);
  const [first, second] = erp.received;
  expect(second?.headers["webhook-id"]).toBe(first?.headers["webhook-id"]);
  for (const { payload, headers } of erp.received) {
    new Webhook(secret).verify(payload, headers as Record<string, string>);
  }
});

test("a redirect is not followed, nor does one slow receiver hold up another", async () => {
  const [inner, redirecting, slow] = [
    await startReceiver(),
    await startReceiver(),
    await startReceiver(),
  ];
  redirecting.answer = (response) => {
    response.writeHead(307, { location: `${inner.origin}/secrets` }).end();
  };
  // It takes the request, and never answers.
  slow.answer = () => undefined;
  const stack = await started({ WEBHOOK_ALLOW: "http://127.0.0.1:*" });
  const made: string[] = [];
  for (const { origin } of [slow, redirecting]) {
    made.push((await call(stack, "POST", "/v1/webhooks", { url: origin })).id);
  }
  for (let n = 0; n < 10; n += 1) await call(stack, "POST", `/v1/webhooks/${made[0]}/test`);
  await call(stack, "POST", `/v1/webhooks/${made[1]}/test`);
  await until(async () => {
    const { data } = await call(stack, "GET", `/v1/webhooks/${made[1]}/deliveries`);
    return data[0].response_status === 307;
  });
  expect(inner.received).toEqual([]);
  expect(redirecting.received).toHaveLength(1);
  // The slow one has been asked, for no more than may be under way, and all wait for its answer.
  expect(slow.received.length).toBeGreaterThan(0);
  expect(slow.received.length).toBeLessThanOrEqual(4);
  const { data } = await call(stack, "GET", `/v1/webhooks/${made[0]}/deliveries?status=pending`);
  expect(data).toHaveLength(10);
});

test("the way out for webhooks leads to public addresses alone, whatever a name resolves to", async () => {
  const inner = await startReceiver();
  const stack = await startSmallStack(await scratchDataFolder());
  onTestFinished(() => stack.stop().catch(() => undefined));
  const { port } = new URL(inner.origin);
  const out = async (url: string): Promise<unknown> => {
    const answer = await fetch(`${stack.url}/out?url=${encodeURIComponent(url)}`);
    return answer.json();
  };
  // The name is resolved by the runtime, as any other is that somebody else may point here.
  for (const host of ["127.0.0.1", "localhost"]) {
    expect(await out(`http://${host}:${port}/`)).toEqual({ webhooks: "unreachable", own: 204 });
  }
  expect(inner.received).toHaveLength(2);
});
