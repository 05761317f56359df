import { expect, test } from "vitest";

import type { Service } from "../harness/service.ts";
import { expectSeamless } from "./runs.ts";
import {
  account,
  inParallel,
  ledgerRuns,
  lotNames,
  lotSums,
  padded,
  postLots,
  putProduct,
  putSequence,
  reserve,
  serviceForTest,
} from "./service.ts";

/** What a job left out, as the API lists it. */
async function skippedNames(service: Service, job: string): Promise<string[]> {
  const { json } = await service.call("GET", `/v1/jobs/${job}/skipped?limit=1000`);
  return json.data.map(({ name }: { name: string }) => name);
}

// The small job is recorded by the statement that makes it, the large ones in chunks of 20,000.
test.each([
  [10, [5]],
  [700, [1, 699, 700]],
  [45_000, [1, 20_000, 20_001, 45_000]],
])(
  "names recorded before are left out of a run of %i, and their numbers voided",
  async (count, taken) => {
    const service = await serviceForTest();
    await putSequence(service, "s", { pattern: "A-{000000}" });
    // Bound to no sequence yet, so that its names are only texts.
    await putProduct(service, "p");
    const names = taken.map((number) => padded("A-", number, 6));
    expect((await postLots(service, [{ product: "p", names }])).status).toBe(201);
    await putProduct(service, "p", "s");

    const { status, json } = await postLots(service, [{ product: "p", count }]);
    expect(status).toBe(201);
    const done = count - taken.length;
    expect(json).toMatchObject({ status: "done", total: count, done, skipped: taken.length });
    expect(json.items).toMatchObject([{ count, done, skipped: taken.length }]);
    expect(await skippedNames(service, json.id)).toEqual(names);
    expect((await lotSums(service, "p")).lots).toBe(String(count));
    expect((await lotSums(service, "p")).numbers).toBe(String(done));
    expect(await ledgerRuns(service, "s", "void")).toEqual(
      taken.map((number) => ({ first: BigInt(number), last: BigInt(number) })),
    );
    expect(await account(service, "s")).toMatchObject({
      passed: count,
      reserved: count,
      voided: taken.length,
      taken: done,
      open: 0,
    });
    const { json: resolved } = await service.call("GET", `/v1/resolve?name=${names[0]}`);
    expect(resolved.origins).toMatchObject([{ number: String(taken[0]), status: "voided" }]);
    expect(resolved.lots).toHaveLength(1);
  },
);

test("a name inside a presented reservation that was recorded before is left out", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{0000}" });
  await putProduct(service, "p");
  const held = await reserve(service, "s", 10);
  await postLots(service, [{ product: "p", names: ["A-0004"] }]);
  const { json } = await postLots(service, [{ product: "p", reservation: held.json.id }]);
  expect(json).toMatchObject({ status: "done", total: 10, done: 9, skipped: 1 });
  expect(await skippedNames(service, json.id)).toEqual(["A-0004"]);
  expect(await ledgerRuns(service, "s", "void")).toEqual([{ first: 4n, last: 4n }]);
  expect(await account(service, "s")).toMatchObject({ voided: 1, taken: 9, open: 0 });
});

test("the other way round the name is refused, and nothing of its request is done", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{0000}" });
  await putProduct(service, "p");
  const held = await reserve(service, "s", 10);
  await postLots(service, [{ product: "p", reservation: held.json.id }]);
  const names = ["other", "A-0004"];
  const refused = await postLots(service, [{ product: "p", names }]);
  expect([refused.status, refused.json.code]).toEqual([409, "name_taken"]);
  expect((await lotSums(service, "p")).lots).toBe("10");
  const skipping = await postLots(service, [{ product: "p", names }], { on_duplicate: "skip" });
  expect(skipping.json).toMatchObject({ status: "done", total: 2, done: 1, skipped: 1 });
  expect(await skippedNames(service, skipping.json.id)).toEqual(["A-0004"]);
});

test("a number that is reserved and not recorded is not to be had by its name", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{0000}" });
  await putProduct(service, "p", "s");
  await reserve(service, "s", 10);
  const refused = await postLots(service, [{ product: "p", names: ["A-0004"] }]);
  expect([refused.status, refused.json.code]).toEqual([409, "name_issued"]);
  expect(await lotNames(service, "p")).toEqual([]);
});

test("by hand and by reservation at once: every name once, whoever is first", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{0000}" });
  await putProduct(service, "p");
  let left = 0;
  for (let round = 0; round < 8; round += 1) {
    const held = await reserve(service, "s", 1000);
    const first = round * 1000 + 1;
    const byHand = [padded("A-", first + 3), padded("A-", first + 500), padded("A-", first + 999)];
    const [job, hand] = await Promise.all([
      postLots(service, [{ product: "p", reservation: held.json.id }]),
      postLots(service, [{ product: "p", names: byHand }], { on_duplicate: "skip" }),
    ]);
    expect([job.json.status, hand.json.status]).toEqual(["done", "done"]);
    // What one left out the other has.
    expect(job.json.skipped + hand.json.skipped).toBe(3);
    expect(job.json.done + hand.json.done).toBe(1000);
    left += job.json.skipped;
  }
  expect((await lotSums(service, "p")).lots).toBe("8000");
  expect(await account(service, "s")).toMatchObject({
    reserved: 8000,
    voided: left,
    taken: 8000 - left,
    open: 0,
  });
});

test.each([false, true])("the next name by hand against draws of it (hot: %s)", async (hot) => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{0000}", hot });
  await putProduct(service, "p", "s");
  let recorded = 0;
  for (let round = 0; round < 8; round += 1) {
    const { json } = await service.call("GET", "/v1/sequences/s");
    const next = padded("A-", Number(json.next));
    await inParallel(4, async (caller) => {
      const item = caller === 0 ? { product: "p", names: [next] } : { product: "p", count: 1 };
      const answer = await postLots(service, [item]);
      if (answer.status === 201) recorded += answer.json.done;
      else expect(["name_taken", "name_issued"], answer.text).toContain(answer.json.code);
    });
  }
  expect((await lotSums(service, "p")).lots).toBe(String(recorded));
  const passed = [...(await ledgerRuns(service, "s")), ...(await ledgerRuns(service, "s", "skip"))];
  expectSeamless(passed, 1n);
  const sums = await account(service, "s");
  expect(sums["burned"]).toBe(0);
  expect(sums["open"]).toBe(0);
});
