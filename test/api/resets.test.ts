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
const draw = (key: string, at: string, count = 1) =>
  ok(service, "POST", `/v1/sequences/${key}/reservations`, { count, at });
/** The name of one number drawn at a day. */
const name = async (key: string, at: string) => (await draw(key, at)).first_name;
const preview = async (key: string) =>
  (await ok(service, "GET", `/v1/sequences/${key}/preview?at=2026-01-01`)).names;
const move = (way: "advance" | "rewind", key: string, body: object) =>
  ok(service, "POST", `/v1/sequences/${key}/${way}`, { reason: "a test", ...body });
const refuse = (code: readonly [number, string], way: string, key: string, body: object) =>
  refused(service, code, "POST", `/v1/sequences/${key}/${way}`, {
    body: { reason: "a test", ...body },
  });
/** Kind, first number and reason of each run of its ledger. */
const ledgerOf = async (key: string) =>
  (await ok(service, "GET", `/v1/sequences/${key}/ledger`)).data.map(
    (run: Record<string, string>) => [run["kind"], run["first"], run["reason"]],
  );
const next = (series: string, more: object = {}) =>
  ok(service, "POST", "/v1/naming-series/next", { series, at: "2026-11-24", ...more });

// The rows of the vectors' section 6, and further cases of the same rules.
test.each<[string, object, [at: string, name: string][]]>([
  [
    "never: the counter goes on from year to year",
    { pattern: "{YYYY}-{0000}" },
    [
      ["1915-03-01", "1915-0001"],
      ["1916-03-01", "1916-0002"],
    ],
  ],
  [
    "yearly",
    { pattern: "{YYYY}-{0000}", reset: "yearly" },
    [
      ["1910-01-01", "1910-0001"],
      ["1910-12-31", "1910-0002"],
      ["1911-01-01", "1911-0001"],
    ],
  ],
  [
    "monthly",
    { pattern: "{YYYY}{MM}-{0000}", reset: "monthly" },
    [
      ["1980-01-01", "198001-0001"],
      ["1980-01-31", "198001-0002"],
      ["1980-02-01", "198002-0001"],
    ],
  ],
  [
    "fiscal from 1 June",
    { pattern: "{FY}{MM}-{0000}", reset: "fiscal", fiscal_year_start: "06-01" },
    [
      ["1960-01-15", "195901-0001"],
      ["1960-12-15", "196012-0001"],
    ],
  ],
  [
    "weekly by ISO 8601: 30 December 2024 is of week 1 of 2025",
    { pattern: "{GGGG}W{WW}-{000}", reset: "weekly" },
    [
      ["2024-12-29", "2024W52-001"],
      ["2024-12-30", "2025W01-001"],
      ["2025-01-05", "2025W01-002"],
      ["2025-01-06", "2025W02-001"],
    ],
  ],
  [
    "daily, and a back-dated document goes on where its own day stood",
    { pattern: "{YYYY}{MM}{DD}-{00}", reset: "daily" },
    [
      ["2026-11-23", "20261123-01"],
      ["2026-11-24", "20261124-01"],
      ["2026-11-23", "20261123-02"],
      ["2026-11-24", "20261124-02"],
    ],
  ],
  [
    "the zone of the sequence decides the day, for the counter and for the text",
    { pattern: "{YYYY}-{0000}", reset: "yearly", time_zone: "Asia/Tokyo" },
    [
      ["2025-12-31T14:59:59Z", "2025-0001"],
      ["2025-12-31T16:00:00Z", "2026-0001"],
      ["2026-01-01", "2026-0002"],
    ],
  ],
  [
    "range_ tokens of Odoo show the first day of the period",
    { dialect: "odoo", prefix: "%(range_year)s/%(range_month)s/", padding: 3, reset: "monthly" },
    [
      ["2026-11-24", "2026/11/001"],
      ["2026-11-25", "2026/11/002"],
      ["2026-12-01", "2026/12/001"],
    ],
  ],
])("%s", async (title, body, rows) => {
  const key = `s-${rows.length}-${title.replaceAll(/[^a-z]+/gi, "-").slice(0, 30)}`;
  await put(key, body);
  const drawn: string[] = [];
  for (const [at] of rows) drawn.push(await name(key, at));
  expect(drawn).toEqual(rows.map(([, expected]) => expected));
});

