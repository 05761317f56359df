import { sql } from "drizzle-orm";
import { callOf } from "../../db/client.ts";
import { fail } from "../../errors.ts";
import type { OnceCall } from "../call.ts";
import { fenced, productDefinitions } from "../definitions/load.ts";
import { newJobId, newToken } from "../jobs/id.ts";
import { jobFacts } from "../jobs/get.ts";
import type { JobFacts } from "../jobs/job.ts";
import { leaseSeconds, lotChunks, lotsInOneChunk } from "../jobs/chunk.ts";
import { workInline } from "../jobs/inline.ts";
import { orRecorded } from "../requests/recorded.ts";
import type { LotItem, LotRequest } from "./item.ts";
import { lotRequests } from "./requests.ts";

/** The bounds of one request. */
export const lotLimits = {
  items: 1000,
  /** Lots in all. */
  lots: 10_000_000,
  /** Names given one by one or continued from a first one, in all. */
  names: 100_000,
  /** Sequences that numbers are drawn from. */
  sequences: 256,
  /** How far beyond a counter a name may lie without `allow_jump`. */
  jump: 100_000,
} as const;

/** Units that are recorded by the statement that draws; more go in chunks of their own. */
const recordedAtOnce = 500;

/** What `POST /v1/lots` asks for. */
export interface LotsInput {
  readonly items: readonly LotItem[];
  /** What happens to a given name that the product has: `fail` refuses all, `skip` leaves it out. */
  readonly on_duplicate: "fail" | "skip";
}

/**
 * Records lots as a job: decides every name and draws every number in one statement, then works the job
 * off in chunks while `patient` and the budget allow, and leaves the rest to the pump.
 */
export async function createLots(
  call: OnceCall,
  input: LotsInput,
  { patient }: { readonly patient: boolean },
): Promise<{ job: JobFacts; replayed: boolean }> {
  const deadline = call.now() + call.inlineBudgetMs;
  refuseTooMany(input);
  const token = newToken();
  const create = async () => {
    const products = await productDefinitions(
      call,
      input.items.map((item) => item.product),
    );
    const requests = lotRequests(call, input.items, products).map((request, ordinal) => ({
      ordinal,
      ...request,
    }));
    refuseTooManySequences(requests);
    const id = newJobId(call.now());
    const [row] = await call.db.write<{ answer: { job: JobFacts; replayed: boolean } }>(
      sql`SELECT create_lots_v1(
            ${callOf(call.caller, call.idempotency)}, ${id}::uuid, ${token}::uuid,
            make_interval(secs => ${leaseSeconds}), ${JSON.stringify(requests)}::jsonb,
            ${input.on_duplicate === "skip"}::boolean, ${lotLimits.jump}::bigint,
            ${lotLimits.lots}::bigint,
            ${patient ? recordedAtOnce : 0}::bigint) AS answer`,
    );
    if (row === undefined) throw new Error("A function call gave no row.");
    const { job, replayed } = row.answer;
    // Our own job told as a replay: the answer of the try that made it was lost on the way.
    return { job, replayed: replayed && job.id !== id };
  };
  const answer = await orRecorded(
    call,
    () => fenced(call, create),
    async ({ job_id }) => ({
      job: await jobFacts(call, job_id),
      replayed: true,
    }),
  );
  if (answer.replayed || answer.job.status === "done") return answer;
  const alone = answer.job.chunked <= lotsInOneChunk;
  const runChunk = lotChunks(call.db);
  const job = await workInline(call, answer.job, { runChunk, token, deadline, patient, alone });
  return { job, replayed: false };
}

function refuseTooMany({ items }: LotsInput): void {
  const total = items.reduce((sum, item) => sum + countOf(item), 0);
  if (total > lotLimits.lots) fail("too_many_lots", { limit: lotLimits.lots, requested: total });
  const names = items
    .filter((item) => "names" in item || (!("reservation" in item) && "first_name" in item))
    .reduce((sum, item) => sum + countOf(item), 0);
  if (names > lotLimits.names) fail("too_many_names", { limit: lotLimits.names, requested: names });
}

/** A reservation without a count is counted when it is taken. */
function countOf(item: LotItem): number {
  return "names" in item ? item.names.length : (item.count ?? 0);
}

function refuseTooManySequences(requests: readonly LotRequest[]): void {
  const sequences = new Set(
    requests.map((request) => request.sequence).filter((key) => key !== null),
  );
  if (sequences.size > lotLimits.sequences) {
    fail("too_many_sequences", { limit: lotLimits.sequences, requested: sequences.size });
  }
}
