import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { NoAnswer, Serialmint, SerialmintProblem } from "../../client/src/client.ts";
import { clientOf, startClientService } from "./service.ts";
import type { ClientService } from "./service.ts";

let service: ClientService;
let client: Serialmint;
beforeAll(async () => {
  service = await startClientService();
  client = await clientOf(service);
});
afterAll(() => service.stop());
beforeEach(() => {
  service.way.choose(null);
});

/** What a promise is rejected with. */
async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => {
      throw new Error("It succeeded.");
    },
    (error: unknown) => error,
  );
}

async function all<T>(list: AsyncIterable<T>): Promise<T[]> {
  const got: T[] = [];
  for await (const each of list) got.push(each);
  return got;
}

const reservations = "/v1/sequences/s/reservations";

async function issued(): Promise<bigint> {
  const sequence = await client.get("/v1/sequences/{key}", { path: { key: "s" } });
  return BigInt(sequence.issued ?? 0);
}

describe("a call", () => {
  test("fills in the path, the query and the body", async () => {
    const { names } = await client.get("/v1/sequences/{key}/preview", {
      path: { key: "s" },
      query: { count: 2 },
    });
    expect(names).toHaveLength(2);
    await client.put("/v1/products/{sku}", {
      path: { sku: "a" },
      body: { tracking: "lot", sequence: "s" },
    });
    const name = "ü /?#%2F+";
    await client.recordLots({ items: [{ product: "a", names: [name] }] });
    const path = { sku: "a", name };
    expect(await client.get("/v1/products/{sku}/lots/{name}", { path })).toMatchObject({ name });
    const found = await client.get("/v1/lots", { query: { name } });
    expect(found.data).toHaveLength(1);
  });

  test("takes numbers of counters as bigint", async () => {
    await client.put("/v1/sequences/{key}", { path: { key: "m" }, body: { pattern: "M{0}" } });
    const to = "12345678901234567";
    const moved = await client.post("/v1/sequences/{key}/advance", {
      path: { key: "m" },
      // More digits than a number holds.
      body: { to: 12345678901234567n as unknown as string, reason: "moved" },
    });
    expect(moved.to).toBe(to);
  });

  test("rejects with the problem that the service tells, and with its facts", async () => {
    const error = await failureOf(client.get("/v1/sequences/{key}", { path: { key: "none" } }));
    expect(error).toBeInstanceOf(SerialmintProblem);
    expect(error).toMatchObject({
      code: "sequence_not_found",
      status: 404,
      retryable: false,
      facts: { sequence: "none" },
    });
    const wrong = await failureOf(
      client.post("/v1/sequences/{key}/reservations", { path: { key: "s" }, body: { count: 0 } }),
    );
    expect(wrong).toMatchObject({ code: "request_invalid", errors: [{ pointer: "/count" }] });
    expect(service.way.seen).toHaveLength(2);
  });

  test("whose answer is lost is sent again with its key, and carried out once", async () => {
    const before = await issued();
    service.way.choose(({ path, time }) =>
      path === reservations && time <= 2 ? "answer lost" : null,
    );
    const { first } = await client.reserve("s", { count: 5 });
    const keys = service.way.seen.map(({ key }) => key);
    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(1);
    expect(BigInt(first)).toBe(before + 1n);
    expect(await issued()).toBe(before + 5n);
  });

  test("uses the key that it is given", async () => {
    const once = await client.reserve("s", { count: 1 }, { idempotencyKey: "mine" });
    expect(await client.reserve("s", { count: 1 }, { idempotencyKey: "mine" })).toEqual(once);
  });

  test.each([408, 429, 500, 502, 503, 504])(
    "answered %i in between is sent again",
    async (status) => {
      service.way.choose(({ time }) =>
        time === 1 ? { status, headers: { "retry-after": "0" }, body: "<html>" } : null,
      );
      await client.reserve("s", { count: 1 });
      expect(service.way.seen).toHaveLength(2);
    },
  );

  test("is not taken for done when a page of something in between is answered", async () => {
    const page = { status: 200, headers: { "content-type": "text/html" }, body: "<h1>Log in" };
    service.way.choose(({ time }) => (time === 1 ? page : null));
    expect((await client.get("/health")).status).toBe("ok");
    expect(service.way.seen).toHaveLength(2);
  });

  test("is not repeated when repeating does not help", async () => {
    service.way.choose(() => ({ status: 418, body: "" }));
    const error = await failureOf(client.get("/health"));
    expect(error).toBeInstanceOf(NoAnswer);
    expect(error).toMatchObject({ status: 418 });
    expect(service.way.seen).toHaveLength(1);
  });

  test("is given up when its deadline is over, and when Retry-After lies beyond", async () => {
    service.way.choose(() => "lost");
    const error = await failureOf(client.get("/health", { deadlineMs: 300 }));
    expect(error).toBeInstanceOf(NoAnswer);
    expect(service.way.seen.length).toBeGreaterThan(1);
    service.way.choose(() => ({ status: 503, headers: { "retry-after": "3600" }, body: "" }));
    expect(await failureOf(client.get("/health"))).toMatchObject({ retryAfterMs: 3_600_000 });
    expect(service.way.seen).toHaveLength(1);
  });

  test("that gets no answer is tried again after its time-out", async () => {
    service.way.choose(({ time }) => (time === 1 ? "answer hangs" : null));
    await client.reserve("s", { count: 1 }, { timeoutMs: 200 });
    expect(service.way.seen).toHaveLength(2);
  });

  test("stops at once when its signal does", async () => {
    service.way.choose(() => "answer hangs");
    const stop = new AbortController();
    const call = failureOf(client.get("/health", { signal: stop.signal }));
    stop.abort(new Error("enough"));
    expect(await call).toEqual(new Error("enough"));
    expect(await failureOf(client.get("/health", { signal: stop.signal }))).toEqual(
      new Error("enough"),
    );
  });

  test("that is wrong in itself says so at once, and nothing is sent", async () => {
    const nowhere = client.get("/v1/products/{sku}", { path: { sku: "" } });
    expect(await failureOf(nowhere)).toBeInstanceOf(TypeError);
    const unreadable = client.get("/v1/products/{sku}", { path: { sku: "\ud800" } });
    expect(await failureOf(unreadable)).toBeInstanceOf(URIError);
    const names = all(client.stream("/v1/reservations/{id}/names", { path: { id: "" } }));
    expect(await failureOf(names)).toBeInstanceOf(TypeError);
    expect(service.way.seen).toEqual([]);
  });

  test("is given up in time while its API key does not come", async () => {
    const never = new Promise<string>(() => undefined);
    const keyless = new Serialmint({ url: service.way.url, apiKey: () => never });
    expect(await failureOf(keyless.get("/v1/settings", { deadlineMs: 100 }))).toBeInstanceOf(
      NoAnswer,
    );
    const stop = new AbortController();
    const call = failureOf(keyless.get("/v1/settings", { signal: stop.signal }));
    stop.abort(new Error("enough"));
    expect(await call).toEqual(new Error("enough"));
    const stream = all(keyless.stream("/v1/lots", { timeoutMs: 50, deadlineMs: 100 }));
    expect(await failureOf(stream)).toBeInstanceOf(NoAnswer);
  });

  test("may take for ever", async () => {
    const patient = { timeoutMs: Infinity, deadlineMs: Infinity };
    expect((await client.get("/health", patient)).status).toBe("ok");
    expect(await all(client.stream("/v1/sequences", patient))).not.toHaveLength(0);
  });

  test("that names a version is not repeated when its outcome is unknown", async () => {
    await client.put("/v1/products/{sku}", {
      path: { sku: "p" },
      body: { tracking: "lot", sequence: "s" },
    });
    await client.recordLots({ items: [{ product: "p", names: ["L1"] }] });
    const path = { sku: "p", name: "L1" };
    const { headers } = await client.call("get", "/v1/products/{sku}/lots/{name}", { path });
    service.way.choose(({ method }) => (method === "PATCH" ? "answer lost" : null));
    const change = client.patch("/v1/products/{sku}/lots/{name}", {
      path,
      header: { "if-match": headers.get("etag") ?? "" },
      body: { location: "A1" },
    });
    expect(await failureOf(change)).toBeInstanceOf(NoAnswer);
    expect(service.way.seen).toHaveLength(1);
    expect(await client.get("/v1/products/{sku}/lots/{name}", { path })).toMatchObject({
      location: "A1",
    });
  });

  test("takes its API key anew for every try", async () => {
    const good = await service.tenant();
    const keys = ["smk_live_0000000000000000000000000000", good];
    const other = new Serialmint({ url: service.way.url, apiKey: () => keys.shift() ?? good });
    expect(await failureOf(other.get("/v1/settings"))).toMatchObject({ code: "api_key_unknown" });
    expect(await other.get("/v1/settings")).toMatchObject({ time_zone: "UTC" });
  });
});

