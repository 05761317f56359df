import { Client } from "../client.ts";
import { load } from "../load.ts";
import { compare, inTurns } from "../measure.ts";
import type { Bench } from "../part.ts";
import { settings, withCommit } from "../part.ts";
import type { Figure, PartResult, Target } from "../result.ts";
import { keyOf, makeSequences } from "../sequences.ts";

/** Many callers: reservations a second by HTTP against select 1 by a bare Worker. */
export async function throughput({ service, quick }: Bench): Promise<PartResult> {
  const many = quick ? 100 : 1000;
  await makeSequences(service, "one", 2, { hot: false });
  await makeSequences(service, "many", many, { hot: false });
  const clients = await Client.many(service.port, 32);
  const bare = await Client.many(service.barePort, 32);
  const [clientOf, bareOf] = [oneOf(clients), oneOf(bare)];
  const figures: Figure[] = [];
  const targets: Target[] = [];

  let turn = 0;
  const nextKey = (): string => keyOf("many", (turn = (turn + 1) % many));
  // The Worker learns the sequences once.
  for (let n = 0; n < many; n += 1) await clientOf(0).reserve(nextKey());
  await load(32, quick ? 300 : 2000, (caller) => clientOf(caller).reserve(keyOf("one", 0)));

  for (const setting of settings) {
    await service.set(setting);
    for (const callers of [1, 8, 32]) {
      const rateOf = (call: (caller: number) => Promise<unknown>) => async () =>
        (await load(callers, quick ? 300 : 1000, call)).rate;
      const rate = (call: (client: Client) => Promise<unknown>) =>
        rateOf((caller) => call(clientOf(caller)));
      const measured = await inTurns(quick ? 2 : 5, {
        inserts: rateOf((caller) => bareOf(caller).insertBare()),
        selects: rateOf(async (caller) =>
          withCommit(service.commitMs, bareOf(caller).selectBare()),
        ),
        "one sequence": rate((client) => client.reserve(keyOf("one", 0))),
        [`${many.toLocaleString("en")} sequences`]: rate((client) => client.reserve(nextKey())),
      });
      const { selects = [], inserts = [], ...ours } = measured;
      const atOnce = `${callers} client${callers === 1 ? "" : "s"}`;
      figures.push(
        compare(
          { setting, what: `${atOnce}, bare insert`, unit: "/s", against: "select 1" },
          inserts,
          selects,
        ),
      );
      for (const [way, rates] of Object.entries(ours)) {
        const what = `${atOnce}, ${way}`;
        const figure = compare({ setting, what, unit: "/s", against: "select 1" }, rates, selects);
        figures.push(
          figure,
          compare({ setting, what, unit: "/s", against: "bare insert" }, rates, inserts),
        );
        targets.push({
          setting,
          what,
          wanted: "at least 0.7 of select 1",
          reached: figure.ratio.toFixed(2),
          met: figure.ratio >= 0.7,
        });
      }
    }
  }
  for (const client of [...clients, ...bare]) client.close();
  await service.set("as it is");
  return {
    part: "throughput",
    about:
      "Reservations a second by HTTP, in turns with select 1 and with one insert by a Worker that does " +
      "nothing else, by the same driver. With a 5 ms commit every caller of select 1 waits 5 ms more, too.",
    figures,
    targets,
  };
}

/** The client of each caller. */
function oneOf(clients: readonly Client[]): (caller: number) => Client {
  const [first] = clients;
  if (first === undefined) throw new Error("There is no client.");
  return (caller) => clients[caller] ?? first;
}
