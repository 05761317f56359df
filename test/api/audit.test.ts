import { describe, expect, test } from "vitest";

import { auditActions } from "../../src/db/caller.ts";
import { sha256 } from "../../src/domain/sha256.ts";
import type { Service } from "../harness/service.ts";
import { inParallel, putSequence, reserve, serviceForTest } from "../store/service.ts";
import type { Event } from "./audit/sealing.ts";
import { events } from "./audit/sealing.ts";
import { call, document, ok, refused, rowsInPages } from "./contract.ts";

/** The last event, of a tenant that has one. */
async function lastEvent(service: Service): Promise<Event> {
  const last = (await events(service)).at(-1);
  if (last === undefined) throw new Error("Nothing has left an event.");
  return last;
}

async function originsOf(service: Service): Promise<string[]> {
  const rows = await service.database.query<{ address: string }>(
    "select address from origins where tenant = $1 order by address",
    [service.tenant],
  );
  return rows.map(({ address }) => address);
}

describe("what an event says", () => {
  test("who did it, from where, under which request, and what came of it", async () => {
    const service = await serviceForTest();
    const before = new Date().toISOString();
    const { status, headers } = await call(service, "PUT", "/v1/sequences/s", {
      body: { pattern: "A-{000}" },
      headers: { "x-request-id": "deploy-17", "cf-connecting-ip": "2001:DB8::7" },
    });
    expect([status, headers.get("x-request-id")]).toEqual([201, "deploy-17"]);
    const { data: keys } = await ok(service, "GET", "/v1/api-keys");
    const event = await lastEvent(service);
    expect(event).toEqual({
      at: expect.any(String),
      action: "sequence.created",
      subject: "s",
      api_key: "first key",
      api_key_id: keys[0].id,
      address: "2001:db8::7",
      request_id: "deploy-17",
      facts: expect.objectContaining({
        pattern: "A-{000}",
        start: "1",
        reset: "never",
        hot: false,
      }),
    });
    expect(event.at >= before && event.at <= new Date().toISOString()).toBe(true);
  });

  test("without a proxy nobody tells the address; a header that is none tells nothing", async () => {
    const service = await serviceForTest();
    await putSequence(service, "s", { pattern: "A-{000}" });
    const headers = { "cf-connecting-ip": "203.0.113.7, 10.0.0.1" };
    await ok(service, "PUT", "/v1/sequences/t", { pattern: "B-{000}" }, { headers });
    expect((await events(service)).map(({ address }) => address)).toEqual([null, null]);
    expect(await originsOf(service)).toEqual([""]);
  });

  test("of a change what was before and after, and nothing that stayed", async () => {
    const service = await serviceForTest();
    await putSequence(service, "s", { pattern: "A-{000}" });
    await putSequence(service, "s", { pattern: "A-{0000}", overflow: "reject" });
    expect(await lastEvent(service)).toMatchObject({
      action: "sequence.changed",
      facts: {
        before: { pattern: "A-{000}", overflow: "widen" },
        after: { pattern: "A-{0000}", overflow: "reject" },
      },
    });
    await ok(service, "PUT", "/v1/products/P", { tracking: "lot" });
    await ok(service, "PUT", "/v1/products/P", { tracking: "lot", sequence: "s" });
    const product = await lastEvent(service);
    expect(product.facts).toEqual({ before: { sequence: null }, after: { sequence: "s" } });
    await ok(service, "PATCH", "/v1/settings", { time_zone: "Europe/Berlin" });
    expect(await lastEvent(service)).toMatchObject({
      action: "settings.changed",
      subject: "settings",
      facts: { before: { time_zone: "UTC" }, after: { time_zone: "Europe/Berlin" } },
    });
    await ok(service, "POST", "/v1/lots", { items: [{ product: "P", names: ["x/1"] }] });
    const headers = { "if-match": "*" };
    const lot = "/v1/products/P/lots/x%2F1";
    await ok(service, "PATCH", lot, { location: "A1", reference: "R" }, { headers });
    expect(await lastEvent(service)).toMatchObject({
      action: "lot.changed",
      subject: "x/1",
      facts: {
        product: "P",
        before: { location: null },
        after: { location: "A1" },
        reference: "R",
      },
    });
  });

  test("how a counter was moved, and which numbers were voided", async () => {
    const service = await serviceForTest();
    await putSequence(service, "s", { pattern: "A-{000}", increment: 10 });
    await reserve(service, "s", 5);
    const reason = "spoilt labels";
    await ok(service, "POST", "/v1/reservations/s:1/void", { first: "11", last: "21", reason });
    const voided = await lastEvent(service);
    expect([voided.action, voided.subject]).toEqual(["reservation.voided", "s:1"]);
    expect(voided.facts).toEqual({ reason, voided: [{ first: "11", last: "21", count: 2 }] });
    await ok(service, "POST", "/v1/sequences/s/advance", { to: "101", reason: "a new roll" });
    const moved = await lastEvent(service);
    expect([moved.action, moved.subject]).toEqual(["sequence.advanced", "s"]);
    expect(moved.facts).toEqual({ series: null, from: "51", to: "101", reason: "a new roll" });
  });

  test("of many lots how many, and not which", async () => {
    const service = await serviceForTest();
    await putSequence(service, "s", { pattern: "A-{0000}" });
    await ok(service, "PUT", "/v1/products/P", { tracking: "serial", sequence: "s" });
    const job = await ok(service, "POST", "/v1/lots", { items: [{ product: "P", count: 300 }] });
    const made = await lastEvent(service);
    expect([made.action, made.subject]).toEqual(["lots.created", job.id]);
    expect(made.facts).toEqual({ total: 300, products: ["P"] });
    await ok(service, "POST", "/v1/lots/changes", {
      product: "P",
      sequence: "s",
      first: "1",
      last: "200",
      set: { state: "shipped" },
      party: "Acme",
    });
    expect(await lastEvent(service)).toMatchObject({
      action: "lots.changed",
      subject: "P",
      facts: { changed: 200, after: { state: "shipped" }, party: "Acme", first: "1", last: "200" },
    });
  });

  test("of an API key never its text nor its digest", async () => {
    const service = await serviceForTest();
    const made = await ok(service, "POST", "/v1/api-keys", {
      name: "shop",
      scopes: ["reserve"],
      quota: { numbers_per_day: 50 },
    });
    const turned = await ok(service, "POST", `/v1/api-keys/${made.id}/rotate`, {});
    await ok(service, "POST", `/v1/api-keys/${turned.id}/revoke`);
    await ok(service, "POST", `/v1/api-keys/${turned.id}/revoke`);
    const all = await events(service);
    expect(all.map(({ action, subject }) => [action, subject])).toEqual([
      ["api_key.created", made.id],
      ["api_key.rotated", made.id],
      ["api_key.revoked", turned.id],
    ]);
    expect(all[0]?.facts).toMatchObject({
      name: "shop",
      scopes: ["reserve"],
      quota: { count_per_request: null, numbers_per_day: 50, requests_per_minute: null },
      expires_at: null,
    });
    expect(all[1]?.facts).toMatchObject({ replaced_by: turned.id });
    const [kept] = await service.database.query<{ rows: string }>(
      "select string_agg(e::text, '|') as rows from audit_events e",
    );
    for (const { key } of [made, turned]) {
      expect(kept?.rows).not.toContain(key);
      expect(kept?.rows).not.toContain(await sha256(key));
    }
  });

  test("of an import each definition that it made, under the request that began it", async () => {
    const service = await serviceForTest();
    const { status, text } = await service.call("POST", "/v1/imports?kind=odoo_products", {
      body: "default_code,tracking,name\nA,lot,first\nB,lot,second\n",
      headers: { "content-type": "text/csv", "x-request-id": "move-in" },
    });
    expect(status, text).toBe(201);
    const all = await events(service);
    expect(all.map(({ action, subject }) => [action, subject])).toEqual([
      ["import.begun", expect.any(String)],
      ["product.created", "A"],
      ["product.created", "B"],
    ]);
    expect(new Set(all.map((event) => event.request_id))).toEqual(new Set(["move-in"]));
    expect(all[0]?.facts).toMatchObject({ kind: "odoo_products", dry_run: false, rows: 2 });
  });
});