test("a reservation of a period tells its series, and its id names it", async () => {
  await put("told", { pattern: "{YYYY}-{0000}", reset: "yearly" });
  const made = await draw("told", "2025-05-05", 3);
  expect(made).toMatchObject({ id: "told:2025:1", series: "2025", first: "1", last: "3" });
  const { id, series, open } = await ok(service, "GET", "/v1/reservations/told:2025:1");
  expect({ id, series, open }).toEqual({
    id: "told:2025:1",
    series: "2025",
    open: [{ first: "1", last: "3", count: 3 }],
  });
  const { origins } = await ok(service, "GET", "/v1/resolve?name=2025-0002");
  expect(origins).toMatchObject([{ sequence: "told", series: "2025", number: "2" }]);
});

test("the account and the ledger are of all periods, or of one", async () => {
  await put("sums", { pattern: "{YYYY}-{0000}", reset: "yearly" });
  await draw("sums", "2024-05-05", 3);
  await draw("sums", "2025-05-05", 4);
  const account = (query = "") => ok(service, "GET", `/v1/sequences/sums/account${query}`);
  expect(await account()).toMatchObject({ series: null, passed: "7", reserved: "7", burned: "0" });
  expect(await account("?series=2024")).toMatchObject({
    series: "2024",
    passed: "3",
    reserved: "3",
    next: "4",
  });
  const runs = async (query = "") => {
    const { data } = await ok(service, "GET", `/v1/sequences/sums/ledger${query}`);
    return data.map((run: Record<string, string>) => [run["series"], run["first"], run["last"]]);
  };
  expect(await runs()).toEqual([
    ["2024", "1", "3"],
    ["2025", "1", "4"],
  ]);
  expect(await runs("?series=2025")).toEqual([["2025", "1", "4"]]);
  const page = await ok(service, "GET", "/v1/sequences/sums/ledger?limit=1");
  const { data } = await ok(
    service,
    "GET",
    `/v1/sequences/sums/ledger?limit=1&cursor=${encodeURIComponent(page.next_cursor)}`,
  );
  expect(data).toMatchObject([{ series: "2025" }]);
});

test("a preview starts from the counter of its own day, and makes no series", async () => {
  await put("seen", { pattern: "{YYYY}-{0000}", reset: "yearly" });
  await draw("seen", "2025-05-05", 4);
  const preview = async (at: string) =>
    (await ok(service, "GET", `/v1/sequences/seen/preview?count=2&at=${at}`)).names;
  const before = await state(service);
  expect(await preview("2025-01-01")).toEqual(["2025-0005", "2025-0006"]);
  expect(await preview("2031-01-01")).toEqual(["2031-0001", "2031-0002"]);
  expect(await state(service)).toEqual(before);
});

test("lots take the series of their own day, also several in one request", async () => {
  await put("days", { pattern: "D{YYYY}{MM}{DD}-{00}", reset: "daily" });
  await ok(service, "PUT", "/v1/products/DAY", { tracking: "serial", sequence: "days" });
  const { items } = await ok(service, "POST", "/v1/lots", {
    items: [
      { product: "DAY", count: 2, at: "2026-11-02" },
      { product: "DAY", count: 3, at: "2026-11-01" },
      { product: "DAY", count: 1, at: "2026-11-02" },
    ],
  });
  expect(
    items.map((item: Record<string, string>) => [item["first_name"], item["last_name"]]),
  ).toEqual([
    ["D20261102-01", "D20261102-02"],
    ["D20261101-01", "D20261101-03"],
    ["D20261102-03", "D20261102-03"],
  ]);
});

