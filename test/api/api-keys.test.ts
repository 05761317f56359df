import { describe, expect, test } from "vitest";

import type { ApiScope } from "../../src/db/caller.ts";
import type { Answer, Service } from "../harness/service.ts";
import {
  eventually,
  inParallel,
  ledgerRuns,
  pause,
  putProduct,
  putSequence,
  reserve,
  serviceForTest,
  untilWaiting,
} from "../store/service.ts";
import { call, ok, refused } from "./contract.ts";

interface Made {
  readonly id: string;
  readonly key: string;
}

function makeKey(service: Service, scopes: readonly ApiScope[], more: object = {}): Promise<Made> {
  return ok(service, "POST", "/v1/api-keys", { name: "a key", scopes, ...more });
}

/** Whether a key works; it may read. */
async function works(service: Service, key: string): Promise<boolean> {
  return (await call(service, "GET", "/v1/settings", { key })).status === 200;
}

function codeOf({ status, json }: Answer): [number, string | undefined] {
  return [status, json.code];
}

/** Everything that the database holds, as text. */
async function everything(service: Service): Promise<string> {
  const tables = await service.database.query<{ name: string }>(
    "select tablename as name from pg_tables where schemaname = 'public'",
  );
  const selects = tables.map(
    ({ name }) => `select string_agg(t::text, ' ') as rows from ${name} t`,
  );
  const rows = await service.database.query<{ rows: string | null }>(selects.join(" union all "));
  return rows.map((row) => row.rows).join("\n");
}

function productPath(sku: string): string {
  return `/v1/products/${encodeURIComponent(sku)}`;
}

async function usedAt(service: Service, id: string): Promise<string | null> {
  return (await ok(service, "GET", `/v1/api-keys/${id}`)).last_used_at;
}

/** Products `p` of sequence `s`, `q` of `t`, and `none` of none, as tracked lots. */
async function shop(): Promise<Service> {
  const service = await serviceForTest();
  for (const [key, sku] of [["s", "p"] as const, ["t", "q"] as const]) {
    await putSequence(service, key, { pattern: `${key}-{000}` });
    await putProduct(service, sku, key);
  }
  await putProduct(service, "none");
  return service;
}

