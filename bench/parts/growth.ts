import { demo } from "../../dev/demo.ts";
import { Client } from "../client.ts";
import { connectDirectly, hangUp } from "../direct.ts";
import { Limit } from "../limit.ts";
import { compare, inTurns, timed } from "../measure.ts";
import type { Bench } from "../part.ts";
import { settings } from "../part.ts";
import type { Figure, PartResult, Setting, Target } from "../result.ts";

/** The cost of a lot when the table is empty and when millions are in it. */
export async function growth({ service, quick }: Bench): Promise<PartResult> {
  const levels = quick ? [0, 200_000] : [0, 1_000_000, 5_000_000];
  const size = quick ? 20_000 : 100_000;
  const client = await Client.open(service.port);
  const [direct] = await connectDirectly(service.directUrl, 1);
  if (direct === undefined) throw new Error("There is no connection.");
  const limit = new Limit(service, direct);
  await client.createLots(demo.serialProduct, size);
  await limit.clear();
  await limit.createLots(size);
  await service.clearLots();

  const figures: Figure[] = [];
  const targets: Target[] = [];
  const costs = new Map<Setting, { subject: number[]; baseline: number[] }>();
  let filled = 0;
  for (const level of levels) {
    await service.set("as it is");
    if (level > filled) await client.createLots(demo.serialProduct, level - filled);
    filled = Math.max(level, filled);
    await service.prepare("VACUUM (ANALYZE) lots");
    await service.prepare("CHECKPOINT");
    const what = `on top of ${level.toLocaleString("en")}`;
    for (const setting of settings) {
      await service.set(setting);
      const rounds = quick ? 2 : 5;
      const measured = await inTurns(rounds, {
        subject: async () => {
          if (level === 0) await service.clearLots();
          else filled += size;
          return micros(await timed(() => client.createLots(demo.serialProduct, size)), size);
        },
        baseline: async () => {
          await limit.clear();
          return micros(await timed(() => limit.createLots(size)), size);
        },
      });
      const { subject, baseline } = measured;
      const about = { setting, what, unit: "us/lot" };
      figures.push(compare({ ...about, against: "the limit, empty" }, subject, baseline));
      const empty = costs.get(setting);
      if (empty === undefined) {
        costs.set(setting, measured);
        continue;
      }
      // Both are taken against the limit of their own rounds: the machine may have changed between.
      const figure = compare(
        { ...about, unit: "x limit", against: "on top of 0" },
        subject.map((cost, round) => cost / (baseline[round] ?? NaN)),
        empty.subject.map((cost, round) => cost / (empty.baseline[round] ?? NaN)),
      );
      figures.push(figure);
      targets.push({
        setting,
        what: `cost per lot ${what}`,
        wanted: "at most 1.3 times on top of 0",
        reached: figure.ratio.toFixed(2),
        met: figure.ratio <= 1.3,
      });
    }
  }
  client.close();
  await hangUp([direct]);
  await service.set("as it is");
  return {
    part: "growth",
    about:
      `The cost per lot of ${size.toLocaleString("en")} lots by HTTP, on a table that the service ` +
      "itself has filled, in turns with the limit on an empty table.",
    figures,
    targets,
  };
}

function micros(ms: number, lots: number): number {
  return (ms * 1000) / lots;
}