test("names made elsewhere move the counter of the period that they show", async () => {
  await put("hand", { pattern: "H{YY}{MM}-{000}", reset: "monthly" });
  await ok(service, "PUT", "/v1/products/HAND", { tracking: "serial", sequence: "hand" });
  await ok(service, "POST", "/v1/lots", {
    items: [{ product: "HAND", names: ["H2610-007", "H2611-002", "elsewhere"] }],
  });
  expect(await name("hand", "2026-10-10")).toBe("H2610-008");
  expect(await name("hand", "2026-11-10")).toBe("H2611-003");
  expect(await name("hand", "2026-12-10")).toBe("H2612-001");
  // A number that was given and not recorded is held by its reservation.
  const problem = await refused(service, [409, "name_issued"], "POST", "/v1/lots", {
    body: { items: [{ product: "HAND", names: ["H2610-008"] }] },
  });
  expect(problem).toMatchObject({ reservation: "hand:2026-10:8" });
});

test("before the first draw the reset can change, after it cannot", async () => {
  await put("fixed", { pattern: "{YYYY}{MM}-{0000}", reset: "yearly" });
  await put("fixed", { pattern: "{YYYY}{MM}-{0000}", reset: "monthly" });
  expect(await name("fixed", "2026-02-02")).toBe("202602-0001");
  const problem = await refused(service, [409, "sequence_fixed"], "PUT", "/v1/sequences/fixed", {
    body: { pattern: "{YYYY}{MM}-{0000}", reset: "yearly", mode: "gapless" },
  });
  expect(problem).toMatchObject({ fields: ["mode", "reset"] });
  // The pattern and the increment can, for every period at once.
  await put("fixed", { pattern: "N{YYYY}{MM}-{0000}", reset: "monthly", increment: 10 });
  expect(await name("fixed", "2026-02-02")).toBe("N202602-0002");
  expect(await name("fixed", "2026-02-02")).toBe("N202602-0012");
  expect(await name("fixed", "2026-03-02")).toBe("N202603-0001");
});

// The vectors' section 7.
test("steps: the increment counts from the next number on, and the width shows", async () => {
  await put("steps", { pattern: "{0}" });
  expect(await name("steps", "2026-01-01")).toBe("1");
  await put("steps", { pattern: "{0}", increment: 10 });
  expect(await preview("steps")).toEqual(["2"]);
  expect(await name("steps", "2026-01-01")).toBe("2");
  expect(await preview("steps")).toEqual(["12"]);
  expect(await name("steps", "2026-01-01")).toBe("12");
  await put("steps", { pattern: "{000}", increment: 10 });
  expect(await name("steps", "2026-01-01")).toBe("022");
});

