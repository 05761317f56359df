import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { expect, test } from "vitest";

import { readImport } from "../../src/domain/imports/read.ts";
import { fail } from "../../src/errors.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

function used(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

/** A file of products has no patterns. */
const compile = () => fail("internal_error", {});

test("the keys of a file of products keep nothing else of it", async () => {
  const rows = 20_000;
  const ignored = "x".repeat(2500);
  const encoder = new TextEncoder();
  let row = 0;
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (row === 0) controller.enqueue(encoder.encode("default_code,tracking,note\n"));
      if (row >= rows) return controller.close();
      let text = "";
      for (const end = row + 20; row < end; row += 1) {
        text += `PRODUCT-${String(row).padStart(12, "0")},By Lots,${ignored}\n`;
      }
      return controller.enqueue(encoder.encode(text));
    },
  });
  const before = used();
  let records = 0;
  let kept = 0;
  for await (const batch of readImport("odoo_products", stream, { compile })) {
    records += batch.records.length;
    if (records > rows - 1000) kept = used() - before;
  }
  expect(records).toBe(rows);
  // The file has 50 MB.
  expect(kept).toBeGreaterThan(0);
  expect(kept).toBeLessThan(10_000_000);
});
