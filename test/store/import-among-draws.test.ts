import { expect, test } from "vitest";

import { lotsFile, postFile, refusedRows, totals } from "../imports/importing.ts";
import {
  account,
  amid,
  padded,
  postLots,
  putProduct,
  putSequence,
  reserve,
  serviceForTest,
} from "./service.ts";

/** Rows of several chunks of 4,000. */
const rows = 20_000;

const inOrder = Array.from({ length: rows }, (_, index) => padded("A-", index + 1, 6));

/** Every name once, far from those beside it in the file. */
const shuffled = inOrder.map((_, index) => inOrder[(index * 7919) % rows] ?? "");

test.each([
  ["in the order of its names", inOrder],
  ["in no order", shuffled],
])(
  "a file %s comes to its end while others draw its names, every row once",
  { timeout: 180_000 },
  async (_, names) => {
    const service = await serviceForTest({ vars: { INLINE_BUDGET_MS: "90000" } });
    await putSequence(service, "s", { pattern: "A-{000000}" });
    await putProduct(service, "p", "s");
    const drawers = Array.from({ length: 4 }, (__, client) => async () => {
      const made = await postLots(service, [{ product: "p", count: 1 + client * 5 }]);
      expect(made.status, made.text).toBe(201);
    });
    const reserving = async () => {
      const reserved = await reserve(service, "s", 3);
      expect(reserved.status, reserved.text).toBe(201);
    };
    const file = lotsFile(names, "p");
    const answer = await amid([...drawers, reserving, reserving], () =>
      postFile(service, "odoo_lots", file),
    );

    expect([answer.status, answer.json.status], answer.text).toEqual([201, "done"]);
    const { id, created, unchanged, refused } = answer.json;
    expect(created + unchanged + refused).toBe(rows);
    const [job] = await service.database.query<{ put_off: string; failures: number }>(
      "select put_off, failures from jobs where id = $1",
      [id],
    );
    // A row is put off when somebody took its name, which then stays taken.
    expect(Number(job?.put_off)).toBeGreaterThan(0);
    expect(Number(job?.put_off)).toBeLessThan(rows);
    expect(job?.failures).toBe(0);
    const shown = await service.call("GET", `/v1/jobs/${id}`);
    expect(shown.json).toMatchObject({ total: rows, done: rows - refused, skipped: refused });

    const recorded = await service.database.query<{
      name: string;
      imported: boolean;
      issued: boolean;
    }>(
      `select l.name, i.job = $1 as imported,
              exists (select from ledger as e where e.kind = 'reserved' and l.number between e.first and e.last)
                as issued
       from lots as l join job_items as i on i.id = l.item`,
      [id],
    );
    // A number is issued or imported, never both.
    expect(recorded.filter(({ imported, issued }) => imported === issued)).toEqual([]);
    const byImport = new Set(recorded.filter(({ imported }) => imported).map(({ name }) => name));
    const byDraw = new Set(recorded.filter(({ imported }) => !imported).map(({ name }) => name));
    expect(byImport.size).toBe(created);
    const held = new Set<string>();
    const lines = await refusedRows(service, id);
    expect(lines).toHaveLength(Math.min(refused, 1000));
    for (const [line, column, code] of lines) {
      expect([column, code]).toEqual(["name", "name_issued"]);
      held.add(names[line - 2] ?? "");
    }
    // Which name each row came to is told by its line.
    const left = names.filter((name) => !byImport.has(name) && !byDraw.has(name));
    expect([...held].toSorted()).toEqual(left.toSorted().slice(0, held.size));
    expect(names.filter((name) => byDraw.has(name))).toHaveLength(unchanged);

    const { passed, reserved, skipped, burned } = await account(service, "s");
    expect([passed, burned]).toEqual([(reserved ?? 0) + (skipped ?? 0), 0]);
    const [left_over] = await service.database.query(
      "select count(*) as batches from import_batches",
    );
    expect(left_over).toEqual({ batches: "0" });
    // A second look finds every row as the first one left it.
    const again = await postFile(service, "odoo_lots", file);
    expect(again.json).toMatchObject(totals(rows, { unchanged: rows - refused, refused }));
  },
);
