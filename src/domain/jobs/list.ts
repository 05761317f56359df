import { sql } from "drizzle-orm";
import type { Call } from "../call.ts";
import type { Listing } from "../lists/listing.ts";
import { listingOf } from "../lists/listing.ts";
import { splitPlace } from "../lists/place.ts";
import type { JobStatus } from "./job.ts";

const columns = [
  "id",
  "status",
  "total",
  "done",
  "skipped",
  "rate",
  "eta_s",
  "error",
  "created_at",
  "started_at",
  "finished_at",
] as const;

/** Jobs in the order of their creation, without their items. */
export function listJobs(
  { db, caller }: Call,
  filters: { readonly status?: JobStatus | undefined },
): Listing {
  return listingOf(db, caller, columns, (after, limit) => {
    const [id] = after === null ? [null] : splitPlace(after, /^([0-9a-f-]{36})$/);
    return sql`
      SELECT j.id::text AS id, j.status, j.given + j.chunked - j.put_off AS total,
             j.given + j.cursor - j.put_off - j.skipped AS done, j.skipped,
             round(speed.rate) AS rate,
             CASE WHEN j.status IN ('done', 'failed', 'cancelled') THEN 0
                  ELSE ceil((j.chunked - j.cursor) / speed.rate) END AS eta_s,
             j.error, wire_time(j.created_at) AS created_at, wire_time(j.started_at) AS started_at,
             wire_time(j.finished_at) AS finished_at, j.id::text AS place
      FROM jobs AS j
      CROSS JOIN LATERAL (
        SELECT nullif(j.given + j.cursor - j.put_off - j.skipped, 0)
               / nullif(extract(epoch FROM coalesce(j.finished_at, now()) - j.started_at), 0) AS rate
      ) AS speed
      WHERE j.tenant = ${caller.tenant}
        AND (${id ?? null}::uuid IS NULL OR j.id > ${id ?? null}::uuid)
        AND (${filters.status ?? null}::job_status IS NULL
             OR j.status = ${filters.status ?? null}::job_status)
      ORDER BY j.id LIMIT ${limit}::int`;
  });
}