describe("nothing is written", () => {
  test("by what changes nothing", async () => {
    const service = await serviceForTest();
    await putSequence(service, "s", { pattern: "A-{000}" });
    await ok(service, "PUT", "/v1/products/P", { tracking: "lot", sequence: "s" });
    await ok(service, "POST", "/v1/lots", { items: [{ product: "P", names: ["x"] }] });
    const count = (await events(service)).length;
    await putSequence(service, "s", { pattern: "A-{000}" });
    await ok(service, "PUT", "/v1/products/P", { tracking: "lot", sequence: "s" });
    await ok(service, "PATCH", "/v1/settings", { time_zone: "UTC" });
    const headers = { "if-match": "*" };
    await ok(service, "PATCH", "/v1/products/P/lots/x", { state: "available" }, { headers });
    await ok(service, "POST", "/v1/lots/changes", {
      product: "P",
      names: ["x"],
      set: { state: "available" },
    });
    expect((await events(service)).length).toBe(count);
  });

  test("by what is refused, or asked for again, from wherever", async () => {
    const service = await serviceForTest();
    await putSequence(service, "s", { pattern: "A-{000}" });
    const body = { to: "10", reason: "a new roll" };
    const path = "/v1/sequences/s/advance";
    await ok(service, "POST", path, body, { idempotencyKey: "k" });
    const count = (await events(service)).length;
    const headers = { "cf-connecting-ip": "203.0.113.7" };
    await ok(service, "POST", path, body, { idempotencyKey: "k", headers });
    await refused(service, [409, "advance_not_ahead"], "POST", path, { body, headers });
    await refused(service, [422, "idempotency_key_reused"], "POST", path, {
      body: { ...body, to: "11" },
      idempotencyKey: "k",
      headers,
    });
    await ok(service, "GET", "/v1/settings", undefined, { headers });
    expect((await events(service)).length).toBe(count);
    expect(await originsOf(service)).toEqual([""]);
  });
});

