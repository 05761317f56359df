import { expect } from "vitest";
import type { Answer, Service } from "../../harness/service.ts";
import type { Operation } from "./operations.ts";
import { idsOf, marker, pathOf, rowsOf } from "./tenant.ts";

export type Send = (key: string | null) => Promise<Answer>;

/** Sends the request of an operation with a key; null: without one. */
export async function sender(service: Service, operation: Operation): Promise<Send> {
  const { method, headers, body } = operation;
  const path = await pathOf(service, operation);
  return (key) => service.call(method, path, { key, headers, body });
}

export function expectProblem(answer: Answer, status: number, code: string, what: string): void {
  const { type, json, headers } = { ...answer, type: answer.headers.get("content-type") };
  expect([answer.status, json?.code, type], `${what}: ${answer.text}`).toEqual([
    status,
    code,
    "application/problem+json",
  ]);
  expect(json.status).toBe(status);
  expect(json.request_id).toBe(headers.get("x-request-id"));
}

/** Sends a call with the key of another tenant: it shows nothing that is the first one's and changes none of it. */
export async function expectNothingForStrangers(service: Service, call: Operation): Promise<void> {
  const before = await rowsOf(service, service.tenant);
  const stranger = await service.createTenant();
  const answer = await (await sender(service, call))(stranger.key);
  expect(answer.text).not.toContain(marker);
  const asked = await pathOf(service, call);
  const ids = await idsOf(service, service.tenant);
  expect(ids.length).toBeGreaterThan(10);
  const shown = ids.filter((id) => answer.text.includes(id) && !asked.includes(id));
  expect(shown, answer.text).toEqual([]);
  expect(answer.status, answer.text).toBeLessThan(500);
  if (Object.keys(call.inPath).length > 0 && call.method !== "PUT") {
    expectProblem(answer, 404, answer.json?.code, "somebody else's");
  }
  expect(await rowsOf(service, service.tenant)).toEqual(before);
}
