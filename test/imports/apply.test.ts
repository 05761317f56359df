import { beforeEach, describe, expect, onTestFinished, test } from "vitest";

import type { Service } from "../harness/service.ts";
import { createService } from "../harness/service.ts";
import batchLabels from "./files/erpnext_batches.labels.csv?raw";
import batchTemplate from "./files/erpnext_batches.template.csv?raw";
import itemLabels from "./files/erpnext_items.labels.csv?raw";
import itemTemplate from "./files/erpnext_items.template.csv?raw";
import serialLabels from "./files/erpnext_serials.labels.csv?raw";
import serialTemplate from "./files/erpnext_serials.template.csv?raw";
import series from "./files/frappe_series.csv?raw";
import lotLabels from "./files/odoo_lots.labels.csv?raw";
import lotTechnical from "./files/odoo_lots.technical.csv?raw";
import productLabels from "./files/odoo_products.labels.csv?raw";
import productTechnical from "./files/odoo_products.technical.csv?raw";
import sequenceLabels from "./files/odoo_sequences.labels.csv?raw";
import sequenceTechnical from "./files/odoo_sequences.technical.csv?raw";
import { drawnName, importFile, lotsFile, postFile, refusedRows, totals } from "./importing.ts";

let service: Service;
beforeEach(async () => {
  // However slow the machine is, a request is to work its import off.
  service = await createService({ vars: { INLINE_BUDGET_MS: "90000" } });
  onTestFinished(() => service.close());
});

/** Everything that a tenant has, but for imports themselves. */
async function store(): Promise<unknown> {
  const tables = ["products", "sequences", "series", "lots", "ledger", "job_items", "settings"];
  return Promise.all(
    tables.map((table) =>
      service.database.query(`select * from ${table} where tenant = $1 order by 1, 2, 3, 4`, [
        service.tenant,
      ]),
    ),
  );
}

const lots = async (product: string) => {
  const { json } = await service.call("GET", `/v1/lots?product=${product}`);
  return json.data as Record<string, unknown>[];
};

/** Files in the order of a move, and what the rows of each come to. */
const moves = {
  odoo: [
    ["odoo_sequences", sequenceTechnical, totals(6, { created: 4 })],
    ["odoo_sequences", sequenceLabels, totals(6, { unchanged: 4 })],
    ["odoo_products", productTechnical, totals(4, { created: 4 })],
    // The screws have another name there.
    ["odoo_products", productLabels, totals(3, { updated: 1, unchanged: 2 })],
    ["odoo_lots", lotTechnical, totals(4, { created: 4 })],
    ["odoo_lots", lotLabels, totals(2, { unchanged: 2 })],
  ],
  frappe: [
    ["frappe_series", series, totals(4, { created: 4 })],
    // Five rows: a barcode has one of its own.
    ["erpnext_items", itemLabels, totals(5, { created: 4 })],
    ["erpnext_items", itemTemplate, totals(3, { unchanged: 2 })],
    ["erpnext_serials", serialLabels, totals(7, { created: 7 })],
    ["erpnext_serials", serialTemplate, totals(2, { unchanged: 2 })],
    // One has no expiry date, which its item asks for.
    ["erpnext_batches", batchLabels, totals(3, { created: 2, refused: 1 })],
    ["erpnext_batches", batchTemplate, totals(1, { unchanged: 1 })],
  ],
} as const;

describe.each(["odoo", "frappe"] as const)("a move from %s", (system) => {
  test("every file, tried before it is imported, then once more", async () => {
    for (const [kind, file, expected] of moves[system]) {
      const before = await store();
      const tried = await importFile(service, kind, file, "&dry_run=true");
      expect(tried, `${kind}, tried`).toMatchObject(expected);
      expect(await store(), `${kind}, tried`).toEqual(before);
      const real = await importFile(service, kind, file);
      expect(real, kind).toMatchObject(expected);
      expect(await refusedRows(service, real.id)).toEqual(await refusedRows(service, tried.id));
      const after = await store();
      const again = await importFile(service, kind, file);
      const { created, updated, unchanged, refused } = expected;
      const left = { unchanged: created + updated + unchanged, refused };
      expect(again, `${kind}, again`).toMatchObject(totals(expected.rows, left));
      expect(await store(), `${kind}, again`).toEqual(after);
    }
  });
});

