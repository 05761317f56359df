/** Names of files that lie far beyond their counter. */
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";

import type { Service } from "../harness/service.ts";
import { createService } from "../harness/service.ts";
import { importFile, lotsFile, postFile, refusedRows, totals } from "./importing.ts";

let service: Service;
beforeEach(async () => {
  // However slow the machine is, a request is to work its import off.
  service = await createService({ vars: { INLINE_BUDGET_MS: "90000" } });
  onTestFinished(() => service.close());
});

/** Makes a sequence and a product of serials that has it. */
async function product(key: string, body: Record<string, unknown>): Promise<void> {
  const made = await service.call("PUT", `/v1/sequences/${key}`, { body });
  expect(made.status, made.text).toBe(201);
  const bound = { tracking: "serial", sequence: key };
  expect((await service.call("PUT", `/v1/products/${key}`, { body: bound })).status).toBe(201);
}

/** Odoo's own sequence of lots. */
const plain = { dialect: "odoo", prefix: "", padding: 7, allow_overlap: true };

async function next(key: string): Promise<string> {
  return (await service.call("GET", `/v1/sequences/${key}`)).json.next;
}

/** What is left of dry runs while they go on. */
const tried = () => service.database.query("select from tried_numbers");

/** Imports a file of lots, tried before, and checks which lines are refused, both times. */
async function importLots(
  names: readonly string[],
  sku: string,
  refusedLines: readonly number[],
): Promise<string> {
  const expected = {
    created: names.length - refusedLines.length,
    refused: refusedLines.length,
  };
  let last = "";
  for (const query of ["&dry_run=true", ""]) {
    const { id, ...counted } = await importFile(service, "odoo_lots", lotsFile(names, sku), query);
    const refused = refusedLines.map((line) => [line, "name", "jump_too_far"]);
    expect(await refusedRows(service, id), query).toEqual(refused);
    expect(counted, query).toEqual(totals(names.length, expected));
    last = id;
  }
  expect(await tried()).toEqual([]);
  return last;
}

describe("a row that is wider than its counter and more than 100,000 ahead", () => {
  test("is refused, in a dry run too, and leaves the sequence as it is", async () => {
    await product("stdlot", plain);
    const names = ["0000008", "356938035643809", "999999999999999999", "0000009"];
    const id = await importLots(names, "stdlot", [3, 4]);
    expect(await next("stdlot")).toBe("10");
    const { json } = await service.call("GET", `/v1/imports/${id}/rows`);
    expect(json.data[0].detail).toBe(
      'Sequence "stdlot" is at 9, and the name is number 356938035643809: 356938035643800 ahead, ' +
        "where 100000 is the limit. Check the name, or import it with allow_jump=true when it is right.",
    );
  });

  test("is taken with allow_jump", async () => {
    await product("stdlot", plain);
    const file = lotsFile(["0000008", "356938035643809"], "stdlot");
    for (const query of ["&allow_jump=true&dry_run=true", "&allow_jump=true"]) {
      const { id: _, ...counted } = await importFile(service, "odoo_lots", file, query);
      expect(counted, query).toEqual(totals(2, { created: 2 }));
    }
    expect(await next("stdlot")).toBe("356938035643810");
    const { json } = await service.call("GET", "/v1/lots?product=stdlot");
    expect(json.data.map(({ number }: { number: string }) => number)).toEqual([
      "8",
      "356938035643809",
    ]);
  });

  test("is a lot without a number where the sequence keeps its width", async () => {
    await product("stdlot", { ...plain, overflow: "reject" });
    await importLots(["0000008", "356938035643809"], "stdlot", []);
    expect(await next("stdlot")).toBe("9");
  });

  test("is one only when it is wider: a move goes on where the old system is", async () => {
    await product("stdlot", plain);
    await importLots(["356938035643809", "9999999"], "stdlot", [2]);
    expect(await next("stdlot")).toBe("10000000");
  });

  test("is told from where the rows before it left the counter", async () => {
    await product("stdlot", plain);
    // The counter is at 9,999,999; 100,000 ahead is 10,099,999. Then it is at 10,100,000.
    const names = ["9999998", "10100000", "10099999", "10200000", "10300002", "10300001"];
    await importLots(names, "stdlot", [3, 6]);
    expect(await next("stdlot")).toBe("10300002");
    // Those of before moved it past the one that was refused then.
    await importLots(["10400002", "10400003"], "stdlot", []);
    expect(await next("stdlot")).toBe("10400004");
  });

  test("is told from the rows of chunks before, as in the dry run", async () => {
    await product("one", { pattern: "A-{0}" });
    // Of two chunks of 4,000, each 100,000 behind the one before; only the last one is farther.
    const names = Array.from({ length: 5000 }, (_, index) => `A-${index + 1}00001`);
    await importLots([...names, "A-500100003"], "one", [5002]);
    expect(await next("one")).toBe("500000002");

    await product("two", { pattern: "B-{0}" });
    const others = Array.from({ length: 3999 }, (_, index) => `x${index}`);
    const more = others.map((name) => `${name}-`);
    await importLots(["B-100001", ...others, "B-5", ...more, "B-200002"], "two", []);
  });

  test("is told from the counter of its period", async () => {
    await product("years", { pattern: "Y-{YYYY}-{00}", reset: "yearly" });
    const names = ["Y-2025-100001", "Y-2026-150000", "Y-2025-150000"];
    await importLots(names, "years", [3]);
    await importLots(["Y-2026-240000", "Y-2025-240000"], "years", [2]);
  });

  test("is told from the counter of its naming series, whichever sequence counts in it", async () => {
    await importFile(service, "frappe_series", "name,current\nDR-,100\nOTHER-,999999\n");
    const items = `"Item Code","Has Serial No","Serial Number Series","Has Batch No"\n`;
    await importFile(service, "erpnext_items", `${items}"D",1,"DR-.##",0\n`);
    const serials = "Serial No,Item Code,Status\nDR-100102,D,Active\nDR-100101,D,Active\n";
    for (const query of ["&dry_run=true", ""]) {
      const { id } = await importFile(service, "erpnext_serials", serials, query);
      expect(await refusedRows(service, id)).toEqual([[2, "Serial No", "jump_too_far"]]);
    }
    const batches = "Batch ID,Item\nDR-300000,D\n";
    const { id } = await importFile(service, "erpnext_batches", batches);
    expect(await refusedRows(service, id)).toEqual([[2, "Batch ID", "jump_too_far"]]);
    const { json } = await service.call("GET", `/v1/imports/${id}/rows`);
    expect(json.data[0].detail).toContain('Sequence "naming-series" is at 100102,');
  });

  test("is told from a counter that is a Postgres sequence", async () => {
    await product("hot", { pattern: "H-{000}", hot: true });
    const drawn = await service.call("POST", "/v1/sequences/hot/reservations", {
      body: { count: 200_000 },
    });
    expect(drawn.status, drawn.text).toBe(201);
    await importLots(["H-300002", "H-300001"], "hot", [2]);
    expect(await next("hot")).toBe("300002");
  });
});

