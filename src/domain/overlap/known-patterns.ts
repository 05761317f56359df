import type { SQL } from "drizzle-orm";
import { sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import { Failure, failureOfRefusal } from "../../errors.ts";
import type { Call } from "../call.ts";
import type { KnownPattern, KnownPatterns } from "../definitions/definitions.ts";
import { namingSeries } from "../naming-series/sequence.ts";
import type { Dialect } from "../patterns/dialects.ts";
import { parsePattern } from "../patterns/dialects.ts";
import { findOverlap } from "./find-overlap.ts";
import type { Reset } from "../sequences/period.ts";
import type { PatternVersion } from "./version.ts";

interface VersionRow {
  readonly sequence: string;
  readonly dialect: Dialect;
  readonly pattern: string;
  readonly reset: Reset;
  readonly counter: string;
  readonly fiscal_year_start: string;
  readonly first: string;
  readonly last: string;
  readonly present: boolean;
  readonly allow_overlap: boolean;
}

/**
 * All patterns of the tenant, every one that ever gave a number included, and every one that came with a
 * request for names. What is known already is read again only of sequences that have changed since.
 */
export async function knownPatterns({
  db,
  caller,
  definitions,
}: Pick<Call, "db" | "caller" | "definitions">): Promise<KnownPatterns> {
  const known = definitions.patterns(caller.tenant);
  const [row] = await db.readFor<PatternsRow>(
    caller,
    selectPatterns(caller.tenant, known?.epoch ?? null),
  );
  const patterns = patternsOf(row, known);
  definitions.rememberPatterns(caller.tenant, patterns);
  return patterns;
}

/** The same without a caller, for work that goes on by itself. */
export async function patternsOfTenant(db: Database, tenant: string): Promise<KnownPatterns> {
  const [row] = await db.readOf<PatternsRow>(tenant, selectPatterns(tenant, null));
  return patternsOf(row, undefined);
}

interface PatternsRow {
  readonly epoch: string;
  /** The sequences that have changed since the known epoch; null: nobody can tell, and all are here. */
  readonly changed: readonly string[] | null;
  /**
   * All patterns of those that have changed; of naming series only what was bound or changed since, since they
   * can be many.
   */
  readonly versions: readonly VersionRow[];
}

function selectPatterns(tenant: string, knownEpoch: string | null): SQL {
  const present = sql`
    SELECT s.key AS sequence, s.dialect, s.pattern, s.reset, s.counter, s.fiscal_year_start,
           s.start::text AS first, s.ceiling::text AS last, true AS present, s.allow_overlap
    FROM sequences AS s
    WHERE s.tenant = t.tenant AND s.key <> ${namingSeries}`;
  const past = sql`
    SELECT p.sequence, p.dialect, p.pattern, s.reset, p.counter, p.fiscal_year_start,
           p.first::text AS first, p.last::text AS last, false AS present,
           s.allow_overlap OR p.allow_overlap AS allow_overlap
    FROM past_patterns AS p
    JOIN sequences AS s ON s.tenant = p.tenant AND s.key = p.sequence
    WHERE p.tenant = t.tenant`;
  return sql`SELECT t.pattern_epoch::text AS epoch, since.changed,
               CASE WHEN since.changed IS NULL THEN (
                 SELECT coalesce(json_agg(v), '[]')
                 FROM (${present} UNION ALL ${past}) AS v
               ) ELSE (
                 SELECT coalesce(json_agg(v), '[]') FROM (
                   ${present} AND s.key = ANY (since.changed)
                   UNION ALL
                   ${past} AND p.sequence <> ${namingSeries} AND p.sequence = ANY (since.changed)
                   UNION ALL
                   ${past} AND p.sequence = ${namingSeries} AND p.bound_epoch > ${knownEpoch}::bigint
                 ) AS v
               ) END AS versions
        FROM settings AS t
        CROSS JOIN LATERAL (
          SELECT CASE WHEN count(DISTINCT c.epoch) = t.pattern_epoch - ${knownEpoch}::bigint
                   THEN coalesce(array_agg(DISTINCT key) FILTER (WHERE key IS NOT NULL), '{}')
                 END AS changed
          FROM pattern_changes AS c
          LEFT JOIN LATERAL unnest(c.sequences) AS key ON true
          WHERE c.tenant = t.tenant AND c.epoch > ${knownEpoch}::bigint
        ) AS since
        WHERE t.tenant = ${tenant}`;
}

function patternsOf(row: PatternsRow | undefined, known: KnownPatterns | undefined): KnownPatterns {
  if (row === undefined) throw new Error("The tenant has no settings.");
  const versions = row.versions.map(versionOf);
  if (row.changed === null || known === undefined) return { epoch: row.epoch, versions };
  if (row.epoch === known.epoch) return known;
  const changed = new Set(row.changed);
  const again = new Set(versions.map(seriesOf));
  const kept = known.versions.filter((version) =>
    version.series === undefined ? !changed.has(version.sequence) : !again.has(seriesOf(version)),
  );
  return { epoch: row.epoch, versions: [...kept, ...versions] };
}

/** Of a pattern that came with requests for names: what tells it from others. */
function seriesOf({ series, fiscalYearStart }: KnownPattern): string {
  return `${series ?? ""} ${fiscalYearStart}`;
}

function versionOf(row: VersionRow): KnownPattern {
  const parsed = parsePattern(row.dialect, row.pattern, row.fiscal_year_start);
  if (!parsed.ok) throw failureOfRefusal(parsed);
  return {
    sequence: row.sequence,
    pattern: parsed.value.pattern,
    first: BigInt(row.first),
    last: BigInt(row.last),
    reset: row.reset,
    counter: row.counter,
    fiscalYearStart: row.fiscal_year_start,
    present: row.present,
    allowOverlap: row.allow_overlap,
    ...(row.sequence === namingSeries ? { series: row.pattern } : {}),
  };
}

/** The sequences among `versions` that can give a name which `candidate` can give. */
export function overlappingSequences(
  candidate: PatternVersion,
  versions: readonly KnownPattern[],
): string[] {
  const found = new Set<string>();
  for (;;) {
    const left = versions.filter(
      ({ sequence }) => sequence !== candidate.sequence && !found.has(sequence),
    );
    const overlap = findOverlap(candidate, left);
    if (overlap === null) return [...found];
    found.add(overlap.other.sequence);
  }
}

/**
 * The sequences whose names a product must not have taken if `sequence` is to serve it. Only where an
 * overlap was allowed can there be any. Null stands for no sequence. Patterns that came with requests for
 * names stand among them as `naming-series`, all together: a product has taken names of theirs when it
 * presented any reservation of a naming series.
 */
export function unshareable(patterns: KnownPatterns, sequence: string | null): string[] {
  const own = patterns.versions.filter((version) => version.sequence === sequence);
  const allowed = own.some(({ allowOverlap }) => allowOverlap);
  const others = patterns.versions.filter(({ allowOverlap }) => allowed || allowOverlap);
  return [...new Set(own.flatMap((version) => overlappingSequences(version, others)))];
}

/** The same for numbers that were drawn of the series of `counter`, under whichever pattern counts in them. */
export function unshareableWith(patterns: KnownPatterns, counter: string): string[] {
  const own = patterns.versions.filter((version) => version.counter === counter);
  const sequences = [...new Set(own.map(({ sequence }) => sequence))];
  return [...new Set(sequences.flatMap((sequence) => unshareable(patterns, sequence)))];
}

/** How often patterns are compared again when others have changed them meanwhile. */
const patience = 20;

/** The longest pause before the second try, in milliseconds; before later ones it grows. */
const pause = 30;

/**
 * Does what depends on the tenant's patterns, again when they have changed meanwhile. One of those who try
 * at once comes through each time; the pauses spread the others.
 */
export async function withPatterns<Value>(
  call: Call,
  attempt: (patterns: KnownPatterns) => Promise<Value>,
): Promise<Value> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt(await knownPatterns(call));
    } catch (error) {
      const changed = error instanceof Failure && error.code === "patterns_changed";
      if (!changed || tries === patience) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * tries * pause));
    }
  }
}
