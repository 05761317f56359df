import { expect, test } from "vitest";

import { expectDisjoint, runOf } from "./runs.ts";
import {
  account,
  inParallel,
  ledgerRuns,
  lotSums,
  postLots,
  putProduct,
  putSequence,
  reserve,
  serviceForTest,
} from "./service.ts";

test("of eight jobs for one reservation one gets it", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{0000}" });
  await putProduct(service, "p", "s");
  const { json: held } = await reserve(service, "s", 1000);
  const statuses: number[] = [];
  await inParallel(8, async () => {
    const { status, json } = await postLots(service, [{ product: "p", reservation: held.id }]);
    if (status !== 201) expect(json.code).toBe("reservation_used");
    statuses.push(status);
  });
  expect(statuses.filter((status) => status === 201)).toHaveLength(1);
  expect(statuses.filter((status) => status === 409)).toHaveLength(7);
  expect(await lotSums(service, "p")).toEqual({
    lots: "1000",
    numbers: "1000",
    lowest: "1",
    highest: "1000",
  });
});

test("parts of one reservation taken at once do not meet", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{0000}" });
  await putProduct(service, "p", "s");
  await putProduct(service, "q", "s");
  const { json: held } = await reserve(service, "s", 800);
  await inParallel(8, async (caller) => {
    const product = caller % 2 === 0 ? "p" : "q";
    const answer = await postLots(service, [{ product, reservation: held.id, count: 100 }]);
    expect(answer.status, answer.text).toBe(201);
  });
  const items = await service.database.query<{ first: string; last: string }>(
    "select lower(numbers) as first, upper(numbers) - 1 as last from job_items",
  );
  expect(items).toHaveLength(8);
  expectDisjoint(items.map(runOf));
  const twice = await service.database.query(
    "select number from lots group by number having count(*) > 1",
  );
  expect(twice).toEqual([]);
  expect(await account(service, "s")).toMatchObject({ reserved: 800, taken: 800, open: 0 });
});

test("void against record: one of them has each number", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{0000}" });
  await putProduct(service, "p", "s");
  let voided = 0;
  const rounds = 12;
  for (let round = 0; round < rounds; round += 1) {
    const { json: held } = await reserve(service, "s", 100);
    const recordIt = () => postLots(service, [{ product: "p", reservation: held.id }]);
    const voidIt = () =>
      service.call("POST", `/v1/reservations/${held.id}/void`, { body: { reason: "test" } });
    // Either may be the first to be sent.
    const sent = round % 2 === 0 ? [recordIt(), voidIt()] : [voidIt(), recordIt()].toReversed();
    const [record, drop] = await Promise.all(sent);
    expect(new Set([record?.status, drop?.status])).toEqual(new Set([201, 409]));
    const loser = record?.status === 409 ? record : drop;
    expect(loser?.json.code).toBe("reservation_used");
    if (drop?.status === 201) voided += 100;
  }
  expect((await lotSums(service, "p")).lots).toBe(String(rounds * 100 - voided));
  expect(await account(service, "s")).toMatchObject({
    reserved: rounds * 100,
    voided,
    taken: rounds * 100 - voided,
    open: 0,
  });
});

test("what is voided in part and recorded in part leaves the rest open", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{0000}", start: 10, increment: 10 });
  await putProduct(service, "p", "s");
  // 10, 20, ... 100
  const { json: held } = await reserve(service, "s", 10);
  const body = { reason: "torn", first: 30, last: 40 };
  await service.call("POST", `/v1/reservations/${held.id}/void`, { body });
  await postLots(service, [{ product: "p", reservation: held.id, first_name: "A-0050", count: 2 }]);
  const { json, text } = await service.call("GET", `/v1/reservations/${held.id}`);
  expect(json.open, text).toEqual([
    { first: "10", last: "20", count: 2 },
    { first: "70", last: "100", count: 4 },
  ]);
  expect(await ledgerRuns(service, "s", "void")).toEqual([{ first: 30n, last: 40n }]);
  expect(await account(service, "s")).toMatchObject({ reserved: 10, voided: 2, taken: 2, open: 6 });
  const across = await postLots(service, [
    { product: "p", reservation: held.id, first_name: "A-0020", count: 2 },
  ]);
  expect([across.status, across.json.code]).toEqual([409, "reservation_used"]);
});
