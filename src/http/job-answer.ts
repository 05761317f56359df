import type { Context } from "hono";
import type { JobFacts } from "../domain/jobs/job.ts";
import { isFinished, shownJob } from "../domain/jobs/job.ts";
import { replayHeader } from "./call.ts";
import type { AppEnv } from "./context.ts";
import { etagOf, isKnown } from "./etag.ts";
import { sha256 } from "../domain/sha256.ts";

/** Seconds after which an unfinished job is worth another look. */
const lookAgain = "1";

/** The answer of a call that made or moved a job. */
export function answerJob(
  { job, replayed }: { readonly job: JobFacts; readonly replayed: boolean },
  status: number,
): Response {
  const headers = new Headers({
    "Content-Type": "application/json",
    Location: `/v1/jobs/${job.id}`,
    ...replayHeader(replayed),
    ...(isFinished(job.status) ? {} : { "Retry-After": lookAgain }),
  });
  return new Response(JSON.stringify(shownJob(job)), { status, headers });
}

/** The status of an answer whose work is a job: `done` when it is, or when there is none, else 202. */
export function statusWithJob(job: JobFacts | null, done: 200 | 201): number {
  return job === null || job.status === "done" ? done : 202;
}

/** The answer of a call that made or moved something with a job. */
export function answerWithJob(
  shown: object,
  job: JobFacts | null,
  options: { readonly status: number; readonly location: string; readonly replayed: boolean },
): Response {
  const headers = new Headers({
    "Content-Type": "application/json",
    Location: options.location,
    ...replayHeader(options.replayed),
    ...(job === null || isFinished(job.status) ? {} : { "Retry-After": lookAgain }),
  });
  return new Response(JSON.stringify(shown), { status: options.status, headers });
}

/** Where a job stands; 304 when that is where `If-None-Match` says. */
export async function answerJobState(c: Context<AppEnv>, job: JobFacts): Promise<Response> {
  const mark = JSON.stringify([job.status, job.cursor, job.skipped, job.error]);
  const etag = etagOf((await sha256(mark)).slice(0, 16));
  const headers = new Headers({
    "Content-Type": "application/json",
    ETag: etag,
    ...(isFinished(job.status) ? {} : { "Retry-After": lookAgain }),
  });
  if (isKnown(c.req.header("if-none-match"), etag)) {
    headers.delete("Content-Type");
    return new Response(null, { status: 304, headers });
  }
  return new Response(JSON.stringify(shownJob(job)), { status: 200, headers });
}
