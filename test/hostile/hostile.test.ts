import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { createTenant } from "../../ops/tenant-create.ts";
import { plant } from "../faults/planted/plant.ts";
import { plantedFaults } from "../faults/planted/planted-faults.ts";
import { onConnection } from "../faults/stage/database.ts";
import type { Stage } from "../faults/stage/stage.ts";
import { createScratchFolder, removeScratchFolder } from "../harness/node/scratch-folder.ts";
import { exchangeChecker } from "./check/check-exchange.ts";
import { operationsOf, readDocument } from "./document/document.ts";
import { wireOf } from "./generate/draft.ts";
import { Holdings } from "./generate/holdings.ts";
import { founding, validRequests } from "./generate/valid/valid.ts";
import { runHostile, startHostileStage } from "./run/hostile-run.ts";
import { unkept } from "./run/kept.ts";
import type { KeptRequest } from "./run/kept.ts";
import { verdictOf } from "./run/summary.ts";
import { Connection } from "./wire/connection.ts";

/** What a run has found: a request, and what it has to be answered since. */
interface Entry {
  readonly what: string;
  /** Requests that are sent first. */
  readonly before?: readonly KeptRequest[];
  readonly request: KeptRequest;
  readonly answer: { readonly status: number; readonly code?: string };
}

const corpus = path.join(import.meta.dirname, "corpus");
const entries = readdirSync(corpus).map((name) => {
  // The files of the folder are written in this form.
  const entry = JSON.parse(readFileSync(path.join(corpus, name), "utf8")) as Entry;
  return { name: name.replace(".json", ""), ...entry };
});

const document = readDocument();
const operations = operationsOf(document);
const check = exchangeChecker(document);

let folder: string;
let stage: Stage;

beforeAll(async () => {
  folder = await createScratchFolder("hostile");
  stage = await startHostileStage(folder, () => undefined);
});

afterAll(async () => {
  await stage.stop();
  await removeScratchFolder(folder);
});

describe("what was found once", () => {
  let apiKey: string;
  let connection: Connection;

  /** Sends a request with a key of its own in place of the one that all are written down with. */
  async function send(one: KeptRequest, key: string) {
    const request = unkept(one, apiKey);
    const headers = request.headers.map(([given, value]): [string, string] => [
      given,
      given === "Idempotency-Key" && value === "corpus" ? key : value,
    ]);
    const sent = { ...request, headers };
    return { request: sent, outcome: await connection.send(sent, 60_000) };
  }

  beforeAll(async () => {
    apiKey = (await createTenant(stage.directUrl, { tenant: "corpus", name: "corpus" })).key;
    connection = new Connection(stage.ports[0] ?? 0);
    const { draftOf } = validRequests(document, operations);
    for (const wish of founding(new Holdings("corpus", 0))) {
      const draft = draftOf(wish, [["Authorization", `Bearer ${apiKey}`]]);
      const outcome = await connection.send(wireOf(draft), 30_000);
      expect(outcome).toMatchObject({ kind: "answered", answer: { status: 201 } });
    }
  });
  afterAll(() => connection.close());

  test.each(entries)("$name", async ({ name, before = [], request: kept, answer }) => {
    for (const [place, one] of before.entries()) await send(one, `${name}-${place}`);
    const { request, outcome } = await send(kept, name);
    const wellFormed = kept.framing === undefined;
    const made = { kind: "hostile" as const, changes: [], request, wellFormed };
    expect(check({ made, foreignMarkers: [], outcome })).toEqual([]);
    const { status, body } = outcome.kind === "answered" ? outcome.answer : {};
    expect({ status, text: body?.toString("utf8") }).toEqual({
      status: answer.status,
      text: expect.stringContaining(answer.code === undefined ? "" : `"code":"${answer.code}"`),
    });
  });
});

test("20,000 requests of every kind break nothing", { timeout: 600_000 }, async () => {
  const tally = await runHostile(stage, {
    seed: 20_261_124,
    requests: 20_000,
    clients: 12,
    log: () => undefined,
    tenants: ["alder", "birch"],
  });
  expect(verdictOf(tally, operations)).toEqual([]);
  expect(tally.requests).toBe(20_000);
  // A generator that is only refused proves nothing.
  const { sent = 0, succeeded = 0 } = tally.kinds.get("valid") ?? {};
  expect(succeeded / sent).toBeGreaterThan(0.9);
});

test("a draw by a request that is refused is found", async () => {
  const fault = plantedFaults.find(({ name }) => name === "a request is refused after it drew");
  if (fault === undefined) throw new Error("There is no such fault any more.");
  const mend = await onConnection(stage.directUrl, (client) => plant(client, fault));
  try {
    const tally = await runHostile(stage, {
      seed: 1,
      requests: 8000,
      clients: 8,
      log: () => undefined,
      tenants: ["cedar", "elm"],
    });
    expect(tally.violations.map(({ kind }) => kind)).toContain("burned_too_many");
  } finally {
    await onConnection(stage.directUrl, mend);
  }
});
