import { expect, test } from "vitest";

import type { Service } from "../harness/service.ts";
import {
  isPromoted,
  ledgerRuns,
  lotNames,
  postLots,
  putProduct,
  putSequence,
  reserve,
  serviceForTest,
} from "./service.ts";

/** How many requests to the database a task takes. */
async function requestsOf(service: Service, task: () => Promise<unknown>): Promise<number> {
  const before = await service.database.requests();
  await task();
  return (await service.database.requests()) - before;
}

test.each([false, true])("a warm reservation is one request (hot: %s)", async (hot) => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{0000}", hot });
  await reserve(service, "s", 1);
  expect(await isPromoted(service, "s")).toBe(hot);
  expect(await requestsOf(service, () => reserve(service, "s", 1))).toBe(1);
  expect(await requestsOf(service, () => reserve(service, "s", 10_000_000))).toBe(1);
  // Its replay as well.
  const options = { idempotencyKey: "k" };
  await reserve(service, "s", 7, options);
  expect(await requestsOf(service, () => reserve(service, "s", 7, options))).toBe(1);
});

test("warm names of a naming series are one request, and the first use of a pattern four", async () => {
  const service = await serviceForTest();
  const next = async (series: string, options: object = {}) => {
    const body = { series, at: "2026-11-24" };
    const { status, text } = await service.call("POST", "/v1/naming-series/next", {
      body,
      ...options,
    });
    expect(status, text).toBe(201);
  };
  await next("A-.YYYY.-.####");
  expect(await requestsOf(service, () => next("A-.YYYY.-.####"))).toBe(1);
  // Not remembered by the draw, compared, remembered, drawn.
  expect(await requestsOf(service, () => next("B-.####"))).toBe(4);
  expect(await requestsOf(service, () => next("B-.####"))).toBe(1);
  // Its replay as well.
  const options = { idempotencyKey: "k" };
  await next("B-.####", options);
  expect(await requestsOf(service, () => next("B-.####", options))).toBe(1);
});

test("a warm small creation is one request, whatever it mixes", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{0000}" });
  await putSequence(service, "t", { pattern: "B-{0000}", hot: true });
  await putProduct(service, "p", "s");
  await putProduct(service, "q", "t");
  const held = await reserve(service, "s", 5);
  await postLots(service, [
    { product: "p", count: 1 },
    { product: "q", count: 1 },
  ]);
  const one = [{ product: "p", count: 1 }];
  expect(await requestsOf(service, () => postLots(service, one))).toBe(1);
  const mix = [
    { product: "p", count: 250 },
    { product: "q", count: 240 },
    { product: "p", reservation: held.json.id },
    { product: "q", names: ["by hand"] },
  ];
  expect(
    await requestsOf(service, async () => {
      const { status, json } = await postLots(service, mix);
      expect([status, json.status, json.done]).toEqual([201, "done", 496]);
    }),
  ).toBe(1);
});

/** As another isolate would, whose change this one is not told of. */
async function changePatternElsewhere(service: Service, key: string, pattern: string) {
  await service.database.query("update sequences set pattern = $3 where tenant = $1 and key = $2", [
    service.tenant,
    key,
    pattern,
  ]);
}

test.each([false, true])(
  "a definition changed elsewhere draws nothing with the old one (hot: %s)",
  async (hot) => {
    const service = await serviceForTest();
    await putSequence(service, "s", { pattern: "OLD-{0000}", hot });
    await putProduct(service, "p", "s");
    await reserve(service, "s", 1);
    await changePatternElsewhere(service, "s", "NEW-{0000}");
    // One that is refused, one that reads the new definition, one that draws.
    const requests = await requestsOf(service, async () => {
      const { json, text } = await reserve(service, "s", 2);
      expect(json.code, text).toBeUndefined();
      expect([json.first_name, json.last_name]).toEqual(["NEW-0002", "NEW-0003"]);
    });
    expect(requests).toBe(3);
    await postLots(service, [{ product: "p", count: 1 }]);
    await changePatternElsewhere(service, "s", "NEWER-{0000}");
    await postLots(service, [{ product: "p", count: 1 }]);
    expect(await lotNames(service, "p")).toEqual(["NEW-0004", "NEWER-0005"]);
    expect(await ledgerRuns(service, "s")).toEqual([
      { first: 1n, last: 1n },
      { first: 2n, last: 3n },
      { first: 4n, last: 4n },
      { first: 5n, last: 5n },
    ]);
  },
);

test("a product bound to another sequence elsewhere draws from that one only", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "S-{00}" });
  await putSequence(service, "t", { pattern: "T-{00}" });
  await putProduct(service, "p", "s");
  await postLots(service, [{ product: "p", count: 1 }]);
  await service.database.query("update products set sequence = 't' where sku = 'p'");
  const { status } = await postLots(service, [{ product: "p", count: 2 }]);
  expect(status).toBe(201);
  expect(await lotNames(service, "p")).toEqual(["S-01", "T-01", "T-02"]);
  expect(await ledgerRuns(service, "s")).toEqual([{ first: 1n, last: 1n }]);
});

test("a revoked key works no more at once, and draws nothing", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{0000}" });
  await reserve(service, "s", 1);
  await service.database.query("update api_keys set revoked_at = now() where tenant = $1", [
    service.tenant,
  ]);
  const answer = await reserve(service, "s", 1);
  expect([answer.status, answer.json.code]).toEqual([401, "api_key_revoked"]);
  expect(await ledgerRuns(service, "s")).toEqual([{ first: 1n, last: 1n }]);
});
