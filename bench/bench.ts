/** `npm run bench [-- part ...] [--json] [--quick]`: how fast the service is, beside its baselines. */
import os from "node:os";
import { parseArgs } from "node:util";
import type { Part } from "./part.ts";
import { bulk } from "./parts/bulk.ts";
import { contention } from "./parts/contention.ts";
import { figures } from "./parts/figures.ts";
import { growth } from "./parts/growth.ts";
import { imports } from "./parts/imports.ts";
import { leasedSequence } from "./parts/leased-sequence.ts";
import { memory } from "./parts/memory.ts";
import { overhead } from "./parts/overhead.ts";
import { receipts } from "./parts/receipts.ts";
import { reserve } from "./parts/reserve.ts";
import { sequences } from "./parts/sequences.ts";
import { throughput } from "./parts/throughput.ts";
import type { PartResult } from "./result.ts";
import { Service } from "./service.ts";
import { shownPart } from "./table.ts";

const parts: Readonly<Record<string, Part>> = {
  bulk,
  reserve,
  contention,
  sequences,
  receipts,
  overhead,
  throughput,
  figures,
  growth,
  imports,
  memory,
  "leased-sequence": leasedSequence,
};

/** The parts to run and how; a sentence when the arguments cannot be read. */
function chosen(args: string[]): { names: string[]; json: boolean; quick: boolean } | string {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { json: { type: "boolean" }, quick: { type: "boolean" } },
    });
    const unknown = positionals.find((name) => !(name in parts));
    if (unknown !== undefined) {
      return `There is no part ${unknown}: give any of ${Object.keys(parts).join(", ")}, or none for all.`;
    }
    const names = positionals.length === 0 ? Object.keys(parts) : positionals;
    return { names, json: values.json ?? false, quick: values.quick ?? false };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function main(): Promise<void> {
  const choice = chosen(process.argv.slice(2));
  if (typeof choice === "string") {
    console.error(choice);
    process.exitCode = 2;
    return;
  }
  const { names, json, quick } = choice;
  const machine = {
    cpus: os.cpus().length,
    model: os.cpus()[0]?.model ?? "",
    node: process.version,
  };
  if (!json) console.log(`${machine.cpus} x ${machine.model}, Node ${machine.node}`);
  const service = await Service.start();
  try {
    const results: PartResult[] = [];
    for (const name of names) {
      const result = await parts[name]?.({ service, quick });
      if (result === undefined) continue;
      results.push(result);
      if (!json) console.log(shownPart(result));
    }
    if (json) console.log(JSON.stringify({ machine, quick, parts: results }, null, 2));
  } catch (error) {
    // Told at once: what stopping breaks would hide it.
    console.error(error);
    process.exitCode = 1;
  } finally {
    await service.stop();
  }
}

await main();
