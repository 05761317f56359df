import { expect, test } from "vitest";
import { fail } from "../../src/errors.ts";
import { bindings, exampleApp, numbers, pinging, postHeaders, testKey } from "./example-app.ts";
import { expectProblem } from "./problem-of.ts";

const authorized = { authorization: `Bearer ${testKey}` };

test("a sane X-Request-Id is kept, any other is replaced", async () => {
  const app = exampleApp();
  const idFor = async (id: string) => {
    const response = await app.request(
      "/docs/errors",
      { headers: { "x-request-id": id } },
      bindings,
    );
    return response.headers.get("x-request-id");
  };
  expect(await idFor("order-17.A_b")).toBe("order-17.A_b");
  expect(await idFor("a".repeat(64))).toBe("a".repeat(64));
  for (const bad of ["a".repeat(65), "two words", "semi;colon", "slash/"]) {
    expect(await idFor(bad)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
  }
});

test("Server-Timing tells the database's part as the client counted it", async () => {
  const app = exampleApp(
    numbers(1),
    undefined,
    pinging((timings) => {
      timings.requests += 1;
      timings.milliseconds += 12.34;
      return Promise.resolve();
    }),
  );
  const response = await app.request("/health", {}, bindings);
  expect(response.status).toBe(200);
  expect(response.headers.get("server-timing")).toMatch(
    /^total;dur=\d+\.\d, db;dur=12\.3;desc="1 request"$/,
  );
  const without = await app.request("/nowhere", {}, bindings);
  expect(without.headers.get("server-timing")).toMatch(/db;dur=0\.0;desc="0 requests"$/);
});

test("answers under /v1 are not stored, and no answer is sniffed", async () => {
  const app = exampleApp();
  const list = await app.request("/v1/things", { headers: authorized }, bindings);
  expect(list.headers.get("cache-control")).toBe("no-store");
  expect(list.headers.get("x-content-type-options")).toBe("nosniff");
  const refused = await app.request("/v1/things", {}, bindings);
  expect(refused.headers.get("cache-control")).toBe("no-store");
});

test("an unknown path is 404 before anything else, also with a key", async () => {
  const app = exampleApp();
  const paths = [
    "/v1",
    "/v1/",
    "/v1/nothing",
    "/v1/things/",
    "/v1//things",
    "/docs/",
    "/V1/things",
  ];
  for (const path of paths) {
    const response = await app.request(path, { method: "POST", headers: postHeaders() }, bindings);
    await expectProblem(response, 404, "route_not_found");
  }
});

test("405 names every method of the path", async () => {
  const app = exampleApp();
  const response = await app.request("/v1/things", { method: "DELETE" }, bindings);
  await expectProblem(response, 405, "method_not_allowed");
  expect(response.headers.get("allow")).toBe("GET, HEAD, OPTIONS, POST");
  const closed = await app.request("/v1/things/a/close", { headers: authorized }, bindings);
  expect(closed.headers.get("allow")).toBe("OPTIONS, POST");
});

test("OPTIONS is answered with Allow and needs no key", async () => {
  const response = await exampleApp().request("/v1/things/a", { method: "OPTIONS" }, bindings);
  expect(response.status).toBe(204);
  expect(response.headers.get("allow")).toBe("GET, HEAD, OPTIONS, PUT");
});

test("HEAD is GET without a body", async () => {
  const app = exampleApp();
  const response = await app.request(
    "/v1/things",
    { method: "HEAD", headers: authorized },
    bindings,
  );
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("application/json");
  expect(await response.text()).toBe("");
  expect((await app.request("/v1/things", { method: "HEAD" }, bindings)).status).toBe(401);
  expect((await app.request("/v1/things/a/close", { method: "HEAD" }, bindings)).status).toBe(405);
});

test("a HEAD of a stream asks for one page only", async () => {
  const listing = numbers(10_000);
  const headers = { ...authorized, accept: "text/csv" };
  const init = { method: "HEAD", headers };
  expect((await exampleApp(listing).request("/v1/things", init, bindings)).status).toBe(200);
  expect(listing.asked).toEqual(["start"]);
});

test("CORS is off without CORS_ORIGINS", async () => {
  const headers = { origin: "https://shop.example", ...authorized };
  const response = await exampleApp().request("/v1/things", { headers }, bindings);
  expect(response.headers.get("access-control-allow-origin")).toBeNull();
  const preflight = await exampleApp().request(
    "/v1/things",
    { method: "OPTIONS", headers: { ...headers, "access-control-request-method": "POST" } },
    bindings,
  );
  expect(preflight.headers.get("access-control-allow-origin")).toBeNull();
});

test("CORS lets the listed origins in, errors included, and no other", async () => {
  const app = exampleApp();
  const open = { ...bindings, CORS_ORIGINS: "https://shop.example, https://b.example" };
  const ask = (origin: string, method = "GET", more: Record<string, string> = {}) =>
    app.request("/v1/things", { method, headers: { origin, ...more } }, open);
  const refused = await ask("https://shop.example");
  expect(refused.status).toBe(401);
  expect(refused.headers.get("access-control-allow-origin")).toBe("https://shop.example");
  expect(refused.headers.get("access-control-expose-headers")).toContain("Retry-After");
  const preflight = await ask("https://b.example", "OPTIONS", {
    "access-control-request-method": "POST",
  });
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get("access-control-allow-headers")).toContain("Idempotency-Key");
  expect((await ask("https://evil.example")).headers.get("access-control-allow-origin")).toBeNull();
});

