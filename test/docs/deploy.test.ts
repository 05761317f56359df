import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { startPostgres } from "../../dev/postgres.ts";
import type { LocalPostgres } from "../../dev/postgres.ts";
import { projectRoot } from "../../dev/wrangler.ts";
import { migrate } from "../../ops/migrate.ts";
import { createTenant } from "../../ops/tenant-create.ts";
import { roleSettings } from "../../src/db/time-limits.ts";
import { createScratchFolder, removeScratchFolder } from "../harness/node/scratch-folder.ts";
import { fencesOf } from "./page.ts";

const page = await readFile(path.join(projectRoot, "docs/operating/deploy.md"), "utf8");
const statements = fencesOf(page).filter(({ language }) => language === "sql");

/** The key that the page's command prints, and the digest under it. */
function printedKey(): { key: string; digest: string } {
  const command = fencesOf(page).find(({ text }) => text.startsWith("node -e "))?.text ?? "";
  const printed = execFileSync("sh", ["-c", command], { encoding: "utf8" });
  const [key = "", digest = ""] = printed.split("\n");
  return { key, digest };
}
const lost = printedKey();

/** Runs a text of one or more statements; answers the rows of the last one. */
async function run(connection: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: connection });
  await client.connect();
  try {
    // Several statements in one text give an array of results, which the types do not say.
    const results: unknown = await client.query(text);
    const last = (Array.isArray(results) ? results.at(-1) : results) as pg.QueryResult<object>;
    return last.rows;
  } finally {
    await client.end();
  }
}

/** As on Neon the owner of the database is no superuser, and may make roles. */
describe("the steps of docs/operating/deploy.md on a server of somebody else", () => {
  let folder: string;
  let postgres: LocalPostgres;

  const url = (role: string): string => {
    const address = new URL(postgres.url("serialmint"));
    address.username = role;
    return address.href;
  };

  beforeAll(async () => {
    folder = await createScratchFolder("deploy");
    postgres = await startPostgres({
      dataDir: `${folder}/postgres`,
      settings: { fsync: "off", synchronous_commit: "off", full_page_writes: "off" },
    });
    await run(postgres.url("postgres"), "CREATE ROLE neondb_owner LOGIN CREATEROLE");
    await run(postgres.url("postgres"), "CREATE DATABASE serialmint OWNER neondb_owner");
    await migrate(url("neondb_owner"));
    await createTenant(url("neondb_owner"), { tenant: "acme", name: "Acme Ltd" });
    for (const { text } of statements) {
      const filledIn = text.replace("THE_DIGEST", lost.digest).replace("LAST", lost.key.slice(-4));
      // Only who has BYPASSRLS may give it, which this owner has not.
      await run(url(text.includes("BYPASSRLS") ? "postgres" : "neondb_owner"), filledIn);
    }
  });
  afterAll(async () => {
    await postgres.stop();
    await removeScratchFolder(folder);
  });

  test("leave a second admin key beside the first, whose text no statement has", async () => {
    expect(lost.key).toMatch(/^smk_live_[0-9A-Za-z]{28}$/);
    expect(page).not.toContain("sha256('");
    const keys = await run(
      url("serialmint_worker"),
      "SELECT enter_tenant('acme'); SELECT name, hint, scopes::text AS scopes FROM api_keys WHERE tenant = 'acme' ORDER BY id",
    );
    expect(keys).toEqual([
      { name: "first key", hint: expect.stringMatching(/^\w{4}$/), scopes: "{admin}" },
      { name: "second admin", hint: lost.key.slice(-4), scopes: "{admin}" },
    ]);
  });

  test("leave a role whose statements end by themselves", async () => {
    const [role] = await run(
      url("neondb_owner"),
      "SELECT rolconfig FROM pg_roles WHERE rolname = 'serialmint_worker'",
    );
    const settings = Object.entries(roleSettings).map(([name, value]) => `${name}=${value}`);
    expect(role).toEqual({ rolconfig: settings });
  });

  test("leave an owner who sees a tenant that was entered, and no other", async () => {
    const tenants = "SELECT tenant FROM tenants UNION SELECT tenant FROM api_keys";
    expect(await run(url("neondb_owner"), tenants)).toEqual([]);
    // What fences after a restore asks the function that is for it.
    expect(await run(url("neondb_owner"), "SELECT tenant FROM tenants_known()")).toHaveLength(2);
    expect(await run(url("neondb_owner"), `SELECT enter_tenant('acme'); ${tenants}`)).toEqual([
      { tenant: "acme" },
    ]);
  });

  test("are refused to another owner on the server, who is told what to do", async () => {
    await run(postgres.url("postgres"), "CREATE ROLE other_owner LOGIN CREATEROLE");
    await run(postgres.url("postgres"), "CREATE DATABASE other OWNER other_owner");
    const other = url("other_owner").replace(/serialmint$/, "other");
    const [, grant = "none"] =
      /`(GRANT serialmint_app, [^`]+ TO other_owner WITH ADMIN OPTION)`/.exec(page) ?? [];
    const refused: unknown = await migrate(other).catch((error: unknown) => error);
    expect(refused).toMatchObject({ cause: { message: expect.stringContaining(grant) } });
    await run(postgres.url("postgres"), grant);
    const { applied } = await migrate(other);
    expect(applied.length).toBeGreaterThan(0);
    await createTenant(other, { tenant: "acme", name: "Acme Ltd" });
  });

  test("leave a role that dumps all tenants, which the owner cannot, and writes nothing", async () => {
    // As pg_dump reads, of every table and every counter.
    const relations = await run(
      url("serialmint_dumps"),
      `SELECT c.oid::regclass::text AS name FROM pg_class c
       WHERE c.relnamespace::regnamespace::text IN ('public', 'counters', 'drizzle') AND c.relkind IN ('r', 'S')`,
    );
    expect(relations.length).toBeGreaterThan(30);
    const selects = (relations as { name: string }[]).map(({ name }) => `SELECT * FROM ${name};`);
    const dump = ["SET row_security = off;", ...selects].join("\n");
    const keys = "SELECT DISTINCT tenant FROM api_keys ORDER BY tenant";
    expect(await run(url("serialmint_dumps"), dump + keys)).toEqual([
      { tenant: "acme" },
      { tenant: "acme-test" },
    ]);
    await expect(run(url("neondb_owner"), dump)).rejects.toThrow(/row-level security policy/);
    await expect(run(url("serialmint_dumps"), "DELETE FROM lots")).rejects.toThrow(
      /permission denied/,
    );
  });

  test("leave a role that calls what it may and writes no table", async () => {
    const call = `SELECT caller_v1(
                    ROW(sha256('${lost.key}'), '{admin}', NULL, NULL, NULL, NULL, NULL)::caller,
                    'acme') AS key`;
    expect(await run(url("serialmint_worker"), call)).toEqual([{ key: expect.any(Number) }]);
    for (const forbidden of [
      "DELETE FROM api_keys",
      "INSERT INTO tenants (tenant, name) VALUES ('evil', 'evil')",
      "SELECT form_v1('acme', 1, 'p', 1, '')",
      "SELECT last_value FROM counters.series_1",
    ]) {
      await expect(run(url("serialmint_worker"), forbidden), forbidden).rejects.toThrow(
        /permission denied/,
      );
    }
  });
});
