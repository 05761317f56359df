import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { Fact, FieldError } from "../errors.ts";
import { Failure, failure } from "../errors.ts";
import type { AppEnv } from "./context.ts";
import { describeError, logError } from "./log.ts";

/** The media type of RFC 9457. */
export const problemType = "application/problem+json";

/** Where the codes are explained; the fragment is the code. */
const documentation = "/docs/errors";

/** Members that facts never overwrite. */
const reserved = new Set([
  "type",
  "title",
  "status",
  "detail",
  "instance",
  "code",
  "retryable",
  "request_id",
  "errors",
]);

/** The members of a problem (RFC 9457), with the facts beside them. */
export function problemOf(
  failed: Failure,
  requestId: string,
  instance?: string,
  errors = errorsOf(failed),
): Record<string, unknown> {
  const facts = Object.entries(failed.facts)
    .filter(([name]) => !reserved.has(name))
    .map(([name, fact]) => [name, onTheWire(fact)] as const);
  return {
    type: `${documentation}#${failed.code}`,
    title: failed.title,
    status: failed.status,
    detail: failed.detail,
    ...(instance === undefined ? {} : { instance }),
    code: failed.code,
    retryable: failed.retryable,
    request_id: requestId,
    ...(errors === undefined ? {} : { errors }),
    ...Object.fromEntries(facts),
  };
}

function errorsOf({ errors, pointer, detail, code }: Failure): readonly FieldError[] | undefined {
  return errors ?? (pointer === undefined ? undefined : [{ pointer, detail, code }]);
}

/** Of a call without a body: a rule points at the member that it was given, which is a parameter. */
function inQuery(error: FieldError): FieldError {
  if (!("pointer" in error)) return error;
  const { pointer, ...others } = error;
  const [, parameter = ""] = pointer.split("/");
  return { parameter, in: "query", ...others };
}

function onTheWire(fact: Fact): unknown {
  return typeof fact === "bigint" ? String(fact) : fact;
}

/** The answer to a failure: the problem and the headers that its status asks for. */
export function problemResponse(failed: Failure, c: Context<AppEnv>): Response {
  const headers = new Headers({ "content-type": problemType });
  if (failed.retryAfter !== undefined) headers.set("retry-after", String(failed.retryAfter));
  if (failed.status === 401 || failed.code === "scope_missing")
    headers.set("www-authenticate", challenge(failed));
  const allowed = failed.facts["allowed"];
  if (failed.status === 405 && Array.isArray(allowed)) headers.set("allow", allowed.join(", "));
  const { method } = c.req;
  const errors = errorsOf(failed);
  const hasBody = method !== "GET" && method !== "HEAD";
  const placed = hasBody ? errors : errors?.map(inQuery);
  const problem = problemOf(failed, c.get("requestId"), c.req.path, placed);
  return new Response(JSON.stringify(problem), { status: failed.status, headers });
}

/** RFC 6750 section 3: no error code when no key was sent; the scopes where one is missing; else invalid_token. */
function challenge(failed: Failure): string {
  const realm = 'Bearer realm="serialmint"';
  const needed = failed.facts["needed"];
  if (failed.code === "scope_missing" && Array.isArray(needed)) {
    return `${realm}, error="insufficient_scope", scope="${needed.join(" ")}"`;
  }
  return failed.code === "api_key_missing" ? realm : `${realm}, error="invalid_token"`;
}

/** The failure behind any exception; what is unknown becomes `internal_error`. */
export function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof HTTPException) {
    if (error.status === 415) {
      return failure("unsupported_media_type", { given: null, accepted: ["application/json"] });
    }
    if (error.status === 400) {
      return failure("body_not_json", { reason: "it is not valid JSON", position: null });
    }
  }
  return failure("internal_error", {}, { cause: error });
}

/** The app's error handler: every exception becomes a problem; breakdowns are logged. */
export function answerError(error: Error, c: Context<AppEnv>): Response {
  const failed = failureOf(error);
  if (failed.status >= 500) {
    logError({
      request_id: c.get("requestId"),
      method: c.req.method,
      code: failed.code,
      ...(failed.remedy === undefined ? {} : { remedy: failed.remedy }),
      ...describeError(failed.cause ?? failed),
    });
  }
  return problemResponse(failed, c);
}
