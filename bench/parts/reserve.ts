import { connectDirectly, hangUp, transact } from "../direct.ts";
import { compare, inTurns, median, timed } from "../measure.ts";
import type { Bench } from "../part.ts";
import { settings } from "../part.ts";
import type { Figure, PartResult, Target } from "../result.ts";
import { makeSequences, reservation } from "../sequences.ts";

const counts = [1, 1000, 1_000_000, 10_000_000];

/** The database's time for a reservation of any count, and of nextval over generate_series. */
export async function reserve({ service, quick }: Bench): Promise<PartResult> {
  const families = { row: "reserve-row", "promoted sequence": "reserve-hot" };
  await makeSequences(service, families.row, 2, { hot: false });
  await makeSequences(service, families["promoted sequence"], 2, { hot: true });
  await service.prepare("CREATE SEQUENCE bench.series_of_calls");
  const [client] = await connectDirectly(service.directUrl, 1);
  if (client === undefined) throw new Error("There is no connection.");
  const figures: Figure[] = [];
  const targets: Target[] = [];

  for (const setting of settings) {
    await service.set(setting);
    const calls = quick ? 10 : 60;
    const one: Record<string, number[]> = {};
    for (const [store, family] of Object.entries(families)) {
      const statement = await reservation(client, family);
      const time = (count: number) => async () => {
        const times: number[] = [];
        for (let call = 0; call < calls; call += 1) {
          times.push(await timed(() => transact(client, statement(0, count), service.commitMs)));
        }
        return median(times);
      };
      await time(1)();
      const measured = await inTurns(
        quick ? 2 : 7,
        Object.fromEntries(counts.map((count) => [String(count), time(count)])),
      );
      const first = measured["1"] ?? [];
      one[store] = first;
      for (const count of counts.slice(1)) {
        const what = `${store}, count ${count.toLocaleString("en")}`;
        const figure = compare(
          { setting, what, unit: "ms", against: "count 1" },
          measured[String(count)] ?? [],
          first,
        );
        figures.push(figure);
        if (count === 10_000_000) {
          targets.push({
            setting,
            what,
            wanted: "at most 2 times count 1",
            reached: figure.ratio.toFixed(2),
            met: figure.ratio <= 2,
          });
        }
      }
    }

    for (const count of quick ? counts.slice(0, 3) : counts) {
      const statement = `SELECT count(nextval('bench.series_of_calls')) FROM generate_series(1, ${count})`;
      const times: number[] = [];
      for (let round = 0; round < (count > 1_000_000 ? 1 : 5); round += 1) {
        times.push(await timed(() => transact(client, statement, service.commitMs)));
      }
      const row = median(one["row"] ?? []);
      figures.push(
        compare(
          {
            setting,
            what: `nextval over generate_series, ${count.toLocaleString("en")}`,
            unit: "ms",
            against: "reserve, count 1",
          },
          times,
          times.map(() => row),
        ),
      );
    }
  }
  await hangUp([client]);
  await service.set("as it is");
  return {
    part: "reserve",
    about: "The database's time for one reservation over a direct connection, commit included.",
    figures,
    targets,
  };
}
