import {
  createExecutionContext,
  createScheduledController,
  waitOnExecutionContext,
} from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import worker from "../../src/worker.ts";
import { createService } from "../harness/service.ts";
import type { Service } from "../harness/service.ts";
import {
  inParallel,
  pause,
  postLots,
  putProduct,
  putSequence,
  reserve,
  serviceForTest,
} from "../store/service.ts";
import type { Verification } from "./audit/sealing.ts";
import { rowsOf, sealAll, verify } from "./audit/sealing.ts";
import { ok, refused, rowsInPages } from "./contract.ts";

interface Seal {
  readonly number: number;
  readonly from: string | null;
  readonly to: string;
  readonly events: number;
  readonly entries: number;
  readonly digest: string;
  readonly previous: string;
}

async function sealsOf(service: Service): Promise<Seal[]> {
  return (await ok(service, "GET", "/v1/audit/seals?limit=1000")).data;
}

function move(service: Service, how: "advance" | "rewind", to: number): Promise<unknown> {
  return ok(service, "POST", `/v1/sequences/s/${how}`, { to, reason: `${how} to ${to}` });
}

describe("sealing", () => {
  test("covers every row once, in a chain, and nothing again when nothing is new", async () => {
    const service = await serviceForTest();
    await putSequence(service, "s", { pattern: "A-{000}" });
    expect(await verify(service)).toMatchObject({ intact: true, seals: 0, rows: 0, unsealed: 1 });
    await reserve(service, "s", 3);
    expect(await sealAll(service)).toBe(2);
    await reserve(service, "s", 3);
    await reserve(service, "s", 3);
    expect(await verify(service)).toMatchObject({ intact: true, seals: 1, rows: 2, unsealed: 2 });
    expect(await sealAll(service)).toBe(2);
    expect(await sealAll(service)).toBe(0);
    const [first, second, ...more] = await sealsOf(service);
    expect(more).toEqual([]);
    expect(first).toMatchObject({ number: 1, from: null, events: 1, entries: 1 });
    expect(second).toMatchObject({ number: 2, events: 0, entries: 2 });
    expect([second?.previous, second?.from]).toEqual([first?.digest, first?.to]);
    expect(await verify(service)).toEqual({
      intact: true,
      seals: 2,
      rows: 4,
      last_seal: 2,
      last_digest: second?.digest,
      next_seal: null,
      breaks: [],
      sealed_until: second?.to,
      unsealed: 0,
      digest_seal: null,
    });
    expect(await rowsInPages(service, "/v1/audit/seals?limit=1")).toEqual([first, second]);
    const listed = async (from: number) =>
      (await ok(service, "GET", `/v1/audit/seals?from_seal=${from}`)).data;
    expect([await listed(1), await listed(2), await listed(3)]).toEqual([
      [first, second],
      [second],
      [],
    ]);
    const earlier = await verify(service, "?to_seal=1");
    expect(earlier).toMatchObject({ last_seal: 1, last_digest: first?.digest, next_seal: null });
  });

  test("is not said to be intact where nothing would be compared", async () => {
    const service = await serviceForTest();
    const none = await verify(service);
    expect(none).toMatchObject({ intact: true, seals: 0, last_seal: null, last_digest: null });
    const query = async (text: string, code: string) =>
      refused(service, [422, code], "GET", `/v1/audit/verification${text}`);
    await query("?from_seal=2", "unknown_seal");
    await putSequence(service, "s", { pattern: "A-{000}" });
    await sealAll(service);
    const beyond = await query("?from_seal=99", "unknown_seal");
    expect([beyond.seal, beyond.last_seal, beyond.errors]).toMatchObject([
      99,
      1,
      [{ parameter: "from_seal", in: "query" }],
    ]);
    const empty = await query("?from_seal=3&to_seal=2", "request_invalid");
    expect(empty.errors).toMatchObject([{ parameter: "to_seal", in: "query" }]);
    expect(await verify(service, "?from_seal=1&to_seal=99")).toMatchObject({ seals: 1 });
  });

  test("makes a chain for each tenant, of nothing else", async () => {
    const service = await serviceForTest();
    const other = await service.createTenant();
    const quiet = await service.createTenant();
    await putSequence(service, "s", { pattern: "A-{000}" });
    await ok(service, "PUT", "/v1/sequences/t", { pattern: "B-{00}" }, { key: other.key });
    await sealAll(service);
    await reserve(service, "s", 1);
    await sealAll(service);
    const of = async (key: string) =>
      (await ok(service, "GET", "/v1/audit/seals", undefined, { key })).data;
    expect([(await of(service.key)).length, (await of(other.key)).length]).toEqual([2, 1]);
    expect(await of(quiet.key)).toEqual([]);
    const [own] = await of(service.key);
    const [theirs] = await of(other.key);
    expect(own.digest).not.toBe(theirs.digest);
    expect(own.previous).not.toBe(theirs.previous);
    for (const { key } of [service, other, quiet]) {
      const found = await ok(service, "GET", "/v1/audit/verification", undefined, { key });
      expect(found).toMatchObject({ intact: true, unsealed: 0 });
    }
  });

  test("goes in batches, and a call compares as many seals as it is asked for", async () => {
    const service = await serviceForTest();
    await putSequence(service, "s", { pattern: "A-{000}" });
    for (let n = 0; n < 9; n += 1) await reserve(service, "s", 1);
    const sealed: number[] = [];
    for (;;) {
      const [row] = await service.database.query<{ sealed: string }>(
        "select seal_audit_v1(4, '0') as sealed",
      );
      if (Number(row?.sealed) === 0) break;
      sealed.push(Number(row?.sealed));
    }
    expect(sealed).toEqual([4, 4, 2]);
    expect(await verify(service)).toMatchObject({ intact: true, seals: 3, rows: 10 });
    expect(await verify(service, "?from_seal=2&to_seal=2")).toMatchObject({ seals: 1, rows: 4 });
    // A call ends with the seal with which it has enough rows, and says where to go on.
    const [row] = await service.database.query<{ found: Verification }>(
      "select verify_audit_v1(enter_tenant($1), 1, 100, 5, null) as found",
      [service.tenant],
    );
    expect(row?.found).toMatchObject({ intact: true, seals: 2, rows: 8, next_seal: 3 });
  });

  test("is a duty of the scheduled run, and leaves what is younger than a minute", async () => {
    const service = await serviceForTest({ main: true });
    await putSequence(service, "s", { pattern: "A-{000}" });
    await reserve(service, "s", 1);
    await service.database.query(
      `update ledger set at = at - interval '2 minutes' where tenant = $1`,
      [service.tenant],
    );
    // Of what others of this run wrote at the same time there may be more than one batch.
    const context = createExecutionContext();
    const controller = createScheduledController({ cron: "* * * * *", scheduledTime: 0 });
    await worker.scheduled(controller, env);
    await waitOnExecutionContext(context);
    expect(await verify(service)).toMatchObject({ intact: true, seals: 1, rows: 1, unsealed: 1 });
  });

  test("waits for a transaction that began before, and leaves nothing out", async () => {
    const service = await serviceForTest();
    await putSequence(service, "s", { pattern: "A-{000}" });
    await putSequence(service, "t", { pattern: "B-{000}" });
    await reserve(service, "t", 1);
    // One that has begun, and will write only later: its row has the time of its beginning.
    const session = service.database.session();
    await session.query("begin");
    await session.query("select 1");
    await reserve(service, "t", 1);
    const sealing = service.database.query<{ sealed: string }>(
      "select seal_audit_v1(50000, '0') as sealed",
    );
    await pause(200);
    await session.query(
      `insert into ledger (tenant, series, first, last, step, form, kind, origin)
       select tenant, series, 100, 100, step, form, kind, origin from ledger where tenant = $1 limit 1`,
      [service.tenant],
    );
    await session.query("commit");
    await session.close();
    expect(await sealing).toEqual([{ sealed: "5" }]);
    expect(await verify(service)).toMatchObject({ intact: true, rows: 5, unsealed: 0 });
  });

  test("seals nothing while such a transaction goes on, and all of it when it has ended", async () => {
    const service = await serviceForTest();
    await putSequence(service, "s", { pattern: "A-{000}" });
    const session = service.database.session();
    await session.query("begin");
    await session.query("select 1");
    await reserve(service, "s", 1);
    expect(await sealAll(service)).toBe(0);
    await session.close();
    expect(await sealAll(service)).toBe(2);
  });

  test("of one at a time: another has nothing to do meanwhile", async () => {
    const service = await serviceForTest();
    await putSequence(service, "s", { pattern: "A-{000}" });
    const session = service.database.session();
    await session.query("begin");
    await session.query("select seal_audit_v1(50000, '0')");
    // It would wait five seconds for the other one's transaction.
    const second = service.database.session();
    await second.query("set statement_timeout = '4s'");
    expect(await second.query("select seal_audit_v1(50000, '0') as sealed")).toEqual([
      { sealed: "0" },
    ]);
    await second.close();
    await session.query("rollback");
    await session.close();
    expect(await sealAll(service)).toBe(1);
    expect((await sealsOf(service)).map(({ number }) => number)).toEqual([1]);
  });

  test(
    "while 16 clients draw and change, and sealers are killed",
    { timeout: 120_000 },
    async () => {
      const service = await serviceForTest();
      await putSequence(service, "s", { pattern: "A-{0000000}" });
      await putSequence(service, "hot", { pattern: "H-{0000000}", hot: true });
      await putProduct(service, "p", "s");
      const traffic = { ended: false };
      let sealed = 0;
      const seal = async (): Promise<void> => {
        while (!traffic.ended) {
          try {
            const [row] = await service.database.query<{ sealed: string }>(
              "select seal_audit_v1(40, '200 milliseconds') as sealed",
            );
            sealed += Number(row?.sealed);
          } catch {
            // Killed.
          }
          await pause(20);
        }
      };
      let killed = 0;
      const kill = async (): Promise<void> => {
        while (!traffic.ended) {
          await pause(150);
          const [row] = await service.database.query<{ killed: string }>(
            `select count(*) filter (where pg_terminate_backend(pid)) as killed from pg_stat_activity
           where datname = current_database() and pid <> pg_backend_pid() and query like 'select seal_audit%'`,
          );
          killed += Number(row?.killed);
        }
      };
      const others = [seal(), seal(), kill()];
      await inParallel(16, async (client) => {
        for (let n = 0; n < 8; n += 1) {
          const answers = [
            await reserve(service, "s", 1 + (n % 3)),
            await reserve(service, "hot", 1),
            await service.call("PUT", `/v1/products/of-${client}`, {
              body: { tracking: "lot", name: `number ${n}` },
            }),
            await postLots(service, [{ product: "p", count: 2 }]),
          ];
          for (const { status, text } of answers) expect(status, text).toBeLessThan(300);
        }
      });
      traffic.ended = true;
      await Promise.all(others);
      expect(sealed).toBeGreaterThan(0);
      expect(killed).toBeGreaterThan(0);
      await sealAll(service);
      const found = await verify(service);
      expect(found).toMatchObject({ intact: true, next_seal: null, unsealed: 0 });
      // 3 definitions, and of each round a product, two draws, lots with their draw.
      expect(await rowsOf(service)).toBe(3 + 16 * 8 * 5);
      expect(found.rows).toBe(3 + 16 * 8 * 5);
      const numbers = (await sealsOf(service)).map(({ number }) => number);
      expect(numbers).toEqual(numbers.map((_, index) => index + 1));
    },
  );
});

