import { expect, test } from "vitest";

import type { Answer, Service } from "../harness/service.ts";
import {
  account,
  eventually,
  ledgerRuns,
  lotSums,
  postLots,
  putProduct,
  putSequence,
  reserve,
  serviceForTest,
} from "./service.ts";

const total = 240_000;

/** Cancels the only job as soon as its first chunk is recorded, while the next ones go on. */
async function cancelWhileItRuns(service: Service): Promise<Answer> {
  let job = "";
  await eventually(async () => {
    const [row] = await service.database.query<{ id: string }>(
      "select id from jobs where cursor > 0",
    );
    job = row?.id ?? "";
    return job !== "";
  });
  return service.call("POST", `/v1/jobs/${job}/cancel`);
}

async function expectOnlyTheFirst(service: Service, done: number): Promise<void> {
  expect(done).toBeGreaterThan(0);
  expect(done).toBeLessThan(total);
  expect(await lotSums(service, "p")).toEqual({
    lots: String(done),
    numbers: String(done),
    lowest: "1",
    highest: String(done),
  });
}

test("a job cancelled while it runs keeps what it made and voids the rest", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{000000}" });
  await putProduct(service, "p", "s");
  const [made, cancelled] = await Promise.all([
    postLots(service, [{ product: "p", count: total }]),
    cancelWhileItRuns(service),
  ]);
  expect([cancelled.status, cancelled.json.status]).toEqual([200, "cancelled"]);
  const { done } = cancelled.json;
  expect(made.json).toMatchObject({ status: "cancelled", total, done });
  await expectOnlyTheFirst(service, done);
  expect(await ledgerRuns(service, "s", "void")).toEqual([
    { first: BigInt(done + 1), last: BigInt(total) },
  ]);
  expect(await account(service, "s")).toMatchObject({
    reserved: total,
    voided: total - done,
    taken: done,
    open: 0,
    burned: 0,
  });
});

test("a job that took a reservation gives back what it has not made", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{000000}" });
  await putProduct(service, "p", "s");
  const { json: held } = await reserve(service, "s", total);
  const [, cancelled] = await Promise.all([
    postLots(service, [{ product: "p", reservation: held.id }]),
    cancelWhileItRuns(service),
  ]);
  const { done } = cancelled.json;
  await expectOnlyTheFirst(service, done);
  expect(await account(service, "s")).toMatchObject({
    reserved: total,
    voided: 0,
    taken: done,
    open: total - done,
  });
  const rest = await postLots(service, [{ product: "p", reservation: held.id }]);
  expect(rest.json).toMatchObject({ status: "done", done: total - done });
  expect((await lotSums(service, "p")).numbers).toBe(String(total));
});
