/**
 * `npm run test:faults -- --minutes N --seed S`: the fault run. Prints the seed and what came of it; ends
 * with exit code 1 on any violation, and then keeps the history in a file.
 */
import { createWriteStream, mkdirSync } from "node:fs";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { parseArgs } from "node:util";

import { messageOf } from "../../../dev/ending.ts";
import { projectRoot } from "../../../dev/wrangler.ts";
import { runFaults, violationsOf } from "./fault-run.ts";
import { recordOf, summaryOf } from "./summary.ts";

const usage =
  "Use: npm run test:faults -- [--minutes 5] [--seed 1] [--clients 32] [--workers 2]; all are numbers above 0.";

function chosen(): { minutes: number; seed: number; clients: number; workers: number } {
  try {
    const { values } = parseArgs({
      options: {
        minutes: { type: "string", default: "5" },
        seed: { type: "string", default: String(1 + Math.floor(Math.random() * 1_000_000)) },
        clients: { type: "string", default: "32" },
        workers: { type: "string", default: "2" },
      },
    });
    const numbers = {
      minutes: Number(values.minutes),
      seed: Number(values.seed),
      clients: Number(values.clients),
      workers: Number(values.workers),
    };
    if (Object.values(numbers).every((number) => number > 0 && number < 2 ** 31)) return numbers;
  } catch {
    // Said below.
  }
  console.error(usage);
  process.exit(2);
}

const options = chosen();
// On a disk, where the other tests are in memory: a commit waits for it.
const folder = await mkdtemp(path.join(os.tmpdir(), "serialmint-faults-"));
// Where root starts Postgres as another user, that one must get there.
await chmod(folder, 0o755);
const interruption = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => interruption.abort());

try {
  console.log(`seed ${options.seed}, ${options.minutes} min, ${options.clients} clients`);
  const run = await runFaults(
    {
      ...options,
      folder,
      log: (line) => console.log(line),
      stageLog: () => undefined,
    },
    interruption.signal,
  );
  for (const line of summaryOf(run)) console.log(line);
  const violations = violationsOf(run);
  if (violations.length > 0) {
    const kept = path.join(projectRoot, "dist", `faults-${options.seed}.ndjson`);
    mkdirSync(path.dirname(kept), { recursive: true });
    await pipeline(Readable.from(recordOf(run, options.seed)), createWriteStream(kept));
    for (const violation of violations.slice(0, 20)) console.log(violation);
    console.log(`The history is kept in ${kept}.`);
    process.exitCode = 1;
  }
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 1;
}
await rm(folder, { recursive: true, force: true, maxRetries: 5 });
// Clients may still wait for an answer that nobody needs.
process.exit();
