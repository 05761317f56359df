import { demo } from "../../dev/demo.ts";
import { Client } from "../client.ts";
import { connectDirectly, hangUp } from "../direct.ts";
import { Limit } from "../limit.ts";
import { compare, inTurns, timed } from "../measure.ts";
import { oneByOne } from "../one-by-one.ts";
import type { Bench } from "../part.ts";
import { settings } from "../part.ts";
import type { Figure, PartResult, Setting, Target } from "../result.ts";

/** Above this many units the one-by-one way is not run: its figure is this one's. */
const oneByOneLimit = 5000;

/** Lots by HTTP against one by one, and against what Postgres can do. */
export async function bulk({ service, quick }: Bench): Promise<PartResult> {
  const sizes = quick
    ? [1, 10, 100, 1000, 50_000]
    : [1, 2, 5, 10, 100, 500, 1000, 5000, 10_000, 100_000, 500_000];
  const client = await Client.open(service.port);
  const bare = await Client.open(service.barePort);
  const [direct] = await connectDirectly(service.directUrl, 1);
  if (direct === undefined) throw new Error("There is no connection.");
  const limit = new Limit(service, direct);
  const createOneByOne = await oneByOne(service);
  const figures: Figure[] = [];
  const targets: Target[] = [];

  for (const setting of settings) {
    await service.set(setting);
    await service.clearLots();
    await limit.clear();
    await client.createLots(demo.serialProduct, 100);
    await createOneByOne(20);
    await limit.createLots(100);

    let unitRate = NaN;
    for (const size of sizes) {
      const repeats = Math.max(1, Math.floor((quick ? 20 : 50) / size));
      const rate = (work: () => Promise<unknown>) => async () => {
        let ms = 0;
        for (let repeat = 0; repeat < repeats; repeat += 1) ms += await timed(work);
        return (repeats * size * 1000) / ms;
      };
      const rounds = quick ? 2 : size <= 1000 ? 7 : 5;
      const measured = await inTurns(rounds, {
        service: rate(() => client.createLots(demo.serialProduct, size)),
        limit: rate(() => limit.createLots(size)),
      });
      // One by one the larger sizes take minutes with a slow commit, and vary less.
      const slow = size > 100 && (setting === "5 ms commit" || size > 1000);
      if (size <= oneByOneLimit) {
        const beside = await inTurns(slow || quick ? 1 : 3, {
          service: rate(() => client.createLots(demo.serialProduct, size)),
          units: rate(() => createOneByOne(size)),
          behindWorker: size <= 10 ? rate(() => bare.createLotsBare(size)) : async () => NaN,
        });
        const figure = compare(
          { setting, what: lots(size), unit: "lots/s", against: "one by one" },
          beside.service,
          beside.units,
        );
        figures.push(figure);
        if (size <= 10) {
          figures.push(
            compare(
              { setting, what: lots(size), unit: "lots/s", against: "one by one, bare Worker" },
              beside.service,
              beside.behindWorker,
            ),
          );
        }
        unitRate = figure.baseline;
        targets.push(...oneByOneTarget(setting, size, figure));
      } else {
        const note = `extrapolated from ${oneByOneLimit.toLocaleString("en")}`;
        const extrapolated = measured.service.map(() => unitRate);
        figures.push(
          compare(
            { setting, what: lots(size), unit: "lots/s", against: "one by one", note },
            measured.service,
            extrapolated,
          ),
        );
      }
      const figure = compare(
        { setting, what: lots(size), unit: "lots/s", against: "the limit" },
        measured.service,
        measured.limit,
      );
      figures.push(figure);
      if (size === 500_000 || (quick && size === sizes.at(-1))) {
        targets.push({
          setting,
          what: `${lots(size)} by HTTP`,
          wanted: "at least 0.8 of the limit",
          reached: figure.ratio.toFixed(2),
          met: figure.ratio >= 0.8,
        });
      }
    }
  }
  client.close();
  bare.close();
  await hangUp([direct]);
  await service.set("as it is");
  return {
    part: "bulk",
    about:
      "Lots by POST /v1/lots, against a draw and an insert per unit by the same driver (up to 10 also " +
      "within a Worker that does nothing else, called by HTTP as the service is), and against " +
      "the same INSERT ... SELECT over a direct connection (the limit).",
    figures,
    targets,
  };
}

function oneByOneTarget(setting: Setting, size: number, { ratio }: Figure): Target[] {
  if (size > 10 && size !== oneByOneLimit) return [];
  const least = size <= 10 ? 1 : 50;
  return [
    {
      setting,
      what: `${lots(size)} against one by one`,
      wanted: `at least ${least} times as fast`,
      reached: ratio.toFixed(1),
      met: ratio >= least,
    },
  ];
}

function lots(size: number): string {
  return `${size.toLocaleString("en")} lot${size === 1 ? "" : "s"}`;
}
