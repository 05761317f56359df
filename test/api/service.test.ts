import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { isFailureCode } from "../../src/errors.ts";
import { createTestDatabase } from "../harness/database.ts";
import { createService, type Service } from "../harness/service.ts";
import { call, document, ok, refused } from "./contract.ts";

let service: Service;

beforeAll(async () => {
  service = await createService();
  await ok(service, "PUT", "/v1/sequences/s", { pattern: "S{000}" });
});
afterAll(() => service.close());

test("/health answers for the service and its database, without a key", async () => {
  const answer = await call(service, "GET", "/health", { key: null });
  expect(answer.status).toBe(200);
  expect(answer.json).toMatchObject({
    status: "ok",
    database: { status: "ok", time_limits: "set", policies: "hold" },
  });
});

test("/health says when the role of the Worker has no time-outs", async () => {
  const careless = await createService({ vars: { DATABASE_URL: service.database.directUrl } });
  const { status, json } = await call(careless, "GET", "/health", { key: null });
  expect([status, json.database.time_limits]).toEqual([200, "missing"]);
  await careless.close();
});

const spared: [string, string[]][] = [
  ["is a superuser", ["alter role ? superuser login"]],
  ["has BYPASSRLS", ["alter role ? bypassrls login", "grant serialmint_app to ?"]],
  [
    "is the tables' owner",
    ["alter role ? login", "grant serialmint_app to ?", "alter table ledger owner to ?"],
  ],
];

test.each(spared)(
  "/health says when the role of the Worker %s, whom no policy holds",
  async (_, statements) => {
    const careless = await createService();
    const role = `role_${crypto.randomUUID().slice(0, 8)}`;
    for (const statement of ["create role ?", ...statements]) {
      await careless.database.query(statement.replace("?", role));
    }
    const address = new URL(careless.database.databaseUrl);
    address.username = role;
    const seen = await createService({ vars: { DATABASE_URL: address.href } });
    const { status, json } = await call(seen, "GET", "/health", { key: null });
    expect([status, json.database.policies]).toEqual([200, "spare"]);
    for (const statement of [
      "reassign owned by ? to current_user",
      "drop owned by ?",
      "drop role ?",
    ]) {
      await careless.database.query(statement.replace("?", role));
    }
    await seen.close();
    await careless.close();
  },
);

test("/health is 503 when the database only reads, and when it was never migrated", async () => {
  const readOnly = await createService();
  await readOnly.database.query(
    `alter database ${readOnly.database.name} set default_transaction_read_only = on`,
  );
  const unmigrated = await createTestDatabase({ empty: true });
  for (const DATABASE_URL of [readOnly.database.databaseUrl, unmigrated.databaseUrl]) {
    const seen = await createService({ vars: { DATABASE_URL } });
    await refused(seen, [503, "database_unavailable"], "GET", "/health", { key: null });
    await seen.close();
  }
  await readOnly.close();
  await unmigrated.drop();
});

test("/health says when the database is down or hangs", async () => {
  await service.database.fault({ kind: "hang", ms: 6000, times: 1 });
  await refused(service, [503, "database_slow"], "GET", "/health", { key: null });
  const down = { kind: "fail", sqlstate: "57P03", message: "starting up", times: 10 } as const;
  await service.database.fault(down);
  await refused(service, [503, "database_unavailable"], "GET", "/health", { key: null });
  await service.database.fault(null);
  expect((await call(service, "GET", "/health")).status).toBe(200);
});

test("every answer says how long it and the database took", async () => {
  const { headers } = await call(service, "GET", "/v1/sequences/s");
  expect(headers.get("server-timing")).toMatch(/\bdb;dur=[\d.]+/);
  expect(headers.get("x-request-id")).toMatch(/^[\w-]+$/);
});

describe("HEAD", () => {
  test.each(["/health", "/openapi.json", "/v1/sequences/s", "/v1/sequences", "/v1/settings"])(
    "of %s is GET without the body",
    async (path) => {
      const [head, get] = [await call(service, "HEAD", path), await call(service, "GET", path)];
      expect([head.status, head.text]).toEqual([200, ""]);
      expect(head.headers.get("content-type")).toBe(get.headers.get("content-type"));
    },
  );

  test("of what is not there is 404 without a body", async () => {
    const head = await call(service, "HEAD", "/v1/sequences/nowhere");
    expect([head.status, head.text]).toEqual([404, ""]);
  });
});

test("another method: 405 with Allow", async () => {
  const sequence = "/v1/sequences/s";
  for (const [method, path, allow] of [
    ["DELETE", sequence, "GET, HEAD, OPTIONS, PUT"],
    ["POST", sequence, "GET, HEAD, OPTIONS, PUT"],
    ["GET", `${sequence}/reservations`, "OPTIONS, POST"],
    ["DELETE", "/v1/lots", "GET, HEAD, OPTIONS, POST"],
    ["PUT", "/v1/settings", "GET, HEAD, OPTIONS, PATCH"],
    ["POST", "/health", "GET, HEAD, OPTIONS"],
  ] as const) {
    const answer = await service.call(method, path, method === "GET" ? {} : { body: {} });
    expect([answer.status, answer.json.code]).toEqual([405, "method_not_allowed"]);
    expect(answer.headers.get("allow")).toBe(allow);
  }
});

test("the address of the service alone leads to the reference page", async () => {
  for (const headers of [{ accept: "text/html" }, { accept: "application/json" }]) {
    const answer = await service.call("GET", "/", { headers, key: null });
    expect([answer.status, answer.headers.get("location")]).toEqual([302, "/docs"]);
  }
  const head = await service.call("HEAD", "/", { key: null });
  expect([head.status, head.headers.get("location"), head.text]).toEqual([302, "/docs", ""]);
  expect(document.paths).not.toHaveProperty("/");
  const posted = await service.call("POST", "/", { body: {} });
  expect([posted.status, posted.json.code]).toEqual([405, "method_not_allowed"]);
});

