import { describe, expect, test } from "vitest";

import type { Answer, CallOptions, Service } from "../harness/service.ts";
import { lotsFile, postFile } from "../imports/importing.ts";
import { expectSeamless } from "../store/runs.ts";
import {
  account,
  eventually,
  inParallel,
  ledgerRuns,
  padded,
  postLots,
  putProduct,
  putSequence,
  reserve,
  serviceForTest,
} from "../store/service.ts";
import { call, ok, refused, state } from "./contract.ts";

/** A key of everything but administration, with a quota. */
async function keyWith(service: Service, quota: object): Promise<{ key: string; id: string }> {
  const scopes = ["reserve", "lots:read", "lots:write", "sequences:write"];
  return ok(service, "POST", "/v1/api-keys", { name: "a key", scopes, quota });
}

/** Sequence `s` that serves serial `p`. */
async function shop(sequence: object = {}, options: object = {}): Promise<Service> {
  const service = await serviceForTest(options);
  await putSequence(service, "s", { pattern: "A-{0000}", ...sequence });
  await putProduct(service, "p", "s");
  return service;
}

/** Every row of numbers used on a day, each held against the ledger: what the key reserved or skipped then. */
async function usedByKeys(service: Service): Promise<number[]> {
  const rows = await service.database.query<{ numbers: string; ledger: string }>(
    `select d.numbers, (
       select coalesce(sum((l.last - l.first) / l.step + 1), 0) from ledger l
       join origins o on o.tenant = l.tenant and o.id = l.origin
       where l.tenant = d.tenant and o.api_key = d.api_key and l.kind in ('reserved', 'skip')
         and (l.at at time zone t.time_zone)::date = d.day) as ledger
     from quota_days d join settings t on t.tenant = d.tenant
     order by d.api_key, d.day`,
  );
  for (const { numbers, ledger } of rows) expect(numbers).toBe(ledger);
  return rows.map(({ numbers }) => Number(numbers));
}

/** What the keys of the tenant used on each day. */
async function daysOf({ database, tenant }: Service): Promise<number[]> {
  const rows = await database.query<{ numbers: string }>(
    "select numbers from quota_days where tenant = $1 order by day",
    [tenant],
  );
  return rows.map(({ numbers }) => Number(numbers));
}

/** As at the turn of the day: what was used was used the day before. */
async function turnDay({ database, tenant }: Service): Promise<void> {
  await database.query("update quota_days set day = day - 1 where tenant = $1", [tenant]);
}

const numbersLeft = ({ headers }: Answer): string | undefined =>
  /"numbers";r=(\d+);t=\d+/.exec(headers.get("ratelimit") ?? "")?.[1];

function expectOverDay(answer: Answer, facts: object): void {
  expect(answer.json, answer.text).toMatchObject({
    status: 429,
    code: "quota_numbers_exceeded",
    retryable: true,
    ...facts,
  });
  const wait = Number(answer.headers.get("retry-after"));
  expect(wait).toBe(answer.json.resets_in_s);
  const untilReset = (Date.parse(answer.json.resets_at) - Date.now()) / 1000;
  expect(Math.abs(untilReset - wait)).toBeLessThan(30);
}

