import { createHash, randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import pg from "pg";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** What `createTenant` made; the keys are shown this once and kept nowhere. */
export interface CreatedTenant {
  created: boolean;
  key: string;
  testKey: string;
}

/**
 * Makes a tenant with its first API key, and the sibling `<tenant>-test` with a test key. A tenant that
 * exists already keeps its keys (`created` is false and the keys given back are not valid), except a
 * fixed `key`, which is made valid again.
 */
export async function createTenant(
  databaseUrl: string,
  options: { tenant: string; name: string; key?: string },
): Promise<CreatedTenant> {
  const key = options.key ?? newKey("live");
  const testKey = newKey("test");
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query("BEGIN");
    const created = await addTenant(client, options.tenant, options.name, null);
    await addTenant(client, `${options.tenant}-test`, `${options.name} (test)`, options.tenant);
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
  const added = await client.query(
    `INSERT INTO tenants (tenant, name, live_tenant) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
    [tenant, name, liveTenant],
  );
  await client.query(`INSERT INTO settings (tenant) VALUES ($1) ON CONFLICT DO NOTHING`, [tenant]);
  return added.rowCount === 1;
}

async function addKey(client: pg.Client, tenant: string, key: string): Promise<void> {
  await client.query(
    `INSERT INTO api_keys (tenant, digest, name, hint) VALUES ($1, $2, 'first key', $3)
     ON CONFLICT (digest) DO UPDATE SET revoked_at = NULL`,
    [tenant, createHash("sha256").update(key).digest(), key.slice(-4)],
  );
}

function newKey(kind: "live" | "test"): string {
  const secret = Array.from({ length: 28 }, () => ALPHABET.charAt(randomInt(ALPHABET.length)));
  return `smk_${kind}_${secret.join("")}`;
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { name: { type: "string" } },
  });
  const databaseUrl = process.env["DATABASE_URL"];
  const tenant = positionals[0];
  if (databaseUrl === undefined || tenant === undefined || !/^[a-z][a-z0-9-]{1,34}$/.test(tenant)) {
    console.error(
      "Use: DATABASE_URL=<direct connection> npm run tenant:create -- <tenant> [--name <company>]\n" +
        "where <tenant> is 2 to 35 of a-z, 0-9 and -, starting with a letter.",
    );
    process.exit(1);
  }
  const made = await createTenant(databaseUrl, { tenant, name: values.name ?? tenant });
  if (!made.created) {
    console.error(`The tenant ${tenant} exists already; nothing was changed.`);
    process.exit(1);
  }
  console.log(`Tenant ${tenant} is ready. These keys are shown once and kept nowhere:`);
  console.log(`  live  ${made.key}`);
  console.log(`  test  ${made.testKey}`);
}
