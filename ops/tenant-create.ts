import { createHash } from "node:crypto";
import { parseArgs } from "node:util";
import pg from "pg";
import { randomText } from "../src/domain/api-keys/random-text.ts";
import { requireDatabaseUrl } from "./database-url.ts";

/** What `createTenant` made; the keys are shown this once and kept nowhere. */
export interface CreatedTenant {
  created: boolean;
  key: string;
  testKey: string;
}

/**
 * Makes a tenant with its first API key, whose scope is admin, and the sibling `<tenant>-test` with a test
 * key. A tenant that exists already keeps its keys as they are (`created` is false and the keys given back are
 * not valid); a fixed `key` is added if it was never there, and one that was revoked stays so.
 */
export async function createTenant(
  databaseUrl: string,
  options: { tenant: string; name: string; key?: string },
): Promise<CreatedTenant> {
  const key = options.key ?? randomText("smk_live_");
  const testKey = randomText("smk_test_");
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query("BEGIN");
    const created = await addTenant(client, options.tenant, options.name, null);
    await addTenant(client, `${options.tenant}-test`, `${options.name} (test)`, options.tenant);
    await refuseForeignSibling(client, options.tenant);
    if (created || options.key !== undefined) await addKey(client, options.tenant, key);
    if (created) await addKey(client, `${options.tenant}-test`, testKey);
    await client.query("COMMIT");
    return { created, key, testKey };
  } finally {
    await client.end();
  }
}

async function addTenant(
  client: pg.Client,
  tenant: string,
  name: string,
  liveTenant: string | null,
): Promise<boolean> {
  // For a role that the policies of the tables hold.
  await client.query("SELECT enter_tenant($1)", [tenant]);
  const added = await client.query(
    `INSERT INTO tenants (tenant, name, live_tenant) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
    [tenant, name, liveTenant],
  );
  await client.query(`INSERT INTO settings (tenant) VALUES ($1) ON CONFLICT DO NOTHING`, [tenant]);
  return added.rowCount === 1;
}

/** A tenant of its own that happens to have the sibling's name must not get its keys. */
async function refuseForeignSibling(client: pg.Client, tenant: string): Promise<void> {
  const sibling = await client.query<{ live_tenant: string | null }>(
    `SELECT live_tenant FROM tenants WHERE tenant = $1`,
    [`${tenant}-test`],
  );
  if (sibling.rows[0]?.live_tenant !== tenant) {
    throw new Error(`${tenant}-test is a tenant of its own; choose another name than ${tenant}.`);
  }
}

async function addKey(client: pg.Client, tenant: string, key: string): Promise<void> {
  await client.query("SELECT enter_tenant($1)", [tenant]);
  await client.query(
    `WITH made AS (
       INSERT INTO api_keys (tenant, digest, name, prefix, hint, scopes)
       VALUES ($1, $2, 'first key', $3, $4, '{admin}')
       ON CONFLICT (digest) DO NOTHING
       RETURNING tenant, id
     )
     INSERT INTO api_key_uses (tenant, api_key) SELECT tenant, id FROM made ON CONFLICT DO NOTHING`,
    [tenant, createHash("sha256").update(key).digest(), key.slice(0, -28), key.slice(-4)],
  );
}

const usage = `Use: DATABASE_URL=<direct connection> npm run tenant:create -- <tenant> [--name <company>]
where <tenant> is 2 to 35 of a-z, 0-9 and -, starts with a letter and does not end in -test.`;

/** The arguments of the command, or undefined when they cannot be used. */
function commandArguments(): { tenant: string; name: string } | undefined {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { name: { type: "string" } },
    });
    const [tenant, ...more] = positionals;
    if (tenant === undefined || more.length > 0) return undefined;
    if (!/^[a-z][a-z0-9-]{1,34}$/.test(tenant) || tenant.endsWith("-test")) return undefined;
    return { tenant, name: values.name ?? tenant };
  } catch {
    return undefined;
  }
}

if (import.meta.main) {
  const given = commandArguments();
  if (given === undefined) {
    console.error(usage);
    process.exit(1);
  }
  const { tenant } = given;
  const databaseUrl = requireDatabaseUrl();
  try {
    const made = await createTenant(databaseUrl, given);
    if (!made.created) throw new Error(`The tenant ${tenant} exists already.`);
    console.log(`Tenant ${tenant} is ready. These keys are shown once and kept nowhere:`);
    console.log(`  live  ${made.key}`);
    console.log(`  test  ${made.testKey}`);
  } catch (error) {
    console.error(`Nothing was changed: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  }
}
