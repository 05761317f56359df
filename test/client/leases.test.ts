import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";

import { MemoryStore, NoAnswer, Serialmint, emptyState } from "../../client/src/client.ts";
import type {
  Change,
  Clock,
  Leased,
  LeasedSequenceOptions,
  LeaseStore,
  State,
} from "../../client/src/client.ts";
import type { LeasedSequence } from "../../client/src/leases/leased-sequence.ts";
import { FileStore } from "../../client/src/file-store.ts";
import type { Fault } from "./faulty-way.ts";
import { scratch } from "./scratch.ts";
import { clientOf, sequenceOwner, startClientService } from "./service.ts";
import type { ClientService } from "./service.ts";

let service: ClientService;
beforeAll(async () => {
  service = await startClientService();
});
afterAll(() => service.stop());
beforeEach(() => {
  service.way.choose(null);
});

/** A leased sequence of `s` that is closed after the test. */
function sequenceOf(client: Serialmint, options: LeasedSequenceOptions = {}): LeasedSequence {
  const sequence = client.leasedSequence("s", options);
  onTestFinished(() => sequence.close({ timeoutMs: 100 }));
  return sequence;
}

/** A store in a folder of its own, and another one on the same folder, as after a restart. */
async function folder(): Promise<() => FileStore> {
  const made = await scratch();
  return () => new FileStore(made, { fsync: false });
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => {
      throw new Error("It succeeded.");
    },
    (error: unknown) => error,
  );
}

const numbersOf = (leased: readonly Leased[]): number[] =>
  leased.map(({ number }) => Number(number)).toSorted((a, b) => a - b);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, at) => at + 1);

/** What the service knows of all leases of `s`, added up. */
async function told(
  client: Serialmint,
): Promise<{ leases: number; used: number; open: number; back: number }> {
  const sum = { leases: 0, used: 0, open: 0, back: 0 };
  for await (const { used, open, given_back } of client.list("/v1/leases")) {
    sum.leases += 1;
    sum.used += used;
    sum.open += open;
    sum.back += given_back;
  }
  return sum;
}

/** A store like that of somebody else, which outlives a process, and may fail when it has kept a change. */
class StoreThatLasts implements LeaseStore {
  readonly lasting = true;
  state: State = emptyState;
  afterChange: () => void = () => undefined;

  async update<T>(_name: string, change: Change<T>): Promise<T> {
    const { state, result } = change(this.state);
    const isSame = state === this.state;
    this.state = state;
    if (!isSame) this.afterChange();
    return Promise.resolve(result);
  }
}

/** A clock that goes as the machine's does until it is set. */
function settable(): Clock & { wallOffset: number; steadyOffset: number } {
  return {
    wallOffset: 0,
    steadyOffset: 0,
    wall() {
      return Date.now() + this.wallOffset;
    },
    steady() {
      return performance.now() + this.steadyOffset;
    },
  };
}

/** A problem of the service. */
function refusalOf(code: string, status: number): Fault {
  return {
    status,
    headers: { "content-type": "application/problem+json" },
    body: JSON.stringify({ code, detail: "No.", status, retryable: false }),
  };
}

const isLeasing = ({ path: to }: { path: string }): boolean => to.endsWith("/leases");

