import { expect, test } from "vitest";

import type { Answer } from "../harness/service.ts";
import {
  inParallel,
  ledgerRuns,
  lotNames,
  pause,
  postLots,
  putProduct,
  putSequence,
  reserve,
  serviceForTest,
} from "./service.ts";

interface Twins {
  /** How often a caller was sent away and came back. */
  sentAway: number;
  /** The last answer of each. */
  answers: Answer[];
}

/** 32 callers send the same at once, and again as long as its twin runs. */
async function sendTwins(send: () => Promise<Answer>): Promise<Twins> {
  const twins: Twins = { sentAway: 0, answers: [] };
  await inParallel(32, async () => {
    let answer = await send();
    while (answer.status === 409) {
      expect(answer.json.code).toBe("request_in_flight");
      expect(Number(answer.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
      twins.sentAway += 1;
      await pause(20);
      answer = await send();
    }
    twins.answers.push(answer);
  });
  return twins;
}

/** All got the same bytes, all but the one who did it as a replay. */
function expectOneDoer({ answers }: Twins): void {
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 32 }, () => 201));
  expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  expect(answers.filter(({ headers }) => headers.has("idempotent-replayed"))).toHaveLength(31);
}

test.each([false, true])("32 twins of a reservation draw once (hot: %s)", async (hot) => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{0000}", hot });
  // The first one holds the key a little, so that the others meet it.
  await service.database.fault({ kind: "delay_commit", ms: 40 });
  const twins = await sendTwins(() => reserve(service, "s", 5, { idempotencyKey: "twin" }));
  await service.database.fault(null);
  expectOneDoer(twins);
  expect(twins.sentAway).toBeGreaterThan(0);
  expect(twins.answers[0]?.json).toMatchObject({ id: "s:1", first: "1", last: "5" });
  expect(await ledgerRuns(service, "s")).toEqual([{ first: 1n, last: 5n }]);
});

test("32 twins of a creation record once", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{0000}" });
  await putProduct(service, "p", "s");
  await service.database.fault({ kind: "delay_commit", ms: 40 });
  const items = [{ product: "p", count: 3 }];
  const twins = await sendTwins(() => postLots(service, items, { idempotencyKey: "twin" }));
  await service.database.fault(null);
  expectOneDoer(twins);
  expect(await lotNames(service, "p")).toEqual(["A-0001", "A-0002", "A-0003"]);
  expect(await ledgerRuns(service, "s")).toEqual([{ first: 1n, last: 3n }]);
});

test("one key with another request draws nothing", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{0000}" });
  await reserve(service, "s", 5, { idempotencyKey: "mine" });
  const other = await reserve(service, "s", 6, { idempotencyKey: "mine" });
  expect([other.status, other.json.code]).toEqual([422, "idempotency_key_reused"]);
  expect(await ledgerRuns(service, "s")).toEqual([{ first: 1n, last: 5n }]);
});

test("one key of two tenants is two keys", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{0000}" });
  const stranger = await service.createTenant();
  const put = await service.call("PUT", "/v1/sequences/s", {
    key: stranger.key,
    body: { pattern: "B-{0000}" },
  });
  expect(put.status).toBe(201);
  const mine = await reserve(service, "s", 1, { idempotencyKey: "k" });
  const theirs = await reserve(service, "s", 1, { idempotencyKey: "k", key: stranger.key });
  expect([mine.json.first_name, theirs.json.first_name]).toEqual(["A-0001", "B-0001"]);
});
