import { expect, test } from "vitest";

import type { Fault } from "../harness/database.ts";
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
