import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { createService, type Service } from "../harness/service.ts";
import { inParallel } from "../store/service.ts";
import { ok, refused } from "./contract.ts";

let service: Service;
let key = "";
let tenant = "";

beforeAll(async () => {
  service = await createService();
});
afterAll(() => service.close());
beforeEach(async () => {
  ({ key, tenant } = await service.createTenant());
});

const put = (path: string, body: object) => ok(service, "PUT", path, body, { key });
const post = (path: string, body: object) => ok(service, "POST", path, body, { key });
const get = (path: string) => ok(service, "GET", path, undefined, { key });
const refusePut = (code: readonly [number, string], path: string, body: object) =>
  refused(service, code, "PUT", path, { key, body });

const frappe = (name: string, pattern: string, more: object = {}) =>
  put(`/v1/sequences/${name}`, { dialect: "frappe", pattern, ...more });
const reserve = (name: string, more: object = {}) =>
  post(`/v1/sequences/${name}/reservations`, { count: 1, at: "2026-11-24", ...more });
const next = (series: string, more: object = {}) =>
  post("/v1/naming-series/next", { series, at: "2026-11-24", ...more });

// The vectors' section 5: `SINV-.YYYY.-.####` and `SINV-2026-.####` share one.
describe("sequences of the Frappe dialect count in the tenant's naming series", () => {
  test("whatever pattern renders the text, and whoever asks", async () => {
    await frappe("by-year", "SINV-.YYYY.-.####");
    await frappe("written-out", "SINV-2026-.####");
    expect((await reserve("by-year")).first_name).toBe("SINV-2026-0001");
    expect((await reserve("written-out", { count: 2 })).first_name).toBe("SINV-2026-0002");
    expect((await next("SINV-.YYYY.-.######")).names).toEqual(["SINV-2026-000004"]);
    expect(await reserve("by-year")).toMatchObject({
      id: "naming-series:SINV-2026-:5",
      sequence: "naming-series",
      series: "SINV-2026-",
      first_name: "SINV-2026-0005",
    });
    expect((await reserve("by-year", { at: "2027-01-01" })).first_name).toBe("SINV-2027-0001");
    const preview = await get("/v1/sequences/written-out/preview?count=1");
    expect(preview.names).toEqual(["SINV-2026-0006"]);
  });

  test("lots of two products and a name made elsewhere, in one request", async () => {
    await frappe("by-year", "SINV-.YYYY.-.####");
    await frappe("written-out", "SINV-2026-.####");
    await put("/v1/products/A", { tracking: "lot", sequence: "by-year" });
    await put("/v1/products/B", { tracking: "lot", sequence: "written-out" });
    const { items } = await post("/v1/lots", {
      items: [
        { product: "A", count: 2, at: "2026-11-24" },
        { product: "B", names: ["SINV-2026-0007"] },
        { product: "B", count: 3 },
      ],
    });
    // The name is passed first: its number is of the series that both draw from.
    expect(items.map((item: { first_name: string }) => item.first_name)).toEqual([
      "SINV-2026-0008",
      "SINV-2026-0007",
      "SINV-2026-0010",
    ]);
    await reserve("by-year", { count: 2 });
    const problem = await refused(service, [409, "name_issued"], "POST", "/v1/lots", {
      key,
      body: { items: [{ product: "B", names: ["SINV-2026-0013"] }] },
    });
    expect(problem.reservation).toBe("naming-series:SINV-2026-:13");
    const changed = await post("/v1/lots/changes", {
      product: "B",
      sequence: "written-out",
      series: "SINV-2026-",
      first: 1,
      last: 11,
      set: { location: "WH1" },
    });
    // The one made elsewhere, and numbers 10 and 11.
    expect(changed).toMatchObject({ changed: 3 });
    const { data } = await get("/v1/sequences/written-out/ledger?series=SINV-2026-");
    expect(data.map(({ kind, last }: { kind: string; last: string }) => [kind, last])).toEqual([
      ["skip", "7"],
      ["reserved", "9"],
      ["reserved", "12"],
      ["reserved", "14"],
    ]);
    const account = await get("/v1/sequences/by-year/account?series=SINV-2026-");
    expect(account).toMatchObject({ passed: "14", reserved: "7", taken: "5", skipped: "7" });
  });

  test("32 callers by three ways get every number once", async () => {
    await frappe("by-year", "P-.YYYY.-.####");
    await frappe("written-out", "P-2026-.####");
    await put("/v1/products/A", { tracking: "serial", sequence: "written-out" });
    const firsts = new Set<number>();
    await inParallel(32, async (caller) => {
      const count = 1 + (caller % 5);
      if (caller % 3 === 0) firsts.add(Number((await reserve("by-year", { count })).first));
      else if (caller % 3 === 1)
        firsts.add(Number((await next("P-.YYYY.-.####", { count })).first));
      else {
        const { items } = await post("/v1/lots", { items: [{ product: "A", count }] });
        firsts.add(Number(items[0].first_name.slice("P-2026-".length)));
      }
    });
    expect(firsts.size).toBe(32);
    const { passed, reserved } = await get("/v1/sequences/by-year/account?series=P-2026-");
    // 1 to 5 in turns, of 32 callers: six rounds of 15, then 1 and 2.
    expect({ passed, reserved }).toEqual({ passed: "93", reserved: "93" });
  });

  test("the counter of an import of tabSeries is theirs", async () => {
    await frappe("drills", "DR-.#####");
    const { status } = await service.call("POST", "/v1/imports?kind=frappe_series", {
      key,
      body: "name,current\nDR-,41\n",
      headers: { "content-type": "text/csv" },
    });
    expect(status).toBe(201);
    expect((await reserve("drills")).first_name).toBe("DR-00042");
  });

  test("a sequence shows where it counts today, unless fields tell", async () => {
    await frappe("plain", "DR-.#####");
    await frappe("branches", "SI-.{branch}.-.###");
    await next("DR-.##", { count: 4 });
    expect(await get("/v1/sequences/plain")).toMatchObject({
      reset: "prefix",
      counter: "naming-series",
      series: "DR-",
      next: "5",
      issued: "4",
      remaining: "999999999999999995",
    });
    expect(await get("/v1/sequences/branches")).toMatchObject({
      counter: "naming-series",
      series: null,
      next: null,
      issued: null,
      remaining: null,
      used: null,
    });
    expect(await get("/v1/sequences/naming-series")).toMatchObject({ series: null, next: null });
    expect(await get("/v1/sequences/naming-series/account")).toMatchObject({
      series: null,
      passed: "4",
      next: null,
    });
    expect(await put("/v1/sequences/own", { pattern: "OWN-{00}" })).toMatchObject({
      counter: "own",
    });
  });

  test("a counter that a field touches ends with its width, and gives nothing beyond", async () => {
    const made = await frappe("touching", "C-.{plant}.##");
    expect(made).toMatchObject({ overflow: "reject", counter: "naming-series" });
    await post("/v1/sequences/touching/advance", {
      to: 98,
      series: "C-B1",
      reason: "near its end",
    });
    const problem = await refused(
      service,
      [409, "sequence_exhausted"],
      "POST",
      "/v1/sequences/touching/reservations",
      { key, body: { count: 3, fields: { plant: "B1" } } },
    );
    expect(problem).toMatchObject({ series: "C-B1", remaining: "2", last_number: "99" });
    expect(problem.detail).not.toContain("overflow");
    const { first_name, last_name } = await reserve("touching", {
      count: 2,
      fields: { plant: "B1" },
    });
    expect([first_name, last_name]).toEqual(["C-B198", "C-B199"]);

    await put("/v1/products/A", { tracking: "serial", sequence: "touching" });
    await refused(service, [409, "sequence_exhausted"], "POST", "/v1/lots", {
      key,
      body: { items: [{ product: "A", count: 1, fields: { plant: "B1" } }] },
    });
    await refusePut([422, "sequence_must_reject"], "/v1/sequences/touching", {
      dialect: "frappe",
      pattern: "C-.{plant}.##",
      overflow: "widen",
    });
  });

  test("one that is gapless, begins elsewhere or takes other steps counts for itself", async () => {
    expect(await frappe("gapless", "G-.####", { mode: "gapless" })).toMatchObject({
      counter: "gapless",
    });
    expect(await frappe("from-100", "H-.####", { start: 100 })).toMatchObject({
      counter: "from-100",
    });
    expect(await frappe("tens", "T-.####", { increment: 10 })).toMatchObject({ counter: "tens" });
    expect((await reserve("gapless")).id).toBe("gapless:G-:1");
    expect((await reserve("from-100")).first_name).toBe("H-0100");
    // Its numbers are not those of the naming series, so their names must differ.
    const problem = await refusePut([409, "pattern_overlap"], "/v1/sequences/shared", {
      dialect: "frappe",
      pattern: "G-.##",
    });
    expect(problem).toMatchObject({ other_sequence: "gapless", name: "G-1000" });
  });
});

