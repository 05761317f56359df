/**
 * `npm run import-file -- <kind> <rows> <file>`: writes an export file of that many rows, such as
 * `npm run import-file -- odoo_lots 1000000 lots.csv`.
 */
import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { importKinds, isImportKind } from "../src/domain/imports/kinds/kinds.ts";
import { importFile } from "./import-rows.ts";

const [kind = "", rows = "", file = ""] = process.argv.slice(2);
if (!isImportKind(kind) || !/^\d{1,9}$/.test(rows) || file === "") {
  console.error(
    `Give a kind (${importKinds.join(", ")}), a number of rows and the file to write: odoo_lots 1000000 lots.csv`,
  );
  process.exitCode = 2;
} else {
  await pipeline(Readable.from(importFile(kind, Number(rows))), createWriteStream(file));
}