describe("moving a counter", () => {
  test.each([false, true])("forward and back over what nobody has (hot: %s)", async (hot) => {
    const key = hot ? "moved-hot" : "moved";
    await put(key, { pattern: "M{0000}", hot });
    await draw(key, "2026-01-01", 3);
    expect(await move("advance", key, { to: 11 })).toMatchObject({ from: "4", to: "11" });
    expect(await name(key, "2026-01-01")).toBe("M0011");
    await move("advance", key, { to: 101 });
    expect(await move("rewind", key, { to: 21 })).toMatchObject({ from: "101", to: "21" });
    expect(await name(key, "2026-01-01")).toBe("M0021");
    // 1 to 3, 11 and 21 given; 4 to 10 and 12 to 20 skipped.
    expect(await ok(service, "GET", `/v1/sequences/${key}/account`)).toMatchObject({
      passed: "21",
      reserved: "5",
      skipped: "16",
      burned: "0",
      next: "22",
    });
    const { data } = await ok(service, "GET", `/v1/sequences/${key}/ledger`);
    expect(
      data.map((run: Record<string, string>) => [run["kind"], run["first"], run["last"]]),
    ).toEqual([
      ["reserved", "1", "3"],
      ["skip", "4", "10"],
      ["reserved", "11", "11"],
      ["skip", "12", "20"],
      ["reserved", "21", "21"],
      ["rewind", "21", "100"],
      // What was advanced over stays, with who did it and why.
      ["reopened", "21", "100"],
    ]);
    expect(data.at(-1)).toMatchObject({ reason: "a test", api_key: expect.any(String) });
  });

  test("never back to a number that was given or recorded by hand", async () => {
    await put("kept", { pattern: "K{0000}" });
    await ok(service, "PUT", "/v1/products/KEPT", { tracking: "serial", sequence: "kept" });
    await draw("kept", "2026-01-01", 5);
    await refuse([409, "rewind_not_behind"], "rewind", "kept", { to: 6 });
    const problem = await refuse([409, "rewind_below_issued"], "rewind", "kept", { to: 5 });
    expect(problem).toMatchObject({ issued: "5" });
    const byHand = ["K0020", "K0030", "K0025"];
    await ok(service, "POST", "/v1/lots", { items: [{ product: "KEPT", names: byHand }] });
    await move("advance", "kept", { to: 50 });
    for (const to of [20, 22, 30]) {
      const below = await refuse([409, "rewind_below_issued"], "rewind", "kept", { to });
      expect(below).toMatchObject({ issued: "30" });
    }
    await move("rewind", "kept", { to: 31 });
    expect(await name("kept", "2026-01-01")).toBe("K0031");
    await refuse([409, "advance_not_ahead"], "advance", "kept", { to: 32 });
  });

  test("nor below a name of a period that has given no number yet", async () => {
    await put("by-hand", { pattern: "H{YYYY}-{000}", reset: "yearly" });
    await ok(service, "PUT", "/v1/products/BY-HAND", { tracking: "serial", sequence: "by-hand" });
    const { id } = await ok(service, "POST", "/v1/lots", {
      items: [{ product: "BY-HAND", names: ["H2025-007", "H2026-009"] }],
    });
    expect(id).toBeDefined();
    const problem = await refuse([409, "rewind_below_issued"], "rewind", "by-hand", {
      to: 7,
      series: "2025",
    });
    expect(problem).toMatchObject({ issued: "7" });
    const imported = await call(service, "POST", "/v1/imports?kind=odoo_lots", {
      body: "name,product_id/default_code\nH2024-012,BY-HAND\n",
      headers: { "content-type": "text/csv" },
    });
    expect(imported.json).toMatchObject({ created: 1 });
    await refuse([409, "rewind_below_issued"], "rewind", "by-hand", { to: 12, series: "2024" });
    // By number, they are found as those that were drawn.
    const changed = await ok(service, "POST", "/v1/lots/changes", {
      product: "BY-HAND",
      sequence: "by-hand",
      series: "2026",
      first: 1,
      last: 20,
      set: { location: "found" },
    });
    expect(changed).toMatchObject({ changed: 1 });
  });

  test("in steps of the increment, within the width, of the period that is meant", async () => {
    await put("within", {
      pattern: "W{YYYY}-{00}",
      reset: "yearly",
      increment: 5,
      overflow: "reject",
    });
    await draw("within", "2025-01-01");
    const between = await refuse([422, "move_between_numbers"], "advance", "within", {
      to: 13,
      at: "2025-06-01",
    });
    expect(between).toMatchObject({ below: "11", above: "16" });
    await refuse([409, "sequence_exhausted"], "advance", "within", { to: 101, series: "2025" });
    expect(await move("advance", "within", { to: 11, series: "2025" })).toMatchObject({
      series: "2025",
      from: "6",
    });
    expect(await name("within", "2025-01-01")).toBe("W2025-11");
    expect(await name("within", "2026-01-01")).toBe("W2026-01");
  });

  test("once, however often it is sent", async () => {
    await put("once", { pattern: "O{0000}" });
    const options = { body: { to: 10, reason: "labels" }, idempotencyKey: "the-move" };
    const first = await call(service, "POST", "/v1/sequences/once/advance", options);
    const again = await call(service, "POST", "/v1/sequences/once/advance", options);
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.text).toBe(first.text);
    expect(again.headers.get("idempotent-replayed")).toBe("true");
  });
});

