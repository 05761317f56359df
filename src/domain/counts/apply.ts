import { sql } from "drizzle-orm";
import { callOf } from "../../db/client.ts";
import { Failure, fail } from "../../errors.ts";
import type { OnceCall } from "../call.ts";
import type { ServedProduct } from "../definitions/definitions.ts";
import { fenced, productDefinitions } from "../definitions/load.ts";
import { newId } from "../id.ts";
import { leaseSeconds } from "../jobs/chunk.ts";
import { newToken } from "../jobs/token.ts";
import { hasReplaced, workOff } from "../jobs/work-off.ts";
import { placesOfLots } from "../lots/places.ts";
import { pointed } from "../pointed.ts";
import { draw } from "../quotas/draw.ts";
import type { LotRequest, PlacedItem } from "../lots/item.ts";
import {
  lotLimits,
  recordedAtOnce,
  refuseTooManyLots,
  refuseTooManySequences,
} from "../lots/limits.ts";
import { lotRequests } from "../lots/requests.ts";
import { emitting } from "../webhooks/emitting.ts";
import type { CountFacts } from "./count.ts";
import type { Draft } from "./draft.ts";
import { readDraft, sentLine } from "./draft.ts";
import { countFacts } from "./get.ts";
import { lotsOfCount } from "./lots-of-line.ts";

/** What the store is told of a count that is applied; ordinals are those of its lines. */
interface Prepared {
  readonly items: readonly LotRequest[];
  readonly skips: readonly object[];
  /** Where the items stand in the count. */
  readonly placed: readonly PlacedItem[];
}

/** How a count is to be applied. */
interface ApplyInput {
  /** Whether its lots may have names far beyond the counter. */
  readonly allow_jump: boolean;
}

/**
 * Applies a count, once: makes the lots that are missing and sets those that are there. One that is applied
 * already is answered as it stands. Fails: count_not_found, and as lotRequests, lotsOfCount do,
 * expiry_differs, name_*.
 */
export async function applyCount(
  call: OnceCall,
  id: string,
  { allow_jump }: ApplyInput,
  { patient }: { readonly patient: boolean },
): Promise<{ count: CountFacts; replayed: boolean }> {
  const deadline = call.now() + call.inlineBudgetMs;
  const token = newToken();
  const job = newId(call.now());
  const draft = await readDraft(call, id);
  const apply = async () => {
    const products = await productDefinitions(
      call,
      draft.lines.map(({ product }) => product),
    );
    const { items, skips, placed } = prepare(call, draft, products, allow_jump);
    const [row] = await pointed(placesOfLots(placed, items), () =>
      ofCount(id, () =>
        draw<{ answer: { count: CountFacts; replayed: boolean } }>(
          call,
          sql`SELECT apply_count_v1(
                ${callOf(call.caller, call.idempotency)}, ${id}::uuid, ${job}::uuid, ${token}::uuid,
                make_interval(secs => ${leaseSeconds}), ${JSON.stringify(items)}::jsonb,
                ${JSON.stringify(skips)}::jsonb, ${lotLimits.jump}::bigint,
                ${lotLimits.lots}::bigint, ${patient ? recordedAtOnce : 0}::bigint) AS answer`,
          emitting(call),
        ),
      ),
    );
    if (row === undefined) throw new Error("A function call gave no row.");
    return row.answer;
  };
  const answer = await orApplied(call, id, () => fenced(call, apply));
  const { count } = answer;
  if (count.job?.id !== job) return answer;
  // Our own job, though it may be told as a replay when the answer of the first try was lost.
  const worked = await workOff(call, count.job, { token, deadline, patient });
  const told = hasReplaced(count.job, worked) ? await countFacts(call, id) : count;
  return { count: { ...told, job: worked }, replayed: false };
}

function prepare(
  call: OnceCall,
  { at, lines }: Draft,
  products: ReadonlyMap<string, ServedProduct>,
  allowJump: boolean,
): Prepared {
  const placed: PlacedItem[] = [];
  const ordinals: number[] = [];
  const skips: object[] = [];
  for (const [ordinal, line] of lines.entries()) {
    const product = products.get(line.product);
    if (product === undefined) return fail("unknown_product", { product: line.product });
    const pointer = `/lines/${ordinal}`;
    const known = { line: sentLine(line), at: at ?? undefined, product, pointer, allowJump };
    const lots = lotsOfCount(known);
    if ("skipped" in lots) {
      skips.push({ ordinal, code: lots.skipped, product_definition: product.hash });
    } else if ("placed" in lots) {
      placed.push(lots.placed);
      ordinals.push(ordinal);
    }
  }
  refuseTooManyLots(placed.map(({ item }) => item));
  const items = lotRequests(call, placed, products).map((request, index) => ({
    ...request,
    ordinal: ordinals[index] ?? index,
  }));
  refuseTooManySequences(items);
  return { items, skips, placed };
}

/** Runs a call of the store; a jump that is refused says which count is to allow it. */
async function ofCount<Value>(id: string, attempt: () => Promise<Value>): Promise<Value> {
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== "jump_too_far") throw error;
    throw new Failure(error.code, { ...error.facts, count: id }, { cause: error.cause });
  }
}

/**
 * Runs a call; when it is refused as it reads today though the count was applied before, gives the count:
 * whatever became of pattern and product since.
 */
async function orApplied(
  call: OnceCall,
  id: string,
  attempt: () => Promise<{ count: CountFacts; replayed: boolean }>,
): Promise<{ count: CountFacts; replayed: boolean }> {
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof Failure) || error.status !== 422) throw error;
    if (error.code === "idempotency_key_reused") throw error;
    const count = await countFacts(call, id);
    if (count.status === "draft") throw error;
    return { count, replayed: true };
  }
}
