import { expect } from "vitest";

/** The members that a test looks at. */
export interface AnsweredProblem {
  readonly code: string;
  readonly status: number;
  readonly detail: string;
  readonly title: string;
  readonly type: string;
  readonly retryable: boolean;
  readonly request_id: string;
  readonly errors?: readonly {
    readonly pointer?: string;
    readonly parameter?: string;
    readonly in?: string;
    readonly detail: string;
    readonly code?: string;
  }[];
}

/** The problem that the response is; fails unless it is one of this status and code. */
export async function expectProblem(
  response: Response,
  status: number,
  code: string,
): Promise<AnsweredProblem> {
  const problem = await response.json<AnsweredProblem>();
  expect({ status: response.status, code: problem.code }).toEqual({ status, code });
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  expect(problem.status).toBe(status);
  expect(problem.type).toBe(`/docs/errors#${code}`);
  expect(problem.detail).toMatch(/[.:]/);
  expect(problem.request_id).toBe(response.headers.get("x-request-id"));
  return problem;
}
