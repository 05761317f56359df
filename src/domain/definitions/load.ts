import type { SQL } from "drizzle-orm";
import { sql } from "drizzle-orm";
import { textArray } from "../../db/client.ts";
import { Failure, failureOfRefusal } from "../../errors.ts";
import type { Call } from "../call.ts";
import type { Dialect } from "../patterns/dialects.ts";
import { parsePattern } from "../patterns/dialects.ts";
import type { Reset } from "../sequences/period.ts";
import { touching } from "../tenants/touches.ts";
import type { Definitions, SequenceDefinition, ServedProduct } from "./definitions.ts";

interface SequenceRow {
  readonly key: string;
  readonly definition: string;
  readonly dialect: Dialect;
  readonly pattern: string;
  readonly reset: Reset;
  readonly counter: string;
  readonly counter_definition: string;
  readonly time_zone: string;
  readonly fiscal_year_start: string;
  readonly ceiling: string;
}

interface ProductRow {
  readonly sku: string;
  readonly definition: string;
  readonly tracking: ServedProduct["tracking"];
  readonly sequence: string | null;
  readonly expiry: ServedProduct["expiry"];
  readonly shelf_life_days: number | null;
  readonly served_by: SequenceRow | null;
}

/** Where definitions are read and remembered: for a caller, or for the pump, which has none. */
export interface Scope {
  readonly tenant: string;
  readonly definitions: Definitions;
  readonly rows: <Row>(statement: SQL) => Promise<Row[]>;
}

function scopeOf({ db, caller, definitions }: Call): Scope {
  return {
    tenant: caller.tenant,
    definitions,
    rows: (statement) => db.readFor(caller, statement),
  };
}

const sequenceColumns = sql`
  s.key, s.definition, s.dialect, s.pattern, s.reset, s.counter,
  (SELECT c.definition FROM sequences AS c WHERE c.tenant = s.tenant AND c.key = s.counter)
    AS counter_definition,
  s.time_zone, s.fiscal_year_start, s.ceiling::text AS ceiling`;

/** The sequence of that key, or undefined when there is none. */
export async function sequenceDefinition(
  call: Call,
  key: string,
): Promise<SequenceDefinition | undefined> {
  return call.definitions.sequence(call.caller.tenant, key) ?? storedSequence(call, key);
}

/** The same as it is stored now, for what is not fenced. */
export async function storedSequence(
  call: Call,
  key: string,
): Promise<SequenceDefinition | undefined> {
  const { db, caller } = call;
  const [row] = await db.readFor<SequenceRow>(
    caller,
    sql`SELECT ${sequenceColumns} FROM sequences AS s
        WHERE s.tenant = ${caller.tenant} AND s.key = ${key}`,
  );
  return row === undefined ? undefined : rememberSequence(scopeOf(call), row);
}

/**
 * The products of those SKUs that exist, with the sequences that serve them, in one request. It is checked
 * that the caller may touch the products; the sequences, which are not known yet, by whoever uses them.
 */
export async function productDefinitions(
  call: Call,
  skus: readonly string[],
): Promise<Map<string, ServedProduct>> {
  return productsIn(scopeOf(touching(call, { sequences: [], products: skus })), skus);
}

/** The same, for whoever reads them. */
export async function productsIn(
  scope: Scope,
  skus: readonly string[],
): Promise<Map<string, ServedProduct>> {
  const { tenant, definitions } = scope;
  const found = new Map<string, ServedProduct>();
  const missing: string[] = [];
  for (const sku of new Set(skus)) {
    const known = definitions.product(tenant, sku);
    const key = known?.sequence ?? null;
    // Taken now: while others are read, somebody may make the isolate forget it.
    const servedBy = key === null ? undefined : definitions.sequence(tenant, key);
    if (known === undefined || (key !== null && servedBy === undefined)) missing.push(sku);
    else found.set(sku, { ...known, servedBy });
  }
  if (missing.length === 0) return found;
  const rows = await scope.rows<ProductRow>(
    sql`SELECT p.sku, p.definition, p.tracking, p.expiry, p.shelf_life_days,
               coalesce(p.sequence, t.default_sequence) AS sequence,
               (SELECT to_json(d) FROM (SELECT ${sequenceColumns}) AS d WHERE s.key IS NOT NULL)
                 AS served_by
        FROM products AS p
        LEFT JOIN settings AS t ON t.tenant = p.tenant
        LEFT JOIN sequences AS s
          ON s.tenant = p.tenant AND s.key = coalesce(p.sequence, t.default_sequence)
        WHERE p.tenant = ${tenant}
          AND p.sku = ANY (${textArray(missing)}::text[])`,
  );
  for (const row of rows) {
    const servedBy = row.served_by === null ? undefined : rememberSequence(scope, row.served_by);
    const product = {
      sku: row.sku,
      hash: row.definition,
      tracking: row.tracking,
      sequence: row.sequence,
      expiry: row.expiry,
      shelfLifeDays: row.shelf_life_days,
    };
    definitions.rememberProduct(tenant, product);
    found.set(row.sku, { ...product, servedBy });
  }
  return found;
}

/** How often a call is tried again with fresh definitions before its caller is told to come back. */
const patience = 4;

/**
 * Runs a call that is fenced by definitions, again with fresh ones when they had changed; and once more when
 * remembered ones refuse it, since the database has not been asked whether they hold.
 */
export async function fenced<Value>(
  { definitions, caller }: Pick<Call, "definitions"> & { caller: Pick<Call["caller"], "tenant"> },
  attempt: () => Promise<Value>,
): Promise<Value> {
  let isRefusedByMemory = false;
  for (let tries = 1; ; tries += 1) {
    const { uses } = definitions;
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof Failure) || tries === patience) throw error;
      if (error.code !== "definition_changed") {
        const usedMemory = definitions.uses > uses;
        if (isRefusedByMemory || !usedMemory || !error.isOurRefusal) throw error;
        isRefusedByMemory = true;
      }
      definitions.forget(caller.tenant);
    }
  }
}

function rememberSequence({ tenant, definitions }: Scope, row: SequenceRow): SequenceDefinition {
  const pattern = parsePattern(row.dialect, row.pattern, row.fiscal_year_start);
  if (!pattern.ok) throw failureOfRefusal(pattern);
  const definition: SequenceDefinition = {
    key: row.key,
    hash: row.definition,
    pattern: pattern.value.pattern,
    reset: row.reset,
    counter: { key: row.counter, hash: row.counter_definition },
    timeZone: row.time_zone,
    fiscalYearStart: row.fiscal_year_start,
    ceiling: BigInt(row.ceiling),
  };
  definitions.rememberSequence(tenant, definition);
  return definition;
}
