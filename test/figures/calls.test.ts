import { expect, test } from "vitest";

import { ok } from "../api/contract.ts";
import type { Answer, Service } from "../harness/service.ts";
import { postLots, putProduct, putSequence, reserve, serviceForTest } from "../store/service.ts";
import { stats } from "./figures.ts";

/** A service that writes the figures of its calls so many milliseconds later, and has written those so far. */
async function serviceWithFigures(interval: number): Promise<Service> {
  const service = await serviceForTest({ vars: { FIGURES_INTERVAL_MS: String(interval) } });
  await putSequence(service, "s", { pattern: "A-{0000}" });
  await reserve(service, "s", 1);
  await service.settled();
  return service;
}

async function callsOf(service: Service, operation: string): Promise<number> {
  const rows = await stats(service, `by=operation&grain=day&subject=${operation}`);
  return rows.reduce((sum, { calls }) => sum + calls, 0);
}

function idOf(answer: Answer): string | null {
  return answer.headers.get("x-request-id");
}

async function listed(service: Service, query = "", key = service.key) {
  return (await ok(service, "GET", `/v1/stats/calls?limit=1000${query}`, undefined, { key })).data;
}

test("a warm reservation sends one request with the figures kept, and many share one more", async () => {
  const service = await serviceWithFigures(400);
  const batches = async () => {
    const [row] = await service.database.query<{ sent: string }>(
      "select count(*) as sent from figure_batches",
    );
    return Number(row?.sent);
  };
  const before = { requests: await service.database.requests(), batches: await batches() };
  for (let n = 0; n < 40; n += 1) expect((await reserve(service, "s", 1)).status).toBe(201);
  await service.settled();
  const sent = (await batches()) - before.batches;
  expect(sent).toBeGreaterThan(0);
  expect(sent).toBeLessThan(20);
  expect((await service.database.requests()) - before.requests).toBe(40 + sent);
  expect(await callsOf(service, "createReservation")).toBe(41);
});

test("calls count by operation with what they asked for and what came of them", async () => {
  const service = await serviceWithFigures(100);
  await putProduct(service, "p", "s");
  await reserve(service, "s", 7);
  await reserve(service, "nowhere", 7);
  await reserve(service, "s", 100_000);
  await postLots(service, [
    { product: "p", count: 3 },
    { product: "p", names: ["X", "Y"] },
  ]);
  await ok(service, "GET", "/v1/lots?product=p&limit=4");
  await service.settled();
  const rows = await stats(service, "grain=day");
  const of = (subject: string) => rows.find((row) => row.subject === subject);
  // 1, 7, and 100,000 that the pattern's width widens for; the 7 of an unknown sequence were asked for too.
  expect(of("createReservation")).toMatchObject({
    calls: 4,
    refused: 1,
    failed: 0,
    slow: 0,
    size: 100_015,
    // The first one looked its key and its sequence up, and the unknown one looked for it.
    reservations: null,
    numbers: null,
    lots: null,
  });
  expect(of("createLots")).toMatchObject({ calls: 1, size: 5, refused: 0 });
  expect(of("listLots")).toMatchObject({ calls: 1, size: 4 });
  for (const { average_ms, p50_ms, p95_ms, p99_ms, longest_ms } of rows) {
    expect(average_ms).toBeGreaterThan(0);
    expect(p50_ms).toBeLessThanOrEqual(p95_ms ?? 0);
    expect(p95_ms).toBeLessThanOrEqual(p99_ms ?? 0);
    expect(p99_ms).toBeLessThanOrEqual(longest_ms ?? 0);
  }
  // Those about a sequence or a product that their path names.
  expect(await stats(service, "by=sequence&grain=day")).toMatchObject([
    { subject: "s", calls: 4, refused: 0, reservations: 0 },
  ]);
  expect(await stats(service, "by=product&grain=day")).toMatchObject([
    { subject: "p", calls: 1, lots: 0 },
  ]);
  const [whole] = await stats(service, "by=tenant&grain=day");
  expect(whole).toMatchObject({ subject: service.tenant, refused: 1 });
  // These lists are calls themselves, and may be told by now.
  expect(whole?.calls).toBeGreaterThanOrEqual(rows.reduce((sum, { calls }) => sum + calls, 0));
});