test("Odoo: sequences go on, products have them, lots are as they were", async () => {
  for (const [kind, file] of moves.odoo) await importFile(service, kind, file);
  const drills = "Cordless-drill-18-V-Serial-Sequence";
  expect(await drawnName(service, drills)).toBe("DR0001412");
  expect(await drawnName(service, drills)).toBe("DR0001413");
  expect(await drawnName(service, "account.invoice", "2025-05-05")).toBe("INV/2025/00318");
  expect(await drawnName(service, "account.invoice", "2026-05-05")).toBe("INV/2026/00042");
  expect(await drawnName(service, "account.invoice", "2027-05-05")).toBe("INV/2027/00001");
  expect(await drawnName(service, "chem.lot")).toBe("CH0120-A");
  expect(await drawnName(service, "chem.lot")).toBe("CH0130-A");
  expect(await drawnName(service, "Fiscal-receipts", "2026-03-31")).toBe("R25-77");
  expect(await drawnName(service, "Fiscal-receipts", "2026-04-01")).toBe("R26-5");
  const { json: account } = await service.call("GET", `/v1/sequences/${drills}/account`);
  expect(account).toMatchObject({ reserved: "2", skipped: "0" });
  const { json: drill } = await service.call("GET", "/v1/products/DRILL-18V");
  expect(drill).toMatchObject({
    name: "Cordless drill 18 V",
    tracking: "serial",
    sequence: drills,
    gtin: "4006381333931",
    expiry: "none",
    next_name: "DR0001414",
  });
  const { json: glue } = await service.call("GET", "/v1/products/GLUE-5");
  expect(glue).toMatchObject({ sequence: "chem.lot", expiry: "optional", shelf_life_days: 540 });
  const shared = { reservation: null, produced_on: null };
  expect(await lots("DRILL-18V")).toMatchObject([
    {
      ...shared,
      name: "DR0000001",
      number: "1",
      quantity: "1",
      state: "available",
      location: "WH/Stock",
    },
    { ...shared, name: "DR0000002", number: "2", quantity: "1", state: "shipped", location: null },
  ]);
  expect(await lots("GLUE-5")).toMatchObject([
    {
      name: "CH0110-A",
      number: "110",
      quantity: "12.5",
      state: "available",
      location: "WH/Stock/Shelf 1",
      expires_on: "2027-03-31",
      attributes: { ref: "SUP-8814" },
    },
    { name: "=1+1", number: null, quantity: "0.3", expires_on: "2027-03-31", attributes: null },
  ]);
});

test("Frappe: naming series go on, items bring sequences, counters stand behind serials", async () => {
  for (const [kind, file] of moves.frappe) await importFile(service, kind, file);
  const next = async (text: string) => {
    const body = { series: text, at: "2026-11-24", fields: { event: "on_update" } };
    return (await service.call("POST", "/v1/naming-series/next", { body })).json.names[0];
  };
  expect(await next("SINV-.YYYY.-.#####")).toBe("SINV-2026-00319");
  expect(await next("SINV-.YY.-.#####")).toBe("SINV-26-00001");
  expect(await next("ACC-PAY-.YYYY.-.#####")).toBe("ACC-PAY-2026-01205");
  expect(await next("KOOH-.{event}.-.####")).toBe("KOOH-on_update-0004");
  expect((await lots("DRILL-18V")).map(({ name, state }) => [name, state])).toEqual([
    ["DR-00001", "available"],
    ["DR-00002", "shipped"],
    ["DR-00003", "consumed"],
    ["DR-00004", "shipped"],
    ["DR-00005", "available"],
    ["DR-00006", "shipped"],
    ["DR-00007", "available"],
  ]);
  expect(await drawnName(service, "DR-.00000")).toBe("DR-00008");
  const shipped = { name: "CH-2026-0002", quantity: "0", state: "shipped", number: "2" };
  expect((await lots("GLUE-5"))[1]).toMatchObject(shipped);
  expect(await drawnName(service, "CH-.YYYY.-.0000", "2026-11-24")).toBe("CH-2026-0003");
});

