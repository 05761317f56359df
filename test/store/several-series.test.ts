import { expect, test } from "vitest";

import {
  account,
  inParallel,
  postLots,
  putProduct,
  putSequence,
  reserve,
  serviceForTest,
} from "./service.ts";

test("a request over two series that is refused or starts again burns nothing", async () => {
  const service = await serviceForTest();
  await putSequence(service, "fast", { pattern: "F-{0000}", hot: true });
  await putSequence(service, "slow", { pattern: "S-{0000}" });
  await putProduct(service, "f", "fast");
  await putProduct(service, "s", "slow");
  const items = [
    { product: "f", count: 3 },
    { product: "s", count: 2 },
  ];
  await inParallel(5, async (caller) => {
    for (let round = 0; round < 8; round += 1) {
      if (caller === 0) await putSequence(service, "slow", { pattern: `S${round}-{0000}` });
      else expect([201, 503]).toContain((await postLots(service, items)).status);
    }
  });
  expect(await account(service, "fast")).toMatchObject({ burned: 0, in_flight: 0, open: 0 });

  await putSequence(service, "short", { pattern: "T-{0}", overflow: "reject" });
  await putProduct(service, "t", "short");
  const before = await account(service, "fast");
  const refused = await postLots(service, [
    { product: "f", count: 3 },
    { product: "t", count: 10 },
  ]);
  expect([refused.status, refused.json.code]).toEqual([409, "sequence_exhausted"]);
  expect(await account(service, "fast")).toEqual(before);
});

test("reservations count for the lots of a request", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "L{0}" });
  await putProduct(service, "p", "s");
  const { json } = await reserve(service, "s", 10_000_000);
  const refused = await postLots(service, [
    { product: "p", count: 1 },
    { product: "p", reservation: json.id },
  ]);
  expect([refused.status, refused.json.code]).toEqual([422, "too_many_lots"]);
  expect((await service.call("GET", "/v1/sequences/s")).json.next).toBe("10000001");
});

const exhausted = [
  { start: 5, made: 10, count: 10, changed: 1, next: "105" },
  { start: 0, made: 1, count: 100, changed: 1000, next: "100" },
];

test.each(exhausted)(
  "an exhausted promoted sequence goes on behind its last number: %o",
  async ({ start, made, count, changed, next }) => {
    const service = await serviceForTest();
    const narrow = { pattern: "X{00}", overflow: "reject", hot: true, start };
    await putSequence(service, "s", { ...narrow, increment: made });
    await putProduct(service, "p", "s");
    expect((await reserve(service, "s", count)).status).toBe(201);
    await putSequence(service, "s", { ...narrow, increment: changed });
    await putSequence(service, "s", { ...narrow, pattern: "X{0000}" });
    expect((await service.call("GET", "/v1/sequences/s")).json.next).toBe(next);
    const lots = await postLots(service, [{ product: "p", count: 3 }]);
    const first = lots.json.items?.[0]?.first_name;
    expect([lots.status, first]).toEqual([201, `X${next.padStart(4, "0")}`]);
    expect(await account(service, "s")).toMatchObject({ burned: 0 });
  },
);

test("a first name shorter than the pattern is not one of the reservation", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "LONG-{000}" });
  await putProduct(service, "p", "s");
  const { json } = await reserve(service, "s", 3);
  const refused = await postLots(service, [
    { product: "p", reservation: json.id, first_name: "X", count: 1 },
  ]);
  expect(refused.json.code).toBe("first_name_not_reserved");
});

/** Names of as many days of a daily sequence. */
function namesOfDays(days: number): string[] {
  return Array.from({ length: days }, (_, index) => {
    const day = new Date(Date.UTC(2025, 0, 1 + index)).toISOString().slice(0, 10);
    return `${day.replaceAll("-", "")}-0001`;
  });
}

test("names of more series than one transaction may hold are refused", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "{YYYY}{MM}{DD}-{0000}", reset: "daily", hot: true });
  await putProduct(service, "p", "s");
  const refused = await postLots(service, [{ product: "p", names: namesOfDays(257) }]);
  expect([refused.status, refused.json.code], refused.text).toEqual([422, "too_many_sequences"]);
  expect(refused.json).toMatchObject({ limit: 256, requested: 257 });
  expect(await service.database.query("select from series")).toEqual([]);
  const taken = await postLots(service, [{ product: "p", names: namesOfDays(256) }]);
  expect(taken.status, taken.text).toBe(201);
});

test("names that pass nearly all numbers of many series are recorded", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "{YYYY}-{0000}", reset: "yearly" });
  await putProduct(service, "p", "s");
  // Ten times 10^18 is more than a bigint holds.
  const names = Array.from({ length: 10 }, (_, year) => `${2001 + year}-999999999999999999`);
  const answer = await postLots(service, [{ product: "p", names, allow_jump: true }]);
  expect([answer.status, answer.json.status], answer.text).toEqual([201, "done"]);
  const { json } = await service.call("GET", "/v1/sequences/s/account");
  expect(json.skipped).toBe("9999999999999999990");
});
