import type { Call } from "../call.ts";
import { unshareableWith, withPatterns } from "../overlap/known-patterns.ts";
import type { LotRequest } from "./item.ts";

/**
 * Does what records lots with items that present reservations of other sequences than the one that serves
 * their product: with each goes which sequences the product must not have taken names of. Whatever presents
 * none, as most requests do, pays nothing for it. Fails: pattern_shared, patterns_changed.
 */
export async function withPresented<Value>(
  call: Call,
  requests: readonly LotRequest[],
  record: (requests: readonly LotRequest[]) => Promise<Value>,
): Promise<Value> {
  if (!requests.some(isForeign)) return record(requests);
  return withPatterns(call, (patterns) =>
    record(
      requests.map((request) => {
        const { reservation_sequence: sequence } = request;
        if (sequence === undefined || !isForeign(request)) return request;
        const overlapping = unshareableWith(patterns, sequence);
        return { ...request, overlapping, epoch: patterns.epoch };
      }),
    ),
  );
}

/** Whether the numbers that an item presents are of other series than those that its product draws from. */
function isForeign({ reservation_sequence: presented, serving }: LotRequest): boolean {
  return presented !== undefined && presented !== serving;
}