test("a row is refused with its line, column, code and what to change", async () => {
  await importFile(service, "erpnext_items", itemLabels);
  const file = `${batchLabels}"CH-1","NONE",1.0,"","",""\n"S-1","SCREW-4x40",1.0,"","",""\n"L-1","LASER-1",2.5,"","",""\n"only"\n`;
  const { id, ...counted } = await importFile(service, "erpnext_batches", file);
  expect(counted).toEqual(totals(7, { created: 2, refused: 5 }));
  const { json } = await service.call("GET", `/v1/imports/${id}/rows?outcome=refused`);
  expect(json.data).toEqual([
    {
      line: 4,
      column: "Expiry Date",
      code: "expiry_required",
      detail: expect.stringContaining('"GLUE-5"'),
    },
    { line: 5, column: "Item", code: "unknown_product", detail: expect.stringContaining('"NONE"') },
    { line: 6, column: "Item", code: "product_not_tracked", detail: expect.any(String) },
    { line: 7, column: "Batch Quantity", code: "serial_quantity", detail: expect.any(String) },
    { line: 8, column: null, code: "import_row_columns", detail: expect.any(String) },
  ]);
  const csv = await service.call("GET", `/v1/imports/${id}/rows`, {
    headers: { accept: "text/csv" },
  });
  expect(csv.text.split("\r\n").slice(0, 2)).toEqual([
    "line,column,code,detail",
    expect.stringMatching(/^4,Expiry Date,expiry_required,/),
  ]);
  const page = await service.call("GET", `/v1/imports/${id}/rows?limit=2`);
  expect([page.json.data.length, page.json.has_more]).toEqual([2, true]);
  const rest = await service.call(
    "GET",
    `/v1/imports/${id}/rows?limit=9&cursor=${page.json.next_cursor}`,
  );
  expect(rest.json.data.map(({ line }: { line: number }) => line)).toEqual([6, 7, 8]);
});

test("a lot that exists otherwise is refused, and says what differs", async () => {
  await importFile(service, "erpnext_items", itemLabels);
  await importFile(service, "erpnext_batches", batchLabels);
  const changed = batchLabels.replace("12.5", "10.0").replace("Chem Works", "Others");
  const { id, ...counted } = await importFile(service, "erpnext_batches", changed);
  expect(counted).toEqual(totals(3, { unchanged: 1, refused: 2 }));
  const { json } = await service.call("GET", `/v1/imports/${id}/rows`);
  expect(json.data[0]).toMatchObject({ line: 2, column: "Batch ID", code: "import_lot_differs" });
  expect(json.data[0].detail).toContain('quantity is "12.5", in the file "10"');
  expect(json.data[0].detail).toContain(
    'attributes.supplier is "Chem Works", in the file "Others"',
  );
  expect((await lots("GLUE-5"))[0]).toMatchObject({ quantity: "12.5" });
});

test("a lot that stands twice in a file is recorded once, and a dry run says the same", async () => {
  await service.call("PUT", "/v1/products/P", { body: { tracking: "lot" } });
  // Each name comes again in a later chunk.
  const names = Array.from({ length: 6_000 }, (_, index) => `N${index}`);
  const twice = lotsFile(names, "P") + lotsFile(names, "P").split("\n").slice(1).join("\n");
  const otherwise = `${twice}"N0","P","2.0"\n`;
  const expected = totals(12_001, { created: 6_000, unchanged: 6_000, refused: 1 });
  const { id: tried, ...dry } = await importFile(service, "odoo_lots", otherwise, "&dry_run=true");
  expect(dry).toEqual(expected);
  expect(await refusedRows(service, tried)).toEqual([[12_002, "name", "import_lot_differs"]]);
  const { id, ...real } = await importFile(service, "odoo_lots", otherwise);
  expect(real).toEqual(expected);
  expect(await refusedRows(service, id)).toEqual(await refusedRows(service, tried));
  const [left] = await service.database.query(
    `select (select count(*) from lots) as lots, (select count(*) from import_batches) as batches,
            (select count(*) from tried_lots) as tried, (select sum(count) from job_items) as items`,
  );
  expect(left).toEqual({ lots: "6000", batches: "0", tried: "0", items: "6000" });
});

