import { expect, test } from "vitest";

import type { Service } from "../harness/service.ts";
import {
  account,
  ledgerRuns,
  lotNames,
  lotSums,
  padded,
  postLots,
  putProduct,
  putSequence,
  serviceForTest,
} from "./service.ts";

// Goods are there, whatever their numbers: a receipt or a count whose next name is taken draws another.

const pattern = { pattern: "A-{000000}" };
const name = (number: number) => padded("A-", number, 6);

/** Products of serials and of lots that had names of the sequence before it served them. */
async function serviceWithTaken(numbers: readonly number[], sequence: object = pattern) {
  const service = await serviceForTest();
  await putSequence(service, "s", sequence);
  for (const [product, tracking] of [
    ["p", "serial"],
    ["l", "lot"],
  ] as const) {
    await service.call("PUT", `/v1/products/${product}`, { body: { tracking } });
    await postLots(service, [{ product, names: numbers.map(name) }]);
    const body = { tracking, sequence: "s" };
    await service.call("PUT", `/v1/products/${product}`, { body });
  }
  return service;
}

async function receive(service: Service, lines: readonly object[]) {
  const body = { reference: crypto.randomUUID(), lines };
  return service.call("POST", "/v1/receipts", { body });
}

async function count(service: Service, counted: number) {
  const lines = [{ product: "p", counted_quantity: counted }];
  const draft = await service.call("POST", "/v1/counts", { body: { reference: "c", lines } });
  return service.call("POST", `/v1/counts/${draft.json.id}/apply`);
}

test("a receipt makes as many serials as came, and says which", async () => {
  const service = await serviceWithTaken([2, 4]);
  const { status, json, text } = await receive(service, [{ product: "p", quantity: 3 }]);
  expect(status, text).toBe(201);
  // 1 to 3, of which 2 is taken; 4 for it, which is taken as well; 5 for that.
  expect(json.lines).toMatchObject([{ new_lots: 3, first_name: name(1), last_name: name(5) }]);
  expect(json.job).toMatchObject({ status: "done", total: 3, done: 3, skipped: 0 });
  expect(await lotNames(service, "p")).toEqual([1, 2, 3, 4, 5].map(name));
  expect(await account(service, "s")).toMatchObject({
    passed: 5,
    reserved: 5,
    voided: 2,
    taken: 3,
    open: 0,
  });
  const cancel = await service.call("POST", `/v1/receipts/${json.id}/cancel`, {
    body: { reason: "not ours" },
  });
  expect(cancel.status, cancel.text).toBe(200);
  expect(await lotNames(service, "p")).toEqual([2, 4].map(name));
  expect(await account(service, "s")).toMatchObject({ voided: 5, taken: 0, open: 0 });
});

test("a lot whose name is taken gets the next one, with all of its quantity", async () => {
  const service = await serviceWithTaken([1, 3]);
  const { json } = await receive(service, [
    { product: "l", quantity: 12 },
    { product: "l", quantity: "7.5", quantity_per_lot: 5 },
  ]);
  expect(json.lines).toMatchObject([
    { new_lots: 1, first_name: name(4), last_name: name(4) },
    { new_lots: 2, first_name: name(2), last_name: name(5) },
  ]);
  const rows = await service.database.query<{ name: string; quantity: string }>(
    "select name, trim_scale(quantity)::text as quantity from lots where product = 'l' order by name",
  );
  // Drawn as 1, 2 and 3; then 4 for 1 and 5 for 3.
  expect(rows.map(({ quantity }) => quantity)).toEqual(["1", "5", "1", "12", "2.5"]);
});

test("a large count makes exactly what was counted", async () => {
  const taken = [1, 20_000, 20_001, 45_000, 45_002];
  const service = await serviceWithTaken(taken);
  const { json, text } = await count(service, 45_000);
  expect(json.job, text).toMatchObject({ status: "done", total: 45_000, done: 45_000, skipped: 0 });
  expect(json.lines).toMatchObject([{ new_lots: 45_000, first_name: name(2) }]);
  expect((await lotSums(service, "p")).lots).toBe(String(45_000 + taken.length));
  expect(await account(service, "s")).toMatchObject({
    passed: 45_005,
    reserved: 45_005,
    voided: 5,
    taken: 45_000,
    open: 0,
  });
  await putProduct(service, "p");
  await postLots(service, [{ product: "p", names: [name(60_000)] }]);
  await putProduct(service, "p", "s");
  const received = await receive(service, [{ product: "p", quantity: 45_000 }]);
  expect(received.json.lines).toMatchObject([{ new_lots: 45_000, last_name: name(90_006) }]);
});

test.each([{ mode: "gapless" }, { hot: true }])(
  "also of a sequence of another kind: %o",
  async (kind) => {
    const service = await serviceWithTaken([1, 2], { ...pattern, ...kind });
    const { json } = await count(service, 2);
    expect(json.lines).toMatchObject([{ new_lots: 2, first_name: name(3), last_name: name(4) }]);
    expect(await account(service, "s")).toMatchObject({ passed: 4, voided: 2, taken: 2 });
  },
);

