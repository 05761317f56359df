import { expect, test } from "vitest";

import type { Answer, Service } from "../harness/service.ts";
import { lotsFile, postFile, refusedRows, totals } from "../imports/importing.ts";
import {
  eventually,
  ledgerRuns,
  lotSums,
  putProduct,
  putSequence,
  serviceForTest,
  untilWaiting,
} from "./service.ts";

/** Rows of several chunks of 4,000. */
const rows = 15_000;
const file = lotsFile(
  Array.from({ length: rows }, (_, index) => `A-${String(index + 1).padStart(6, "0")}`),
  "p",
);

async function serviceWithProduct(options: { main?: boolean } = {}): Promise<Service> {
  // However slow the machine is, a request is to work its import off.
  const service = await serviceForTest({ ...options, vars: { INLINE_BUDGET_MS: "90000" } });
  await putSequence(service, "s", { pattern: "A-{000000}" });
  await putProduct(service, "p", "s");
  return service;
}

/** Every row is there once, and the counter stands behind the last. */
async function expectExactly(service: Service): Promise<void> {
  const all = String(rows);
  const sums = { lots: all, numbers: all, lowest: "1", highest: all };
  expect(await lotSums(service, "p")).toEqual(sums);
  const skips = await ledgerRuns(service, "s", "skip");
  expect([skips[0]?.first, skips.at(-1)?.last]).toEqual([1n, BigInt(rows)]);
  const [items] = await service.database.query(
    `select sum(count) as lots from job_items where tenant = $1`,
    [service.tenant],
  );
  expect(items).toEqual({ lots: all });
  const [left] = await service.database.query(
    `select count(*) as batches from import_batches where tenant = $1`,
    [service.tenant],
  );
  expect(left).toEqual({ batches: "0" });
}

test.each([
  ["begin_import_v1", 1],
  ["stage_import_v1", 3],
  ["complete_import_v1", 1],
  ["known_lots_v1", 1],
  ["apply_import_v1", 2],
])("after lost answers of %s every row is there once", async (match, times) => {
  const service = await serviceWithProduct();
  await service.database.fault({ kind: "cut_after", match, times });
  const { status, json, text } = await postFile(service, "odoo_lots", file);
  expect([status, json.status], text).toEqual([201, "done"]);
  expect(json).toMatchObject(totals(rows, { created: rows }));
  await expectExactly(service);
});

test("a request that is given up while it stages begins anew with the same key", async () => {
  const service = await serviceWithProduct();
  // Its four tries, of the second batch or a later one.
  await service.database.fault({ kind: "cut_after", match: "stage_import_v1", times: 4 });
  const cut = await postFile(service, "odoo_lots", file, { idempotencyKey: "k" });
  expect([cut.status, cut.json.code]).toEqual([503, "outcome_unknown"]);
  const { json: list } = await service.call("GET", "/v1/imports");
  expect(list.data).toMatchObject([{ status: "failed", created: 0 }]);
  const [{ id }] = list.data;
  const seen = await service.call("GET", `/v1/imports/${id}`);
  expect(seen.json.error).toMatchObject({ code: "outcome_unknown", retryable: true });

  const again = await postFile(service, "odoo_lots", file, { idempotencyKey: "k" });
  expect([again.status, again.json.id]).toEqual([201, id]);
  expect(again.json).toMatchObject(totals(rows, { created: rows }));
  await expectExactly(service);
  const replay = await postFile(service, "odoo_lots", file, { idempotencyKey: "k" });
  expect([replay.status, replay.text]).toEqual([201, again.text]);
  expect(replay.headers.get("idempotent-replayed")).toBe("true");
  const other = await postFile(service, "odoo_lots", `${file}"X","p","1.0"\n`, {
    idempotencyKey: "k",
  });
  expect([other.status, other.json.code]).toEqual([422, "idempotency_key_reused"]);
  const dry = await postFile(service, "odoo_lots", file, {
    idempotencyKey: "k",
    query: "&dry_run=true",
  });
  expect([dry.status, dry.json.code]).toEqual([422, "idempotency_key_reused"]);
});

