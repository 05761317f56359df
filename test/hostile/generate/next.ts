import type { Random } from "../../faults/random.ts";
import type { Document, Operation } from "../document/document.ts";
import type { WireRequest } from "../wire/request.ts";
import type { Draft } from "./draft.ts";
import { wireOf } from "./draft.ts";
import { metricsKey } from "../../faults/stage/stage.ts";
import type { Holdings } from "./holdings.ts";
import { pathMutations, queryMutations } from "./mutations/address.ts";
import { beyondMutations } from "./mutations/beyond.ts";
import { bytesMutations, csvMutations, jsonMutations } from "./mutations/body.ts";
import { headerMutations } from "./mutations/headers.ts";
import { heavyMutations } from "./mutations/heavy.ts";
import type { DraftMutation, Surroundings, WireMutation } from "./mutations/mutation.ts";
import { illFormedMutations, wellFormedMutations } from "./mutations/wire.ts";
import { founding, validRequests } from "./valid/valid.ts";

export type Kind = "valid" | "again" | "nearly valid" | "hostile";

/** A request that is ready to be sent, and what it is. */
export interface Made {
  readonly kind: Kind;
  /** What was changed; empty for a valid one. */
  readonly changes: readonly string[];
  readonly draft: Draft;
  readonly request: WireRequest;
  /** Whether the address is that of the draft, so that the answer is about it. */
  readonly addressed: boolean;
  /** Whether it is a message as HTTP has it, which the service itself must answer. */
  readonly wellFormed: boolean;
}

type Change = readonly [name: string, mutation: DraftMutation];

/** Changes by how often they are made; within a group each as often as the others. */
const groups: readonly (readonly [weight: number, changes: readonly Change[]])[] = [
  [46, Object.entries(jsonMutations)],
  [10, Object.entries(bytesMutations)],
  [8, Object.entries(csvMutations)],
  [12, Object.entries(pathMutations)],
  [14, Object.entries(queryMutations)],
  [18, Object.entries(headerMutations)],
  [20, Object.entries(beyondMutations)],
];

const wellFormed = Object.entries(wellFormedMutations);
const illFormed = Object.entries(illFormedMutations);
const heavy = Object.entries(heavyMutations);

/** How often an operation is asked for, where that is not as often as most. */
const weights: Readonly<Record<string, number>> = {
  createReservation: 30,
  createLots: 30,
  createReceipt: 20,
  changeLot: 15,
  nextNames: 15,
  putSequence: 12,
  cancelJob: 3,
  getHealth: 3,
  getMetrics: 3,
  listStats: 4,
  listNotableCalls: 3,
  getForecast: 4,
};
const usualWeight = 10;

/** How often a job that was just begun is cancelled at once: later it has ended. */
const cancelled = 0.4;

/** RFC 9112 section 3 recommends to take at least so many. */
const longestTarget = 8000;

/** How many of its requests a client remembers, to send one again. */
const remembered = 20;

/** Makes the requests of one client, one after another; what it makes is decided by `random` and by what it was told. */
export class Requests {
  readonly #make: ReturnType<typeof validRequests>;
  readonly #choices: readonly (readonly [number, Operation])[];
  readonly #cancelJob: Operation | undefined;
  readonly #first: Draft[];
  readonly #past: Draft[] = [];
  readonly #random: Random;
  readonly #held: Holdings;
  readonly #others: Holdings;
  readonly #apiKey: string;

  constructor(
    document: Document,
    operations: readonly Operation[],
    of: {
      readonly random: Random;
      readonly held: Holdings;
      readonly others: Holdings;
      readonly apiKey: string;
    },
  ) {
    this.#make = validRequests(document, operations);
    this.#choices = operations.map((one) => [weights[one.id] ?? usualWeight, one]);
    this.#cancelJob = operations.find(({ id }) => id === "cancelJob");
    this.#random = of.random;
    this.#held = of.held;
    this.#others = of.others;
    this.#apiKey = of.apiKey;
    this.#first = founding(this.#held).map((wish) => this.#make.draftOf(wish, this.#headers()));
  }

