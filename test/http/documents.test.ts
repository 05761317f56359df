import { expect, test } from "vitest";
import {
  Failure,
  failureFromFacts,
  failureOfRefusal,
  failures,
  isFailureCode,
} from "../../src/errors.ts";
import type { RefusalCode } from "../../src/domain/patterns/pattern.ts";
import { describeError } from "../../src/http/log.ts";
import { openapiDocument } from "../../src/http/openapi-document.ts";
import { problemOf } from "../../src/http/problem.ts";
import { bindings, exampleApp } from "./example-app.ts";

const app = exampleApp();

test("the OpenAPI document is the same text every time", () => {
  const text = JSON.stringify(openapiDocument(app));
  expect(JSON.stringify(openapiDocument(app))).toBe(text);
  expect(JSON.stringify(openapiDocument(exampleApp()))).toBe(text);
});

test("a call's problems are its own and those that all share", () => {
  const document = JSON.parse(JSON.stringify(openapiDocument(app))) as {
    openapi: string;
    paths: Record<
      string,
      Record<
        string,
        {
          responses: Record<string, { headers?: object }>;
          parameters?: unknown[];
          security?: unknown;
        }
      >
    >;
    components: { schemas: Record<string, unknown>; securitySchemes: Record<string, unknown> };
  };
  expect(document.openapi).toBe("3.1.0");
  const post = document.paths["/v1/things"]?.["post"];
  expect(Object.keys(post?.responses ?? {})).toEqual([
    "201",
    "400",
    "401",
    "403",
    "409",
    "413",
    "415",
    "422",
    "429",
    "500",
    "503",
  ]);
  const headersOf = (status: string) => Object.keys(post?.responses[status]?.headers ?? {});
  expect(headersOf("201")).toEqual(["RateLimit-Policy", "RateLimit"]);
  expect(headersOf("429")).toEqual(["RateLimit-Policy", "RateLimit", "Retry-After"]);
  expect(post?.responses["429"]).toMatchObject({ "x-problem-codes": ["quota_requests_exceeded"] });
  expect(post?.responses["409"]).toMatchObject({
    "x-problem-codes": ["request_in_flight", "sequence_exhausted"],
    content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
  });
  expect(post?.parameters).toEqual([{ $ref: "#/components/parameters/IdempotencyKey" }]);
  // It declares no scope.
  expect(post?.security).toEqual([{ ApiKey: ["admin"] }]);
  expect(document.paths["/health"]?.["get"]?.security).toBeUndefined();
  expect(document.components.schemas).toHaveProperty("Problem");
  expect(document.components.securitySchemes).toHaveProperty("ApiKey");
});

test("/openapi.json serves it", async () => {
  const response = await app.request("/openapi.json", {}, bindings);
  expect(response.headers.get("content-type")).toContain("application/json");
  expect(await response.json()).toEqual(JSON.parse(JSON.stringify(openapiDocument(app))));
});

test("/docs can ask this origin only, and asks no other for its script", async () => {
  const response = await app.request("/docs", {}, bindings);
  const policy = response.headers.get("content-security-policy");
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("connect-src 'self'");
  expect(policy).not.toMatch(/https?:|\*/);
  expect(await response.text()).not.toMatch(/https?:\/\//);
});

test("/docs/scalar.js comes from the assets", async () => {
  const response = await app.request("/docs/scalar.js", {}, bindings);
  expect(response.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
  expect(response.headers.get("cache-control")).toContain("max-age=");
  expect(response.headers.get("etag")).toBe('"1"');
  expect(await response.text()).toBe("script");
});

test("/docs/errors has an anchor for every code", async () => {
  const text = await (await app.request("/docs/errors", {}, bindings)).text();
  for (const code of Object.keys(failures)) expect(text).toContain(`id="${code}"`);
});

test("every refusal of the pattern rules has a row", () => {
  // The types hold this: a code that the table lacks does not compile.
  const rows: Readonly<Record<RefusalCode, unknown>> = failures;
  expect(rows.pattern_empty).toBeDefined();
});

test("every code of the table is a sound row", () => {
  for (const [code, entry] of Object.entries(failures)) {
    expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
    expect(entry.title).toMatch(/^[A-Z/].*[^.]$/);
    // What may succeed unchanged says when to try again.
    expect("retryAfter" in entry, code).toBe(entry.retryable);
    if (entry.status === 503) expect(entry.retryable).toBe(true);
  }
});

test("a problem has its facts as members, bigints as strings, and cannot overwrite its own", () => {
  const failed = new Failure("sequence_exhausted", {
    sequence: "serials",
    remaining: 9223372036854775807n,
    requested: 2,
    status: 200,
  });
  expect(problemOf(failed, "r")).toMatchObject({
    status: 409,
    code: "sequence_exhausted",
    sequence: "serials",
    remaining: "9223372036854775807",
    requested: 2,
    request_id: "r",
  });
});

test("a pointer becomes the one entry of errors", () => {
  const failed = failureOfRefusal({ code: "name_empty", facts: {} }, "/items/0/names/3");
  expect(problemOf(failed, "r")["errors"]).toEqual([
    { pointer: "/items/0/names/3", detail: failed.detail, code: "name_empty" },
  ]);
});

test("sentences name the facts that SQL gives", () => {
  const used = failureFromFacts("reservation_used", {
    reservation: "serials:1",
    used: [
      { first: "1", last: "20" },
      { first: "41", last: "41" },
    ],
    open: [],
  });
  expect(used?.detail).toContain("the numbers 1 to 20, 41 are recorded or voided already");
  const taken = failureFromFacts("name_taken", { names: [{ product: "P", name: "A" }] });
  expect(taken?.detail).toContain('"A" of product "P"');
  // Facts that lack what the sentence needs leave the title.
  expect(failureFromFacts("name_taken", {})?.detail).toBe("A lot with this name exists.");
});

test("codes from SQL are taken when the table has them", () => {
  expect(isFailureCode("toString")).toBe(false);
  expect(failureFromFacts("nonsense", {})).toBeUndefined();
  expect(failureFromFacts("job_not_found", { job: "j" })?.detail).toContain('"j"');
  expect(failureFromFacts("outcome_unknown", null)?.retryAfter).toBe(1);
});

test("the log has classes and SQLSTATE, never messages with data, addresses or keys", () => {
  const database = Object.assign(new Error("duplicate key (smk_live_x) insert into"), {
    code: "23505",
  });
  const wrapped = new Error("Failed query: insert ... params: secret", { cause: database });
  const entry = describeError(wrapped);
  expect(entry).toMatchObject({ error: "Error < Error", sqlstate: "23505" });
  expect(JSON.stringify(entry)).not.toMatch(/insert into|secret|smk_/);
  const url = describeError(new TypeError("Invalid URL: postgres://u:p@h/d for smk_live_abc"));
  expect(url).toMatchObject({ message: "Invalid URL: [address] for [key]" });
});
