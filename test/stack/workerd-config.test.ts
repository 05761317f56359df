import path from "node:path";
import { expect, test } from "vitest";

import { readWorkerSettings, workerdConfig } from "../../dev/workerd/config.ts";
import type { WorkerSettings } from "../../dev/workerd/config.ts";
import { projectRoot } from "../../dev/wrangler.ts";

const places = {
  port: 8787,
  script: "worker.js",
  cronScript: "cron.js",
  durableObjects: "/data/durable-objects",
};

const settings: WorkerSettings = {
  name: "serialmint",
  compatibilityDate: "2026-10-01",
  compatibilityFlags: ["one_flag", "another_flag"],
  vars: { PLAIN: "from wrangler.toml", LIST: ["a", 1] },
  secrets: ["DATABASE_URL"],
  durableObjects: [{ binding: "JOB_PUMP", className: "JobPump" }],
  assets: { binding: "ASSETS", directory: "/project/dist/assets" },
  crons: ["* * * * *"],
};

test("what wrangler.toml says is read by wrangler's own reader", () => {
  expect(readWorkerSettings(path.join(projectRoot, "wrangler.toml"))).toEqual({
    name: "serialmint",
    compatibilityDate: expect.stringMatching(/^2026-\d\d-\d\d$/),
    compatibilityFlags: [],
    vars: {},
    secrets: ["DATABASE_URL"],
    durableObjects: [
      { binding: "JOB_PUMP", className: "JobPump" },
      { binding: "WEBHOOK_PUMP", className: "WebhookPump" },
    ],
    assets: { binding: "ASSETS", directory: path.join(projectRoot, "dist", "assets") },
    crons: ["* * * * *"],
  });
});

test("workerd gets the same bindings, date and flags", () => {
  const config = workerdConfig(settings, places, { DATABASE_URL: "postgres://x" });
  for (const part of [
    'address = "127.0.0.1:8787"',
    'esModule = embed "worker.js"',
    'compatibilityDate = "2026-10-01"',
    'compatibilityFlags = ["one_flag", "another_flag"]',
    '(name = "PLAIN", text = "from wrangler.toml")',
    '(name = "LIST", json = "[\\"a\\",1]")',
    '(name = "DATABASE_URL", text = "postgres://x")',
    '(name = "JOB_PUMP", durableObjectNamespace = "JobPump")',
    'uniqueKey = "serialmint-JobPump"',
    "enableSql = true",
    '(name = "ASSETS", service = "assets")',
    '(name = "WEBHOOK_NETWORK", service = "public-internet")',
    '(name = "public-internet", network = (allow = ["public"],',
    '(name = "assets", disk = (path = "/project/dist/assets"))',
    'disk = (path = "/data/durable-objects", writable = true)',
  ]) {
    expect(config).toContain(part);
  }
});

test("only loopback is listened on", () => {
  const config = workerdConfig(settings, places, { DATABASE_URL: "postgres://x" });
  const addresses = [...config.matchAll(/address = "([^"]*)"/g)].map((match) => match[1]);
  expect(addresses).toEqual(["127.0.0.1:8787", "127.0.0.1:0"]);
});

test("the heap is bounded only when that is asked for", () => {
  const values = { DATABASE_URL: "x" };
  const bounded = workerdConfig(settings, { ...places, heapMegabytes: 128 }, values);
  expect(bounded).toContain('v8Flags = ["--max-heap-size=128"]');
  expect(workerdConfig(settings, places, values)).not.toContain("v8Flags");
});

test("a value of this run wins over [vars]", () => {
  const config = workerdConfig(settings, places, { DATABASE_URL: "x", PLAIN: "from this run" });
  expect(config).toContain('(name = "PLAIN", text = "from this run")');
  expect(config).not.toContain("from wrangler.toml");
});

test("quotes, backslashes and control characters in a value are escaped", () => {
  const config = workerdConfig(settings, places, { DATABASE_URL: 'a"b\\c\nd\u0000e' });
  expect(config).toContain('text = "a\\"b\\\\c\\x0ad\\x00e"');
});

test("a required secret without a value is said", () => {
  expect(() => workerdConfig(settings, places, {})).toThrow("DATABASE_URL has no value");
});
