import { expect, onTestFinished, test, vi } from "vitest";

import type { Fault } from "../harness/database.ts";
import type { Service } from "../harness/service.ts";
import { ledgerRuns, putSequence, reserve, serviceForTest } from "./service.ts";

/** A statement is sent four times at most. */
const always = 4;

function failing(sqlstate: string, times: number): Fault {
  return { kind: "fail", sqlstate, message: "a fault", match: "reserve_v1", times };
}

const passing: [string, Fault][] = [
  ["a serialisation failure", failing("40001", 1)],
  ["a deadlock", failing("40P01", 1)],
  ["too many connections", failing("53300", 1)],
  ["a lost connection", failing("08006", 1)],
  ["a server that starts", failing("57P03", 1)],
  ["a cut before anything is done", { kind: "cut_before", match: "reserve_v1", times: 1 }],
  ["an answer that never comes", { kind: "hang", ms: 50, match: "reserve_v1", times: 1 }],
];

test.each(passing)("%s that passes is not noticed, and draws once", async (_, fault) => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{0000}" });
  await service.database.fault(fault);
  const answer = await reserve(service, "s", 5);
  expect([answer.status, answer.json.first, answer.json.last]).toEqual([201, "1", "5"]);
  expect(await ledgerRuns(service, "s")).toEqual([{ first: 1n, last: 5n }]);
});

const staying: [string, Fault, string][] = [
  ["a serialisation failure", failing("40001", always), "database_unavailable"],
  ["a deadlock", failing("40P01", always), "database_unavailable"],
  ["a lock timeout", failing("55P03", 1), "record_busy"],
  ["too many connections", failing("53300", always), "database_unavailable"],
  ["a lost connection", failing("08006", always), "database_unavailable"],
  ["a shutdown", failing("57P01", always), "database_unavailable"],
  ["a crash", failing("57P02", always), "database_unavailable"],
  ["a start", failing("57P03", always), "database_unavailable"],
  // What a second does not mend is sent once.
  ["a full disk", failing("53100", 1), "database_unavailable"],
  ["no memory", failing("53200", 1), "database_unavailable"],
  ["a disk that fails", failing("58030", 1), "database_unavailable"],
  ["a server that only reads", failing("25006", 1), "database_unavailable"],
  ["a role that may not log in", failing("28000", 1), "database_unavailable"],
  ["a password that is wrong", failing("28P01", 1), "database_unavailable"],
  ["a database that is not there", failing("3D000", 1), "database_unavailable"],
  ["a role without its rights", failing("42501", 1), "database_unavailable"],
  ["a transaction that stood idle", failing("25P03", 1), "database_slow"],
  ["a statement timeout", failing("57014", 1), "database_slow"],
  ["a cut", { kind: "cut_before", match: "reserve_v1", times: always }, "outcome_unknown"],
  ["silence", { kind: "hang", ms: 50, match: "reserve_v1", times: always }, "outcome_unknown"],
];

test.each(staying)("%s that stays has a code, and draws nothing", async (_, fault, code) => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{0000}" });
  await service.database.fault(fault);
  const answer = await reserve(service, "s", 5, { idempotencyKey: "k" });
  expect([answer.status, answer.json.code, answer.json.retryable]).toEqual([503, code, true]);
  expect(Number(answer.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
  // Nothing of the database's own words gets out.
  expect(answer.text).not.toContain("a fault");
  expect(await ledgerRuns(service, "s")).toEqual([]);
  const again = await reserve(service, "s", 5, { idempotencyKey: "k" });
  expect([again.status, again.json.first, again.json.last]).toEqual([201, "1", "5"]);
  expect(again.headers.has("idempotent-replayed")).toBe(false);
});

test("an error that nobody expects is a 500 without its words, and draws nothing", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{0000}" });
  await service.database.fault(failing("22012", 1));
  const answer = await reserve(service, "s", 5);
  expect([answer.status, answer.json.code]).toEqual([500, "internal_error"]);
  expect(answer.text).not.toContain("a fault");
  expect(await ledgerRuns(service, "s")).toEqual([]);
});

test("a right that our own functions lack is a 500: no operator took it away", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{0000}" });
  await service.database.query("revoke insert on ledger from serialmint_rules");
  const answer = await reserve(service, "s", 5);
  expect([answer.status, answer.json.code]).toEqual([500, "internal_error"]);
  expect(await ledgerRuns(service, "s")).toEqual([]);
});

/** The connection string of the Worker with another role or another database in it. */
function otherwise(service: Service, change: { role?: string; database?: string }): string {
  const address = new URL(service.database.databaseUrl);
  if (change.role !== undefined) address.username = change.role;
  if (change.database !== undefined) address.pathname = `/${change.database}`;
  return address.href;
}

/** A role of one test, with what its statements give it. */
async function roleWith(service: Service, ...statements: string[]): Promise<string> {
  const role = `role_${crypto.randomUUID().slice(0, 8)}`;
  for (const statement of [
    `create role ${role}`,
    ...statements.map((text) => text.replace("?", role)),
  ]) {
    await service.database.query(statement);
  }
  onTestFinished(async () => {
    await service.database.query(`drop role ${role}`);
  });
  return role;
}

const shutOut: [string, (service: Service) => Promise<string>, string, RegExp][] = [
  [
    "may not log in",
    async (service) => otherwise(service, { role: await roleWith(service) }),
    "28000",
    /may not connect/,
  ],
  [
    "is not there",
    async (service) => otherwise(service, { role: "nobody_at_all" }),
    "28000",
    /may not connect/,
  ],
  [
    "goes to a database that is not there",
    async (service) => otherwise(service, { database: "no_such_database" }),
    "3D000",
    /no database of the name/,
  ],
  [
    "was not given serialmint_app",
    async (service) => otherwise(service, { role: await roleWith(service, "alter role ? login") }),
    "42501",
    /GRANT serialmint_app/,
  ],
];

test.each(shutOut)(
  "a role that %s: draws, reads and /health are 503, and the log says what to mend",
  async (_, address, sqlstate, remedy) => {
    const service = await serviceForTest();
    await putSequence(service, "s", { pattern: "A-{0000}" });
    const shut = await serviceForTest({ vars: { DATABASE_URL: await address(service) } });
    const logged = vi.spyOn(console, "error").mockImplementation(() => undefined);
    onTestFinished(() => logged.mockRestore());
    const options = { key: service.key };
    for (const send of [
      () => reserve(shut, "s", 1, options),
      () => shut.call("GET", "/v1/sequences/s", options),
      () => shut.call("GET", "/health", { key: null }),
    ]) {
      const answer = await send();
      expect([answer.status, answer.json.code]).toEqual([503, "database_unavailable"]);
      const line: unknown = JSON.parse(String(logged.mock.lastCall?.[0]));
      expect(line).toMatchObject({ sqlstate, remedy: expect.stringMatching(remedy) });
    }
    expect(await ledgerRuns(service, "s")).toEqual([]);
  },
);
