import { expect, onTestFinished } from "vitest";

import { createService } from "../harness/service.ts";
import type { Answer, CallOptions, Service } from "../harness/service.ts";
import type { Run } from "./runs.ts";
import { runOf } from "./runs.ts";

/** A service on a database of its own (`main`: on the shared one) for one test. */
export async function serviceForTest(
  options: { main?: boolean; vars?: Record<string, unknown> } = {},
): Promise<Service> {
  const service = await createService(options);
  onTestFinished(() => service.close());
  return service;
}

/** Makes or replaces a sequence. */
export async function putSequence(service: Service, key: string, body: object): Promise<void> {
  const { status, text } = await service.call("PUT", `/v1/sequences/${key}`, { body });
  expect(status, text).toBeLessThan(300);
}

/** Makes or replaces a product of serials. */
export async function putProduct(service: Service, sku: string, sequence?: string): Promise<void> {
  const body = { tracking: "serial", ...(sequence === undefined ? {} : { sequence }) };
  const { status, text } = await service.call("PUT", `/v1/products/${sku}`, { body });
  expect(status, text).toBeLessThan(300);
}

export function reserve(
  service: Service,
  key: string,
  count: number,
  options: CallOptions = {},
): Promise<Answer> {
  return service.call("POST", `/v1/sequences/${key}/reservations`, { body: { count }, ...options });
}

export function postLots(
  service: Service,
  items: readonly object[],
  options: CallOptions & { on_duplicate?: "skip" } = {},
): Promise<Answer> {
  const { on_duplicate, ...rest } = options;
  const body = { items, ...(on_duplicate === undefined ? {} : { on_duplicate }) };
  return service.call("POST", "/v1/lots", { body, ...rest });
}

/** The account of a sequence as numbers. */
export async function account(service: Service, key: string): Promise<Record<string, number>> {
  const { json } = await service.call("GET", `/v1/sequences/${key}/account`);
  // Decimal strings but for the names.
  const entries = Object.entries(json as Record<string, string>);
  return Object.fromEntries(
    entries
      .filter(([name]) => name !== "sequence" && name !== "series")
      .map(([name, text]) => [name, Number(text)]),
  );
}

/** The ledger's runs of one kind of a sequence, in order of their numbers. */
export async function ledgerRuns(
  service: Service,
  key: string,
  kind: "reserved" | "void" | "skip" | "fence" = "reserved",
): Promise<Run[]> {
  const rows = await service.database.query<{ first: string; last: string }>(
    `select l.first, l.last from ledger l join series s on s.tenant = l.tenant and s.id = l.series
     where l.tenant = $1 and s.sequence = $2 and l.kind = $3::ledger_kind order by l.first`,
    [service.tenant, key, kind],
  );
  return rows.map(runOf);
}

/** Whether the counter of a sequence has become a Postgres sequence. */
export async function isPromoted(service: Service, key: string): Promise<boolean> {
  const [row] = await service.database.query<{ promoted: boolean }>(
    "select promoted_to is not null as promoted from series where tenant = $1 and sequence = $2",
    [service.tenant, key],
  );
  return row?.promoted === true;
}

/** The names of a product's lots in order of the names. */
export async function lotNames(service: Service, product: string): Promise<string[]> {
  const rows = await service.database.query<{ name: string }>(
    "select name from lots where tenant = $1 and product = $2 order by name",
    [service.tenant, product],
  );
  return rows.map(({ name }) => name);
}

/** How many lots a product has, how many different numbers, and between which bounds. */
export async function lotSums(
  service: Service,
  product: string,
): Promise<{ lots: string; numbers: string; lowest: string | null; highest: string | null }> {
  const [row] = await service.database.query<{
    lots: string;
    numbers: string;
    lowest: string | null;
    highest: string | null;
  }>(
    `select count(*) as lots, count(distinct number) as numbers, min(number) as lowest,
            max(number) as highest
     from lots where tenant = $1 and product = $2`,
    [service.tenant, product],
  );
  if (row === undefined) throw new Error("A select of sums gave no row.");
  return row;
}

/** Waits until `holds` is true; fails after 20 s. */
export async function eventually(holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 20_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error("It did not come about within 20 s.");
    await pause(20);
  }
}

/** Does the work while others do theirs, each again and again until the work has come to its end. */
export async function amid<T>(
  others: readonly (() => Promise<unknown>)[],
  work: () => Promise<T>,
): Promise<T> {
  const end = new AbortController();
  const [done] = await Promise.all([
    work().finally(() => {
      end.abort();
    }),
    ...others.map(async (again) => {
      while (!end.signal.aborted) await again();
    }),
  ]);
  return done;
}

/** Waits until that many sessions of a service's database wait for a lock, in statements that have `text`. */
export function untilWaiting(service: Service, sessions: number, text = ""): Promise<void> {
  return eventually(async () => {
    const waiting = await service.database.query(
      `select from pg_stat_activity
       where datname = current_database() and wait_event_type = 'Lock' and strpos(query, $1) > 0`,
      [text],
    );
    return waiting.length === sessions;
  });
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** What every one of `callers` does, one after the other, all callers at once. */
export async function inParallel(
  callers: number,
  task: (caller: number) => Promise<void>,
): Promise<void> {
  await Promise.all(Array.from({ length: callers }, (_, caller) => task(caller)));
}

/** `A-0042`. */
export function padded(prefix: string, number: number, width = 4): string {
  return prefix + String(number).padStart(width, "0");
}
