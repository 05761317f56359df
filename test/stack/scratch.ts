import { createServer } from "node:net";
import type { Server } from "node:net";
import path from "node:path";
import { onTestFinished } from "vitest";

import { createScratchFolder, removeScratchFolder } from "../harness/node/scratch-folder.ts";

/** A data folder for one test; removed after it. */
export async function scratchDataFolder(): Promise<string> {
  const folder = await createScratchFolder("stack");
  onTestFinished(() => removeScratchFolder(folder));
  return path.join(folder, "data");
}

/** Listens on a free port for as long as the test runs; answers the port. */
export function occupyPort(): Promise<number> {
  const server = createServer();
  onTestFinished(() => {
    server.close();
  });
  return listenOnFreePort(server);
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listenOnFreePort(server);
  await new Promise<void>((resolve) => {
    server.close(() => {
      resolve();
    });
  });
  return port;
}

function listenOnFreePort(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
}