describe("a quota", () => {
  test("is shown, kept by a rotation, and in lists", async () => {
    const service = await serviceForTest();
    const quota = { count_per_request: 100, numbers_per_day: 999_999_999_999 };
    const shown = { ...quota, requests_per_minute: null };
    const made = await keyWith(service, quota);
    expect(made).toMatchObject({ quota: shown });
    const next = await ok(service, "POST", `/v1/api-keys/${made.id}/rotate`, {});
    expect(next.quota).toEqual(shown);
    expect((await ok(service, "GET", `/v1/api-keys/${next.id}`)).quota).toEqual(shown);
    const { data } = await ok(service, "GET", "/v1/api-keys");
    expect(data.map((one: { quota: object }) => one.quota)).toEqual([null, shown, shown]);
  });

  test("is refused where it says nothing or cannot be, and to whoever makes keys without", async () => {
    const service = await serviceForTest();
    const pointerOf = async (body: object) => {
      const full = { name: "a key", scopes: ["reserve"], ...body };
      const options = { body: full };
      const code = [422, "request_invalid"] as const;
      return (await refused(service, code, "POST", "/v1/api-keys", options)).errors[0].pointer;
    };
    expect(await pointerOf({ quota: {} })).toBe("/quota");
    expect(await pointerOf({ quota: { requests_per_minute: null } })).toBe("/quota");
    expect(await pointerOf({ quota: { requests_a_day: 1 } })).toBe("/quota/requests_a_day");
    for (const [name, most] of [
      ["count_per_request", 10_000_000],
      ["numbers_per_day", 999_999_999_999],
      ["requests_per_minute", 1_000_000],
    ] as const) {
      for (const wrong of [0, -1, 1.5, most + 1, "1"]) {
        expect(await pointerOf({ quota: { [name]: wrong } }), `${name} ${wrong}`).toBe(
          `/quota/${name}`,
        );
      }
    }
    const quota = { requests_per_minute: 1 };
    expect(await pointerOf({ scopes: ["reserve", "admin"], quota })).toBe("/quota");
    await expect(
      service.database.query("update api_keys set requests_per_minute = 1"),
    ).rejects.toMatchObject({ code: "23514" });
  });
});

/** Names of two chunks: that number of the sequence first, 4998 others, the other number last. */
function twoChunks(first: number, last: number): string {
  const others = Array.from({ length: 4998 }, (_, index) => `X ${last} ${index}`);
  return lotsFile([padded("A-", first), ...others, padded("A-", last)], "p");
}

describe("numbers a request", () => {
  test("are those that it uses up, and more of them move nothing", async () => {
    const service = await shop({ hot: true });
    await putSequence(service, "t", { pattern: "B-{0000}" });
    await putProduct(service, "q", "t");
    await reserve(service, "s", 1);
    const { key } = await keyWith(service, { count_per_request: 10 });
    const before = await state(service);
    const over = async (asked: number, method: string, path: string, body: object) => {
      const problem = await refused(service, [403, "quota_count_exceeded"], method, path, {
        key,
        body,
      });
      expect(problem).toMatchObject({ limit: "10", asked: String(asked), per: "request" });
      expect(problem.retryable).toBe(false);
    };
    await over(11, "POST", "/v1/sequences/s/reservations", { count: 11 });
    // Each of them would do.
    const items = [
      { product: "p", count: 6 },
      { product: "q", count: 5 },
    ];
    await over(11, "POST", "/v1/lots", { items });
    await over(11, "POST", "/v1/lots", { items: [{ product: "p", count: 11 }] });
    // 2 to 12 are passed by the name, and one more is drawn.
    const names = [
      { product: "p", names: ["A-0011"] },
      { product: "p", count: 1 },
    ];
    await over(11, "POST", "/v1/lots", { items: names });
    await over(11, "POST", "/v1/lots", { items: [{ product: "p", names: ["A-0012"] }] });
    await over(11, "POST", "/v1/receipts", {
      reference: "r",
      lines: [{ product: "p", quantity: 11 }],
    });
    await over(11, "POST", "/v1/sequences/s/advance", { to: 13, reason: "a test" });
    expect(await state(service)).toEqual(before);

    const lines = [{ product: "p", counted_quantity: "11" }];
    const { id } = await ok(service, "POST", "/v1/counts", { lines }, { key });
    const drafted = await state(service);
    await over(11, "POST", `/v1/counts/${id}/apply`, {});
    expect(await state(service)).toEqual(drafted);
    await ok(service, "POST", "/v1/naming-series/next", { series: "N-.####" });
    await over(11, "POST", "/v1/naming-series/next", { series: "N-.####", count: 11 });

    // What uses up no number, or no more than ten of them, is let in.
    const send = (path: string, body: object) => ok(service, "POST", path, body, { key });
    await send("/v1/sequences/s/reservations", { count: 10 });
    await send("/v1/lots", { items: [{ product: "p", reservation: "s:2", count: 10 }] });
    const elsewhere = Array.from({ length: 11 }, (_, index) => `by hand ${index}`);
    await send("/v1/lots", { items: [{ product: "p", names: elsewhere }] });
    await send("/v1/sequences/s/advance", { to: 22, reason: "a test" });
    expect((await account(service, "s"))["burned"]).toBe(0);
    expect(await service.database.query("select * from quota_days")).toEqual([]);
  });

  test("of an import are those of all its chunks together", async () => {
    const service = await shop();
    const { key } = await keyWith(service, { count_per_request: 30 });
    // The first chunk passes 20 numbers, the second 11.
    const failed = await postFile(service, "odoo_lots", twoChunks(20, 31), { key });
    expect(failed.json).toMatchObject({
      status: "failed",
      error: { code: "quota_count_exceeded", retryable: false },
    });
    expect(failed.json.error).not.toHaveProperty("sqlstate");
    expect(await ledgerRuns(service, "s", "skip")).toEqual([{ first: 1n, last: 20n }]);
    const done = await postFile(service, "odoo_lots", twoChunks(40, 50), { key });
    expect(done.json, done.text).toMatchObject({ status: "done" });
    expect((await account(service, "s"))["skipped"]).toBe(50);
  });
});

