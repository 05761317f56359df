import { demo } from "../../dev/demo.ts";
import { Client } from "../client.ts";
import { connectDirectly, hangUp, transact } from "../direct.ts";
import { compare, median, quantile, timed } from "../measure.ts";
import type { Bench } from "../part.ts";
import { settings, withCommit } from "../part.ts";
import type { Figure, PartResult, Target } from "../result.ts";

/** One caller: a warm reservation by HTTP against select 1 by a bare Worker. */
export async function overhead({ service, quick }: Bench): Promise<PartResult> {
  const client = await Client.open(service.port);
  const bare = await Client.open(service.barePort);
  const [direct] = await connectDirectly(service.directUrl, 1);
  if (direct === undefined) throw new Error("There is no connection.");
  await service.prepare("CREATE TABLE bench.commits (n bigint)");
  const figures: Figure[] = [];
  const targets: Target[] = [];
  const rounds = quick ? 3 : 7;

  for (const setting of settings) {
    await service.set(setting);
    const ours: number[][] = [];
    const selects: number[][] = [];
    const inserted: number[][] = [];
    const commits: number[] = [];
    const nothing: number[] = [];
    const calls = setting === "as it is" ? (quick ? 200 : 800) : quick ? 60 : 200;
    for (let round = -1; round < rounds; round += 1) {
      const [reservations, baseline, bareInserts]: [number[], number[], number[]] = [[], [], []];
      const [inserts, nothings]: [number[], number[]] = [[], []];
      for (let call = 0; call < calls; call += 1) {
        reservations.push(await timed(() => client.reserve(demo.sequence.key)));
        baseline.push(await timed(() => withCommit(service.commitMs, bare.selectBare())));
        bareInserts.push(await timed(() => bare.insertBare()));
        if (call % 4 > 0) continue;
        const insert = "INSERT INTO bench.commits VALUES (1)";
        inserts.push(await timed(() => transact(direct, insert, service.commitMs)));
        nothings.push(await timed(() => withCommit(service.commitMs, direct.query("SELECT 1"))));
      }
      // The first round warms up.
      if (round < 0) continue;
      ours.push(reservations);
      selects.push(baseline);
      inserted.push(bareInserts);
      commits.push(median(inserts));
      nothing.push(median(nothings));
    }
    for (const [name, share] of [
      ["p50", 0.5],
      ["p99", 0.99],
    ] as const) {
      const figure = compare(
        { setting, what: `reservation, ${name}`, unit: "ms", against: `select 1, ${name}` },
        ours.map((times) => quantile(times, share)),
        selects.map((times) => quantile(times, share)),
      );
      figures.push(
        figure,
        compare(
          { setting, what: `reservation, ${name}`, unit: "ms", against: `bare insert, ${name}` },
          ours.map((times) => quantile(times, share)),
          inserted.map((times) => quantile(times, share)),
        ),
        compare(
          { setting, what: `bare insert, ${name}`, unit: "ms", against: `select 1, ${name}` },
          inserted.map((times) => quantile(times, share)),
          selects.map((times) => quantile(times, share)),
        ),
      );
      if (name === "p50") {
        targets.push({
          setting,
          what: "reservation, p50",
          wanted: "at most 1.3 times select 1",
          reached: figure.ratio.toFixed(2),
          met: figure.ratio <= 1.3,
        });
      }
    }
    const about = { setting, unit: "ms", note: "no target: what a durable commit costs here" };
    figures.push(
      compare(
        { ...about, what: "insert of one row, direct, p50", against: "select 1, direct, p50" },
        commits,
        nothing,
      ),
      compare(
        { ...about, what: "reservation less such a commit, p50", against: "select 1, p50" },
        ours.map(
          (times, round) => median(times) - (commits[round] ?? NaN) + (nothing[round] ?? NaN),
        ),
        selects.map(median),
      ),
    );
  }
  client.close();
  bare.close();
  await hangUp([direct]);
  await service.set("as it is");
  return {
    part: "overhead",
    about:
      "A warm reservation by HTTP, in turns with select 1 and a bare insert of one row, each on one " +
      "connection: both by a Worker that only reads the body, sends the statement by the same driver and " +
      "answers. The insert is what any service needs that keeps something. An insert of one row over a " +
      "direct connection tells what the commit alone takes. With a 5 ms commit the answer of select 1 " +
      "counts 5 ms later, too.",
    figures,
    targets,
  };
}
