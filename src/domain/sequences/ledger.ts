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
    return sql`
      SELECT nullif(s.period, '') AS series, l.kind, l.first::text AS first, l.last::text AS last,
             l.step::text AS step, (l.last - l.first) / l.step + 1 AS count,
             render_name(f.prefix, l.first, f.width, f.suffix) AS first_name,
             render_name(f.prefix, l.last, f.width, f.suffix) AS last_name,
             CASE l.kind
               WHEN 'reserved' THEN reservation_id(s.sequence, s.period, l.first)
               WHEN 'void' THEN (
                 SELECT reservation_id(s.sequence, s.period, r.first) FROM ledger AS r
                 WHERE r.tenant = l.tenant AND r.series = l.series AND r.kind = 'reserved'
                   AND int8range(r.first, r.last, '[]') @> l.first
               )
             END AS reservation,
             l.reason, k.name AS api_key, nullif(o.address, '') AS address, wire_time(l.at) AS at,
             s.id || ' ' || l.first || ' ' || l.kind || ' ' || l.at AS place
      FROM series AS s
      JOIN ledger AS l ON l.tenant = s.tenant AND l.series = s.id
      LEFT JOIN forms AS f ON f.tenant = l.tenant AND f.id = l.form
      LEFT JOIN origins AS o ON o.tenant = l.tenant AND o.id = l.origin
      LEFT JOIN api_keys AS k ON k.tenant = o.tenant AND k.id = o.api_key
      WHERE s.tenant = ${caller.tenant}
        AND s.sequence = (SELECT counter FROM sequences WHERE tenant = s.tenant AND key = ${key})
        AND (${series ?? null}::text IS NULL OR s.period = ${series ?? null}::text)
        AND (${first}::bigint IS NULL
             OR (s.id, l.first, l.kind, l.at)
                > (${within}::bigint, ${first}::bigint, ${kind}::ledger_kind, ${at}::timestamptz))
      ORDER BY s.id, l.first, l.kind, l.at LIMIT ${limit}::int`;
  });
}
