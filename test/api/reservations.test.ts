import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { createService, type Service } from "../harness/service.ts";
import { call, names, ok, refused, state } from "./contract.ts";

let service: Service;

// A tenant of its own for each test: patterns are compared within one.
beforeEach(async () => {
  service = await createService({ main: true });
});
afterEach(() => service.close());

const put = (key: string, body: object) => ok(service, "PUT", `/v1/sequences/${key}`, body);
const reserve = (key: string, body: object) =>
  ok(service, "POST", `/v1/sequences/${key}/reservations`, body);
const voided = (id: string, body: object) =>
  ok(service, "POST", `/v1/reservations/${id}/void`, { reason: "not printed", ...body });
const open = async (id: string) =>
  (await ok(service, "GET", `/v1/reservations/${id}`)).open.map(
    ({ first, last, count }: Record<string, unknown>) => [first, last, count],
  );

describe("reserving", () => {
  test("gives contiguous runs, one behind the other", async () => {
    await put("runs", { pattern: "R-{0000}" });
    const path = "/v1/sequences/runs/reservations";
    const made = await call(service, "POST", path, { body: { count: 20 } });
    expect(made.status).toBe(201);
    expect(made.headers.get("location")).toBe("/v1/reservations/runs:1");
    expect(made.headers.get("idempotent-replayed")).toBeNull();
    expect(made.json).toMatchObject({
      id: "runs:1",
      sequence: "runs",
      series: null,
      first: "1",
      last: "20",
      step: "1",
      count: 20,
      first_name: "R-0001",
      last_name: "R-0020",
    });
    expect(await reserve("runs", { count: "10000000" })).toMatchObject({
      first: "21",
      last: "10000020",
      last_name: "R-10000020",
    });
    expect(await reserve("runs", { count: 1 })).toMatchObject({ id: "runs:10000021" });
    expect(await ok(service, "GET", made.headers.get("location") ?? "")).toEqual({
      ...made.json,
      open: [{ first: "1", last: "20", count: 20 }],
    });
  });

  test("includes the names when asked, across their pages", async () => {
    await put("named", { pattern: "N{000}", increment: 2 });
    const { names: few } = await reserve("named", { count: 3, include: "names" });
    expect(few).toEqual(["N001", "N003", "N005"]);
    const { names: many } = await reserve("named", { count: 4001, include: "names" });
    expect(many.slice(0, 2)).toEqual(["N007", "N009"]);
    // 7 + 4000 * 2
    expect([many.length, new Set(many).size, many.at(-1)]).toEqual([4001, 4001, "N8007"]);
  });

  test("binds the day and the fields of the document", async () => {
    await put("bound", { pattern: "{field.plant}-{YY}{DOY}-{00}" });
    const body = { count: 2, at: "2024-12-31", fields: { plant: "B7", unused: "x" } };
    expect(await reserve("bound", body)).toMatchObject({ first_name: "B7-24366-01" });
  });
});

describe("the names of a reservation", () => {
  test("stream as JSON, NDJSON and CSV, guarded against formulas", async () => {
    await put("listed", { pattern: '=A"{00}' });
    const { id } = await reserve("listed", { count: 2 });
    const read = (accept: string, query = "") =>
      call(service, "GET", `/v1/reservations/${id}/names${query}`, { headers: { accept } });
    expect((await read("application/json")).json).toMatchObject({
      id,
      names: ['=A"01', '=A"02'],
    });
    expect((await read("application/x-ndjson")).text).toBe('"=A\\"01"\n"=A\\"02"\n');
    const csv = await read("text/csv");
    expect(csv.text).toBe('name\r\n"\'=A""01"\r\n"\'=A""02"\r\n');
    expect(csv.headers.get("content-type")).toBe("text/csv; charset=utf-8; header=present");
    expect(csv.headers.get("content-disposition")).toMatch(/^attachment; filename="listed_1.csv"$/);
    expect((await read("text/csv", "?raw=true")).text).toBe('name\r\n"=A""01"\r\n"=A""02"\r\n');
  });

  test("are all there, and those of voided numbers too", async () => {
    await put("long", { pattern: "{00000}" });
    const { id } = await reserve("long", { count: 4500 });
    await voided(id, { first: 7, last: 7 });
    const { text } = await call(service, "GET", `/v1/reservations/${id}/names`, {
      headers: { accept: "application/x-ndjson" },
    });
    const lines = text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines).toEqual(names("", 5, 1, 4500));
  });
});

