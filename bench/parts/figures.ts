import { Client } from "../client.ts";
import { load } from "../load.ts";
import { compare, inTurns, quantile } from "../measure.ts";
import type { Bench } from "../part.ts";
import { settings } from "../part.ts";
import { cpuMs } from "../process-time.ts";
import type { Figure, PartResult, Target } from "../result.ts";
import { keyOf, makeSequences } from "../sequences.ts";

type Way = "kept" | "without";

/** Reservations with the figures of calls kept beside the same without, by two Workers on one database. */
export async function figures({ service, quick }: Bench): Promise<PartResult> {
  const many = quick ? 20 : 200;
  await makeSequences(service, "figured", many, { hot: false });
  const kept = await Client.many(service.port, 32);
  const without = await Client.many(service.plainPort, 32);
  let turn = 0;
  const reserve = (clients: readonly Client[]) => async (caller: number) =>
    clients[caller]?.reserve(keyOf("figured", (turn = (turn + 1) % many)));
  for (const clients of [kept, without]) {
    // Each Worker learns the sequences once.
    for (let n = 0; n < many; n += 1) await reserve(clients)(0);
    await load(32, quick ? 300 : 2000, reserve(clients));
  }
  const found: Figure[] = [];
  const targets: Target[] = [];
  for (const setting of settings) {
    await service.set(setting);
    for (const callers of [1, 32]) {
      const times: Record<Way, number[]> = { kept: [], without: [] };
      const work: Record<Way, number[]> = { kept: [], without: [] };
      const rate = (way: Way, clients: readonly Client[], pid: number) => async () => {
        const before = await cpuMs(pid);
        const result = await load(callers, quick ? 300 : 2000, reserve(clients));
        work[way].push(((await cpuMs(pid)) - before) / result.latencies.length);
        times[way].push(quantile(result.latencies, 0.5));
        return result.rate;
      };
      const rates = await inTurns(quick ? 2 : 9, {
        kept: rate("kept", kept, service.workerPid),
        without: rate("without", without, service.plainPid),
      });
      const what = `${callers} client${callers === 1 ? "" : "s"}, figures kept`;
      const against = "figures switched off";
      const figure = compare({ setting, what, unit: "/s", against }, rates.kept, rates.without);
      found.push(
        figure,
        compare({ setting, what: `${what}, p50`, unit: "ms", against }, times.kept, times.without),
        compare(
          { setting, what: `${what}, CPU of the Worker a call`, unit: "ms", against },
          work.kept,
          work.without,
        ),
      );
      targets.push({
        setting,
        what,
        wanted: "at least 0.95 of the rate without",
        reached: figure.ratio.toFixed(2),
        met: figure.ratio >= 0.95,
      });
    }
  }
  for (const client of [...kept, ...without]) client.close();
  await service.set("as it is");
  return {
    part: "figures",
    about:
      "Reservations by HTTP while figures of calls are kept, in turns with the same by a Worker that keeps none " +
      "(FIGURES_INTERVAL_MS=0), on the same database. Both are the built Worker, in workerds of their own.",
    figures: found,
    targets,
  };
}
