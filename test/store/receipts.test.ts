import { expect, test } from "vitest";

import type { Answer, CallOptions, Service } from "../harness/service.ts";
import {
  account,
  ledgerRuns,
  lotNames,
  lotSums,
  padded,
  postLots,
  putProduct,
  putSequence,
  reserve,
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

function receive(
  service: Service,
  reference: string,
  lines: readonly object[],
  options: CallOptions = {},
): Promise<Answer> {
  return service.call("POST", "/v1/receipts", { body: { reference, lines }, ...options });
}

function cancel(service: Service, id: string, options: CallOptions = {}): Promise<Answer> {
  const body = { reason: "sent twice" };
  return service.call("POST", `/v1/receipts/${id}/cancel`, { body, ...options });
}

/** The quantity of a lot of the product `l`. */
async function quantities(service: Service): Promise<Record<string, string>> {
  const rows = await service.database.query<{ name: string; quantity: string }>(
    "select name, quantity from lots where tenant = $1 and product = 'l' order by name",
    [service.tenant],
  );
  return Object.fromEntries(rows.map(({ name, quantity }) => [name, quantity]));
}

const ofUnits = (count: number) => [{ product: "p", quantity: count }];

test("a warm receipt is one request, whatever it mixes", async () => {
  const service = await serviceWithProducts();
  await receive(service, "first", [
    { product: "p", quantity: 1 },
    { product: "l", lots: [{ name: "x" }] },
  ]);
  const before = await service.database.requests();
  const answer = await receive(service, "second", [
    { product: "p", quantity: 300 },
    { product: "l", text: "x;4\ny" },
  ]);
  expect([answer.status, answer.json.job.status]).toEqual([201, "done"]);
  expect((await service.database.requests()) - before).toBe(1);
});

test("twins with one key make one receipt, one answer or come back", async () => {
  const service = await serviceWithProducts();
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => receive(service, "r", ofUnits(3), { idempotencyKey: "k" })),
  );
  const made = answers.filter(({ status }) => status === 201);
  expect(made.length).toBeGreaterThanOrEqual(1);
  for (const { status, json } of answers) {
    if (status === 201) expect(json.id).toBe(made[0]?.json.id);
    else expect([status, json.code]).toEqual([409, "request_in_flight"]);
  }
  expect(await ledgerRuns(service, "s")).toEqual([{ first: 1n, last: 3n }]);
});

test("twins with different keys make one receipt: one 201, the others 200", async () => {
  const service = await serviceWithProducts();
  // Held open so that all of them meet at the reference.
  await service.database.fault({ kind: "delay_commit", ms: 50, match: "create_receipt_v1" });
  const answers = await Promise.all(
    Array.from({ length: 6 }, () => receive(service, "r", ofUnits(3))),
  );
  await service.database.fault(null);
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
    200, 200, 200, 200, 200, 201,
  ]);
  expect(new Set(answers.map(({ json }) => json.id)).size).toBe(1);
  expect(await ledgerRuns(service, "s")).toEqual([{ first: 1n, last: 3n }]);
  expect((await lotSums(service, "p")).lots).toBe("3");
});

test("different deliveries of one reference at once: one is received, the others refused", async () => {
  const service = await serviceWithProducts();
  await service.database.fault({ kind: "delay_commit", ms: 50, match: "create_receipt_v1" });
  const answers = await Promise.all(
    [1, 2, 3, 4].map((count) => receive(service, "r", ofUnits(count))),
  );
  await service.database.fault(null);
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
    201, 409, 409, 409,
  ]);
  const made = answers.find(({ status }) => status === 201)?.json;
  expect((await lotSums(service, "p")).lots).toBe(made.lines[0].quantity);
  for (const { status, json } of answers) {
    if (status === 409) expect([json.code, json.receipt]).toEqual(["receipt_exists", made.id]);
  }
});

