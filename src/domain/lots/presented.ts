import type { Call } from "../call.ts";
import type { ServedProduct } from "../definitions/definitions.ts";
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
  products: ReadonlyMap<string, ServedProduct>,
  record: (requests: readonly LotRequest[]) => Promise<Value>,
): Promise<Value> {
  /** The sequence in whose series presented numbers are, where their product draws from another's. */
  const foreign = ({ product, reservation_sequence: presented }: LotRequest): string | undefined =>
    presented === products.get(product)?.servedBy?.counter.key ? undefined : presented;
  if (requests.every((request) => foreign(request) === undefined)) return record(requests);
  return withPatterns(call, (patterns) =>
    record(
      requests.map((request) => {
        const sequence = foreign(request);
        if (sequence === undefined) return request;
        const overlapping = unshareableWith(patterns, sequence);
        return { ...request, overlapping, epoch: patterns.epoch };
      }),
    ),
  );
}
