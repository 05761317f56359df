import { expect, test } from "vitest";

import type { Service } from "../harness/service.ts";
import { expectSeamless } from "./runs.ts";
import {
  account,
  inParallel,
  ledgerRuns,
  lotSums,
  postLots,
  putProduct,
  putSequence,
  serviceForTest,
} from "./service.ts";

const products = 8;

/** Numbers that look random and are the same in every run. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

/** Half of the sequences are promoted from the start. */
async function manyProducts(service: Service): Promise<void> {
  for (let index = 0; index < products; index += 1) {
    const pattern = `S${index}-{0000}`;
    await putSequence(service, `s${index}`, { pattern, hot: index % 2 === 0 });
    await putProduct(service, `p${index}`, `s${index}`);
  }
  await postLots(
    service,
    Array.from({ length: products }, (_, index) => ({ product: `p${index}`, count: 1 })),
  );
}

test("16 callers with products in any order never wait for one another in a circle", async () => {
  const service = await serviceForTest();
  await manyProducts(service);
  const made = Array.from({ length: products }, () => 1);
  const before = await service.database.requests();
  await inParallel(16, async (caller) => {
    const random = randomFrom(caller + 1);
    for (let post = 0; post < 10; post += 1) {
      const order = made
        .map((_, index) => ({ index, place: random() }))
        .toSorted((a, b) => a.place - b.place)
        .slice(0, 2 + Math.floor(random() * 6));
      const items = order.map(({ index }) => ({
        product: `p${index}`,
        count: 1 + Math.floor(random() * 5),
      }));
      const answer = await postLots(service, items);
      expect(answer.status, answer.text).toBe(201);
      for (const [place, { index }] of order.entries()) {
        made[index] = (made[index] ?? 0) + (items[place]?.count ?? 0);
      }
    }
  });
  // A deadlock would have been tried again.
  expect((await service.database.requests()) - before).toBe(160);
  for (const [index, count] of made.entries()) {
    const key = `s${index}`;
    expect(expectSeamless(await ledgerRuns(service, key), 1n)).toBe(BigInt(count + 1));
    expect((await lotSums(service, `p${index}`)).numbers).toBe(String(count));
    expect(await account(service, key)).toMatchObject({ taken: count, open: 0, burned: 0 });
  }
});

test("new forms of one promoted series in any order do not either", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "{field.line}-{0000}", hot: true });
  await putProduct(service, "p", "s");
  await postLots(service, [{ product: "p", count: 1, fields: { line: "warm" } }]);
  // The transactions stay open a little, as over a network, so that they meet.
  await service.database.fault({ kind: "delay_commit", ms: 30 });
  const before = await service.database.requests();
  const lines = Array.from({ length: 400 }, (_, line) => ({
    product: "p",
    count: 1,
    fields: { line: `L${line}` },
  }));
  await inParallel(4, async (caller) => {
    const answer = await postLots(service, caller % 2 === 0 ? lines : lines.toReversed());
    expect(answer.status, answer.text).toBe(201);
  });
  await service.database.fault(null);
  expect((await service.database.requests()) - before).toBe(4);
});

test.each([false, true])(
  "names by hand against draws of the same numbers do not either (hot: %s)",
  async (hot) => {
    const service = await serviceForTest();
    await putSequence(service, "s", { pattern: "A-{0000}", hot });
    await putProduct(service, "p", "s");
    await postLots(service, [{ product: "p", count: 1 }]);
    await service.database.fault({ kind: "delay_commit", ms: 20 });
    const before = await service.database.requests();
    for (let round = 0; round < 3; round += 1) {
      const { json } = await service.call("GET", "/v1/sequences/s");
      const next = `A-${json.next.padStart(4, "0")}`;
      await Promise.all([
        postLots(service, [{ product: "p", names: [next] }]),
        postLots(service, [{ product: "p", count: 1 }]),
        postLots(service, [{ product: "p", count: 1 }]),
      ]);
    }
    await service.database.fault(null);
    // Three creations and one read a round.
    expect((await service.database.requests()) - before).toBe(12);
  },
);

test("callers who change the settings do not either", async () => {
  const service = await serviceForTest();
  const change = async (zone: string) => {
    const body = { time_zone: zone };
    const { status, text } = await service.call("PATCH", "/v1/settings", { body });
    expect(status, text).toBe(200);
  };
  await change("UTC");
  const before = await service.database.requests();
  await change("Europe/Berlin");
  const requests = (await service.database.requests()) - before;
  await inParallel(16, async (caller) => {
    for (let turn = 0; turn < 5; turn += 1)
      await change((caller + turn) % 2 === 0 ? "UTC" : "Asia/Tokyo");
  });
  // What is rolled back for a deadlock is tried again.
  expect((await service.database.requests()) - before).toBe(requests * 81);
});

test("a sequence that is replaced while names of it are recorded does not either", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{0000}", hot: true });
  await putProduct(service, "p", "s");
  await postLots(service, [{ product: "p", count: 5 }]);
  const session = service.database.session();
  // A creation that has moved the counter past a name, and is about to write that down.
  await session.query("begin");
  await session.query("set local deadlock_timeout = '50ms'");
  const [row] = await session.query<{ definition: string }>(
    `select q.definition from series s
     join sequences q on q.tenant = s.tenant and q.key = s.sequence where s.tenant = $1`,
    [service.tenant],
  );
  await session.query("select (pass_v1($1, 's', '', $2::uuid, 3)).count", [
    service.tenant,
    row?.definition,
  ]);
  const put = putSequence(service, "s", { pattern: "B-{0000}", hot: true });
  // It waits for that creation to end before the creation goes on to draw.
  await service.database.query("select pg_sleep(0.3)");
  const drawing = session.query("select (draw_v1($1, 's', '', $2::uuid, 2)).count", [
    service.tenant,
    row?.definition,
  ]);
  await expect(drawing).resolves.toEqual([{ count: "2" }]);
  await session.query("commit");
  await session.close();
  await put;
});
