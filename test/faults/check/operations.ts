import type { Told } from "./answers.ts";
import { toldBy } from "./answers.ts";
import type { Call, History, Outcome } from "./history.ts";
import type { Wanted } from "./wanted.ts";

export type Answered = Extract<Outcome, { kind: "answered" }>;

/** A call that was answered. */
export type AnsweredCall = Call & { readonly outcome: Answered };

/** All calls with one Idempotency-Key: one request, however often it was sent. */
export interface Operation {
  readonly key: string;
  readonly wanted: Wanted;
  readonly calls: readonly Call[];
  /** When it was first sent: nothing can have been done before. */
  readonly begun: number;
  /** The calls that were told of success, in the order of their ends. */
  readonly acknowledged: readonly AnsweredCall[];
  /** When somebody was first told of success; after it the work is done. Infinity: never. */
  readonly done: number;
  /** What the first of them was told; undefined when none was or it cannot be read. */
  readonly told: Told | undefined;
  /** The calls that were refused for good. */
  readonly refused: readonly AnsweredCall[];
}

/** Whether a call was answered. */
export function isAnswered(call: Call): call is AnsweredCall {
  return call.outcome.kind === "answered";
}

/** Whether the same request is to be sent again: its outcome is open, or its twin runs. */
export function isOpen(outcome: Outcome): boolean {
  if (outcome.kind === "lost" || outcome.status >= 500) return true;
  return outcome.status === 409 && outcome.body.includes('"request_in_flight"');
}

/** Whether it has an Idempotency-Key, so that it is carried out once however often it is sent. */
export function isKeyed({ wanted }: Operation): boolean {
  return wanted.kind !== "patch";
}

/** The calls by their Idempotency-Key. */
export function operationsOf(history: History): Operation[] {
  const byKey = new Map<string, Call[]>();
  for (const call of history) {
    const known = byKey.get(call.key);
    if (known === undefined) byKey.set(call.key, [call]);
    else known.push(call);
  }
  return Array.from(byKey.values(), operationOf);
}

function operationOf(calls: readonly Call[]): Operation {
  const [first] = calls;
  if (first === undefined) throw new Error("An operation has at least one call.");
  const answered = calls.filter(isAnswered).toSorted((a, b) => a.ended - b.ended);
  const acknowledged = answered.filter(({ outcome }) => outcome.status < 300);
  const [earliest] = acknowledged;
  return {
    key: first.key,
    wanted: first.wanted,
    calls,
    begun: Math.min(...calls.map(({ begun }) => begun)),
    acknowledged,
    done: earliest?.ended ?? Infinity,
    told: earliest === undefined ? undefined : toldBy(first.wanted, earliest.outcome.body),
    refused: answered.filter(({ outcome }) => outcome.status >= 400 && !isOpen(outcome)),
  };
}
