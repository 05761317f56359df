import { expect, test } from "vitest";

import { openDatabase } from "../../src/db/client.ts";
import type { JobKey } from "../../src/domain/jobs/job.ts";
import { sweepJobs } from "../../src/domain/jobs/sweep.ts";
import type { Service } from "../harness/service.ts";
import {
  eventually,
  lotSums,
  postLots,
  putProduct,
  putSequence,
  reserve,
  serviceForTest,
} from "./service.ts";
import { fireCron, serviceWithoutPump } from "./without-pump.ts";

/** A service without a pump, with sequence `s` that serves serial `p`. */
async function shop(): Promise<Service> {
  const service = await serviceWithoutPump();
  await putSequence(service, "s", { pattern: "A-{000000}" });
  await putProduct(service, "p", "s");
  return service;
}

/** A job of 30,000 lots that somebody holds who will never come back. */
async function abandonedJob(service: Service, leaseEnds: string): Promise<string> {
  const headers = { prefer: "respond-async" };
  const { status, json } = await postLots(service, [{ product: "p", count: 30_000 }], { headers });
  expect([status, json.done]).toEqual([202, 0]);
  await service.database.query(
    `update jobs set token = gen_random_uuid(), lease_until = now() + $2::interval where id = $1`,
    [json.id, leaseEnds],
  );
  return json.id;
}

test("the sweep finds a job whose lease has run out, and it is finished once", async () => {
  const service = await shop();
  const job = await abandonedJob(service, "-1 second");
  await fireCron();
  // A second one at the same time changes nothing.
  await fireCron();
  await eventually(
    async () => (await service.call("GET", `/v1/jobs/${job}`)).json.status === "done",
  );
  expect(await lotSums(service, "p")).toEqual({
    lots: "30000",
    numbers: "30000",
    lowest: "1",
    highest: "30000",
  });
});

test("a lease that runs out before the next sweep is looked after when it does", async () => {
  const service = await shop();
  const job = await abandonedJob(service, "2 seconds");
  // One sweep, while the lease still holds.
  await fireCron();
  await eventually(
    async () => (await service.call("GET", `/v1/jobs/${job}`)).json.status === "done",
  );
  expect((await lotSums(service, "p")).lots).toBe("30000");
});

test("the sweep leaves a job alone on which somebody works", async () => {
  const service = await shop();
  const held = await abandonedJob(service, "1 hour");
  await putProduct(service, "q", "s");
  const stranded = await abandonedJob(service, "-1 second");
  await fireCron();
  await eventually(
    async () => (await service.call("GET", `/v1/jobs/${stranded}`)).json.status === "done",
  );
  expect((await service.call("GET", `/v1/jobs/${held}`)).json).toMatchObject({ done: 0 });
  expect((await service.call("POST", `/v1/jobs/${held}/cancel`)).status).toBe(200);
});

test("a sweep sets the pump on every stranded job, however many died at once", async () => {
  const { database, tenant } = await serviceForTest();
  const { databaseUrl, endpoint: sqlEndpoint } = database;
  const db = openDatabase({ databaseUrl, sqlEndpoint, timings: { requests: 0, milliseconds: 0 } });
  // Most lost their worker at the same moment; the last ones will be stranded before the next sweep.
  await database.query(
    `insert into jobs (tenant, id, status, given, chunked, cursor, skipped, origin, lease_until)
     select $1, gen_random_uuid(), 'running', 0, 600, 0, 0, 1,
            now() + case when n <= 240 then interval '-1 second' else interval '40 seconds' end
     from generate_series(1, 250) as n`,
    [tenant],
  );
  const armed: string[] = [];
  const arm = (key: JobKey, afterMs: number) => {
    armed.push(`${key.job} ${afterMs > 0 ? "later" : "now"}`);
    return Promise.resolve();
  };
  expect(await sweepJobs(db, arm)).toBe(250);
  expect(new Set(armed).size).toBe(250);
  expect(armed.filter((one) => one.endsWith("later"))).toHaveLength(10);
});

test("the scheduled run forgets answers past their time, and no others", async () => {
  const service = await shop();
  for (const key of ["old", "young"]) await reserve(service, "s", 1, { idempotencyKey: key });
  const days = await service.database.query(
    `select (expires_at - created_at)::text as kept from requests where tenant = $1 limit 1`,
    [service.tenant],
  );
  expect(days).toEqual([{ kept: "30 days" }]);
  await service.database.query(
    `update requests set expires_at = now() - interval '1 second'
     where tenant = $1 and key = 'old'`,
    [service.tenant],
  );
  await fireCron();
  const keys = await service.database.query(
    "select key from requests where tenant = $1 order by key",
    [service.tenant],
  );
  expect(keys).toEqual([{ key: "young" }]);
});
