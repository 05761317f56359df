import type { Drawing } from "./drawing.ts";
import type { FinalState } from "./final-state.ts";
import { givenRuns } from "./given-runs.ts";
import type { History } from "./history.ts";
import { operationsOf } from "./operations.ts";
import { everyNumberAccounted } from "./rules/accounted.ts";
import type { Exposure } from "./rules/accounted.ts";
import { accountsAddUp } from "./rules/account.ts";
import { nothingLost } from "./rules/acknowledged.ts";
import { changesOnce } from "./rules/changes.ts";
import { drawnOfLeases, drawnRuns } from "./rules/drawn.ts";
import { expiriesKept } from "./rules/expiry.ts";
import { rowsOnce } from "./rules/imports.ts";
import { jobsWhole } from "./rules/jobs.ts";
import { toldByHolders } from "./rules/lease-use.ts";
import { leasesKept } from "./rules/leases.ts";
import { movesOnce } from "./rules/moves.ts";
import { namesRendered } from "./rules/names-rendered.ts";
import { numbersOnce, wholeRuns } from "./rules/numbers-once.ts";
import { inRealTimeOrder } from "./rules/order.ts";
import { papersKept } from "./rules/papers.ts";
import { answeredAlike } from "./rules/repeats.ts";
import { plainAnswers, requestsRecorded } from "./rules/requests.ts";
import { takenBack } from "./rules/taken-back.ts";
import { nothingTaken } from "./rules/taken-from-leases.ts";
import { usedOnce } from "./rules/used-once.ts";
import type { Violation } from "./violation.ts";

export type { Exposure } from "./rules/accounted.ts";

/**
 * Holds a history and the database that it left against everything that is promised of numbers, lots and
 * requests, and what processes noted that drew from leases by themselves. It works on runs, so that ten million numbers cost no more than the calls that drew them.
 */
export function check(
  history: History,
  state: FinalState,
  exposure: Exposure,
  drawings: readonly Drawing[] = [],
): Violation[] {
  const operations = operationsOf(history);
  const given = givenRuns(operations, state);
  return [
    ...numbersOnce([...given, ...drawnRuns(drawings, state)], state),
    ...wholeRuns(given),
    ...namesRendered(operations, state),
    ...usedOnce(state),
    ...inRealTimeOrder(given),
    ...nothingLost(operations, given, state),
    ...movesOnce(operations, state),
    ...everyNumberAccounted(operations, state, exposure, drawings),
    ...answeredAlike(operations),
    ...requestsRecorded(operations, state, drawings),
    ...plainAnswers(operations),
    ...jobsWhole(state),
    ...takenBack(operations, state),
    ...leasesKept(operations, state),
    ...toldByHolders(operations, state, drawings),
    ...drawnOfLeases(drawings, state),
    ...expiriesKept(operations, state),
    ...nothingTaken(operations, state),
    ...accountsAddUp(state),
    ...papersKept(operations, state),
    ...rowsOnce(operations, state),
    ...changesOnce(operations, state),
  ];
}