test("a sequence or product that a path names and nobody made leaves no name", async () => {
  const service = await serviceWithFigures(100);
  for (let n = 0; n < 5; n += 1) await reserve(service, `made-up-${n}`, 1);
  await service.call("GET", "/v1/products/MADE-UP");
  await service.settled();
  const names = await service.database.query(
    "select distinct sequence, product from call_figures where tenant = $1 order by 1, 2",
    [service.tenant],
  );
  expect(names).toEqual([
    { sequence: "", product: "" },
    { sequence: "s", product: "" },
  ]);
});

test("what cannot be a name is none, and takes no figures with it", async () => {
  const service = await serviceWithFigures(100);
  for (const name of ["%00", "x%00", "x".repeat(8000), "%ff", "..%2f.."]) {
    await service.call("GET", `/v1/products/${name}`);
    await service.call("GET", `/v1/sequences/${name}`);
    await service.call("GET", `/v1/reservations/${name}:1`);
    await service.call("GET", `/v1/sequences/${name}`, { key: null });
  }
  await reserve(service, "s", 1);
  await service.settled();
  expect(await callsOf(service, "createReservation")).toBe(2);
  expect(await callsOf(service, "getSequence")).toBeGreaterThan(2);
});

test("callers that are not known count under no tenant", async () => {
  const service = await serviceWithFigures(100);
  await service.call("GET", "/v1/sequences", { key: null });
  await service.call("GET", "/v1/sequences", { key: `smk_live_${"a".repeat(28)}` });
  await service.call("GET", "/nowhere");
  await service.call("GET", "/health", { key: null });
  await service.settled();
  expect(await callsOf(service, "listSequences")).toBe(0);
  const rows = await service.database.query(
    `select operation, code, calls from call_figures where tenant = '-' and grain = 'day' order by 1, 2`,
  );
  expect(rows).toEqual([
    { operation: "getHealth", code: "", calls: "1" },
    { operation: "listSequences", code: "api_key_missing", calls: "1" },
    { operation: "listSequences", code: "api_key_unknown", calls: "1" },
    { operation: "none", code: "route_not_found", calls: "1" },
  ]);
});

test("tenants see calls of their own, and the service has all", async () => {
  const service = await serviceWithFigures(100);
  const other = await service.createTenant();
  await service.call("GET", "/v1/sequences", { key: other.key });
  await service.call("GET", "/v1/sequences/nowhere", { key: other.key });
  await service.call("GET", "/v1/sequences");
  await service.settled();
  const theirs = await stats(service, "grain=day", other.key);
  expect(theirs.map(({ subject, calls }) => [subject, calls])).toEqual([
    ["getSequence", 1],
    ["listSequences", 1],
  ]);
  expect(await callsOf(service, "listSequences")).toBe(1);
  const [row] = await service.database.query(
    "select calls from call_figures where grain = 'ever' and operation = 'listSequences'",
  );
  expect(row).toEqual({ calls: "2" });
  expect(await listed(service, "", other.key)).toMatchObject([{ code: "sequence_not_found" }]);
  expect(await listed(service)).toEqual([]);
});

test("figures that are sent twice count once, since an answer was lost", async () => {
  const service = await serviceWithFigures(100);
  await service.database.fault({ kind: "cut_after", times: 1, match: "add_calls_v1" });
  await reserve(service, "s", 1);
  await service.settled();
  expect(await callsOf(service, "createReservation")).toBe(2);
  const [row] = await service.database.query("select count(*) as batches from figure_batches");
  expect(row).toEqual({ batches: "2" });
});

test("figures of a time without a database are written when it is back", async () => {
  const service = await serviceWithFigures(50);
  const fault = {
    kind: "fail",
    sqlstate: "53100",
    message: "disk full",
    match: "add_calls_v1",
  } as const;
  await service.database.fault({ ...fault, times: 1 });
  await reserve(service, "s", 1);
  await service.settled();
  expect(await callsOf(service, "createReservation")).toBe(1);
  // The batch that failed goes with the next one.
  await service.settled();
  expect(await callsOf(service, "createReservation")).toBe(2);
  // One that nothing helps is given up, and what comes after it is written.
  await service.database.fault({ ...fault, times: 1000 });
  await reserve(service, "s", 1);
  for (let n = 0; n < 4; n += 1) {
    await service.settled();
    await service.call("GET", "/v1/sequences");
  }
  await service.settled();
  await service.database.fault(null);
  await service.call("GET", "/v1/products");
  await service.settled();
  expect(await callsOf(service, "createReservation")).toBe(2);
  expect(await callsOf(service, "listProducts")).toBe(1);
});

