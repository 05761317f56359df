import type { FinalState } from "./final-state.ts";
import type { History } from "./history.ts";
import { operationsOf } from "./operations.ts";
import type { Violation } from "./violation.ts";

/** What one tenant was told, and what the database has of it. */
export interface Side {
  readonly tenant: string;
  readonly history: History;
  readonly state: FinalState;
}

/**
 * Nothing that one tenant was told of, by its id, is another's. Numbers have no ids: each tenant counts from
 * the same number on, and one that got another's would lack its own.
 */
export function tenantsApart(sides: readonly Side[]): Violation[] {
  return sides.flatMap(({ tenant, history }) => {
    const others = sides.filter((side) => side.tenant !== tenant);
    const foreign = new Map(
      others.flatMap((side) => idsIn(side.state).map((id) => [id, side.tenant])),
    );
    return operationsOf(history).flatMap(({ told, acknowledged }): Violation[] => {
      const owner = told !== undefined && "id" in told.answer && foreign.get(told.answer.id);
      if (typeof owner !== "string") return [];
      const calls = acknowledged.map(({ id }) => id);
      return [{ kind: "of_another_tenant", calls, facts: { tenant, owner } }];
    });
  });
}

function idsIn({ jobs, receipts, counts, imports, leases }: FinalState): string[] {
  return [...jobs, ...receipts, ...counts, ...imports, ...leases].map(({ id }) => id);
}
