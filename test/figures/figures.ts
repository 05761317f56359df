import type { Service } from "../harness/service.ts";
import { ok } from "../api/contract.ts";

/** Rolls everything up that is there, however young it is. Nobody writes meanwhile. */
export async function rollUp(service: Service): Promise<void> {
  for (;;) {
    const [row] = await service.database.query<{ more: boolean }>(
      "select roll_up_figures_v1('0') as more",
    );
    if (row?.more !== true) return;
  }
}

/** A row of `GET /v1/stats`. */
export interface Stats {
  readonly at: string;
  readonly subject: string;
  readonly calls: number;
  readonly refused: number;
  readonly failed: number;
  readonly slow: number;
  readonly size: number;
  readonly average_ms: number | null;
  readonly p50_ms: number | null;
  readonly p95_ms: number | null;
  readonly p99_ms: number | null;
  readonly longest_ms: number | null;
  readonly database_requests: number;
  readonly reservations: number | null;
  readonly numbers: string | null;
  readonly voided: string | null;
  readonly skipped: string | null;
  readonly fenced: string | null;
  readonly reopened: string | null;
  readonly lots: number | null;
}

export async function stats(
  service: Service,
  query: string,
  key: string = service.key,
): Promise<Stats[]> {
  const path = `/v1/stats?limit=1000&${query}`;
  return (await ok(service, "GET", path, undefined, { key })).data;
}

/** Moves what was written to a sequence's ledger to another time, before anybody counts it. */
export async function written(service: Service, first: number, at: string): Promise<void> {
  const moved = await service.database.query(
    "update ledger set at = $3::timestamptz where tenant = $1 and first = $2 returning at",
    [service.tenant, first, at],
  );
  if (moved.length !== 1) throw new Error(`Not one entry begins with ${first}.`);
}

/** Lets the figures begin at a time, as if all before were in them. */
export async function figuresFrom(service: Service, at: string): Promise<void> {
  await service.database.query(
    `insert into figures_until (tenant, until) values ('-', $1::timestamptz)
     on conflict (tenant) do update set until = excluded.until`,
    [at],
  );
}
