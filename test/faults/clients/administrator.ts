import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";

import type { Random } from "../random.ts";
import { sequences } from "./company.ts";

export interface AdministratorOptions {
  readonly ports: readonly number[];
  readonly apiKey: string;
  readonly random: Random;
  readonly goesOn: () => boolean;
}

/** Numbers by which a counter is moved ahead. */
const steps = 7n;

const counter = z.object({ next: z.string().regex(/^\d+$/) });

/**
 * Changes definitions while everybody draws, and moves a counter ahead now and then. Whether a change
 * succeeds does not matter: what is drawn meanwhile has to be right either way. Answers how many did.
 */
export async function runAdministrator(options: AdministratorOptions): Promise<number> {
  const { ports, apiKey, random, goesOn } = options;
  let changes = 0;
  const send = async (method: string, path: string, body?: object): Promise<unknown> => {
    const answer = await fetch(`http://127.0.0.1:${random.pick(ports)}${path}`, {
      method,
      signal: AbortSignal.timeout(5000),
      headers: {
        authorization: `Bearer ${apiKey}`,
        "content-type": "application/json",
        ...(method === "POST" ? { "idempotency-key": crypto.randomUUID() } : {}),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (answer.ok && method !== "GET") changes += 1;
    return answer.json();
  };
  while (goesOn()) {
    await sleep(random.between(500, 2500));
    const change = random.pick(["row", "hot", "five"] as const);
    try {
      if (change === "five") {
        const { next } = counter.parse(await send("GET", "/v1/sequences/five"));
        const to = String(BigInt(next) + steps * BigInt(sequences.five.increment));
        await send("POST", "/v1/sequences/five/advance", { to, reason: "labels lost" });
      } else {
        const zeros = "0".repeat(random.between(5, 9));
        const [letter] = sequences[change].pattern;
        const body = { ...sequences[change], pattern: `${letter}-{${zeros}}` };
        await send("PUT", `/v1/sequences/${change}`, body);
      }
    } catch {
      // Something went wrong just then.
    }
  }
  return changes;
}