test("a batch with the same id adds nothing, even while the first one runs", async () => {
  const service = await serviceWithFigures(100);
  const batch = "019345ab-0000-7000-8000-00000000000a";
  const calls = JSON.stringify([
    {
      tenant: service.tenant,
      minute: "2026-11-30T23:59:00Z",
      operation: "createReservation",
      code: "",
      sequence: "s",
      product: "",
      status: 200,
      calls: 5,
      size: 50,
      time: 25,
      longest: 9,
      histogram: [3, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
      database_requests: 5,
      database_time: 20,
    },
  ]);
  const add = "select add_calls_v1($1::uuid, $2::jsonb, '[]') as added";
  const first = service.database.session();
  await first.query("begin");
  expect(await first.query(add, [batch, calls])).toEqual([{ added: true }]);
  const twin = service.database.query(add, [batch, calls]);
  await first.query("commit");
  await first.close();
  expect(await twin).toEqual([{ added: false }]);
  const span = "from=2026-11-30T00:00:00Z&to=2026-12-01T00:00:00Z&subject=createReservation";
  for (const grain of ["minute", "hour", "day"]) {
    expect(await stats(service, `${span}&grain=${grain}`)).toMatchObject([
      { calls: 5, size: 50, average_ms: 5, longest_ms: 9, database_requests: 5 },
    ]);
  }
});

test("slow and failed calls are listed with what the log calls them, and one of those refused alike", async () => {
  const service = await serviceWithFigures(100);
  const lag = { kind: "delay_commit", ms: 1100, match: "reserve_v1" } as const;
  await service.database.fault(lag);
  const slow = await reserve(service, "s", 1);
  await service.database.fault({
    kind: "fail",
    sqlstate: "XX000",
    message: "broken",
    times: 1,
    match: "reserve_v1",
  });
  const failed = await reserve(service, "s", 1);
  await service.database.fault(null);
  expect([slow.status, failed.status]).toEqual([201, 500]);
  const refused = await reserve(service, "nowhere", 1);
  await reserve(service, "nowhere", 1);
  await service.settled();
  const about = { operation: "createReservation", product: null };
  const all = await listed(service, "&operation=createReservation");
  expect(all).toMatchObject([
    { ...about, kind: "slow", sequence: "s", status: 200, code: null, request_id: idOf(slow) },
    {
      ...about,
      kind: "failed",
      sequence: "s",
      status: 500,
      code: "internal_error",
      request_id: idOf(failed),
    },
    {
      ...about,
      kind: "refused",
      sequence: null,
      status: 404,
      code: "sequence_not_found",
      request_id: idOf(refused),
    },
  ]);
  expect(all[0].ms).toBeGreaterThan(1000);
  expect(await listed(service, "&kind=failed")).toEqual([all[1]]);
  expect(await listed(service, "&operation=listLots")).toEqual([]);
  expect(await listed(service, `&operation=createReservation&from=${all[1].at}`)).toEqual(
    all.slice(1),
  );
  expect(await stats(service, "grain=day&subject=createReservation")).toMatchObject([
    { calls: 5, refused: 2, failed: 1, slow: 1 },
  ]);
  const [health] = await service.database.query(
    `select * from operation_health(enter_tenant($1)) where operation = 'createReservation'`,
    [service.tenant],
  );
  expect(health).toEqual({
    operation: "createReservation",
    calls_5: "5",
    failed_5: "1",
    slow_5: "1",
    calls_60: "5",
    failed_60: "1",
    slow_60: "1",
  });
});

test("a tenant's newest thousand calls are listed, and no more", async () => {
  const service = await serviceWithFigures(0);
  const add = async (batch: string, from: number, count: number) =>
    service.database.query(
      `select add_calls_v1($1::uuid, '[]', jsonb_agg(jsonb_build_object(
         'tenant', $2::text, 'at', timestamptz '2026-11-30T00:00:00Z' + n * interval '1 second', 'kind', 'slow',
         'operation', 'listLots', 'code', '', 'sequence', '', 'product', '', 'status', 200, 'time', 1500,
         'request_id', 'r-' || n)))
       from generate_series($3::int, $3::int + $4::int - 1) as n`,
      [batch, service.tenant, from, count],
    );
  await add("019345ab-0000-7000-8000-00000000000b", 1, 900);
  await add("019345ab-0000-7000-8000-00000000000c", 901, 300);
  const all = await listed(service);
  expect(all.length).toBe(1000);
  expect([all[0].request_id, all[999].request_id]).toEqual(["r-201", "r-1200"]);
});

test("without an interval nothing is kept", async () => {
  const service = await serviceWithFigures(0);
  expect(await service.database.query("select * from call_figures")).toEqual([]);
});
