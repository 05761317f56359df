import { spawnSync } from "node:child_process";
import { cp, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import drizzleConfig from "../../drizzle.config.ts";
import { projectRoot } from "../../dev/wrangler.ts";
import journal from "../../drizzle/meta/_journal.json" with { type: "json" };

const folder = path.join(projectRoot, "drizzle");
const files = async (of: string): Promise<string[]> =>
  (await readdir(of)).filter((name) => name !== "meta").toSorted();

describe("the migrations", () => {
  let copy: string;
  beforeAll(async () => {
    copy = await mkdtemp(path.join(tmpdir(), "serialmint-drizzle-"));
    await cp(folder, copy, { recursive: true });
  });
  afterAll(async () => {
    await rm(copy, { recursive: true, force: true });
  });

  function drizzleKit(command: string, ...options: string[]): string {
    const kit = path.join(projectRoot, "node_modules", "drizzle-kit", "bin.cjs");
    const out = path.relative(projectRoot, copy);
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [kit, command, `--dialect=${drizzleConfig.dialect}`, `--out=${out}`, ...options],
      { cwd: projectRoot, encoding: "utf8" },
    );
    expect(status, stdout + stderr).toBe(0);
    return stdout;
  }

  test("come to the tables in src/db/schema: nothing new would be generated", async () => {
    const { schema, casing } = drizzleConfig;
    const printed = drizzleKit(
      "generate",
      `--schema=${String(schema)}`,
      `--casing=${String(casing)}`,
    );
    expect(printed).toContain("No schema changes, nothing to migrate");
    expect(await files(copy)).toEqual(await files(folder));
  });

  test("follow one another: no two begin at the same snapshot", () => {
    expect(drizzleKit("check")).toContain("Everything's fine");
  });

  test("are numbered without a gap and named in the journal, in the order of their times", async () => {
    const names = journal.entries.map(({ tag }) => `${tag}.sql`);
    expect(await files(folder)).toEqual(names);
    expect(names.map((name) => Number(name.slice(0, 4)))).toEqual([...names.keys()]);
    for (const name of names) expect(name).toMatch(/^\d{4}(_[a-z]+)+\.sql$/);
    const times = journal.entries.map(({ when }) => when);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(new Set(times).size).toBe(times.length);
  });
});
