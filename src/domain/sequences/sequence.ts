import type { SQL } from "drizzle-orm";
import { sql } from "drizzle-orm";

/** A sequence as the wire knows it. */
export interface Sequence {
  readonly key: string;
  readonly pattern: string;
  readonly dialect: "native";
  readonly mode: "standard";
  readonly start: string;
  readonly increment: string;
  readonly reset: "never";
  readonly time_zone: string;
  readonly fiscal_year_start: string;
  readonly overflow: "widen" | "reject";
  readonly hot: boolean;
  /** Null when no number is left. */
  readonly next: string | null;
  readonly issued: string;
  readonly remaining: string;
  readonly created_at: string;
  readonly updated_at: string;
}

export const sequenceColumns = [
  "key",
  "pattern",
  "dialect",
  "mode",
  "start",
  "increment",
  "reset",
  "time_zone",
  "fiscal_year_start",
  "overflow",
  "hot",
  "next",
  "issued",
  "remaining",
  "created_at",
  "updated_at",
] as const satisfies readonly (keyof Sequence)[];

/** The columns of a sequence, and `condition` on `s`, the row of `sequences`. */
export function selectSequences(condition: SQL): SQL {
  return sql`
    SELECT s.key, s.pattern, 'native' AS dialect, s.mode, s.start::text AS start,
           s.increment::text AS increment, s.reset, s.time_zone, s.fiscal_year_start, s.overflow,
           s.hot, c.next::text AS next, c.issued::text AS issued, c.remaining::text AS remaining,
           wire_time(s.created_at) AS created_at, wire_time(s.updated_at) AS updated_at,
           s.created_at || ' ' || s.key AS place
    FROM sequences AS s
    CROSS JOIN LATERAL counter_v1(s.tenant, s.key) AS c
    WHERE ${condition}`;
}