test("a name that a reservation holds is refused, one beyond the counter moves it", async () => {
  await service.call("PUT", "/v1/sequences/s", { body: { pattern: "A-{0000}" } });
  await service.call("PUT", "/v1/products/P", { body: { tracking: "serial", sequence: "s" } });
  await service.call("POST", "/v1/sequences/s/reservations", { body: { count: 5 } });
  const file = lotsFile(["A-0003", "A-0009", "A-0007", "OTHER"], "P");
  const dry = await importFile(service, "odoo_lots", file, "&dry_run=true");
  const { id, ...counted } = await importFile(service, "odoo_lots", file);
  expect(counted).toEqual(totals(4, { created: 3, refused: 1 }));
  expect(dry).toMatchObject(counted);
  expect(await refusedRows(service, id)).toEqual([[2, "name", "name_issued"]]);
  expect(await drawnName(service, "s")).toBe("A-0010");
  const { json } = await service.call("GET", "/v1/sequences/s/ledger");
  expect(json.data[1]).toMatchObject({ kind: "skip", first: "6", last: "9", reason: "imported" });
});

test("a name beyond the counter of a gapless sequence is refused", async () => {
  await service.call("PUT", "/v1/sequences/s", {
    body: { pattern: "A-{0000}", mode: "gapless", start: 4 },
  });
  await service.call("PUT", "/v1/products/P", { body: { tracking: "serial", sequence: "s" } });
  const file = lotsFile(["A-0003", "A-0004"], "P");
  const { id, ...counted } = await importFile(service, "odoo_lots", file);
  expect(counted).toEqual(totals(2, { created: 1, refused: 1 }));
  expect(await refusedRows(service, id)).toEqual([[3, "name", "sequence_gapless"]]);
  expect(await drawnName(service, "s")).toBe("A-0004");
});

