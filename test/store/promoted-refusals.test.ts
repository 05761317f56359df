import { expect, test } from "vitest";

import {
  account,
  ledgerRuns,
  lotNames,
  postLots,
  putProduct,
  putSequence,
  reserve,
  serviceForTest,
} from "./service.ts";

// Whatever a row refuses, a promoted series refuses in the same words, and nothing moves.
const stores = test.each([
  ["row", false],
  ["promoted", true],
] as const);

stores("a run past the last number is refused and moves nothing: %s", async (_, hot) => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{00}", overflow: "reject", hot });
  expect((await reserve(service, "s", 95)).status).toBe(201);
  const refused = await reserve(service, "s", 5);
  expect([refused.status, refused.json.code, refused.json.remaining]).toEqual([
    409,
    "sequence_exhausted",
    "4",
  ]);
  expect((await reserve(service, "s", 3)).json.last_name).toBe("A-98");
  expect((await reserve(service, "s", 1)).json.last_name).toBe("A-99");
  for (const count of [1, 2]) {
    const none = await reserve(service, "s", count);
    expect([none.status, none.json.code, none.json.remaining]).toEqual([
      409,
      "sequence_exhausted",
      "0",
    ]);
  }
  expect(await account(service, "s")).toMatchObject({ passed: 99, reserved: 99, burned: 0 });
});

stores("a name too far ahead is refused and moves nothing: %s", async (_, hot) => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{00}", hot });
  await putProduct(service, "p", "s");
  await reserve(service, "s", 1);
  const far = [{ product: "p", names: ["A-500000"] }];
  const refused = await postLots(service, far);
  expect([refused.status, refused.json.code]).toEqual([409, "jump_too_far"]);
  expect(await lotNames(service, "p")).toEqual([]);
  expect((await reserve(service, "s", 1)).json.first).toBe("2");

  const jump = [{ product: "p", names: ["A-500000"], allow_jump: true }];
  expect((await postLots(service, jump)).status).toBe(201);
  expect(await ledgerRuns(service, "s", "skip")).toEqual([{ first: 3n, last: 500_000n }]);
  expect((await reserve(service, "s", 2)).json.first).toBe("500001");
  expect(await account(service, "s")).toMatchObject({
    passed: 500_002,
    reserved: 4,
    skipped: 499_998,
    burned: 0,
  });
});

stores("a ceiling lowered and raised again leaves no hole: %s", async (_, hot) => {
  const service = await serviceForTest();
  const body = { pattern: "A-{00}", increment: 10, hot };
  await putSequence(service, "s", body);
  // 1, 11, ... 91: the next one, 101, has no room in two digits.
  expect((await reserve(service, "s", 10)).json.last).toBe("91");
  await putSequence(service, "s", { ...body, overflow: "reject" });
  expect((await reserve(service, "s", 1)).json.code).toBe("sequence_exhausted");
  await putSequence(service, "s", { ...body, overflow: "widen" });
  const { json } = await reserve(service, "s", 2);
  expect([json.first, json.last]).toEqual(["101", "111"]);
  expect(await account(service, "s")).toMatchObject({ passed: 12, reserved: 12, burned: 0 });
});

stores("a changed increment counts on from the last number: %s", async (_, hot) => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{00}", increment: 5, start: 10, hot });
  expect((await reserve(service, "s", 3)).json).toMatchObject({ first: "10", last: "20" });
  await putSequence(service, "s", { pattern: "A-{00}", increment: 1, start: 10, hot });
  // 25 was next, and stays so.
  expect((await reserve(service, "s", 3)).json).toMatchObject({ first: "25", last: "27" });
  expect(await account(service, "s")).toMatchObject({ passed: 6, reserved: 6, burned: 0 });
});
