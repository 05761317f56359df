import { afterEach, expect, test, vi } from "vitest";

import { randomText } from "../../src/domain/api-keys/random-text.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

/** Bytes of a generator with a seed (xorshift32), each as likely as the others. */
function seededBytes(): void {
  let state = 20_261_124;
  vi.spyOn(crypto, "getRandomValues").mockImplementation((array) => {
    if (array instanceof Uint8Array) {
      for (let at = 0; at < array.length; at += 1) {
        state ^= state << 13;
        state ^= state >>> 17;
        state ^= state << 5;
        array[at] = state >>> 24;
      }
    }
    return array;
  });
}

test("a key ends in 28 letters and digits, and no two are the same", () => {
  const keys = Array.from({ length: 1000 }, () => randomText("smk_live_"));
  for (const key of keys) expect(key).toMatch(/^smk_live_[0-9A-Za-z]{28}$/);
  expect(new Set(keys).size).toBe(keys.length);
});

test("no character is likelier than another", () => {
  seededBytes();
  const seen = new Map<string, number>();
  for (let n = 0; n < 4000; n += 1) {
    for (const character of randomText("")) seen.set(character, (seen.get(character) ?? 0) + 1);
  }
  expect(seen.size).toBe(62);
  // 112,000 characters are 1,806 of each, with a deviation of 42. If all bytes counted, eight characters would
  // come 2,187 times.
  for (const count of seen.values()) expect(Math.abs(count - 112_000 / 62)).toBeLessThan(200);
});
