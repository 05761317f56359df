import type { TestProject } from "vitest/node";

import { startGateway } from "../../../dev/gateway/gateway.ts";
import { startPostgres } from "../../../dev/postgres.ts";
import { tieToThisProcess } from "../../../dev/tie.ts";
import { startDatabaseService } from "./database-service.ts";
import { createScratchFolder, removeScratchFolder } from "./scratch-folder.ts";
import { TestDatabases } from "./test-databases.ts";

/**
 * Starts what the tests in workerd talk to, and hands the addresses on; what it answers stops it
 * all again, in reverse order, also when a later step of the start failed.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const undo: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const step of undo.toReversed()) await step();
  };
  try {
    const dataDir = await createScratchFolder("tests");
    undo.push(() => removeScratchFolder(dataDir));
    const postgres = await startPostgres({
      dataDir: `${dataDir}/postgres`,
      settings: {
        fsync: "off",
        synchronous_commit: "off",
        full_page_writes: "off",
        max_connections: "300",
      },
    });
    undo.push(() => postgres.stop());
    tieToThisProcess(postgres.pid, "INT");

    const databases = new TestDatabases((name) => postgres.url(name));
    undo.push(() => databases.close());
    await databases.prepareTemplate();
    const main = await databases.create();

    const gateway = await startGateway({});
    undo.push(() => gateway.close());
    const service = await startDatabaseService(databases);
    undo.push(() => service.close());

    project.provide("harness", {
      control: service.url,
      sqlEndpoint: gateway.endpoint,
      gateway: new URL(gateway.endpoint).origin,
      main,
    });
    return stop;
  } catch (error) {
    await stop();
    throw error;
  }
}
