import { sql } from "drizzle-orm";
import { ledgerKind } from "../../db/schema/ledger.ts";
import type { Call } from "../call.ts";
import type { Listing } from "../lists/listing.ts";
import { listingOf } from "../lists/listing.ts";
import { splitPlace } from "../lists/place.ts";
import { getSequence } from "./get.ts";
import { checkSeries } from "./named-series.ts";

/** What an entry tells of its numbers. */
export const ledgerKinds = ledgerKind.enumValues;

const columns = [
  "series",
  "kind",
  "first",
  "last",
  "step",
  "count",
  "first_name",
  "last_name",
  "reservation",
  "reason",
  "api_key",
  "address",
  "at",
] as const;

/**
 * Everything that happened to the numbers of the series that a sequence counts in, series by series as they
 * were made, in the order of the numbers. Fails: sequence_not_found,
 * series_malformed.
 */
export async function listLedger(
  call: Call,
  key: string,
  { series }: { readonly series?: string | undefined },
): Promise<Listing> {
  const { db, caller } = call;
  const { reset, fiscal_year_start: fiscalYearStart } = await getSequence(call, key);
  if (series !== undefined) checkSeries(key, series, { reset, fiscalYearStart });
  return listingOf(db, caller, columns, (after, limit) => {
    const [within, first, kind, at] =
      after === null
        ? [null, null, null, null]
        : splitPlace(
            after,
            new RegExp(`^(\\d{1,18}) (\\d{1,18}) (${ledgerKinds.join("|")}) (.{20,40})$`),
          );
    // Of each series its next entries, by the index that has them in this order: a page reads no more of a ledger
    // for its being long. Of the place only `first` leads into the index, which compares no kinds under a policy.
    return sql`
      SELECT nullif(e.period, '') AS series, e.kind, e.first::text AS first, e.last::text AS last,
             e.step::text AS step, (e.last - e.first) / e.step + 1 AS count,
             render_name(f.prefix, e.first, f.width, f.suffix) AS first_name,
             render_name(f.prefix, e.last, f.width, f.suffix) AS last_name,
             CASE e.kind
               WHEN 'reserved' THEN reservation_id(e.sequence, e.period, e.first)
               WHEN 'void' THEN (
                 -- Reservations do not meet: it is the last one that begins there or before.
                 SELECT reservation_id(e.sequence, e.period, r.first) FROM ledger AS r
                 WHERE r.tenant = e.tenant AND r.series = e.series AND r.kind = 'reserved'
                   AND r.first <= e.first
                 ORDER BY r.first DESC LIMIT 1
               )
             END AS reservation,
             e.reason, k.name AS api_key, nullif(o.address, '') AS address, wire_time(e.at) AS at,
             e.series || ' ' || e.first || ' ' || e.kind || ' ' || e.at AS place
      FROM (
        SELECT s.sequence, s.period, l.*
        FROM (
          SELECT * FROM series
          WHERE tenant = ${caller.tenant}
            AND sequence = (SELECT counter FROM sequences WHERE tenant = ${caller.tenant} AND key = ${key})
            AND (${series ?? null}::text IS NULL OR period = ${series ?? null}::text)
            AND (${within}::bigint IS NULL OR id >= ${within}::bigint)
          ORDER BY id
        ) AS s
        CROSS JOIN LATERAL (
          SELECT * FROM ledger AS l
          WHERE l.tenant = s.tenant AND l.series = s.id
            AND l.first >= CASE s.id WHEN ${within}::bigint THEN ${first}::bigint ELSE 0 END
            AND (s.id IS DISTINCT FROM ${within}::bigint
                 OR (l.first, l.kind, l.at) > (${first}::bigint, ${kind}::ledger_kind, ${at}::timestamptz))
          ORDER BY l.first, l.kind, l.at LIMIT ${limit}::int
        ) AS l
        ORDER BY s.id, l.first, l.kind, l.at LIMIT ${limit}::int
      ) AS e
      LEFT JOIN forms AS f ON f.tenant = e.tenant AND f.id = e.form
      LEFT JOIN origins AS o ON o.tenant = e.tenant AND o.id = e.origin
      LEFT JOIN api_keys AS k ON k.tenant = o.tenant AND k.id = o.api_key
      ORDER BY e.series, e.first, e.kind, e.at`;
  });
}
