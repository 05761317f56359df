import { expect, test } from "vitest";

import type { Service } from "../harness/service.ts";
import {
  ledgerRuns,
  lotSums,
  postLots,
  putProduct,
  putSequence,
  reserve,
  serviceForTest,
} from "./service.ts";

/** How often the Worker sends a statement whose answer is lost before it gives up. */
const tries = 4;

async function cutAfter(service: Service, match: string, times: number): Promise<void> {
  await service.database.fault({ kind: "cut_after", match, times });
}

/** What a reservation of 5 numbers from 1 answers, the moment aside. */
const first5 = {
  id: "s:1",
  sequence: "s",
  series: null,
  first: "1",
  last: "5",
  step: "1",
  count: 5,
  first_name: "A-0001",
  last_name: "A-0005",
};

test.each([false, true])(
  "a draw whose answer is lost for good is told by its replay (hot: %s)",
  async (hot) => {
    const service = await serviceForTest();
    await putSequence(service, "s", { pattern: "A-{0000}", hot });
    await cutAfter(service, "reserve_v1", tries);
    const lost = await reserve(service, "s", 5, { idempotencyKey: "k" });
    expect([lost.status, lost.json.code, lost.json.retryable]).toEqual([
      503,
      "outcome_unknown",
      true,
    ]);
    expect(lost.headers.has("retry-after")).toBe(true);

    await putSequence(service, "s", { pattern: "NEW-{00}", hot });
    const replay = await reserve(service, "s", 5, { idempotencyKey: "k" });
    expect(replay.status).toBe(201);
    expect(replay.headers.get("idempotent-replayed")).toBe("true");
    expect(replay.json).toEqual({ ...first5, created_at: replay.json.created_at });
    const again = await reserve(service, "s", 5, { idempotencyKey: "k" });
    expect(again.text).toBe(replay.text);
    expect(await ledgerRuns(service, "s")).toEqual([{ first: 1n, last: 5n }]);
    expect((await reserve(service, "s", 1)).json.first_name).toBe("NEW-06");
  },
);

test("a draw whose answer is lost less often than the Worker tries succeeds, once", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{0000}" });
  await cutAfter(service, "reserve_v1", tries - 1);
  const answer = await reserve(service, "s", 5, { idempotencyKey: "k" });
  expect(answer.status).toBe(201);
  expect(answer.json).toEqual({ ...first5, created_at: answer.json.created_at });
  await putSequence(service, "s", { pattern: "NEW-{00}" });
  const replay = await reserve(service, "s", 5, { idempotencyKey: "k" });
  expect(replay.text).toBe(answer.text);
  expect(await ledgerRuns(service, "s")).toEqual([{ first: 1n, last: 5n }]);
});

test("names that were to be included are the same in the replay", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{0000}" });
  const wanted = { idempotencyKey: "k", body: { count: 3, include: "names" } };
  const answer = await service.call("POST", "/v1/sequences/s/reservations", wanted);
  expect(answer.json.names).toEqual(["A-0001", "A-0002", "A-0003"]);
  await putSequence(service, "s", { pattern: "NEW-{00}" });
  const replay = await service.call("POST", "/v1/sequences/s/reservations", wanted);
  expect(replay.text).toBe(answer.text);
});

test("a replay stays possible when the pattern now asks for more than the request gave", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{0000}" });
  const answer = await reserve(service, "s", 5, { idempotencyKey: "k" });
  await putSequence(service, "s", { pattern: "{field.plant}/{0000}" });
  const replay = await reserve(service, "s", 5, { idempotencyKey: "k" });
  expect(replay.text).toBe(answer.text);
  const fresh = await reserve(service, "s", 5);
  expect([fresh.status, fresh.json.code]).toEqual([422, "field_missing"]);
});

test("a creation's replay stays possible when the product now asks for more", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{0000}" });
  await putProduct(service, "p", "s");
  const items = [{ product: "p", count: 3 }];
  const answer = await postLots(service, items, { idempotencyKey: "k" });
  expect(answer.status).toBe(201);
  const body = { tracking: "serial", sequence: "s", expiry: "required" };
  expect((await service.call("PUT", "/v1/products/p", { body })).status).toBe(200);
  const replay = await postLots(service, items, { idempotencyKey: "k" });
  expect([replay.status, replay.text]).toEqual([201, answer.text]);
  expect((await lotSums(service, "p")).lots).toBe("3");
});

test.each([
  ["create_lots_v1", 3],
  ["create_lots_v1", 3000],
  ["create_lots_v1", 45_000],
  ["run_chunk_v1", 3000],
  ["run_chunk_v1", 45_000],
])("after a lost answer of %s all of %i lots are there at once", async (match, count) => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{000000}" });
  await putProduct(service, "p", "s");
  await cutAfter(service, match, 1);
  const answer = await postLots(service, [{ product: "p", count }]);
  expect([answer.status, answer.json.status, answer.json.done]).toEqual([201, "done", count]);
  const all = String(count);
  expect(await lotSums(service, "p")).toEqual({
    lots: all,
    numbers: all,
    lowest: "1",
    highest: all,
  });
  expect(await ledgerRuns(service, "s")).toEqual([{ first: 1n, last: BigInt(count) }]);
});

test("a creation whose answer is lost for good is told by its replay, once", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{0000}" });
  await putProduct(service, "p", "s");
  await cutAfter(service, "create_lots_v1", tries);
  const items = [{ product: "p", count: 3 }];
  const lost = await postLots(service, items, { idempotencyKey: "k" });
  expect([lost.status, lost.json.code]).toEqual([503, "outcome_unknown"]);
  const replay = await postLots(service, items, { idempotencyKey: "k" });
  expect([replay.status, replay.json.done]).toEqual([201, 3]);
  expect((await lotSums(service, "p")).lots).toBe("3");
});