test("whoever waits for a receipt that is then rolled back makes its own", async () => {
  const service = await serviceWithProducts();
  const session = service.database.session();
  await session.query("begin");
  await session.query(
    `insert into receipts (tenant, id, reference, fingerprint, api_key)
     values ($1, '00000000-0000-7000-8000-000000000001', 'r', '\\x00', 1)`,
    [service.tenant],
  );
  const waiting = receive(service, "r", ofUnits(2));
  await untilWaiting(service, 1, "create_receipt_v1");
  await session.query("rollback");
  await session.close();
  expect((await waiting).status).toBe(201);
});

test.each([
  ["create_receipt_v1", 3],
  ["create_receipt_v1", 3000],
  ["run_chunk_v1", 3000],
  ["run_chunk_v1", 45_000],
])("after a lost answer of %s all of %i units are there at once", async (match, count) => {
  const service = await serviceWithProducts();
  await service.database.fault({ kind: "cut_after", match, times: 1 });
  const answer = await receive(service, "r", ofUnits(count));
  expect([answer.status, answer.json.job.status, answer.json.job.done]).toEqual([
    201,
    "done",
    count,
  ]);
  const all = String(count);
  expect(await lotSums(service, "p")).toEqual({
    lots: all,
    numbers: all,
    lowest: "1",
    highest: all,
  });
});

test("a receipt whose answer is lost for good is told by its key, and by another one", async () => {
  const service = await serviceWithProducts();
  await service.database.fault({ kind: "cut_after", match: "create_receipt_v1", times: tries });
  const lost = await receive(service, "r", ofUnits(3), { idempotencyKey: "k" });
  expect([lost.status, lost.json.code]).toEqual([503, "outcome_unknown"]);
  const other = await receive(service, "r", ofUnits(3));
  expect(other.status).toBe(200);
  const replay = await receive(service, "r", ofUnits(3), { idempotencyKey: "k" });
  expect([replay.status, replay.json]).toEqual([201, other.json]);
  expect(await ledgerRuns(service, "s")).toEqual([{ first: 1n, last: 3n }]);
});

test("a cancelling whose answer is lost for good is told by its replay, once", async () => {
  const service = await serviceWithProducts();
  const { json } = await receive(service, "r", ofUnits(3));
  await service.database.fault({ kind: "cut_after", match: "cancel_receipt_v1", times: tries });
  expect((await cancel(service, json.id, { idempotencyKey: "c" })).status).toBe(503);
  const replay = await cancel(service, json.id, { idempotencyKey: "c" });
  expect([replay.status, replay.json.status]).toEqual([200, "cancelled"]);
  expect(await ledgerRuns(service, "s", "void")).toEqual([{ first: 1n, last: 3n }]);
});

test("a refused receipt leaves nothing behind, not even a number of a hot sequence", async () => {
  const service = await serviceWithProducts();
  await putSequence(service, "hot", { pattern: "H-{0000}", hot: true });
  await putProduct(service, "h", "hot");
  await receive(service, "first", [
    { product: "h", quantity: 2 },
    { product: "p", text: "here" },
  ]);
  const answer = await receive(service, "second", [
    { product: "h", quantity: 5 },
    { product: "p", text: "here" },
  ]);
  expect([answer.status, answer.json.code]).toEqual([409, "serial_in_stock"]);
  expect(await account(service, "hot")).toMatchObject({ passed: 2, burned: 0 });
  expect((await receive(service, "second", ofUnits(1))).status).toBe(201);
});

test("receipts that grow the same lots in opposite order do not deadlock", async () => {
  const service = await serviceWithProducts();
  const lots = Array.from({ length: 40 }, (_, n) => ({ name: padded("L-", n) }));
  await receive(service, "first", [{ product: "l", lots }]);
  const both = [lots, lots.toReversed()];
  const before = await service.database.requests();
  const answers = await Promise.all(
    Array.from({ length: 16 }, (_, n) =>
      receive(service, `grow-${n}`, [{ product: "l", lots: both[n % 2] }]),
    ),
  );
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 16 }, () => 201));
  expect(new Set(Object.values(await quantities(service)))).toEqual(new Set(["17"]));
  // A deadlock would have been tried again.
  expect((await service.database.requests()) - before).toBe(16);
});

