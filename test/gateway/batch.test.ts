import { drizzle } from "drizzle-orm/neon-http";
import { eq, sql as text } from "drizzle-orm";
import { bigint, pgTable, text as textColumn, timestamp } from "drizzle-orm/pg-core";
import { neon } from "@neondatabase/serverless";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { rejection, startStack } from "./stack.ts";
import type { Stack } from "./stack.ts";

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
  await stack.sql`create table items (sku text primary key, quantity bigint not null, made_at timestamptz)`;
});
afterAll(() => stack.stop());

function post(level: string): Promise<Response> {
  return fetch(stack.gateway.endpoint, {
    method: "POST",
    headers: { "Neon-Connection-String": stack.url, "Neon-Batch-Isolation-Level": level },
    body: JSON.stringify({ queries: [{ query: "select 1" }] }),
  });
}
beforeEach(() => stack.sql`truncate items`.then(() => undefined));

test("a batch is one request and one transaction", async () => {
  const before = stack.gateway.counts("postgres");
  const results = await stack.sql.transaction([
    stack.sql`insert into items values ('a', 1)`,
    stack.sql`select pg_current_xact_id()::text as id`,
    stack.sql`select pg_current_xact_id()::text as id`,
    stack.sql`select sku from items`,
  ]);
  expect(stack.gateway.counts("postgres")).toBe(before + 1);
  expect(results[1]).toEqual(results[2]);
  expect(results[0]).toEqual([]);
  expect(results[3]).toEqual([{ sku: "a" }]);
});

test.each([
  ["ReadUncommitted", "read uncommitted"],
  ["ReadCommitted", "read committed"],
  ["RepeatableRead", "repeatable read"],
  ["Serializable", "serializable"],
] as const)("a batch runs at isolation level %s", async (isolationLevel, shown) => {
  const results = await stack.sql.transaction(
    [stack.sql`select current_setting('transaction_isolation') as level`],
    { isolationLevel },
  );
  expect(results).toEqual([[{ level: shown }]]);
});

test("read only and deferrable reach the transaction, and refuse a write", async () => {
  const shown = await stack.sql.transaction(
    [
      stack.sql`select current_setting('transaction_read_only') as ro,
        current_setting('transaction_deferrable') as df`,
    ],
    { isolationLevel: "Serializable", readOnly: true, deferrable: true },
  );
  expect(shown).toEqual([[{ ro: "on", df: "on" }]]);
  const write = stack.sql.transaction([stack.sql`insert into items values ('a', 1)`], {
    readOnly: true,
  });
  expect(await rejection(write)).toMatchObject({ code: "25006" });
});

test("an unknown isolation level is refused, and the answer names the one used", async () => {
  expect((await post("serializable")).status).toBe(400);
  const good = await post("Serializable");
  expect(good.headers.get("neon-batch-isolation-level")).toBe("Serializable");
});

test("a batch that fails in its middle leaves nothing, and its locks are gone", async () => {
  const batch = stack.sql.transaction([
    stack.sql`insert into items values ('a', 1)`,
    stack.sql`insert into items values ('a', 2)`,
    stack.sql`insert into items values ('b', 3)`,
  ]);
  expect(await rejection(batch)).toMatchObject({ code: "23505", constraint: "items_pkey" });
  expect(await stack.sql`select * from items`).toEqual([]);
  const { rows } = await stack.direct.query(
    "select from pg_locks where relation = 'items'::regclass and granted",
  );
  expect(rows).toEqual([]);
});

test("a later statement sees what an earlier one made, tables included", async () => {
  const results = await stack.sql.transaction([
    stack.sql`create table made (n int)`,
    stack.sql`insert into made select generate_series(1, 3)`,
    stack.sql`select sum(n)::int as total from made`,
  ]);
  expect(results[2]).toEqual([{ total: 6 }]);
});

test("an empty batch is answered with no results", async () => {
  expect(await stack.sql.transaction([])).toEqual([]);
});

test("a batch of 1,000 statements", async () => {
  const results = await stack.sql.transaction(
    Array.from({ length: 1000 }, (_, i) => stack.sql`select ${i}::int as i`),
  );
  expect(results.map(([row]) => row?.["i"])).toEqual(Array.from({ length: 1000 }, (_, i) => i));
});

test("a batch whose messages and rows both exceed the sockets' buffers does not stall", async () => {
  const big = "x".repeat(1_000_000);
  const results = await stack.sql.transaction(
    Array.from({ length: 12 }, () => stack.sql`select ${big}::text as t`),
  );
  expect(results.every(([row]) => row?.["t"] === big)).toBe(true);
});

test("Drizzle reads, writes, batches and gets errors over neon-http", async () => {
  const items = pgTable("items", {
    sku: textColumn("sku").primaryKey(),
    quantity: bigint("quantity", { mode: "bigint" }).notNull(),
    madeAt: timestamp("made_at", { withTimezone: true }),
  });
  const db = drizzle(neon(stack.url), { schema: { items } });
  const madeAt = new Date("2026-11-21T10:00:00.000Z");
  const inserted = await db
    .insert(items)
    .values([
      { sku: "a", quantity: 9223372036854775807n, madeAt },
      { sku: "b", quantity: 0n },
    ])
    .returning();
  expect(inserted).toEqual([
    { sku: "a", quantity: 9223372036854775807n, madeAt },
    { sku: "b", quantity: 0n, madeAt: null },
  ]);
  expect(await db.query.items.findFirst({ where: eq(items.sku, "b") })).toEqual({
    sku: "b",
    quantity: 0n,
    madeAt: null,
  });
  const raw = await db.execute(text`select count(*)::int as n from items`);
  expect(raw.rows).toEqual([{ n: 2 }]);
  expect(raw.rowCount).toBe(1);

  const [updated, left] = await db.batch([
    db.update(items).set({ quantity: 5n }).where(eq(items.sku, "b")).returning(),
    db.select({ sku: items.sku, quantity: items.quantity }).from(items).orderBy(items.sku),
  ]);
  expect(updated).toEqual([{ sku: "b", quantity: 5n, madeAt: null }]);
  expect(left).toEqual([
    { sku: "a", quantity: 9223372036854775807n },
    { sku: "b", quantity: 5n },
  ]);

  const error = await rejection(db.insert(items).values({ sku: "a", quantity: 1n }).execute());
  expect(error["cause"]).toMatchObject({ name: "NeonDbError", code: "23505" });
});
