import { z } from "zod";

import type { Random } from "../random.ts";
import type { Looks } from "./wishes/next.ts";

const counter = z.object({ next: z.string().regex(/^\d+$/) });

/** Reads from any of the Workers; what does not come is undefined, since nothing depends on it. */
export function looksAt(
  ports: readonly number[],
  apiKey: string,
  patienceMs: number,
): (random: Random) => Looks {
  const get = async (random: Random, path: string): Promise<Response | undefined> => {
    try {
      const answer = await fetch(`http://127.0.0.1:${random.pick(ports)}${path}`, {
        signal: AbortSignal.timeout(patienceMs),
        headers: { authorization: `Bearer ${apiKey}` },
      });
      return answer.ok ? answer : undefined;
    } catch {
      return undefined;
    }
  };
  return (random) => ({
    async version(product, name) {
      const answer = await get(random, `/v1/products/${product}/lots/${encodeURIComponent(name)}`);
      await answer?.body?.cancel();
      return answer?.headers.get("etag") ?? undefined;
    },
    async next(sequence) {
      const answer = await get(random, `/v1/sequences/${sequence}`);
      const found = counter.safeParse(await answer?.json().catch(() => undefined)).data;
      return found && BigInt(found.next);
    },
  });
}
