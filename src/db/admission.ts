import { fail } from "../errors.ts";
import { isolateBounds, longestWait } from "./isolate-bounds.ts";
import { Turns } from "./turns.ts";
import type { Turn, TurnBounds, Waiting } from "./turns.ts";

/** Lets an isolate's statements go to the database, so many at a time and tenants in turn. */
export interface Admission {
  /**
   * Runs `send` when the tenant's turn has come; `ms` is how long that may take at most. Fails: overloaded,
   * and then nothing was sent.
   */
  admit<Answer>(tenant: string, ms: number, send: () => Promise<Answer>): Promise<Answer>;
}

/** `now` is a clock in milliseconds that never goes back. */
export function createAdmission(
  bounds: TurnBounds = isolateBounds,
  longest = longestWait,
  now: () => number = () => performance.now(),
): Admission {
  const turns = new Turns(bounds);
  return {
    async admit(tenant, ms, send) {
      const turn = turns.enter(tenant, ms, now()) ?? (await inLine(turns, tenant, ms, longest));
      try {
        return await send();
      } finally {
        turns.end(turn, now());
      }
    },
  };
}

/** Waits for a turn. The timer is this request's own: the runtime ends one that waits for others alone. */
async function inLine(turns: Turns, tenant: string, ms: number, longest: number): Promise<Turn> {
  const patience: { timer?: ReturnType<typeof setTimeout> } = {};
  const came = await new Promise<Turn | undefined>((resolve) => {
    const waiting: Waiting = { tenant, ms, until: 0, go: () => resolve(waiting) };
    if (!turns.wait(waiting)) {
      resolve(undefined);
      return;
    }
    patience.timer = setTimeout(() => {
      turns.leave(waiting);
      resolve(undefined);
    }, longest);
  });
  if (patience.timer !== undefined) clearTimeout(patience.timer);
  return came ?? fail("overloaded", {});
}