describe("numbers", () => {
  test.each([
    [500, 1],
    [500, 7],
    [500, 10],
    [500, 1000],
    [5000, 10],
    [5000, 1000],
  ])("%i callers at once get one each from blocks of %i", async (callers, block) => {
    const client = await clientOf(service);
    const sequence = sequenceOf(client, { minBlock: block, maxBlock: block, waitMs: 100_000 });
    const got = await Promise.all(Array.from({ length: callers }, () => sequence.next()));
    expect(numbersOf(got)).toEqual(upTo(callers));
    expect(got.map(({ name }) => name)).toEqual(
      got.map(({ number }) => `S-${number.padStart(4, "0")}`),
    );
    await sequence.close();
    // Every number that was leased is either used or given back.
    const { used, open, back, leases } = await told(client);
    expect({ used, open }).toEqual({ used: callers, open: 0 });
    expect(leases).toBeGreaterThanOrEqual(Math.ceil(callers / block));
    expect((used + back) % block).toBe(0);
  });

  test("too many at once are refused, and what came of them goes to the next", async () => {
    const client = await clientOf(service, "S-{000000}", { overflow: "reject", start: "700000" });
    const sequence = sequenceOf(client, { maxBlock: 1_000_000 });
    expect(await failureOf(sequence.take(1_000_001))).toBeInstanceOf(RangeError);
    // 700,000 to 999,999 are there.
    expect(await failureOf(sequence.take(300_001))).toMatchObject({ code: "sequence_exhausted" });
    expect((await sequence.status()).left).toBe(300_000);
    expect(numbersOf(await sequence.take(2))).toEqual([700_000, 700_001]);
  });

  test("of a block that the service does not know are not handed out for long", async () => {
    const stores = await folder();
    const theirs = sequenceOf(await clientOf(service), { store: stores() });
    const [{ lease }] = (await theirs.take(2)) as [Leased, Leased];
    await theirs.close();
    // The folder of one tenant with the key of another.
    const problems: unknown[] = [];
    const ours = sequenceOf(await clientOf(service), {
      store: stores(),
      onProblem: (problem) => problems.push(problem),
    });
    while ((await ours.status()).left > 0 || problems.length === 0) await sleep(20);
    expect(problems[0]).toMatchObject({ code: "lease_not_found" });
    const own = await ours.next();
    expect(own.lease.id).not.toBe(lease.id);
    expect(own.number).toBe("1");
  });

  test("come in the order in which they are asked for, in steps of the increment", async () => {
    const client = await clientOf(service, "S-{0000}", { increment: 5 });
    const sequence = sequenceOf(client, { minBlock: 3, maxBlock: 3 });
    const got = [await sequence.next(), ...(await sequence.take(7)), await sequence.next()];
    expect(got.map(({ number }) => number)).toEqual([
      "1",
      "6",
      "11",
      "16",
      "21",
      "26",
      "31",
      "36",
      "41",
    ]);
    await sequence.close();
    expect(await told(client)).toMatchObject({ used: 9, open: 0 });
  });

  test("have the names and are recorded as the service has them", async () => {
    const client = await clientOf(service, "{YYYY}/{field.plant}-{000}");
    const sequence = sequenceOf(client, { fields: { plant: "B7" }, holder: "till 3" });
    const { name, number, lease } = await sequence.next();
    expect(name).toMatch(/^\d{4}\/B7-001$/);
    expect(await client.get("/v1/resolve", { query: { name } })).toMatchObject({
      origins: [{ sequence: "s", number }],
    });
    expect(await client.get("/v1/leases/{id}", { path: { id: lease.id } })).toMatchObject({
      holder: "till 3",
      first_name: name,
    });
    const body = { tracking: "serial", sequence: "s" } as const;
    await client.put("/v1/products/{sku}", { path: { sku: "p" }, body });
    const { token, reservation } = lease;
    const item = { product: "p", reservation, lease_token: token, first_name: name, count: 1 };
    await client.recordLots({ items: [item] });
    const lot = await client.get("/v1/products/{sku}/lots/{name}", { path: { sku: "p", name } });
    expect(lot.number).toBe(number);
  });

  test("of eighteen digits stay exact", async () => {
    const client = new Serialmint({ url: service.way.url, apiKey: await service.tenant() });
    const body = { pattern: "S{0}", start: "999999999999999990" };
    await client.put("/v1/sequences/{key}", { path: { key: "s" }, body });
    const sequence = sequenceOf(client, { minBlock: 5 });
    const got = await sequence.take(3);
    expect(got.map(({ name }) => name)).toEqual([
      "S999999999999999990",
      "S999999999999999991",
      "S999999999999999992",
    ]);
  });

  test("of two sequences on one store in memory are never the same", async () => {
    const client = await clientOf(service);
    const store = new MemoryStore();
    const both = [sequenceOf(client, { store }), sequenceOf(client, { store })];
    const got = await Promise.all(
      Array.from({ length: 200 }, (_, at) => (both[at % 2] as LeasedSequence).next()),
    );
    expect(new Set(numbersOf(got)).size).toBe(200);
  });

  test("that another sequence on one store in memory has handed out are not given back by a close", async () => {
    const client = await clientOf(service);
    const store = new MemoryStore();
    const options = { store, minBlock: 10, maxBlock: 10 };
    const stays = sequenceOf(client, options);
    const goes = sequenceOf(client, options);
    const got = [...(await stays.take(3)), ...(await goes.take(3))];
    await goes.close();
    got.push(...(await stays.take(12)));
    await stays.close();
    expect(new Set(numbersOf(got)).size).toBe(18);
    expect(await told(client)).toMatchObject({ used: 18, open: 0 });
  });

  test("are there without the service as long as there are any, and more than half a block is kept", async () => {
    const client = await clientOf(service);
    const sequence = sequenceOf(client, { minBlock: 10, maxBlock: 10 });
    await sequence.stockUp(15);
    service.way.choose(() => "lost");
    const left = (await sequence.status()).left;
    expect(left).toBe(20);
    for (let at = 1; at <= left; at += 1) expect((await sequence.next()).number).toBe(String(at));
    const late = await failureOf(sequence.next({ waitMs: 200 }));
    expect(late).toBeInstanceOf(NoAnswer);
    service.way.choose(null);
    expect((await sequence.next()).number).toBe("21");
  });

  test("that a caller has stopped waiting for go to the next one, however long that takes", async () => {
    const client = await clientOf(service);
    const sequence = sequenceOf(client, {
      minBlock: 5,
      maxBlock: 5,
      waitMs: 60_000,
      reportEveryMs: 100,
    });
    service.way.choose((passing) => (isLeasing(passing) && passing.time > 1 ? "lost" : null));
    const stop = new AbortController();
    const many = failureOf(sequence.take(8, { signal: stop.signal }));
    await sleep(500);
    stop.abort(new Error("enough"));
    expect(await many).toEqual(new Error("enough"));
    service.way.choose(null);
    expect(numbersOf(await sequence.take(10))).toEqual(upTo(10));
  });

  test("that a caller has stopped waiting for are there at once for who waits behind it", async () => {
    const client = await clientOf(service);
    const sequence = sequenceOf(client, { minBlock: 5, maxBlock: 5, waitMs: 60_000 });
    service.way.choose((passing) =>
      isLeasing(passing) && passing.time > 1 ? "answer hangs" : null,
    );
    const stop = new AbortController();
    const many = failureOf(sequence.take(8, { signal: stop.signal }));
    const next = sequence.next({ waitMs: 5000 });
    await sleep(300);
    stop.abort(new Error("enough"));
    expect((await next).number).toBe("1");
    await many;
    service.way.choose(null);
  });

  test("that nobody got are given back by a close, though somebody had waited for them", async () => {
    const client = await clientOf(service, "S-{00}", { overflow: "reject", start: "50" });
    const sequence = sequenceOf(client, { minBlock: 50 });
    expect(await failureOf(sequence.take(51))).toMatchObject({ code: "sequence_exhausted" });
    await sequence.close({ giveBack: true });
    expect(await told(client)).toMatchObject({ used: 0, open: 0, back: 50 });
  });

  test("stay in a store that lasts while there are fewer than somebody waits for", async () => {
    const client = await clientOf(service);
    const store = await folder();
    const options = { minBlock: 5, maxBlock: 5 };
    const first = sequenceOf(client, { ...options, store: store() });
    await first.stockUp(5);
    service.way.choose(() => "lost");
    expect(await failureOf(first.take(8, { waitMs: 300 }))).toBeInstanceOf(NoAnswer);
    // Killed: nobody closes it.
    const second = sequenceOf(client, { ...options, store: store() });
    expect(numbersOf(await second.take(5, { waitMs: 5000 }))).toEqual(upTo(5));
  });

  test("of more leases than a holder may have are given from a store that lasts as well", async () => {
    const client = await clientOf(service);
    const store = (await folder())();
    const sequence = sequenceOf(client, { store, minBlock: 1, maxBlock: 1, waitMs: 100_000 });
    expect(numbersOf(await sequence.take(130))).toEqual(upTo(130));
    await sequence.close({ giveBack: true, timeoutMs: Infinity });
    expect(await told(client)).toMatchObject({ used: 130, open: 0 });
  });

  test("that another process has got are there for who waits for an answer that hangs", async () => {
    const client = await clientOf(service);
    const store = await folder();
    const options = { minBlock: 10, maxBlock: 10 };
    service.way.choose((passing) =>
      isLeasing(passing) && passing.time === 1 ? "answer hangs" : null,
    );
    const one = sequenceOf(client, { ...options, store: store() });
    // Less than a request is waited for.
    const hanging = one.next({ waitMs: 8000 });
    await expect.poll(() => service.way.seen.filter(isLeasing).length).toBe(1);
    const other = sequenceOf(client, { ...options, store: store() });
    expect(numbersOf([await other.next(), await hanging])).toEqual([1, 2]);
    service.way.choose(null);
    expect((await told(client)).leases).toBe(1);
  });

  test.each(["in memory", "in a file"])(
    "are there for who waits behind one that is refused: %s",
    async (where) => {
      const client = await clientOf(service, "S-{00}", { overflow: "reject", start: "50" });
      const store = where === "in memory" ? new MemoryStore() : (await folder())();
      const sequence = sequenceOf(client, { minBlock: 50, store });
      const all = await Promise.allSettled([
        sequence.take(51),
        sequence.next(),
        sequence.take(50),
        sequence.take(49),
      ]);
      expect(all.map(({ status }) => status)).toEqual([
        "rejected",
        "fulfilled",
        "rejected",
        "fulfilled",
      ]);
      expect(all[0]).toMatchObject({ reason: { code: "sequence_exhausted" } });
    },
  );

  test("that were taken for somebody who has gone by then are put back, and are given once", async () => {
    const client = await clientOf(service);
    const store = new StoreThatLasts();
    const options = { store, minBlock: 10, maxBlock: 10 };
    const next = (): string | undefined => store.state.blocks[0]?.next;
    const one = sequenceOf(client, options);
    await one.stockUp(10);
    // All of the block, or half of it; and the store may fail when it has kept that it was put back.
    for (const [count, fails] of [
      [10, false],
      [5, true],
    ] as const) {
      const stop = new AbortController();
      let isTaken = false;
      store.afterChange = () => {
        if (next() === String(count + 1)) {
          isTaken = true;
          stop.abort(new Error("gone"));
        } else if (isTaken && fails) throw new Error("the disk is gone");
      };
      expect(await failureOf(one.take(count, { signal: stop.signal }))).toEqual(new Error("gone"));
      await expect.poll(next).toBe("1");
    }
    store.afterChange = () => undefined;
    const other = sequenceOf(client, options);
    expect(numbersOf(await other.take(5))).toEqual(upTo(5));
    await one.close();
    expect(numbersOf(await other.take(5))).toEqual([6, 7, 8, 9, 10]);
    await other.close({ giveBack: true });
    expect(await told(client)).toMatchObject({ used: 10, open: 0 });
  });

  test("are stocked up again as soon as the service answers, whatever it asked for before", async () => {
    const client = await clientOf(service);
    const sequence = sequenceOf(client, { minBlock: 10, maxBlock: 10 });
    await sequence.next();
    const busy = { status: 503, headers: { "retry-after": "300" }, body: "busy" };
    service.way.choose((passing) => (isLeasing(passing) ? busy : null));
    await sequence.take(8);
    await expect.poll(() => service.way.seen.filter(isLeasing).length).toBe(1);
    service.way.choose(null);
    await sequence.stockUp(5);
    await sequence.take(11);
    expect((await sequence.next()).number).toBe("21");
  });

  test("are not stocked up any more by a sequence that is closed", async () => {
    const client = await clientOf(service);
    const sequence = sequenceOf(client, { minBlock: 1, maxBlock: 1 });
    const stocking = failureOf(sequence.stockUp(1000));
    await expect.poll(async () => (await sequence.status()).left).toBeGreaterThan(1);
    await sequence.close();
    expect(await stocking).toMatchObject({ name: "SequenceClosed" });
    expect((await told(client)).open).toBe(0);
  });

  test("are not waited for by who has gone already", async () => {
    const sequence = sequenceOf(await clientOf(service));
    expect((await sequence.next()).number).toBe("1");
    const gone = { signal: AbortSignal.abort(new Error("gone")) };
    expect(await failureOf(sequence.next(gone))).toEqual(new Error("gone"));
    expect((await sequence.next()).number).toBe("2");
  });

  test("are waited for as long as a caller says, whatever the sequence says", async () => {
    const client = await clientOf(service);
    // Longer than the client's own tries go on.
    const busy = { status: 503, headers: { "retry-after": "11" }, body: "busy" };
    service.way.choose((passing) => (isLeasing(passing) && passing.time === 1 ? busy : null));
    const sequence = sequenceOf(client, { waitMs: 100 });
    const [short, long] = await Promise.allSettled([
      sequence.next(),
      sequence.next({ waitMs: 60_000 }),
    ]);
    expect([short.status, long.status]).toEqual(["rejected", "fulfilled"]);
  });

  test("are not given after the close", async () => {
    const client = await clientOf(service);
    const sequence = sequenceOf(client);
    await sequence.next();
    service.way.choose(() => "answer hangs");
    const waiting = failureOf(sequence.take(100_000));
    await sequence.close({ timeoutMs: 50 });
    expect(await waiting).toMatchObject({ name: "SequenceClosed" });
    expect(await failureOf(sequence.next())).toMatchObject({ name: "SequenceClosed" });
  });

  test.each([
    { minBlock: 1.5 },
    { minBlock: 0 },
    { minBlock: 20, maxBlock: 10 },
    { maxBlock: 1_000_001 },
    { blockSeconds: Number.NaN },
    { ttlSeconds: 0 },
    { holder: "" },
    { holder: "x".repeat(65) },
  ])("are not asked for with %o", (options) => {
    const client = new Serialmint({ url: service.way.url, apiKey: "none" });
    expect(() => client.leasedSequence("s", options)).toThrow(RangeError);
  });
});

