import type { Service } from "../../harness/service.ts";
import { ok } from "../contract.ts";

/** Seals all that is there, however young it is; gives how many rows. Nobody writes meanwhile. */
export async function sealAll(service: Service): Promise<number> {
  let rows = 0;
  for (;;) {
    const [row] = await service.database.query<{ sealed: string }>(
      "select seal_audit_v1(50000, '0') as sealed",
    );
    if (Number(row?.sealed) === 0) return rows;
    rows += Number(row?.sealed);
  }
}

export interface Verification {
  readonly intact: boolean;
  readonly seals: number;
  readonly rows: number;
  readonly last_seal: number | null;
  readonly last_digest: string | null;
  readonly next_seal: number | null;
  readonly breaks: readonly {
    seal: number | null;
    what: string;
    from: string | null;
    to: string;
  }[];
  readonly sealed_until: string | null;
  readonly unsealed: number;
  readonly digest_seal: number | null;
}

export function verify(service: Service, query = ""): Promise<Verification> {
  return ok(service, "GET", `/v1/audit/verification${query}`);
}

export interface Event {
  readonly at: string;
  readonly action: string;
  readonly subject: string;
  readonly api_key: string;
  readonly api_key_id: string;
  readonly address: string | null;
  readonly request_id: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** The events of the tenant, the first 1,000 that the query asks for. */
export async function events(service: Service, query = ""): Promise<Event[]> {
  return (await ok(service, "GET", `/v1/audit?limit=1000${query}`)).data;
}

/** The rows that a tenant's seals have to cover: its events and the entries of its ledger as they stand. */
export async function rowsOf(service: Service): Promise<number> {
  const [row] = await service.database.query<{ rows: string }>(
    `select (select count(*) from audit_events where tenant = $1)
          + (select count(*) from ledger where tenant = $1) as rows`,
    [service.tenant],
  );
  return Number(row?.rows);
}