describe("voiding", () => {
  test("takes the whole, a part, and then nothing more", async () => {
    await put("void", { pattern: "V{00}" });
    const whole = await reserve("void", { count: 5 });
    expect(await voided(whole.id, {})).toEqual({
      reservation: "void:1",
      reason: "not printed",
      voided: [{ first: "1", last: "5", count: 5 }],
    });
    expect(await open(whole.id)).toEqual([]);
    const used = [409, "reservation_used"] as const;
    const again = { body: { reason: "again" } };
    await refused(service, used, "POST", `/v1/reservations/${whole.id}/void`, again);

    const part = await reserve("void", { count: 10 });
    await voided(part.id, { first: 8, last: 9 });
    expect(await open(part.id)).toEqual([
      ["6", "7", 2],
      ["10", "15", 6],
    ]);
    const overlapping = { body: { reason: "again", first: 9, last: 10 } };
    const before = await state(service);
    const problem = await refused(
      service,
      used,
      "POST",
      `/v1/reservations/${part.id}/void`,
      overlapping,
    );
    expect(problem.used).toEqual([{ first: "9", last: "9", count: 1 }]);
    expect(await state(service)).toEqual(before);
    // Without a range: whatever is still open.
    const rest = await voided(part.id, {});
    expect(rest.voided).toEqual([
      { first: "6", last: "7", count: 2 },
      { first: "10", last: "15", count: 6 },
    ]);
  });

  test("goes by the step", async () => {
    await put("void-steps", { pattern: "{00}", increment: 10 });
    const { id } = await reserve("void-steps", { count: 4 });
    const path = `/v1/reservations/${id}/void`;
    for (const range of [
      { first: 2, last: 2 },
      { first: 11, last: 30 },
      { first: 31, last: 41 },
    ]) {
      const body = { reason: "slip", ...range };
      const problem = await refused(service, [422, "reservation_range"], "POST", path, { body });
      expect(problem.detail).toBe(
        `Reservation "void-steps:1" runs from 1 to 31 in steps of 10. Give a range inside it.`,
      );
    }
    await voided(id, { first: 11, last: 21 });
    expect(await open(id)).toEqual([
      ["1", "1", 1],
      ["31", "31", 1],
    ]);
  });

  test("leaves recorded numbers alone", async () => {
    await put("void-recorded", { pattern: "{00}" });
    await ok(service, "PUT", "/v1/products/VR", { tracking: "serial", sequence: "void-recorded" });
    const { id } = await reserve("void-recorded", { count: 3 });
    await ok(service, "POST", "/v1/lots", {
      items: [{ product: "VR", reservation: id, count: 1 }],
    });
    const body = { reason: "late", first: 1, last: 2 };
    const path = `/v1/reservations/${id}/void`;
    await refused(service, [409, "reservation_used"], "POST", path, { body });
    expect((await voided(id, {})).voided).toEqual([{ first: "2", last: "3", count: 2 }]);
  });
});

const once = (key: string, body: unknown, idempotencyKey: string) =>
  call(service, "POST", `/v1/sequences/${key}/reservations`, { body, idempotencyKey });