describe("making a key", () => {
  test("shows it once: neither the database nor a repeated request has it", async () => {
    const service = await serviceForTest();
    const body = {
      name: "till",
      scopes: ["lots:read", "reserve"],
      expires_at: "2999-01-01T00:00:00Z",
    };
    const once = { body, idempotencyKey: "k" };
    const made = await call(service, "POST", "/v1/api-keys", once);
    expect(made.status, made.text).toBe(201);
    const { key, ...shown } = made.json;
    expect(key).toMatch(/^smk_live_[0-9A-Za-z]{28}$/);
    expect(shown).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name: "till",
      prefix: "smk_live_",
      last_four: key.slice(-4),
      scopes: ["lots:read", "reserve"],
      sequences: null,
      products: null,
      quota: null,
      status: "active",
      created_at: expect.any(String),
      expires_at: "2999-01-01T00:00:00.000Z",
      revoked_at: null,
      replaced_by: null,
      last_used_at: null,
    });
    expect(await works(service, key)).toBe(true);
    expect(await everything(service)).not.toContain(key.slice(9));

    const again = await call(service, "POST", "/v1/api-keys", once);
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    expect(again.json).toEqual({ ...shown, key: null });
    const location = made.headers.get("location") ?? "";
    expect(await ok(service, "GET", location)).toEqual({
      ...shown,
      last_used_at: expect.any(String),
    });
    const { data } = await ok(service, "GET", "/v1/api-keys");
    expect(data.map((one: { name: string }) => one.name)).toEqual(["first key", "till"]);
    expect(data[0].id).not.toMatch(/^\d+$/);
  });

  test("of a sibling for tests begins with smk_test_", async () => {
    const service = await serviceForTest();
    const made = await call(service, "POST", "/v1/api-keys", {
      key: service.testKey,
      body: { name: "a key", scopes: ["reserve"] },
    });
    expect(made.json.key).toMatch(/^smk_test_/);
    const { data } = await ok(service, "GET", "/v1/api-keys");
    expect(data.length).toBe(1);
  });

  test("tells its answer though the first one was lost on the way", async () => {
    const service = await serviceForTest();
    await ok(service, "GET", "/v1/settings");
    await service.database.fault({ kind: "cut_after", times: 1, match: "create_api_key_v1" });
    const { key } = await makeKey(service, ["reserve"]);
    expect(await works(service, key)).toBe(true);
    const { data } = await ok(service, "GET", "/v1/api-keys");
    expect(data.length).toBe(2);
  });

  test("keeps once what is named twice, and shows lists as JSON in CSV", async () => {
    const service = await serviceForTest();
    await putSequence(service, "s", { pattern: "S-{0}" });
    await putProduct(service, "p", "s");
    const made = await makeKey(service, ["reserve", "lots:read", "reserve"], {
      sequences: ["s", "s"],
      products: ["p", "p"],
    });
    const rights = { scopes: ["reserve", "lots:read"], sequences: ["s"], products: ["p"] };
    expect(made).toMatchObject(rights);
    const { data } = await ok(service, "GET", "/v1/api-keys");
    expect(data[1]).toMatchObject(rights);
    const csv = await service.call("GET", "/v1/api-keys", { headers: { accept: "text/csv" } });
    expect(csv.text).toContain(',"[""reserve"",""lots:read""]","[""s""]","[""p""]",');
    expect(csv.text).toContain(',"[""admin""]",,,');
  });

  test("is refused for limits that cannot be, and says where", async () => {
    const service = await serviceForTest();
    const pointerOf = async (code: string, body: object) => {
      const full = { name: "a key", scopes: ["reserve"], ...body };
      const problem = await refused(service, [422, code], "POST", "/v1/api-keys", { body: full });
      return problem.errors[0].pointer;
    };
    await putSequence(service, "s", { pattern: "S-{0}" });
    const admin = { scopes: ["reserve", "admin"] };
    expect(await pointerOf("request_invalid", { ...admin, sequences: ["s"] })).toBe("/sequences");
    expect(await pointerOf("request_invalid", { ...admin, products: ["p"] })).toBe("/products");
    expect(await pointerOf("request_invalid", { scopes: [] })).toBe("/scopes");
    expect(await pointerOf("request_invalid", { sequences: [] })).toBe("/sequences");
    expect(await pointerOf("unknown_sequence", { sequences: ["s", "t"] })).toBe("/sequences/1");
    expect(await pointerOf("unknown_product", { products: ["p"] })).toBe("/products/0");
    const expires_at = "2020-01-01T00:00:00Z";
    expect(await pointerOf("api_key_expiry_past", { expires_at })).toBe("/expires_at");
    const { data } = await ok(service, "GET", "/v1/api-keys");
    expect(data.length).toBe(1);
  });
});

test("scope, limits and expiry are looked at before what was recorded", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "S-{0}" });
  await putSequence(service, "t", { pattern: "T-{0}" });
  const once = { idempotencyKey: "k" };
  const { key } = await makeKey(service, ["reserve"], { sequences: ["s"] });
  expect((await reserve(service, "s", 3, { ...once, key })).status).toBe(201);
  expect((await reserve(service, "s", 3, { ...once, key })).status).toBe(201);
  const reader = await makeKey(service, ["lots:read"]);
  const other = await makeKey(service, ["reserve"], { sequences: ["t"] });
  for (const [one, code] of [
    [reader, "scope_missing"],
    [other, "api_key_limited"],
  ] as const) {
    expect(codeOf(await reserve(service, "s", 3, { ...once, key: one.key }))).toEqual([403, code]);
    // Another body with that key: not even that it was used.
    expect(codeOf(await reserve(service, "s", 4, { ...once, key: one.key }))).toEqual([403, code]);
  }
  await service.database.query("update api_keys set expires_at = now() where hint = $1", [
    key.slice(-4),
  ]);
  expect(codeOf(await reserve(service, "s", 3, { ...once, key }))).toEqual([
    401,
    "api_key_expired",
  ]);
  expect(await ledgerRuns(service, "s")).toEqual([{ first: 1n, last: 3n }]);
});