describe("numbers a day", () => {
  const stores = {
    "a row": {},
    "a Postgres sequence": { hot: true },
    gapless: { mode: "gapless" },
    "a series a year": { pattern: "{YYYY}-{0000}", reset: "yearly" },
  };
  test.each(Object.entries(stores))(
    "of 32 callers at once let in as many as there is room for: %s",
    async (_, sequence) => {
      const service = await shop(sequence);
      const { key } = await keyWith(service, { numbers_per_day: 17 });
      expect((await reserve(service, "s", 7, { key })).status).toBe(201);
      // The transactions stay open a little, as over a network, so that they meet.
      await service.database.fault({ kind: "delay_commit", ms: 10 });
      const answers: Answer[] = [];
      await inParallel(32, async () => {
        answers.push(await reserve(service, "s", 1, { key }));
      });
      await service.database.fault(null);
      const made = answers.filter(({ status }) => status === 201);
      expect(made).toHaveLength(10);
      expect(new Set(made.map(numbersLeft)).size).toBe(10);
      for (const answer of answers) {
        if (answer.status === 201) continue;
        expectOverDay(answer, { limit: "17", used: "17", asked: "1" });
        expect(numbersLeft(answer)).toBe("0");
      }
      expect(expectSeamless(await ledgerRuns(service, "s"), 1n)).toBe(18n);
      expect(await usedByKeys(service)).toEqual([17]);
      expect(await account(service, "s")).toMatchObject({ passed: 17, in_flight: 0, burned: 0 });
    },
  );

  test("are waited for in line, and who has waited for long is told to come back", async () => {
    const service = await shop();
    const { key } = await keyWith(service, { numbers_per_day: 10 });
    await reserve(service, "s", 1, { key });
    const holder = service.database.session();
    await holder.query("begin");
    await holder.query("select from quota_days where tenant = $1 for update", [service.tenant]);
    const items = [{ product: "p", names: ["A-0005"] }];
    for (const answer of await Promise.all([
      reserve(service, "s", 1, { key }),
      postLots(service, items, { key }),
    ])) {
      expect([answer.status, answer.json.code], answer.text).toEqual([503, "sequence_busy"]);
      expect(answer.headers.get("retry-after")).toBe("1");
    }
    // Other keys do not wait.
    expect((await reserve(service, "s", 1)).status).toBe(201);
    await holder.query("rollback");
    await holder.close();
    expect((await reserve(service, "s", 1, { key })).status).toBe(201);
  });

  test("are not exceeded by runs of any size from many sequences, however they are drawn", async () => {
    const service = await shop({ hot: true });
    await putSequence(service, "t", { pattern: "B-{0000}" });
    await putProduct(service, "q", "t");
    await ok(service, "POST", "/v1/naming-series/next", { series: "N-.####" });
    const { key } = await keyWith(service, { numbers_per_day: 100 });
    const send = (path: string, body: object) => call(service, "POST", path, { key, body });
    let names = 0;
    const wishes = [
      () => reserve(service, "s", 3, { key }),
      () => send("/v1/lots", { items: [{ product: "p", count: 2 }] }),
      () =>
        send("/v1/lots", {
          items: [
            { product: "q", count: 2 },
            { product: "p", count: 1 },
            { product: "p", names: [`by hand ${(names += 1)}`] },
          ],
        }),
      () => receive(service, 4, { key }),
      () => send("/v1/naming-series/next", { series: "N-.####", count: 5 }),
    ];
    // The definitions are read by the first of them.
    for (const wish of wishes) expect((await wish()).status).toBe(201);
    const before = await service.database.requests();
    const statuses = new Set<number>();
    let sent = 0;
    await inParallel(10, async (caller) => {
      for (let turn = 0; turn < 8; turn += 1) {
        const answer = await wishes[(caller + turn) % wishes.length]?.();
        sent += 1;
        statuses.add(answer?.status ?? 0);
      }
    });
    expect(statuses).toEqual(new Set([201, 429]));
    const [used = 0] = await usedByKeys(service);
    expect(used).toBeLessThanOrEqual(100);
    expect(used).toBeGreaterThan(95);
    // A deadlock would have been tried again.
    expect((await service.database.requests()) - before).toBe(sent);
    expect((await account(service, "s"))["burned"]).toBe(0);
    // The quota is one key's.
    expect((await reserve(service, "s", 1000)).status).toBe(201);
  });

  test("do not lock one another out over names made elsewhere", async () => {
    const service = await shop();
    const { key } = await keyWith(service, { numbers_per_day: 100_000 });
    await reserve(service, "s", 1, { key });
    await postLots(service, [{ product: "p", count: 1 }], { key });
    await service.database.fault({ kind: "delay_commit", ms: 10 });
    const before = await service.database.requests();
    await inParallel(8, async (caller) => {
      for (let turn = 0; turn < 5; turn += 1) {
        const ahead = padded("A-", 1000 * (turn + 1) + caller);
        const { status, text } =
          caller % 2 === 0
            ? await reserve(service, "s", 1, { key })
            : await postLots(service, [{ product: "p", names: [ahead] }], { key });
        expect([201, 409], text).toContain(status);
      }
    });
    await service.database.fault(null);
    // A deadlock would have been tried again.
    expect((await service.database.requests()) - before).toBe(40);
    await usedByKeys(service);
  });

  test("are not taken by what is refused, repeated, voided or read", async () => {
    const service = await shop({ pattern: "A-{0}", overflow: "reject" });
    const { key } = await keyWith(service, { numbers_per_day: 20 });
    const once = { key, idempotencyKey: "k" };
    const made = await reserve(service, "s", 4, once);
    expect(numbersLeft(made)).toBe("16");
    const again = await reserve(service, "s", 4, once);
    expect([again.status, again.headers.get("idempotent-replayed")]).toEqual([201, "true"]);
    expect(numbersLeft(again)).toBe("16");
    // 5 to 9 are left of the sequence.
    const exhausted = await reserve(service, "s", 6, { key });
    expect(exhausted.json.code).toBe("sequence_exhausted");
    expect((await postLots(service, [{ product: "p", names: ["A-3"] }], { key })).status).toBe(409);
    await ok(service, "POST", "/v1/reservations/s:1/void", { reason: "a test" }, { key });
    await ok(service, "GET", "/v1/sequences/s", undefined, { key });
    expect(await usedByKeys(service)).toEqual([4]);
    // A rolled back try, carried out by the next one.
    await service.database.fault({
      kind: "fail",
      sqlstate: "40001",
      message: "x",
      match: "reserve_v1",
      times: 2,
    });
    expect(numbersLeft(await reserve(service, "s", 1, { key }))).toBe("15");
    // An answer that was lost after the commit.
    await service.database.fault({ kind: "cut_after", times: 1, match: "reserve_v1" });
    expect(numbersLeft(await reserve(service, "s", 1, { key }))).toBe("14");
    expect(await usedByKeys(service)).toEqual([6]);
  });

  test("are taken by applying a count, and not by its draft", async () => {
    const service = await shop();
    const { key } = await keyWith(service, { numbers_per_day: 10 });
    const lines = [{ product: "p", counted_quantity: "7" }];
    const { id } = await ok(service, "POST", "/v1/counts", { lines }, { key });
    const apply = (options: CallOptions) =>
      call(service, "POST", `/v1/counts/${id}/apply`, { key, ...options });
    const once = { idempotencyKey: "k" };
    expect(numbersLeft(await apply(once))).toBe("3");
    expect(numbersLeft(await apply(once))).toBe("3");
    expect(numbersLeft(await apply({}))).toBe("3");
    expect(await usedByKeys(service)).toEqual([7]);
  });

  test("that more than a whole day has are not asked to come back", async () => {
    const service = await shop();
    const { key } = await keyWith(service, { count_per_request: 50, numbers_per_day: 10 });
    const options = { key, body: { count: 11 } };
    const path = "/v1/sequences/s/reservations";
    const problem = await refused(service, [403, "quota_count_exceeded"], "POST", path, options);
    expect(problem).toMatchObject({ limit: "10", asked: "11", per: "day" });
    expect(problem.detail).toContain("Split it over several days");
  });

  test("begin anew with the day of the tenant's time zone", async () => {
    const service = await shop();
    const { key } = await keyWith(service, { numbers_per_day: 5 });
    // 26 hours apart, so that it is never the same day in both.
    const setZone = (time_zone: string) => ok(service, "PATCH", "/v1/settings", { time_zone });
    await setZone("Etc/GMT+12");
    expect((await reserve(service, "s", 5, { key })).status).toBe(201);
    const over = await reserve(service, "s", 1, { key });
    expectOverDay(over, { limit: "5", used: "5", asked: "1" });
    // There is nothing less to ask for.
    expect(over.json.detail).toContain(`. Wait until the day ends at ${over.json.resets_at}, or`);
    // Midnight there is noon by UTC.
    expect(over.json.resets_at).toMatch(/T12:00:00\.000Z$/);
    await setZone("Pacific/Kiritimati");
    const next = await reserve(service, "s", 2, { key });
    expect(numbersLeft(next), next.text).toBe("3");
    expect(await daysOf(service)).toEqual([5, 2]);
    await turnDay(service);
    expect(numbersLeft(await reserve(service, "s", 5, { key }))).toBe("0");
  });

  test("count what is skipped, and not what a counter is told to begin with", async () => {
    const service = await shop();
    await putSequence(service, "g", { pattern: "G-{0000}", mode: "gapless" });
    const { key } = await keyWith(service, { numbers_per_day: 100 });
    const advance = (sequence: string, to: number) =>
      call(service, "POST", `/v1/sequences/${sequence}/advance`, {
        key,
        body: { to, reason: "a test" },
      });
    const begun = await advance("g", 5000);
    expect(begun.status, begun.text).toBe(201);
    const names = [{ product: "p", names: ["A-0030", "A-0020", "by hand"] }];
    expect(numbersLeft(await postLots(service, names, { key }))).toBe("70");
    expect(numbersLeft(await advance("s", 41))).toBe("60");
    expectOverDay(await advance("s", 102), { limit: "100", used: "40", asked: "61" });
    const ahead = [{ product: "p", names: ["A-0101"] }];
    expectOverDay(await postLots(service, ahead, { key }), { used: "40", asked: "61" });
    expect(await usedByKeys(service)).toEqual([40]);
  });

  test("are held by an import, which goes on when it is sent on the next day", async () => {
    const service = await shop({}, { main: true });
    const { key } = await keyWith(service, { numbers_per_day: 50 });
    const file = lotsFile(["A-0040", "A-0060"], "p");
    const { json } = await postFile(service, "odoo_lots", file, { key });
    expect(json).toMatchObject({ status: "failed", error: { code: "quota_count_exceeded" } });
    const first = await postFile(service, "odoo_lots", lotsFile(["A-0040"], "p"), { key });
    expect(first.json.status, first.text).toBe("done");
    const second = await postFile(service, "odoo_lots", lotsFile(["A-0060"], "p"), { key });
    expect(second.json).toMatchObject({
      status: "failed",
      error: { code: "quota_numbers_exceeded", retryable: true },
    });
    await turnDay(service);
    const retried = await call(service, "POST", `/v1/jobs/${second.json.id}/retry`);
    expect(retried.status, retried.text).toBeLessThan(300);
    await eventually(
      async () => (await ok(service, "GET", `/v1/jobs/${second.json.id}`)).status === "done",
    );
    expect(await daysOf(service)).toEqual([40, 20]);
  });
});

