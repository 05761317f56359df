import { readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";

import { projectRoot } from "../../dev/wrangler.ts";

/** The parts of package.json and package-lock.json that are looked at. */
interface Manifest {
  readonly dependencies: Record<string, string>;
  readonly devDependencies: Record<string, string>;
}
interface Lock {
  readonly packages: Record<
    string,
    Partial<Manifest> & { version?: string; resolved?: string; link?: true }
  >;
}

const text = (name: string): Promise<string> => readFile(path.join(projectRoot, name), "utf8");
const manifest = JSON.parse(await text("package.json")) as Manifest;
const lock = JSON.parse(await text("package-lock.json")) as Lock;
const pins = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });

describe("the packages", () => {
  test("are pinned to one version each", () => {
    expect(pins.filter(([, version]) => !/^\d+\.\d+\.\d+(-[0-9A-Za-z.]+)?$/.test(version))).toEqual(
      [],
    );
  });

  test("are locked at those versions", () => {
    const { dependencies, devDependencies } = lock.packages[""] ?? {};
    expect({ dependencies, devDependencies }).toEqual({
      dependencies: manifest.dependencies,
      devDependencies: manifest.devDependencies,
    });
    const locked = pins.map(([name]) => [name, lock.packages[`node_modules/${name}`]?.version]);
    expect(Object.fromEntries(locked)).toEqual(Object.fromEntries(pins));
  });

  test("come from whatever registry npm is set to: the lockfile names none", () => {
    // A link leads to a folder of this repository.
    const named = Object.entries(lock.packages).filter(
      ([, { resolved, link }]) => resolved !== undefined && link !== true,
    );
    expect(named.map(([name]) => name)).toEqual([]);
  });
});
