import type { SQL } from "drizzle-orm";
import { PgDialect } from "drizzle-orm/pg-core";
import { expect, test } from "vitest";

import { openDatabase } from "../../src/db/client.ts";
import { createDefinitions } from "../../src/domain/definitions/definitions.ts";
import { listLedger } from "../../src/domain/sequences/ledger.ts";
import { sha256 } from "../../src/domain/sha256.ts";
import type { Service } from "../harness/service.ts";
import { putSequence, reserve, serviceForTest } from "./service.ts";

// What changes or moves a counter reads no more of the ledger for its being long, and so does a page of it.

const draws = 5000;

/** A sequence that has given so many numbers, each for itself. */
async function longLedger(): Promise<Service> {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{0000}" });
  await reserve(service, "s", 1);
  await service.database.query(
    `insert into ledger (tenant, series, first, last, step, form, kind, origin)
     select tenant, series, number, number, step, form, kind, origin
     from ledger, generate_series(2, ${draws}) as number`,
  );
  await service.database.query(`update series set next = ${draws + 1}`);
  await service.database.query("analyze ledger");
  return service;
}

/** How many entries of the ledger and of its indexes a statement reads. */
async function entriesRead(
  { database }: Service,
  statement: string,
  params: readonly unknown[],
): Promise<number> {
  const session = database.session();
  await session.query("begin");
  await session.query(statement, params);
  const [row] = await session.query<{ read: number }>(
    `select sum(pg_stat_get_xact_tuples_returned(relation))::int as read
     from (select 'ledger'::regclass
           union all
           select indexrelid from pg_index where indrelid = 'ledger'::regclass) as of_ledger (relation)`,
  );
  await session.query("rollback");
  await session.close();
  return row?.read ?? Infinity;
}

test("which numbers were given under a pattern is told by the ends of its series", async () => {
  const service = await longLedger();
  const given = "select g.* from sequences as q, given_under(q) as g where q.tenant = $1";
  expect(await service.database.query(given, [service.tenant])).toEqual([
    { first: "1", last: String(draws) },
  ]);
  expect(await entriesRead(service, given, [service.tenant])).toBeLessThan(100);
});

test("setting back looks at the end of the ledger", async () => {
  const service = await longLedger();
  await service.call("POST", "/v1/sequences/s/advance", { body: { to: draws + 100, reason: "r" } });
  const rewind = `
    select rewind_v1(row(sha256(convert_to($2, 'UTF8')), '{admin}', null, null, null, null, null)::caller,
                     $1, 'key', '\\x00', 's', '', definition, ${draws + 50}, 'too far')
    from sequences where tenant = $1`;
  expect(await entriesRead(service, rewind, [service.tenant, service.key])).toBeLessThan(100);
});

test("fencing looks at the end of the ledger of a promoted series", async () => {
  const service = await longLedger();
  await service.database.query("update series set next = 1");
  await service.database.query("select promote_series(series) from series");
  await service.database.query(`select setval(promoted_to, ${draws}) from series`);
  await service.database.query("alter sequence counters.series_1 owner to serialmint_rules");
  const fence = `
    select fence_v1(row(sha256(convert_to($2, 'UTF8')), '{admin}', null, null, null, null, null)::caller,
                    $1, 'key', '\\x00', 's', null, definition, 10, 1, 'restored')
    from sequences where tenant = $1`;
  expect(await entriesRead(service, fence, [service.tenant, service.key])).toBeLessThan(100);
});

test("a page of the ledger is all that is read of it, wherever it begins", async () => {
  const service = await longLedger();
  await service.database.query(
    `insert into ledger (tenant, series, first, last, step, form, kind, origin, reason)
     select tenant, series, first, last, step, form, 'void', origin, 'torn' from ledger where first % 2 = 0`,
  );
  const statements: SQL[] = [];
  const { databaseUrl, endpoint } = service.database;
  const timings = { requests: 0, milliseconds: 0 };
  const database = openDatabase({ databaseUrl, sqlEndpoint: endpoint, timings });
  const ledger = await listLedger(
    {
      db: {
        ...database,
        readRowsFor: (caller, statement) => {
          statements.push(statement);
          return database.readRowsFor(caller, statement);
        },
      },
      caller: {
        tenant: service.tenant,
        digest: await sha256(service.key),
        scopes: ["sequences:write"],
        touches: { sequences: null, products: null },
        address: null,
        requestId: "ledger",
      },
      quota: { count_per_request: null, numbers_per_day: null, requests_per_minute: null },
      noteNumbers: () => undefined,
      definitions: createDefinitions(),
      now: Date.now,
      arm: () => Promise.resolve(),
      wake: () => Promise.resolve(),
      allowedReceivers: [],
      inlineBudgetMs: 0,
    },
    "s",
    {},
  );
  const page = (after: string | null) =>
    ledger.page({ after, skip: 0, limit: 100, format: "json", raw: false });
  const { text, next } = await page(null);
  expect(JSON.parse(`[${text}]`).slice(-2)).toMatchObject([
    { kind: "void", first: "66", reservation: "s:66" },
    { kind: "reserved", first: "67", reservation: "s:67" },
  ]);
  await page(next?.replace(" 67 ", " 4001 ") ?? null);
  for (const statement of statements) {
    const { sql, params } = new PgDialect({ casing: "snake_case" }).sqlToQuery(statement);
    // A reservation is looked up for each void.
    expect(await entriesRead(service, sql, params)).toBeLessThan(500);
  }
});
