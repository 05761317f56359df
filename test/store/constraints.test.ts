import { afterAll, beforeAll, expect, test } from "vitest";

import { createTestDatabase } from "../harness/database.ts";
import type { TestDatabase } from "../harness/database.ts";

// What no code has to be trusted for: the database refuses it, whoever writes.

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.createTenant({ tenant: "acme" });
  await database.query(`
    insert into sequences (tenant, key, pattern, width, mode, start, increment, reset, counter, time_zone,
                           fiscal_year_start, overflow, hot)
    values ('acme', 's', 'A-{0000}', 4, 'standard', 1, 1, 'never', 's', 'UTC', '01-01', 'widen', false)`);
  await database.query(`
    insert into series (tenant, sequence, period, next, since, definition, increment, ceiling, mode, hot)
    select tenant, key, '', 1, 1, definition, increment, ceiling, mode, hot from sequences`);
  await database.query(`
    insert into forms (tenant, series, prefix, width, suffix)
    select 'acme', id, 'A-', 4, '' from series`);
  await database.query(`
    insert into jobs (tenant, id, status, given, chunked, cursor, skipped, origin)
    values ('acme', '00000000-0000-7000-8000-000000000001', 'running', 0, 100, 0, 0, 1)`);
  await database.query(ledgerRow({ first: 10, last: 20 }));
  await database.query(ledgerRow({ first: 12, last: 14, kind: "void" }));
  await database.query(itemRow({ ordinal: 1, numbers: "[10,15)" }));
  await database.query(lotRow({}));
  await database.query(receiptRow({}));
});

afterAll(() => database.drop());

function ledgerRow(row: {
  first: number | string;
  last: number | string;
  step?: number;
  kind?: string;
  form?: string;
}): string {
  const { first, last, step = 1, kind = "reserved", form = "(select min(id) from forms)" } = row;
  return `insert into ledger (tenant, series, first, last, step, form, kind, origin)
          select 'acme', id, ${first}, ${last}, ${step}, ${form}, '${kind}', 1 from series`;
}

function itemRow(row: {
  ordinal: number;
  numbers?: string;
  count?: number;
  prefix?: string;
  quantity?: string;
}) {
  const { ordinal, numbers = "[90,91)", count = 5, prefix = "'A-'", quantity = "1" } = row;
  return `insert into job_items (tenant, job, ordinal, product, series, presented, numbers, prefix,
                                 width, suffix, first, step, numbered, count, start, quantity)
          select 'acme', '00000000-0000-7000-8000-000000000001', ${ordinal}, 'p', id, false,
                 '${numbers}', ${prefix}, 4, '', 10, 1, true, ${count}, 0, ${quantity} from series`;
}

function partRow({ kind }: { kind: string }): string {
  return `insert into recall_parts (tenant, recall, ordinal, kind, product)
          values ('acme', '00000000-0000-7000-8000-000000000009', 1, '${kind}', 'p')`;
}

function lotRow({ name = "A-0010", product = "p", quantity = "1" }): string {
  return `insert into lots (tenant, name, product, item, number, created_at, quantity)
          values ('acme', '${name}', '${product}', 1, 10, now(), ${quantity})`;
}

function receiptRow(row: { reference?: string; status?: string }): string {
  const { reference = "DN-1", status = "received" } = row;
  return `insert into receipts (tenant, id, reference, status, fingerprint, api_key)
          values ('acme', gen_random_uuid(), '${reference}', '${status}', '\\x00', 1)`;
}

function sequenceRow(change: Record<string, string>): string {
  const row = { key: "'t'", width: "4", start: "1", increment: "1", ...change };
  return `insert into sequences (tenant, key, pattern, width, mode, start, increment, reset, counter,
                                 time_zone, fiscal_year_start, overflow, hot)
          values ('acme', ${row.key}, 'B-{0}', ${row.width}, 'standard', ${row.start},
                  ${row.increment}, 'never', ${change["counter"] ?? row.key}, 'UTC', '01-01', 'widen', false)`;
}

