import { expect, onTestFinished, test } from "vitest";

import { createScratchFolder, removeScratchFolder } from "../harness/node/scratch-folder.ts";
import { runFaults, violationsOf } from "./run/fault-run.ts";
import { faultKinds, scheduleOf } from "./run/schedule.ts";

test("a schedule is decided by its seed, and a longer one begins with the shorter one", () => {
  const short = scheduleOf(7, 1, 2);
  expect(scheduleOf(7, 1, 2)).toEqual(short);
  expect(scheduleOf(8, 1, 2)).not.toEqual(short);
  expect(scheduleOf(7, 5, 2).slice(0, short.length)).toEqual(short);
  expect(short.length).toBeGreaterThan(faultKinds.length);
  const first = short.slice(0, faultKinds.length).map(({ fault }) => fault.kind);
  expect(first.toSorted()).toEqual(faultKinds.toSorted());
});

test("half a minute of faults contradicts nothing that 32 clients were told", async () => {
  const folder = await createScratchFolder("faults");
  onTestFinished(() => removeScratchFolder(folder));
  const run = await runFaults(
    {
      seed: 7,
      minutes: 0.4,
      clients: 32,
      workers: 2,
      folder,
      log: () => undefined,
      stageLog: () => undefined,
    },
    new AbortController().signal,
  );
  expect(run.changes).toBeGreaterThan(0);
  expect(violationsOf(run)).toEqual([]);
  expect(run.played.length).toBeGreaterThan(5);
  expect(run.crashes).toBeGreaterThan(0);
  expect(run.companies).toHaveLength(3);
  const sites = run.companies.map(({ site }) => site);
  expect(sites.flatMap(({ drawn }) => drawn).length).toBeGreaterThan(0);
  expect(sites.reduce((sum, { killed, lost }) => sum + killed + lost, 0)).toBeGreaterThan(0);
  const history = run.companies.flatMap((company) => company.history);
  expect(history.length).toBeGreaterThan(200);
  expect(history.filter(({ outcome }) => outcome.kind === "lost").length).toBeGreaterThan(5);
});
