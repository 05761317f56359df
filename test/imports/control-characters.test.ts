import { beforeEach, expect, onTestFinished, test } from "vitest";

import type { Service } from "../harness/service.ts";
import { createService } from "../harness/service.ts";
import { postFile } from "./importing.ts";

let service: Service;
beforeEach(async () => {
  service = await createService();
  onTestFinished(() => service.close());
});

test.each(["x\0y", "x\u0001", "\u0085"])("a header with %j is refused", async (header) => {
  const file = `"sku","tracking","a${header}b"\n"A","By Lots","1"\n`;
  const query = `&mapping=${encodeURIComponent('{"sku":"sku"}')}`;
  const { status, json, text } = await postFile(service, "odoo_products", file, { query });
  expect([status, json.code], text).toEqual([422, "import_column_control"]);
});

test.each(["attributes.a\0", "attributes.\u202ea", "attributes.\ud800", "x\0"])(
  "a mapping of %j is refused",
  async (field) => {
    const file = `"name","default_code","product_id/default_code"\n"A","B","P"\n`;
    const query = `&mapping=${encodeURIComponent(JSON.stringify({ [field]: "default_code" }))}`;
    const { status, json, text } = await postFile(service, "odoo_lots", file, { query });
    expect([status, json.code], text).toEqual([422, "request_invalid"]);
  },
);

test("a mapping to a header with a control character finds no column", async () => {
  const file = `"name","default_code"\n"A","B"\n`;
  const query = `&mapping=${encodeURIComponent(JSON.stringify({ name: "x\0y" }))}`;
  const { status, json } = await postFile(service, "odoo_lots", file, { query });
  expect([status, json.code]).toEqual([422, "import_mapping_column"]);
});
