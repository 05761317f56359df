import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { apiScopes } from "../../src/db/caller.ts";
import type { ApiScope } from "../../src/db/caller.ts";
import { createService } from "../harness/service.ts";
import type { Answer, Service } from "../harness/service.ts";
import { ok } from "./contract.ts";
import type { Operation } from "./key-matrix/operations.ts";
import { operations } from "./key-matrix/operations.ts";
import { furnish, idsOf, keyWith, marker, pathOf, rowsOf } from "./key-matrix/tenant.ts";

type Send = (key: string | null) => Promise<Answer>;

/** Sends the request of an operation with a key; null: without one. */
async function sender(service: Service, operation: Operation): Promise<Send> {
  const { method, headers, body } = operation;
  const path = await pathOf(service, operation);
  return (key) => service.call(method, path, { key, headers, body });
}

function expectProblem(answer: Answer, status: number, code: string, what: string): void {
  const { type, json, headers } = { ...answer, type: answer.headers.get("content-type") };
  expect([answer.status, json?.code, type], `${what}: ${answer.text}`).toEqual([
    status,
    code,
    "application/problem+json",
  ]);
  expect(json.status).toBe(status);
  expect(json.request_id).toBe(headers.get("x-request-id"));
}

const named = operations.map((operation) => ({
  ...operation,
  name: `${operation.method} ${operation.template}`,
}));

describe("every call of the OpenAPI document", () => {
  let service: Service;
  /** One key for each reason to refuse it. */
  const refused: { what: string; key: string; code: string }[] = [];
  /** Keys that are limited to what no request is about. */
  const limited: string[] = [];
  const single = new Map<ApiScope, string>();

  beforeAll(async () => {
    service = await createService();
    await ok(service, "PUT", "/v1/sequences/elsewhere", { pattern: "E-{0}" });
    await ok(service, "PUT", "/v1/products/ELSEWHERE", { tracking: "lot" });
    await furnish(service);
    const wrong = `smk_live_${"a".repeat(28)}`;
    refused.push({ what: "a wrong key", key: wrong, code: "api_key_unknown" });
    const expired = await keyWith(service, ["admin"]);
    refused.push({ what: "an expired key", key: expired.key, code: "api_key_expired" });
    const revoked = await keyWith(service, ["admin"]);
    refused.push({ what: "a revoked key", key: revoked.key, code: "api_key_revoked" });
    await service.call("POST", `/v1/api-keys/${revoked.id}/revoke`);
    await service.database.query("update api_keys set expires_at = now() where public_id = $1", [
      expired.id,
    ]);
    const some = apiScopes.filter((scope) => scope !== "admin");
    const sequences = { sequences: ["elsewhere"] };
    const products = { products: ["ELSEWHERE"] };
    for (const limits of [sequences, products, { ...sequences, ...products }]) {
      limited.push((await keyWith(service, some, limits)).key);
    }
    for (const scope of apiScopes) single.set(scope, (await keyWith(service, [scope])).key);
    await keyWith(service, ["reserve"]);
    // Used within the minute, so that no refused call has a use to note.
    await service.call("GET", "/v1/settings");
  });
  afterAll(() => service.close());

  test("is to something that there is, so that a stranger is kept from something", async () => {
    for (const operation of operations) {
      if (operation.method !== "GET") continue;
      const { status, text } = await (await sender(service, operation))(service.key);
      expect(status, `${operation.template}: ${text}`).toBe(200);
    }
  });

  test.each(named)("$name says which scopes suffice", ({ scopes }) => {
    expect(scopes.length).toBeGreaterThan(0);
  });

  test.each(named)("$name is refused without a key that works, and does nothing", async (call) => {
    const send = await sender(service, call);
    const before = await rowsOf(service, service.tenant);
    expectProblem(await send(null), 401, "api_key_missing", "no key");
    expectProblem(await send("abc"), 401, "api_key_malformed", "a malformed key");
    for (const { what, key, code } of refused) {
      expectProblem(await send(key), 401, code, what);
    }
    for (const [scope, key] of single) {
      if (scope === "admin" || call.scopes.includes(scope)) continue;
      const answer = await send(key);
      expectProblem(answer, 403, "scope_missing", scope);
      // The request itself may ask for fewer of them, as an import does by its kind.
      expect(call.scopes).toEqual(expect.arrayContaining(answer.json.needed));
      expect(answer.json.held).toEqual([scope]);
      expect(answer.headers.get("www-authenticate")).toContain('error="insufficient_scope"');
    }
    const code = call.scopes.includes("admin") ? "scope_missing" : "api_key_limited";
    for (const key of limited) expectProblem(await send(key), 403, code, "limited elsewhere");
    expect(await rowsOf(service, service.tenant)).toEqual(before);
  });

  test.each(named)("$name shows and does nothing to another tenant", async (call) => {
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
  });

  test.each(named)("$name takes each of the scopes that suffice, and admin", async (call) => {
    const send = await sender(service, call);
    for (const scope of new Set([...call.scopes, "admin" as const])) {
      const answer = await send(single.get(scope) ?? "");
      expect([401, 400, 415], `${scope}: ${answer.text}`).not.toContain(answer.status);
      if (answer.status !== 403) continue;
      expect(answer.json.code).toBe("scope_missing");
      expect(call.scopes).toEqual(expect.arrayContaining(answer.json.needed));
      expect(answer.json.needed).not.toContain(scope);
      expect(scope).not.toBe("admin");
    }
  });
});