describe("a series that is named", () => {
  test.each<[reset: string, example: string, wrong: string[]]>([
    ["fiscal", "FY2026", ["2026", "FY26", "2026-11"]],
    ["yearly", "2026", ["-1", "99999", "FY2026", "abc", "0", "2026-13"]],
    ["monthly", "2026-11", ["2026", "2026-1", "2026-11-01", "2026-13"]],
    ["weekly", "2026-W48", ["2026", "2026-W60", "2025-W53"]],
    ["daily", "2026-11-24", ["2026-11", "2026-02-30"]],
    ["never", "", ["2026"]],
  ])("is a period of the sequence: %s", async (reset, example, wrong) => {
    await put("named", { pattern: "{YYYY}{MM}{DD}{GGGG}{WW}{FY}-{0000}", reset });
    const before = await state(service);
    for (const series of wrong) {
      for (const way of ["advance", "rewind"]) {
        const problem = await refuse([422, "series_malformed"], way, "named", { to: 7, series });
        expect(problem.errors).toMatchObject([{ pointer: "/series", code: "series_malformed" }]);
        expect(problem.detail).toContain(reset === "never" ? "no periods" : `such as ${example}.`);
      }
      for (const what of ["account", "ledger"]) {
        const path = `/v1/sequences/named/${what}?series=${series}`;
        const problem = await refused(service, [422, "series_malformed"], "GET", path);
        expect(problem.errors).toMatchObject([{ parameter: "series", in: "query" }]);
      }
    }
    expect(await state(service)).toEqual(before);
    if (reset === "never") return;
    expect(await move("advance", "named", { to: 7, series: example })).toMatchObject({
      series: example,
    });
    // The draw of a document comes to the same counter.
    expect((await draw("named", "2026-11-24")).first).toBe("7");
    const account = `/v1/sequences/named/account?series=${example}`;
    expect(await ok(service, "GET", account)).toMatchObject({ reserved: "1" });
  });

  test("of a period without numbers has an empty account, of naming series any name", async () => {
    await put("empty", { pattern: "E{YYYY}-{0000}", reset: "yearly" });
    const account = "/v1/sequences/empty/account?series=1999";
    expect(await ok(service, "GET", account)).toMatchObject({ passed: "0", next: "1" });
    await move("advance", "naming-series", { to: 5, series: "any text: -1" });
    const ledger = "/v1/sequences/naming-series/ledger?series=any+text:+-1";
    expect((await ok(service, "GET", ledger)).data).toHaveLength(1);
  });

  test("that no lot can have of is refused by changes and recalls alike", async () => {
    await put("meant", { pattern: "N{YYYY}-{0000}", reset: "yearly" });
    await ok(service, "PUT", "/v1/products/MEANT", { tracking: "serial", sequence: "meant" });
    await ok(service, "POST", "/v1/lots", { items: [{ product: "MEANT", count: 1 }] });
    const meant = { product: "MEANT", sequence: "meant", first: 1, last: 2 };
    for (const [series, code] of [
      ["FY2026", "unknown_series"],
      ["2026\u0000", "request_invalid"],
    ] as const) {
      await refused(service, [422, code], "POST", "/v1/lots/changes", {
        body: { ...meant, series, set: { location: "x" } },
      });
      await refused(service, [422, code], "POST", "/v1/recalls", {
        body: { reason: "r", reference: "r", covers: [{ ...meant, series }] },
      });
    }
    // Nor does a reservation have one in its id.
    const path = "/v1/reservations/meant:FY2026:1";
    await refused(service, [404, "reservation_not_found"], "GET", path);
    await refused(service, [404, "path_names_nothing"], "GET", "/v1/reservations/meant:%00:1");
    await refused(service, [422, "request_invalid"], "POST", "/v1/lots", {
      body: { items: [{ product: "MEANT", reservation: "meant:\u0000:1" }] },
    });
  });
});