test("what was delivered there is found by its customer and its document, as if it had gone out here", async () => {
  await service.call("PUT", "/v1/products/P", { body: { tracking: "serial" } });
  const header = "serial_no,item_code,warehouse,status,customer,delivery_document_no\n";
  const file =
    `${header}S-1,P,,Delivered,Ann,DN-7\nS-2,P,Stores,Active,Ann,\nS-3,P,,Delivered,Bob,DN-8\n` +
    "S-4,P,,Delivered,Ann,DN-9\nS-5,P,,Consumed,Ann,\nS-6,P,,Delivered,,\n";
  const dry = await importFile(service, "erpnext_serials", file, "&dry_run=true");
  const { id: _, ...counted } = await importFile(service, "erpnext_serials", file);
  expect(counted).toEqual(totals(6, { created: 6 }));
  expect(dry).toMatchObject(counted);

  const found = async (query: string) => {
    const { json } = await service.call("GET", `/v1/lots?${query}`);
    return json.data.map(({ name }: { name: string }) => name);
  };
  expect(await found("party=Ann")).toEqual(["S-1", "S-4"]);
  expect(await found("party=Ann&product=P&state=shipped&limit=1")).toEqual(["S-1"]);
  expect(await found("reference=DN-8")).toEqual(["S-3"]);
  const history = async (name: string) => {
    const { json } = await service.call("GET", `/v1/products/P/lots/${name}/history`);
    return json.data;
  };
  const before = { state: "available" };
  expect(await history("S-1")).toMatchObject([
    { reference: "DN-7", party: "Ann", before, after: { state: "shipped" } },
  ]);
  expect(await history("S-5")).toMatchObject([{ party: "Ann", after: { state: "consumed" } }]);
  expect([await history("S-2"), await history("S-6")]).toEqual([[], []]);
  expect((await lots("P")).map(({ attributes }) => attributes)).toEqual([
    null,
    { customer: "Ann" },
    null,
    null,
    null,
    null,
  ]);

  const recall = await service.call("POST", "/v1/recalls", {
    body: {
      reference: "R-1",
      reason: "Fire",
      covers: [{ product: "P", created_from: "2000-01-01T00:00:00Z" }],
    },
  });
  expect(recall.status, recall.text).toBe(201);
  const { json } = await service.call("GET", `${recall.headers.get("location")}/lots`);
  expect(
    json.data.map(({ party, reference }: Record<string, unknown>) => [party, reference]),
  ).toEqual([
    ["Ann", "DN-7"],
    [null, null],
    ["Bob", "DN-8"],
    ["Ann", "DN-9"],
    [null, null],
    [null, null],
  ]);

  // Again it is the same; whoever else it went to is told.
  expect(await importFile(service, "erpnext_serials", file)).toMatchObject({ unchanged: 6 });
  const otherwise = file.replace("Bob", "Eve").replace("DN-9", "DN-10");
  const again = await importFile(service, "erpnext_serials", otherwise);
  expect(again).toMatchObject({ unchanged: 4, refused: 2 });
  const refused = await service.call("GET", `/v1/imports/${again.id}/rows`);
  expect(refused.json.data.map(({ detail }: { detail: string }) => detail)).toEqual([
    expect.stringContaining('party is "Bob", in the file "Eve"'),
    expect.stringContaining('reference is "DN-9", in the file "DN-10"'),
  ]);
  expect(await history("S-3")).toHaveLength(1);
});

/** The sequences with another next number of the drills, or of the invoices of 2026. */
function drillsAt(next: number): string {
  return sequenceTechnical.replace('"1412"', `"${next}"`);
}

function invoicesAt(next: number): string {
  return sequenceTechnical.replace('"2026-12-31","42"', `"2026-12-31","${next}"`);
}

test("counters never go back: an older export after draws changes nothing, a newer one skips", async () => {
  await importFile(service, "odoo_sequences", sequenceTechnical);
  const key = "Cordless-drill-18-V-Serial-Sequence";
  expect(await drawnName(service, key)).toBe("DR0001412");
  expect(await importFile(service, "odoo_sequences", drillsAt(7))).toMatchObject({ unchanged: 4 });
  expect(await drawnName(service, key)).toBe("DR0001413");
  const ahead = await importFile(service, "odoo_sequences", drillsAt(1500), "&margin=10");
  // With the margin the other standard sequences are ahead as well: two of them.
  expect(ahead).toMatchObject({ updated: 3, unchanged: 1 });
  expect(await drawnName(service, key)).toBe("DR0001510");
  const { json } = await service.call("GET", `/v1/sequences/${key}/ledger`);
  expect(json.data).toMatchObject([
    { kind: "reserved", first: "1412", last: "1412" },
    { kind: "begin", first: "1412", last: "1412", reason: "imported" },
    { kind: "reserved", first: "1413", last: "1413" },
    { kind: "skip", first: "1414", last: "1509", reason: "imported" },
    { kind: "reserved", first: "1510", last: "1510" },
  ]);
  // Gapless: ahead before the first draw is the counter's own matter, after it a hole.
  expect(await importFile(service, "odoo_sequences", invoicesAt(50))).toMatchObject({ updated: 1 });
  expect(await drawnName(service, "account.invoice", "2026-02-02")).toBe("INV/2026/00050");
  const hole = await importFile(service, "odoo_sequences", invoicesAt(60));
  expect(await refusedRows(service, hole.id)).toEqual([
    [3, "number_next_actual", "sequence_gapless"],
  ]);
  expect(await drawnName(service, "account.invoice", "2026-02-02")).toBe("INV/2026/00051");
});

