import { demo } from "../../dev/demo.ts";
import { Client } from "../client.ts";
import { load } from "../load.ts";
import { compare } from "../measure.ts";
import type { Bench } from "../part.ts";
import { settings } from "../part.ts";
import { peakGrowth } from "../process-memory.ts";
import type { Figure, PartResult, Target } from "../result.ts";
import type { Service } from "../service.ts";
import { readStream } from "../stream.ts";

/** How much the Worker's process may grow, in MB. */
const bound = 64;

/** How much the Worker's process grows while it creates and streams. */
export async function memory({ service, quick }: Bench): Promise<PartResult> {
  const created = quick ? 50_000 : 500_000;
  const streamed = quick ? 100_000 : 1_000_000;
  const figures: Figure[] = [];
  const targets: Target[] = [];
  let client = await Client.open(service.port);
  const job = await client.createLots(demo.serialProduct, streamed);
  const reserved = JSON.parse(await client.reserve(demo.sequence.key, streamed)) as { id: string };
  client.close();

  for (const setting of settings) {
    await service.set(setting);
    const read = (path: string, accept: string) => async () => {
      const { lines } = await readStream(`http://127.0.0.1:${service.port}${path}`, accept);
      const wanted = streamed + (accept === "text/csv" ? 1 : 0);
      if (lines !== wanted) throw new Error(`${path} gave ${lines} lines instead of ${wanted}.`);
    };
    const names = `/v1/reservations/${reserved.id}/names`;
    const subjects: Record<string, () => Promise<unknown>> = {
      [`creating ${created.toLocaleString("en")} lots`]: () =>
        client.createLots(demo.serialProduct, created),
      [`streaming ${streamed.toLocaleString("en")} names, NDJSON`]: read(
        names,
        "application/x-ndjson",
      ),
      [`exporting ${streamed.toLocaleString("en")} lots, CSV`]: read(
        `/v1/lots?job=${job}`,
        "text/csv",
      ),
    };
    const baseline = await grownBy(service, (clients) =>
      load(clients.length, quick ? 500 : 2000, (n) => clients[n]?.askHealth() ?? Promise.resolve()),
    );
    for (const [what, work] of Object.entries(subjects)) {
      const grown = await grownBy(service, async ([first]) => {
        if (first !== undefined) client = first;
        await work();
      });
      const about = { setting, what, unit: "MB", against: "GET /health for 2 s, 32 clients" };
      figures.push(compare(about, [grown], [baseline]));
      targets.push({
        setting,
        what,
        wanted: `at most ${bound} MB`,
        reached: `${grown.toFixed(1)} MB`,
        met: grown <= bound,
      });
    }
  }
  await service.set("as it is");
  return {
    part: "memory",
    about:
      "The growth of workerd's resident memory, highest point less what it had before, after a fresh " +
      "start and a warm-up.",
    figures,
    targets,
  };
}

/** Starts the Worker afresh, warms it up, and answers by how many MB it grew at most meanwhile. */
async function grownBy(
  service: Service,
  work: (clients: readonly Client[]) => Promise<unknown>,
): Promise<number> {
  await service.restartWorker();
  const clients = await Client.many(service.port, 32);
  await load(
    clients.length,
    500,
    (n) => clients[n]?.reserve(demo.sequence.key) ?? Promise.resolve(),
  );
  await clients[0]?.createLots(demo.serialProduct, 10);
  const grown = await peakGrowth(service.workerPid, () => work(clients));
  for (const client of clients) client.close();
  return grown;
}