/** Changes a pattern behind the back of whoever remembers it. */
const changeTo = (pattern: string) =>
  service.database.query(
    "update sequences set pattern = $2 where tenant = $1 and key = 's' returning 1",
    [tenant, pattern],
  );

describe("patterns that count in one series", () => {
  test("are refused only for names that both read as different numbers", async () => {
    await frappe("a", "A-.##");
    await frappe("b", "A-.####");
    await frappe("c", "{field}.-.###.Z");
    const problem = await refusePut([409, "pattern_overlap"], "/v1/sequences/d", {
      dialect: "frappe",
      pattern: "A-1.##",
    });
    // Number 100 of A-, number 00 of A-1: by hand, the shortest of them.
    expect(problem.given_by).toHaveLength(2);
    const [one, other] = problem.given_by;
    expect(one.number).not.toBe(other.number);
    await frappe("d", "B-.##.1");
    // B-01 with its suffix is number 11 of a pattern without one.
    const suffix = await refusePut([409, "pattern_overlap"], "/v1/sequences/e", {
      dialect: "frappe",
      pattern: "B-.###",
    });
    expect(suffix.given_by.map(({ number }: { number: string }) => number)).not.toEqual([
      suffix.given_by[0].number,
      suffix.given_by[0].number,
    ]);
  });

  test("do not give their names again when the sequence counts elsewhere", async () => {
    await frappe("s", "S-.####");
    await frappe("t", "T-.####");
    await reserve("s", { count: 9 });
    const native = { pattern: "S-{0000}", reset: "never" };
    await refusePut([409, "pattern_overlap"], "/v1/sequences/s", native);
    await refusePut([409, "pattern_overlap"], "/v1/sequences/s", {
      dialect: "frappe",
      pattern: "S-.####",
      increment: 10,
    });
    // Another pattern is another matter, and the first one is not forgotten.
    await frappe("s", "U-.####");
    await refusePut([409, "pattern_overlap"], "/v1/sequences/other", { pattern: "S-{0000}" });
    expect((await next("S-.####")).names).toEqual(["S-0010"]);
  });

  test("a pattern that has changed is not drawn from by a caller who knows the old one", async () => {
    await frappe("s", "OLD-.####");
    await put("/v1/products/A", { tracking: "serial", sequence: "s" });
    expect((await reserve("s")).first_name).toBe("OLD-0001");
    expect(await changeTo("NEW-.####")).toHaveLength(1);
    expect((await reserve("s")).first_name).toBe("NEW-0001");
    await post("/v1/lots", { items: [{ product: "A", count: 1 }] });
    await changeTo("NEWER-.####");
    const { items } = await post("/v1/lots", { items: [{ product: "A", count: 1 }] });
    expect(items[0].first_name).toBe("NEWER-0001");
  });
});
