import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { apiScopes } from "../../src/db/caller.ts";
import type { ApiScope } from "../../src/db/caller.ts";
import { createService } from "../harness/service.ts";
import type { Service } from "../harness/service.ts";
import { ok } from "./contract.ts";
import { expectNothingForStrangers, expectProblem, sender } from "./key-matrix/calls.ts";
import { operations } from "./key-matrix/operations.ts";
import { furnish, keyWith, rowsOf } from "./key-matrix/tenant.ts";

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
    await expectNothingForStrangers(service, call);
  });

  test.each(named)("$name takes each of the scopes that suffice, and admin", async (call) => {
    const send = await sender(service, call);
    for (const scope of new Set([...call.scopes, "admin" as const])) {
      const answer = await send(single.get(scope) ?? "");
      expect([401, 400, 415], `${scope}: ${answer.text}`).not.toContain(answer.status);
      if (answer.status !== 403) continue;
      // Let in, and held to what it made itself.
      if (answer.json.code === "reservation_of_another") continue;
      expect(answer.json.code).toBe("scope_missing");
      expect(call.scopes).toEqual(expect.arrayContaining(answer.json.needed));
      expect(answer.json.needed).not.toContain(scope);
      expect(scope).not.toBe("admin");
    }
  });
});