test("a counter that would go beyond the last number of its sequence is refused, the rows behind it are not", async () => {
  const header = '"key","name","prefix","padding","number_next_actual"\n';
  const body = { dialect: "odoo", prefix: "E", padding: 4, overflow: "reject" };
  expect((await service.call("PUT", "/v1/sequences/ends", { body })).status).toBe(201);
  expect(await drawnName(service, "ends")).toBe("E0001");
  // It has 9,998 left: 2 to 9,999.
  const file = `${header}"ends","Ends","E","4","10001"\n"next","Next","N","4","7"\n`;
  for (const query of ["&dry_run=true", ""]) {
    const { id, ...counted } = await importFile(service, "odoo_sequences", file, query);
    expect(counted, query).toEqual(totals(2, { created: 1, refused: 1 }));
    expect(await refusedRows(service, id), query).toEqual([
      [2, "number_next_actual", "sequence_exhausted"],
    ]);
  }
  expect(await drawnName(service, "ends")).toBe("E0002");
  expect(await drawnName(service, "next")).toBe("N0007");
  // All of them may be passed.
  const last = file.replace("10001", "10000");
  expect(await importFile(service, "odoo_sequences", last)).toMatchObject({ updated: 1 });
  const { json } = await service.call("GET", "/v1/sequences/ends");
  expect([json.next, json.remaining]).toEqual([null, "0"]);
});

test("an imported counter stays where it is when its sequence is saved again", async () => {
  await importFile(service, "odoo_sequences", sequenceTechnical);
  const key = (await service.call("GET", "/v1/sequences")).json.data.find(
    ({ next }: { next: string }) => next === "1412",
  ).key;
  const body = { pattern: "DR{0000000}", hot: true };
  const put = await service.call("PUT", `/v1/sequences/${key}`, { body });
  expect([put.status, put.json.next], put.text).toEqual([200, "1412"]);
  expect(await drawnName(service, key)).toBe("DR0001412");
  const again = await importFile(service, "odoo_sequences", sequenceTechnical);
  expect(again.created + again.updated).toBe(0);
});

test("a naming series that has no number left is unchanged when it is imported again", async () => {
  const file = "name,current\nZL-,999999999999999998\n";
  await importFile(service, "frappe_series", file);
  const body = { series: "ZL-.#" };
  const drawn = await service.call("POST", "/v1/naming-series/next", { body });
  expect(drawn.json.names).toEqual(["ZL-999999999999999999"]);
  expect(await importFile(service, "frappe_series", file)).toMatchObject(
    totals(1, { unchanged: 1 }),
  );
});

test("an older naming series after draws changes nothing, a newer one skips", async () => {
  await importFile(service, "frappe_series", "name,current\nSINV-2026-,5\n");
  const next = async () => {
    const body = { series: "SINV-2026-.####" };
    return (await service.call("POST", "/v1/naming-series/next", { body })).json.names[0];
  };
  expect(await next()).toBe("SINV-2026-0006");
  const older = await importFile(service, "frappe_series", "name,current\nSINV-2026-,3\n");
  expect(older).toMatchObject(totals(1, { unchanged: 1 }));
  expect(await next()).toBe("SINV-2026-0007");
  const newer = await importFile(service, "frappe_series", "name,current\nSINV-2026-,9\n");
  expect(newer).toMatchObject(totals(1, { updated: 1 }));
  expect(await next()).toBe("SINV-2026-0010");
});