test("receipts of the same new lot at once: one makes it, the others let it grow", async () => {
  const service = await serviceWithProducts();
  const lots = ["a", "b", "c"].map((name) => ({ name, quantity: 2 }));
  await service.database.fault({ kind: "delay_commit", ms: 30, match: "create_receipt_v1" });
  const answers = await Promise.all(
    Array.from({ length: 6 }, (_, n) =>
      receive(service, `new-${n}`, [
        { product: "l", lots: n % 2 === 0 ? lots : lots.toReversed() },
      ]),
    ),
  );
  await service.database.fault(null);
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 201));
  expect(await quantities(service)).toEqual({ a: "12", b: "12", c: "12" });
  const made = answers.map(({ json }) => json.lines[0].new_lots as number);
  expect(made.toSorted((a, b) => a - b)).toEqual([0, 0, 0, 0, 0, 3]);
});

/** Names as they are pasted, with quantities from `quantity` on. */
const text = (names: readonly string[], quantity: number) =>
  names.map((name, n) => `${name};${quantity + (n % 1000)}`).join("\n");

test(
  "20,000 lots that are there grow by one receipt, and new ones among them are made",
  { timeout: 120_000 },
  async () => {
    const service = await serviceWithProducts();
    const there = Array.from({ length: 20_000 }, (_, n) => padded("L-", 2 * n, 5));
    await receive(service, "first", [{ product: "l", text: text(there, 1) }]);

    const fresh = ["L-00001", "L-20001", "L-39999"];
    const lines = [
      ...Array.from({ length: 100 }, (_, n) => ({
        product: "l",
        text: text(there.slice(n * 50, n * 50 + 50), 2),
      })),
      { product: "l", text: text([...there.slice(5000), ...fresh], 2) },
    ];
    const { status, json, text: told } = await receive(service, "second", lines);
    expect([status, json.job?.done], told).toEqual([201, 3]);
    const shown = json.lines.map((line: Record<string, unknown>) => [
      line["grown_lots"],
      line["new_lots"],
      line["first_name"],
      line["last_name"],
    ]);
    expect(shown).toEqual([
      ...Array.from({ length: 100 }, () => [50, 0, null, null]),
      [15_000, 3, "L-00001", "L-39999"],
    ]);
    expect(json.lines[100].grown).toHaveLength(100);

    const sums = async () => {
      const [row] = await service.database.query<{ lots: number; quantity: string }>(
        `select count(*)::int as lots, sum(quantity) as quantity from lots
       where tenant = $1 and product = 'l'`,
        [service.tenant],
      );
      return row;
    };
    // In lines of 50 the quantities are 2 to 51, in the long one 2 to 1001, fifteen times, and 2 to 4.
    const first = 20_000 + 20 * 499_500;
    const second = 100 * (50 * 2 + 1225) + 15 * (1000 * 2 + 499_500) + 9;
    expect(await sums()).toEqual({ lots: 20_003, quantity: String(first + second) });
    expect((await cancel(service, json.id)).status).toBe(200);
    expect(await sums()).toEqual({ lots: 20_000, quantity: String(first) });
  },
);

test("the same serial received twice at once comes in once", async () => {
  const service = await serviceWithProducts();
  const answers = await Promise.all(
    Array.from({ length: 6 }, (_, n) => receive(service, `r${n}`, [{ product: "p", text: "S1" }])),
  );
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
    201, 409, 409, 409, 409, 409,
  ]);
  expect(await lotNames(service, "p")).toEqual(["S1"]);
});

