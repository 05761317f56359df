import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { createService, type Service } from "../harness/service.ts";
import { call, names, ok, refused } from "./contract.ts";

let service: Service;

beforeAll(async () => {
  service = await createService();
  for (let n = 1; n <= 5; n += 1) {
    await ok(service, "PUT", `/v1/sequences/seq-${n}`, { pattern: `S${n}-{000}` });
    await ok(service, "PUT", `/v1/products/P${n}`, { tracking: "lot", sequence: `seq-${n}` });
  }
  await ok(service, "POST", "/v1/lots", { items: [{ product: "P1", count: 2500 }] });
  for (let n = 0; n < 3; n += 1) {
    await ok(service, "POST", "/v1/lots", { items: [{ product: "P2", count: 2 }] });
    await ok(service, "POST", "/v1/sequences/seq-3/reservations", { count: 2 });
  }
});
afterAll(() => service.close());

const cursorOf = async (path: string): Promise<string> =>
  (await ok(service, "GET", path)).next_cursor;

/** Every row of a list, read page by page; how many pages it took. */
async function pages(path: string, limit: number) {
  const rows: Record<string, unknown>[] = [];
  const mark = path.includes("?") ? "&" : "?";
  let cursor: string | null = null;
  for (let count = 1; ; count += 1) {
    const more: string = cursor === null ? "" : `&cursor=${cursor}`;
    const page = await ok(service, "GET", `${path}${mark}limit=${limit}${more}`);
    expect(page.has_more).toBe(page.next_cursor !== null);
    rows.push(...page.data);
    cursor = page.next_cursor;
    if (cursor === null) return { rows, count };
    expect(page.data).toHaveLength(limit);
  }
}

const stream = (path: string, accept: string) =>
  call(service, "GET", path, { headers: { accept } });

describe("pages", () => {
  test.each([
    ["/v1/sequences", "key", names("seq-", 1, 1, 5)],
    ["/v1/products", "sku", names("P", 1, 1, 5)],
    ["/v1/lots?product=P2", "name", names("S2-", 3, 1, 6)],
    ["/v1/lots?product=P1&name=S1-2500", "name", ["S1-2500"]],
    ["/v1/sequences/seq-3/ledger", "first", ["1", "3", "5"]],
  ])("of %s hold every row once, in order", async (path, member, expected) => {
    for (const limit of [1, 2, 5]) {
      const { rows, count } = await pages(path, limit);
      expect(rows.map((row) => row[member])).toEqual(expected);
      expect(count).toBe(Math.ceil(expected.length / limit));
    }
  });

  test("of lots follow the numbers beyond the counter's width", async () => {
    const { rows } = await pages("/v1/lots?product=P1", 333);
    // Three digits to 999, four from 1000 on.
    expect(rows.map((row) => row["name"])).toEqual(names("S1-", 3, 1, 2500));
    expect((await pages("/v1/lots", 1000)).rows).toHaveLength(2506);
  });

  test("are 100 rows without a limit, and 1 to 1000", async () => {
    const page = await ok(service, "GET", "/v1/lots");
    expect([page.data.length, page.has_more]).toEqual([100, true]);
    for (const limit of ["0", "1001", "-1", "x", "1.5"]) {
      const path = `/v1/lots?limit=${limit}`;
      const problem = await refused(service, [422, "request_invalid"], "GET", path);
      expect(problem.errors[0]).toMatchObject({ parameter: "limit", in: "query" });
    }
  });
});

/** A cursor with a place of our own making. */
const forged = (cursor: string, place: string): string => {
  const text = atob(cursor.replaceAll("-", "+").replaceAll("_", "/"));
  const parts = JSON.parse(text) as unknown[];
  const bytes = new TextEncoder().encode(JSON.stringify([...parts.slice(0, 3), place]));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");
};

