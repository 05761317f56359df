import { expect, test } from "vitest";

import { Waiting } from "../../client/src/leases/waiting.ts";

/** Callers who wait for what `stock` holds; it is empty at first. */
function waitingFor(): { waiting: Waiting; stock: { left: number } } {
  const stock = { left: 0 };
  const waiting = new Waiting(
    () => performance.now(),
    () => new Error("late"),
    (count) => {
      if (count > stock.left) return null;
      stock.left -= count;
      const lease = { id: "l", token: "t", reservation: "r" };
      return Array.from({ length: count }, () => ({ number: "1", name: "1", lease }));
    },
  );
  return { waiting, stock };
}

async function outcomes(waits: readonly Promise<unknown>[]): Promise<string[]> {
  return (await Promise.allSettled(waits)).map(({ status }) => status);
}

test("who waits behind one whose time is over is served though its own is over as well", async () => {
  const { waiting, stock } = waitingFor();
  const waits = [8, 3, 3, 2].map((count) => waiting.add(count, 20, undefined));
  stock.left = 5;
  expect(await outcomes(waits)).toEqual(["rejected", "fulfilled", "rejected", "fulfilled"]);
  expect(waiting.isEmpty).toBe(true);
});

test("callers are served in their order, as far as there are numbers for them", async () => {
  const { waiting, stock } = waitingFor();
  expect([waiting.next, waiting.wanted, waiting.served(5)]).toEqual([0, 0, 0]);
  const waits = [4, 8, 1].map((count) => waiting.add(count, Infinity, undefined));
  expect([waiting.next, waiting.wanted]).toEqual([4, 13]);
  expect([3, 4, 11, 12, 13].map((numbers) => waiting.served(numbers))).toEqual([0, 4, 4, 12, 13]);
  stock.left = 5;
  waiting.serve();
  expect([waiting.next, stock.left]).toEqual([8, 1]);
  waiting.rejectAll("why");
  expect(await outcomes(waits)).toEqual(["fulfilled", "rejected", "rejected"]);
});

test("of those who would wait in vain the next one stays when there is enough for it", async () => {
  const { waiting } = waitingFor();
  const now = performance.now();
  const waits = [8, 1, 8].map((count) => waiting.add(count, 60_000, undefined));
  waiting.rejectUntil(now + 1000, 0);
  expect(waiting.wanted).toBe(17);
  waiting.rejectUntil(Infinity, 5);
  expect(waiting.wanted).toBe(9);
  waiting.rejectUntil(Infinity, 0);
  expect(await outcomes(waits)).toEqual(["rejected", "rejected", "rejected"]);
});