test("a file that breaks off or cannot be read leaves an import that says so, and nothing else", async () => {
  const service = await serviceWithProduct();
  const unreadable = `${file}"B-1","p","1.0"x\n`;
  const refused = await postFile(service, "odoo_lots", unreadable, { idempotencyKey: "k" });
  expect([refused.status, refused.json.code, refused.json.line]).toEqual([
    400,
    "csv_quote_stray",
    rows + 2,
  ]);
  const { json: list } = await service.call("GET", "/v1/imports");
  expect(list.data).toMatchObject([{ status: "failed", rows: null, created: 0, refused: 0 }]);
  const [staged] = await service.database.query(
    "select (select count(*) from import_batches) as batches, (select count(*) from jobs) as jobs",
  );
  expect(staged).toEqual({ batches: "0", jobs: "0" });
  expect((await lotSums(service, "p")).lots).toBe("0");
  const mended = await postFile(service, "odoo_lots", file, { idempotencyKey: "k" });
  expect([mended.status, mended.json.id]).toEqual([201, list.data[0].id]);
  await expectExactly(service);
});

test("a reader that fell silent counts as broken off, and what it sends later is not taken", async () => {
  const service = await serviceWithProduct();
  // Nothing of its first batch is done; it is sent again when all is over.
  const fault = { kind: "hang", ms: 9000, match: "stage_import_v1", times: 1 } as const;
  await service.database.fault(fault);
  const slow = postFile(service, "odoo_lots", file, { idempotencyKey: "k" });
  await eventually(async () => (await service.call("GET", "/v1/imports")).json.data.length === 1);
  const twin = await postFile(service, "odoo_lots", file, { idempotencyKey: "k" });
  expect([twin.status, twin.json.code]).toEqual([409, "request_in_flight"]);
  await service.database.query(
    "update imports set updated_at = now() - interval '61 seconds' where file is null",
  );
  const { json: list } = await service.call("GET", "/v1/imports");
  const { json: silent } = await service.call("GET", `/v1/imports/${list.data[0].id}`);
  expect(silent).toMatchObject({ status: "failed", error: { code: "import_broken_off" } });
  const again = await postFile(service, "odoo_lots", file, { idempotencyKey: "k" });
  expect(again.status).toBe(201);
  const late = await slow;
  expect([late.status, late.json.code]).toEqual([409, "request_in_flight"]);
  await expectExactly(service);
});

test("two imports of one file at once record every row once", async () => {
  const service = await serviceWithProduct();
  const both = await Promise.all([
    postFile(service, "odoo_lots", file),
    postFile(service, "odoo_lots", file),
  ]);
  expect(both.map(({ status }) => status)).toEqual([201, 201]);
  const sum = (field: "created" | "unchanged" | "refused") =>
    both.reduce((total, { json }) => total + json[field], 0);
  expect([sum("created"), sum("unchanged"), sum("refused")]).toEqual([rows, rows, 0]);
  await expectExactly(service);
});

test("a plan from when there were no lots does not read all of them for each name", async () => {
  const service = await serviceWithProduct();
  const session = service.database.session();
  await session.query("select set_config('serialmint.tenant', $1, false)", [service.tenant]);
  const names = ["A-000001", "A-000002", "A-009999"];
  const look = () =>
    session.query<{ known: { lots: unknown[] } }>(
      "select known_lots_v1($1, gen_random_uuid(), $2::jsonb) as known",
      [service.tenant, JSON.stringify([{ product: "p", counter: "s", names, periods: [] }])],
    );
  // The database knows that there are none, and the connection keeps its first plan.
  await session.query("analyze");
  await session.query("set plan_cache_mode = force_generic_plan");
  await look();
  await session.query(
    `insert into lots (tenant, name, product, item, created_at, quantity)
     select $1, 'A-' || lpad(n::text, 6, '0'), 'p', 0, now(), 1 from generate_series(1, 5000) as n`,
    [service.tenant],
  );
  await session.query("begin");
  expect((await look())[0]?.known.lots).toHaveLength(2);
  const [read] = await session.query(
    "select pg_stat_get_xact_tuples_returned('lots'::regclass) as rows",
  );
  expect(read).toEqual({ rows: "0" });
  await session.close();
});

