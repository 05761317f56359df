import { createRoute, z } from "@hono/zod-openapi";
import { cancelJob } from "../../domain/jobs/cancel.ts";
import { jobFacts } from "../../domain/jobs/get.ts";
import { listJobs } from "../../domain/jobs/list.ts";
import { retryJob } from "../../domain/jobs/retry.ts";
import { listSkipped } from "../../domain/jobs/skipped.ts";
import { aboutRecord } from "../../domain/tenants/touches.ts";
import { callOf, onceCallOf } from "../call.ts";
import type { App } from "../context.ts";
import { answerJob, answerJobState } from "../job-answer.ts";
import { anyOf, createdHeaders, json, listContent, problems } from "../openapi.ts";
import { answerList } from "../paging.ts";
import { jobRow, jobSchema } from "../schemas/job.ts";
import { jobId } from "../schemas/names.ts";
import { pageQuery } from "../wire.ts";

const tags = ["Jobs"];
const params = z.object({ id: jobId });

const get = createRoute({
  method: "get",
  path: "/v1/jobs/{id}",
  operationId: "getJob",
  security: anyOf("lots:read", "lots:write"),
  tags,
  summary: "Where a job stands",
  request: { params },
  responses: {
    200: {
      description: "The job, with an ETag; Retry-After while it is unfinished.",
      content: json(jobSchema),
    },
    304: { description: "It stands where If-None-Match says." },
    ...problems("job_not_found"),
  },
});

const list = createRoute({
  method: "get",
  path: "/v1/jobs",
  operationId: "listJobs",
  security: anyOf("lots:read", "lots:write"),
  tags,
  summary: "All jobs",
  request: {
    query: z.strictObject({
      ...pageQuery,
      status: z.enum(["queued", "running", "done", "failed", "cancelled"]).optional(),
    }),
  },
  responses: {
    200: { description: "Jobs in order of creation.", content: listContent(jobRow) },
    ...problems("cursor_unusable"),
  },
});

const skipped = createRoute({
  method: "get",
  path: "/v1/jobs/{id}/skipped",
  operationId: "listSkipped",
  security: anyOf("lots:read", "lots:write"),
  tags,
  summary: "The names that a job left out",
  request: { params, query: z.strictObject(pageQuery) },
  responses: {
    200: {
      description: "Names that a lot of the product had already.",
      content: listContent(z.object({ product: z.string(), name: z.string() }).openapi("Skipped")),
    },
    ...problems("job_not_found", "cursor_unusable"),
  },
});

const cancel = createRoute({
  method: "post",
  path: "/v1/jobs/{id}/cancel",
  operationId: "cancelJob",
  security: anyOf("lots:write"),
  tags,
  summary: "Stop a job and void what it has not recorded",
  request: { params },
  responses: {
    200: { description: "Cancelled.", headers: createdHeaders, content: json(jobSchema) },
    ...problems("job_not_found", "job_wrong_state"),
  },
});

const retry = createRoute({
  method: "post",
  path: "/v1/jobs/{id}/retry",
  operationId: "retryJob",
  security: anyOf("lots:write"),
  tags,
  summary: "Send a failed job on from where it stopped",
  request: { params },
  responses: {
    202: { description: "It goes on.", headers: createdHeaders, content: json(jobSchema) },
    ...problems("job_not_found", "job_wrong_state"),
  },
});

/** Registers the calls under /v1/jobs. */
export function registerJobs(app: App): void {
  app.openapi(get, async (c) => {
    const { id } = c.req.valid("param");
    return answerJobState(c, await jobFacts(await callOf(c, aboutRecord(id)), id));
  });
  app.openapi(list, async (c) => {
    const { status, ...page } = c.req.valid("query");
    const listing = listJobs(await callOf(c), { status });
    return answerList(c, { name: "jobs", filters: { status } }, listing, page);
  });
  app.openapi(skipped, async (c) => {
    const { id } = c.req.valid("param");
    const listing = await listSkipped(await callOf(c, aboutRecord(id)), id);
    return answerList(c, { name: "skipped", filters: { id } }, listing, c.req.valid("query"));
  });
  app.openapi(cancel, async (c) => {
    const { id } = c.req.valid("param");
    return answerJob(await cancelJob(await onceCallOf(c, aboutRecord(id)), id), 200);
  });
  app.openapi(retry, async (c) => {
    const { id } = c.req.valid("param");
    return answerJob(await retryJob(await onceCallOf(c, aboutRecord(id)), id), 202);
  });
}
