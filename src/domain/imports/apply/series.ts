import { sql } from "drizzle-orm";
import { namingSeries } from "../../naming-series/sequence.ts";
import type { SeriesRecord } from "../record.ts";
import type { Decide } from "./decisions.ts";
import { Decisions } from "./decisions.ts";

/** Naming series go on behind the last number that the file knows, and never back. */
export const applySeries: Decide<SeriesRecord> = async ({ db, tenant, columns }, placed) => {
  const decisions = new Decisions(columns);
  const names = JSON.stringify(placed.map(({ record }) => record.series));
  const [known] = await db.readOf<{ next: Record<string, string | null> }>(
    tenant,
    sql`SELECT (SELECT coalesce(jsonb_object_agg(s.period, c.next::text), '{}')
                FROM jsonb_array_elements_text(${names}::jsonb) AS given
                JOIN series AS s ON s.tenant = ${tenant} AND s.sequence = ${namingSeries}
                 AND s.period = given COLLATE "C"
                CROSS JOIN LATERAL counter_v1(s.tenant, s.sequence, s.period) AS c) AS next`,
  );
  if (known === undefined) throw new Error("A select gave no row.");
  // Null where no number is left, which is as far as a counter goes.
  const counters = new Map(Object.entries(known.next));
  for (const { record } of placed) {
    const { series, next } = record;
    const before = counters.get(series);
    if (before === null || (before !== undefined && BigInt(next) <= BigInt(before))) {
      decisions.count("unchanged");
      continue;
    }
    counters.set(series, next);
    decisions.writes.counters.push({ sequence: namingSeries, period: series, next });
    decisions.count(before === undefined ? "created" : "updated");
  }
  return decisions;
};
