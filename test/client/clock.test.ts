import { expect, test } from "vitest";

import { Grants } from "../../client/src/leases/clock.ts";
import type { Block } from "../../client/src/leases/state.ts";

const block: Block = {
  id: "l",
  token: "t",
  reservation: "r",
  first: "1",
  last: "9",
  step: "1",
  prefix: "",
  width: 1,
  suffix: "",
  next: "1",
  reported: "1",
  granted_ms: 0,
  expires_ms: 1000,
  held: false,
};

test("a lease that is known to be nobody's stays so, whatever a store still has of it", () => {
  const grants = new Grants({ wall: () => 10, steady: () => 10 });
  expect(grants.isUsable(block, 0)).toBe(true);
  grants.end(block.id);
  expect(grants.isUsable(block, 0)).toBe(false);
  expect(grants.isUsable({ ...block, expires_ms: 2000 }, 0)).toBe(false);
  expect(grants.isLive(block.id)).toBe(false);
  // Nor is it given back: somebody else's is not ours to give.
  expect(grants.isOver(block, 0)).toBe(false);
});