test("a gapless series goes on from another system, before its first number", async () => {
  await put("moved-in", { pattern: "I{YYYY}-{000}", mode: "gapless", reset: "yearly" });
  const to319 = { to: 319, series: "2026" };
  expect(await move("advance", "moved-in", to319)).toMatchObject({ from: "1", to: "319" });
  await move("advance", "moved-in", { to: 320, series: "2026" });
  expect(await name("moved-in", "2026-05-01")).toBe("I2026-320");
  expect(await name("moved-in", "2027-05-01")).toBe("I2027-001");
  for (const series of ["2026", "2027"]) {
    await refuse([409, "sequence_gapless"], "advance", "moved-in", { to: 400, series });
  }
  expect(await ok(service, "GET", "/v1/sequences/moved-in/account?series=2026")).toMatchObject({
    passed: "1",
    reserved: "1",
    skipped: "0",
    burned: "0",
    next: "321",
  });
  const { data } = await ok(service, "GET", "/v1/sequences/moved-in/ledger?series=2026");
  expect(data.map((run: Record<string, string>) => [run["kind"], run["first"]])).toEqual([
    ["begin", "319"],
    ["reserved", "320"],
    ["begin", "320"],
  ]);
  // Where it begins is not undone by saving it again.
  await put("moved-on", { pattern: "J{YYYY}-{000}", mode: "gapless", reset: "yearly" });
  await move("advance", "moved-on", to319);
  await put("moved-on", {
    pattern: "J{YYYY}-{0000}",
    mode: "gapless",
    reset: "yearly",
    overflow: "reject",
  });
  expect(await name("moved-on", "2026-05-01")).toBe("J2026-0319");
});

