import { fileURLToPath } from "node:url";
import { drizzle } from "drizzle-orm/node-postgres";
import { migrate as applyMigrations } from "drizzle-orm/node-postgres/migrator";
import pg from "pg";
import journal from "../drizzle/meta/_journal.json" with { type: "json" };

const migrationsFolder = fileURLToPath(new URL("../drizzle", import.meta.url));

/** Held while migrating, so that two at once run one after the other. */
const LOCK = 7_236_117_001;

/**
 * Brings a database to the newest schema over a direct connection. Safe to run twice, and by two at
 * once. `log` gets one line for each migration applied.
 */
export async function migrate(
  databaseUrl: string,
  log: (line: string) => void = () => {},
): Promise<{ applied: string[] }> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query("SELECT pg_advisory_lock($1)", [LOCK]);
    const last = await lastApplied(client);
    await applyMigrations(drizzle(client), { migrationsFolder });
    const applied = journal.entries.filter((entry) => entry.when > last).map((entry) => entry.tag);
    for (const name of applied) log(`Applied ${name}`);
    return { applied };
  } finally {
    await client.end();
  }
}

/** When the newest migration in the database was written, in epoch milliseconds; 0 for none. */
async function lastApplied(client: pg.Client): Promise<number> {
  const known = await client.query<{ name: string | null }>(
    "SELECT to_regclass('drizzle.__drizzle_migrations') AS name",
  );
  if (known.rows[0]?.name === null) return 0;
  const newest = await client.query<{ newest: string }>(
    "SELECT coalesce(max(created_at), 0) AS newest FROM drizzle.__drizzle_migrations",
  );
  return Number(newest.rows[0]?.newest);
}

if (import.meta.main) {
  const databaseUrl = process.env["DATABASE_URL"];
  if (databaseUrl === undefined) {
    console.error("Set DATABASE_URL to a direct (not pooled) connection of the database's owner.");
    process.exit(1);
  }
  try {
    const { applied } = await migrate(databaseUrl, console.log);
    console.log(applied.length === 0 ? "The database is up to date." : "The database is migrated.");
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    console.error(`Nothing was changed: ${cause instanceof Error ? cause.message : String(cause)}`);
    process.exit(1);
  }
}
