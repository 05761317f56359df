import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { Serialmint } from "../../client/src/client.ts";
import type { Leased, LeasedSequenceOptions } from "../../client/src/client.ts";
import { FileStore } from "../../client/src/file-store.ts";
import { demo } from "../../dev/demo.ts";
import { compare, inTurns } from "../measure.ts";
import type { Bench } from "../part.ts";
import { settings } from "../part.ts";
import type { Figure, PartResult, Target } from "../result.ts";
import { keyOf, makeSequences } from "../sequences.ts";

/** What gives one number: a leased sequence, or a counter beside it. */
interface Source {
  next(): Promise<Pick<Leased, "number">>;
}

/** An async function that counts, and does nothing else. */
class BareCounter implements Source {
  #last = 0;

  async next(): Promise<Pick<Leased, "number">> {
    this.#last += 1;
    return { number: String(this.#last) };
  }
}

/** Numbers a second that some callers get, each asking for one after the other. Rejects on a duplicate. */
async function rateOf(source: Source, callers: number, each: number): Promise<number> {
  const got = new Float64Array(callers * each);
  const began = performance.now();
  await Promise.all(
    Array.from({ length: callers }, async (_, caller) => {
      for (let at = caller * each; at < (caller + 1) * each; at += 1) {
        got[at] = Number((await source.next()).number);
      }
    }),
  );
  const seconds = (performance.now() - began) / 1000;
  got.sort();
  if (got.some((number, at) => number === got[at - 1])) throw new Error("A number came twice.");
  return got.length / seconds;
}

const inMemory = "one caller, in memory";
const inTens = "500 callers, blocks of 10";

/** Numbers from a leased sequence beside a bare counter, and beside a reservation for each number. */
export async function leasedSequence({ service, quick }: Bench): Promise<PartResult> {
  await makeSequences(service, "leased", 4, { hot: false });
  const folder = await mkdtemp(path.join(os.tmpdir(), "serialmint-bench-leases-"));
  const client = new Serialmint({ url: `http://127.0.0.1:${service.port}`, apiKey: demo.key });
  let problems = 0;
  const leased = (n: number, options: LeasedSequenceOptions) =>
    client.leasedSequence(keyOf("leased", n), {
      holder: `bench-${n}`,
      waitMs: 300_000,
      onProblem: () => (problems += 1),
      ...options,
    });
  const large = { minBlock: 1_000_000, maxBlock: 1_000_000 };
  const memory = leased(0, large);
  const tens = leased(1, { minBlock: 10, maxBlock: 10 });
  const file = leased(2, { ...large, store: new FileStore(folder) });
  const figures: Figure[] = [];
  const targets: Target[] = [];

  for (const each of [memory, tens, file]) await each.next();
  await service.set("as it is");
  const many = quick ? 200_000 : 1_000_000;
  const bare = new BareCounter();
  // Nothing is committed between one block and the next.
  const alone = await inTurns(quick ? 2 : 7, {
    counter: () => rateOf(bare, 1, many),
    leased: () => rateOf(memory, 1, many),
    "counter, 500": () => rateOf(bare, 500, many / 500),
    "leased, 500": () => rateOf(memory, 500, many / 500),
  });
  const beside = { setting: "as it is", unit: "numbers/s", against: "bare counter" } as const;
  const first = compare({ ...beside, what: inMemory }, alone.leased, alone.counter);
  const what = "500 callers, in memory";
  figures.push(first, compare({ ...beside, what }, alone["leased, 500"], alone["counter, 500"]));
  targets.push({
    setting: "as it is",
    what: inMemory,
    wanted: "at least 1,000,000 numbers/s",
    reached: Math.round(first.subject).toLocaleString("en"),
    met: first.subject >= 1_000_000,
  });

  const one: Source = {
    next: async () => ({ number: (await client.reserve(keyOf("leased", 3), { count: 1 })).first }),
  };
  for (const setting of settings) {
    await service.set(setting);
    const measured = await inTurns(quick ? 2 : 5, {
      "500 callers, in a file with fsync": () => rateOf(file, 500, quick ? 4 : 20),
      [inTens]: () => rateOf(tens, 500, quick ? 1 : 4),
      // More at once would be asked to come back later.
      reserved: () => rateOf(one, 32, quick ? 4 : 30),
    });
    const { reserved, ...ours } = measured;
    const against = "32 callers, a reservation each";
    for (const [way, rates] of Object.entries(ours)) {
      figures.push(compare({ setting, what: way, unit: "numbers/s", against }, rates, reserved));
    }
    targets.push({
      setting,
      what: inTens,
      wanted: "no error and no duplicate",
      reached: problems === 0 ? "none" : `${problems} errors`,
      met: problems === 0,
    });
  }
  for (const each of [memory, tens, file]) await each.close({ giveBack: true });
  await rm(folder, { recursive: true, force: true });
  await service.set("as it is");
  return {
    part: "leased-sequence",
    about:
      "next() of the client's leased sequence in one process, each caller asking again as soon as it has a " +
      "number, in blocks of 1,000,000 unless it says otherwise, in turns with an async function that counts and " +
      "makes a text; and with one POST /v1/sequences/{key}/reservations a number, by the same client.",
    figures,
    targets,
  };
}