describe("a series that was only told where it begins", () => {
  test("is told anew, further back or on", async () => {
    await put("told", { pattern: "T-{0000}", mode: "gapless", start: 100 });
    await move("advance", "told", { to: 3190, reason: "a slip" });
    expect(await move("rewind", "told", { to: 319, reason: "meant" })).toMatchObject({
      from: "3190",
      to: "319",
    });
    const below = await refuse([409, "rewind_below_start"], "rewind", "told", { to: 99 });
    expect(below.detail).toContain("begins with 100");
    await move("advance", "told", { to: 320 });
    await move("rewind", "told", { to: 319 });
    expect(await name("told", "2026-01-01")).toBe("T-0319");
    expect(await ok(service, "GET", "/v1/sequences/told/account")).toMatchObject({
      passed: "1",
      skipped: "0",
      burned: "0",
      next: "320",
    });
    expect(await ledgerOf("told")).toContainEqual(["begin", "319", "meant"]);
    expect(await ledgerOf("told")).toContainEqual(["begin", "3190", "a slip"]);
  });

  test("keeps what was recorded by hand of the numbers before", async () => {
    await put("by-hand", { pattern: "B-{0000}", mode: "gapless" });
    await ok(service, "PUT", "/v1/products/BY-HAND", { tracking: "serial", sequence: "by-hand" });
    await move("advance", "by-hand", { to: 3190 });
    await ok(service, "POST", "/v1/lots", {
      items: [{ product: "BY-HAND", names: ["B-0100", "elsewhere"] }],
    });
    for (const to of [50, 100]) {
      const problem = await refuse([409, "rewind_below_issued"], "rewind", "by-hand", { to });
      expect(problem).toMatchObject({ issued: "100" });
    }
    await move("rewind", "by-hand", { to: 101 });
    expect(await name("by-hand", "2026-01-01")).toBe("B-0101");
  });

  test("keeps what was recorded by hand between two steps, beyond a width that came later too", async () => {
    await put("stepped", { pattern: "T{0}", increment: "1000" });
    await ok(service, "PUT", "/v1/products/STEPPED", { tracking: "serial", sequence: "stepped" });
    await ok(service, "POST", "/v1/lots", { items: [{ product: "STEPPED", names: ["T500"] }] });
    await put("stepped", { pattern: "T{00}", increment: "1000", overflow: "reject" });
    const problem = await refuse([409, "rewind_below_issued"], "rewind", "stepped", { to: 1 });
    expect(problem).toMatchObject({ issued: "500" });
  });

  test("does not go back once it has counted: the numbers before are another system's", async () => {
    await put("counted", { pattern: "C{YYYY}-{0000}", mode: "gapless", reset: "yearly" });
    await move("advance", "counted", { to: 319, series: "2026" });
    await draw("counted", "2026-11-24");
    const path = "/v1/reservations/counted:2026:319/void";
    await ok(service, "POST", path, { reason: "a void frees no number" });
    const issued = { to: 300, series: "2026" };
    const given = await refuse([409, "rewind_below_issued"], "rewind", "counted", issued);
    expect(given.detail).toContain('Series "2026" of sequence "counted" has given 319');
    await ok(service, "POST", "/v1/imports?kind=frappe_series", "name,current\nQ-,318\n", {
      headers: { "content-type": "text/csv" },
    });
    await move("advance", "naming-series", { to: 400, series: "Q-" });
    const back = { to: 300, series: "Q-" };
    const problem = await refuse([409, "rewind_below_begin"], "rewind", "naming-series", back);
    expect(problem.detail).toContain(
      'Series "Q-" of sequence "naming-series" goes on from another',
    );
    expect(problem).toMatchObject({ begin: "319", series: "Q-" });
    await move("rewind", "naming-series", { to: 319, series: "Q-" });
    // What an import has told of a series without numbers is told anew as well.
    await ok(service, "POST", "/v1/imports?kind=frappe_series", "name,current\nR-,318\n", {
      headers: { "content-type": "text/csv" },
    });
    await move("rewind", "naming-series", { to: 200, series: "R-" });
    expect((await next("R-.####")).names).toEqual(["R-0200"]);
    const again = { to: 200, series: "R-" };
    const below = await refuse([409, "rewind_below_issued"], "rewind", "naming-series", again);
    expect(below.detail).toContain('Series "R-" of sequence "naming-series" has given 200');
  });

  test("in steps of the increment, and not to before the increment changed", async () => {
    await put("steps", { pattern: "S-{0000}", mode: "gapless", increment: 5 });
    await move("advance", "steps", { to: 316 });
    const between = await refuse([422, "move_between_numbers"], "rewind", "steps", { to: 203 });
    expect(between).toMatchObject({ below: "201", above: "206" });
    await move("rewind", "steps", { to: 201 });
    await put("other", { pattern: "O-{0000}", start: 3, increment: 5 });
    await move("advance", "other", { to: 13 });
    const least = await refuse([422, "move_between_numbers"], "rewind", "other", { to: 5 });
    expect(least).toMatchObject({ below: "3", above: "8" });
    await put("other", { pattern: "O-{0000}", start: 3, increment: 2 });
    const changed = await refuse([409, "rewind_below_change"], "rewind", "other", { to: 8 });
    expect(changed.detail).toContain("increment");
  });
});

describe("a gapless sequence", () => {
  test("is never hot, and its counter does not jump", async () => {
    await refused(service, [422, "sequence_gapless_hot"], "PUT", "/v1/sequences/g-hot", {
      body: { pattern: "G{0000}", mode: "gapless", hot: true },
    });
    await put("gapless", { pattern: "G{0000}", mode: "gapless" });
    await ok(service, "PUT", "/v1/products/GAP", { tracking: "serial", sequence: "gapless" });
    expect(await name("gapless", "2026-01-01")).toBe("G0001");
    const body = { items: [{ product: "GAP", names: ["G0009"] }] };
    await refused(service, [409, "sequence_gapless"], "POST", "/v1/lots", { body });
    await refused(service, [409, "sequence_gapless"], "POST", "/v1/sequences/gapless/advance", {
      body: { to: 9, reason: "a jump" },
    });
    expect(await name("gapless", "2026-01-01")).toBe("G0002");
  });
});