/** The skips of sequence `s`, and what is reopened of them. */
async function skipsOf(service: Service): Promise<string[][]> {
  const { data } = await ok(service, "GET", "/v1/sequences/s/ledger");
  return data
    .filter(({ kind }: { kind: string }) => kind === "skip" || kind === "reopened")
    .map(({ kind, first, last }: { kind: string; first: string; last: string }) => [
      kind,
      first,
      last,
    ]);
}

describe("an honest rewind breaks nothing", () => {
  test.each([true, false])("of what was skipped, sealed before: %s", async (sealedBefore) => {
    const service = await serviceForTest();
    const maybeSeal = async () => {
      if (sealedBefore) await sealAll(service);
    };
    await putSequence(service, "s", { pattern: "A-{0000}" });
    await reserve(service, "s", 5);
    await move(service, "advance", 100);
    await move(service, "advance", 200);
    await maybeSeal();
    // Cuts the second skip, then the whole of it and a part of the first.
    await move(service, "rewind", 150);
    expect(await skipsOf(service)).toEqual([
      ["skip", "6", "99"],
      ["skip", "100", "149"],
      ["reopened", "150", "199"],
    ]);
    await maybeSeal();
    expect(await verify(service)).toMatchObject({ intact: true });
    await move(service, "rewind", 50);
    expect(await skipsOf(service)).toEqual([
      ["skip", "6", "49"],
      ["reopened", "50", "99"],
      ["reopened", "100", "149"],
      ["reopened", "150", "199"],
    ]);
    await maybeSeal();
    await move(service, "rewind", 20);
    await reserve(service, "s", 10);
    await move(service, "advance", 60);
    await move(service, "rewind", 40);
    await sealAll(service);
    const found = await verify(service);
    expect(found).toMatchObject({ intact: true, unsealed: 0 });
    // What rewinds kept takes the place of what they cut off.
    const [kept] = await service.database.query<{ rows: string }>(
      `select (select count(*) from reopened_skips)
            - (select count(*) from reopened_skips where first < reopened_from) as rows`,
    );
    expect(found.rows).toBe((await rowsOf(service)) + Number(kept?.rows));
  });
});

