import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { createService, type Service } from "../harness/service.ts";
import { call, ok, refused, state } from "./contract.ts";

let service: Service;

// A tenant of its own for each test: patterns are compared within one.
beforeEach(async () => {
  service = await createService({ main: true });
});
afterEach(() => service.close());

const put = (key: string, body: object) => ok(service, "PUT", `/v1/sequences/${key}`, body);
const get = (key: string) => ok(service, "GET", `/v1/sequences/${key}`);
const draw = (key: string, count: number) =>
  ok(service, "POST", `/v1/sequences/${key}/reservations`, { count });
const preview = async (key: string, query = "") =>
  (await ok(service, "GET", `/v1/sequences/${key}/preview${query}`)).names;

describe("saving", () => {
  test("makes a sequence with its defaults, answers where it is, and 200 for the same body", async () => {
    const made = await call(service, "PUT", "/v1/sequences/plain", {
      body: { pattern: "SN-{0000000}" },
    });
    expect(made.status).toBe(201);
    expect(made.headers.get("location")).toBe("/v1/sequences/plain");
    expect(made.json).toMatchObject({
      key: "plain",
      pattern: "SN-{0000000}",
      dialect: "native",
      mode: "standard",
      start: "1",
      increment: "1",
      reset: "never",
      time_zone: "UTC",
      overflow: "widen",
      hot: false,
      next: "1",
      issued: "0",
      // 999,999,999,999,999,999 numbers from 1 on.
      remaining: "999999999999999999",
    });
    const again = await call(service, "PUT", "/v1/sequences/plain", {
      body: { pattern: "SN-{0000000}", start: 1 },
    });
    expect(again.status).toBe(200);
    expect(again.json).toEqual(made.json);
    expect(await get("plain")).toEqual(made.json);
  });

  test("takes prefix, padding and suffix for the same pattern", async () => {
    const made = await put("affixes", { prefix: "L{YY}-", padding: 4, suffix: "/X" });
    expect(made.pattern).toBe("L{YY}-{0000}/X");
    const same = { pattern: "L{YY}-{0000}/X" };
    expect((await call(service, "PUT", "/v1/sequences/affixes", { body: same })).status).toBe(200);
    expect(await put("affixes", { padding: 3 })).toMatchObject({ pattern: "{000}" });
  });

  test("a pattern and affixes, or neither, are refused", async () => {
    const invalid = [422, "request_invalid"] as const;
    for (const body of [{}, { pattern: "{0}", padding: 1 }, { pattern: "{0}", prefix: "A" }]) {
      const problem = await refused(service, invalid, "PUT", "/v1/sequences/both", { body });
      expect(problem.errors[0].pointer).toBe("/pattern");
    }
  });

  test("after the first draw start and time zone are fixed, before it they are not", async () => {
    await put("fixed", { pattern: "F{00}", start: "5", time_zone: "Europe/Berlin" });
    expect(await put("fixed", { pattern: "F{00}", start: "7" })).toMatchObject({
      next: "7",
      time_zone: "Europe/Berlin",
    });
    await draw("fixed", 1);
    const body = { pattern: "F{00}", start: "8", time_zone: "UTC" };
    const before = await state(service);
    const path = "/v1/sequences/fixed";
    const problem = await refused(service, [409, "sequence_fixed"], "PUT", path, { body });
    expect(problem.fields).toEqual(["start", "time_zone"]);
    expect(await state(service)).toEqual(before);
  });

  test("a changed pattern is for new draws only", async () => {
    await put("changed", { pattern: "A-{000}" });
    const old = await draw("changed", 2);
    await put("changed", { pattern: "B-{0000}" });
    expect(await ok(service, "GET", `/v1/reservations/${old.id}`)).toMatchObject({
      first_name: "A-001",
      last_name: "A-002",
    });
    expect(await draw("changed", 1)).toMatchObject({ first_name: "B-0003" });
  });

  test.each([false, true])(
    "a new increment and width move on from the counter (hot: %s)",
    async (hot) => {
      const key = `steps-${hot}`;
      await put(key, { pattern: "{0}", hot });
      expect(await draw(key, 1)).toMatchObject({ first: "1", first_name: "1" });
      await put(key, { pattern: "{0}", increment: 10, hot });
      expect(await preview(key)).toEqual(["2"]);
      expect(await draw(key, 1)).toMatchObject({ first: "2", last: "2" });
      expect(await preview(key)).toEqual(["12"]);
      expect(await draw(key, 1)).toMatchObject({ first: "12" });
      await put(key, { pattern: "{000}", increment: 10, hot });
      expect(await preview(key, "?count=2")).toEqual(["022", "032"]);
      expect(await get(key)).toMatchObject({ next: "22", issued: "3" });
      expect(await draw(key, 3)).toMatchObject({ first: "22", last: "42", step: "10", count: 3 });
    },
  );
});