describe("a key that is limited", () => {
  const writer: ApiScope[] = ["reserve", "lots:read", "lots:write", "sequences:write"];

  test("to a sequence draws from no other, reads no other and moves no other", async () => {
    const service = await shop();
    const { key } = await makeKey(service, writer, { sequences: ["s"] });
    const code = async (method: string, path: string, body?: object) =>
      codeOf(await call(service, method, path, { key, ...(body ? { body } : {}) }));
    const { id } = (await reserve(service, "s", 3, { key })).json;
    expect(id).toBe("s:1");
    expect((await reserve(service, "t", 3)).json.id).toBe("t:1");
    const limited = [403, "api_key_limited"];
    expect(codeOf(await reserve(service, "t", 3, { key }))).toEqual(limited);
    for (const [path, allowed] of [
      ["/v1/sequences/{}", 200],
      ["/v1/sequences/{}/ledger", 200],
      ["/v1/sequences/{}/account", 200],
      ["/v1/sequences/{}/preview", 200],
      ["/v1/reservations/{}:1", 200],
      ["/v1/lots?product=p&reservation={}:1", 200],
    ] as const) {
      expect((await code("GET", path.replace("{}", "s")))[0], path).toBe(allowed);
      expect(await code("GET", path.replace("{}", "t")), path).toEqual(limited);
    }
    const move = { to: 50, reason: "test" };
    expect((await code("POST", "/v1/sequences/s/advance", move))[0]).toBe(201);
    expect(await code("POST", "/v1/sequences/t/advance", move)).toEqual(limited);
    expect(await code("POST", "/v1/reservations/t:1/void", { reason: "x" })).toEqual(limited);
    expect(await code("PUT", "/v1/sequences/new", { pattern: "N-{0}" })).toEqual(limited);
    const rebind = { tracking: "serial", sequence: "t" };
    expect(await code("PUT", "/v1/products/p", rebind)).toEqual(limited);
    expect(await code("POST", "/v1/naming-series/next", { series: "X-.##" })).toEqual(limited);
    for (const path of ["/v1/lots", "/v1/lots?product=p", "/v1/jobs", "/v1/settings"]) {
      expect(await code("GET", path), path).toEqual(limited);
    }
    expect(await ledgerRuns(service, "t")).toEqual([{ first: 1n, last: 3n }]);
  });

  test("to one of several sequences that share a counter moves none of its series", async () => {
    const service = await shop();
    await putSequence(service, "po", { pattern: "PO-.###", dialect: "frappe" });
    const move = { to: 50, series: "PO-", reason: "test" };
    const advance = (key: string) =>
      call(service, "POST", "/v1/sequences/po/advance", { key, body: move });
    const one = await makeKey(service, writer, { sequences: ["po"] });
    expect((await reserve(service, "po", 1, { key: one.key })).status).toBe(201);
    expect(codeOf(await advance(one.key))).toEqual([403, "api_key_limited"]);
    const both = await makeKey(service, writer, { sequences: ["po", "naming-series"] });
    expect((await advance(both.key)).status).toBe(201);
  });

  test("to a sequence records lots of what it serves or of its reservations", async () => {
    const service = await shop();
    const { key } = await makeKey(service, writer, { sequences: ["s"] });
    await reserve(service, "s", 1);
    await reserve(service, "t", 1);
    const code = async (...items: object[]) =>
      (await call(service, "POST", "/v1/lots", { key, body: { items } })).json.code;
    expect(await code({ product: "p", count: 2 })).toBeUndefined();
    expect(await code({ product: "p", names: ["by hand"] })).toBeUndefined();
    expect(await code({ product: "none", reservation: "s:1" })).toBeUndefined();
    expect(await code({ product: "q", count: 1 })).toBe("api_key_limited");
    expect(await code({ product: "p", reservation: "t:1" })).toBe("api_key_limited");
    expect(await code({ product: "none", names: ["x"] })).toBe("api_key_limited");
    expect(await code({ product: "p", count: 1 }, { product: "q", count: 1 })).toBe(
      "api_key_limited",
    );
    expect(await ledgerRuns(service, "t")).toEqual([{ first: 1n, last: 1n }]);
  });

  test("to a product records, receives and changes no other", async () => {
    const service = await shop();
    const { key } = await makeKey(service, writer, { products: ["p"] });
    const code = async (method: string, path: string, body?: object) =>
      (
        await call(service, method, path, {
          key,
          headers: { "if-match": "*" },
          ...(body ? { body } : {}),
        })
      ).json.code;
    const made = async (sku: string) => [
      await code("POST", "/v1/lots", { items: [{ product: sku, names: [`L-${sku}`] }] }),
      await code("POST", "/v1/receipts", {
        reference: `DN-${sku}`,
        lines: [{ product: sku, quantity: 1 }],
      }),
      await code("POST", "/v1/counts", { lines: [{ product: sku, counted_quantity: "1" }] }),
      await code("POST", "/v1/lots/changes", {
        product: sku,
        names: [`L-${sku}`],
        set: { location: "A" },
      }),
      await code("GET", `/v1/lots?product=${sku}`),
      await code("GET", `/v1/products/${sku}`),
      await code("GET", `/v1/products/${sku}/lots/L-${sku}`),
      await code("PATCH", `/v1/products/${sku}/lots/L-${sku}`, { location: "B" }),
      await code("GET", `/v1/products/${sku}/lots/L-${sku}/history`),
      await code("PUT", `/v1/products/${sku}`, {
        tracking: "serial",
        sequence: sku === "p" ? "s" : "t",
      }),
    ];
    expect(await made("p")).toEqual(Array.from({ length: 10 }, () => undefined));
    expect(await made("q")).toEqual(Array.from({ length: 10 }, () => "api_key_limited"));
    // A sequence serves whatever product it serves.
    expect(await code("POST", "/v1/sequences/s/reservations", { count: 1 })).toBe(
      "api_key_limited",
    );
    expect(await code("PUT", "/v1/sequences/s", { pattern: "s-{000}" })).toBe("api_key_limited");
    expect(await code("GET", "/v1/lots")).toBe("api_key_limited");
  });

  test.each([{ products: ["p"] }, { sequences: ["s"] }])(
    "to %j follows its jobs, receipts and counts and no other's",
    async (limits) => {
      const service = await shop();
      const { key } = await makeKey(service, writer, limits);
      const made = async (sku: string) => {
        const lots = { items: [{ product: sku, count: 1 }] };
        const job = await ok(service, "POST", "/v1/lots", lots);
        const lines = [{ product: sku, quantity: 1 }];
        const receipt = await ok(service, "POST", "/v1/receipts", { reference: sku, lines });
        const counted = [{ product: sku, counted_quantity: "5" }];
        const count = await ok(service, "POST", "/v1/counts", { lines: counted });
        const codes = [];
        for (const [method, path, body] of [
          ["GET", `/v1/jobs/${job.id}`],
          ["GET", `/v1/jobs/${job.id}/skipped`],
          ["GET", `/v1/receipts/${receipt.id}`],
          ["POST", `/v1/receipts/${receipt.id}/cancel`, { reason: "x" }],
          ["GET", `/v1/counts/${count.id}`],
          ["POST", `/v1/counts/${count.id}/apply`],
        ] as const) {
          const { json } = await call(service, method, path, { key, ...(body ? { body } : {}) });
          codes.push(json.code);
        }
        return codes;
      };
      expect(await made("p")).toEqual(Array.from({ length: 6 }, () => undefined));
      expect(await made("q")).toEqual(Array.from({ length: 6 }, () => "api_key_limited"));
    },
  );

  test("to both is held to both", async () => {
    const service = await shop();
    const { key } = await makeKey(service, writer, { sequences: ["s"], products: ["q"] });
    const lots = async (product: string) =>
      (await call(service, "POST", "/v1/lots", { key, body: { items: [{ product, count: 1 }] } }))
        .json.code;
    expect([await lots("p"), await lots("q")]).toEqual(["api_key_limited", "api_key_limited"]);
    expect((await reserve(service, "s", 1, { key })).status).toBe(201);
  });

  test("draws from no other sequence when another isolate lets that serve the product", async () => {
    const service = await shop();
    const { key } = await makeKey(service, writer, { sequences: ["s"] });
    const body = { items: [{ product: "p", count: 1 }] };
    expect((await call(service, "POST", "/v1/lots", { key, body })).status).toBe(201);
    await service.database.query("update products set sequence = 't' where sku = 'p'");
    const code = codeOf(await call(service, "POST", "/v1/lots", { key, body }));
    expect(code).toEqual([403, "api_key_limited"]);
    expect(await ledgerRuns(service, "t")).toEqual([]);
  });

  test("may be limited to names of any characters", async () => {
    const service = await shop();
    const odd = String.raw`a",{}\'b`;
    await ok(service, "PUT", productPath(odd), { tracking: "lot" });
    const { key } = await makeKey(service, writer, { products: [odd] });
    expect((await call(service, "GET", productPath(odd), { key })).status).toBe(200);
    expect((await call(service, "GET", productPath("a"), { key })).status).toBe(403);
  });
});