test("allow_jump belongs to the request that a key stands for", async () => {
  await product("stdlot", plain);
  const file = lotsFile(["356938035643809"], "stdlot");
  const options = { idempotencyKey: "k", query: "&allow_jump=false" };
  expect((await postFile(service, "odoo_lots", file, options)).json.refused).toBe(1);
  const other = await postFile(service, "odoo_lots", file, {
    ...options,
    query: "&allow_jump=true",
  });
  expect([other.status, other.json.code]).toEqual([422, "idempotency_key_reused"]);
});

test.each([
  ["odoo_lots", "margin", "5", "odoo_sequences and frappe_series"],
  ["erpnext_items", "margin", "0", "odoo_sequences and frappe_series"],
  ["odoo_sequences", "allow_jump", "true", "odoo_lots, erpnext_serials and erpnext_batches"],
  ["frappe_series", "allow_jump", "false", "odoo_lots, erpnext_serials and erpnext_batches"],
  ["odoo_products", "allow_jump", "true", "odoo_lots, erpnext_serials and erpnext_batches"],
])("a file of %s takes no %s", async (kind, parameter, value, kinds) => {
  const refused = await postFile(service, kind, "a\n", { query: `&${parameter}=${value}` });
  expect([refused.status, refused.json.code]).toEqual([422, "request_invalid"]);
  expect(refused.json.errors).toMatchObject([
    {
      parameter,
      in: "query",
      detail: `${parameter} is for ${kinds}; this is ${kind}. Leave it out.`,
    },
  ]);
  expect((await service.call("GET", "/v1/imports")).json.data).toEqual([]);
});

test("names that pass nearly all numbers of many series are imported, in several chunks too", async () => {
  const yearly = { pattern: "{YYYY}-{0000}", reset: "yearly" };
  await product("yearly", yearly);
  const names = Array.from({ length: 12 }, (_, year) => `${2001 + year}-999999999999999999`);
  const others = Array.from({ length: 4_000 }, (_, index) => `OTHER-${index}`);
  const file = lotsFile([...names.slice(0, 5), ...others, ...names.slice(5)], "yearly");
  expect(await importFile(service, "odoo_lots", file, "&allow_jump=true")).toMatchObject({
    created: 4_012,
  });
});