describe("the end of the numbers", () => {
  test("a sequence that rejects gives its last number and then none", async () => {
    await put("short", { pattern: "S{00}", start: 97, overflow: "reject" });
    const path = "/v1/sequences/short/reservations";
    const before = await state(service);
    const exhausted = [409, "sequence_exhausted"] as const;
    const problem = await refused(service, exhausted, "POST", path, { body: { count: 4 } });
    expect(problem).toMatchObject({ remaining: "3", requested: "4" });
    expect(await state(service)).toEqual(before);
    expect(await draw("short", 3)).toMatchObject({ first_name: "S97", last_name: "S99" });
    expect(await get("short")).toMatchObject({ next: null, remaining: "0", issued: "3" });
    expect(await preview("short", "?count=5")).toEqual([]);
    await refused(service, exhausted, "POST", path, { body: { count: 1 } });
    await put("short", { pattern: "S{00}", start: 97, overflow: "widen" });
    expect(await draw("short", 1)).toMatchObject({ first_name: "S100" });
  });

  test("a hot one as well, and steps that do not meet the last number", async () => {
    await put("hot-short", { pattern: "{0}", increment: 4, overflow: "reject", hot: true });
    expect(await draw("hot-short", 3)).toMatchObject({ first: "1", last: "9", step: "4" });
    const path = "/v1/sequences/hot-short/reservations";
    for (const count of [1, 2]) {
      await refused(service, [409, "sequence_exhausted"], "POST", path, { body: { count } });
    }
    expect(await get("hot-short")).toMatchObject({ next: null, remaining: "0" });
  });

  test("a width below what was given is refused, and a start beyond it", async () => {
    await put("narrow", { pattern: "{000}", start: 100, overflow: "reject" });
    await draw("narrow", 1);
    const body = { pattern: "{00}", start: 100, overflow: "reject" };
    const start = [422, "sequence_start_beyond_width"] as const;
    await refused(service, start, "PUT", "/v1/sequences/narrow", { body });
    await put("passed", { pattern: "P{00}", start: 99 });
    await draw("passed", 2);
    const ceiling = [409, "sequence_ceiling_passed"] as const;
    const reject = { pattern: "P{00}", start: 99, overflow: "reject" };
    await refused(service, ceiling, "PUT", "/v1/sequences/passed", { body: reject });
    expect(await get("passed")).toMatchObject({ overflow: "widen", next: "101" });
  });

  test.each([
    [1, 150, "1000", "150"],
    [1000, 1, "1", null],
  ])(
    "what steps of %i have given counts, whatever the steps are afterwards",
    async (increment, count, after, issued) => {
      const key = `stepped-${increment}`;
      await put(key, { pattern: `${key}-{00}`, increment });
      await draw(key, count);
      const body = { pattern: `${key}-{00}`, increment: after };
      await put(key, body);
      const reject = { ...body, overflow: "reject" };
      if (issued === null) {
        expect(await put(key, reject)).toMatchObject({ next: null, remaining: "0" });
        return;
      }
      const ceiling = [409, "sequence_ceiling_passed"] as const;
      const path = `/v1/sequences/${key}`;
      expect(await refused(service, ceiling, "PUT", path, { body: reject })).toMatchObject({
        issued,
      });
    },
  );

  test("the highest number of all is given, and none behind it", async () => {
    await put("highest", { pattern: "{0}", start: "999999999999999998" });
    expect(await draw("highest", 2)).toMatchObject({ last: "999999999999999999" });
    const path = "/v1/sequences/highest/reservations";
    const exhausted = [409, "sequence_exhausted"] as const;
    await refused(service, exhausted, "POST", path, { body: { count: 1 } });
    expect(await get("highest")).toMatchObject({ next: null, remaining: "0", issued: "2" });
  });
});

