import { fileURLToPath } from "node:url";
import { readMigrationFiles } from "drizzle-orm/migrator";
import { drizzle } from "drizzle-orm/node-postgres";
import { migrate as applyMigrations } from "drizzle-orm/node-postgres/migrator";
import pg from "pg";
import journal from "../drizzle/meta/_journal.json" with { type: "json" };
import { requireDatabaseUrl } from "./database-url.ts";

const migrationsFolder = fileURLToPath(new URL("../drizzle", import.meta.url));

/** Held while migrating, so that two at once run one after the other. */
const LOCK = 7_236_117_001;

/**
 * Brings a database to the newest schema over a direct connection. Safe to run twice, and by two at
 * once. `log` gets one line for each migration applied. Rejects when a migration that the database has
 * is not the one of that name here, as before a release one may have been rewritten.
 */
export async function migrate(
  databaseUrl: string,
  log: (line: string) => void = () => {},
): Promise<{ applied: string[] }> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query("SELECT pg_advisory_lock($1)", [LOCK]);
    const applied = await appliedMigrations(client);
    refuseRewritten(applied);
    const last = Math.max(0, ...applied.keys());
    await applyMigrations(drizzle(client), { migrationsFolder });
    const added = journal.entries.filter((entry) => entry.when > last).map((entry) => entry.tag);
    for (const name of added) log(`Applied ${name}`);
    return { applied: added };
  } finally {
    await client.end();
  }
}

/** The hashes of the migrations in the database, by when they were written, in epoch milliseconds. */
async function appliedMigrations(client: pg.Client): Promise<Map<number, string>> {
  const known = await client.query<{ name: string | null }>(
    "SELECT to_regclass('drizzle.__drizzle_migrations') AS name",
  );
  if (known.rows[0]?.name === null) return new Map();
  const { rows } = await client.query<{ written: string; hash: string }>(
    "SELECT created_at AS written, hash FROM drizzle.__drizzle_migrations",
  );
  return new Map(rows.map(({ written, hash }) => [Number(written), hash]));
}

function refuseRewritten(applied: ReadonlyMap<number, string>): void {
  const files = readMigrationFiles({ migrationsFolder });
  const rewritten = files.find(({ folderMillis, hash }) => {
    const known = applied.get(folderMillis);
    return known !== undefined && known !== hash;
  });
  if (rewritten === undefined) return;
  const name = journal.entries.find(({ when }) => when === rewritten.folderMillis)?.tag;
  throw new Error(
    `the database has an earlier form of the migration ${name}, from before it was released. ` +
      "Start with a new database (on one machine: npm run reset).",
  );
}

if (import.meta.main) {
  const databaseUrl = requireDatabaseUrl();
  try {
    const { applied } = await migrate(databaseUrl, console.log);
    console.log(applied.length === 0 ? "The database is up to date." : "The database is migrated.");
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    console.error(`Nothing was changed: ${cause instanceof Error ? cause.message : String(cause)}`);
    process.exit(1);
  }
}