test("receipts, creations and cancellings at once leave every number accounted for", async () => {
  const service = await serviceWithProducts();
  const one = async (n: number) => {
    const { json } = await receive(service, `r${n}`, [
      { product: "p", quantity: 5 },
      { product: "l", text: `shared;1\nown-${n}` },
    ]);
    await postLots(service, [{ product: "p", count: 2 }]);
    const { status } = await cancel(service, json.id);
    expect([200, 409]).toContain(status);
    return status;
  };
  const outcomes = await Promise.all(Array.from({ length: 10 }, (_, n) => one(n)));
  const kept = outcomes.filter((status) => status === 409).length;
  const sums = await account(service, "s");
  expect(sums).toMatchObject({ passed: 70, reserved: 70, open: 0, burned: 0 });
  expect(sums["voided"]).toBe(5 * (10 - kept));
  expect((await lotSums(service, "p")).lots).toBe(String(20 + 5 * kept));
  const { shared, ...own } = await quantities(service);
  expect(Object.keys(own)).toHaveLength(kept);
  expect(shared ?? "0").toBe(String(kept));
});

test("a receipt is not cancelled under a change that is under way", async () => {
  const service = await serviceWithProducts();
  const { json } = await receive(service, "r", ofUnits(3));
  const session = service.database.session();
  await session.query("begin");
  await session.query("update lots set state = 'shipped' where name = 'A-0002'");
  const cancelling = cancel(service, json.id);
  await untilWaiting(service, 1, "cancel_receipt_v1");
  await session.query("commit");
  await session.close();
  const answer = await cancelling;
  expect([answer.status, answer.json.code]).toEqual([409, "receipt_touched"]);
  expect((await lotSums(service, "p")).lots).toBe("3");
});

test("what happened to a lot while its receipt waited for it is no touch", async () => {
  const service = await serviceWithProducts();
  await receive(service, "before", [{ product: "l", lots: [{ name: "x", quantity: 5 }] }]);
  const session = service.database.session();
  await session.query("begin");
  await session.query("select set_config('serialmint.tenant', $1, true)", [service.tenant]);
  await session.query("select from lots where name = 'x' for update");
  const waiting = receive(service, "r", [{ product: "l", lots: [{ name: "x", quantity: 2 }] }]);
  await untilWaiting(service, 1, "create_receipt_v1");
  await session.query(
    `select change_lots($1, 'l', '{x}', '{"quantity": "7"}', id, null, null) from api_keys limit 1`,
    [service.tenant],
  );
  await session.query("commit");
  await session.close();
  const { status, json, text } = await waiting;
  expect(status, text).toBe(201);
  expect(await quantities(service)).toEqual({ x: "9" });
  const cancelled = await cancel(service, json.id);
  expect(cancelled.status, cancelled.text).toBe(200);
  expect(await quantities(service)).toEqual({ x: "7" });
});

test("numbers that a cancelled job or foreign names voided are not voided twice", async () => {
  const service = await serviceWithProducts();
  await reserve(service, "s", 1);
  // A name that the draw will come to, recorded past every check.
  await service.database.query(
    `insert into lots (tenant, name, product, item, number, created_at, quantity)
     values ($1, 'A-0004', 'p', 0, null, now(), 1)`,
    [service.tenant],
  );
  const answer = await receive(service, "r", ofUnits(5));
  expect(answer.json.job).toMatchObject({ status: "done", done: 5, skipped: 0 });
  const { status } = await cancel(service, answer.json.id);
  expect(status).toBe(200);
  expect(await lotNames(service, "p")).toEqual(["A-0004"]);
  expect(await account(service, "s")).toMatchObject({ reserved: 7, voided: 6, taken: 0, open: 1 });

  const late = await receive(service, "late", ofUnits(50), {
    headers: { prefer: "respond-async" },
  });
  await service.call("POST", `/v1/jobs/${late.json.job.id}/cancel`);
  expect((await cancel(service, late.json.id)).status).toBe(200);
  expect(await account(service, "s")).toMatchObject({ reserved: 57, voided: 56, open: 1 });
});
