import type { ClientBase } from "pg";

import type { AccountRun, AccountState } from "../check/final-state.ts";

/** Runs of one page, so that an account of any length is read as callers read it. */
const page = 1000;

/**
 * Reads the account of every sequence that counts by itself, its sums and run by run, on a connection that has
 * entered the tenant.
 */
export async function readAccounts(client: ClientBase, tenant: string): Promise<AccountState[]> {
  const { rows } = await client.query<{ sequence: string; sums: Sums }>(
    "select key as sequence, account_v1(tenant, key, null) as sums from sequences where tenant = $1 and key = counter",
    [tenant],
  );
  const accounts: AccountState[] = [];
  for (const { sequence, sums } of rows) {
    accounts.push({
      sequence,
      sums: {
        passed: BigInt(sums.passed),
        reserved: BigInt(sums.reserved),
        taken: BigInt(sums.taken),
        open: BigInt(sums.open),
        on_lease: BigInt(sums.on_lease),
        unreported: BigInt(sums.unreported),
        given_back: BigInt(sums.given_back),
        voided: BigInt(sums.voided),
        skipped: BigInt(sums.skipped),
        burned: BigInt(sums.burned),
        in_flight: BigInt(sums.in_flight),
      },
      runs: await readRuns(client, tenant, sequence),
    });
  }
  return accounts;
}

type Sums = Readonly<Record<keyof AccountState["sums"], string>>;

async function readRuns(
  client: ClientBase,
  tenant: string,
  sequence: string,
): Promise<AccountRun[]> {
  const runs: AccountRun[] = [];
  let behind: (string | undefined)[] = [];
  for (;;) {
    const [series = null, number = null] = behind;
    const { rows } = await client.query<RunRow>(
      `select coalesce(series, '') as period, state, first, last, step, reservation, lease, place
       from account_runs_v1($1, $2, null, $3::bigint, $4::bigint, $5)`,
      [tenant, sequence, series, number, page],
    );
    for (const { first, last, step, place: _, ...facts } of rows) {
      runs.push({ ...facts, first: BigInt(first), last: BigInt(last), step: BigInt(step) });
    }
    if (rows.length < page) return runs;
    behind = rows.at(-1)?.place.split(" ") ?? [];
  }
}

interface RunRow {
  readonly period: string;
  readonly state: string;
  readonly first: string;
  readonly last: string;
  readonly step: string;
  readonly reservation: string | null;
  readonly lease: string | null;
  readonly place: string;
}
