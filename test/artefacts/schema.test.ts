import { readFile } from "node:fs/promises";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { startPostgres } from "../../dev/postgres.ts";
import type { LocalPostgres } from "../../dev/postgres.ts";
import { migrate } from "../../ops/migrate.ts";
import { schemaFile, schemaText } from "../../ops/schema.ts";
import { createScratchFolder, removeScratchFolder } from "../harness/node/scratch-folder.ts";

let folder: string;
let postgres: LocalPostgres;
let kept: string;

async function withClient<Value>(
  database: string,
  use: (client: pg.Client) => Promise<Value>,
): Promise<Value> {
  const client = new pg.Client({ connectionString: postgres.url(database) });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

beforeAll(async () => {
  kept = await readFile(schemaFile, "utf8");
  folder = await createScratchFolder("schema");
  postgres = await startPostgres({
    dataDir: `${folder}/postgres`,
    settings: { fsync: "off", synchronous_commit: "off", full_page_writes: "off" },
  });
  await migrate(postgres.url("postgres"));
});

afterAll(async () => {
  await postgres.stop();
  await removeScratchFolder(folder);
});

describe("schema.sql", () => {
  test("is what the migrations come to; `npm run schema` writes it", async () => {
    expect(await withClient("postgres", schemaText)).toBe(kept);
  });

  test("makes the same schema when it is run on an empty database", async () => {
    await withClient("postgres", (client) => client.query("CREATE DATABASE again"));
    const again = await withClient("again", async (client) => {
      await client.query(kept);
      return schemaText(client);
    });
    expect(again).toBe(kept);
  });

  test("is not written with something left out", async () => {
    await withClient("postgres", (client) => client.query("CREATE DATABASE odd"));
    await withClient("odd", async (client) => {
      await client.query("CREATE VIEW seen AS SELECT 1 AS one");
      await expect(schemaText(client)).rejects.toThrow("does not know how to write: relation seen");
    });
  });
});
