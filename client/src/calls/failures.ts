import type { ProblemCode, components } from "../api.ts";

type Problem = components["schemas"]["Problem"];

/** The members that every problem has; what stands beside them are the facts of its code. */
const members = new Set([
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

/** The service refused or failed, and said why. */
export class SerialmintProblem extends Error {
  override readonly name = "SerialmintProblem";
  /** What programs branch on. A service that is newer than this client may have more of them. */
  readonly code: ProblemCode;
  readonly status: number;
  readonly title: string;
  /** What happened and what to change. */
  readonly detail: string;
  /** True when the same request may succeed later. */
  readonly retryable: boolean;
  /** Milliseconds that the service asks to wait, null when it said nothing of it. */
  readonly retryAfterMs: number | null;
  readonly requestId: string;
  /** The places of the request that are wrong. */
  readonly errors: readonly components["schemas"]["FieldError"][];
  /** What the code tells besides, such as `remaining` of `sequence_exhausted`. */
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(problem: Problem, retryAfterMs: number | null) {
    super(`${problem.code}: ${problem.detail}`);
    // Held by the test that the codes of errors.ts and of the document are the same.
    this.code = problem.code as ProblemCode;
    this.status = problem.status;
    this.title = problem.title;
    this.detail = problem.detail;
    this.retryable = problem.retryable;
    this.retryAfterMs = retryAfterMs;
    this.requestId = problem.request_id;
    this.errors = problem.errors ?? [];
    this.facts = Object.fromEntries(Object.entries(problem).filter(([name]) => !members.has(name)));
  }
}

/**
 * No answer of the service came: no connection, none in time, or one that something in between has
 * written or cut. What the call asked for may have happened.
 */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
  /** Of what came instead of an answer, null when nothing came. */
  readonly status: number | null;
  readonly retryAfterMs: number | null;

  constructor(
    message: string,
    of: { status?: number; retryAfterMs?: number | null; cause?: unknown },
  ) {
    super(message, { cause: of.cause });
    this.status = of.status ?? null;
    this.retryAfterMs = of.retryAfterMs ?? null;
  }
}

/** Milliseconds that `Retry-After` asks for: seconds, or a date. Null when it cannot be read. */
function retryAfterOf(headers: Headers, now: number): number | null {
  const text = headers.get("retry-after");
  if (text === null) return null;
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

function isProblem(value: unknown): value is Problem {
  return (
    typeof value === "object" &&
    value !== null &&
    "code" in value &&
    typeof value.code === "string" &&
    "detail" in value &&
    typeof value.detail === "string" &&
    "retryable" in value &&
    typeof value.retryable === "boolean"
  );
}

/** What an answer that is no success says. `now`: milliseconds since 1970. */
export async function failureOf(
  response: Response,
  now: number,
): Promise<SerialmintProblem | NoAnswer> {
  const retryAfterMs = retryAfterOf(response.headers, now);
  const text = await response.text();
  try {
    const value: unknown = JSON.parse(text);
    if (isProblem(value)) return new SerialmintProblem(value, retryAfterMs);
  } catch {
    // No JSON: a page of something in between.
  }
  return notOurs(response.status, retryAfterMs);
}

/** Something in between has answered, such as the page of a guest network; null: with a success. */
export function notOurs(
  status: number | null = null,
  retryAfterMs: number | null = null,
): NoAnswer {
  const withStatus = status === null ? "" : `, with ${status}`;
  const message = `Something other than the service answered${withStatus}.`;
  return new NoAnswer(message, status === null ? { retryAfterMs } : { status, retryAfterMs });
}

/** Whether the same request, sent again with the same key, may do better. */
export function isWorthAnotherTry(failure: SerialmintProblem | NoAnswer): boolean {
  if (failure instanceof SerialmintProblem && failure.retryable) return true;
  const { status } = failure;
  return status === null || status === 408 || status === 429 || status >= 500 || status < 400;
}

/** The most that is waited before the next try, whatever `Retry-After` asks for, in milliseconds. */
const longestAskedMs = 300_000;

/** How long a failure asks to be left alone, in milliseconds; null when it says nothing of it. */
export function askedPauseMs(failure: unknown): number | null {
  if (!(failure instanceof SerialmintProblem || failure instanceof NoAnswer)) return null;
  return failure.retryAfterMs === null ? null : Math.min(longestAskedMs, failure.retryAfterMs);
}
