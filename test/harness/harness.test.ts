import { env } from "cloudflare:workers";
import { afterAll, beforeAll, expect, test } from "vitest";

import { createTestDatabase, mainDatabase, SqlError } from "./database.ts";
import type { TestDatabase } from "./database.ts";
import { createService } from "./service.ts";

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(() => database.drop());

/** As the Worker asks: through the gateway, as its role. */
function throughGateway(query: string): Promise<Response> {
  return fetch(database.endpoint, {
    method: "POST",
    headers: { "Neon-Connection-String": database.databaseUrl },
    body: JSON.stringify({ query, params: [] }),
  });
}

test("a database is migrated, and apart from every other", async () => {
  const other = await createTestDatabase();
  await database.query("create table mine ()");
  await expect(other.query("select from mine")).rejects.toThrow('"mine" does not exist');
  expect(await other.query("select tenant from tenants")).toEqual([]);
  await other.drop();
  await expect(other.query("select 1")).rejects.toThrow("does not exist");
});

test("an empty one has no tables", async () => {
  const empty = await createTestDatabase({ empty: true });
  await expect(empty.query("select from tenants")).rejects.toThrow('"tenants" does not exist');
  await empty.drop();
});

test("values keep what JSON numbers would lose", async () => {
  const rows = await database.query(
    "select $1::bigint as n, 0.10::numeric as q, 7 as i, '\\x01ff'::bytea as b",
    ["9223372036854775807"],
  );
  expect(rows).toEqual([{ n: "9223372036854775807", q: "0.10", i: 7, b: "\\x01ff" }]);
});

test("an error has the fields of Postgres", async () => {
  const refused = database.query("select 1 / 0");
  await expect(refused).rejects.toBeInstanceOf(SqlError);
  await expect(refused).rejects.toMatchObject({ code: "22012", message: "division by zero" });
});

test("a session keeps its transaction open, and closing it rolls back", async () => {
  await database.query("create table held (n integer)");
  const session = database.session();
  await session.query("begin");
  await session.query("insert into held values (1)");
  expect(await session.query("select n from held")).toEqual([{ n: 1 }]);
  expect(await database.query("select n from held")).toEqual([]);
  await session.close();
  expect(await database.query("select n from held")).toEqual([]);
});

test("requests are counted and faults happen for this database only", async () => {
  const before = await database.requests();
  await (await throughGateway("select 1")).text();
  expect(await database.requests()).toBe(before + 1);
  await database.fault({ kind: "fail", sqlstate: "53300", message: "no room", times: 1 });
  const failed = await throughGateway("select 1");
  expect(await failed.json()).toMatchObject({ code: "53300", message: "no room" });
  const fine = await throughGateway("select current_user as role");
  expect(await fine.json()).toMatchObject({ rows: [{ role: "serialmint_worker" }] });
});

test("a tenant has a key of its own and one for its sibling", async () => {
  const tenant = await database.createTenant({ tenant: "acme" });
  expect(tenant.key).toMatch(/^smk_live_[0-9A-Za-z]{28}$/);
  expect(tenant.testKey).toMatch(/^smk_test_[0-9A-Za-z]{28}$/);
  expect(await database.query("select tenant from tenants order by tenant")).toEqual([
    { tenant: "acme" },
    { tenant: "acme-test" },
  ]);
});

test("the shared database is the one that the Worker is bound to", () => {
  expect(env.DATABASE_URL).toBe(mainDatabase().databaseUrl);
});

test("a service answers for its own tenant, and counts its requests apart", async () => {
  const service = await createService();
  const put = await service.call("PUT", "/v1/sequences/mine", { body: { pattern: "A-{000}" } });
  expect(put.status).toBe(201);
  const stranger = await service.createTenant();
  const seen = await service.call("GET", "/v1/sequences/mine", { key: stranger.key });
  expect(seen.status).toBe(404);
  expect((await service.call("GET", "/v1/sequences", { key: null })).status).toBe(401);
  expect(await service.database.requests()).toBeGreaterThan(0);
  await service.close();
});

test("a service on the shared database reaches the Durable Objects' one", async () => {
  const service = await createService({ main: true });
  expect(service.database.name).toBe(mainDatabase().name);
  expect((await service.call("GET", "/v1/sequences")).json.data).toEqual([]);
  await service.close();
  expect(await mainDatabase().query("select 1 as n")).toEqual([{ n: 1 }]);
});
