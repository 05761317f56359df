import type { SQL } from "drizzle-orm";
import { sql } from "drizzle-orm";
import type { Call } from "../call.ts";
import type { Listing } from "../lists/listing.ts";
import { listingOf } from "../lists/listing.ts";
import { splitPlace } from "../lists/place.ts";
import { bounds, slowMs } from "./gathered.ts";
import type { Grain } from "./grain.ts";

/** What figures are told apart by. */
export const subjects = ["operation", "sequence", "product", "tenant"] as const;
export type Subject = (typeof subjects)[number];

const columns = [
  "at",
  "subject",
  "calls",
  "refused",
  "failed",
  "slow",
  "size",
  "average_ms",
  "p50_ms",
  "p95_ms",
  "p99_ms",
  "longest_ms",
  "database_requests",
  "reservations",
  "numbers",
  "voided",
  "skipped",
  "fenced",
  "reopened",
  "lots",
] as const;

/** Which figures a list has. */
export interface StatsFilters {
  readonly by: Subject;
  /** The one operation, sequence or product. */
  readonly subject?: string | undefined;
  /** RFC 3339; the minute, hour or day in which it lies is the first. */
  readonly from: string;
  /** RFC 3339; what begins then or later is left out. */
  readonly to: string;
  readonly grain: Grain;
}

/** Figures in the order of time, of one time in that of their subjects. */
export function listStats({ db, caller }: Call, filters: StatsFilters): Listing {
  const { by, subject, grain } = filters;
  // What cannot be told apart so is null, what did not happen is 0.
  const ofNumbers = by === "sequence" || by === "tenant" ? sql.raw("0") : sql.raw("NULL");
  const ofLots = by === "product" || by === "tenant" ? sql.raw("0") : sql.raw("NULL");
  return listingOf(
    db,
    caller,
    columns,
    (after, limit) => {
      const [at = null, last = null] =
        after === null ? [] : splitPlace(after, /^(\d{4}-\d\d-\d\d [^ ]{8,22}) (.{1,128})$/su);
      const wanted = sql`
        tenant = ${caller.tenant} AND grain = ${grain}::figure_grain
        AND at >= span_begin(${grain}::figure_grain, ${filters.from}::timestamptz)
        AND at < ${filters.to}::timestamptz
        AND (${at}::timestamptz IS NULL OR at >= ${at}::timestamptz)`;
      return sql`
        SELECT wire_time(at) AS at, subject, calls, refused, failed,
               calls_over(histogram, ${slowMs}::float8) AS slow, size,
               round((time / nullif(calls, 0))::numeric, 1)::float8 AS average_ms,
               ${quantile(0.5)} AS p50_ms, ${quantile(0.95)} AS p95_ms, ${quantile(0.99)} AS p99_ms,
               round(longest::numeric, 1)::float8 AS longest_ms, database_requests,
               reservations, numbers::text AS numbers, voided::text AS voided, skipped::text AS skipped,
               fenced::text AS fenced, reopened::text AS reopened, lots,
               at || ' ' || subject AS place
        FROM (
          SELECT at, subject, coalesce(sum(calls), 0)::float8 AS calls,
                 coalesce(sum(calls) FILTER (WHERE status BETWEEN 400 AND 499), 0)::float8 AS refused,
                 coalesce(sum(calls) FILTER (WHERE status >= 500), 0)::float8 AS failed,
                 coalesce(sum(size), 0)::float8 AS size, sum(time) AS time, max(longest) AS longest,
                 ARRAY[${sums}]::bigint[] AS histogram,
                 coalesce(sum(database_requests), 0)::float8 AS database_requests,
                 coalesce(sum(reservations), ${ofNumbers})::float8 AS reservations,
                 coalesce(sum(reserved), ${ofNumbers}) AS numbers, coalesce(sum(voided), ${ofNumbers}) AS voided,
                 coalesce(sum(skipped), ${ofNumbers}) AS skipped, coalesce(sum(fenced), ${ofNumbers}) AS fenced,
                 coalesce(sum(reopened), ${ofNumbers}) AS reopened,
                 coalesce(sum(lots), ${ofLots})::float8 AS lots
          FROM (${sql.join(sourcesOf(by, caller.tenant, wanted), sql` UNION ALL `)}) AS f
          WHERE (${subject ?? null}::text IS NULL OR subject = ${subject ?? null}::text)
            AND (${at}::timestamptz IS NULL OR (at, subject) > (${at}::timestamptz, ${last}::text))
          GROUP BY at, subject
        ) AS summed
        ORDER BY at, subject LIMIT ${limit}::int`;
    },
    columns.filter((column) => column !== "subject"),
  );
}

/** The histograms' places, each summed up. */
const sums = sql.join(
  Array.from({ length: bounds.length + 1 }, (_, place) =>
    sql.raw(`coalesce(sum(histogram[${place + 1}]), 0)`),
  ),
  sql`, `,
);

function quantile(share: number): SQL {
  return sql`round(quantile_of(histogram, longest, ${share}::float8)::numeric, 1)::float8`;
}

/** What is summed up: calls, numbers, lots, as far as they can be told apart so. All have the same columns. */
function sourcesOf(by: Subject, tenant: string, wanted: SQL): SQL[] {
  const noCalls = sql`NULL::int AS status, NULL::bigint AS calls, NULL::numeric AS size, NULL::float8 AS time,
    NULL::float8 AS longest, NULL::bigint[] AS histogram, NULL::bigint AS database_requests`;
  const noNumbers = sql`NULL::bigint AS reservations, NULL::numeric AS reserved, NULL::numeric AS voided,
    NULL::numeric AS skipped, NULL::numeric AS fenced, NULL::numeric AS reopened`;
  const noLots = sql`NULL::bigint AS lots`;
  const subject =
    by === "tenant"
      ? sql`${tenant}::text COLLATE "C" AS subject`
      : sql`${sql.identifier(by)} AS subject`;
  const named =
    by === "sequence" || by === "product" ? sql`AND ${sql.identifier(by)} <> ''` : sql``;
  const sources = [
    sql`SELECT at, ${subject}, status, calls, size, time, longest, histogram, database_requests,
               ${noNumbers}, ${noLots}
        FROM call_figures WHERE ${wanted} ${named}`,
  ];
  if (by === "sequence" || by === "tenant") {
    sources.push(sql`
      SELECT at, ${subject}, ${noCalls}, reservations, reserved, voided, skipped, fenced, reopened, ${noLots}
      FROM number_figures WHERE ${wanted}`);
  }
  if (by === "product" || by === "tenant") {
    sources.push(sql`
      SELECT at, ${subject}, ${noCalls}, ${noNumbers}, lots FROM lot_figures WHERE ${wanted}`);
  }
  return sources;
}

/** The time up to which numbers and lots are in the figures; calls are a few seconds old at most. */
export async function figuredUntil({ db, caller }: Call): Promise<string> {
  const [row] = await db.readFor<{ until: string }>(
    caller,
    sql`SELECT wire_time(figured_until()) AS until`,
  );
  if (row === undefined) throw new Error("A function call gave no row.");
  return row.until;
}