describe("rotating", () => {
  test("gives a key with the same rights beside the old one, then alone", async () => {
    const service = await serviceForTest();
    await putSequence(service, "s", { pattern: "S-{0}" });
    const old = await makeKey(service, ["reserve", "lots:read"], {
      sequences: ["s"],
      expires_at: new Date(Date.now() + 1000 * 86_400_000).toISOString(),
    });
    const once = { body: { overlap_s: 2 }, idempotencyKey: "k" };
    const made = await call(service, "POST", `/v1/api-keys/${old.id}/rotate`, once);
    expect(made.status, made.text).toBe(201);
    const { key, id, scopes, sequences, expires_at } = made.json;
    expect([scopes, sequences]).toEqual([["reserve", "lots:read"], ["s"]]);
    // As long as the old one was to live.
    expect(Math.abs(Date.parse(expires_at) - Date.now() - 1000 * 86_400_000)).toBeLessThan(60_000);
    const both = async () => [
      (await reserve(service, "s", 1, { key: old.key })).status,
      (await reserve(service, "s", 1, { key })).status,
    ];
    expect(await both()).toEqual([201, 201]);
    expect((await ok(service, "GET", `/v1/api-keys/${old.id}`)).replaced_by).toBe(id);
    await pause(2200);
    expect(await both()).toEqual([401, 201]);
    expect((await ok(service, "GET", `/v1/api-keys/${old.id}`)).status).toBe("expired");

    const again = await call(service, "POST", `/v1/api-keys/${old.id}/rotate`, once);
    expect([again.json.id, again.json.key]).toEqual([id, null]);
    await refused(service, [409, "api_key_wrong_state"], "POST", `/v1/api-keys/${old.id}/rotate`, {
      body: {},
    });
  });

  test("leaves the old key no longer than it had, and may replace the key that asks", async () => {
    const service = await serviceForTest();
    const expires = new Date(Date.now() + 60_000).toISOString();
    const { id } = await makeKey(service, ["reserve"], { expires_at: expires });
    // No body at all is as good as an empty one.
    await ok(service, "POST", `/v1/api-keys/${id}/rotate`);
    expect((await ok(service, "GET", `/v1/api-keys/${id}`)).expires_at).toBe(expires);

    const { data } = await ok(service, "GET", "/v1/api-keys");
    const own = `/v1/api-keys/${data[0].id}/rotate`;
    await makeKey(service, ["admin"]);
    const { key, expires_at } = await ok(service, "POST", own, { overlap_s: 0 });
    expect(expires_at).toBeNull();
    expect([await works(service, service.key), await works(service, key)]).toEqual([false, true]);
  });

  test("gives a key that lives to the end of the calendar no life beyond it", async () => {
    const service = await serviceForTest();
    const expires_at = "9999-12-31T23:59:59.999Z";
    const { id } = await makeKey(service, ["reserve"], { expires_at });
    const next = await ok(service, "POST", `/v1/api-keys/${id}/rotate`, {});
    expect(next.expires_at).toBe(expires_at);
  });

  test("leaves the last admin key a minute, in which to make another if the answer is lost", async () => {
    const service = await serviceForTest();
    const { data } = await ok(service, "GET", "/v1/api-keys");
    const own = `/v1/api-keys/${data[0].id}/rotate`;
    await makeKey(service, ["admin"], { expires_at: "2999-01-01T00:00:00Z" });
    const short = [409, "last_admin_key_overlap"] as const;
    for (const overlap_s of [0, 59]) {
      const problem = await refused(service, short, "POST", own, { body: { overlap_s } });
      expect(problem.detail).toContain("Send overlap_s of 60 or more");
    }
    expect(await works(service, service.key)).toBe(true);
    const other = await makeKey(service, ["reserve"]);
    await ok(service, "POST", `/v1/api-keys/${other.id}/rotate`, { overlap_s: 0 });

    const once = { body: { overlap_s: 60 }, idempotencyKey: "lost" };
    expect((await call(service, "POST", own, once)).status).toBe(201);
    const again = await call(service, "POST", own, once);
    expect([again.status, again.json.key]).toEqual([201, null]);
    const { key } = await makeKey(service, ["admin"]);
    expect(await works(service, key)).toBe(true);
  });
});

