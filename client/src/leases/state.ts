/**
 * What a store keeps of a leased sequence, and every change of it. All of it is plain JSON, and every
 * change a function from one state to the next, so that any store can make it whole or not at all.
 */
import { toleranceMs } from "./clock.ts";
import { NumberRun } from "./leased.ts";
import type { Form } from "./leased.ts";

/** A lease as far as it is not used up. */
export interface Block extends Form {
  readonly id: string;
  readonly token: string;
  readonly reservation: string;
  readonly first: string;
  readonly last: string;
  readonly step: string;
  /** The first number that nobody was given; beyond `last` when all were. */
  readonly next: string;
  /** `next` as the latest report has it. */
  readonly reported: string;
  /** By the wall clock of this machine: when its time began to count and when it is over. */
  readonly granted_ms: number;
  readonly expires_ms: number;
  /** A process hands out of it from memory, and knows better than `next`. Never in a store that lasts. */
  readonly held: boolean;
}

/** A block that was asked for and may have been given: asked for again with the same key until it is known. */
export interface Asking {
  readonly key: string;
  readonly count: number;
  readonly ttl_s: number;
  readonly holder: string;
  /** When it was asked for first: its time counts from then. */
  readonly asked_ms: number;
  /** Who asks now, and since when; the others wait a little. */
  readonly by: string;
  readonly turn_ms: number;
}

/** What the service has to be told, in the order of `reports`. */
export interface Report {
  /** The idempotency key. */
  readonly key: string;
  readonly lease: string;
  readonly token: string;
  /** The last number that is used; null when none is. */
  readonly used_to: string | null;
  /** Given back with this reason; null for a mere report. */
  readonly give_back: string | null;
}

export interface State {
  readonly version: 1;
  /** In the order in which they are used. */
  readonly blocks: readonly Block[];
  readonly asking: Asking | null;
  readonly reports: readonly Report[];
  /** Numbers of the latest block; 0 before the first. */
  readonly size: number;
  /** The wall clock at the latest change. */
  readonly wall_ms: number;
}

export const emptyState: State = {
  version: 1,
  blocks: [],
  asking: null,
  reports: [],
  size: 0,
  wall_ms: 0,
};

/** How many numbers of a block nobody was given. */
export function leftOf({ next, last, step }: Block): number {
  return Number((BigInt(last) - BigInt(next)) / BigInt(step)) + 1;
}

/** Whether a block's numbers may be handed out now. */
export type IsUsable = (block: Block) => boolean;

/** How many numbers may be handed out, those in memory left out. */
export function stockOf({ blocks }: State, isUsable: IsUsable): number {
  let stock = 0;
  for (const block of blocks) if (!block.held && isUsable(block)) stock += leftOf(block);
  return stock;
}

/** Takes up to `count` numbers, for good. */
export function claim(
  state: State,
  count: number,
  isUsable: IsUsable,
): { state: State; runs: NumberRun[] } {
  const runs: NumberRun[] = [];
  let wanted = count;
  const blocks = state.blocks.map((block) => {
    const taken = wanted > 0 && isUsable(block) ? Math.min(wanted, leftOf(block)) : 0;
    if (taken === 0) return block;
    wanted -= taken;
    const run = runOf(block, taken);
    runs.push(run);
    return { ...block, next: String(run.next + run.step * BigInt(taken)) };
  });
  return { state: runs.length === 0 ? state : { ...state, blocks }, runs };
}

/** Takes a block into memory, where its numbers are handed out; `release` says how far that came. */
export function hold(state: State, isUsable: IsUsable): { state: State; runs: NumberRun[] } {
  const at = state.blocks.findIndex((block) => !block.held && isUsable(block));
  const block = state.blocks[at];
  if (block === undefined) return { state, runs: [] };
  const blocks = state.blocks.with(at, { ...block, held: true });
  return { state: { ...state, blocks }, runs: [runOf(block, leftOf(block))] };
}

function runOf(block: Block, count: number): NumberRun {
  const { id, token, reservation, next, step } = block;
  return new NumberRun({ id, token, reservation }, block, BigInt(next), BigInt(step), count);
}

/** Writes how far a block in memory has been handed out; it stays there while `held`. */
export function release(state: State, run: NumberRun, held: boolean): State {
  return changed(state, run.lease.id, (block) => ({ ...block, next: String(run.next), held }));
}