describe("naming series", () => {
  test("the text before the counter is the series, whatever pattern renders it", async () => {
    expect(await next("SINV-.YYYY.-.####")).toMatchObject({
      series: "SINV-2026-",
      names: ["SINV-2026-0001"],
    });
    expect((await next("SINV-2026-.####", { count: 2 })).names).toEqual([
      "SINV-2026-0002",
      "SINV-2026-0003",
    ]);
    // A date before the counter begins a series of its own, one after it does not.
    expect((await next("SINV-.YYYY.-.####", { at: "2027-01-01" })).names).toEqual([
      "SINV-2027-0001",
    ]);
    expect((await next("T-.###.-.YYYY.")).names).toEqual(["T-001-2026"]);
    expect((await next("T-.###.-.YYYY.", { at: "2027-01-01" })).names).toEqual(["T-002-2027"]);
  });

  test("the rows of the vectors' section 5", async () => {
    expect((await next("AXBZ.####", { count: 3 })).names).toEqual([
      "AXBZ0001",
      "AXBZ0002",
      "AXBZ0003",
    ]);
    expect((await next("KOOH-.{event}.-.####", { fields: { event: "on_update" } })).names).toEqual([
      "KOOH-on_update-0001",
    ]);
    expect(await next("SINV-.YY.-.####")).toMatchObject({ series: "SINV-26-" });
    expect((await next("SINV-")).names).toEqual(["SINV-00001"]);
    expect((await next("SI-.{field}.", { fields: { field: "B7" } })).names).toEqual(["SI-B700001"]);
    for (const series of ["$INV-", "WINDOWS\\NAMING"]) {
      await refused(service, [422, "pattern_series_character"], "POST", "/v1/naming-series/next", {
        body: { series },
      });
    }
    await ok(service, "POST", "/v1/sequences/naming-series/advance", {
      to: 10_000,
      series: "WIDE-",
      reason: "to see it widen",
    });
    expect((await next("WIDE-.####")).names).toEqual(["WIDE-10000"]);
  });

  test("names are a reservation: replayed, resolved, voided, and never another's", async () => {
    const send = () =>
      call(service, "POST", "/v1/naming-series/next", {
        body: { series: "R-.####", count: 2 },
        idempotencyKey: "names-once",
      });
    const [first, again] = [await send(), await send()];
    expect(first.json.names).toEqual(["R-0001", "R-0002"]);
    expect(again.json).toEqual(first.json);
    const { origins } = await ok(service, "GET", "/v1/resolve?name=R-0002");
    expect(origins).toMatchObject([
      {
        sequence: "naming-series",
        series: "R-",
        status: "reserved",
        reservation: "naming-series:R-:1",
      },
    ]);
    const { voided } = await ok(service, "POST", "/v1/reservations/naming-series:R-:1/void", {
      reason: "not used",
    });
    expect(voided).toEqual([{ first: "1", last: "2", count: 2 }]);
  });

  test("a counter that touches a field does not widen into another field's names", async () => {
    await ok(service, "POST", "/v1/sequences/naming-series/advance", {
      to: 99,
      series: "C-B1",
      reason: "near its end",
    });
    const series = "C-.{field}.##";
    expect((await next(series, { fields: { field: "B1" } })).names).toEqual(["C-B199"]);
    await refused(service, [409, "sequence_exhausted"], "POST", "/v1/naming-series/next", {
      body: { series, fields: { field: "B1" } },
    });
    expect((await next(series, { fields: { field: "B11" } })).names).toEqual(["C-B1101"]);
  });

  test("the key of its sequence is the service's own", async () => {
    await refused(service, [422, "sequence_key_taken"], "PUT", "/v1/sequences/naming-series", {
      body: { pattern: "N{0}" },
    });
  });
});