describe("revoking", () => {
  test("works from its answer on: no call that begins after it succeeds", async () => {
    const service = await serviceForTest();
    await putSequence(service, "s", { pattern: "S-{0}" });
    const { id, key } = await makeKey(service, ["reserve"]);
    let revokedAt = Infinity;
    let late = 0;
    let served = 0;
    await inParallel(8, async (caller) => {
      if (caller === 0) {
        await eventually(() => Promise.resolve(served >= 20));
        await ok(service, "POST", `/v1/api-keys/${id}/revoke`);
        revokedAt = performance.now();
        return;
      }
      for (let after = 0; after < 5;) {
        const began = performance.now();
        const { status } = await reserve(service, "s", 1, { key });
        if (status === 201) served += 1;
        if (began <= revokedAt) continue;
        after += 1;
        if (status !== 401) late += 1;
      }
    });
    expect(late).toBe(0);
    const runs = await ledgerRuns(service, "s");
    expect(runs.length).toBeGreaterThanOrEqual(served);
    const again = await ok(service, "POST", `/v1/api-keys/${id}/revoke`);
    expect(again.status).toBe("revoked");
  });

  test("leaves an admin key that does not expire, however many revoke at once", async () => {
    const service = await serviceForTest();
    const { data } = await ok(service, "GET", "/v1/api-keys");
    const first = data[0].id;
    const last = [409, "last_admin_key"] as const;
    const revoke = (id: string, key: string, idempotencyKey: string) =>
      call(service, "POST", `/v1/api-keys/${id}/revoke`, { key, idempotencyKey });
    await refused(service, [...last], "POST", `/v1/api-keys/${first}/revoke`);
    await makeKey(service, ["admin"], { expires_at: "2999-01-01T00:00:00Z" });
    await refused(service, [...last], "POST", `/v1/api-keys/${first}/revoke`);
    const other = await makeKey(service, ["admin"]);
    // Each takes the other. The first has looked and cannot end yet: somebody holds its Idempotency-Key.
    const holder = service.database.session();
    await holder.query("begin");
    await holder.query(
      `insert into requests (tenant, key, fingerprint, answer, expires_at)
       values ($1, 'one', '', '{}', now())`,
      [service.tenant],
    );
    const one = revoke(other.id, service.key, "one");
    await untilWaiting(service, 1);
    const two = revoke(first, other.key, "two");
    await Promise.race([two, pause(1500)]);
    await holder.query("rollback");
    await holder.close();
    const answers = await Promise.all([one, two]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 409]));
    const left = [await works(service, service.key), await works(service, other.key)];
    expect(left.filter((isLeft) => isLeft).length).toBe(1);
  });

  test("takes no key of another tenant, and no id that is none", async () => {
    const service = await serviceForTest();
    const stranger = await service.createTenant();
    const { id } = await makeKey(service, ["reserve"]);
    for (const path of [`/v1/api-keys/${id}/revoke`, `/v1/api-keys/${id}/rotate`]) {
      const options = { key: stranger.key, body: {} };
      await refused(service, [404, "api_key_not_found"], "POST", path, options);
    }
    await refused(service, [404, "path_names_nothing"], "GET", "/v1/api-keys/1");
    expect((await ok(service, "GET", `/v1/api-keys/${id}`)).status).toBe("active");
  });
});

