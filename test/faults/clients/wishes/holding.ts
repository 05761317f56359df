import type { Wanted, WantedUse } from "../../check/wanted.ts";
import { nameOf } from "../../check/naming.ts";
import type { Random } from "../../random.ts";
import type { HeldLease, Holder } from "../holders.ts";
import { someProduct } from "./lots.ts";

const sequenceWeights = [
  [30, "row"],
  [30, "hot"],
  [14, "five"],
  [8, "yearly"],
  [8, "daily"],
  [8, "invoices"],
  // Refused: what is not used would be a gap.
  [2, "gapless"],
] as const;

/** A token that no lease has. */
const strangeToken = "00000000-0000-4000-8000-000000000000";

/** What a holder of leases does next: it takes a lease, or gives names out from memory and tells of them. */
export function holding(random: Random, holders: readonly Holder[]): Wanted {
  const holder = random.pick(holders);
  const { lease, past } = holder;
  if (past !== undefined && random.chance(0.15)) return afterTheEnd(random, past);
  if (lease === undefined) return leasing(random, holder);
  const drawn = random.between(0, Math.min(lease.count - lease.given, random.pick([1, 10, 100])));
  lease.given += drawn;
  const isOver = holder.clock() > lease.expiresAt;
  const wish = random.weighed<() => Wanted>([
    [isOver ? 20 : 40, () => reporting(random, lease)],
    [isOver ? 30 : 10, () => ({ kind: "give back", ...newsOf(random, lease) })],
    [isOver ? 20 : 8, () => renewing(random, lease)],
    [15, () => lotsOfLease(random, lease)],
    [10, () => intruding(random, lease, holders)],
  ]);
  return wish();
}

function leasing(random: Random, { name }: Holder): Wanted {
  const sequence = random.weighed(sequenceWeights);
  const count = random.between(1, random.pick([5, 100, 3000]));
  // Many expire while all this goes on.
  const ttl = random.weighed([
    [4, random.between(1, 4)],
    [3, random.between(5, 30)],
    [3, 3600],
  ]);
  return { kind: "lease", sequence, count, ttl_s: ttl, holder: name };
}

/** Another time for the lease, which may be shorter than before. */
function renewing(random: Random, { id, token }: HeldLease): Wanted {
  return { kind: "renew", lease: id, token, ttl_s: random.pick([1, 2, 5, 3600]) };
}

function numberAt({ first, step }: HeldLease, place: number): string {
  return String(first + BigInt(place) * step);
}

/** All that was given out, or a part of it in runs; also what was told before. */
function reporting(random: Random, lease: HeldLease): Wanted {
  const { id, token, given } = lease;
  if (given === 0) return renewing(random, lease);
  if (random.chance(0.6)) return { kind: "report", ...upTo(lease, given) };
  const used = Array.from({ length: random.between(1, 4) }, () => {
    const from = random.between(0, given - 1);
    const to = random.between(from, Math.min(given - 1, from + 20));
    return { first: numberAt(lease, from), last: numberAt(lease, to) };
  });
  return { kind: "report", lease: id, token, used };
}

function upTo(lease: HeldLease, given: number): WantedUse {
  const { id, token } = lease;
  return { lease: id, token, ...(given === 0 ? {} : { used_to: numberAt(lease, given - 1) }) };
}

/** With the last report mostly; without it what was given out and not told of is void too. */
function newsOf(random: Random, lease: HeldLease): WantedUse {
  return upTo(lease, random.chance(0.7) ? lease.given : 0);
}

/** Lots of the next numbers, which it tells of by that. */
function lotsOfLease(random: Random, lease: HeldLease): Wanted {
  const left = lease.count - lease.given;
  if (left === 0) return reporting(random, lease);
  const count = random.between(1, Math.min(left, random.pick([1, 30])));
  const first = nameOf(lease, lease.first + BigInt(lease.given) * lease.step);
  lease.given += count;
  const item = { product: someProduct(random), reservation: lease.reservation, count };
  return { kind: "lots", items: [{ ...item, first_name: first, lease_token: lease.token }] };
}

/** Somebody else, who has the token of another lease or none, wants numbers of this one. */
function intruding(random: Random, lease: HeldLease, holders: readonly Holder[]): Wanted {
  const others = holders.flatMap((holder) => holder.lease?.token ?? holder.past?.token ?? []);
  const token = others.find((one) => one !== lease.token) ?? strangeToken;
  const stranger = { ...lease, token };
  const place = random.between(0, lease.count - 1);
  const number = numberAt(lease, place);
  const { reservation } = lease;
  return random.pick<Wanted>([
    { kind: "report", ...upTo(stranger, place + 1) },
    { kind: "give back", ...upTo(stranger, random.pick([0, place + 1])) },
    { kind: "renew", lease: lease.id, token, ttl_s: 60 },
    { kind: "void", reservation },
    { kind: "void", reservation, first: number, last: number },
    {
      kind: "lots",
      items: [
        { product: someProduct(random), count: 1 },
        {
          product: someProduct(random),
          reservation,
          first_name: nameOf(lease, BigInt(number)),
          count: 1,
        },
      ],
    },
  ]);
}

/** A holder that gave its lease back says something nevertheless: what it told before, or more. */
function afterTheEnd(random: Random, past: HeldLease): Wanted {
  const reach = random.pick([past.given, past.count]);
  return random.pick<Wanted>([
    { kind: "report", ...upTo(past, Math.max(reach, 1)) },
    { kind: "give back", ...upTo(past, 0) },
    { kind: "renew", lease: past.id, token: past.token, ttl_s: 60 },
  ]);
}

/** What a copy of the same holder says at the same time, so that only one can have all that it says. */
export function contradicting(wanted: Wanted, { lease }: Holder): Wanted | undefined {
  if (lease === undefined) return undefined;
  if (wanted.kind === "report") return { kind: "give back", ...upTo(lease, 0) };
  if (wanted.kind === "give back") return { kind: "report", ...upTo(lease, lease.count) };
  return undefined;
}
