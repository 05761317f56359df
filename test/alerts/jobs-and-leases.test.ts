import { expect, test } from "vitest";

import { ok } from "../api/contract.ts";
import type { Service } from "../harness/service.ts";
import { postLots, putProduct, putSequence, serviceForTest } from "../store/service.ts";
import { alerts, lookAt, openAlerts } from "./watching.ts";

const later = { headers: { prefer: "respond-async" } };

async function unfinishedJob(): Promise<{ service: Service; id: string }> {
  const pump = { getByName: () => ({ arm: async () => Promise.resolve() }) };
  const service = await serviceForTest({ vars: { JOB_PUMP: pump } });
  await putSequence(service, "s", { pattern: "SN-{0000000}" });
  await putProduct(service, "PHONE", "s");
  const { json } = await postLots(service, [{ product: "PHONE", count: 30_000 }], later);
  return { service, id: json.id };
}

test("a job that nobody works on is told of after five minutes, until somebody does", async () => {
  const { service, id } = await unfinishedJob();
  const setLease = (ago: string) =>
    service.database.query("update jobs set lease_until = now() - $1::interval", [ago]);
  await setLease("4 minutes 50 s");
  expect(await lookAt(service)).toBe(0);
  await setLease("5 minutes 10 s");
  expect(await lookAt(service)).toBe(1);
  expect(await alerts(service)).toMatchObject([
    { kind: "job_stuck", subject: id, facts: { job: id, left: 30_000, error: null } },
  ]);
  await setLease("-15 s");
  expect(await lookAt(service)).toBe(1);
  expect(await openAlerts(service)).toEqual([]);
});

test("a job that failed is told of until it is sent on, cancelled or a week old", async () => {
  const { service, id } = await unfinishedJob();
  const error = { code: "internal_error", detail: "It broke.", retryable: false };
  const failAgain = () =>
    service.database.query(
      "update jobs set status = 'failed', finished_at = now(), lease_until = now(), error = $1::jsonb",
      [JSON.stringify(error)],
    );
  await failAgain();
  await lookAt(service);
  expect(await alerts(service)).toMatchObject([
    { kind: "job_failed", subject: id, facts: { job: id, left: 30_000, error } },
  ]);
  await ok(service, "POST", `/v1/jobs/${id}/retry`);
  await lookAt(service);
  expect(await openAlerts(service)).toEqual([]);
  await failAgain();
  await lookAt(service);
  expect(await openAlerts(service)).toEqual([`job_failed ${id}`]);
  await service.database.query("update jobs set finished_at = now() - interval '7 days'");
  await lookAt(service);
  expect(await openAlerts(service)).toEqual([]);
  await failAgain();
  await lookAt(service);
  await ok(service, "POST", `/v1/jobs/${id}/cancel`);
  await lookAt(service);
  expect(await openAlerts(service)).toEqual([]);
  expect(await alerts(service)).toHaveLength(3);
});

test("a lease that nobody tells of is told of a quarter of an hour after its end, until somebody does", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{0000}" });
  const lease = await ok(service, "POST", "/v1/sequences/s/leases", {
    count: 10,
    holder: "till-1",
  });
  const expire = (ago: string) =>
    service.database.query("update leases set expires_at = now() - $1::interval", [ago]);
  await expire("14 minutes");
  expect(await lookAt(service)).toBe(0);
  await expire("16 minutes");
  expect(await lookAt(service)).toBe(1);
  expect(await alerts(service)).toMatchObject([
    {
      kind: "lease_unreported",
      subject: lease.id,
      facts: { lease: lease.id, sequence: "s", holder: "till-1", open: "10" },
    },
  ]);
  await service.database.query("update leases set used = '{[1,11)}', open = 0, closed_at = now()");
  await lookAt(service);
  expect(await openAlerts(service)).toEqual([]);
});