describe("a job", () => {
  test("is waited for", async () => {
    await client.put("/v1/products/{sku}", {
      path: { sku: "q" },
      body: { tracking: "serial", sequence: "s" },
    });
    const { body, status } = await client.call("post", "/v1/lots", {
      header: { prefer: "respond-async" },
      body: { items: [{ product: "q", count: 20_000 }] },
    });
    expect(status).toBe(202);
    const { id } = body;
    expect(await client.finished(id)).toMatchObject({ status: "done", done: 20_000 });
  });
});

describe("lists and streams", () => {
  const rows = 2500;
  beforeAll(async () => {
    await client.put("/v1/products/{sku}", {
      path: { sku: "listed" },
      body: { tracking: "serial", sequence: "s" },
    });
    const { id } = await client.recordLots({ items: [{ product: "listed", count: rows }] });
    await client.finished(id);
  });
  const query = { product: "listed" };

  test("a list goes through all pages, also when some have to be asked for twice", async () => {
    service.way.choose(({ time }) => (time === 1 ? "answer lost" : null));
    const names = await all(client.list("/v1/lots", { query: { ...query, limit: 1000 } }));
    expect(new Set(names.map(({ name }) => name)).size).toBe(rows);
    expect(service.way.seen).toHaveLength(6);
  });

  test("a stream gives the same", async () => {
    const pages = await all(client.list("/v1/lots", { query: { ...query, limit: 1000 } }));
    expect(await all(client.stream("/v1/lots", { query }))).toEqual(pages);
    expect(await all(client.stream("/v1/sequences"))).not.toHaveLength(0);
  });

  test("a stream that is cut goes on where it was", async () => {
    const whole = await all(client.stream("/v1/lots", { query }));
    // In the middle of a line, again and again.
    service.way.choose(({ time }) => (time <= 3 ? { cutAfter: 100_003 } : null));
    expect(await all(client.stream("/v1/lots", { query }))).toEqual(whole);
    expect(service.way.seen.length).toBeGreaterThan(1);
    expect(service.way.seen.some(({ path }) => /cursor=\S+\.\d+/.test(path))).toBe(true);
  });

  test("a CSV that is cut goes on, and names its columns once", async () => {
    const whole = await all(client.csv("/v1/lots", { query }));
    expect(whole).toHaveLength(rows + 1);
    expect(whole[0]).toMatch(/^product,name,number,/);
    for (const cutAfter of [10, 120, 50_001]) {
      service.way.choose(({ path, time }) =>
        time === 1 && !path.includes("cursor") ? { cutAfter } : null,
      );
      expect(await all(client.csv("/v1/lots", { query }))).toEqual(whole);
      expect(service.way.seen).toHaveLength(2);
    }
  });

  test("one that cannot go on is cut off with an error, and never looks complete", async () => {
    const { id } = await client.reserve("s", { count: 5000 });
    service.way.choose(() => ({ cutAfter: 3000 }));
    const names: string[] = [];
    const read = async (): Promise<void> => {
      for await (const name of client.stream("/v1/reservations/{id}/names", { path: { id } })) {
        names.push(name);
      }
    };
    expect(await failureOf(read())).toBeInstanceOf(NoAnswer);
    expect(names.length).toBeGreaterThan(100);
    expect(names.length).toBeLessThan(5000);
  });

  test("a reader that stops early stops the answer", async () => {
    for await (const lot of client.stream("/v1/lots", { query })) {
      expect(lot.product).toBe("listed");
      break;
    }
  });

  test("a refusal is a problem", async () => {
    const read = all(client.stream("/v1/lots", { query: { product: "listed", cursor: "x" } }));
    expect(await failureOf(read)).toMatchObject({ code: "cursor_unusable" });
  });
});
