import { parseArgs } from "node:util";
import pg from "pg";
import { requireDatabaseUrl } from "./database-url.ts";

/** A sequence whose counters were moved. */
export interface Fenced {
  readonly sequence: string;
  readonly mode: "standard" | "gapless";
  /** How many of its series were moved. */
  readonly moved: number;
}

/** How far to move what, and why. */
export interface FenceOptions {
  /** Numbers, for each series. */
  readonly by: bigint;
  /** Series that are not known and that begin within so many days from now begin further on as well. */
  readonly aheadDays: number;
  readonly reason: string;
  /** All tenants when left out. */
  readonly tenant?: string | undefined;
  /** The only sequences; all when left out. */
  readonly only?: readonly string[] | undefined;
  /** Sequences that are left alone. */
  readonly except?: readonly string[] | undefined;
  /** Of the only sequence: the one series to move, by its name. */
  readonly series?: string | undefined;
}

/** What came of a tenant: its sequences, or why not all of them were moved. */
export type FencedTenant =
  | { readonly tenant: string; readonly fenced: readonly Fenced[] }
  | { readonly tenant: string; readonly error: Error };

/**
 * Moves every counter of every tenant, or of one, on by `by` numbers, after an older copy of the database was
 * restored. It goes on in small transactions: when it breaks off, run it again. What fails for one tenant is no
 * reason not to do the others. `done` gets each tenant when it is. Rejects when there is no such tenant.
 */
export async function fence(
  databaseUrl: string,
  options: FenceOptions,
  done: (tenant: FencedTenant) => void = () => {},
): Promise<FencedTenant[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  client.on("error", () => {
    // What it was doing rejects.
  });
  await client.connect();
  try {
    const known = await tenantsOf(client);
    const tenants = options.tenant === undefined ? known : [options.tenant];
    const unknown = tenants.find((tenant) => !known.includes(tenant));
    if (unknown !== undefined) throw new Error(`There is no tenant ${unknown}.`);
    const all: FencedTenant[] = [];
    for (const tenant of tenants) {
      const one = await fenceTenant(client, tenant, options);
      all.push(one);
      done(one);
    }
    return all;
  } finally {
    await client.end();
  }
}

async function fenceTenant(
  client: pg.Client,
  tenant: string,
  options: FenceOptions,
): Promise<FencedTenant> {
  const { by, aheadDays, reason, only, except = [], series } = options;
  try {
    const [sequence] = only ?? [];
    if (series !== undefined && sequence !== undefined) {
      return { tenant, fenced: [await fenceOne(client, tenant, sequence, series, options)] };
    }
    const { rows } = await client.query<Pick<Fenced, "sequence" | "mode">>(
      `SELECT sequence, mode
       FROM begin_fence($1::text, $2::bigint, $3::integer, $4::text, $5::text[], $6::text[])`,
      [tenant, by.toString(), aheadDays, reason, only, except],
    );
    const fenced: Fenced[] = [];
    for (const { sequence, mode } of rows) {
      fenced.push({ sequence, mode, moved: await fenceSeries(client, tenant, sequence, options) });
    }
    return { tenant, fenced };
  } catch (error) {
    return { tenant, error: error instanceof Error ? error : new Error(String(error)) };
  }
}

async function fenceOne(
  client: pg.Client,
  tenant: string,
  sequence: string,
  series: string,
  { by, reason }: FenceOptions,
): Promise<Fenced> {
  const { rows } = await client.query<Pick<Fenced, "mode" | "moved">>(
    "SELECT mode, moved FROM fence_one($1::text, $2::text, $3::text, $4::bigint, $5::text)",
    [tenant, sequence, series, by.toString(), reason],
  );
  const [row] = rows;
  if (row === undefined) throw new Error("A function call gave no row.");
  return { sequence, ...row };
}

/** Moves the series of a sequence, one batch after another. Returns how many. */
async function fenceSeries(
  client: pg.Client,
  tenant: string,
  sequence: string,
  { by, reason }: FenceOptions,
): Promise<number> {
  let all = 0;
  for (let after: string | null = "0"; after !== null;) {
    const { rows }: pg.QueryResult<{ moved: number; through: string | null }> = await client.query(
      `SELECT moved, through
       FROM go_on_fencing($1::text, $2::text, $3::bigint, $4::bigint, $5::text)`,
      [tenant, sequence, after, by.toString(), reason],
    );
    all += rows[0]?.moved ?? 0;
    after = rows[0]?.through ?? null;
  }
  return all;
}

async function tenantsOf(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ tenant: string }>("SELECT tenant FROM tenants_known()");
  return rows.map(({ tenant }) => tenant);
}

const usage = `Use: DATABASE_URL=<direct connection> npm run fence -- --by <numbers> --reason <text> [--ahead-days <days>]
       [--tenant <tenant> [--sequence <key> ... [--series <name>]] [--except <key> ...]]
where <numbers> is 1 to 999999999999999999: more than any counter can have given in what was lost;
<days> is 0 to 36600, 366 when left out: how far ahead documents may have been dated;
and <text> is at most 200 characters.`;

/** The arguments of the command, or undefined when they cannot be used. */
function commandArguments(): FenceOptions | undefined {
  try {
    const { values } = parseArgs({
      options: {
        by: { type: "string" },
        reason: { type: "string" },
        "ahead-days": { type: "string", default: "366" },
        tenant: { type: "string" },
        sequence: { type: "string", multiple: true },
        except: { type: "string", multiple: true },
        series: { type: "string" },
      },
    });
    const { by = "", tenant, sequence: only, except, series, "ahead-days": days } = values;
    const reason = values.reason?.trim() ?? "";
    const aheadDays = Number(days);
    if (!/^[1-9][0-9]{0,17}$/.test(by) || reason === "" || reason.length > 200) return undefined;
    if (!Number.isInteger(aheadDays) || aheadDays < 0 || aheadDays > 36_600) return undefined;
    if (tenant === undefined && (only ?? except) !== undefined) return undefined;
    if (series !== undefined && only?.length !== 1) return undefined;
    return { by: BigInt(by), aheadDays, reason, tenant, only, except, series };
  } catch {
    return undefined;
  }
}

function say(one: FencedTenant, { by, aheadDays, series: named }: FenceOptions): void {
  if ("error" in one) {
    console.error(`${one.tenant}: not all is moved: ${one.error.message}`);
    process.exitCode = 1;
    return;
  }
  const { tenant, fenced } = one;
  const series = fenced.reduce((sum, { moved }) => sum + moved, 0);
  console.log(`${tenant}: ${fenced.length} sequences, ${series} counters moved by ${by};`);
  if (named === undefined) {
    console.log(`  what is begun in periods of the next ${aheadDays} days begins ${by} further on`);
  }
  for (const { sequence, mode } of fenced) {
    if (mode === "gapless")
      console.log(`  ${sequence} is gapless and has a hole now, which its ledger explains`);
  }
}

if (import.meta.main) {
  const given = commandArguments();
  if (given === undefined) {
    console.error(usage);
    process.exit(1);
  }
  try {
    await fence(requireDatabaseUrl(), given, (one) => say(one, given));
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(1);
  }
}