describe("a hot sequence", () => {
  test("counts without a gap, also when it becomes hot later", async () => {
    await put("hot", { pattern: "H{000}" });
    await draw("hot", 5);
    await put("hot", { pattern: "H{000}", hot: true });
    expect(await draw("hot", 1)).toMatchObject({ first_name: "H006" });
    expect(await draw("hot", 3)).toMatchObject({ first_name: "H007", last_name: "H009" });
    expect(await draw("hot", 1)).toMatchObject({ first_name: "H010" });
    expect(await get("hot")).toMatchObject({ next: "11", issued: "10", hot: true });
    const account = await ok(service, "GET", "/v1/sequences/hot/account");
    expect(account).toMatchObject({ passed: "10", reserved: "10", open: "10", burned: "0" });
  });
});

/** Draws after another Worker changed the definition that this one remembers. */
const seen = async (hot: boolean, count: number) => {
  const key = `elsewhere-${hot}-${count}`;
  await put(key, { pattern: "A{000}", hot });
  await draw(key, 2);
  // As another Worker does it: this one's memory is out of date.
  const set = "update sequences set pattern = 'B{0000}', width = 4 where tenant = $1 and key = $2";
  await service.database.query(set, [service.tenant, key]);
  expect(await draw(key, count)).toMatchObject({ first: "3", first_name: "B0003" });
  expect((await get(key)).issued).toBe(String(2 + count));
};

describe("a definition that was changed elsewhere is seen before anything is drawn", () => {
  test.each([1, 3])("by a row, count %i", (count) => seen(false, count));
  test.each([1, 3])("by a hot one, count %i", (count) => seen(true, count));
});

describe("a preview", () => {
  test("starts from the counter, binds day and fields, and draws nothing", async () => {
    await put("preview", { pattern: "{field.plant}/{YYYY}{MM}-{000}", start: 8 });
    const before = await state(service);
    const fields = encodeURIComponent('{"plant":"B7"}');
    const path = `?count=2&at=2026-03-09&fields=${fields}`;
    expect(await preview("preview", path)).toEqual(["B7/202603-008", "B7/202603-009"]);
    expect(await state(service)).toEqual(before);
    const url = "/v1/sequences/preview/preview";
    await refused(service, [422, "field_missing"], "GET", url);
    await refused(service, [422, "request_invalid"], "GET", `${url}?count=1001`);
    await refused(service, [422, "at_without_offset"], "GET", `${url}?at=2026-03-09T10:00:00`);
    await refused(service, [422, "at_out_of_range"], "GET", `${url}?at=0000-01-01`);
  });

  test("names the parameter that is wrong", async () => {
    await put("wrong", { pattern: "{field.plant}/{YYYY}-{000}" });
    const url = "/v1/sequences/wrong/preview";
    const missing = await refused(service, [422, "field_missing"], "GET", url);
    expect(missing.errors).toEqual([
      { parameter: "fields", in: "query", detail: missing.detail, code: "field_missing" },
    ]);
    const at = await refused(service, [422, "at_malformed"], "GET", `${url}?at=tomorrow`);
    expect(at.errors).toEqual([
      { parameter: "at", in: "query", detail: at.detail, code: "at_malformed" },
    ]);
    // The same rule in a body.
    const body = { count: 1, at: "tomorrow" };
    const path = "/v1/sequences/wrong/reservations";
    const drawn = await refused(service, [422, "at_malformed"], "POST", path, { body });
    expect(drawn.errors).toEqual([{ pointer: "/at", detail: drawn.detail, code: "at_malformed" }]);
  });

  test("tells how a + is written in an address", async () => {
    await put("plus", { pattern: "{YYYY}-{000}" });
    const url = "/v1/sequences/plus/preview?at=2026-11-21T14:30:00";
    expect((await refused(service, [422, "at_malformed"], "GET", `${url}+01:00`)).detail).toBe(
      '"2026-11-21T14:30:00 01:00" has a space where its + should be. In an address + means a space: write it as %2B there.',
    );
    expect(await ok(service, "GET", `${url}%2B01:00`)).toEqual({ names: ["2026-001"] });
  });

  test("takes the day of the sequence's time zone", async () => {
    await put("tokyo", { pattern: "{YYYY}{MM}{DD}-{0}", time_zone: "Asia/Tokyo" });
    // 16:00 in UTC is 01:00 of the next day in Tokyo.
    const names = await preview("tokyo", "?at=2025-12-31T16:00:00Z");
    expect(names).toEqual(["20260101-1"]);
  });
});

