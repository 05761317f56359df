import { jobTold, toldBy } from "../answers.ts";
import { isKeyed } from "../operations.ts";
import type { AnsweredCall, Operation } from "../operations.ts";
import type { Violation } from "../violation.ts";

/**
 * A request that is sent again is carried out once and answered alike: a reservation, what the holder of a
 * lease says, names, a void, a change and a move with the same bytes; a lease, a job, a receipt and a count as
 * they now stand, with the same runs and names. What succeeded is not refused afterwards.
 */
export function answeredAlike(operations: readonly Operation[]): Violation[] {
  return operations.filter(isKeyed).flatMap(({ key, wanted, acknowledged, refused, done }) => {
    const violations: Violation[] = [];
    const [first] = acknowledged;
    if (first === undefined) return violations;
    const same = (call: AnsweredCall): unknown => identityOf(wanted, call);
    const others = [
      ...acknowledged.filter((call) => same(call) !== same(first)),
      ...refused.filter(({ begun }) => begun > done),
    ];
    if (others.length > 0) {
      const calls = [first, ...others].map(({ id }) => id);
      violations.push({ kind: "answers_differ", calls, facts: { key } });
    }
    const fresh = acknowledged.filter(({ outcome }) => !outcome.replayed);
    if (fresh.length > 1) {
      const calls = fresh.map(({ id }) => id);
      violations.push({ kind: "carried_out_twice", calls, facts: { key } });
    }
    return violations;
  });
}

/** Requests whose answer is kept as it was. */
const sameBytes: ReadonlySet<string> = new Set([
  "reserve",
  "report",
  "give back",
  "renew",
  "names",
  "void",
  "change",
  "advance",
  "rewind",
]);

/** What must not differ between the answers to one request. */
function identityOf(wanted: Operation["wanted"], { outcome }: AnsweredCall): string {
  if (sameBytes.has(wanted.kind)) return `${outcome.status} ${outcome.body}`;
  const told = toldBy(wanted, outcome.body);
  const job = jobTold(told);
  const id = told !== undefined && "id" in told.answer ? told.answer.id : "";
  const run =
    told?.kind === "lease" ? [told.answer.token, told.answer.first, told.answer.last] : [];
  return JSON.stringify([id, job?.id, job?.items, ...run]);
}
