import type { SQL } from "drizzle-orm";
import { sql } from "drizzle-orm";
import type { Dialect } from "../patterns/dialects.ts";
import type { Reset } from "./period.ts";

/** A sequence as the wire knows it. */
export interface Sequence {
  readonly key: string;
  readonly dialect: Dialect;
  /** The text in its dialect. */
  readonly pattern: string;
  readonly mode: "standard" | "gapless";
  readonly start: string;
  readonly increment: string;
  readonly reset: Reset;
  /** The sequence in whose series it counts: itself, or `naming-series`. */
  readonly counter: string;
  readonly time_zone: string;
  readonly fiscal_year_start: string;
  readonly overflow: "widen" | "reject";
  readonly hot: boolean;
  readonly allow_overlap: boolean;
  /** The period that it is now; null for a sequence that never resets. */
  readonly series: string | null;
  /** Of that period; null when no number is left. */
  readonly next: string | null;
  /** This and what follows: null when documents tell which series is meant (`reset` is `prefix`). */
  readonly issued: string | null;
  readonly remaining: string | null;
  /** Which part of that period's numbers is used, 0 to 1. */
  readonly used: number | null;
  readonly created_at: string;
  readonly updated_at: string;
}

export const sequenceColumns = [
  "key",
  "dialect",
  "pattern",
  "mode",
  "start",
  "increment",
  "reset",
  "counter",
  "time_zone",
  "fiscal_year_start",
  "overflow",
  "hot",
  "allow_overlap",
  "series",
  "next",
  "issued",
  "remaining",
  "used",
  "created_at",
  "updated_at",
] as const satisfies readonly (keyof Sequence)[];

/** Which part of the numbers of `s`, a row of `sequences`, its counter `c` has used, 0 to 1. */
export const usedPart = sql`
  round(1 - c.remaining / greatest((s.ceiling - s.start) / s.increment + 1, 1)::numeric, 6)::float8`;

/**
 * The columns of a sequence, and `condition` on `s`, the row of `sequences`. Where the text before the
 * counter names the series, those of its counter are null.
 */
export function selectSequences(condition: SQL): SQL {
  return sql`
    SELECT s.key, s.dialect, s.pattern, s.mode, s.start::text AS start, s.increment::text AS increment,
           s.reset, s.counter, s.time_zone, s.fiscal_year_start, s.overflow, s.hot, s.allow_overlap,
           nullif(p.period, '') AS series, c.next::text AS next, c.issued::text AS issued,
           c.remaining::text AS remaining, ${usedPart} AS used,
           wire_time(s.created_at) AS created_at, wire_time(s.updated_at) AS updated_at,
           s.created_at || ' ' || s.key AS place
    FROM sequences AS s
    CROSS JOIN LATERAL (
      SELECT period_at(s.reset, s.time_zone, s.fiscal_year_start, now()) AS period
    ) AS p
    LEFT JOIN LATERAL counter_v1(s.tenant, s.key, p.period) AS c ON s.reset <> 'prefix'
    WHERE ${condition}`;
}
