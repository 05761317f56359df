import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { createService, type Answer, type Service } from "../harness/service.ts";
import { call, ok, refused, state } from "./contract.ts";

let service: Service;

beforeAll(async () => {
  service = await createService();
  await ok(service, "PUT", "/v1/sequences/s", { pattern: "S-{0000}" });
  await ok(service, "PUT", "/v1/products/SERIAL", { tracking: "serial", sequence: "s" });
  await ok(service, "PUT", "/v1/products/LOT", { tracking: "lot", expiry: "optional" });
  await ok(service, "PUT", "/v1/products/DATED", { tracking: "lot", expiry: "required" });
});
afterAll(() => service.close());

/** Records a lot and gives its address. */
async function lotOf(product: string, name: string, more: object = {}): Promise<string> {
  await ok(service, "POST", "/v1/lots", { items: [{ product, names: [name], ...more }] });
  return `/v1/products/${product}/lots/${encodeURIComponent(name)}`;
}

const patch = (path: string, body: object, ifMatch = "*"): Promise<Answer> =>
  call(service, "PATCH", path, { body, headers: { "if-match": ifMatch } });

const etag = async (path: string): Promise<string> =>
  (await call(service, "GET", path)).headers.get("etag") ?? "";

const history = async (path: string) => (await ok(service, "GET", `${path}/history`)).data;

describe("a version", () => {
  test("is an ETag that If-None-Match knows, for GET and HEAD", async () => {
    const path = await lotOf("LOT", "version-1");
    const read = await call(service, "GET", path);
    const tag = read.headers.get("etag") ?? "";
    expect(tag).toMatch(/^"[0-9a-f]{16}"$/);
    const head = await call(service, "HEAD", path);
    expect([head.status, head.headers.get("etag"), head.text]).toEqual([200, tag, ""]);
    for (const known of [tag, `W/${tag}`, `"other", ${tag}`, "*"]) {
      const again = await call(service, "GET", path, { headers: { "if-none-match": known } });
      expect([again.status, again.headers.get("etag"), again.text]).toEqual([304, tag, ""]);
    }
    const other = await call(service, "GET", path, { headers: { "if-none-match": '"other"' } });
    expect(other.status).toBe(200);
  });

  test("changes with the lot, and is the same again when the lot is", async () => {
    const path = await lotOf("LOT", "version-2", { quantity_each: "2.50" });
    const first = await etag(path);
    const seen = new Set([first]);
    for (const body of [
      { state: "reserved" },
      { location: "A" },
      { expires_on: "2027-01-01" },
      { quantity: 3 },
      { attributes: { a: 1 } },
    ]) {
      const changed = await patch(path, body);
      expect(changed.status, changed.text).toBe(200);
      const tag = changed.headers.get("etag") ?? "";
      expect(tag).toBe(await etag(path));
      seen.add(tag);
    }
    expect(seen.size).toBe(6);
    const back = { state: "available", location: null, expires_on: null, attributes: null };
    expect((await patch(path, { ...back, quantity: "2.5" })).headers.get("etag")).toBe(first);
  });
});

describe("If-Match", () => {
  test("has to be there and readable", async () => {
    const path = await lotOf("LOT", "match-1");
    const before = await state(service);
    const body = { state: "reserved" };
    await refused(service, [428, "if_match_missing"], "PATCH", path, { body });
    for (const given of ["abc", '"a', '"a" "b"', "'a'", '"a",', 'w/"a"', "*, *"]) {
      const options = { body, headers: { "if-match": given } };
      await refused(service, [400, "if_match_malformed"], "PATCH", path, options);
    }
    expect(await state(service)).toEqual(before);
  });

  test("has to have the present version; weak tags never do", async () => {
    const path = await lotOf("LOT", "match-2");
    const old = await etag(path);
    expect((await patch(path, { location: "A" }, old)).status).toBe(200);
    const now = await etag(path);
    for (const given of [old, '"x"', `W/${now}`, `${old}, W/${now}`]) {
      const options = { body: { location: "B" }, headers: { "if-match": given } };
      const problem = await refused(service, [412, "lot_changed"], "PATCH", path, options);
      expect(problem).toMatchObject({ product: "LOT", name: "match-2", etag: now });
    }
    // The same again is no less refused: it was not made for this version.
    const options = { body: { location: "A" }, headers: { "if-match": old } };
    await refused(service, [412, "lot_changed"], "PATCH", path, options);
    expect((await patch(path, { location: "B" }, `"x", ${now}`)).json.location).toBe("B");
    expect((await patch(path, { location: "C" }, "*")).json.location).toBe("C");
    expect(await history(path)).toHaveLength(3);
  });

  test("of a lot that does not exist: 404", async () => {
    for (const path of ["/v1/products/LOT/lots/none", "/v1/products/NONE/lots/version-1"]) {
      const options = { body: { state: "reserved" }, headers: { "if-match": "*" } };
      await refused(service, [404, "lot_not_found"], "PATCH", path, options);
      await refused(service, [404, "lot_not_found"], "GET", `${path}/history`);
    }
  });
});

