import type * as files from "node:fs/promises";
import { beforeEach, expect, test, vi } from "vitest";

import { FileStore } from "../../client/src/file-store.ts";
import { addOne } from "./drawing/add-one.ts";
import { scratch } from "./scratch.ts";

interface Faults {
  /** Called when a link was made, and before a folder is read. */
  afterLink: () => void;
  beforeReading: () => void;
}

const fine = (): void => undefined;
const faults = vi.hoisted((): Faults => ({
  afterLink: () => undefined,
  beforeReading: () => undefined,
}));
beforeEach(() => {
  Object.assign(faults, { afterLink: fine, beforeReading: fine });
});

vi.mock("node:fs/promises", async (original) => {
  const real = await original<typeof files>();
  return {
    ...real,
    link: async (from: string, to: string) => {
      await real.link(from, to);
      faults.afterLink();
    },
    readdir: async (folder: string) => {
      faults.beforeReading();
      return real.readdir(folder);
    },
  };
});

function failureOf(code: string): Error {
  return Object.assign(new Error(code), { code });
}

test("a change that was kept is not made again when a network file system says that it was there before", async () => {
  const store = new FileStore(await scratch());
  await addOne(store);
  faults.afterLink = () => {
    faults.afterLink = fine;
    throw failureOf("EEXIST");
  };
  expect(await addOne(store)).toBe(1);
  expect(await addOne(store)).toBe(2);
});

test("a change that was kept has not failed because old versions could not be removed", async () => {
  const store = new FileStore(await scratch());
  for (let at = 0; at < 7; at += 1) await addOne(store);
  // The eighth one tidies: it looks for the latest version, for a later one, and for what is old.
  let times = 0;
  faults.beforeReading = () => {
    times += 1;
    if (times === 3) throw failureOf("EMFILE");
  };
  expect(await addOne(store)).toBe(7);
  expect(times).toBe(3);
  expect(await addOne(store)).toBe(8);
});
