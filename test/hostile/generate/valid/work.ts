import type { Random } from "../../../faults/random.ts";
import type { Holdings } from "../holdings.ts";
import { largeLots, newName } from "./lots.ts";
import { maybe } from "./wish.ts";
import type { Recipe, Wish } from "./wish.ts";

function ofJob(held: Holdings, random: Random, operation: string): Wish {
  const id = held.jobs.pick(random);
  return id === undefined ? largeLots(held) : { operation, inPath: { id } };
}

function ofImport(held: Holdings, random: Random, operation: string): Wish {
  const id = held.imports.pick(random);
  return id === undefined ? createImport(held, random) : { operation, inPath: { id } };
}

function file(kind: string, header: string, lines: readonly string[]) {
  return { kind, csv: `${[header, ...lines].join("\r\n")}\r\n` };
}

/** A file of each kind, of a few rows, some of which may be refused for what they say. */
function someFile(held: Holdings, random: Random): { kind: string; csv: string } {
  const { marker, own } = held;
  const place = held.next() % 12;
  const rows = Array.from({ length: random.between(1, 4) }, () => newName(held));
  return random.pick([
    () =>
      file(
        "odoo_products",
        "default_code,name,barcode,tracking",
        rows.map((name, index) => `${held.key(`o${index}`)},${name},4006381333931,By Lots`),
      ),
    () =>
      file(
        "odoo_sequences",
        "name,code,prefix,padding,implementation,number_next_actual,number_increment",
        [
          `${marker} ${own},${held.key(`q${place}`)},${marker}${own}Q${place}-,5,Standard,${random.between(1, 99)},1`,
        ],
      ),
    () =>
      file(
        "odoo_lots",
        "name,product_id/default_code,product_qty,location_id",
        rows.map((name) => `${name},${held.key("named")},12.5,${marker}`),
      ),
    () => file("frappe_series", "name,current", [`${marker}${own}E${place}-,${held.next()}`]),
    () =>
      file("erpnext_items", "Item Code,Item Name,Has Serial No,Serial Number Series,Has Batch No", [
        `${held.key(`e${place}`)},${marker},1,${marker}${own}V${place}-.#####,0`,
      ]),
    () =>
      file(
        "erpnext_serials",
        "Serial No,Item Code,Warehouse,Status",
        rows.map((name) => `${name},${held.key("serial row")},${marker},Active`),
      ),
    () =>
      file(
        "erpnext_batches",
        "Batch ID,Item,Batch Quantity,Manufacturing Date,Expiry Date",
        rows.map((name) => `${name},${held.key("dated")},3,2026-01-31,2027-07-25`),
      ),
  ])();
}

function createImport(held: Holdings, random: Random): Wish {
  const { kind, csv } = someFile(held, random);
  return {
    operation: "createImport",
    query: { kind, dry_run: maybe(random, 0.3, () => random.pick(["true", "false"])) },
    csv,
  };
}

function createApiKey(held: Holdings, random: Random): Wish {
  const scope = random.pick(["reserve", "lots:read", "lots:write", "sequences:write"]);
  const json = {
    name: held.text(),
    scopes: random.chance(0.3) ? ["reserve", "lots:read"] : [scope],
    sequences: maybe(random, 0.2, () => [held.key("row")]),
    products: maybe(random, 0.2, () => [held.key("serial row")]),
    expires_at: maybe(random, 0.3, () => "2036-01-01T00:00:00Z"),
  };
  return { operation: "createApiKey", json };
}

function ofKey(held: Holdings, random: Random, make: (id: string) => Wish): Wish {
  const id = held.keyIds.pick(random);
  return id === undefined ? createApiKey(held, random) : make(id);
}

export const workRecipes: Readonly<Record<string, Recipe>> = {
  getJob: (held, random) => ofJob(held, random, "getJob"),
  listSkipped: (held, random) => ofJob(held, random, "listSkipped"),
  cancelJob(held, random) {
    const failed = random.chance(0.5) ? held.failedJobs.take(random) : undefined;
    const id = held.runningJob ?? failed;
    if (id === undefined) return largeLots(held);
    held.runningJob = undefined;
    return { operation: "cancelJob", inPath: { id } };
  },
  retryJob(held, random) {
    const id = held.failedJobs.take(random);
    return id === undefined
      ? ofJob(held, random, "getJob")
      : { operation: "retryJob", inPath: { id } };
  },
  createImport,
  getImport: (held, random) => ofImport(held, random, "getImport"),
  listImportRows: (held, random) => ofImport(held, random, "listImportRows"),
  createApiKey,
  getApiKey: (held, random) =>
    ofKey(held, random, (id) => ({ operation: "getApiKey", inPath: { id } })),
  revokeApiKey(held, random) {
    const id = held.activeKeyIds.take(random);
    return id === undefined
      ? createApiKey(held, random)
      : { operation: "revokeApiKey", inPath: { id } };
  },
  rotateApiKey(held, random) {
    const id = held.activeKeyIds.take(random);
    if (id === undefined) return createApiKey(held, random);
    const json = { overlap_s: random.between(0, 1000) };
    return { operation: "rotateApiKey", inPath: { id }, json };
  },
};