test("a sequence that differs, one that is missing, and tracking that is fixed are refused", async () => {
  await importFile(service, "odoo_sequences", sequenceTechnical);
  const changed = sequenceTechnical.replace('"DR","","7"', '"DX","","7"');
  const { id, ...counted } = await importFile(service, "odoo_sequences", changed);
  expect(counted).toEqual(totals(6, { unchanged: 3, refused: 1 }));
  const { json } = await service.call("GET", `/v1/imports/${id}/rows`);
  expect(json.data[0]).toMatchObject({ line: 2, code: "import_sequence_differs" });
  expect(json.data[0].detail).toContain('pattern is "DR');

  const header = '"default_code","tracking","lot_sequence_id"\n';
  const missing = await importFile(service, "odoo_products", `${header}"P","By Lots","Nowhere"\n`);
  expect(await refusedRows(service, missing.id)).toEqual([
    [2, "lot_sequence_id", "unknown_sequence"],
  ]);

  await importFile(service, "odoo_products", `${header}"P","By Lots",""\n`);
  await importFile(service, "odoo_lots", lotsFile(["L1"], "P"));
  const serial = `${header}"P","By Unique Serial Number",""\n`;
  const fixed = await importFile(service, "odoo_products", serial);
  expect(await refusedRows(service, fixed.id)).toEqual([[2, "tracking", "product_tracking_fixed"]]);
});

test("patterns of new sequences are held against those that there are, and against one another", async () => {
  const there = await service.call("PUT", "/v1/sequences/there", { body: { pattern: "DR{000}" } });
  expect(there.status).toBe(201);
  const header = "code,name,prefix,padding,implementation,number_next_actual,use_date_range\n";
  const rows = [
    "a,A,DR,7,standard,5,False",
    "b,B,GL,7,standard,5,False",
    // The wide counter of the row above comes to its numbers.
    "c,C,GL1,5,standard,5,False",
    "d,D,X%(year)s-,5,standard,5,False",
  ];
  for (const query of ["&dry_run=true", ""]) {
    const file = `${header}${rows.join("\n")}\n`;
    const { id, ...counted } = await importFile(service, "odoo_sequences", file, query);
    expect(counted).toEqual(totals(4, { created: 2, refused: 2 }));
    expect(await refusedRows(service, id)).toEqual([
      [2, "prefix", "pattern_overlap"],
      [4, "prefix", "pattern_overlap"],
    ]);
  }
  // An item brings its naming series along; that of a document may be the same.
  const items = `"Item Code","Has Serial No","Serial Number Series","Has Batch No"\n`;
  const made = await importFile(
    service,
    "erpnext_items",
    `${items}"D1",1,"DR.###",0\n"D2",1,"GX-.###",0\n"D3",1,"GX-.YYYY.-.###",0\n"D4",1,"GX-.####",0\n`,
  );
  expect(await refusedRows(service, made.id)).toEqual([
    [2, "Serial Number Series", "pattern_overlap"],
  ]);
});

test("a product does not get a sequence that can give names it has taken of another", async () => {
  const put = (path: string, body: object) => service.call("PUT", path, { body });
  await put("/v1/sequences/oa", { pattern: "ZZ-{0000}" });
  await put("/v1/sequences/ob", { pattern: "ZZ-{00000}", allow_overlap: true });
  await put("/v1/sequences/oc", { pattern: "YY-{00000}" });
  await put("/v1/products/P", { tracking: "serial", sequence: "oa" });
  const header = "default_code,tracking,lot_sequence_id\n";
  const { id } = await importFile(
    service,
    "odoo_products",
    `${header}P,By Unique Serial Number,ob\n`,
  );
  expect(await refusedRows(service, id)).toEqual([[2, "lot_sequence_id", "pattern_shared"]]);
  const other = await importFile(
    service,
    "odoo_products",
    `${header}P,By Unique Serial Number,oc\n`,
  );
  expect(other).toMatchObject({ updated: 1 });
  const { json } = await service.call("GET", "/v1/products/P");
  expect(json.sequence).toBe("oc");
});

test("what a file leaves empty stays as it is", async () => {
  const body = {
    tracking: "lot",
    name: "Given by hand",
    gtin: "4006381333931",
    expiry: "required",
    shelf_life_days: 30,
  };
  await service.call("PUT", "/v1/products/P", { body });
  const file = '"default_code","tracking","name"\n"P","By Lots",""\n';
  expect(await importFile(service, "odoo_products", file)).toMatchObject({ unchanged: 1 });
  const named = file.replace('""', '"New name"');
  expect(await importFile(service, "odoo_products", named)).toMatchObject({ updated: 1 });
  const { json } = await service.call("GET", "/v1/products/P");
  expect(json).toMatchObject({ ...body, name: "New name" });
});

