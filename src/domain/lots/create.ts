import { sql } from "drizzle-orm";
import { callOf } from "../../db/client.ts";
import type { OnceCall } from "../call.ts";
import { fenced, productDefinitions } from "../definitions/load.ts";
import { newId } from "../id.ts";
import { newToken } from "../jobs/token.ts";
import { jobFacts } from "../jobs/get.ts";
import type { JobFacts } from "../jobs/job.ts";
import { leaseSeconds } from "../jobs/chunk.ts";
import { workOff } from "../jobs/work-off.ts";
import { pointed } from "../pointed.ts";
import { draw } from "../quotas/draw.ts";
import { orRecorded } from "../requests/recorded.ts";
import { touching } from "../tenants/touches.ts";
import type { LotItem } from "./item.ts";
import { lotLimits, recordedAtOnce, refuseTooManyLots, refuseTooManySequences } from "./limits.ts";
import { placesOfLots } from "./places.ts";
import { withPresented } from "./presented.ts";
import { lotRequests } from "./requests.ts";
import { emitting } from "../webhooks/emitting.ts";
import { aboutLots, touchedByLots } from "./touches.ts";

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
  refuseTooManyLots(input.items);
  const token = newToken();
  const asking = () => aboutLots(call, input.items);
  const create = async () => {
    const products = await productDefinitions(
      call,
      input.items.map((item) => item.product),
    );
    const placed = input.items.map((item, index) => ({ item, pointer: `/items/${index}` }));
    const requests = lotRequests(call, placed, products);
    refuseTooManySequences(requests);
    const id = newId(call.now());
    const asking = touching(call, touchedByLots(input.items, products));
    const answer = await withPresented(asking, requests, products, (presented) =>
      pointed(placesOfLots(placed, requests), async () => {
        const [row] = await draw<{ answer: { job: JobFacts; replayed: boolean } }>(
          call,
          sql`SELECT create_lots_v1(
                ${callOf(asking.caller, call.idempotency)}, ${id}::uuid, ${token}::uuid,
                make_interval(secs => ${leaseSeconds}), ${JSON.stringify(presented)}::jsonb,
                ${input.on_duplicate === "skip"}::boolean, ${lotLimits.jump}::bigint,
                ${lotLimits.lots}::bigint,
                ${patient ? recordedAtOnce : 0}::bigint) AS answer`,
          emitting(call),
        );
        return row?.answer;
      }),
    );
    if (answer === undefined) throw new Error("A function call gave no row.");
    const { job, replayed } = answer;
    // Our own job told as a replay: the answer of the try that made it was lost on the way.
    return { job, replayed: replayed && job.id !== id };
  };
  const answer = await orRecorded(
    asking,
    () => fenced(call, create),
    async ({ job_id }, asked) => ({ job: await jobFacts(asked, job_id), replayed: true }),
  );
  if (answer.replayed) return answer;
  const job = await workOff(await asking(), answer.job, { token, deadline, patient });
  return { job, replayed: false };
}
