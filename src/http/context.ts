import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Database, Idempotency } from "../db/client.ts";
import type { Definitions } from "../domain/definitions/definitions.ts";
import type { QuotaUse } from "../domain/quotas/quota.ts";
import type { Bindings, Settings } from "../env.ts";
import { settingsOf } from "../env.ts";
import type { RouteEntry } from "./route-table.ts";

/** What the database client counts for one request; the client adds to it. */
export interface DatabaseTimings {
  /** Requests sent to the database. */
  requests: number;
  /** Time spent waiting for them, in milliseconds. */
  milliseconds: number;
}

/** Opens the database for one request; must not wait for anything. */
export type OpenDatabase = (settings: Settings, timings: DatabaseTimings) => Database;

/** What the middleware leaves on the context. */
export interface Variables {
  requestId: string;
  route: RouteEntry;
  timings: DatabaseTimings;
  openDatabase: OpenDatabase;
  database: Database | undefined;
  definitions: Definitions;
  keyDigest: string | undefined;
  quotaUse: QuotaUse | undefined;
  idempotencyKey: string | undefined;
  idempotency: Idempotency | undefined;
  body: unknown;
  /** Rows of a list that the answer has. */
  rows: number | undefined;
}

/** The environment of the app, for `OpenAPIHono<AppEnv>` and `Context<AppEnv>`. */
export interface AppEnv {
  Bindings: Bindings;
  Variables: Variables;
}

/** The app that routes are registered on. */
export type App = OpenAPIHono<AppEnv>;

/** Opens the request's database at the first use; later calls give the same one. */
export function databaseOf(c: Context<AppEnv>): Database {
  const open = c.get("database");
  if (open !== undefined) return open;
  const database = c.get("openDatabase")(settingsOf(c.env), c.get("timings"));
  c.set("database", database);
  return database;
}

/** SHA-256 of the caller's API key, 64 lower-case hex digits. Only under /v1. */
export function keyDigestOf(c: Context<AppEnv>): string {
  const digest = c.get("keyDigest");
  if (digest === undefined) throw new Error("No API key was read: the route is not under /v1.");
  return digest;
}

/** Key and fingerprint of a POST. Only on POST under /v1. */
export function idempotencyOf(c: Context<AppEnv>): Idempotency {
  const idempotency = c.get("idempotency");
  if (idempotency === undefined) throw new Error("No Idempotency-Key was read: not a POST.");
  return idempotency;
}
