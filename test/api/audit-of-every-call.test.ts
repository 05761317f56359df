import { expect, onTestFinished, test } from "vitest";

import { auditActions } from "../../src/db/caller.ts";
import { exampleToken } from "../../src/http/schemas/names.ts";
import { createService } from "../harness/service.ts";
import type { CallOptions, Service } from "../harness/service.ts";
import { serviceForTest } from "../store/service.ts";
import { rowsOf } from "./audit/sealing.ts";
import { ok } from "./contract.ts";
import type { Operation } from "./key-matrix/operations.ts";
import { operations } from "./key-matrix/operations.ts";
import { furnish, keyWith, pathOf } from "./key-matrix/tenant.ts";

/** Calls whose record is the ledger alone. */
const draws = new Set([
  "POST /v1/sequences/{key}/reservations",
  "POST /v1/sequences/{key}/leases",
  "POST /v1/naming-series/next",
]);

/** What has to be there before a call can be carried out, and what it then says in place of its example. */
interface Preparation {
  readonly before?: (service: Service) => Promise<unknown>;
  /** Behind the query of its example. */
  readonly query?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

const later = { headers: { prefer: "respond-async" } };

async function leaveJob(service: Service): Promise<void> {
  await ok(service, "POST", "/v1/lots", { items: [{ product: "VALVE-20", count: 30_000 }] }, later);
}

const preparations: Readonly<Record<string, Preparation>> = {
  "POST /v1/api-keys/{id}/revoke": { before: (service) => keyWith(service, ["reserve"]) },
  // What an import makes leaves events of its own.
  "POST /v1/imports": { query: "&dry_run=true", body: "default_code,tracking\nIMP-1,lot\n" },
  "POST /v1/jobs/{id}/cancel": { before: leaveJob },
  "POST /v1/jobs/{id}/retry": {
    before: async (service) => {
      await leaveJob(service);
      await service.database.query(
        `update jobs set status = 'failed', error = '{"code": "internal_error"}' where status = 'running'`,
      );
    },
  },
  // The lease that the tenant has begins there, behind a reservation of five.
  "POST /v1/leases/{id}/report": { body: { token: exampleToken, used_to: "6" } },
  "POST /v1/naming-series/next": {
    // What its pattern needs at its first use is a change.
    before: (service) => ok(service, "POST", "/v1/naming-series/next", namesOf("1")),
    body: namesOf("2"),
  },
  "PUT /v1/products/{sku}": { body: { tracking: "lot", sequence: "serials", name: "another" } },
  "PATCH /v1/products/{sku}/lots/{name}": { headers: { "if-match": "*" } },
  "POST /v1/sequences/{key}/advance": { body: { to: "1000", reason: "a new roll of labels" } },
  "POST /v1/sequences/{key}/rewind": {
    before: (service) =>
      ok(service, "POST", "/v1/sequences/serials/advance", { to: "1000", reason: "by mistake" }),
    body: { to: "500", reason: "by mistake" },
  },
};

function namesOf(count: string): object {
  return { series: "SINV-.#####", count };
}

const writing = operations
  .filter(({ method }) => method !== "GET")
  .map((operation) => ({ ...operation, name: `${operation.method} ${operation.template}` }));

/** Of a tenant that has one of everything, and of jobs that nobody works on. */
async function furnished(): Promise<Service> {
  const pump = { getByName: () => ({ arm: async () => Promise.resolve() }) };
  const service = await createService({ vars: { JOB_PUMP: pump } });
  onTestFinished(() => service.close());
  await furnish(service);
  return service;
}

function requestOf(operation: Operation, { body, headers }: Preparation): CallOptions {
  return { body: body ?? operation.body, headers: { ...operation.headers, ...headers } };
}

async function countIn(service: Service, table: "audit_events" | "ledger"): Promise<number> {
  const [row] = await service.database.query<{ rows: string }>(
    `select count(*) as rows from ${table} where tenant = $1`,
    [service.tenant],
  );
  return Number(row?.rows);
}

test("there are calls that write, and the draws are among them", () => {
  const names = new Set(writing.map(({ name }) => name));
  expect(names.size).toBeGreaterThan(20);
  for (const known of [...draws, ...Object.keys(preparations)]) expect(names).toContain(known);
});

test.each(writing)(
  "$name leaves one event, or is a draw; repeated it leaves none",
  async (call) => {
    const service = await furnished();
    const preparation = preparations[call.name] ?? {};
    await preparation.before?.(service);
    const path = (await pathOf(service, call)) + (preparation.query ?? "");
    const idempotencyKey = call.method === "POST" ? "once" : null;
    const request = {
      ...requestOf(call, preparation),
      idempotencyKey,
    };
    const requestId = `of-${crypto.randomUUID()}`;
    const address = "203.0.113.7";
    const send = () =>
      service.call(call.method, path, {
        ...request,
        headers: { ...request.headers, "x-request-id": requestId, "cf-connecting-ip": address },
      });
    const before = await countIn(service, "audit_events");
    const entries = await countIn(service, "ledger");
    const answer = await send();
    expect(answer.status, answer.text).toBeLessThan(300);
    const left = await service.database.query(
      `select e.action, o.address, e.request_id, k.name as api_key
     from audit_events e join origins o on o.id = e.origin join api_keys k on k.id = o.api_key
     where e.tenant = $1 order by e.id offset $2`,
      [service.tenant, before],
    );
    if (draws.has(call.name)) {
      expect(left).toEqual([]);
      expect(await countIn(service, "ledger")).toBe(entries + 1);
      const [entry] = await service.database.query(
        `select o.address from ledger l join origins o on o.id = l.origin where l.tenant = $1
       order by l.at desc limit 1`,
        [service.tenant],
      );
      expect(entry).toEqual({ address });
    } else {
      expect(left).toEqual([
        { action: expect.any(String), address, request_id: requestId, api_key: "first key" },
      ]);
    }
    // The same once more, as after a lost answer.
    const rows = await rowsOf(service);
    await send();
    expect(await rowsOf(service)).toBe(rows);
  },
);

test("the actions are those that the functions in the database write", async () => {
  const service = await serviceForTest();
  const written = await service.database.query<{ action: string }>(
    `select e.enumlabel as action from pg_enum e
     where e.enumtypid = 'audit_action'::regtype
       and exists (select from pg_proc p where p.pronamespace = 'public'::regnamespace
                   and position('''' || e.enumlabel || '''' in p.prosrc) > 0)
     order by e.enumsortorder`,
  );
  expect(written.map(({ action }) => action)).toEqual(auditActions);
});
