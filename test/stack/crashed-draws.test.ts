import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { expect, onTestFinished, test } from "vitest";

import { createDatabase, prepareDatabase, workerUrl } from "../../dev/database.ts";
import { startGateway } from "../../dev/gateway/gateway.ts";
import { startPostgres } from "../../dev/postgres.ts";
import type { LocalPostgres } from "../../dev/postgres.ts";
import { createTenant } from "../../ops/tenant-create.ts";
import { openDatabase } from "../../src/db/client.ts";
import { createDefinitions } from "../../src/domain/definitions/definitions.ts";
import { accountOf } from "../../src/domain/sequences/account.ts";
import { aboutSequence } from "../../src/domain/tenants/touches.ts";
import type { Account } from "../../src/domain/sequences/account.ts";
import { expectDisjoint, runOf } from "../store/runs.ts";
import type { Run } from "../store/runs.ts";
import { scratchDataFolder } from "./scratch.ts";

// The crash of a whole server, with the settings that a server has by default: fsync and commits that
// wait for the disk.

const tenant = "acme";
const key = `smk_test_${"0".repeat(28)}`;
const digest = createHash("sha256").update(key).digest();
const counts = [1, 1, 1, 2, 7, 100] as const;
const rounds = 3;

/** A row that many wait for would be promoted: here nobody counts them. */
const keptRow = `
  create function forget_waits() returns trigger language plpgsql as
    $$ begin new.waits := 0; return new; end $$;
  create trigger forget_waits before update on series for each row execute function forget_waits()`;

/** A client that does not mind that its server is killed. */
async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

async function prepare(postgres: LocalPostgres, hot: boolean): Promise<string> {
  await createDatabase(postgres.url("postgres"), "serialmint");
  const url = postgres.url("serialmint");
  await prepareDatabase(url);
  await createTenant(url, { tenant, name: tenant, key });
  const client = await connect(url);
  const fields = {
    pattern: "A-{0000}",
    width: 4,
    dialect: "native",
    allow_overlap: false,
    mode: "standard",
    start: "1",
    increment: "1",
    reset: "never",
    counter: "s",
    time_zone: "UTC",
    fiscal_year_start: "01-01",
    overflow: "widen",
    hot,
  };
  await client.query(
    "select put_sequence_v1(row($1::bytea, '{admin}', null, null, null, null, null)::caller, $2, 's', $3, NULL, '{}')",
    [digest, tenant, fields],
  );
  if (hot) await draw(client, 1);
  else await client.query(keptRow);
  await client.end();
  return url;
}

interface Draw extends Run {
  readonly key: string;
}

async function draw(client: pg.Client, count: number): Promise<Draw> {
  const idempotencyKey = crypto.randomUUID();
  const { rows } = await client.query<{ facts: { first: string; last: string } }>(
    `select reserve_v1(row($1::bytea, '{admin}', null, null, null, null, null)::caller, $2, $3, '\\x00', 's', '', definition, $4, 'A-', 4, '') as facts
     from sequences where tenant = $2 and key = 's'`,
    [digest, tenant, idempotencyKey, count],
  );
  const [row] = rows;
  if (row === undefined) throw new Error("A function call gave no row.");
  return { key: idempotencyKey, ...runOf(row.facts) };
}

/**
 * Eight callers draw until the server is killed under them. Returns what was answered, and how many
 * numbers were asked for and not answered.
 */
async function drawUntilKilled(
  postgres: LocalPostgres,
  url: string,
  hot: boolean,
): Promise<{ answered: Draw[]; unanswered: number }> {
  const answered: Draw[] = [];
  let unanswered = 0;
  if (hot) {
    // One that has drawn and never ends: nothing of it is on the disk by its own doing.
    const open = await connect(url);
    await open.query("begin");
    await draw(open, 1);
    unanswered += 1;
  }
  const callers = Array.from({ length: 8 }, async (_, caller) => {
    const client = await connect(url);
    for (let turn = caller; ; turn += 1) {
      const count = counts[turn % counts.length] ?? 1;
      try {
        answered.push(await draw(client, count));
      } catch {
        // The server is gone.
        unanswered += count;
        return;
      }
    }
  });
  // Every caller is under way by then.
  while (answered.length < 40) await sleep(5);
  await postgres.kill();
  await Promise.all(callers);
  return { answered, unanswered };
}

async function accountAt(url: string): Promise<Account> {
  const gateway = await startGateway();
  try {
    return await accountOf(
      {
        db: openDatabase({
          databaseUrl: workerUrl(url),
          sqlEndpoint: gateway.endpoint,
          timings: { requests: 0, milliseconds: 0 },
        }),
        caller: {
          tenant,
          digest: digest.toString("hex"),
          scopes: ["reserve"],
          touches: aboutSequence("s"),
          address: null,
          requestId: "account",
        },
        quota: { count_per_request: null, numbers_per_day: null, requests_per_minute: null },
        noteNumbers: () => undefined,
        definitions: createDefinitions(),
        now: Date.now,
        arm: async () => Promise.resolve(),
        wake: async () => Promise.resolve(),
        allowedReceivers: [],
        inlineBudgetMs: 0,
      },
      "s",
      {},
    );
  } finally {
    await gateway.close();
  }
}

test.each(["row", "promoted"] as const)(
  "after kill -9 in the middle of draws every answered number is in the ledger: %s",
  async (store) => {
    const hot = store === "promoted";
    const dataDir = await scratchDataFolder();
    let postgres = await startPostgres({ dataDir });
    onTestFinished(() => postgres.stop());
    let url = await prepare(postgres, hot);
    const answered: Draw[] = [];
    // What a Postgres sequence logs ahead, 32 a crash, and what nobody was told.
    let mayBurn = 0;
    for (let round = 0; round < rounds; round += 1) {
      const now = await drawUntilKilled(postgres, url, hot);
      expect(now.answered.length).toBeGreaterThanOrEqual(40);
      answered.push(...now.answered);
      mayBurn += 32 + now.unanswered;
      postgres = await startPostgres({ dataDir });
      url = postgres.url("serialmint");

      const client = await connect(url);
      const series = await client.query("select promoted_to is not null as promoted from series");
      expect(series.rows).toEqual([{ promoted: hot }]);
      const { rows } = await client.query<{ first: string; last: string }>(
        "select first, last from ledger where kind = 'reserved'",
      );
      const ledger = rows.map(runOf);
      expectDisjoint(ledger);
      const recorded = new Set(ledger.map(({ first, last }) => `${first}-${last}`));
      const lost = answered.filter(({ first, last }) => !recorded.has(`${first}-${last}`));
      expect(lost, "answered and not in the ledger").toEqual([]);

      // The next draws begin behind every answered number.
      answered.push(await draw(client, 1), await draw(client, 10), await draw(client, 1));
      expectDisjoint(answered);
      await client.end();

      const { burned, reserved, passed, skipped, in_flight } = await accountAt(url);
      // Nobody draws now.
      expect(in_flight).toBe("0");
      expect(Number(burned)).toBeGreaterThanOrEqual(0);
      expect(Number(burned)).toBeLessThanOrEqual(hot ? mayBurn : 0);
      expect(BigInt(passed)).toBe(BigInt(reserved) + BigInt(skipped) + BigInt(burned));
    }
  },
);
