import path from "node:path";

import { giveUp } from "./ending.ts";
import { projectRoot, runWrangler } from "./wrangler.ts";

/**
 * Bundles the Worker into a folder, as `worker.js`, exactly as a deploy would, and its assets into
 * dist/assets (the `[build]` command of wrangler.toml). `main` is another Worker in its place.
 * Rejects with wrangler's own words.
 */
export async function buildWorker(folder: string, main?: string): Promise<void> {
  const script = main === undefined ? [] : [main];
  await runWrangler(["deploy", ...script, "--dry-run", "--outdir", folder]);
}

if (import.meta.main) {
  await buildWorker(path.join(projectRoot, "dist", "worker")).catch(giveUp);
  console.log("Built dist/worker/worker.js and dist/assets.");
}