test("an import is found, listed and its job too; its columns are told", async () => {
  await service.call("PUT", "/v1/products/P", { body: { tracking: "lot" } });
  const mapping = encodeURIComponent('{"quantity":"Stock","attributes.colour":"Colour"}');
  const file = "Lot/Serial Number,Product/Internal Reference,Stock,Colour,Other\nL1,P,2.50,red,x\n";
  const made = await postFile(service, "odoo_lots", file, { query: `&mapping=${mapping}` });
  expect(made.status).toBe(201);
  expect(made.headers.get("location")).toBe(`/v1/imports/${made.json.id}`);
  const seen = await service.call("GET", `/v1/imports/${made.json.id}`);
  expect(seen.json).toEqual(made.json);
  expect(seen.json).toMatchObject({
    kind: "odoo_lots",
    dry_run: false,
    error: null,
    columns: { quantity: "Stock", "attributes.colour": "Colour" },
    ignored: ["Other"],
  });
  expect(await lots("P")).toMatchObject([{ quantity: "2.5", attributes: { colour: "red" } }]);
  const { json: list } = await service.call("GET", "/v1/imports");
  expect(list.data.map(({ id }: { id: string }) => id)).toEqual([made.json.id]);
  const { json: job } = await service.call("GET", `/v1/jobs/${made.json.id}`);
  expect(job).toMatchObject({ status: "done", total: 1, done: 1, items: [] });
  const { json: ofJob } = await service.call("GET", `/v1/lots?job=${made.json.id}`);
  expect(ofJob.data).toHaveLength(1);
});

describe("what is refused before anything is done", () => {
  test.each([
    ["an unknown kind", "nothing", "a,b\n", {}, 422, "request_invalid"],
    ["an empty file", "odoo_lots", "", {}, 400, "csv_empty"],
    ["a file without the columns", "odoo_lots", "a,b\n1,2\n", {}, 422, "import_columns_missing"],
    ["bytes that are no text", "odoo_lots", 'name,"a\n', {}, 400, "csv_quote_unclosed"],
    [
      "a mapping that is none",
      "odoo_lots",
      "a\n",
      { query: "&mapping=[1]" },
      422,
      "request_invalid",
    ],
    [
      "a mapping of an unknown field",
      "odoo_lots",
      "a\n",
      { query: `&mapping=${encodeURIComponent('{"colour":"a"}')}` },
      422,
      "import_mapping_field",
    ],
    ["a margin that is none", "odoo_lots", "a\n", { query: "&margin=-1" }, 422, "request_invalid"],
    [
      "another media type",
      "odoo_lots",
      "{}",
      { headers: { "content-type": "application/json" } },
      415,
      "unsupported_media_type",
    ],
    [
      "a compressed file",
      "odoo_lots",
      "a\n",
      { headers: { "content-encoding": "gzip" } },
      415,
      "content_encoding_unsupported",
    ],
    [
      "a file over the limit",
      "odoo_lots",
      "a\n",
      { headers: { "content-length": "268435457" } },
      413,
      "import_too_large",
    ],
  ])("%s", async (_, kind, file, options, status, code) => {
    const answer = await postFile(service, kind, file, options);
    expect([answer.status, answer.json.code]).toEqual([status, code]);
    const staged = await service.database.query("select from import_batches");
    expect(staged).toEqual([]);
  });

  test("an import that is not there", async () => {
    for (const id of ["019345ab-0000-7000-8000-000000000000", "x"]) {
      expect((await service.call("GET", `/v1/imports/${id}`)).status).toBe(404);
      expect((await service.call("GET", `/v1/imports/${id}/rows`)).status).toBe(404);
    }
  });
});
