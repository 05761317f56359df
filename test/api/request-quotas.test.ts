import { createExecutionContext } from "cloudflare:test";
import { env as runtimeEnv } from "cloudflare:workers";
import { describe, expect, test } from "vitest";

import { createApp } from "../../src/app.ts";
import type { Answer, Service } from "../harness/service.ts";
import { putSequence, reserve, serviceForTest } from "../store/service.ts";
import { call, ok, refused } from "./contract.ts";

async function keyWith(
  service: Service,
  quota: object,
): Promise<{ readonly key: string; readonly id: string }> {
  return ok(service, "POST", "/v1/api-keys", { name: "a key", scopes: ["reserve"], quota });
}

/** The app as another isolate runs it: it knows no key yet. */
function otherIsolate(service: Service) {
  const app = createApp();
  const { databaseUrl: DATABASE_URL, endpoint: SQL_ENDPOINT } = service.database;
  const env = { ...runtimeEnv, DATABASE_URL, SQL_ENDPOINT };
  return async (path: string, key: string): Promise<Response> => {
    const headers = { authorization: `Bearer ${key}` };
    const request = new Request(`http://serialmint.test${path}`, { headers });
    const response = await app.fetch(request, env, createExecutionContext());
    await response.text();
    return response;
  };
}

const windows = (service: Service) =>
  service.database.query<{ requests: number }>("select requests from request_windows");

const used = async (service: Service): Promise<number> =>
  (await windows(service))[0]?.requests ?? 0;

/** As when the minute has passed. */
const passMinute = (service: Service) =>
  service.database.query("update request_windows set began = began - interval '1 minute'");

const read = (service: Service, key: string) => call(service, "GET", "/v1/sequences", { key });

function expectTooMany({ status, json, headers }: Answer, limit: number): void {
  expect(status).toBe(429);
  expect(json).toMatchObject({ code: "quota_requests_exceeded", retryable: true, limit });
  const wait = Number(headers.get("retry-after"));
  expect(wait).toBeGreaterThan(0);
  expect(wait).toBeLessThanOrEqual(60);
  expect(headers.get("ratelimit")).toBe(`"requests";r=0;t=${wait}`);
}