test("an import whose request stops is finished by the pump", async () => {
  const service = await serviceWithProduct({ main: true });
  const answer = await postFile(service, "odoo_lots", file, {
    headers: { prefer: "respond-async" },
  });
  expect([answer.status, answer.headers.get("retry-after")]).toEqual([202, "1"]);
  const path = answer.headers.get("location") ?? "";
  await eventually(async () => (await service.call("GET", path)).json.status === "done");
  expect((await service.call("GET", path)).json).toMatchObject(totals(rows, { created: rows }));
  await expectExactly(service);
});

test("allow_jump holds for whoever goes on with an import", async () => {
  const service = await serviceWithProduct({ main: true });
  const jumps = lotsFile(["A-000001", "A-356938035643809"], "p");
  const answer = await postFile(service, "odoo_lots", jumps, {
    query: "&allow_jump=true",
    headers: { prefer: "respond-async" },
  });
  expect(answer.status).toBe(202);
  const path = answer.headers.get("location") ?? "";
  await eventually(async () => (await service.call("GET", path)).json.status === "done");
  expect((await service.call("GET", path)).json).toMatchObject(totals(2, { created: 2 }));
  expect((await lotSums(service, "p")).highest).toBe("356938035643809");
});

test("an import that fails says why, and a retry goes on where it stopped", async () => {
  const service = await serviceWithProduct({ main: true });
  const hook = `stop_${service.tenant.replaceAll("-", "_")}`;
  await service.database.query(
    `create function ${hook}() returns trigger language plpgsql as
     $$ begin perform 1 / 0; return new; end $$`,
  );
  await service.database.query(
    `create trigger ${hook} before insert on lots for each row
     when (new.tenant = '${service.tenant}' and new.number = 9000) execute function ${hook}()`,
  );
  const failed = await postFile(service, "odoo_lots", file);
  expect(failed.status).toBe(202);
  expect(failed.json).toMatchObject({ status: "failed", ...totals(rows, { created: 8000 }) });
  expect((await lotSums(service, "p")).highest).toBe("8000");
  await service.database.query(`drop trigger ${hook} on lots`);
  const retry = await service.call("POST", `/v1/jobs/${failed.json.id}/retry`);
  expect([retry.status, retry.json.total]).toEqual([202, rows]);
  const path = `/v1/imports/${failed.json.id}`;
  await eventually(async () => (await service.call("GET", path)).json.status === "done");
  expect((await service.call("GET", path)).json).toMatchObject(totals(rows, { created: rows }));
  await expectExactly(service);
});

/**
 * Sends a file while somebody else's transaction is open, and ends that one once the import has decided what
 * its rows come to and waits for it.
 */
async function importDuring(
  service: Service,
  [kind, file]: readonly [kind: string, file: string],
  ...statements: readonly string[]
): Promise<Answer["json"]> {
  const session = service.database.session();
  await session.query("begin");
  for (const statement of statements) await session.query(statement, [service.tenant]);
  const slow = postFile(service, kind, file);
  await untilWaiting(service, 1, "apply_import_v1");
  await session.query("commit");
  await session.close();
  return (await slow).json;
}

test("of an import whose lots are recorded by somebody else between two looks those are decided again", async () => {
  const service = await serviceWithProduct();
  const json = await importDuring(
    service,
    ["odoo_lots", lotsFile(["A-000001", "A-000002"], "p")],
    `insert into lots (tenant, name, product, item, created_at, quantity)
     values ($1, 'A-000002', 'p', 0, now(), 1)`,
  );
  expect(json).toMatchObject(totals(2, { created: 1, unchanged: 1 }));
});

