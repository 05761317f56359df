import pg from "pg";

import { migrate } from "../ops/migrate.ts";
import { roleSettings } from "../src/db/time-limits.ts";

/** The role that the Worker connects as: it can do what the migrations grant to `serialmint_app`. */
export const workerRole = "serialmint_worker";

/** The address of the same database for the Worker. The local server asks for no password. */
export function workerUrl(directUrl: string): string {
  const url = new URL(directUrl);
  url.username = workerRole;
  url.password = "local";
  return url.href;
}

/** Statements that give the Worker's role its time-outs, where it has others: two at once would collide. */
const limitStatements = Object.entries(roleSettings).map(
  ([name, value]) => `do $$ begin
      if not exists (select from pg_roles where rolname = '${workerRole}'
                     and '${name}=${value}' = any (rolconfig)) then
        alter role ${workerRole} set ${name} = '${value}';
      end if;
    end $$`,
);

/** Runs statements one by one as the superuser. */
export async function runDirectly(url: string, statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Creates the database if the server does not have it yet. `name` is a plain identifier. */
export async function createDatabase(maintenanceUrl: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: maintenanceUrl });
  await client.connect();
  try {
    const found = await client.query("select from pg_database where datname = $1", [name]);
    if (found.rowCount === 0) await client.query(`create database ${pg.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
}

/**
 * Brings a database up to date: its migrations, then the Worker's login role with its time-outs
 * (a role belongs to the server, so that it may be there already). Answers the names of the migrations applied.
 */
export async function prepareDatabase(directUrl: string): Promise<string[]> {
  const { applied } = await migrate(directUrl);
  await runDirectly(directUrl, [
    `do $$ begin
      if not exists (select from pg_roles where rolname = '${workerRole}') then
        create role ${workerRole} login;
      end if;
    end $$`,
    `grant serialmint_app to ${workerRole}`,
    ...limitStatements,
  ]);
  return applied;
}
