import { setTimeout as sleep } from "node:timers/promises";

import { check } from "./check/check.ts";
import type { Violation } from "./check/violation.ts";
import type { Appetite } from "./clients/wishes/amounts.ts";
import { randomOf } from "./random.ts";
import { foundCompany } from "./stage/company.ts";
import { onConnection } from "./stage/database.ts";
import { disturb } from "./stage/disturb.ts";
import type { Disturbance } from "./stage/disturb.ts";
import { waitUntilQuiet } from "./stage/quiet.ts";
import { readState } from "./stage/read-state.ts";
import type { Stage } from "./stage/stage.ts";
import { startTraffic } from "./traffic.ts";

/** Who calls in a short run. */
const crowds = {
  /** Many clients with reservations of all sizes and small creations. */
  many: { clients: 32, appetite: { numbers: 10_000, lots: 500, large: 3, beside: 1, leases: 0.2 } },
  /** Few clients with creations of several chunks above all. */
  large: {
    clients: 6,
    appetite: { numbers: 1000, lots: 90_000, large: 60, beside: 0.1, leases: 0.1 },
  },
  /** Holders of leases above all. */
  holders: {
    clients: 32,
    appetite: { numbers: 1000, lots: 100, large: 3, beside: 0.2, leases: 10 },
  },
} satisfies Record<string, { clients: number; appetite: Appetite }>;

export type Crowd = keyof typeof crowds;

/** Lets the clients of a new tenant work for a while, and holds what they were told against what is there. */
export async function shortRun(
  stage: Stage,
  tenant: string,
  options: {
    seed: number;
    milliseconds: number;
    patienceMs: number;
    disturbance: Disturbance;
    crowd: Crowd;
  },
): Promise<{ calls: number; disturbed: number; violations: Violation[] }> {
  const { seed, milliseconds, patienceMs, disturbance, crowd } = options;
  const apiKey = await foundCompany(stage, tenant);
  const traffic = startTraffic(stage, {
    ...crowds[crowd],
    seed,
    apiKey,
    patienceMs: 5000,
  });
  let goesOn = true;
  const disturbing = disturb(stage, traffic, disturbance, randomOf(seed), () => goesOn);
  await sleep(milliseconds);
  goesOn = false;
  const disturbed = await disturbing;
  await traffic.end(patienceMs);
  await waitUntilQuiet(stage, { tenant, apiKey, leasesRunOut: true, patienceMs });
  const state = await onConnection(stage.directUrl, (client) => readState(client, tenant));
  const exposure = { crashes: stage.crashes, disturbed: disturbance !== "none" };
  const violations = check(traffic.history, state, exposure);
  return { calls: traffic.history.length, disturbed, violations };
}
