import { expect, test } from "vitest";

import { putProduct, putSequence, serviceForTest } from "../store/service.ts";
import { importFile, totals } from "./importing.ts";

import type { Service } from "../harness/service.ts";

/** More than a chunk of items, and more series than one transaction may touch. */
const items = 300;
const numbers = Array.from({ length: items }, (_, index) => String(index + 1).padStart(3, "0"));

async function epochOf(service: Service): Promise<number> {
  const [row] = await service.database.query(
    `select pattern_epoch::float8 as epoch from settings where tenant = $1`,
    [service.tenant],
  );
  return Number(row?.["epoch"]);
}

test("items with a series each, then a lot of each, come in transactions of bounded size", async () => {
  const service = await serviceForTest({ vars: { INLINE_BUDGET_MS: "90000" } });
  // Makes the tenant's settings.
  await putSequence(service, "s", { pattern: "S-{0}" });
  const before = await epochOf(service);
  const rows = numbers.map((number) => `I-${number},1,A${number}-.#####\n`);
  const file = `item_code,has_serial_no,serial_no_series\n${rows.join("")}`;
  expect(await importFile(service, "erpnext_items", file)).toMatchObject(
    totals(items, { created: items }),
  );
  // One change of patterns for each chunk of 250.
  expect((await epochOf(service)) - before).toBe(2);

  await putProduct(service, "I-0", "s");
  const lots = numbers.map((number) => `A${number}-00007,I-${number}\n`);
  // A lot of a product that is not there is refused, wherever chunks begin.
  const serials = `serial_no,item_code\n${lots.join("")}X-1,missing\nA001-00007,I-001\n`;
  const expected = totals(items + 2, { created: items, unchanged: 1, refused: 1 });
  const dry = await importFile(service, "erpnext_serials", serials, "&dry_run=true");
  expect(dry).toMatchObject(expected);
  expect(await importFile(service, "erpnext_serials", serials)).toMatchObject(expected);
  const [most] = await service.database.query(
    `select max(series)::float8 as series, sum(series)::float8 as total
     from (select count(distinct series) as series from ledger
           where tenant = $1 and reason = 'imported' group by xmin::text) as transactions`,
    [service.tenant],
  );
  expect(most).toEqual({ series: 256, total: items });
}, 120_000);