test("what later versions bring is not there yet", async () => {
  for (const path of ["/v2", "/v1"]) {
    const answer = await service.call("GET", path);
    expect([answer.status, answer.json.code]).toEqual([404, "route_not_found"]);
  }
});

describe("the OpenAPI document", () => {
  interface Operation {
    operationId: string;
    summary: string;
    tags: string[];
    responses: Record<string, { description: string; "x-problem-codes"?: string[] }>;
  }
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    // Each member of a path is an operation.
    Object.entries(item).map(([method, operation]) => ({
      call: `${method.toUpperCase()} ${path}`,
      operation: operation as unknown as Operation,
    })),
  );

  test("is what is served", async () => {
    const served = await service.call("GET", "/openapi.json", { key: null });
    expect(served.json).toEqual(document);
    expect(served.json.openapi).toBe("3.1.0");
  });

  test("has every call", () => {
    expect(operations.map((each) => each.call).toSorted()).toEqual([
      "GET /health",
      "GET /metrics",
      "GET /v1/alerts",
      "GET /v1/api-keys",
      "GET /v1/api-keys/{id}",
      "GET /v1/audit",
      "GET /v1/audit/seals",
      "GET /v1/audit/verification",
      "GET /v1/counts",
      "GET /v1/counts/{id}",
      "GET /v1/imports",
      "GET /v1/imports/{id}",
      "GET /v1/imports/{id}/rows",
      "GET /v1/jobs",
      "GET /v1/jobs/{id}",
      "GET /v1/jobs/{id}/skipped",
      "GET /v1/leases",
      "GET /v1/leases/{id}",
      "GET /v1/lots",
      "GET /v1/products",
      "GET /v1/products/{sku}",
      "GET /v1/products/{sku}/lots/{name}",
      "GET /v1/products/{sku}/lots/{name}/history",
      "GET /v1/recalls",
      "GET /v1/recalls/{id}",
      "GET /v1/recalls/{id}/lots",
      "GET /v1/receipts",
      "GET /v1/receipts/{id}",
      "GET /v1/reservations/{id}",
      "GET /v1/reservations/{id}/names",
      "GET /v1/resolve",
      "GET /v1/sequences",
      "GET /v1/sequences/{key}",
      "GET /v1/sequences/{key}/account",
      "GET /v1/sequences/{key}/account/runs",
      "GET /v1/sequences/{key}/forecast",
      "GET /v1/sequences/{key}/ledger",
      "GET /v1/sequences/{key}/preview",
      "GET /v1/settings",
      "GET /v1/stats",
      "GET /v1/stats/calls",
      "GET /v1/webhooks",
      "GET /v1/webhooks/{id}",
      "GET /v1/webhooks/{id}/deliveries",
      "GET /v1/webhooks/{id}/deliveries/{delivery}",
      "PATCH /v1/products/{sku}/lots/{name}",
      "PATCH /v1/settings",
      "PATCH /v1/webhooks/{id}",
      "POST /v1/api-keys",
      "POST /v1/api-keys/{id}/revoke",
      "POST /v1/api-keys/{id}/rotate",
      "POST /v1/counts",
      "POST /v1/counts/{id}/apply",
      "POST /v1/imports",
      "POST /v1/jobs/{id}/cancel",
      "POST /v1/jobs/{id}/retry",
      "POST /v1/leases/{id}/burn",
      "POST /v1/leases/{id}/give-back",
      "POST /v1/leases/{id}/renew",
      "POST /v1/leases/{id}/report",
      "POST /v1/lots",
      "POST /v1/lots/changes",
      "POST /v1/naming-series/next",
      "POST /v1/recalls",
      "POST /v1/recalls/{id}/close",
      "POST /v1/receipts",
      "POST /v1/receipts/{id}/cancel",
      "POST /v1/reservations/{id}/void",
      "POST /v1/sequences/{key}/advance",
      "POST /v1/sequences/{key}/fence",
      "POST /v1/sequences/{key}/leases",
      "POST /v1/sequences/{key}/reservations",
      "POST /v1/sequences/{key}/rewind",
      "POST /v1/webhooks",
      "POST /v1/webhooks/{id}/deliveries/{delivery}/repeat",
      "POST /v1/webhooks/{id}/remove",
      "POST /v1/webhooks/{id}/rotate-secret",
      "POST /v1/webhooks/{id}/test",
      "PUT /v1/products/{sku}",
      "PUT /v1/sequences/{key}",
    ]);
  });

  test("describes each, with problems that exist", () => {
    expect(new Set(operations.map((each) => each.operation.operationId)).size).toBe(
      operations.length,
    );
    for (const { call: name, operation } of operations) {
      expect(operation.summary, name).toMatch(/^[A-Z]/);
      expect(operation.tags, name).toHaveLength(1);
      for (const [status, response] of Object.entries(operation.responses)) {
        expect(response.description, `${name} ${status}`).not.toBe("");
        const codes = response["x-problem-codes"] ?? [];
        if (Number(status) >= 400) expect(codes, `${name} ${status}`).not.toEqual([]);
        expect(codes.every(isFailureCode)).toBe(true);
      }
    }
  });

  test("refers to nothing that it lacks", () => {
    const text = JSON.stringify(document);
    const parts: Record<string, Record<string, unknown>> = { ...document.components };
    for (const [, kind = "", name = ""] of text.matchAll(/#\/components\/(\w+)\/(\w+)/g)) {
      expect(parts[kind], name).toHaveProperty(name);
    }
  });
});
