import { setTimeout as sleep } from "node:timers/promises";

import type { Call, Outcome } from "../check/history.ts";
import { isOpen } from "../check/operations.ts";
import type { Wanted } from "../check/wanted.ts";
import type { Random } from "../random.ts";
import type { Holder } from "./holders.ts";
import { giveUp, holdersOf, keepAnswer, loseStore, restarted, speakerOf } from "./holders.ts";
import { emptyMemory, remember } from "./memory.ts";
import type { Send } from "./send.ts";
import type { Appetite } from "./wishes/amounts.ts";
import { contradicting } from "./wishes/holding.ts";
import { nextWish } from "./wishes/next.ts";
import type { Looks } from "./wishes/next.ts";

/** What all clients of a run share. */
export interface Surroundings {
  readonly send: Send;
  readonly looks: (random: Random) => Looks;
  /** Where the Workers listen. */
  readonly ports: readonly number[];
  readonly appetite: Appetite;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  /** Keeps a call in the history. */
  readonly record: (call: Omit<Call, "id">) => void;
  /** False: no further request is begun; those that are open are sent until they are answered. */
  readonly goesOn: () => boolean;
  /** True: nobody sends anything any more, answered or not. */
  readonly isOver: () => boolean;
  /** Whether this request is to be delivered twice at once. */
  readonly takeTwin: () => boolean;
}

interface Request {
  readonly key: string;
  readonly wanted: Wanted;
}

/** Why a holder that was killed hears no answer. */
export const killed = "its holder was killed";

/** How many of its own requests a client remembers and may send again. */
const mostPast = 20;

/** What can be had once, and is also asked for by somebody else at the same time, under another key. */
const contested: ReadonlySet<string> = new Set(["apply", "cancel job", "cancel receipt"]);

/**
 * One client: asks for one thing after another, each under a key of its own, and sends what was not
 * answered again with the same key, to any of the Workers. Now and then it repeats an earlier request. Behind it
 * are holders of leases, which are killed now and then, also while they wait for an answer.
 */
export async function runClient(
  client: number,
  random: Random,
  around: Surroundings,
): Promise<void> {
  const memory = emptyMemory(holdersOf(client, random, around.now));
  const { holders } = memory;
  const looks = around.looks(random);
  const past: Request[] = [];
  for (let turn = 0; around.goesOn(); turn += 1) {
    const again =
      restarted(random, holders) ??
      (past.length > 0 && random.chance(0.06) ? random.pick(past) : undefined);
    const wish = again ?? {
      key: `${client}-${turn}`,
      wanted: await nextWish(random, `${client}-${turn}`, memory, around.appetite, looks),
    };
    const holder = again === undefined ? speakerOf(holders, wish.wanted) : undefined;
    if (holder !== undefined) {
      holder.last = wish;
      const isKilled = random.chance(0.05);
      if (isKilled) await breakOff(client, random, around, wish);
      if (isKilled && random.chance(0.5)) {
        loseStore(holder);
        continue;
      }
    }
    const rival = again === undefined ? rivalOf(wish, holder) : undefined;
    const rivals = rival && random.chance(0.5) ? insist(client, random, around, rival) : null;
    const outcome = await insist(client, random, around, wish);
    await rivals;
    if (again !== undefined || outcome === undefined) continue;
    const succeeded = outcome.status < 300;
    // A change without a key would be another change when it is sent once more.
    if (succeeded && wish.wanted.kind !== "patch") past.push(wish);
    if (past.length > mostPast) past.shift();
    if (succeeded) remember(memory, wish.wanted, outcome.body);
    if (holder === undefined) continue;
    if (succeeded) keepAnswer(holder, wish.wanted, outcome.body);
    else giveUp(holder);
  }
}

/** What is asked for at the same time, so that only one of the two may get it. */
function rivalOf({ key, wanted }: Request, holder: Holder | undefined): Request | undefined {
  const contrary = contested.has(wanted.kind) ? wanted : holder && contradicting(wanted, holder);
  return contrary && { key: `${key}-rival`, wanted: contrary };
}

/** Sends a request and dies before it is answered. */
async function breakOff(
  client: number,
  random: Random,
  around: Surroundings,
  { key, wanted }: Request,
): Promise<void> {
  const begun = around.now();
  const answer = around.send(random.pick(around.ports), key, wanted);
  await Promise.race([answer, sleep(random.between(0, 50))]);
  const outcome = { kind: "lost", why: killed } as const;
  around.record({ client, key, wanted, begun, ended: around.now(), outcome });
}

/** Sends a request until it is answered for good. Undefined: it was not before all was over. */
async function insist(
  client: number,
  random: Random,
  around: Surroundings,
  { key, wanted }: Request,
): Promise<Extract<Outcome, { kind: "answered" }> | undefined> {
  const once = async (): Promise<Outcome> => {
    const begun = around.now();
    const outcome = await around.send(random.pick(around.ports), key, wanted);
    around.record({ client, key, wanted, begun, ended: around.now(), outcome });
    return outcome;
  };
  while (!around.isOver()) {
    const twin = around.takeTwin() ? once() : undefined;
    const outcome = await once();
    const others = twin === undefined ? [] : [await twin];
    const settled = [outcome, ...others].find((one) => !isOpen(one));
    if (settled?.kind === "answered") return settled;
    // Of a file whose reader died the same request begins anew after a minute: nobody waits for that.
    const isBeingRead = outcome.kind === "answered" && outcome.status === 409;
    if (wanted.kind === "import" && isBeingRead && !around.goesOn()) break;
    await sleep(random.between(20, 400));
  }
  return undefined;
}