describe("the last use of a key", () => {
  test("is noted by reads and writes, once a minute, and not by what is refused", async () => {
    const service = await serviceForTest();
    await putSequence(service, "s", { pattern: "S-{0}" });
    const { id, key } = await makeKey(service, ["reserve"]);
    expect((await reserve(service, "none", 1, { key })).status).toBe(404);
    const age = (minutes: number) =>
      service.database.query(
        `update api_key_uses set used_at = now() - make_interval(mins => $1)
         where api_key = (select id from api_keys where public_id = $2)`,
        [minutes, id],
      );
    await service.database.query("update api_key_uses set used_at = null");
    expect((await call(service, "GET", "/v1/lots", { key })).status).toBe(403);
    expect(await usedAt(service, id)).toBeNull();
    expect((await reserve(service, "s", 1, { key })).status).toBe(201);
    const first = await usedAt(service, id);
    expect(Math.abs(Date.parse(first ?? "") - Date.now())).toBeLessThan(10_000);
    await reserve(service, "s", 1, { key });
    expect(await works(service, key)).toBe(true);
    expect(await usedAt(service, id)).toBe(first);
    for (const use of [() => reserve(service, "s", 1, { key }), () => works(service, key)]) {
      await age(2);
      const before = await usedAt(service, id);
      await use();
      expect(Date.parse((await usedAt(service, id)) ?? "")).toBeGreaterThan(
        Date.parse(before ?? "") + 60_000,
      );
    }
  });

  test("holds up neither another call nor a revocation while a long transaction notes it", async () => {
    const service = await serviceForTest();
    await putSequence(service, "s", { pattern: "S-{0}" });
    const { id, key } = await makeKey(service, ["reserve"]);
    const long = service.database.session();
    await long.query("begin");
    await long.query(
      `select caller_v1(row(digest, '{reserve}', '{s}', '{}', null, null, null)::caller, tenant) from api_keys
       where public_id = $1`,
      [id],
    );
    const began = performance.now();
    expect((await reserve(service, "s", 1, { key })).status).toBe(201);
    await ok(service, "POST", `/v1/api-keys/${id}/revoke`);
    expect((await reserve(service, "s", 1, { key })).status).toBe(401);
    expect(performance.now() - began).toBeLessThan(3000);
    await long.query("commit");
    await long.close();
    expect(await usedAt(service, id)).not.toBeNull();
  });
});

