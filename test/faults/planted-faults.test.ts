import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

import { buildWorker } from "../../dev/build.ts";
import { createScratchFolder, removeScratchFolder } from "../harness/node/scratch-folder.ts";
import { plant } from "./planted/plant.ts";
import { plantedFaults } from "./planted/planted-faults.ts";
import { shortRun } from "./short-run.ts";
import { onConnection } from "./stage/database.ts";
import { startStage } from "./stage/stage.ts";
import type { Stage } from "./stage/stage.ts";

// The checker must be able to see what it looks for: each of these breaks one rule of the service in the
// database, and the run that the unbroken service passes must find it.

const milliseconds = 2500;
/** How long what is open at the end is waited for: a broken service may never answer. */
const patience = { sound: 60_000, broken: 10_000 };
/** A race need not show in the first run. */
const rounds = 6;

let folder: string;
let stage: Stage;

beforeAll(async () => {
  folder = await createScratchFolder("planted");
  const built = path.join(folder, "built");
  await buildWorker(built);
  stage = await startStage({
    folder,
    built,
    workers: 2,
    postgresSettings: { fsync: "off" },
    log: () => undefined,
  });
});

afterAll(async () => {
  await stage.stop();
  await removeScratchFolder(folder);
});

test.each([
  ["many", "none"],
  ["many", "lost answers"],
  ["large", "lost chunks"],
  ["large", "ended chunks"],
  ["holders", "none"],
  ["holders", "lost answers"],
] as const)("the service as it is passes: %s, %s", async (crowd, disturbance) => {
  const tenant = `sound-${crowd}-${disturbance.replace(" ", "-")}`;
  const run = await shortRun(stage, tenant, {
    seed: 1,
    milliseconds,
    patienceMs: patience.sound,
    disturbance,
    crowd,
  });
  expect(run.violations).toEqual([]);
  expect(run.calls).toBeGreaterThan(20);
  if (disturbance !== "none") expect(run.disturbed).toBeGreaterThan(3);
});

test.each(plantedFaults.map((fault, place) => ({ ...fault, place })))(
  "found: $name",
  async (fault) => {
    const mend = await onConnection(stage.directUrl, (client) => plant(client, fault));
    const found = new Set<string>();
    try {
      for (let seed = 1; seed <= rounds; seed += 1) {
        const { disturbance, crowd } = fault;
        const tenant = `planted-${fault.place}-${seed}`;
        const run = await shortRun(stage, tenant, {
          seed,
          milliseconds,
          patienceMs: patience.broken,
          disturbance,
          crowd,
        });
        for (const { kind } of run.violations) found.add(kind);
        if (fault.caughtBy.every((kind) => found.has(kind))) break;
      }
    } finally {
      await onConnection(stage.directUrl, mend);
    }
    expect([...found]).toEqual(expect.arrayContaining([...fault.caughtBy]));
  },
);
