/**
 * `npm run test:hostile -- --requests N --seed S`: bad input at scale. Prints the seed and what came of it;
 * ends with exit code 1 on any finding, and then keeps the findings in a file.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";

import { messageOf } from "../../../dev/ending.ts";
import { projectRoot } from "../../../dev/wrangler.ts";
import type { Stage } from "../../faults/stage/stage.ts";
import { createScratchFolder, removeScratchFolder } from "../../harness/node/scratch-folder.ts";
import { operationsOf, readDocument } from "../document/document.ts";
import { runHostile, startHostileStage } from "./hostile-run.ts";
import { summaryOf, verdictOf } from "./summary.ts";
import type { Tally } from "./tally.ts";

const usage =
  "Use: npm run test:hostile -- [--requests 100000] [--seed 1] [--clients 12]; all are numbers above 0.";

function chosen(): { requests: number; seed: number; clients: number } {
  try {
    const { values } = parseArgs({
      options: {
        requests: { type: "string", default: "100000" },
        seed: { type: "string", default: String(1 + Math.floor(Math.random() * 1_000_000)) },
        clients: { type: "string", default: "12" },
      },
    });
    const numbers = {
      requests: Number(values.requests),
      seed: Number(values.seed),
      clients: Number(values.clients),
    };
    if (Object.values(numbers).every((number) => number > 0 && number < 2 ** 31)) return numbers;
  } catch {
    // Said below.
  }
  console.error(usage);
  process.exit(2);
}

async function onStage<T>(work: (stage: Stage) => Promise<T>): Promise<T> {
  const stage = await startHostileStage(folder, () => undefined);
  try {
    return await work(stage);
  } finally {
    await stage.stop();
  }
}

/** Writes the findings with their requests into a file, and says which. */
function keepFindings({ findings }: Tally): string {
  const kept = path.join(projectRoot, "dist", `hostile-${options.seed}.json`);
  mkdirSync(path.dirname(kept), { recursive: true });
  writeFileSync(kept, JSON.stringify([...findings.values()], undefined, 2));
  return kept;
}

const options = chosen();
const folder = await createScratchFolder("hostile");
const interruption = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => interruption.abort());

try {
  console.log(`seed ${options.seed}, ${options.requests} requests, ${options.clients} clients`);
  const begun = performance.now();
  const tally = await onStage((stage) =>
    runHostile(
      stage,
      { ...options, log: (line) => console.log(line), tenants: ["alder", "birch"] },
      interruption.signal,
    ),
  );
  for (const line of summaryOf(tally)) console.log(line);
  console.log(`seconds   ${Math.round((performance.now() - begun) / 1000)}`);
  const verdict = verdictOf(tally, operationsOf(readDocument()));
  if (verdict.length > 0) {
    for (const sentence of verdict.slice(0, 60)) console.log(sentence);
    if (tally.findings.size > 0) console.log(`The findings are kept in ${keepFindings(tally)}.`);
    process.exitCode = 1;
  }
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 1;
}
await removeScratchFolder(folder);
process.exit();