/** Puts back what is left of a run, if nobody has taken numbers after it. */
export function putBack(state: State, run: NumberRun): State {
  const end = String(run.next + run.step * BigInt(run.left));
  return changed(state, run.lease.id, (block) =>
    block.next === end ? { ...block, next: String(run.next) } : block,
  );
}

function changed(state: State, id: string, change: (block: Block) => Block): State {
  const blocks = state.blocks.map((block) => (block.id === id ? change(block) : block));
  return { ...state, blocks };
}

/** Lets go of blocks that are used up, and gives back those that are over as `isOver` says. */
export function settle(state: State, isOver: (block: Block) => boolean): State {
  const gone = state.blocks.filter(
    (block) => !block.held && (leftOf(block) === 0 || isOver(block)),
  );
  if (gone.length === 0) return state;
  const blocks = state.blocks.filter((block) => !gone.includes(block));
  return gone.reduce<State>(
    (before, block) =>
      leftOf(block) === 0
        ? reportBlock(before, block)
        : { ...before, reports: [...before.reports, reportOf(block, "its time was over")] },
    { ...state, blocks },
  );
}

/** Reports every block from which numbers were given since its latest report. */
export function reportAll(state: State): State {
  const blocks = state.blocks.map((block) => ({ ...block, reported: block.next }));
  return state.blocks.reduce(reportBlock, { ...state, blocks });
}

/** Gives all blocks back. */
export function giveAllBack(state: State, reason: string): State {
  const given = state.blocks.filter(({ held }) => !held);
  const blocks = state.blocks.filter(({ held }) => held);
  const reports = given.map((block) => reportOf(block, reason));
  return { ...state, blocks, reports: [...state.reports, ...reports] };
}

function reportOf(block: Block, give_back: string | null): Report {
  const { id, token, first, next, step } = block;
  const used_to = next === first ? null : String(BigInt(next) - BigInt(step));
  return { key: crypto.randomUUID(), lease: id, token, used_to, give_back };
}

/**
 * Adds a report of a block, in place of an earlier one that waits: offline the queue does not grow. The
 * first one may be on its way and stays as it is.
 */
function reportBlock(state: State, block: Block): State {
  if (block.next === block.reported) return state;
  const reports = state.reports.filter(
    ({ lease, give_back }, at) => at === 0 || lease !== block.id || give_back !== null,
  );
  return { ...state, reports: [...reports, reportOf(block, null)] };
}

/** The report was taken, or will never be. */
export function reported(state: State, { key }: Report): State {
  return { ...state, reports: state.reports.filter((report) => report.key !== key) };
}

/** Takes the turn to ask for a block: one that was asked for before, or a new one of `count` numbers. */
export function ask(
  state: State,
  wish: Pick<Asking, "count" | "ttl_s" | "holder" | "by"> & { readonly now: number },
): { state: State; asking: Asking } {
  const { now: turn_ms, by, ...rest } = wish;
  const asking: Asking =
    state.asking === null
      ? { key: crypto.randomUUID(), ...rest, asked_ms: turn_ms, by, turn_ms }
      : { ...state.asking, by, turn_ms };
  return { state: { ...state, asking }, asking };
}

/** A block was given for what was asked; the twin of one who was slower changes nothing. */
export function given(state: State, { key, count }: Asking, block: Block): State {
  if (state.asking?.key !== key) return state;
  return { ...state, asking: null, size: count, blocks: [...state.blocks, block] };
}

/** What was asked for was refused, and nothing was given. */
export function refused(state: State, { key, by }: Asking): State {
  return state.asking?.key === key && state.asking.by === by ? { ...state, asking: null } : state;
}

/**
 * A block's time was counted anew, by the wall clock as it is now: one that was ahead of it until then is believed no
 * more. What was noted by that one is in doubt, and as late as it was then.
 */
export function renewed(state: State, { id, granted_ms, expires_ms }: Block): State {
  const { wall_ms } = state;
  const anew = changed(state, id, (block) => ({ ...block, granted_ms, expires_ms }));
  if (wall_ms <= granted_ms + toleranceMs) return anew;
  const blocks = anew.blocks.map((block) =>
    block.id === id ? block : { ...block, granted_ms: Math.max(block.granted_ms, wall_ms) },
  );
  return { ...anew, blocks, wall_ms: granted_ms };
}

/** The service does not know a block's lease: it is let go, and nothing told of it. */
export function disowned(state: State, id: string): State {
  return { ...state, blocks: state.blocks.filter((block) => block.id !== id) };
}