describe("a change", () => {
  test("sets what it names, leaves the rest, and null clears", async () => {
    const more = { expires_on: "2027-01-01", attributes: { a: 1, b: [1, null] } };
    const path = await lotOf("LOT", "fields", { ...more, quantity_each: "12.5" });
    const first = await ok(service, "GET", path);
    const shipped = (await patch(path, { state: "shipped", quantity: "0" })).json;
    expect(shipped).toEqual({ ...first, state: "shipped", quantity: "0" });
    expect(Object.keys(shipped)).toEqual(Object.keys(first));
    const moved = { location: "Dock 7, links", attributes: { b: 2 }, expires_on: "2028-02-29" };
    expect((await patch(path, moved)).json).toEqual({ ...shipped, ...moved });
    const cleared = { location: null, attributes: null, expires_on: null };
    expect((await patch(path, cleared)).json).toEqual({ ...shipped, ...cleared });
    expect(await ok(service, "GET", path)).toEqual({ ...shipped, ...cleared });
  });

  test("is in the history: who, when, what before and after, reference and party", async () => {
    const path = await lotOf("LOT", "told", { quantity_each: 5 });
    await patch(path, { state: "reserved" });
    const whole = { state: "shipped", location: null, quantity: "4.25", attributes: { x: "é" } };
    await patch(path, { ...whole, reference: "SO-1", party: "Northwind GmbH" });
    await patch(path, { attributes: { y: 1 }, reference: "SO-2" });
    const entries = await history(path);
    expect(entries).toEqual([
      {
        at: entries[0].at,
        api_key: "first key",
        reference: null,
        party: null,
        before: { state: "available" },
        after: { state: "reserved" },
      },
      {
        at: entries[1].at,
        api_key: "first key",
        reference: "SO-1",
        party: "Northwind GmbH",
        // The location was null before: nothing of it became different.
        before: { state: "reserved", quantity: "5", attributes: null },
        after: { state: "shipped", quantity: "4.25", attributes: { x: "é" } },
      },
      {
        at: entries[2].at,
        api_key: "first key",
        reference: "SO-2",
        party: null,
        before: { attributes: { x: "é" } },
        after: { attributes: { y: 1 } },
      },
    ]);
    const times = entries.map((entry: { at: string }) => entry.at);
    expect(times).toEqual(times.toSorted());
    expect(times[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  test("that changes nothing writes nothing and keeps the ETag", async () => {
    const attributes = { a: 1, b: 2 };
    const path = await lotOf("LOT", "same", { quantity_each: "2.5", attributes });
    await patch(path, { state: "shipped", location: "A", party: "one" });
    const before = await state(service);
    const tag = await etag(path);
    for (const body of [
      {},
      { state: "shipped", party: "another", reference: "R" },
      { location: "A" },
      { quantity: "2.500" },
      { attributes: { b: 2, a: 1 } },
      { expires_on: null },
    ]) {
      const answer = await patch(path, body, tag);
      expect([answer.status, answer.headers.get("etag")]).toEqual([200, tag]);
    }
    expect(await state(service)).toEqual(before);
  });

  test("keeps a serial at 0 or 1, and a lot at 0 or more", async () => {
    const serial = await lotOf("SERIAL", "serial");
    expect((await patch(serial, { quantity: 0 })).json.quantity).toBe("0");
    expect((await patch(serial, { quantity: "1.0" })).json.quantity).toBe("1");
    const lot = await lotOf("LOT", "counted");
    expect((await patch(lot, { quantity: "0.000001" })).json.quantity).toBe("0.000001");
    const before = await state(service);
    for (const quantity of [2, "0.5"]) {
      const options = { body: { quantity }, headers: { "if-match": "*" } };
      await refused(service, [422, "serial_out_of_range"], "PATCH", serial, options);
    }
    for (const quantity of [-1, "0.0000001", "1000000000000", null, "", "1e3"]) {
      const options = { body: { quantity }, headers: { "if-match": "*" } };
      const problem = await refused(service, [422, "request_invalid"], "PATCH", lot, options);
      expect(problem.errors[0].pointer).toBe("/quantity");
    }
    expect(await state(service)).toEqual(before);
  });

  test("follows the product's policy of expiry", async () => {
    const dated = await lotOf("DATED", "dated", { expires_on: "2027-01-01" });
    const undated = await lotOf("SERIAL", "undated");
    const before = await state(service);
    for (const [path, expires_on, code] of [
      [dated, null, "expiry_required"],
      [undated, "2027-01-01", "expiry_not_kept"],
      [dated, "2027-02-29", "request_invalid"],
    ] as const) {
      const options = { body: { expires_on }, headers: { "if-match": "*" } };
      await refused(service, [422, code], "PATCH", path, options);
    }
    expect(await state(service)).toEqual(before);
    expect((await patch(dated, { expires_on: "2027-01-02" })).json.expires_on).toBe("2027-01-02");
    expect((await patch(undated, { expires_on: null })).status).toBe(200);
  });

  test("of fields that cannot be used is refused, and points at them", async () => {
    const path = await lotOf("LOT", "refused");
    const before = await state(service);
    for (const [body, pointer] of [
      [{ state: "lost" }, "/state"],
      [{ state: null }, "/state"],
      [{ number: "1" }, "/number"],
      [{ name: "other" }, "/name"],
      [{ location: "" }, "/location"],
      [{ location: " A" }, "/location"],
      [{ location: "A\u202e" }, "/location"],
      [{ location: "x".repeat(201) }, "/location"],
      [{ attributes: { a: "ä".repeat(2100) } }, "/attributes"],
      [{ attributes: { a: 2 ** 60 } }, "/attributes"],
      [{ attributes: [] }, "/attributes"],
      [{ state: "shipped", reference: "" }, "/reference"],
      [{ state: "shipped", party: "\u0007" }, "/party"],
      [{ state: "shipped", party: null }, "/party"],
      [{ reference: "R" }, ""],
      [{ party: "P" }, ""],
    ] as const) {
      const options = { body, headers: { "if-match": "*" } };
      const problem = await refused(service, [422, "request_invalid"], "PATCH", path, options);
      expect(problem.errors[0].pointer, JSON.stringify(body)).toBe(pointer);
    }
    expect(await state(service)).toEqual(before);
  });
});

test("a name stands in the path with whatever characters it has", async () => {
  for (const name of [
    "A/1",
    "/",
    "50%",
    "%41",
    "a%2Fb",
    "with space",
    "a;b=c",
    "a+b",
    "a?b#c&d",
    "Größe-Ø",
    "批号-７",
    "🏭".repeat(128),
    "{name}",
    ":name",
    "*",
    "~",
    "..x",
    "'\"\\",
  ]) {
    const path = await lotOf("LOT", name);
    const read = await call(service, "GET", path);
    expect([read.status, read.json.name], name).toEqual([200, name]);
    expect((await call(service, "HEAD", path)).status, name).toBe(200);
    const changed = await patch(
      path,
      { location: Array.from(name).slice(0, 99).join("") },
      read.headers.get("etag") ?? "",
    );
    expect([changed.status, changed.json.name], name).toEqual([200, name]);
    expect(await history(path), name).toHaveLength(1);
  }
});

test("a history is a list: pages, NDJSON and CSV", async () => {
  const path = await lotOf("LOT", "listed");
  for (const location of ["A", "B", "C", "D", "=E"]) await patch(path, { location });
  const whole = await history(path);
  const rows: unknown[] = [];
  let cursor = "";
  for (;;) {
    const page = await ok(service, "GET", `${path}/history?limit=2${cursor}`);
    rows.push(...page.data);
    if (page.next_cursor === null) break;
    cursor = `&cursor=${page.next_cursor}`;
  }
  expect(rows).toEqual(whole);
  const lines = await call(service, "GET", `${path}/history`, {
    headers: { accept: "application/x-ndjson" },
  });
  expect(
    lines.text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line)),
  ).toEqual(whole);
  const csv = await call(service, "GET", `${path}/history`, { headers: { accept: "text/csv" } });
  const [header, first] = csv.text.split("\r\n");
  expect(header).toBe("at,api_key,reference,party,before,after");
  expect(first).toBe(`${whole[0].at},first key,,,"{""location"": null}","{""location"": ""A""}"`);
  const other = await lotOf("LOT", "another");
  const foreign = cursor.replace("&", "?");
  await refused(service, [400, "cursor_unusable"], "GET", `${other}/history${foreign}`);
});