test("the key's digest is the SHA-256 of the whole key", async () => {
  const body = JSON.stringify({ count: 1 });
  const init = { method: "POST", headers: postHeaders(), body };
  const heard = await (
    await exampleApp().request("/v1/things", init, bindings)
  ).json<{
    digest: string;
  }>();
  // printf %s "smk_test_aaaaaaaaaaaaaaaaaaaaaaaaaaaa" | sha256sum
  expect(heard.digest).toBe("654ca17a32983f7aba91854fc33218d5b51f068128a253b255bcf9609f7a0765");
});

test("keys that are no keys are refused", async () => {
  const key = "a".repeat(28);
  const bad = [
    "Bearer",
    "Bearer ",
    `Basic smk_test_${key}`,
    `smk_test_${key}`,
    `Bearer smk_test_${key}b`,
    `Bearer smk_test_${key.slice(1)}`,
    `Bearer smk_prod_${key}`,
    `Bearer SMK_TEST_${key}`,
    `Bearer smk_test_${key.slice(1)}-`,
    `Bearer smk_test_${key} more`,
  ];
  for (const authorization of bad) {
    const response = await exampleApp().request(
      "/v1/things",
      { headers: { authorization } },
      bindings,
    );
    await expectProblem(response, 401, "api_key_malformed");
  }
  const lower = { authorization: `bearer smk_test_${key}` };
  expect((await exampleApp().request("/v1/things", { headers: lower }, bindings)).status).toBe(200);
});

test("health answers with the database, 503 without", async () => {
  const well = exampleApp(
    numbers(1),
    undefined,
    pinging(() => Promise.resolve()),
  );
  const healthy = await (await well.request("/health", {}, bindings)).json();
  expect(healthy).toEqual({
    status: "ok",
    database: { status: "ok", ms: expect.any(Number), time_limits: "set", policies: "hold" },
  });
  expect((await well.request("/health", { method: "HEAD" }, bindings)).status).toBe(200);

  const secret = pinging(() => Promise.reject(new Error("password=secret")));
  const ill = exampleApp(numbers(1), undefined, secret);
  const response = await ill.request("/health", {}, bindings);
  expect(response.headers.get("retry-after")).toBe("2");
  const problem = await expectProblem(response, 503, "database_unavailable");
  expect(problem.retryable).toBe(true);
  expect(JSON.stringify(problem)).not.toContain("secret");
});

test("an unexpected exception says nothing of itself to the caller", async () => {
  const app = exampleApp(numbers(1), (routes) => {
    routes.get("/boom", () => {
      throw new Error("select secret from lots where name = 'x'");
    });
    routes.get("/known", () => fail("job_not_found", { job: "j" }));
  });
  const response = await app.request("/boom", { headers: { "x-request-id": "r-1" } }, bindings);
  const problem = await expectProblem(response, 500, "internal_error");
  expect(JSON.stringify(problem)).not.toContain("select");
  expect(problem.request_id).toBe("r-1");
  await expectProblem(await app.request("/known", {}, bindings), 404, "job_not_found");
});
