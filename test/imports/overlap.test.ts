/** Sequences of files that can give names of one another: Odoo's own of each product have no prefix. */
import { beforeEach, expect, onTestFinished, test } from "vitest";

import type { Service } from "../harness/service.ts";
import { createService } from "../harness/service.ts";
import { importFile, postFile, refusedRows, totals } from "./importing.ts";

let service: Service;
beforeEach(async () => {
  service = await createService({ vars: { INLINE_BUDGET_MS: "90000" } });
  onTestFinished(() => service.close());
});

const sequences =
  "name,code,prefix,padding,implementation,number_next_actual,number_increment\n" +
  "Drill,stock.lot.serial,,7,Standard,5,1\n" +
  "Saw,stock.lot.serial,,7,Standard,9,1\n" +
  "Year,stock.lot.serial,,7,Standard,1,1\n";

test("are refused but for the first, or made with allow_overlap", async () => {
  const refused = await importFile(service, "odoo_sequences", sequences, "&dry_run=true");
  expect(refused).toMatchObject(totals(3, { created: 1, refused: 2 }));
  expect(await refusedRows(service, refused.id)).toEqual([
    [3, "prefix", "pattern_overlap"],
    [4, "prefix", "pattern_overlap"],
  ]);
  for (const query of ["&dry_run=true&allow_overlap=true", "&allow_overlap=true"]) {
    expect(await importFile(service, "odoo_sequences", sequences, query)).toMatchObject(
      totals(3, { created: 3 }),
    );
  }
  const { json } = await service.call("GET", "/v1/sequences/Saw");
  expect([json.allow_overlap, json.next]).toEqual([true, "9"]);
});

/** An item of serials with a series. */
function item(series: string): string {
  return `item_code,has_serial_no,serial_no_series\nA,1,${series}\n`;
}

test("serve no product that has taken names of another", async () => {
  const first = await importFile(service, "erpnext_items", item("A-.####"), "&allow_overlap=true");
  expect(first).toMatchObject(totals(1, { created: 1 }));
  const file = "serial_no,item_code\nA-0001,A\n";
  expect(await importFile(service, "erpnext_serials", file)).toMatchObject(
    totals(1, { created: 1 }),
  );
  const other = item("A-0.###");
  for (const query of ["&dry_run=true&allow_overlap=true", "&allow_overlap=true"]) {
    const { id, ...counted } = await importFile(service, "erpnext_items", other, query);
    expect(counted).toEqual(totals(1, { refused: 1 }));
    expect(await refusedRows(service, id)).toEqual([[2, "serial_no_series", "pattern_shared"]]);
  }
});

test("is a parameter of files that bring sequences", async () => {
  const { status, json } = await postFile(service, "odoo_products", "default_code\n", {
    query: "&allow_overlap=true",
  });
  expect([status, json.code]).toEqual([422, "request_invalid"]);
});
