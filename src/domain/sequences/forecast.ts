import { sql } from "drizzle-orm";
import { fail } from "../../errors.ts";
import type { Call } from "../call.ts";
import { getSequence } from "./get.ts";
import { checkSeries } from "./named-series.ts";
import { firstDayOf } from "./period.ts";
import { usedPart } from "./sequence.ts";

/** How many numbers were reserved in a span of time up to now, and what comes of it if it goes on so. */
export interface Rate {
  readonly since: string;
  readonly drawn: string;
  readonly per_hour: number;
  /** When the last number is given; null: not before the year 9999. */
  readonly exhausted_at: string | null;
  /** Whether there are numbers left when the period ends; null for a series that does not end. */
  readonly lasts: boolean | null;
}

/** How long a series has numbers. */
export interface Forecast {
  readonly sequence: string;
  readonly series: string | null;
  readonly overflow: "widen" | "reject";
  /** The last number that it may give. */
  readonly last_number: string;
  /** Null when no number is left. */
  readonly next: string | null;
  readonly remaining: string;
  /** Which part of the numbers is used, 0 to 1. */
  readonly used: number;
  /** When the period ends; null for a series that does not. */
  readonly ends_at: string | null;
  readonly rates: { readonly hour: Rate; readonly day: Rate; readonly week: Rate };
  readonly at: string;
}

/**
 * How long a sequence has numbers: in its present period, or in the series that is named. What went in an hour, a day
 * and a week is that of all its periods; where a text names the series, that of the one.
 * Fails: sequence_not_found, series_malformed, series_not_named.
 */
export async function forecast(
  call: Call,
  key: string,
  { series }: { readonly series?: string | undefined },
): Promise<Forecast> {
  const shown = await getSequence(call, key);
  const { reset, fiscal_year_start: fiscalYearStart } = shown;
  if (series !== undefined) checkSeries(key, series, { reset, fiscalYearStart });
  const period = series ?? shown.series ?? (reset === "never" ? "" : null);
  if (period === null) return fail("series_not_named", { sequence: key }, { pointer: "/series" });
  const [row] = await call.db.readFor<{ forecast: Forecast }>(
    call.caller,
    sql`
      SELECT json_build_object(
        'sequence', s.key, 'series', nullif(${period}::text, ''), 'overflow', s.overflow,
        'last_number', last_number_of(c.next, s.ceiling, s.start, s.increment)::text, 'next', c.next::text, 'remaining', c.remaining::text,
        'used', ${usedPart},
        -- The year behind the last one has a digit more than the wire tells.
        'ends_at', CASE WHEN e.ends_at IS NOT NULL
                        THEN wire_time(least(e.ends_at, timestamptz '9999-12-31 23:59:59.999+00')) END,
        'rates', (
          SELECT json_object_agg(d.span, json_build_object(
            'since', wire_time(d.since), 'drawn', d.drawn::text, 'per_hour', round(r.per_hour, 3)::float8,
            'exhausted_at', wire_time(r.exhausted_at),
            'lasts', CASE WHEN e.ends_at IS NOT NULL THEN coalesce(r.exhausted_at >= e.ends_at, true) END))
          FROM drawn_lately_v1(s.tenant, s.counter, CASE s.reset WHEN 'prefix' THEN ${period}::text END) AS d
          CROSS JOIN LATERAL (
            SELECT per_hour,
                   -- Of a period to come from its begin on; of one that is over nothing goes any more.
                   CASE WHEN e.ends_at <= now() THEN NULL
                        ELSE exhausted_at(c.remaining::numeric, per_hour::float8, greatest(e.begins_at, now()))
                   END AS exhausted_at
            FROM (SELECT d.drawn * 3600 / extract(epoch FROM now() - d.since) AS per_hour) AS rate
          ) AS r
        ),
        'at', wire_time(now())) AS forecast
      FROM sequences AS s
      CROSS JOIN LATERAL counter_v1(s.tenant, s.key, ${period}::text) AS c
      CROSS JOIN LATERAL (
        SELECT ${firstDayOf(period, fiscalYearStart)}::date::timestamp AT TIME ZONE zone_named(s.time_zone) AS begins_at,
               (period_end(s.reset, ${period}::text, s.fiscal_year_start) + 1)::timestamp
                 AT TIME ZONE zone_named(s.time_zone) AS ends_at
      ) AS e
      WHERE s.tenant = ${call.caller.tenant} AND s.key = ${key}`,
  );
  return row?.forecast ?? fail("sequence_not_found", { sequence: key });
}