describe("a block", () => {
  test("of a newer client is left alone", async () => {
    const store = new StoreThatLasts();
    // What this client cannot know.
    store.state = { ...emptyState, version: 2 as unknown as 1 };
    const sequence = sequenceOf(await clientOf(service), { store });
    expect(await failureOf(sequence.next())).toMatchObject({ message: /newer client/ });
    store.state = emptyState;
  });

  test("whose answer is lost is found again with the same key", async () => {
    const client = await clientOf(service);
    service.way.choose((passing) =>
      isLeasing(passing) && passing.time <= 2 ? "answer lost" : null,
    );
    const sequence = sequenceOf(client, { minBlock: 1, maxBlock: 1 });
    expect((await sequence.next()).number).toBe("1");
    const keys = service.way.seen.filter(isLeasing).map(({ key }) => key);
    expect(new Set(keys.slice(0, 3)).size).toBe(1);
  });

  test("is gone on with after a restart", async () => {
    const client = await clientOf(service);
    const store = await folder();
    const options = { minBlock: 10, maxBlock: 10 };
    const first = sequenceOf(client, { store: store(), ...options });
    expect((await first.next()).number).toBe("1");
    // Killed: nobody closes it.
    const second = sequenceOf(client, { store: store(), ...options });
    expect((await second.next()).number).toBe("2");
    await second.close();
    const third = sequenceOf(client, { store: store(), ...options });
    expect(numbersOf(await third.take(3))).toEqual([3, 4, 5]);
    expect((await told(client)).used).toBe(2);
  });

  test("that was asked for before a restart, and whose answer never came, is not lost", async () => {
    const client = await clientOf(service);
    const store = await folder();
    service.way.choose((passing) => (isLeasing(passing) ? "answer lost" : null));
    const first = sequenceOf(client, { store: store(), holder: "before" });
    expect(await failureOf(first.next({ waitMs: 200 }))).toBeInstanceOf(NoAnswer);
    await first.close({ timeoutMs: 0 });
    service.way.choose(null);
    const second = sequenceOf(client, { store: store(), holder: "after" });
    expect((await second.next()).number).toBe("1");
    for await (const { first: begin, holder } of client.list("/v1/leases")) {
      if (begin === "1") expect(holder).toBe("before");
    }
    expect((await told(client)).leases).toBeLessThanOrEqual(2);
  });

  test("is as large as the demand, within its bounds", async () => {
    const client = await clientOf(service);
    const sequence = sequenceOf(client, { minBlock: 10, maxBlock: 300 });
    await sequence.take(2000);
    const counts: number[] = [];
    for await (const { count } of client.list("/v1/leases")) counts.push(count);
    expect(Math.max(...counts)).toBe(300);
  });

  test("is smaller where the sequence or the key gives no more", async () => {
    const client = await clientOf(service, "S-{0}", { overflow: "reject" });
    const sequence = sequenceOf(client, { minBlock: 6, maxBlock: 6 });
    expect(numbersOf(await sequence.take(9))).toEqual(upTo(9));
    expect(await failureOf(sequence.next())).toMatchObject({ code: "sequence_exhausted" });

    const admin = await clientOf(service);
    const made = await admin.post("/v1/api-keys", {
      body: { name: "small", scopes: ["reserve"], quota: { count_per_request: 4 } },
    });
    const limited = new Serialmint({ url: service.way.url, apiKey: made.key ?? "" });
    expect(numbersOf(await sequenceOf(limited, { minBlock: 10 }).take(9))).toEqual(upTo(9));
  });

  test("that the day's quota does not give is a problem at once", async () => {
    const admin = await clientOf(service);
    const { key } = await admin.post("/v1/api-keys", {
      body: { name: "a few", scopes: ["reserve"], quota: { numbers_per_day: 7 } },
    });
    const limited = new Serialmint({ url: service.way.url, apiKey: key ?? "" });
    const sequence = sequenceOf(limited, { minBlock: 5, maxBlock: 5 });
    expect(numbersOf(await sequence.take(7))).toEqual(upTo(7));
    for (let at = 0; at < 2; at += 1) {
      const error = await failureOf(sequence.next({ waitMs: 60_000 }));
      expect(error).toMatchObject({ code: "quota_numbers_exceeded" });
    }
  });

  test("whose answer was lost is found again after a key that was refused", async () => {
    const { client, key } = await sequenceOwner(service);
    const keys = [key, "smk_live_0000000000000000000000000000"];
    const other = new Serialmint({ url: service.way.url, apiKey: () => keys.shift() ?? key });
    service.way.choose(({ time }) => (time === 1 ? "answer lost" : null));
    const sequence = sequenceOf(other, { minBlock: 10, maxBlock: 10 });
    expect(await failureOf(sequence.next())).toMatchObject({ code: "api_key_unknown" });
    expect((await sequence.next()).number).toBe("1");
    await sequence.close();
    expect(await told(client)).toMatchObject({ used: 1, open: 0 });
  });

  test.each(['{"login": "please"}', "null", "[]", '{"id": "5", "first": "1"}'])(
    "is not what a network says that asks for a login, nor has it heard a report: %s",
    async (body) => {
      const client = await clientOf(service);
      const login = { status: 200, headers: { "content-type": "application/json" }, body };
      service.way.choose(({ time }) => (time === 1 ? login : null));
      const sequence = sequenceOf(client, { minBlock: 10, maxBlock: 10 });
      expect((await sequence.next()).number).toBe("1");
      service.way.choose(() => login);
      expect(await failureOf(sequence.report())).toBeInstanceOf(NoAnswer);
      expect((await sequence.status()).reports).toBe(1);
      service.way.choose(null);
      await sequence.report();
      expect(await told(client)).toMatchObject({ used: 1, open: 9 });
    },
  );

  test("that the service has forgotten is not handed out from memory either", async () => {
    const client = await clientOf(service);
    const sequence = sequenceOf(client, { minBlock: 10, maxBlock: 10 });
    const { lease } = await sequence.next();
    const unknown = refusalOf("lease_not_found", 404);
    service.way.choose(({ path: to }) => (to.includes(lease.id) ? unknown : null));
    await sequence.report();
    expect((await sequence.next()).lease.id).not.toBe(lease.id);
  });

  test.each(["in memory", "in a file"])(
    "that somebody else has given back is not handed out once a renewal has told: %s",
    async (where) => {
      const client = await clientOf(service);
      const store = where === "in memory" ? new MemoryStore() : (await folder())();
      const clock = settable();
      const options = { minBlock: 10, maxBlock: 10, reportEveryMs: 100, store, clock };
      const sequence = sequenceOf(client, options);
      const { id, token } = (await sequence.next()).lease;
      await client.post("/v1/leases/{id}/give-back", { path: { id }, body: { token } });
      // Less than a fifth of its hour is left.
      clock.wallOffset += 3_000_000;
      clock.steadyOffset += 3_000_000;
      await expect.poll(async () => (await sequence.status()).left, { timeout: 20_000 }).toBe(0);
      expect((await sequence.next()).lease.id).not.toBe(id);
    },
  );

  test("that was asked for as its period ended is asked for anew, and nobody is refused", async () => {
    const client = await clientOf(service);
    const over = refusalOf("lease_period_over", 409);
    service.way.choose((passing) => (isLeasing(passing) && passing.time === 1 ? over : null));
    const sequence = sequenceOf(client, { minBlock: 10, maxBlock: 10 });
    expect(numbersOf(await Promise.all([sequence.next(), sequence.next()]))).toEqual([1, 2]);
    const keys = service.way.seen.filter(isLeasing).map(({ key }) => key);
    expect(keys[0]).not.toBe(keys[1]);
  });

  test("that is refused is a problem of those who wait for it", async () => {
    const client = new Serialmint({ url: service.way.url, apiKey: await service.tenant() });
    const none = sequenceOf(client);
    expect(await failureOf(none.next())).toMatchObject({ code: "sequence_not_found" });
    await client.put("/v1/sequences/{key}", {
      path: { key: "s" },
      body: { pattern: "S{0}", mode: "gapless" },
    });
    const all = await Promise.allSettled([none.next(), none.take(3)]);
    expect(all.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(await failureOf(none.next())).toMatchObject({ code: "lease_gapless" });
  });
});

describe("time", () => {
  const hour = 3_600_000;

  test("a block in use is renewed before it runs out", async () => {
    const client = await clientOf(service);
    const sequence = sequenceOf(client, { ttlSeconds: 2, minBlock: 1000 });
    const { lease } = await sequence.next();
    await sleep(3000);
    expect((await sequence.next()).lease).toEqual(lease);
  });

  test.each(["in memory", "in a file"])(
    "nothing of a block is handed out after its time: %s",
    async (where) => {
      const client = await clientOf(service);
      const store = where === "in memory" ? new MemoryStore() : (await folder())();
      const sequence = sequenceOf(client, { ttlSeconds: 1, minBlock: 1000, store });
      expect((await sequence.next()).number).toBe("1");
      service.way.choose(() => "lost");
      await sleep(1100);
      expect(await failureOf(sequence.next({ waitMs: 100 }))).toBeInstanceOf(NoAnswer);
      service.way.choose(null);
      expect((await sequence.next()).number).toBe("1001");
      await sequence.close();
      const { used, leases } = await told(client);
      expect({ used, leases }).toEqual({ used: 2, leases: 2 });
    },
  );

  test("nothing is handed out after its time to who has waited for more", async () => {
    const client = await clientOf(service);
    const sequence = sequenceOf(client, { ttlSeconds: 1, minBlock: 10, maxBlock: 10 });
    await sequence.stockUp(10);
    service.way.choose(() => "lost");
    const many = sequence.take(15);
    await sleep(1200);
    // A renewal would make it last again.
    service.way.choose(({ path: to }) => (to.endsWith("/renew") ? "lost" : null));
    expect(numbersOf(await many)[0]).toBeGreaterThan(10);
  });

  test("a block that was asked for before the service was away for long is renewed and used", async () => {
    const client = await clientOf(service);
    const clock = settable();
    service.way.choose(() => "lost");
    const sequence = sequenceOf(client, { minBlock: 10, maxBlock: 10, clock });
    const next = sequence.next({ waitMs: 10 * hour });
    await sleep(300);
    clock.wallOffset += 2 * hour;
    clock.steadyOffset += 2 * hour;
    service.way.choose(null);
    expect((await next).number).toBe("1");
    expect((await told(client)).leases).toBe(1);
  });

  test("a clock that was far ahead is forgotten with the first renewal", async () => {
    const client = await clientOf(service);
    const store = await folder();
    const ahead = settable();
    ahead.wallOffset += 10 * 365 * 24 * hour;
    const options = { minBlock: 10, maxBlock: 10 };
    const first = sequenceOf(client, { ...options, store: store(), clock: ahead });
    expect((await first.next()).number).toBe("1");
    await first.close();
    const second = sequenceOf(client, { ...options, store: store() });
    expect((await second.next()).number).toBe("2");
    await second.close();
    service.way.choose(() => "lost");
    const third = sequenceOf(client, { ...options, store: store() });
    expect((await third.next({ waitMs: 1000 })).number).toBe("3");
  });

  test("a sleep that only the wall clock shows ends it, and so does one that only the other shows", async () => {
    const client = await clientOf(service);
    for (const asleep of ["wallOffset", "steadyOffset"] as const) {
      const clock = settable();
      const sequence = sequenceOf(client, { minBlock: 1000, clock });
      const { lease } = await sequence.next();
      clock[asleep] += 2 * hour;
      expect((await sequence.next()).lease.id).not.toBe(lease.id);
      await sequence.close();
    }
  });

  test("a wall clock that is set back makes nothing last longer", async () => {
    const client = await clientOf(service);
    const clock = settable();
    const sequence = sequenceOf(client, { minBlock: 1000, clock });
    const { lease } = await sequence.next();
    clock.wallOffset -= 24 * hour;
    expect((await sequence.next()).lease).toEqual(lease);
    clock.steadyOffset += 2 * hour;
    expect((await sequence.next()).lease.id).not.toBe(lease.id);
  });

  test("a clock that was set back between two starts is not believed: the block is renewed first", async () => {
    const client = await clientOf(service);
    const store = await folder();
    const before = sequenceOf(client, { minBlock: 10, maxBlock: 10, store: store() });
    const { lease } = await before.next();
    await before.close();
    const clock = settable();
    clock.wallOffset -= hour;
    service.way.choose(() => "lost");
    const after = sequenceOf(client, { minBlock: 10, maxBlock: 10, store: store(), clock });
    expect(await failureOf(after.next({ waitMs: 200 }))).toBeInstanceOf(NoAnswer);
    service.way.choose(null);
    const next = await after.next();
    expect(next.lease).toEqual(lease);
    expect(next.number).toBe("2");
  });
});

describe("reports", () => {
  test("tell what was used while a block is in use", async () => {
    const client = await clientOf(service);
    const sequence = sequenceOf(client, { minBlock: 100, maxBlock: 100, reportEveryMs: 100 });
    await sequence.take(30);
    await expect.poll(async () => (await told(client)).used, { timeout: 20_000 }).toBe(30);
    await sequence.take(12);
    await sequence.report();
    expect((await told(client)).used).toBe(42);
    expect((await sequence.status()).reports).toBe(0);
  });

  test("wait in the store while there is no connection, also over a restart, and go out in order", async () => {
    const client = await clientOf(service);
    const store = await folder();
    const first = sequenceOf(client, { minBlock: 10, maxBlock: 10, store: store() });
    await first.stockUp(20);
    service.way.choose(() => "lost");
    await first.take(13);
    const sent = first.report();
    sent.catch(() => undefined);
    await first.take(2);
    await first.close({ giveBack: true, timeoutMs: 100 });
    const waiting = (await sequenceOf(client, { store: store() }).status()).reports;
    expect(waiting).toBeGreaterThanOrEqual(2);
    service.way.choose(({ path: to, time }) =>
      to.endsWith("/report") && time === 1 ? "answer lost" : null,
    );
    const second = sequenceOf(client, { store: store() });
    await second.report();
    expect((await second.status()).reports).toBe(0);
    const { used, open, back } = await told(client);
    expect({ used, open, back }).toEqual({ used: 15, open: 0, back: 5 });
  });

  test("do not pile up while there is no connection", async () => {
    const client = await clientOf(service);
    const sequence = sequenceOf(client, { minBlock: 100, maxBlock: 100, waitMs: 100 });
    await sequence.next();
    service.way.choose(() => "lost");
    for (let at = 0; at < 5; at += 1) {
      await sequence.next();
      // Queued by it whether or not it can be sent.
      const sent = sequence.report();
      sent.catch(() => undefined);
      await sleep(20);
    }
    expect((await sequence.status()).reports).toBeLessThanOrEqual(2);
  });

  test("that are refused for good are told of, and hold nothing up", async () => {
    const client = await clientOf(service);
    const problems: unknown[] = [];
    const sequence = sequenceOf(client, {
      minBlock: 10,
      maxBlock: 10,
      onProblem: (problem) => problems.push(problem),
    });
    const { lease } = await sequence.next();
    const { id, token } = lease;
    // Somebody else gives away what is ours.
    await client.post("/v1/leases/{id}/give-back", { path: { id }, body: { token } });
    await sequence.take(19);
    await sequence.report();
    expect(problems).toContainEqual(expect.objectContaining({ code: "lease_number_given_back" }));
    expect((await sequence.status()).reports).toBe(0);
  });

  test("that cannot be told at the close are told of, and a second close is the same one", async () => {
    const client = await clientOf(service);
    const problems: unknown[] = [];
    const sequence = sequenceOf(client, { onProblem: (problem) => problems.push(problem) });
    await sequence.next();
    const closing = sequence.close();
    await sequence.close();
    expect(await told(client)).toMatchObject({ used: 1, open: 0 });
    await closing;
    expect(problems).toEqual([]);

    const other = sequenceOf(client, { onProblem: (problem) => problems.push(problem) });
    await other.next();
    service.way.choose(() => "answer hangs");
    await other.close({ timeoutMs: 300 });
    expect(problems).toEqual([expect.any(NoAnswer)]);
  });

  test("go out by themselves again as soon as one has got through", async () => {
    const client = await clientOf(service);
    const sequence = sequenceOf(client, { reportEveryMs: 100 });
    await sequence.next();
    const busy = { status: 503, headers: { "retry-after": "300" }, body: "busy" };
    service.way.choose(({ path: to }) => (to.endsWith("/report") ? busy : null));
    expect(await failureOf(sequence.report())).toBeInstanceOf(NoAnswer);
    service.way.choose(null);
    await sequence.report();
    await sequence.next();
    await expect.poll(async () => (await told(client)).used, { timeout: 20_000 }).toBe(2);
  });

  test("are waited for by a close without an end", async () => {
    const client = await clientOf(service);
    const problems: unknown[] = [];
    const sequence = sequenceOf(client, { onProblem: (problem) => problems.push(problem) });
    await sequence.next();
    service.way.choose(({ time }) => (time === 1 ? "lost" : null));
    await sequence.close({ timeoutMs: Infinity });
    expect(problems).toEqual([]);
    service.way.choose(null);
    expect(await told(client)).toMatchObject({ used: 1, open: 0 });
  });

  test("go on though whoever is told of a problem throws", async () => {
    const client = await clientOf(service);
    const sequence = sequenceOf(client, {
      reportEveryMs: 100,
      onProblem: () => {
        throw new Error("not here");
      },
    });
    await sequence.next();
    const refusal = refusalOf("lease_range", 422);
    service.way.choose(({ path: to }) => (to.endsWith("/report") ? refusal : null));
    await sleep(500);
    expect(service.way.seen.length).toBeGreaterThan(0);
    service.way.choose(null);
    await sequence.next();
    await expect.poll(async () => (await told(client)).used, { timeout: 20_000 }).toBe(2);
  });
});