test("where no number is left for a taken name, nothing is received", async () => {
  const service = await serviceWithTaken([1], {
    pattern: "A-{000000}",
    overflow: "reject",
    start: 1,
  });
  await service.call("POST", "/v1/sequences/s/advance", {
    body: { to: 999_999, reason: "a test" },
  });
  await service.call("PUT", "/v1/products/p", { body: { tracking: "serial" } });
  await postLots(service, [{ product: "p", names: [name(999_999)] }]);
  await service.call("PUT", "/v1/products/p", { body: { tracking: "serial", sequence: "s" } });
  const refused = await receive(service, [{ product: "p", quantity: 1 }]);
  expect([refused.status, refused.json.code], refused.text).toEqual([409, "sequence_exhausted"]);
  expect(await lotNames(service, "p")).toEqual([1, 999_999].map(name));
});

test.each([{}, { mode: "gapless" }, { hot: true }])(
  "many names taken in a row are voided together, of a sequence of any kind: %o",
  async (kind) => {
    const taken = 3_000;
    const row = Array.from({ length: taken }, (_, index) => index + 1);
    const service = await serviceWithTaken(row, { ...pattern, ...kind });
    const { status, json, text } = await receive(service, [{ product: "p", quantity: 2 }]);
    expect(status, text).toBe(201);
    const [first, last] = [name(taken + 1), name(taken + 2)];
    expect(json.lines).toMatchObject([{ new_lots: 2, first_name: first, last_name: last }]);
    // 1 and 2; those that are taken behind them, which are of no item; two for the first ones.
    expect(json.job).toMatchObject({ status: "done", total: 2, done: 2, skipped: 0 });
    expect(json.job.items).toHaveLength(2);
    expect(await account(service, "s")).toMatchObject({
      passed: taken + 2,
      reserved: taken + 2,
      voided: taken,
      taken: 2,
      open: 0,
      burned: 0,
    });
    expect(await ledgerRuns(service, "s", "void")).toEqual([
      { first: 1n, last: 1n },
      { first: 2n, last: 2n },
      { first: 3n, last: BigInt(taken) },
    ]);
  },
);

test("where names are taken here and there, what one call cannot draw is drawn by the next ones", async () => {
  // Each is the only one that is drawn for the one before it.
  const row = Array.from({ length: 50 }, (_, index) => index + 1);
  const service = await serviceWithTaken(row);
  const before = await service.database.requests();
  const { status, json, text } = await receive(service, [{ product: "p", quantity: 1 }]);
  expect(status, text).toBe(201);
  // Twenty are drawn with the receipt.
  expect((await service.database.requests()) - before).toBeGreaterThanOrEqual(50 - 20);
  expect(json.lines).toMatchObject([{ new_lots: 1, first_name: name(51), last_name: name(51) }]);
  expect(json.job).toMatchObject({ status: "done", total: 1, done: 1, skipped: 0 });
  expect(await account(service, "s")).toMatchObject({ passed: 51, voided: 50, taken: 1, open: 0 });
});

test("of names taken in a row one round voids 20,000", async () => {
  const taken = 45_000;
  const service = await serviceWithTaken(Array.from({ length: taken }, (_, index) => index + 1));
  const { status, json, text } = await receive(service, [{ product: "p", quantity: 1 }]);
  expect(status, text).toBe(201);
  expect(json.lines).toMatchObject([{ new_lots: 1, first_name: name(taken + 1) }]);
  // Each round draws one behind what it voids, which is taken as well until the last.
  const voided = (await ledgerRuns(service, "s", "void")).map(
    ({ first, last }) => last - first + 1n,
  );
  expect(voided).toEqual([1n, 20_000n, 1n, 20_000n, 1n, 4_997n]);
  expect(await account(service, "s")).toMatchObject({ passed: taken + 1, taken: 1, open: 0 });
});

test.each([{}, { mode: "gapless" }, { hot: true }])(
  "whoever comes to taken names at once gets lots all the same: %o",
  async (kind) => {
    const service = await serviceWithTaken(
      Array.from({ length: 1_000 }, (_, index) => index + 1),
      { ...pattern, ...kind },
    );
    const answers = await Promise.all(
      Array.from({ length: 12 }, () =>
        receive(service, [
          { product: "p", quantity: 3 },
          { product: "l", quantity: 5 },
        ]),
      ),
    );
    for (const { status, json, text } of answers) {
      expect(status, text).toBe(201);
      expect(json.lines, text).toMatchObject([{ new_lots: 3 }, { new_lots: 1 }]);
    }
    expect((await lotSums(service, "p")).lots).toBe(String(1_000 + 12 * 3));
    expect((await lotSums(service, "l")).lots).toBe(String(1_000 + 12));
    expect(await account(service, "s")).toMatchObject({ taken: 48, open: 0, burned: 0 });
  },
);
