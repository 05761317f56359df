import { parseArgs } from "node:util";
import pg from "pg";
import { requireDatabaseUrl } from "./database-url.ts";

/** A sequence whose counters were moved. */
export interface Fenced {
  readonly tenant: string;
  readonly sequence: string;
  readonly mode: "standard" | "gapless";
  /** How many of its series were moved. */
  readonly moved: number;
}

/**
 * Moves every counter of every tenant, or of one, on by `by` numbers, after an older copy of the database was
 * restored. One transaction a tenant: when it breaks off, run it again for the tenants that are missing.
 * `done` gets each tenant when it is.
 */
export async function fence(
  databaseUrl: string,
  options: { by: bigint; reason: string; tenant?: string | undefined },
  done: (tenant: string, fenced: readonly Fenced[]) => void = () => {},
): Promise<Fenced[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const tenants = options.tenant === undefined ? await tenantsOf(client) : [options.tenant];
    const all: Fenced[] = [];
    for (const tenant of tenants) {
      const { rows } = await client.query<Fenced>(
        `SELECT $1 AS tenant, sequence, mode, moved FROM fence_tenant($1::text, $2::bigint, $3::text)`,
        [tenant, options.by.toString(), options.reason],
      );
      all.push(...rows);
      done(tenant, rows);
    }
    return all;
  } finally {
    await client.end();
  }
}

async function tenantsOf(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ tenant: string }>("SELECT tenant FROM tenants_known()");
  return rows.map(({ tenant }) => tenant);
}

const usage = `Use: DATABASE_URL=<direct connection> npm run fence -- --by <numbers> --reason <text> [--tenant <tenant>]
where <numbers> is 1 to 999999999999: more than any counter can have given in what was lost.`;

/** The arguments of the command, or undefined when they cannot be used. */
function commandArguments():
  | { by: bigint; reason: string; tenant: string | undefined }
  | undefined {
  try {
    const { values } = parseArgs({
      options: {
        by: { type: "string" },
        reason: { type: "string" },
        tenant: { type: "string" },
      },
    });
    const { by = "", reason = "", tenant } = values;
    if (!/^[1-9][0-9]{0,11}$/.test(by) || reason.trim() === "") return undefined;
    return { by: BigInt(by), reason, tenant };
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
  try {
    await fence(requireDatabaseUrl(), given, (tenant, fenced) => {
      const series = fenced.reduce((sum, { moved }) => sum + moved, 0);
      console.log(`${tenant}: ${fenced.length} sequences, ${series} counters moved by ${given.by}`);
      for (const { sequence, mode } of fenced) {
        if (mode === "gapless")
          console.log(`  ${sequence} is gapless and has a hole now, which its ledger explains`);
      }
    });
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(1);
  }
}