  next(): Made {
    const random = this.#random;
    const founded = this.#first.shift();
    if (founded !== undefined) return this.#plain("valid", founded);
    const kind = random.weighed<Kind>([
      [48, "valid"],
      [2, "again"],
      [26, "nearly valid"],
      [24, "hostile"],
    ]);
    const again = kind === "again" && this.#past.length > 0 ? random.pick(this.#past) : undefined;
    if (again !== undefined) return this.#plain("again", again);
    const draft = this.#valid();
    if (kind === "valid" || kind === "again") return this.#plain("valid", draft);
    const around = { random, held: this.#held, others: this.#others };
    return kind === "nearly valid"
      ? this.#nearlyValid(draft, around)
      : this.#hostile(draft, around);
  }

  #valid(): Draft {
    const operation = this.#cancel() ?? this.#random.weighed(this.#choices);
    return this.#make.validDraft(operation, this.#held, this.#random, this.#headers(operation.id));
  }

  /** The operation that cancels, where the last answer told of a job that runs. */
  #cancel(): Operation | undefined {
    if (this.#held.runningJob === undefined) return undefined;
    if (this.#random.chance(cancelled)) return this.#cancelJob;
    this.#held.runningJob = undefined;
    return undefined;
  }

  #headers(operation = ""): Draft["headers"] {
    return [
      ["Authorization", `Bearer ${operation === "getMetrics" ? metricsKey : this.#apiKey}`],
      ["Idempotency-Key", this.#idempotencyKey()],
    ];
  }

  #idempotencyKey(): string {
    const part = (): string => this.#random.between(0, 0xffff_ffff).toString(16).padStart(8, "0");
    return `${this.#held.own}-${part()}${part()}`;
  }

  #plain(kind: Kind, draft: Draft): Made {
    const isPost = draft.operation.method === "POST";
    const sent = isPost ? draft : { ...draft, headers: withoutKey(draft.headers) };
    if (isPost && kind === "valid") {
      this.#past.push(sent);
      if (this.#past.length > remembered) this.#past.shift();
    }
    return {
      kind,
      changes: [],
      draft: sent,
      request: wireOf(sent),
      addressed: true,
      wellFormed: true,
    };
  }

  /** One change of a valid request. */
  #nearlyValid(draft: Draft, around: Surroundings): Made {
    if (this.#random.chance(0.12)) {
      return this.#overWire("nearly valid", draft, [], this.#random.pick(wellFormed), around);
    }
    const [name, changed] = this.#changed(draft, around);
    return this.#made("nearly valid", changed, [name]);
  }

  /** Several changes, or one that no good will explains. */
  #hostile(draft: Draft, around: Surroundings): Made {
    const random = this.#random;
    if (random.chance(0.006)) {
      const [name, change] = random.pick(heavy);
      // Most are for one operation.
      for (let look = 0; look < 300; look += 1) {
        const changed = change(look === 0 ? draft : this.#valid(), around);
        if (changed !== undefined) return this.#made("hostile", changed, [name]);
      }
    }
    let changed = draft;
    const changes: string[] = [];
    for (let left = random.between(1, 3); left > 0; left -= 1) {
      const [name, next] = this.#changed(changed, around);
      changed = next;
      changes.push(name);
    }
    const overWire = random.weighed([
      [50, undefined],
      [25, wellFormed],
      [25, illFormed],
    ]);
    if (overWire === undefined) return this.#made("hostile", changed, changes);
    return this.#overWire("hostile", changed, changes, random.pick(overWire), around);
  }

  #changed(draft: Draft, around: Surroundings): [string, Draft] {
    for (;;) {
      const [name, change] = this.#random.pick(this.#random.weighed(groups));
      const changed = change(draft, around);
      if (changed !== undefined) return [name, changed];
    }
  }

  #made(kind: Kind, draft: Draft, changes: readonly string[]): Made {
    const request = wireOf(draft);
    const wellFormed = isTarget(request.target);
    return { kind, changes, draft, request, addressed: true, wellFormed };
  }

  #overWire(
    kind: Kind,
    draft: Draft,
    changes: readonly string[],
    [name, mutation]: readonly [string, WireMutation],
    around: Surroundings,
  ): Made {
    const request = mutation.change(wireOf(draft), around);
    return {
      kind,
      changes: [...changes, name],
      draft,
      request,
      addressed: false,
      wellFormed: mutation.wellFormed && isTarget(request.target),
    };
  }
}

function withoutKey(headers: Draft["headers"]): Draft["headers"] {
  return headers.filter(([name]) => name.toLowerCase() !== "idempotency-key");
}

/** Whether a target is path and query as RFC 3986 has them, of a length that servers take. */
function isTarget(target: string): boolean {
  const form = /^\/(?:[A-Za-z0-9._~:/?@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*$/;
  return target.length <= longestTarget && form.test(target);
}
