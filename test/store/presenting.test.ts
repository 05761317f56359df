import { expect, test } from "vitest";

import {
  account,
  lotNames,
  postLots,
  putProduct,
  putSequence,
  reserve,
  serviceForTest,
} from "./service.ts";

const overlapping = { pattern: "X-{000}", allow_overlap: true };

test("a product that takes names of a sequence presents no reservation of one that can give the same", async () => {
  const service = await serviceForTest();
  await putSequence(service, "one", overlapping);
  await putSequence(service, "other", overlapping);
  await putProduct(service, "p", "one");
  const held = await reserve(service, "other", 5);
  const item = { product: "p", reservation: held.json.id };
  const refused = await postLots(service, [item]);
  expect([refused.status, refused.json.code], refused.text).toEqual([409, "pattern_shared"]);
  expect(refused.json).toMatchObject({ product: "p", sequence: "other", other_sequence: "one" });
  expect(await account(service, "other")).toMatchObject({ open: 5, taken: 0 });
  // One that takes no names of the other does.
  await putProduct(service, "q");
  const presented = await postLots(service, [{ ...item, product: "q" }]);
  expect([presented.status, presented.json.done], presented.text).toEqual([201, 5]);
  const bound = await service.call("PUT", "/v1/products/q", {
    body: { tracking: "serial", sequence: "one" },
  });
  expect(bound.json.code, bound.text).toBe("pattern_shared");
});

test("a sequence whose name was recorded by hand keeps its start, and goes on behind it", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{0000}", start: 100 });
  await putProduct(service, "p", "s");
  // Below the counter, so that nothing was skipped.
  await postLots(service, [{ product: "p", names: ["A-0050"] }]);
  const put = await service.call("PUT", "/v1/sequences/s", {
    body: { pattern: "A-{0000}", start: 1 },
  });
  expect([put.status, put.json.code, put.json.fields], put.text).toEqual([
    409,
    "sequence_fixed",
    ["start"],
  ]);
  expect((await reserve(service, "s", 60)).json.first_name).toBe("A-0100");
  expect(await lotNames(service, "p")).toEqual(["A-0050"]);
});

test.each([false, true])(
  "a sequence that a typo has exhausted is set back (hot: %s)",
  async (hot) => {
    const service = await serviceForTest();
    await putSequence(service, "s", { pattern: "A-{0000}", hot });
    await putProduct(service, "p", "s");
    await reserve(service, "s", 3);
    const lines = [
      { product: "p", quantity: 1, lots: [{ name: "A-999999999999999999" }], allow_jump: true },
    ];
    const receipt = await service.call("POST", "/v1/receipts", { body: { reference: "r", lines } });
    expect(receipt.status, receipt.text).toBe(201);
    expect((await reserve(service, "s", 1)).json.code).toBe("sequence_exhausted");
    const rewind = () =>
      service.call("POST", "/v1/sequences/s/rewind", { body: { to: 4, reason: "a typo" } });
    expect((await rewind()).json.code).toBe("rewind_below_issued");
    await service.call("POST", `/v1/receipts/${receipt.json.id}/cancel`, {
      body: { reason: "a typo" },
    });
    const back = await rewind();
    expect(back.status, back.text).toBe(201);
    expect((await reserve(service, "s", 1)).json.first_name).toBe("A-0004");
  },
);
