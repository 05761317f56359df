import { expect, test } from "vitest";

import type { Service } from "../harness/service.ts";
import { expectSeamless, runOf } from "./runs.ts";
import type { Run } from "./runs.ts";
import {
  account,
  inParallel,
  isPromoted,
  ledgerRuns,
  pause,
  putSequence,
  reserve,
  serviceForTest,
} from "./service.ts";

const counts = [1, 2, 7, 100] as const;
const drawsEach = 12;

interface Drawing {
  readonly answered: Run[];
  /** Answers that allow another try and got one. */
  retried: number;
}

/** 32 callers who draw mixed counts from sequence `s`; `afterDraw` is told how many are answered. */
async function drawAll(
  service: Service,
  afterDraw: (answered: number) => void = () => undefined,
): Promise<Drawing> {
  const drawing: Drawing = { answered: [], retried: 0 };
  await inParallel(32, async (caller) => {
    for (let draw = 0; draw < drawsEach; draw += 1) {
      const count = counts[(caller + draw) % counts.length] ?? 1;
      const idempotencyKey = crypto.randomUUID();
      let answer = await reserve(service, "s", count, { idempotencyKey });
      while (answer.status === 503 && answer.json.retryable === true) {
        drawing.retried += 1;
        await pause(20);
        answer = await reserve(service, "s", count, { idempotencyKey });
      }
      expect(answer.status, answer.text).toBe(201);
      const run = runOf(answer.json);
      expect(run.last - run.first + 1n).toBe(BigInt(count));
      expect(answer.json.first_name).toBe(`A-${answer.json.first.padStart(4, "0")}`);
      expect(answer.json.last_name).toBe(`A-${answer.json.last.padStart(4, "0")}`);
      drawing.answered.push(run);
      afterDraw(drawing.answered.length);
    }
  });
  return drawing;
}

/** 32 callers, each drawing every count three times: 32 * 3 * (1 + 2 + 7 + 100) numbers. */
const allNumbers = 10_560;

async function expectEveryNumberOnce(service: Service, { answered }: Drawing): Promise<void> {
  expect(answered).toHaveLength(32 * drawsEach);
  expect(expectSeamless(answered, 1n)).toBe(BigInt(allNumbers + 1));
  const ledger = await ledgerRuns(service, "s");
  expectSeamless(ledger, 1n);
  expect(ledger).toEqual(answered.toSorted((a, b) => (a.first < b.first ? -1 : 1)));
  expect(await account(service, "s")).toEqual({
    passed: allNumbers,
    reserved: allNumbers,
    voided: 0,
    taken: 0,
    open: allNumbers,
    on_lease: 0,
    unreported: 0,
    given_back: 0,
    skipped: 0,
    in_flight: 0,
    burned: 0,
    next: allNumbers + 1,
  });
}

test("32 callers across a promotion by PUT get every number once, in whole runs", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{0000}" });
  let promoting: Promise<void> | undefined;
  const drawing = await drawAll(service, (answered) => {
    if (answered === 100) {
      promoting = putSequence(service, "s", { pattern: "A-{0000}", hot: true });
    }
  });
  await promoting;
  expect(await isPromoted(service, "s")).toBe(true);
  await expectEveryNumberOnce(service, drawing);
});

test("32 callers across a promotion by contention get every number once", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{0000}" });
  await reserve(service, "s", 1);
  expect(await isPromoted(service, "s")).toBe(false);
  // As over a network: the row stays locked a little, so that the others have to wait for it.
  await service.database.fault({ kind: "delay_commit", ms: 3 });
  const drawing = await drawAll(service);
  await service.database.fault(null);
  expect(await isPromoted(service, "s")).toBe(true);
  expect(expectSeamless(drawing.answered, 2n)).toBe(BigInt(allNumbers + 2));
  expect(expectSeamless(await ledgerRuns(service, "s"), 1n)).toBe(BigInt(allNumbers + 2));
});

test("32 callers on a promoted series get every number once", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{0000}", hot: true });
  await expectEveryNumberOnce(service, await drawAll(service));
});
