import { OpenAPIHono, z } from "@hono/zod-openapi";
import type { ApiScope } from "../db/caller.ts";
import type { FailureCode, StatusOf } from "../errors.ts";
import { failures } from "../errors.ts";
import type { App, AppEnv } from "./context.ts";
import { problemType } from "./problem.ts";
import { refuseInvalid } from "./validation.ts";

/** An app whose schemas answer with problems; for the app itself and for groups of routes. */
export function openapiApp(): App {
  const app = new OpenAPIHono<AppEnv>({ defaultHook: refuseInvalid });
  app.openAPIRegistry.register("Problem", problemSchema);
  return app;
}

/** The name of the one security scheme. */
export const keyScheme = "ApiKey";

/** Which scopes suffice for a route, any of them; `admin` suffices for all, and a route without any is its. */
export function anyOf(...scopes: readonly ApiScope[]): { [keyScheme]: ApiScope[] }[] {
  return scopes.map((scope) => ({ [keyScheme]: [scope] }));
}

/** The extension in which a response names the codes that it can carry. */
export const codesExtension = "x-problem-codes";

const fieldErrorSchema = z
  .object({
    pointer: z.string().optional().openapi({
      description: "JSON pointer (RFC 6901) into the body.",
      example: "/items/0/count",
    }),
    parameter: z.string().optional().openapi({ description: "Name of a parameter." }),
    in: z.enum(["path", "query", "header", "cookie"]).optional(),
    detail: z.string().openapi({ description: "What is wrong there and what to change." }),
    code: z.string().optional(),
  })
  .openapi("FieldError");

/** A problem (RFC 9457). The facts of its code are further members. */
export const problemSchema = z
  .looseObject({
    type: z.string().openapi({
      description: "Where the code is explained, relative to this service.",
      example: "/docs/errors#request_invalid",
    }),
    title: z.string(),
    status: z.int(),
    detail: z.string().openapi({ description: "What happened and what to change." }),
    instance: z.string().optional(),
    code: z.string().openapi({ description: "Stable code.", example: "request_invalid" }),
    retryable: z.boolean().openapi({
      description: "True when the same request may succeed if it is sent again unchanged.",
    }),
    request_id: z.string(),
    errors: z.array(fieldErrorSchema).optional(),
  })
  .openapi("Problem");

/**
 * The type leaves the content out: a route with such responses may answer with a plain Response,
 * whose text came from the database.
 */
interface ProblemAnswer {
  readonly description: string;
}

/**
 * The problem responses of a route, by status, from the codes that it can answer with. The codes that
 * every call shares (key, body, database) are added to the document by themselves.
 */
export function problems<Code extends FailureCode>(
  ...codes: readonly Code[]
): { [Status in StatusOf<Code>]: ProblemAnswer } {
  const byStatus: Record<number, FailureCode[]> = {};
  for (const code of codes) (byStatus[failures[code].status] ??= []).push(code);
  const answers = Object.entries(byStatus).map(([status, some]) => [status, problemAnswer(some)]);
  // Built from the statuses of exactly these codes.
  return Object.fromEntries(answers) as { [Status in StatusOf<Code>]: ProblemAnswer };
}

/** The response for one status and its codes. */
export function problemAnswer(codes: readonly FailureCode[]) {
  return {
    description: describeCodes(codes),
    content: { [problemType]: { schema: problemSchema } },
    [codesExtension]: codes,
  };
}

/** `code`: title, for every code. */
export function describeCodes(codes: readonly FailureCode[]): string {
  return codes.map((code) => `\`${code}\`: ${failures[code].title}.`).join(" ");
}

/** The content of a JSON body or answer. */
export function json<Schema extends z.ZodType>(schema: Schema) {
  return { "application/json": { schema } };
}

/** A page of rows, as the JSON form of every list has it. */
export function pageSchema<Row extends z.ZodType>(row: Row) {
  return z.object({
    data: z.array(row),
    has_more: z.boolean(),
    next_cursor: z
      .string()
      .nullable()
      .openapi({ description: "Send it as cursor for what follows." }),
  });
}

/** The content of a list's 200: a JSON page, or a stream of everything. */
export function listContent<Row extends z.ZodType>(row: Row) {
  return {
    "application/json": { schema: pageSchema(row) },
    "application/x-ndjson": { schema: row },
    "text/csv": { schema: z.string() },
  };
}

/** The header of an answer that may be a stored one. */
export const replayedHeader = {
  "Idempotent-Replayed": {
    description: "true when this is the stored answer of an earlier request with the same key.",
    schema: { type: "string" as const, enum: ["true"] },
  },
};

/** The headers of an answer that made something. */
export const createdHeaders = {
  Location: {
    description: "Where what was made can be read.",
    schema: { type: "string" as const },
  },
  ...replayedHeader,
};

/** The header of an answer that has a version. */
export const etagHeader = {
  ETag: {
    description: "The version of what was read, for If-Match and If-None-Match.",
    schema: { type: "string" as const },
  },
};