describe("the ledger", () => {
  test("tells which reservation voided numbers are of", async () => {
    await put("torn", { pattern: "{YYYY}-{00}", reset: "yearly", increment: 3 });
    const reserve = (at: string) =>
      ok(service, "POST", "/v1/sequences/torn/reservations", { count: 4, at });
    // The same numbers in two years; 1, 4, 7, 10 and 13, 16, 19, 22 in the first one.
    await reserve("2025-01-01");
    await reserve("2026-01-01");
    const { id } = await reserve("2025-01-01");
    const range = { reason: "torn", first: 16, last: 19 };
    await ok(service, "POST", `/v1/reservations/${id}/void`, range);
    await ok(service, "POST", "/v1/reservations/torn:2026:1/void", { reason: "torn" });
    const { data } = await ok(service, "GET", "/v1/sequences/torn/ledger");
    const voids = data.filter(({ kind }: { kind: string }) => kind === "void");
    expect(voids).toMatchObject([
      { first: "16", last: "19", reservation: "torn:2025:13" },
      { first: "1", last: "10", reservation: "torn:2026:1" },
    ]);
  });

  test("tells of reservations, voids and skips in the order of their numbers", async () => {
    await put("told", { pattern: "T{00}" });
    await ok(service, "PUT", "/v1/products/TOLD", { tracking: "serial", sequence: "told" });
    const { id } = await draw("told", 10);
    await ok(service, "POST", `/v1/reservations/${id}/void`, {
      reason: "label torn",
      first: 3,
      last: 4,
    });
    await ok(service, "POST", "/v1/lots", { items: [{ product: "TOLD", names: ["T15"] }] });
    await ok(service, "POST", "/v1/lots", { items: [{ product: "TOLD", count: 2 }] });
    const { data } = await ok(service, "GET", "/v1/sequences/told/ledger");
    const told = data.map((entry: Record<string, unknown>) => [
      entry["kind"],
      entry["first"],
      entry["last"],
      entry["count"],
      entry["first_name"],
      entry["reservation"],
      entry["reason"],
    ]);
    expect(told).toEqual([
      ["reserved", "1", "10", 10, "T01", "told:1", null],
      ["void", "3", "4", 2, "T03", "told:1", "label torn"],
      ["skip", "11", "15", 5, null, null, "names made elsewhere"],
      ["reserved", "16", "17", 2, "T16", "told:16", null],
    ]);
    expect(await ok(service, "GET", "/v1/sequences/told/account")).toEqual({
      sequence: "told",
      series: null,
      passed: "17",
      reserved: "12",
      taken: "2",
      open: "8",
      on_lease: "0",
      unreported: "0",
      given_back: "0",
      voided: "2",
      skipped: "5",
      burned: "0",
      in_flight: "0",
      next: "18",
    });
    expect(await get("told")).toMatchObject({ issued: "12", next: "18" });
  });

  test("of a sequence that does not exist: 404, and so is the sequence", async () => {
    for (const path of ["", "/ledger", "/account", "/account/runs", "/preview"]) {
      const url = `/v1/sequences/nowhere${path}`;
      await refused(service, [404, "sequence_not_found"], "GET", url);
    }
  });
});
