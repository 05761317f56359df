import { mkdirSync } from "node:fs";
import path from "node:path";

import { startStack } from "../../dev/stack.ts";
import type { Stack } from "../../dev/stack.ts";
import { projectRoot } from "../../dev/wrangler.ts";

// wrangler.toml names it, and workerd does not start without it.
mkdirSync(path.join(projectRoot, "dist", "assets"), { recursive: true });

/** A stack with the small Worker beside this file, which uses every binding; on a free port. */
export function startSmallStack(
  dataDir: string,
  options: { port?: number; log?: (line: string) => void; values?: Record<string, string> } = {},
): Promise<Stack> {
  return startStack({
    dataDir,
    port: options.port ?? 0,
    built: path.join(import.meta.dirname, "small-worker"),
    values: options.values ?? {},
    log: options.log ?? (() => undefined),
  });
}
