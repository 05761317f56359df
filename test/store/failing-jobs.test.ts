import { expect, test } from "vitest";

import type { Service } from "../harness/service.ts";
import {
  account,
  eventually,
  ledgerRuns,
  lotSums,
  postLots,
  putProduct,
  putSequence,
  serviceForTest,
} from "./service.ts";

/** Two products of the shared database, whose Durable Objects go on with jobs. */
async function sharedService(): Promise<Service> {
  const service = await serviceForTest({ main: true });
  await putSequence(service, "s", { pattern: "A-{000000}" });
  await putProduct(service, "p", "s");
  return service;
}

/** Runs plpgsql before every lot of the tenant with that number; returns how to stop it. */
async function atNumber(service: Service, number: number, body: string) {
  const name = `hook_${service.tenant.replaceAll("-", "_")}`;
  const { database, tenant } = service;
  await database.query(`create sequence ${name}_calls`);
  await database.query(
    `create function ${name}() returns trigger language plpgsql security definer as
     $$ begin ${body.replaceAll("CALLS", `nextval('${name}_calls')`)} return new; end $$`,
  );
  await database.query(
    `create trigger ${name} before insert on lots for each row
     when (new.tenant = '${tenant}' and new.number = ${number}) execute function ${name}()`,
  );
  return {
    calls: async () => {
      const [row] = await database.query<{ calls: string }>(
        `select last_value as calls from ${name}_calls`,
      );
      return Number(row?.calls);
    },
    remove: () => database.query(`drop trigger ${name} on lots`),
  };
}

async function jobIs(service: Service, job: string, status: string): Promise<void> {
  await eventually(
    async () => (await service.call("GET", `/v1/jobs/${job}`)).json.status === status,
  );
}

async function expectExactly(service: Service, count: number): Promise<void> {
  const all = String(count);
  const sums = { lots: all, numbers: all, lowest: "1", highest: all };
  expect(await lotSums(service, "p")).toEqual(sums);
  expect(await ledgerRuns(service, "s")).toEqual([{ first: 1n, last: BigInt(count) }]);
  const sum = { reserved: count, voided: 0, taken: count, open: 0, burned: 0 };
  expect(await account(service, "s")).toMatchObject(sum);
}

test("a job that fails for good says why, and a retry goes on where it stopped", async () => {
  const service = await sharedService();
  // In the middle of the second chunk of 20,000.
  const hook = await atNumber(service, 30_000, "perform 1 / 0;");
  const body = { items: [{ product: "p", count: 50_000 }] };
  const idempotencyKey = "fails-for-good";
  const { status, headers, json } = await service.call("POST", "/v1/lots", {
    body,
    idempotencyKey,
  });
  expect([status, headers.get("retry-after")]).toEqual([202, null]);
  expect(json).toMatchObject({ status: "failed", total: 50_000, done: 20_000 });
  expect(json.error).toEqual({
    code: "internal_error",
    detail:
      "The database refused a chunk with SQLSTATE 22012. What was recorded before it stays. It will refuse the same chunk until the cause is gone: then send the job on with POST /v1/jobs/{id}/retry, or cancel it.",
    retryable: false,
    sqlstate: "22012",
  });
  // Sending it again tries nothing: it is answered with the job.
  const again = await service.call("POST", "/v1/lots", { body, idempotencyKey });
  expect([again.status, again.headers.get("retry-after")]).toEqual([202, null]);
  expect(again.json).toMatchObject({ id: json.id, status: "failed", done: 20_000 });
  expect((await lotSums(service, "p")).highest).toBe("20000");
  await hook.remove();

  const retry = await service.call("POST", `/v1/jobs/${json.id}/retry`);
  expect(retry.status).toBe(202);
  await jobIs(service, json.id, "done");
  await expectExactly(service, 50_000);
  const { json: ended } = await service.call("GET", `/v1/jobs/${json.id}`);
  expect(ended).toMatchObject({ done: 50_000, error: null });
});

test("a job that fails for a while is finished by itself", async () => {
  const service = await sharedService();
  // The Worker's four tries of a request, and one more of its pump.
  const hook = await atNumber(
    service,
    30_000,
    "if CALLS <= 5 then raise exception 'busy' using errcode = '40001'; end if;",
  );
  const { status, json } = await postLots(service, [{ product: "p", count: 50_000 }]);
  expect([status, json.status, json.done]).toEqual([202, "running", 20_000]);
  expect(json.error).toMatchObject({ code: "database_unavailable", retryable: true });
  expect(json.error.detail).toContain("may succeed when it is tried again");
  await jobIs(service, json.id, "done");
  expect(await hook.calls()).toBe(6);
  await hook.remove();
  await expectExactly(service, 50_000);
});

test("a chunk that the gateway refuses once is tried again within the request", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{000000}" });
  await putProduct(service, "p", "s");
  const fault = { kind: "fail", sqlstate: "53300", message: "x", match: "run_chunk_v1" } as const;
  await service.database.fault({ ...fault, times: 3 });
  const { status } = await postLots(service, [{ product: "p", count: 50_000 }]);
  expect(status).toBe(201);
  await expectExactly(service, 50_000);
});

test("a job that the gateway refuses for good fails before its first chunk", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{000000}" });
  await putProduct(service, "p", "s");
  const fault = { kind: "fail", sqlstate: "22012", message: "x", match: "run_chunk_v1" } as const;
  await service.database.fault({ ...fault, times: 1 });
  const { json } = await postLots(service, [{ product: "p", count: 50_000 }]);
  expect(json).toMatchObject({ status: "failed", done: 0, error: { code: "internal_error" } });
  // Its numbers are neither lost nor free: they wait for the retry, or a cancellation voids them.
  expect(await account(service, "s")).toMatchObject({ reserved: 50_000, taken: 50_000, open: 0 });
  const cancel = await service.call("POST", `/v1/jobs/${json.id}/cancel`);
  expect([cancel.status, cancel.json.status]).toEqual([200, "cancelled"]);
  expect(await account(service, "s")).toMatchObject({ voided: 50_000, taken: 0, open: 0 });
});