describe("whatever is altered is found, and where", () => {
  let service: Service;

  // Seal 1: definitions and a draw. Seal 2: two draws, a skip, its event. Seal 3: a rewind and a draw.
  beforeAll(async () => {
    service = await createService();
    await putSequence(service, "s", { pattern: "A-{0000}" });
    await reserve(service, "s", 5);
    await sealAll(service);
    await reserve(service, "s", 5);
    await reserve(service, "s", 1);
    await move(service, "advance", 100);
    await sealAll(service);
    await move(service, "rewind", 50);
    await reserve(service, "s", 5);
    await sealAll(service);
    await putSequence(service, "t", { pattern: "B-{0000}" });
    expect(await verify(service)).toMatchObject({ intact: true, seals: 3, unsealed: 1 });
  });
  afterAll(() => service.close());

  /** What verification finds after a statement, which is then undone. */
  async function foundAfter(statement: string): Promise<Verification> {
    const session = service.database.session();
    await session.query("begin");
    const touched = await session.query<{ rows: string }>(
      `with touched as (${statement} returning 1) select count(*) as rows from touched`,
    );
    expect(Number(touched[0]?.rows), statement).toBeGreaterThan(0);
    const [row] = await session.query<{ found: Verification }>(
      "select verify_audit_v1(enter_tenant($1), 1, 100, 1000000, null) as found",
      [service.tenant],
    );
    await session.query("rollback");
    await session.close();
    if (row === undefined) throw new Error("A function call gave no row.");
    return row.found;
  }

  const second =
    "at > (select sealed_to from audit_seals where number = 1) and at <= (select sealed_to from audit_seals where number = 2)";
  const ofLedger = "tenant, series, last + 1000, last + 1000, step, form, kind, origin";

  test.each([
    ["a draw's last number", "update ledger set last = last - 1 where first = 6", 2, "row_changed"],
    [
      "a draw's time",
      `update ledger set at = at - interval '1 microsecond' where first = 6`,
      2,
      "row_changed",
    ],
    ["a draw's reason", "update ledger set reason = 'x' where first = 6", 2, "row_changed"],
    ["a draw made void", "update ledger set kind = 'void' where first = 11", 2, "row_changed"],
    ["a draw of an earlier seal", "update ledger set last = 4 where first = 1", 1, "row_changed"],
    ["a draw taken out", "delete from ledger where first = 11", 2, "row_missing"],
    [
      "a draw put in",
      `insert into ledger (tenant, series, first, last, step, form, kind, origin, at)
       select ${ofLedger}, at from ledger where first = 6`,
      2,
      "row_added",
    ],
    ["an event taken out", `delete from audit_events where ${second}`, 2, "row_missing"],
    [
      "an event put in",
      `insert into audit_events (tenant, at, origin, request_id, action, subject, facts)
       select tenant, at, origin, request_id, action, 'another', facts from audit_events where ${second}`,
      2,
      "row_added",
    ],
    ["an event's facts", `update audit_events set facts = '{}' where ${second}`, 2, "row_changed"],
    [
      "an event's request",
      `update audit_events set request_id = 'x' where ${second}`,
      2,
      "row_changed",
    ],
    [
      "an event's time",
      `update audit_events set at = at - interval '1 microsecond' where ${second}`,
      2,
      "row_changed",
    ],
    [
      "an event moved to another seal",
      `update audit_events set at = (select sealed_to from audit_seals where number = 1) where ${second}`,
      1,
      "row_added",
    ],
    ["where calls came from", "update origins set address = '203.0.113.7'", 1, "row_changed"],
    ["who called", "update api_keys set name = 'somebody else'", 1, "row_changed"],
    ["the form of names", "update forms set prefix = 'Z-'", 1, "row_changed"],
    [
      "a skip taken for reopened",
      "update ledger set kind = 'reopened' where kind = 'skip'",
      2,
      "row_changed",
    ],
    ["a skip made shorter", "update ledger set last = 48 where kind = 'skip'", 2, "row_changed"],
    ["what was cut off taken out", "delete from ledger where kind = 'reopened'", 3, "row_changed"],
    [
      "what was cut off changed",
      "update ledger set reason = 'x' where kind = 'reopened'",
      3,
      "row_changed",
    ],
    ["what a rewind kept taken out", "delete from reopened_skips", 2, "row_added"],
    ["what a rewind kept changed", "update reopened_skips set last = 120", 2, "row_added"],
    [
      "a seal's digest",
      "update audit_seals set digest = sha256('x') where number = 2",
      2,
      "seal_changed",
    ],
    [
      "a seal's digest of its rows",
      "update audit_seals set rows_digest = sha256('x') where number = 2",
      2,
      "seal_changed",
    ],
    [
      "a seal's previous digest",
      "update audit_seals set previous = sha256('x') where number = 2",
      2,
      "seal_changed",
    ],
    [
      "a seal's span",
      "update audit_seals set sealed_to = sealed_to + interval '1 microsecond' where number = 2",
      2,
      "seal_changed",
    ],
    [
      "a seal's number of events",
      "update audit_seals set events = 0 where number = 2",
      2,
      "seal_changed",
    ],
    [
      "a seal's own time",
      "update audit_seals set sealed_at = now() where number = 2",
      2,
      "seal_changed",
    ],
    ["a seal taken out", "delete from audit_seals where number = 2", 2, "seal_missing"],
    ["the first seal taken out", "delete from audit_seals where number = 1", 1, "seal_missing"],
    [
      "the last seal's digest",
      "update audit_seals set digest = sha256('x') where number = 3",
      3,
      "seal_changed",
    ],
  ])("%s", async (_, statement, seal, what) => {
    const { intact, breaks } = await foundAfter(statement);
    expect(intact).toBe(false);
    const [first, ...more] = breaks;
    expect([first?.seal, first?.what], JSON.stringify(breaks)).toEqual([seal, what]);
    // Only what concerns rows can concern several spans.
    if (what.startsWith("seal")) expect(more).toEqual([]);
  });

  test("is told over HTTP with its span and how many rows there are", async () => {
    const [, seal] = await sealsOf(service);
    await service.database.query(
      "delete from audit_events where subject = 's' and action = 'sequence.advanced'",
    );
    const found = await verify(service);
    expect(found).toMatchObject({ intact: false, seals: 3, next_seal: null });
    expect(found.breaks).toEqual([
      {
        seal: 2,
        what: "row_missing",
        from: seal?.from,
        to: seal?.to,
        events: { sealed: 1, found: 0 },
        entries: { sealed: 3, found: 3 },
      },
    ]);
    // The others match, and so does a call about them alone.
    expect(await verify(service, "?from_seal=3")).toMatchObject({ intact: true, seals: 1 });
  });

  test("a seal taken out is missing too where it would be the last that is compared", async () => {
    await service.database.query("delete from audit_seals where number = 2");
    for (const range of ["?from_seal=2&to_seal=2", "?to_seal=2"]) {
      const { intact, breaks } = await verify(service, range);
      expect([intact, breaks]).toMatchObject([false, [{ seal: 2, what: "seal_missing" }]]);
    }
  });

  test("a row behind a tenant's last seal, of a time up to which all were sealed, however late one looks", async () => {
    const late = await serviceForTest();
    const other = await late.createTenant();
    await putSequence(late, "s", { pattern: "A-{000}" });
    await sealAll(late);
    await pause(20);
    await ok(late, "PUT", "/v1/sequences/t", { pattern: "B-{00}" }, { key: other.key });
    await sealAll(late);
    expect(await verify(late)).toMatchObject({ intact: true, seals: 1 });
    await late.database.query(
      `insert into audit_events (tenant, origin, request_id, action, subject, facts, at)
       select tenant, origin, request_id, 'sequence.rewound', subject, facts,
              (select max(sealed_to) from audit_seals where tenant = $1) + interval '1 millisecond'
       from audit_events where tenant = $1`,
      [late.tenant],
    );
    const found = {
      intact: false,
      breaks: [{ seal: 2, what: "row_unsealed", events: { found: 1 } }],
    };
    expect(await verify(late)).toMatchObject(found);
    await reserve(late, "s", 5);
    await sealAll(late);
    expect(await verify(late)).toMatchObject({ ...found, seals: 2 });
  });

  test("a last seal that is taken out, once others were sealed later", async () => {
    const gone = await serviceForTest();
    const other = await gone.createTenant();
    await putSequence(gone, "s", { pattern: "A-{000}" });
    await sealAll(gone);
    await ok(gone, "PUT", "/v1/sequences/t", { pattern: "B-{00}" }, { key: other.key });
    await sealAll(gone);
    await gone.database.query("delete from audit_seals where tenant = $1", [gone.tenant]);
    expect(await verify(gone)).toMatchObject({
      intact: false,
      breaks: [{ seal: 1, what: "row_unsealed", from: null }],
    });
  });

  test("unless the chain was made anew from there on, which a kept digest shows", async () => {
    const forged = await serviceForTest();
    await putSequence(forged, "s", { pattern: "A-{0000}" });
    await sealAll(forged);
    await reserve(forged, "s", 5);
    await sealAll(forged);
    const [first, last] = await sealsOf(forged);
    expect(await verify(forged, `?digest=${last?.digest}`)).toMatchObject({ digest_seal: 2 });
    // As somebody would who owns the database.
    await forged.database.query("delete from audit_seals where number = 2");
    await forged.database.query("update ledger set last = 4");
    await sealAll(forged);
    expect(await verify(forged)).toMatchObject({ intact: true, seals: 2 });
    expect(await verify(forged, `?digest=${last?.digest}`)).toMatchObject({
      intact: false,
      seals: 2,
      digest_seal: null,
      breaks: [{ seal: null, what: "digest_missing", from: null, to: null }],
    });
    const known = await verify(forged, `?digest=${first?.digest}`);
    expect(known).toMatchObject({ intact: true, digest_seal: 1, breaks: [] });
    await refused(forged, [422, "request_invalid"], "GET", "/v1/audit/verification?digest=12");
  });
});
