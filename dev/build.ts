import path from "node:path";

import { giveUp } from "./ending.ts";
import { projectRoot, runWrangler } from "./wrangler.ts";

/**
 * Bundles the Worker into a folder, as `worker.js`, exactly as a deploy would, and its assets into
 * dist/assets (the `[build]` command of wrangler.toml). Rejects with wrangler's own words.
 */
export async function buildWorker(folder: string): Promise<void> {
  await runWrangler(["deploy", "--dry-run", "--outdir", folder]);
}

if (import.meta.main) {
  await buildWorker(path.join(projectRoot, "dist", "worker")).catch(giveUp);
  console.log("Built dist/worker/worker.js and dist/assets.");
}
