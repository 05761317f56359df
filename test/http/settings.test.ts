import { expect, test } from "vitest";
import { settingsOf } from "../../src/env.ts";
import { bindings } from "./example-app.ts";

const read = (wrong: Partial<typeof bindings>) => () => settingsOf({ ...bindings, ...wrong });

test("settings have their defaults, and empty variables count as unset", () => {
  const plain = {
    databaseUrl: "postgres://nobody:nothing@localhost/none",
    sqlEndpoint: undefined,
    corsOrigins: [],
    inlineBudgetMs: 10_000,
    webhookAllow: [],
    figuresIntervalMs: 5000,
    metricsKey: undefined,
  };
  expect(settingsOf(bindings)).toEqual(plain);
  const empty = {
    ...bindings,
    SQL_ENDPOINT: "",
    CORS_ORIGINS: "",
    INLINE_BUDGET_MS: "",
    WEBHOOK_ALLOW: "",
    FIGURES_INTERVAL_MS: "",
    METRICS_KEY: "",
  };
  expect(settingsOf(empty)).toEqual(plain);
});

test("settings are read from the bindings", () => {
  const settings = settingsOf({
    ...bindings,
    SQL_ENDPOINT: "http://127.0.0.1:5000/sql",
    CORS_ORIGINS: "https://a.example, http://localhost:3000",
    INLINE_BUDGET_MS: "0",
    WEBHOOK_ALLOW: "http://127.0.0.1:*, https://erp.lan",
    FIGURES_INTERVAL_MS: "20000",
    METRICS_KEY: "sixteen-letters!",
  });
  expect(settings.sqlEndpoint).toBe("http://127.0.0.1:5000/sql");
  expect(settings.corsOrigins).toEqual(["https://a.example", "http://localhost:3000"]);
  expect(settings.inlineBudgetMs).toBe(0);
  expect(settings.webhookAllow).toEqual([
    { origin: "http://127.0.0.1", anyPort: true },
    { origin: "https://erp.lan", anyPort: false },
  ]);
  expect(settings.figuresIntervalMs).toBe(20_000);
  expect(settings.metricsKey).toBe("sixteen-letters!");
});

test("a setting that cannot be used is named, without its value", () => {
  expect(read({ DATABASE_URL: "mysql://u:secret@h/d" })).toThrow(
    /^DATABASE_URL must be(?!.*secret)/,
  );
  expect(read({ DATABASE_URL: "" })).toThrow("DATABASE_URL is missing");
  expect(read({ CORS_ORIGINS: "https://a.example/path" })).toThrow("CORS_ORIGINS must be");
  expect(read({ CORS_ORIGINS: "a.example" })).toThrow("CORS_ORIGINS must be");
  expect(read({ INLINE_BUDGET_MS: "1s" })).toThrow("INLINE_BUDGET_MS must be");
  expect(read({ SQL_ENDPOINT: "ftp://h" })).toThrow("SQL_ENDPOINT must be");
  for (const wrong of [
    "*",
    "127.0.0.1",
    "http://127.0.0.1/path",
    "ftp://127.0.0.1:*",
    "http://*:80",
  ]) {
    expect(read({ WEBHOOK_ALLOW: wrong }), wrong).toThrow("WEBHOOK_ALLOW must be");
  }
  expect(read({ FIGURES_INTERVAL_MS: "20001" })).toThrow("FIGURES_INTERVAL_MS must be");
  expect(read({ METRICS_KEY: "too short" })).toThrow("METRICS_KEY must be");
});
