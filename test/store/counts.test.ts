import { expect, test } from "vitest";

import type { Answer, CallOptions, Service } from "../harness/service.ts";
import {
  ledgerRuns,
  lotNames,
  lotSums,
  postLots,
  putProduct,
  putSequence,
  serviceForTest,
  untilWaiting,
} from "./service.ts";

/** How often the Worker sends a statement whose answer is lost before it gives up. */
const tries = 4;

async function serviceWithProducts(): Promise<Service> {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{0000}" });
  await putProduct(service, "p", "s");
  const body = { tracking: "lot", sequence: "s" };
  expect((await service.call("PUT", "/v1/products/l", { body })).status).toBe(201);
  return service;
}

async function draft(
  service: Service,
  lines: readonly object[],
  options: CallOptions = {},
): Promise<string> {
  const answer = await service.call("POST", "/v1/counts", { body: { lines }, ...options });
  expect(answer.status, answer.text).toBe(201);
  return answer.json.id;
}

function apply(service: Service, id: string, options: CallOptions = {}): Promise<Answer> {
  return service.call("POST", `/v1/counts/${id}/apply`, options);
}

const ofUnits = (count: number) => [{ product: "p", counted_quantity: count }];

test("a count that is applied by many at once makes its lots once", async () => {
  const service = await serviceWithProducts();
  const id = await draft(service, ofUnits(3));
  await service.database.fault({ kind: "delay_commit", ms: 50, match: "apply_count_v1" });
  const answers = await Promise.all(Array.from({ length: 6 }, () => apply(service, id)));
  await service.database.fault(null);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
  expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  expect(await ledgerRuns(service, "s")).toEqual([{ first: 1n, last: 3n }]);
  expect((await lotSums(service, "p")).lots).toBe("3");
});

test("twins with one key apply a count once", async () => {
  const service = await serviceWithProducts();
  const id = await draft(service, ofUnits(3));
  const answers = await Promise.all(
    Array.from({ length: 6 }, () => apply(service, id, { idempotencyKey: "k" })),
  );
  for (const { status, json } of answers) {
    if (status !== 200) expect([status, json.code]).toEqual([409, "request_in_flight"]);
  }
  expect(await ledgerRuns(service, "s")).toEqual([{ first: 1n, last: 3n }]);
});

test.each([
  ["apply_count_v1", 3],
  ["apply_count_v1", 3000],
  ["run_chunk_v1", 45_000],
])("after a lost answer of %s all of %i units are there at once", async (match, count) => {
  const service = await serviceWithProducts();
  const id = await draft(service, ofUnits(count));
  await service.database.fault({ kind: "cut_after", match, times: 1 });
  const answer = await apply(service, id);
  expect([answer.status, answer.json.job.status, answer.json.job.done]).toEqual([
    200,
    "done",
    count,
  ]);
  expect(answer.headers.has("idempotent-replayed")).toBe(false);
  expect((await lotSums(service, "p")).lots).toBe(String(count));
});

test("an applying whose answer is lost for good is told by its key, and by another one", async () => {
  const service = await serviceWithProducts();
  const id = await draft(service, ofUnits(3));
  await service.database.fault({ kind: "cut_after", match: "apply_count_v1", times: tries });
  const lost = await apply(service, id, { idempotencyKey: "k" });
  expect([lost.status, lost.json.code]).toEqual([503, "outcome_unknown"]);
  const other = await apply(service, id);
  const replay = await apply(service, id, { idempotencyKey: "k" });
  expect([other.status, other.json.status, replay.text]).toEqual([200, "applied", other.text]);
  expect(await ledgerRuns(service, "s")).toEqual([{ first: 1n, last: 3n }]);
});

test("a draft whose answer is lost is made once", async () => {
  const service = await serviceWithProducts();
  await service.database.fault({ kind: "cut_after", match: "create_count_v1", times: 1 });
  const id = await draft(service, ofUnits(3), { idempotencyKey: "k" });
  expect(await draft(service, ofUnits(3), { idempotencyKey: "k" })).toBe(id);
  const [row] = await service.database.query("select count(*) as counts from counts");
  expect(row).toEqual({ counts: "1" });
});

test("counts of the same lots in opposite order do not deadlock", async () => {
  const service = await serviceWithProducts();
  const names = Array.from({ length: 30 }, (_, n) => `L-${n}`);
  await postLots(service, [{ product: "l", names }]);
  const lines = names.map((lot) => ({ product: "l", lot, counted_quantity: 2 }));
  const both = [lines, lines.toReversed()];
  const ids = await Promise.all(
    Array.from({ length: 10 }, (_, n) => draft(service, both[n % 2] ?? [])),
  );
  const before = await service.database.requests();
  const answers = await Promise.all(ids.map((id) => apply(service, id)));
  expect(answers.map(({ status }) => status)).toEqual(ids.map(() => 200));
  // Each read and applied once: a deadlock would have been tried again.
  expect((await service.database.requests()) - before).toBe(20);
});

test("a sequence that a product got elsewhere is found, and its line not skipped", async () => {
  const service = await serviceWithProducts();
  await putProduct(service, "bare");
  const id = await draft(service, [{ product: "bare", counted_quantity: 2 }]);
  // As another isolate would, whose change this one is not told of.
  await service.database.query("update products set sequence = 's' where sku = 'bare'");
  const answer = await apply(service, id);
  expect(answer.json.lines[0]).toMatchObject({ skipped: null, new_lots: 2 });
  expect(await lotNames(service, "bare")).toEqual(["A-0001", "A-0002"]);
});

test("what a line tells was recorded is what applying it found, whatever changed meanwhile", async () => {
  const service = await serviceWithProducts();
  await postLots(service, [{ product: "l", names: ["x"], quantity_each: 5 }]);
  const id = await draft(service, [{ product: "l", lot: "x", counted_quantity: 8 }]);
  const session = service.database.session();
  await session.query("begin");
  await session.query("select set_config('serialmint.tenant', $1, true)", [service.tenant]);
  await session.query(
    `select change_lots($1, 'l', '{x}', '{"quantity": "6"}', id, null, null) from api_keys limit 1`,
    [service.tenant],
  );
  const applying = apply(service, id);
  await untilWaiting(service, 1, "apply_count_v1");
  await session.query("commit");
  await session.close();
  const { status, json, text } = await applying;
  expect(status, text).toBe(200);
  expect(json.lines).toMatchObject([{ recorded: "6", difference: "2" }]);
});
