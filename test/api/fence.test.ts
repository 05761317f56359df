import { describe, expect, test } from "vitest";

import type { Service } from "../harness/service.ts";
import { ledgerRuns, putSequence, reserve, serviceForTest } from "../store/service.ts";
import { ok, refused, rowsInPages } from "./contract.ts";

const fence = (service: Service, key: string, body: object) =>
  ok(service, "POST", `/v1/sequences/${key}/fence`, { reason: "restored", ...body });

async function firstName(service: Service, key: string, body: object = {}): Promise<string> {
  const { first_name } = await ok(service, "POST", `/v1/sequences/${key}/reservations`, {
    count: 1,
    ...body,
  });
  return first_name;
}

/** A day so many days from now. */
function day(ahead: number): string {
  return new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10);
}

describe("a width that rejects", () => {
  const narrow = { pattern: "M{0}", overflow: "reject" };

  test.each([8, 9])(
    "with %i numbers given, what is widened afterwards goes on behind",
    async (given) => {
      const service = await serviceForTest();
      await putSequence(service, "s", narrow);
      await reserve(service, "s", given);
      const { moved, series } = await fence(service, "s", { by: "1000" });
      expect([moved, series]).toEqual([
        1,
        [{ series: null, from: String(given + 1), to: String(given + 1001) }],
      ]);
      await refused(service, [409, "sequence_exhausted"], "POST", "/v1/sequences/s/reservations", {
        body: { count: 1 },
      });
      // It may be saved with the same width.
      await putSequence(service, "s", { ...narrow, pattern: "X{0}" });
      await putSequence(service, "s", { ...narrow, overflow: "widen" });
      expect(await firstName(service, "s")).toBe(`M${given + 1001}`);
      const account = await ok(service, "GET", "/v1/sequences/s/account");
      expect(account).toMatchObject({
        passed: String(given + 1001),
        reserved: String(given + 1),
        skipped: "1000",
        burned: "0",
      });
    },
  );

  test("one that counts with a Postgres sequence as well", async () => {
    const service = await serviceForTest();
    await putSequence(service, "s", { ...narrow, hot: true });
    await reserve(service, "s", 3);
    await fence(service, "s", { by: "50" });
    await putSequence(service, "s", { ...narrow, overflow: "widen", hot: true });
    expect(await firstName(service, "s")).toBe("M54");
  });
});

describe("the last number of all", () => {
  test("is an end, and no error", async () => {
    const service = await serviceForTest();
    await putSequence(service, "s", { pattern: "E{0}", start: "999999999999999990" });
    await reserve(service, "s", 2);
    const first = await fence(service, "s", { by: "999999999999999999" });
    expect(first).toMatchObject({
      moved: 1,
      series: [{ from: "999999999999999992", to: null }],
      unknown_series: null,
    });
    expect(await fence(service, "s", { by: "1" })).toMatchObject({ moved: 0, series: [] });
    await refused(service, [409, "sequence_exhausted"], "POST", "/v1/sequences/s/reservations", {
      body: { count: 1 },
    });
    expect(await ledgerRuns(service, "s", "fence")).toEqual([
      { first: 999999999999999992n, last: 999999999999999999n },
    ]);
  });
});

describe("what was not begun", () => {
  test.each(["standard", "gapless"])(
    "%s: begins behind, is shown so, and is explained",
    async (mode) => {
      const service = await serviceForTest();
      await putSequence(service, "s", { pattern: "U{0000}", mode, increment: "10" });
      const answer = await fence(service, "s", { by: "100" });
      expect(answer).toMatchObject({
        moved: 0,
        series: [],
        unknown_series: { begin_at: "1001", until: null },
      });
      expect(await ok(service, "GET", "/v1/sequences/s")).toMatchObject({ next: "1001" });
      const { names } = await ok(service, "GET", "/v1/sequences/s/preview?count=2");
      expect(names).toEqual(["U1001", "U1011"]);
      expect(await firstName(service, "s")).toBe("U1001");
      expect(await ledgerRuns(service, "s", "fence")).toEqual([{ first: 1n, last: 991n }]);
      expect(await ok(service, "GET", "/v1/sequences/s/account")).toMatchObject({
        passed: "101",
        reserved: "1",
        skipped: "100",
      });
      expect(await ok(service, "GET", "/v1/sequences/s")).toMatchObject({ issued: "1" });
    },
  );

  test("begins as much behind the start that it has when it begins", async () => {
    const service = await serviceForTest();
    await putSequence(service, "s", { pattern: "U{0000}" });
    await fence(service, "s", { by: "600" });
    await fence(service, "s", { by: "400" });
    await putSequence(service, "s", { pattern: "U{0000}", start: "500" });
    expect(await firstName(service, "s")).toBe("U1500");
  });

  test("of periods it holds as far ahead as it was told, one text at a time for any", async () => {
    const service = await serviceForTest();
    await putSequence(service, "s", { pattern: "D{YYYY}{MM}{DD}-{00}", reset: "daily" });
    const { unknown_series } = await fence(service, "s", { by: "50", ahead_days: 30 });
    expect(unknown_series).toEqual({ begin_at: "51", until: day(30) });
    expect(await firstName(service, "s", { at: day(29) })).toMatch(/-51$/);
    expect(await firstName(service, "s", { at: day(32) })).toMatch(/-01$/);
    expect(await firstName(service, "s", { at: "2020-02-02" })).toBe("D20200202-51");
  });
});