describe("an idempotency key", () => {
  test("gives the same bytes again, bare or quoted, also after the pattern was changed", async () => {
    await put("once", { pattern: "O{000}" });
    const body = { count: 3, include: "names" };
    const first = await once("once", body, "order-1");
    await put("once", { pattern: "P{00}-{field.plant}" });
    // Members in another order and a count as text are the same request only where they read the same.
    const again = await once("once", { include: "names", count: 3 }, '"order-1"');
    expect(again.status).toBe(201);
    expect(again.text).toBe(first.text);
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    expect(again.headers.get("location")).toBe(first.headers.get("location"));
    expect(await ok(service, "GET", "/v1/sequences/once")).toMatchObject({ next: "4" });
  });

  test("with another body, path or method is refused and draws nothing", async () => {
    await put("twice", { pattern: "{000}" });
    await put("thrice", { pattern: "X{000}" });
    await once("twice", { count: 1 }, "order-2");
    const before = await state(service);
    const reused = [422, "idempotency_key_reused"] as const;
    const other = { body: { count: 2 }, idempotencyKey: "order-2" };
    await refused(service, reused, "POST", "/v1/sequences/twice/reservations", other);
    const same = { body: { count: 1 }, idempotencyKey: "order-2" };
    await refused(service, reused, "POST", "/v1/sequences/thrice/reservations", same);
    expect(await state(service)).toEqual(before);
  });

  test("of a request that runs is answered 409 with Retry-After", async () => {
    await put("flight", { pattern: "{000}" });
    const twin = service.database.session();
    await twin.query("begin");
    const lock = "select pg_advisory_xact_lock(hashtextextended($1 || ' ' || $2, 0))";
    await twin.query(lock, [service.tenant, "order-3"]);
    const refusal = await once("flight", { count: 1 }, "order-3");
    expect([refusal.status, refusal.json.code]).toEqual([409, "request_in_flight"]);
    expect(refusal.headers.get("retry-after")).toBe("1");
    await twin.close();
    expect((await once("flight", { count: 1 }, "order-3")).json.first).toBe("1");
  });

  test("of a refused request is free again", async () => {
    await put("free", { pattern: "{0}", overflow: "reject" });
    const path = "/v1/sequences/free/reservations";
    const many = { body: { count: 10 }, idempotencyKey: "order-4" };
    await refused(service, [409, "sequence_exhausted"], "POST", path, many);
    expect((await once("free", { count: 9 }, "order-4")).status).toBe(201);
  });

  test("belongs to the tenant: another one's draws by itself", async () => {
    await put("shared", { pattern: "{0}" });
    await once("shared", { count: 1 }, "order-5");
    const { key } = await service.createTenant();
    await ok(service, "PUT", "/v1/sequences/shared", { pattern: "X{0}" }, { key });
    const path = "/v1/sequences/shared/reservations";
    const answer = await call(service, "POST", path, {
      key,
      body: { count: 1 },
      idempotencyKey: "order-5",
    });
    expect(answer.json.first_name).toBe("X1");
    expect(answer.headers.get("idempotent-replayed")).toBeNull();
  });

  test("repeats a void without voiding again", async () => {
    await put("void-once", { pattern: "{0}" });
    const { id } = await reserve("void-once", { count: 2 });
    const path = `/v1/reservations/${id}/void`;
    const options = { body: { reason: "torn" }, idempotencyKey: "void-1" };
    const first = await call(service, "POST", path, options);
    const again = await call(service, "POST", path, options);
    expect([again.status, again.text]).toEqual([first.status, first.text]);
    expect(again.headers.get("idempotent-replayed")).toBe("true");
  });
});

test("a reservation that does not exist: 404", async () => {
  await put("some", { pattern: "{0}" });
  await reserve("some", { count: 5 });
  const missing = [404, "reservation_not_found"] as const;
  for (const id of ["some:2", "none:1", "some:2026:1"]) {
    await refused(service, missing, "GET", `/v1/reservations/${id}`);
    await refused(service, missing, "GET", `/v1/reservations/${id}/names`);
    const body = { reason: "x" };
    await refused(service, missing, "POST", `/v1/reservations/${id}/void`, { body });
  }
  await refused(service, [404, "path_names_nothing"], "GET", "/v1/reservations/some");
});