describe("cursors", () => {
  test("of another list or other filters are refused", async () => {
    const lots = await cursorOf("/v1/lots?product=P2&limit=1");
    const sequences = await cursorOf("/v1/sequences?limit=1");
    const ledger = await cursorOf("/v1/sequences/seq-3/ledger?limit=1");
    for (const path of [
      `/v1/lots?cursor=${lots}`,
      `/v1/lots?product=P1&cursor=${lots}`,
      `/v1/products?cursor=${lots}`,
      `/v1/products?cursor=${sequences}`,
      `/v1/sequences/seq-2/ledger?cursor=${ledger}`,
      "/v1/lots?cursor=abc",
      "/v1/lots?cursor=",
      `/v1/sequences?cursor=${sequences.slice(0, -4)}`,
    ]) {
      await refused(service, [400, "cursor_unusable"], "GET", path);
    }
  });

  test("with a place that cannot be are refused", async () => {
    const sequences = await cursorOf("/v1/sequences?limit=1");
    const ledger = await cursorOf("/v1/sequences/seq-3/ledger?limit=1");
    for (const [path, cursor, place] of [
      ["/v1/sequences", sequences, "2026-99-99 00:00:00.000000+00 seq-1"],
      ["/v1/sequences", sequences, "2026-01-01 25:00:00.000000+00 seq-1"],
      ["/v1/sequences/seq-3/ledger", ledger, "1 1 reserved 2026-99-24 00:00:00+00"],
      [
        "/v1/sequences/seq-3/ledger",
        ledger,
        "999999999999999999 1 reserved 2026-01-24 00:00:00+99",
      ],
    ] as const) {
      const query = `?cursor=${forged(cursor, place)}`;
      await refused(service, [400, "cursor_unusable"], "GET", path + query);
      await refused(service, [400, "cursor_unusable"], "GET", path + query, {
        headers: { accept: "text/csv" },
      });
    }
  });

  test("resume a stream, without the header line", async () => {
    const { next_cursor: cursor } = await ok(service, "GET", "/v1/lots?product=P2&limit=4");
    const rest = await stream(`/v1/lots?product=P2&cursor=${cursor}`, "text/csv");
    expect(rest.headers.get("content-type")).toContain("header=absent");
    const rows = rest.text.trimEnd().split("\r\n");
    expect(rows.map((row) => row.split(",")[1])).toEqual(["S2-005", "S2-006"]);
  });
});

describe("streams", () => {
  test("of NDJSON hold all that matches, as the pages do", async () => {
    const { text, headers } = await stream("/v1/lots?product=P1", "application/x-ndjson");
    expect(headers.get("content-type")).toBe("application/x-ndjson");
    const rows = text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(rows).toEqual((await pages("/v1/lots?product=P1", 1000)).rows);
    expect(text.endsWith("}\n")).toBe(true);
  });

  test("of an empty list have nothing, or the header alone", async () => {
    expect((await stream("/v1/lots?product=P5", "application/x-ndjson")).text).toBe("");
    const { text } = await stream("/v1/lots?product=P5", "text/csv");
    expect(text.trimEnd().split("\r\n")).toHaveLength(1);
  });

  test("of CSV are guarded against formulas unless raw", async () => {
    const items = [
      {
        product: "P4",
        names: ["=1+1", "-5", "@x", 'a"b', "c,d", "+é", "plain"],
        quantity_each: 2.5,
        attributes: { k: "v" },
      },
    ];
    await ok(service, "POST", "/v1/lots", { items });
    const created = (await ok(service, "GET", "/v1/lots?product=P4&limit=1")).data[0].created_at;
    const header =
      "product,name,number,reservation,quantity,state,location,expires_on,produced_on,attributes,created_at";
    const row = (name: string) => `P4,${name},,,2.5,available,,,,"{""k"": ""v""}",${created}`;
    const lines = (written: string[]) => `${[header, ...written.map(row)].join("\r\n")}\r\n`;
    const guarded = ['"\'=1+1"', '"\'-5"', '"\'@x"', '"a""b"', '"c,d"', '"\'+é"', "plain"];
    expect((await stream("/v1/lots?product=P4", "text/csv")).text).toBe(lines(guarded));
    const raw = ["=1+1", "-5", "@x", '"a""b"', '"c,d"', "+é", "plain"];
    expect((await stream("/v1/lots?product=P4&raw=true", "text/csv")).text).toBe(lines(raw));
  });

  test.each(["/v1/sequences", "/v1/products", "/v1/jobs", "/v1/sequences/seq-3/ledger"])(
    "%s has the members of its pages as columns",
    async (path) => {
      const { data } = await ok(service, "GET", `${path}?limit=1`);
      const { text } = await stream(path, "text/csv");
      const columns = text.split("\r\n")[0]?.split(",");
      expect(columns).toEqual(Object.keys(data[0]));
    },
  );

  test("take no limit", async () => {
    const answer = await stream("/v1/lots?limit=5", "text/csv");
    expect([answer.status, answer.json.code]).toEqual([422, "request_invalid"]);
  });
});