describe("numbers that nobody knows of", () => {
  test.each([10, 0])("keep their names when the pattern changes, %i known", async (known) => {
    const service = await serviceForTest();
    await putSequence(service, "s", { pattern: "OLD-{0000}" });
    if (known > 0) await reserve(service, "s", known);
    await fence(service, "s", { by: "1000" });
    await putSequence(service, "s", { pattern: "NEW-{0000}" });
    for (const start of ["11", String(known + 1000)]) {
      await refused(service, [409, "pattern_overlap"], "PUT", "/v1/sequences/t", {
        body: { pattern: "OLD-{0000}", start },
      });
    }
    await putSequence(service, "t", { pattern: "OLD-{0000}", start: String(known + 1001) });
    // Back to the old pattern it goes on behind them, which clashes with nothing of its own.
    expect(await firstName(service, "s")).toBe(`NEW-${known + 1001}`);
  });

  test("stay behind, whatever start and step are afterwards", async () => {
    const service = await serviceForTest();
    await putSequence(service, "y", {
      pattern: "Y{YYYY}-{0000}",
      reset: "yearly",
      increment: "10",
    });
    await fence(service, "y", { by: "100" });
    await putSequence(service, "y", { pattern: "Y{YYYY}-{0000}", reset: "yearly" });
    expect(await firstName(service, "y", { at: "2026-05-05" })).toBe("Y2026-1001");
    await putSequence(service, "s", { pattern: "S{0000}", start: "1000" });
    await fence(service, "s", { by: "10" });
    await putSequence(service, "s", { pattern: "S{0000}", start: "995" });
    expect(await firstName(service, "s")).toBe("S1010");
  });

  test("may be imported under the names that they have, of a gapless series too", async () => {
    const service = await serviceForTest();
    await putSequence(service, "g", { pattern: "G-{0000}", mode: "gapless" });
    await ok(service, "PUT", "/v1/products/p", { tracking: "serial", sequence: "g" });
    await fence(service, "g", { by: "100" });
    const { json } = await service.call("POST", "/v1/imports?kind=odoo_lots", {
      body: "product_id,name\np,G-0050\np,G-0101\n",
      headers: { "content-type": "text/csv" },
    });
    expect(json).toMatchObject({ status: "done", created: 1, refused: 1 });
    expect(await firstName(service, "g")).toBe("G-0101");
  });
});

test("the ledger is read page by page through every kind of entry", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "S{0000}" });
  const move = (how: string, to: string) =>
    ok(service, "POST", `/v1/sequences/s/${how}`, { to, reason: how });
  const { id } = (await reserve(service, "s", 5)).json;
  await ok(service, "POST", `/v1/reservations/${id}/void`, { reason: "torn" });
  await fence(service, "s", { by: "10" });
  await move("advance", "100");
  await move("rewind", "50");
  await reserve(service, "s", 1);
  const path = "/v1/sequences/s/ledger";
  const whole = (await ok(service, "GET", path)).data;
  expect(new Set(whole.map(({ kind }: { kind: string }) => kind))).toEqual(
    new Set(["reserved", "void", "fence", "skip", "rewind", "reopened"]),
  );
  expect(await rowsInPages(service, `${path}?limit=1`)).toEqual(whole);
});

describe("setting a counter back", () => {
  test.each(["standard", "gapless"])("%s: never into a fence, however it came", async (mode) => {
    const service = await serviceForTest();
    await putSequence(service, "s", { pattern: "S{0000}", mode });
    await reserve(service, "s", 10);
    await fence(service, "s", { by: "1000" });
    const rewind = (to: string, series?: string) =>
      refused(service, [409, "rewind_into_fence"], "POST", "/v1/sequences/s/rewind", {
        body: { to, reason: "nobody got them", ...(series === undefined ? {} : { series }) },
      });
    expect((await rewind("11")).detail).toContain("cannot go back at all");
    await rewind("1010");
    expect(await firstName(service, "s")).toBe("S1011");
  });

  test("neither of what was not begun, nor past what was skipped behind it", async () => {
    const service = await serviceForTest();
    await putSequence(service, "s", { pattern: "S{0000}" });
    await fence(service, "s", { by: "100" });
    await ok(service, "POST", "/v1/sequences/s/advance", { to: "500", reason: "test" });
    await refused(service, [409, "rewind_into_fence"], "POST", "/v1/sequences/s/rewind", {
      body: { to: "100", reason: "test" },
    });
    await ok(service, "POST", "/v1/sequences/s/rewind", { to: "101", reason: "test" });
    expect(await firstName(service, "s")).toBe("S0101");
  });

  test("and tells the number behind it, whatever the steps are since", async () => {
    const service = await serviceForTest();
    await putSequence(service, "s", { pattern: "S{0000}" });
    await reserve(service, "s", 5);
    await fence(service, "s", { by: "100" });
    await putSequence(service, "s", { pattern: "S{0000}", increment: "10" });
    await ok(service, "POST", "/v1/sequences/s/advance", { to: "506", reason: "test" });
    const refusal = await refused(
      service,
      [409, "rewind_into_fence"],
      "POST",
      "/v1/sequences/s/rewind",
      {
        body: { to: "96", reason: "test" },
      },
    );
    expect(refusal).toMatchObject({ fenced: "105", behind: "106" });
    await ok(service, "POST", "/v1/sequences/s/rewind", { to: "106", reason: "test" });
  });
});

test("only an admin key may, since it uses up numbers of no quota", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "S{0000}" });
  const { key } = await ok(service, "POST", "/v1/api-keys", {
    name: "catalogue",
    scopes: ["sequences:write"],
  });
  await refused(service, [403, "scope_missing"], "POST", "/v1/sequences/s/fence", {
    key,
    body: { by: "1", reason: "restored" },
  });
});
