import { demo } from "../../dev/demo.ts";
import { Client } from "../client.ts";
import { load } from "../load.ts";
import { compare, inTurns, timed } from "../measure.ts";
import type { Bench } from "../part.ts";
import { settings } from "../part.ts";
import type { Figure, PartResult } from "../result.ts";
import { keyOf, makeSequences } from "../sequences.ts";

/** Twenty thousand sequences in one database, against a few. */
export async function sequences({ service, quick }: Bench): Promise<PartResult> {
  const many = quick ? 2000 : 20_000;
  const rounds = quick ? 5 : 15;
  const clients = await Client.many(service.port, 8);
  const [client] = clients;
  if (client === undefined) throw new Error("There is no client.");
  let made = 0;
  const save = (family: string): Promise<number> => {
    made += 1;
    const body = { pattern: `${family}${made}-{0000}` };
    return timed(() => client.call("PUT", `/v1/sequences/saved-${made}`, body));
  };
  const saveSome = async (family: string): Promise<number[]> => {
    const times: number[] = [];
    for (let round = 0; round < rounds; round += 1) times.push(await save(family));
    return times;
  };

  await client.reserve(demo.sequence.key);
  await save("warm");
  const fewSaved = await saveSome("few");
  await makeSequences(service, "crowd", many, { hot: false });
  // The first save reads all patterns once, as an isolate does after others have changed some.
  const firstSaved = await save("cold");
  const manySaved = await saveSome("many");
  const crowd = many.toLocaleString("en");
  const saved = { setting: "as it is", unit: "ms", against: "beside a few" } as const;
  const figures: Figure[] = [
    compare({ ...saved, what: `saving one more beside ${crowd}` }, manySaved, fewSaved),
    compare(
      { ...saved, what: `the first save, which reads ${crowd} patterns` },
      [firstSaved],
      fewSaved.slice(0, 1),
    ),
  ];

  let turn = 0;
  const rate = (nextKey: () => string) => async () =>
    (await load(8, quick ? 300 : 1500, (caller) => (clients[caller] ?? client).reserve(nextKey())))
      .rate;
  for (const setting of settings) {
    await service.set(setting);
    const measured = await inTurns(quick ? 2 : 5, {
      many: rate(() => keyOf("crowd", (turn = (turn + 7919) % many))),
      few: rate(() => keyOf("crowd", (turn = (turn + 1) % 8))),
    });
    figures.push(
      compare(
        {
          setting,
          what: `reservations on ${crowd} sequences, 8 clients`,
          unit: "/s",
          against: "on 8 of them",
        },
        measured.many,
        measured.few,
      ),
    );
  }
  for (const each of clients) each.close();
  await service.set("as it is");
  return {
    part: "sequences",
    about:
      `Reservations by HTTP and saving a sequence, with ${crowd} sequences in one database. An isolate ` +
      "remembers 10,000 definitions; those of the others are read again.",
    figures,
    targets: [],
  };
}