/** `p` has these names of the sequence from before it served it. */
async function taken(numbers: readonly number[], options: object = {}): Promise<Service> {
  const service = await serviceForTest(options);
  await putSequence(service, "s", { pattern: "A-{0000}" });
  await putProduct(service, "p");
  await postLots(service, [{ product: "p", names: numbers.map((number) => padded("A-", number)) }]);
  await putProduct(service, "p", "s");
  return service;
}

function receive(service: Service, quantity: number, options: CallOptions): Promise<Answer> {
  const body = { reference: crypto.randomUUID(), lines: [{ product: "p", quantity }] };
  return call(service, "POST", "/v1/receipts", { ...options, body });
}

describe("numbers drawn for names that are taken", () => {
  test("are of the day's, and refuse a receipt that they are too many for", async () => {
    const service = await taken([2, 4]);
    // 1 to 3; 4 for 2, and 5 for 4.
    const short = await keyWith(service, { numbers_per_day: 4 });
    const before = await state(service);
    expectOverDay(await receive(service, 3, { key: short.key }), { used: "4", asked: "1" });
    expect(await state(service)).toEqual(before);
    const enough = await keyWith(service, { count_per_request: 5, numbers_per_day: 5 });
    const made = await receive(service, 3, { key: enough.key });
    expect([made.status, numbersLeft(made)], made.text).toEqual([201, "0"]);
    expect(await usedByKeys(service)).toEqual([5]);
  });

  test("are of the same request, and refuse a receipt that they are too many for", async () => {
    const service = await taken([1, 2, 3, 4, 5]);
    const { key } = await keyWith(service, { count_per_request: 9 });
    const before = await state(service);
    // 1 to 5, and for each another.
    const over = await receive(service, 5, { key });
    expect(over.json, over.text).toMatchObject({
      status: 403,
      code: "quota_count_exceeded",
      limit: "9",
      asked: "10",
    });
    expect(await state(service)).toEqual(before);
    // 1 to 4, four more, of which 5 is taken, and one for that.
    expect((await receive(service, 4, { key })).status).toBe(201);
    expect(await ledgerRuns(service, "s")).toEqual([
      { first: 1n, last: 4n },
      { first: 5n, last: 8n },
      { first: 9n, last: 9n },
    ]);
  });

  test("are of the same request as the job that draws them later", async () => {
    const service = await taken([700, 1001], { main: true });
    const { key } = await keyWith(service, { count_per_request: 1001 });
    // 1 to 1000; 1001 for 700, which is taken as well, and one more for that.
    const made = await receive(service, 1000, { key });
    expect(made.status, made.text).toBe(202);
    const { id, status, error } = made.json.job;
    expect([status, error]).toMatchObject([
      "failed",
      { code: "quota_count_exceeded", retryable: false },
    ]);
    expect(error.detail).toContain("this one would use up 1002");
    await ok(service, "POST", `/v1/jobs/${id}/cancel`);
    expect(await account(service, "s")).toMatchObject({ passed: 1001 });
  });

  test("later, by a job, stop it until the next day", async () => {
    const service = await taken([700], { main: true });
    const { key } = await keyWith(service, { numbers_per_day: 1000 });
    const made = await receive(service, 1000, { key });
    expect([made.status, numbersLeft(made)], made.text).toEqual([202, "0"]);
    const error = { code: "quota_numbers_exceeded", retryable: true };
    expect(made.json.job).toMatchObject({ status: "failed", error });
    expect(made.json.job.error.detail).toContain("1000 numbers a day");
    const job = `/v1/jobs/${made.json.job.id}`;
    await turnDay(service);
    await ok(service, "POST", `${job}/retry`);
    await eventually(async () => (await ok(service, "GET", job)).status === "done");
    expect(await ok(service, "GET", job)).toMatchObject({ total: 1000, done: 1000 });
    expect(await daysOf(service)).toEqual([1000, 1]);
  });
});

