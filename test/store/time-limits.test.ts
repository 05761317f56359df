import { sql } from "drizzle-orm";
import { expect, onTestFinished, test } from "vitest";

import { openDatabase } from "../../src/db/client.ts";
import type { Database } from "../../src/db/client.ts";
import { createTestDatabase } from "../harness/database.ts";
import type { TestDatabase } from "../harness/database.ts";

/** A database of its own, and the Worker's client of it as that role. */
async function opened(role: "worker" | "owner"): Promise<{ db: Database; database: TestDatabase }> {
  const database = await createTestDatabase();
  onTestFinished(() => database.drop());
  const db = openDatabase({
    databaseUrl: role === "worker" ? database.databaseUrl : database.directUrl,
    sqlEndpoint: database.endpoint,
    timings: { requests: 0, milliseconds: 0 },
  });
  return { db, database };
}

const settings = sql`SELECT current_setting('statement_timeout') AS statement,
                            current_setting('lock_timeout') AS "lock",
                            current_setting('idle_in_transaction_session_timeout') AS idle`;

test("every statement of the Worker has the time-outs of docs/operating/limits.md", async () => {
  const { db } = await opened("worker");
  const limits = { statement: "15s", lock: "10s", idle: "10s" };
  expect(await db.read(settings)).toEqual([limits]);
  expect(await db.write(settings)).toEqual([limits]);
  // One that may take longer does so by itself alone.
  expect(await db.write(settings, 120)).toEqual([{ ...limits, statement: "2min" }]);
  expect(await db.write(settings)).toEqual([limits]);
  expect(await db.ping()).toMatchObject({ endsStatements: true });
});

test("what takes too long is undone by the database, which then works on nothing", async () => {
  const { db, database } = await opened("owner");
  await database.query("create table written (n integer)");
  const slow = db.write(
    sql`WITH written AS (INSERT INTO written VALUES (1)) SELECT pg_sleep(30)::text`,
    1,
  );
  await expect(slow).rejects.toMatchObject({ code: "database_slow", retryAfter: 2 });
  expect(await database.query("select from written")).toEqual([]);
  const running = await database.query(
    `select from pg_stat_activity
     where datname = $1 and state <> 'idle' and query like '%pg_sleep(30)%' and pid <> pg_backend_pid()`,
    [database.name],
  );
  expect(running).toEqual([]);
});
