import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";

import { createDatabase } from "../../dev/database.ts";
import { startPostgres } from "../../dev/postgres.ts";
import type { LocalPostgres } from "../../dev/postgres.ts";
import journal from "../../drizzle/meta/_journal.json" with { type: "json" };
import { migrate } from "../../ops/migrate.ts";
import { createScratchFolder, removeScratchFolder } from "../harness/node/scratch-folder.ts";

const all = journal.entries.map((entry) => entry.tag);

let folder: string;
let postgres: LocalPostgres;

beforeAll(async () => {
  folder = await createScratchFolder("migrate");
  postgres = await startPostgres({ dataDir: `${folder}/postgres`, settings: { fsync: "off" } });
});

afterAll(async () => {
  await postgres.stop();
  await removeScratchFolder(folder);
});

async function emptyDatabase(name: string): Promise<string> {
  await createDatabase(postgres.url("postgres"), name);
  return postgres.url(name);
}

async function ask(url: string, query: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(query)).rows;
  } finally {
    await client.end();
  }
}

/** How many migrations the database remembers, and its tables. */
async function stateOf(url: string): Promise<unknown> {
  return ask(
    url,
    `select (select count(*)::int from drizzle.__drizzle_migrations) as migrations,
            (select count(*)::int from pg_tables where schemaname = 'public') as tables,
            (select count(*)::int from pg_proc where pronamespace = 'public'::regnamespace)
              as functions`,
  );
}

test("an empty database gets all of them, in order, and a second run changes nothing", async () => {
  const url = await emptyDatabase("once");
  const lines: string[] = [];
  const first = await migrate(url, (line) => lines.push(line));
  expect(first.applied).toEqual(all);
  expect(lines).toEqual(all.map((name) => `Applied ${name}`));
  const state = await stateOf(url);
  expect(state).toMatchObject([{ migrations: all.length }]);
  expect((await migrate(url)).applied).toEqual([]);
  expect(await stateOf(url)).toEqual(state);
});

test("of several at once one does the work and the others find it done", async () => {
  const url = await emptyDatabase("at_once");
  const runs = await Promise.all([migrate(url), migrate(url), migrate(url)]);
  expect(runs.map(({ applied }) => applied.length).toSorted((a, b) => a - b)).toEqual([
    0,
    0,
    all.length,
  ]);
  expect(await stateOf(url)).toMatchObject([{ migrations: all.length }]);
});

test("two databases of one server at once, which share the Worker's role", async () => {
  const [one, two] = [await emptyDatabase("side_one"), await emptyDatabase("side_two")];
  const runs = await Promise.all([migrate(one), migrate(two)]);
  expect(runs.map(({ applied }) => applied)).toEqual([all, all]);
});

test("a migration that fails leaves nothing behind, and the next run does it all", async () => {
  const url = await emptyDatabase("broken");
  // Takes the name of a type that a later migration makes.
  await ask(url, "create type lot_row as (mine int)");
  await expect(migrate(url)).rejects.toThrow(/lot_row|CREATE TYPE/);
  expect(await ask(url, "select to_regclass('public.tenants')::text as tenants")).toEqual([
    { tenants: null },
  ]);
  await ask(url, "drop type lot_row");
  expect((await migrate(url)).applied).toEqual(all);
});

test("a database that has an earlier form of a migration is refused and left alone", async () => {
  const url = await emptyDatabase("rewritten");
  await migrate(url);
  await ask(url, "update drizzle.__drizzle_migrations set hash = 'another' where id = 3");
  await expect(migrate(url)).rejects.toThrow(
    `the database has an earlier form of the migration ${all[2]}, from before it was released. ` +
      "Start with a new database (on one machine: npm run reset).",
  );
});