test("a day that is long past is forgotten, and no other", async () => {
  const service = await shop();
  const { key } = await keyWith(service, { numbers_per_day: 10 });
  for (const _ of [1, 2, 3, 4]) {
    await reserve(service, "s", 1, { key });
    await turnDay(service);
  }
  await reserve(service, "s", 1, { key });
  const [row] = await service.database.query<{ removed: string }>(
    "select expire_quotas_v1() as removed",
  );
  const left = await service.database.query(
    "select (now() at time zone 'UTC')::date - day as ago from quota_days order by day desc",
  );
  expect([row?.removed, left]).toEqual(["2", [{ ago: 0 }, { ago: 1 }, { ago: 2 }]]);
});

test("a key without a quota pays nothing, and one of numbers no further request", async () => {
  const service = await shop();
  const requestsOf = async (key: string) => {
    const before = await service.database.requests();
    const answer = await reserve(service, "s", 1, { key });
    expect(answer.status, answer.text).toBe(201);
    return { requests: (await service.database.requests()) - before, headers: answer.headers };
  };
  await reserve(service, "s", 1);
  const without = await requestsOf(service.key);
  expect(without.requests).toBe(1);
  expect([...without.headers.keys()].filter((name) => name.startsWith("ratelimit"))).toEqual([]);
  for (const table of ["quota_days", "request_windows"]) {
    expect(await service.database.query(`select * from ${table}`), table).toEqual([]);
  }
  for (const quota of [{ count_per_request: 10 }, { numbers_per_day: 10 }]) {
    const { key } = await keyWith(service, quota);
    await reserve(service, "s", 1, { key });
    expect((await requestsOf(key)).requests).toBe(1);
  }
  const { key } = await keyWith(service, { requests_per_minute: 10 });
  await reserve(service, "s", 1, { key });
  expect((await requestsOf(key)).requests).toBe(2);
});

test("an import of series takes what it passes, and not what it begins with", async () => {
  const service = await serviceForTest();
  const { key } = await keyWith(service, { count_per_request: 9 });
  const importing = async (current: number) => {
    const file = `name,current\nN-,${current}\n`;
    return (await postFile(service, "frappe_series", file, { key })).json;
  };
  expect(await importing(500)).toMatchObject({ status: "done" });
  await ok(service, "POST", "/v1/naming-series/next", { series: "N-.###" });
  const error = { code: "quota_count_exceeded", retryable: false };
  // 502 to 511.
  expect(await importing(511)).toMatchObject({ status: "failed", error });
  expect(await importing(510)).toMatchObject({ status: "done" });
});
