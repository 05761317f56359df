import { setTimeout as sleep } from "node:timers/promises";

import type { Random } from "../random.ts";
import { sequences } from "./company.ts";

export interface AdministratorOptions {
  readonly ports: readonly number[];
  readonly apiKey: string;
  readonly random: Random;
  readonly goesOn: () => boolean;
}

/**
 * Changes definitions while everybody draws. Whether a change succeeds does not matter: what is drawn
 * meanwhile has to be right either way. Answers how many did.
 */
export async function runAdministrator(options: AdministratorOptions): Promise<number> {
  const { ports, apiKey, random, goesOn } = options;
  let changes = 0;
  const put = async (path: string, body: object): Promise<void> => {
    const answer = await fetch(`http://127.0.0.1:${random.pick(ports)}${path}`, {
      method: "PUT",
      signal: AbortSignal.timeout(20_000),
      headers: {
        authorization: `Bearer ${apiKey}`,
        "content-type": "application/json",
      },
      body: JSON.stringify(body),
    });
    if (answer.ok) changes += 1;
    await answer.body?.cancel();
  };
  while (goesOn()) {
    await sleep(random.between(500, 2500));
    const change = random.pick(["row", "hot"] as const);
    try {
      const zeros = "0".repeat(random.between(5, 9));
      const [letter] = sequences[change].pattern;
      const body = { ...sequences[change], pattern: `${letter}-{${zeros}}` };
      await put(`/v1/sequences/${change}`, body);
    } catch {
      // Something went wrong just then.
    }
  }
  return changes;
}