describe("a key that only reserves", () => {
  test("voids what it made, and what the keys made that it replaced, and nothing else", async () => {
    const service = await shop();
    const first = await makeKey(service, ["reserve"]);
    const voided = async (key: string, reservation: string) =>
      codeOf(
        await call(service, "POST", `/v1/reservations/${reservation}/void`, {
          key,
          body: { reason: "cart left" },
        }),
      );
    await reserve(service, "s", 1);
    await reserve(service, "s", 1, { key: first.key });
    const second: Made = await ok(service, "POST", `/v1/api-keys/${first.id}/rotate`, {
      overlap_s: 600,
    });
    const third: Made = await ok(service, "POST", `/v1/api-keys/${second.id}/rotate`, {
      overlap_s: 600,
    });
    await reserve(service, "s", 1, { key: third.key });
    expect(await voided(third.key, "s:1")).toEqual([403, "reservation_of_another"]);
    expect(await voided(first.key, "s:3")).toEqual([403, "reservation_of_another"]);
    expect(await voided(third.key, "s:2")).toEqual([201, undefined]);
    expect(await voided(third.key, "s:3")).toEqual([201, undefined]);
    const { key } = await makeKey(service, ["sequences:write"]);
    expect(await voided(key, "s:1")).toEqual([201, undefined]);
  });

  test("does not see who drew what from where", async () => {
    const service = await shop();
    const { key } = await makeKey(service, ["reserve"]);
    await refused(service, [403, "scope_missing"], "GET", "/v1/sequences/s/ledger", { key });
    expect((await call(service, "GET", "/v1/sequences/s", { key })).status).toBe(200);
  });
});
