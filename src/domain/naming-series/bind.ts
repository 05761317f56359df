import { sql } from "drizzle-orm";
import { callerOf } from "../../db/client.ts";
import { Failure, failureOfRefusal } from "../../errors.ts";
import type { Call } from "../call.ts";
import { findOverlap } from "../overlap/find-overlap.ts";
import { withPatterns } from "../overlap/known-patterns.ts";
import { overlapRefusal } from "../overlap/refusals.ts";
import type { SentSeries } from "./sent.ts";
import { versionOf } from "./sent.ts";

/**
 * Draws under a pattern that came with the request, which is bound first if the database does not know it:
 * so a pattern that is known costs nothing. Fails as `draw` and `bindSeries` do.
 */
export async function drawBound<Value>(
  call: Call,
  read: () => SentSeries,
  draw: () => Promise<Value>,
): Promise<Value> {
  try {
    return await draw();
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== "naming_series_not_bound") throw error;
    await bindSeries(call, read());
    return draw();
  }
}

/**
 * Compares a pattern with all others of the tenant, as saving a sequence does, and remembers it for good.
 * No reset can make it clash with itself, since the text before the counter names its series.
 * Fails: pattern_overlap, patterns_changed.
 */
async function bindSeries(call: Call, series: SentSeries): Promise<void> {
  const { text, fiscalYearStart, last, allowOverlap } = series;
  const version = versionOf(series);
  await withPatterns(call, async (patterns) => {
    const others = patterns.versions.filter((other) => !other.allowOverlap);
    const overlap = allowOverlap ? null : findOverlap(version, others);
    if (overlap !== null) throw failureOfRefusal(overlapRefusal(version, overlap), "/series");
    await call.db.write(
      sql`SELECT bind_naming_series_v1(${callerOf(call.caller)},
                                       ${text}::text, ${fiscalYearStart}::text, ${String(last)}::bigint,
                                       ${allowOverlap}::boolean, ${patterns.epoch}::bigint)`,
    );
  });
}