const refusals: [string, string, () => string][] = [
  ["a run that begins in another", "ledger_number_once", () => ledgerRow({ first: 20, last: 30 })],
  ["a run around another", "ledger_number_once", () => ledgerRow({ first: 1, last: 99 })],
  [
    "a skip over a reserved number",
    "ledger_number_once",
    () => ledgerRow({ first: 15, last: 15, kind: "skip" }),
  ],
  [
    "a burn over a reserved number",
    "ledger_number_once",
    () => ledgerRow({ first: 15, last: 15, kind: "burned" }),
  ],
  [
    "a number voided twice",
    "ledger_void_once",
    () => ledgerRow({ first: 14, last: 15, kind: "void" }),
  ],
  ["a run backwards", "ledger_entry_is_whole", () => ledgerRow({ first: 31, last: 30 })],
  ["a number below 0", "ledger_entry_is_whole", () => ledgerRow({ first: -1, last: 3 })],
  [
    "a number of 19 digits",
    "ledger_entry_is_whole",
    () => ledgerRow({ first: 30, last: "1000000000000000000" }),
  ],
  ["a step of 0", "ledger_entry_is_whole", () => ledgerRow({ first: 30, last: 31, step: 0 })],
  [
    "a last number that no step meets",
    "ledger_entry_is_whole",
    () => ledgerRow({ first: 30, last: 35, step: 2 }),
  ],
  [
    "a reserved run without the form of its names",
    "ledger_entry_is_whole",
    () => ledgerRow({ first: 30, last: 31, form: "null" }),
  ],
  [
    "a number recorded by two items",
    "job_items_number_once",
    () => itemRow({ ordinal: 2, numbers: "[14,16)" }),
  ],
  ["an item of none", "job_items_count_in_range", () => itemRow({ ordinal: 2, count: 0 })],
  [
    "an item of more than ten million",
    "job_items_count_in_range",
    () => itemRow({ ordinal: 2, count: 10_000_001 }),
  ],
  ["half a run", "job_items_is_a_run_or_names", () => itemRow({ ordinal: 2, prefix: "null" })],
  ["two items in one place", "job_items_in_order", () => itemRow({ ordinal: 1 })],
  ["a name twice", "lots_name", () => lotRow({})],
  ["an empty name", "lots_name_is_short", () => lotRow({ name: "" })],
  ["a name of 129", "lots_name_is_short", () => lotRow({ name: "x".repeat(129) })],
  [
    "a lot of less than nothing",
    "lots_quantity_is_not_negative",
    () => lotRow({ name: "n", quantity: "-0.1" }),
  ],
  [
    "lots recorded with nothing",
    "job_items_quantity_is_positive",
    () => itemRow({ ordinal: 2, quantity: "0" }),
  ],
  [
    "a part of a recall without its numbers",
    "recall_parts_is_of_its_kind",
    () => partRow({ kind: "numbers" }),
  ],
  [
    "a part of a recall without a span",
    "recall_parts_is_of_its_kind",
    () => partRow({ kind: "created" }),
  ],
  [
    "a part of a recall without its receipt",
    "recall_parts_is_of_its_kind",
    () => partRow({ kind: "receipt" }),
  ],
  ["a part of no recall", "recall_parts_of_recall", () => partRow({ kind: "names" })],
  [
    "a recall closed by nobody",
    "recalls_closing_is_whole",
    () => `insert into recalls (tenant, id, reference, reason, api_key, closed_at)
           values ('acme', '00000000-0000-7000-8000-000000000002', 'r', 'r', 1, now())`,
  ],
  ["a width of 0", "sequences_width_in_range", () => sequenceRow({ width: "0" })],
  ["a width of 19", "sequences_width_in_range", () => sequenceRow({ width: "19" })],
  ["a start below 0", "sequences_start_in_range", () => sequenceRow({ start: "-1" })],
  ["an increment of 0", "sequences_increment_in_range", () => sequenceRow({ increment: "0" })],
  [
    "a counter that is another sequence's",
    "sequences_counter_is_its_own_or_shared",
    () => sequenceRow({ counter: "'s'" }),
  ],
  [
    "a sequence of another dialect in the naming series",
    "sequences_counter_is_its_own_or_shared",
    () => sequenceRow({ counter: "'naming-series'" }),
  ],
  ["a key with a slash", "sequences_key_is_plain", () => sequenceRow({ key: "'a/b'" })],
  [
    "a counter below 0",
    "series_counter_is_sound",
    () => "update series set next = -1 where sequence = 's'",
  ],
  ["a cursor past the end", "jobs_cursor_in_range", () => "update jobs set cursor = 101"],
  ["a job done before its end", "jobs_done_is_whole", () => "update jobs set status = 'done'"],
  [
    "a job failed without a reason",
    "jobs_failure_is_told",
    () => "update jobs set status = 'failed'",
  ],
  [
    "an item without its job",
    "job_items_of_job",
    () => itemRow({ ordinal: 3 }).replace("00000001'", "00000009'"),
  ],
  [
    "a product of a sequence that is not there",
    "products_sequence",
    () =>
      `insert into products (tenant, sku, tracking, sequence, expiry)
       values ('acme', 'p', 'serial', 'nowhere', 'none')`,
  ],
  [
    "a default sequence that is not there",
    "settings_default_sequence",
    () => "update settings set default_sequence = 'nowhere' where tenant = 'acme'",
  ],
  [
    "a sequence that is taken away under its series",
    "series_of_sequence",
    () => "delete from sequences where key = 's'",
  ],
  [
    "a series that counts otherwise than its sequence says",
    "series_of_sequence",
    () => "update series set increment = 7 where sequence = 's'",
  ],
  ["two live receipts of one delivery", "receipts_live_reference", () => receiptRow({})],
  [
    "a receipt cancelled without when and why",
    "receipts_cancelling_is_whole",
    () => receiptRow({ status: "cancelled" }),
  ],
  [
    "a receipt of an empty reference",
    "receipts_reference_is_short",
    () => receiptRow({ reference: "" }),
  ],
  [
    "a line of a receipt that is not there",
    "receipt_lines_of_receipt",
    () =>
      `insert into receipt_lines (tenant, receipt, ordinal, product, quantity)
       values ('acme', gen_random_uuid(), 0, 'p', 1)`,
  ],
  [
    "a line of nothing",
    "receipt_lines_quantity_is_positive",
    () =>
      `insert into receipt_lines (tenant, receipt, ordinal, product, quantity)
       select tenant, id, 0, 'p', 0 from receipts`,
  ],
  [
    "a count applied without when and by whom",
    "counts_applying_is_whole",
    () =>
      `insert into counts (tenant, id, status, api_key)
       values ('acme', gen_random_uuid(), 'applied', 1)`,
  ],
  [
    "an API key that is no digest",
    "api_keys_digest_is_sha256",
    () => "update api_keys set digest = '\\x00' where tenant = 'acme'",
  ],
];

test.each(refusals)("%s is refused by %s", async (_, constraint, statement) => {
  await expect(database.query(statement())).rejects.toMatchObject({ constraint });
});

test("what stands beside them is taken", async () => {
  await database.query(ledgerRow({ first: 21, last: 29 }));
  await database.query(ledgerRow({ first: 40, last: 50, step: 5 }));
  await database.query(ledgerRow({ first: 15, last: 15, kind: "void" }));
  await database.query(itemRow({ ordinal: 2, numbers: "[15,16)" }));
  await database.query(lotRow({ product: "another" }));
  expect(await database.query("select count(*) as runs from ledger")).toEqual([{ runs: "5" }]);
});