describe("requests a minute", () => {
  test("are let in up to the quota, by all isolates together", async () => {
    const service = await serviceForTest();
    const { key } = await keyWith(service, { requests_per_minute: 20 });
    const other = otherIsolate(service);
    const statuses = await Promise.all(
      Array.from({ length: 40 }, async (_, index) =>
        index % 2 === 0
          ? (await read(service, key)).status
          : (await other("/v1/sequences", key)).status,
      ),
    );
    expect(statuses.filter((status) => status === 200)).toHaveLength(20);
    expect(statuses.filter((status) => status === 429)).toHaveLength(20);
    expectTooMany(await read(service, key), 20);
    // The very first request that an isolate has of it, too.
    expect((await otherIsolate(service)("/v1/sequences", key)).status).toBe(429);
    // Other keys go on.
    expect((await read(service, service.key)).status).toBe(200);
    await passMinute(service);
    const answer = await read(service, key);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("ratelimit")).toBe('"requests";r=19;t=60');
    expect(answer.headers.get("ratelimit-policy")).toBe('"requests";q=20;w=60');
  });

  test("count though they are refused for something else, and not those that are too many", async () => {
    const service = await serviceForTest();
    await putSequence(service, "s", { pattern: "A-{0000}" });
    const { key } = await keyWith(service, { requests_per_minute: 8 });
    expect((await reserve(service, "s", 1, { key })).status).toBe(201);
    const post = (path: string, options: object) => service.call("POST", path, { key, ...options });
    const path = "/v1/sequences/s/reservations";
    const answers = [
      await post(path, { idempotencyKey: null }),
      await post(path, { body: "{" }),
      await post(path, { body: { count: 0 } }),
      await post("/v1/lots", { body: { items: [{ product: "p", count: 1 }] } }),
      await post("/v1/sequences/none/reservations", { body: { count: 1 } }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 422, 403, 404]);
    const left = answers.map(({ headers }) => /r=(\d+)/.exec(headers.get("ratelimit") ?? "")?.[1]);
    expect(left).toEqual(["6", "5", "4", "3", "2"]);
    const once = { key, idempotencyKey: "k" };
    expect((await reserve(service, "s", 1, once)).status).toBe(201);
    expect((await reserve(service, "s", 1, once)).status).toBe(201);
    expect(await used(service)).toBe(8);
    for (const _ of [1, 2]) expectTooMany(await reserve(service, "s", 1, once), 8);
    expectTooMany(await post(path, { body: "{" }), 8);
    expect(await used(service)).toBe(8);
  });

  test("leave no trace of keys that are unknown, revoked, expired or without that quota", async () => {
    const service = await serviceForTest();
    const quota = { requests_per_minute: 5 };
    const revoked = await keyWith(service, quota);
    const expired = await keyWith(service, quota);
    const other = await keyWith(service, { count_per_request: 5 });
    await ok(service, "POST", `/v1/api-keys/${revoked.id}/revoke`);
    await service.database.query("update api_keys set expires_at = now() where public_id = $1", [
      expired.id,
    ]);
    for (const [key, code] of [
      [`smk_live_${"a".repeat(28)}`, "api_key_unknown"],
      [revoked.key, "api_key_revoked"],
      [expired.key, "api_key_expired"],
    ] as const) {
      for (let tries = 0; tries < 7; tries += 1) {
        const answer = await read(service, key);
        expect([answer.status, answer.json.code]).toEqual([401, code]);
        expect(answer.headers.has("ratelimit-policy")).toBe(false);
      }
    }
    const before = await service.database.requests();
    await read(service, revoked.key);
    expect((await service.database.requests()) - before).toBe(2);
    for (let tries = 0; tries < 7; tries += 1) await read(service, other.key);
    await read(service, service.key);
    expect(await windows(service)).toEqual([]);
  });

  test("are told beside the numbers of the day", async () => {
    const service = await serviceForTest();
    await putSequence(service, "s", { pattern: "A-{0000}" });
    const { key } = await keyWith(service, {
      count_per_request: 50,
      numbers_per_day: 100,
      requests_per_minute: 3,
    });
    const policy = '"requests";q=3;w=60, "numbers";q=100;qu="numbers";w=86400';
    const left = (answer: Answer) => {
      expect(answer.headers.get("ratelimit-policy"), answer.text).toBe(policy);
      return answer.headers.get("ratelimit")?.replaceAll(/t=\d+/g, "t=*");
    };
    const made = await reserve(service, "s", 30, { key });
    expect(left(made)).toBe('"requests";r=2;t=*, "numbers";r=70;t=*');
    const over = await reserve(service, "s", 51, { key });
    expect(over.json.code).toBe("quota_count_exceeded");
    expect(left(over)).toBe('"requests";r=1;t=*, "numbers";r=70;t=*');
    expect(left(await read(service, key))).toBe('"requests";r=0;t=*, "numbers";r=70;t=*');
    expect(left(await reserve(service, "s", 1, { key }))).toBe(
      '"requests";r=0;t=*, "numbers";r=70;t=*',
    );
  });

  test("begin anew when the database's clock was set back", async () => {
    const service = await serviceForTest();
    const { key } = await keyWith(service, { requests_per_minute: 1 });
    await read(service, key);
    expect((await read(service, key)).status).toBe(429);
    await service.database.query("update request_windows set began = now() + interval '1 hour'");
    expect((await read(service, key)).status).toBe(200);
  });

  test("are forgotten an hour later", async () => {
    const service = await serviceForTest();
    const keys = [1, 2].map(() => keyWith(service, { requests_per_minute: 1 }));
    for (const { key } of await Promise.all(keys)) await read(service, key);
    const expire = () => service.database.query("select expire_quotas_v1() as removed");
    expect(await expire()).toEqual([{ removed: "0" }]);
    await service.database.query(
      `update request_windows set began = now() - interval '61 minutes'
       where api_key = (select min(api_key) from request_windows)`,
    );
    expect(await expire()).toEqual([{ removed: "1" }]);
    expect(await windows(service)).toHaveLength(1);
  });
});

describe("a request that cannot be counted", () => {
  const always = 100;
  test.each([
    [
      "a full disk",
      { kind: "fail", sqlstate: "53100", message: "x", times: always },
      "database_unavailable",
    ],
    ["a cut", { kind: "cut_before", times: always }, "database_unavailable"],
    ["silence", { kind: "hang", ms: 50, times: always }, "database_unavailable"],
    [
      "a statement that takes too long",
      { kind: "fail", sqlstate: "57014", message: "x", times: always },
      "database_slow",
    ],
  ] as const)("is not let in: %s", async (_, fault, code) => {
    const service = await serviceForTest();
    await putSequence(service, "s", { pattern: "A-{0000}" });
    const { key } = await keyWith(service, { requests_per_minute: 5 });
    await reserve(service, "s", 1, { key });
    await service.database.fault({ ...fault, match: "take_request_v1" });
    const path = "/v1/sequences/s/reservations";
    const options = { key, body: { count: 1 } };
    await refused(service, [503, code], "POST", path, options);
    await refused(service, [503, code], "GET", "/v1/sequences", { key });
    // One that is not counted is not held up.
    expect((await reserve(service, "s", 1)).status).toBe(201);
    await service.database.fault(null);
    expect((await reserve(service, "s", 1, { key })).json.first).toBe("3");
  });

  test("waits two seconds for the database and no longer", async () => {
    const service = await serviceForTest();
    const { key } = await keyWith(service, { requests_per_minute: 5 });
    await read(service, key);
    const session = service.database.session();
    await session.query("begin");
    await session.query("select from request_windows for update");
    await refused(service, [503, "database_slow"], "GET", "/v1/sequences", { key });
    await session.query("rollback");
    await session.close();
    expect((await read(service, key)).status).toBe(200);
  });
});
