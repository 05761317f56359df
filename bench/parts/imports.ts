import type { Client as PgClient } from "pg";
import { demo } from "../../dev/demo.ts";
import { freshKey } from "../client.ts";
import { connectDirectly, hangUp, transact } from "../direct.ts";
import { importFile } from "../import-rows.ts";
import { compare, inTurns, timed } from "../measure.ts";
import type { Bench } from "../part.ts";
import { settings } from "../part.ts";
import { peakGrowth } from "../process-memory.ts";
import type { Figure, PartResult, Target } from "../result.ts";
import type { Service } from "../service.ts";

/** Rows of a statement of the baseline. */
const rowsAtOnce = 10_000;

/** Products that the lots of a file belong to. */
const products = 1000;

/** How much the Worker's process may grow, in MB: what an isolate has. */
const bound = 128;

/** A file of lots by POST /v1/imports, against the same rows inserted over a direct connection. */
export async function imports({ service, quick }: Bench): Promise<PartResult> {
  const rows = quick ? 50_000 : 1_000_000;
  const [direct] = await connectDirectly(service.directUrl, 1);
  if (direct === undefined) throw new Error("There is no connection.");
  const figures: Figure[] = [];
  const targets: Target[] = [];
  await makeProducts(service);
  const file = Buffer.from(Array.from(importFile("odoo_lots", rows)).join(""));
  const what = `${rows.toLocaleString("en")} lots`;

  for (const setting of settings) {
    await service.set(setting);
    await service.restartWorker();
    let grown = NaN;
    const rate = (work: () => Promise<unknown>) => async () => (rows * 1000) / (await timed(work));
    const { subject, baseline } = await inTurns(1, {
      subject: async () => {
        await service.clearLots();
        return rate(async () => {
          grown = await peakGrowth(service.workerPid, () => send(service, "odoo_lots", file, rows));
        })();
      },
      baseline: async () => {
        await service.prepare(`
          DROP TABLE IF EXISTS bench.imported;
          CREATE TABLE bench.imported (LIKE public.lots INCLUDING ALL)`);
        return rate(() => insertDirectly(direct, rows, service.commitMs))();
      },
    });
    const about = { setting, what, unit: "lots/s" };
    figures.push(
      compare({ ...about, against: "the rows alone, direct connection" }, subject, baseline),
    );
    targets.push({
      setting,
      what: `memory while ${what} are imported`,
      wanted: `at most ${bound} MB`,
      reached: `${grown.toFixed(1)} MB`,
      met: grown <= bound,
    });
  }
  await service.clearLots();
  await hangUp([direct]);
  await service.set("as it is");
  return {
    part: "imports",
    about:
      "A file of lots of 1,000 products by POST /v1/imports: read, staged, looked up and recorded, their " +
      "numbers told from their names. Against the same rows inserted over a direct connection, 10,000 at " +
      "a time, with nothing read or looked up; and the growth of workerd's resident memory meanwhile.",
    figures,
    targets,
  };
}

/** The products of the file, all with one sequence that reads the file's names. */
async function makeProducts(service: Service): Promise<void> {
  const headers = {
    authorization: `Bearer ${demo.key}`,
    "content-type": "application/json",
  };
  const made = await fetch(`http://127.0.0.1:${service.port}/v1/sequences/valves`, {
    method: "PUT",
    headers,
    // The demo sequence gives names of this kind, too.
    body: JSON.stringify({ pattern: "SN-{00000000}", allow_overlap: true }),
  });
  if (!made.ok) throw new Error(await made.text());
  const file = Buffer.from(Array.from(importFile("odoo_products", products)).join(""));
  const withoutSequence = encodeURIComponent('{"sequence_name":null}');
  await send(service, `odoo_products&mapping=${withoutSequence}`, file, products);
  await service.prepare("UPDATE products SET sequence = 'valves' WHERE sku LIKE 'VALVE-%'");
}

/** Imports a file and waits until it is applied. Rejects unless every row made something. */
async function send(service: Service, kind: string, file: Buffer, rows: number): Promise<void> {
  const address = `http://127.0.0.1:${service.port}`;
  const authorization = `Bearer ${demo.key}`;
  const begun = await fetch(`${address}/v1/imports?kind=${kind}`, {
    method: "POST",
    headers: { authorization, "idempotency-key": freshKey(), "content-type": "text/csv" },
    body: new Uint8Array(file),
  });
  let text = await begun.text();
  for (;;) {
    // The service's own contract, which its tests hold.
    const made = JSON.parse(text) as { id?: string; status?: string | number; created?: number };
    if (made.status === "done" && made.created === rows) return;
    if (made.status !== "running" && made.status !== "queued") {
      throw new Error(`The import ended as ${text}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
    const seen = await fetch(`${address}/v1/imports/${made.id}`, { headers: { authorization } });
    text = await seen.text();
  }
}

async function insertDirectly(direct: PgClient, rows: number, commitMs: number): Promise<void> {
  for (let first = 0; first < rows; first += rowsAtOnce) {
    const last = Math.min(first + rowsAtOnce, rows) - 1;
    await transact(
      direct,
      `INSERT INTO bench.imported (tenant, name, product, item, number, created_at, quantity, state)
       SELECT '${demo.tenant}', 'SN-' || lpad((n + 1)::text, 8, '0'),
              'VALVE-' || lpad((n % ${products})::text, 4, '0'), 1, n + 1, now(), 1,
              CASE n % 10 WHEN 0 THEN 'shipped' ELSE 'available' END::lot_state
       FROM generate_series(${first}::bigint, ${last}::bigint) AS n`,
      commitMs,
    );
  }
}
