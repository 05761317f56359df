import { expect, test } from "vitest";

import type { Service } from "../harness/service.ts";
import {
  account,
  lotNames,
  postLots,
  putProduct,
  putSequence,
  reserve,
  serviceForTest,
} from "./service.ts";

// A name that a reservation holds is recorded with that reservation or not at all.

async function refusedAsIssued(service: Service, item: object): Promise<void> {
  const { status, json, text } = await postLots(service, [{ product: "p", ...item }]);
  expect([status, json.code], text).toEqual([409, "name_issued"]);
  expect(await lotNames(service, "p")).toEqual([]);
}

async function reserved(pattern: string, count: number, more: object = {}): Promise<Service> {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern, ...more });
  await putProduct(service, "p", "s");
  expect((await reserve(service, "s", count)).status).toBe(201);
  return service;
}

test("under a pattern that the sequence no longer has", async () => {
  const service = await reserved("OLD-{000}", 10);
  await putSequence(service, "s", { pattern: "NEW-{000}" });
  await refusedAsIssued(service, { names: ["OLD-005"] });
  await refusedAsIssued(service, { first_name: "OLD-008", count: 9 });
});

test("among thousands of names", async () => {
  const service = await reserved("{YYYY}/L{000000}-X", 10, { reset: "yearly" });
  await reserve(service, "s", 3, { body: { count: 3, at: "2025-01-01" } });
  const others = Array.from({ length: 3000 }, (_, index) => `other-${index}`);
  await refusedAsIssued(service, { names: [...others, "2025/L000002-X"] });
  await refusedAsIssued(service, { names: ["2025/L000003-X", ...others] });
  const free = await postLots(service, [{ product: "p", names: [...others, "2025/L000004-X"] }]);
  expect(free.json).toMatchObject({ done: 3001 });
});

test("under a pattern of another width", async () => {
  const service = await reserved("W{000}", 10, { start: 5000 });
  await putSequence(service, "s", { pattern: "W{0000}", start: 5000 });
  await refusedAsIssued(service, { names: ["W5003"] });
  await refusedAsIssued(service, { first_name: "W5000", count: 10 });
});

test("by a run that walks into the pattern's own digits", async () => {
  const service = await reserved("26{00000}", 10);
  await refusedAsIssued(service, { first_name: "2599998", count: 10 });
});

test("by a run that crosses the last number of the sequence", async () => {
  const service = await reserved("B{000}", 10, { start: 985, overflow: "reject" });
  await refusedAsIssued(service, { first_name: "B990", count: 11 });
  const beyond = [{ product: "p", first_name: "B995", count: 6 }];
  expect((await postLots(service, beyond)).json.done).toBe(6);
  expect(await lotNames(service, "p")).toEqual(["B1000", "B995", "B996", "B997", "B998", "B999"]);
  const none = await postLots(service, [{ product: "p", count: 1 }]);
  expect([none.status, none.json.code]).toEqual([409, "sequence_exhausted"]);
});

test("by another product of the sequence", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "E{000}" });
  await putProduct(service, "p", "s");
  await putProduct(service, "q", "s");
  await postLots(service, [{ product: "q", count: 3 }]);
  await refusedAsIssued(service, { names: ["E002"] });
});

test("but between two numbers of a step every name is free", async () => {
  const service = await reserved("F{000}", 3, { start: 0, increment: 5 });
  expect((await postLots(service, [{ product: "p", names: ["F007"] }])).status).toBe(201);
  await putProduct(service, "q", "s");
  await postLots(service, [{ product: "q", first_name: "F008", count: 2 }]);
  expect(await lotNames(service, "q")).toEqual(["F008", "F009"]);
});

test.each([true, false])("never by both of two callers at once (hot: %s)", async (hot) => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "R{000000}", hot });
  await putProduct(service, "p", "s");
  await service.database.fault({ kind: "delay_commit", ms: 5 });
  let both = 0;
  for (let round = 0; round < 12; round += 1) {
    const { json } = await service.call("GET", "/v1/sequences/s");
    const name = (ahead: number) => `R${String(Number(json.next) + ahead).padStart(6, "0")}`;
    const draws = Array.from({ length: 6 }, () => reserve(service, "s", 1));
    const byHand = [0, 1, 2, 3].map((ahead) =>
      postLots(service, [{ product: "p", names: [name(ahead)] }]),
    );
    const drawn = new Set((await Promise.all(draws)).map((answer) => answer.json.first_name));
    for (const [ahead, answer] of (await Promise.all(byHand)).entries()) {
      if (answer.status === 201 && drawn.has(name(ahead))) both += 1;
    }
  }
  await service.database.fault(null);
  expect(both).toBe(0);
  expect(await account(service, "s")).toMatchObject({ burned: 0, in_flight: 0 });
});