function comingFrom(last: number): { readonly headers: Record<string, string> } {
  return { headers: { "cf-connecting-ip": `203.0.113.${last}` } };
}

test("where calls come from is kept once, whoever comes at once", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{0000}" });
  await inParallel(16, async (caller) => {
    for (const last of [1, 2, 3]) {
      const { status, text } = await reserve(service, "s", 1, comingFrom(last));
      expect(status, text).toBe(201);
      const body = { pattern: `B${caller}-${last}-{0000}` };
      await ok(service, "PUT", `/v1/sequences/t-${caller}-${last}`, body, comingFrom(last));
    }
  });
  expect(await originsOf(service)).toEqual(["", "203.0.113.1", "203.0.113.2", "203.0.113.3"]);
  const { data } = await ok(service, "GET", "/v1/sequences/s/ledger");
  expect(data.length).toBe(48);
  const addresses = data.map(({ address }: { address: string }) => address);
  expect(addresses.filter((address: string) => address === "203.0.113.2").length).toBe(16);
});

describe("the list", () => {
  test("is of the admin alone, and of one tenant", async () => {
    const service = await serviceForTest();
    await putSequence(service, "s", { pattern: "A-{000}" });
    const scopes = ["reserve", "lots:read", "lots:write", "sequences:write"];
    const { key } = await ok(service, "POST", "/v1/api-keys", { name: "rest", scopes });
    for (const path of ["/v1/audit", "/v1/audit/seals", "/v1/audit/verification"]) {
      await refused(service, [403, "scope_missing"], "GET", path, { key });
    }
    const stranger = await service.createTenant();
    expect((await ok(service, "GET", "/v1/audit", undefined, { key: stranger.key })).data).toEqual(
      [],
    );
  });

  test("is narrowed to an action, a subject, an API key and a span of time", async () => {
    const service = await serviceForTest();
    for (const key of ["s", "t"]) await putSequence(service, key, { pattern: `${key}-{000}` });
    const made = await ok(service, "POST", "/v1/api-keys", {
      name: "maker",
      scopes: ["sequences:write"],
    });
    await ok(service, "PUT", "/v1/sequences/s", { pattern: "s-{0000}" }, { key: made.key });
    const told = async (query: string) =>
      (await events(service, query)).map(({ action, subject }) => `${action} ${subject}`);
    expect(await told("&action=sequence.created")).toEqual([
      "sequence.created s",
      "sequence.created t",
    ]);
    expect(await told("&subject=s")).toEqual(["sequence.created s", "sequence.changed s"]);
    expect(await told(`&api_key_id=${made.id}`)).toEqual(["sequence.changed s"]);
    const [, second] = await events(service);
    const at = second?.at ?? "";
    expect((await told(`&from=${at}`)).at(0)).toBe("sequence.created t");
    // The wire has milliseconds, the store microseconds.
    expect(await told(`&to=${at}&subject=s`)).toEqual(["sequence.created s"]);
    expect(await told(`&to=2020-01-01T00:00:00Z`)).toEqual([]);
    await refused(service, [422, "request_invalid"], "GET", "/v1/audit?action=lots.eaten");
    await refused(service, [422, "request_invalid"], "GET", "/v1/audit?from=yesterday");
  });

  test("comes in pages, as NDJSON and as CSV", async () => {
    const service = await serviceForTest();
    for (let n = 0; n < 7; n += 1) await putSequence(service, `s${n}`, { pattern: `S${n}-{00}` });
    const whole = await events(service);
    expect(await rowsInPages(service, "/v1/audit?limit=3")).toEqual(whole);
    const lines = await service.call("GET", "/v1/audit", {
      headers: { accept: "application/x-ndjson" },
    });
    expect(
      lines.text
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual(whole);
    const { text } = await service.call("GET", "/v1/audit", { headers: { accept: "text/csv" } });
    const [header, first] = text.split("\r\n");
    expect(header).toBe("at,action,subject,api_key,api_key_id,address,request_id,facts");
    expect(first).toContain(",sequence.created,s0,first key,");
  });

  test("has the actions that the document has", () => {
    const schema = document.components.schemas["AuditEvent"];
    expect(schema?.properties?.["action"]?.enum).toEqual(auditActions);
  });
});