test("a row that says the same as one before it is told from what became of that one", async () => {
  const service = await serviceWithProduct();
  const json = await importDuring(
    service,
    ["odoo_lots", lotsFile(["A-000001", "A-000002", "A-000002", "A-000001"], "p")],
    `insert into lots (tenant, name, product, item, created_at, quantity, state)
     values ($1, 'A-000002', 'p', 0, now(), 1, 'shipped')`,
  );
  expect(json).toMatchObject(totals(4, { created: 1, unchanged: 1, refused: 2 }));
  expect(await refusedRows(service, json.id)).toEqual([
    [3, "name", "import_lot_differs"],
    [4, "name", "import_lot_differs"],
  ]);
  const { json: job } = await service.call("GET", `/v1/jobs/${json.id}`);
  expect(job).toMatchObject({ status: "done", total: 4, done: 2, skipped: 2 });
});

test("a chunk that comes twice counts no row twice, while the job goes on and at its end", async () => {
  const service = await serviceWithProduct();
  await service.database.fault({ kind: "cut_after", match: "apply_import_v1", times: 1 });
  // Three chunks of 4,000.
  const series = Array.from({ length: 9000 }, (_, index) => `S${index}-,${index + 1}\n`);
  const { status, json } = await postFile(
    service,
    "frappe_series",
    `name,current\n${series.join("")}`,
  );
  expect([status, json.status]).toEqual([201, "done"]);
  expect(json).toMatchObject(totals(9000, { created: 9000 }));
  await service.database.fault({ kind: "cut_after", match: "apply_import_v1", times: 1 });
  const last = await postFile(service, "frappe_series", "name,current\nSINV-2026-,5\n");
  expect(last.json).toMatchObject(totals(1, { created: 1 }));
});

test("a sequence that somebody else makes between two looks is held against the file's", async () => {
  const service = await serviceWithProduct();
  const header = "code,name,prefix,padding,number_next_actual\n";
  const json = await importDuring(
    service,
    ["odoo_sequences", `${header}drills,Drills,DR,7,5\nglue,Glue,GL,7,5\n`],
    "update settings set pattern_epoch = pattern_epoch + 1 where tenant = $1",
    `insert into sequences (tenant, key, pattern, width, mode, start, increment, reset, counter,
                            time_zone, fiscal_year_start, overflow, hot)
     select tenant, 'other', 'DR{000}', 3, mode, start, increment, reset, 'other', time_zone,
            fiscal_year_start, overflow, hot
     from sequences where tenant = $1 and key = 's'`,
  );
  expect(json).toMatchObject(totals(2, { created: 1, refused: 1 }));
  expect(await refusedRows(service, json.id)).toEqual([[2, "prefix", "pattern_overlap"]]);
  const { json: rows } = await service.call("GET", `/v1/imports/${json.id}/rows`);
  expect(rows.data[0].detail).toContain(
    "a prefix of its own, or import it with allow_overlap=true if no product takes names of both.",
  );
});

test("what a large dry run leaves is removed piece by piece", async () => {
  const service = await serviceWithProduct();
  const { status, json } = await postFile(service, "odoo_lots", lotsFile(["X"], "p"), {
    query: "&dry_run=true",
  });
  expect([status, json.status]).toEqual([201, "done"]);
  // As if it had had more rows than its last chunk may remove.
  await service.database.query(
    `insert into tried_lots (tenant, import, name, product, record)
     select $1, $2, 'A-' || n, 'p', n from generate_series(1, 150000) as n`,
    [service.tenant, json.id],
  );
  await service.database.query(
    `insert into import_batches (tenant, import, first, records)
     select $1, $2, n * 2000, '[]' from generate_series(0, 299) as n`,
    [service.tenant, json.id],
  );
  await service.database.query("update imports set staged = 300 where id = $1", [json.id]);
  const left = async () =>
    (
      await service.database.query(
        `select (select count(*) from tried_lots) as tried,
                (select max(first) from import_batches) as last, staged
         from imports where id = $1`,
        [json.id],
      )
    )[0];
  const expire = () => service.database.query("select expire_staged_v1('30 days', 20) as count");
  expect(await expire()).toEqual([{ count: "1" }]);
  expect(await left()).toEqual({ tried: "50000", last: "198000", staged: "300" });
  expect(await expire()).toEqual([{ count: "1" }]);
  expect(await left()).toEqual({ tried: "0", last: null, staged: "0" });
  expect(await expire()).toEqual([{ count: "0" }]);
});
