import path from "node:path";
import { expect, test } from "vitest";

import { buildWorker } from "../../dev/build.ts";
import { projectRoot } from "../../dev/wrangler.ts";
import { createScratchFolder, removeScratchFolder } from "../harness/node/scratch-folder.ts";

test("the benchmark's bare Worker has all that the service's configuration names", async () => {
  const folder = await createScratchFolder("bare-worker");
  try {
    const bare = path.join(projectRoot, "bench", "bare-worker", "worker.ts");
    await expect(buildWorker(folder, bare)).resolves.toBeUndefined();
  } finally {
    await removeScratchFolder(folder);
  }
});
