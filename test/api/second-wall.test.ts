import { neonConfig } from "@neondatabase/serverless";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { createService } from "../harness/service.ts";
import type { Service } from "../harness/service.ts";
import { expectNothingForStrangers } from "./key-matrix/calls.ts";
import { operations } from "./key-matrix/operations.ts";
import { furnish, marker } from "./key-matrix/tenant.ts";

/** A condition on the tenant, as functions and statements of the service have it. */
const condition =
  /(?:\b\w+\.)?\btenant = (?:\(?(?:\w+\.)?p_\w+\)?\.tenant|(?:\w+\.)?p_tenant|\(?\w+\)?\.tenant|\$\d+)/gi;

/** What stands in its place holds for every row; a parameter keeps its place and its type. */
const anyTenant = (text: string): string =>
  text.replaceAll(condition, (found) => {
    const parameter = /\$\d+$/.exec(found)?.[0];
    return parameter === undefined ? "true" : `${parameter}::text IS NOT NULL`;
  });

/** Takes the conditions on the tenant out of every function but those that no policy holds. */
async function stripFunctions(service: Service): Promise<number> {
  const functions = await service.database.query<{ definition: string }>(
    `select pg_get_functiondef(oid) as definition from pg_proc
     where pronamespace = 'public'::regnamespace and proowner = 'serialmint_rules'::regrole`,
  );
  const changed = functions
    .map(({ definition }) => ({ definition, stripped: anyTenant(definition) }))
    .filter(({ definition, stripped }) => definition !== stripped);
  for (const { stripped } of changed) await service.database.query(stripped);
  return changed.length;
}

/** Takes them out of the statements that the Worker sends, too. */
function stripStatements(): void {
  neonConfig.fetchFunction = (url: string, init: RequestInit & { body: string }) =>
    fetch(url, { ...init, body: anyTenant(init.body) });
}

async function strippedService(): Promise<Service> {
  const service = await createService();
  await furnish(service);
  expect(await stripFunctions(service)).toBeGreaterThan(50);
  stripStatements();
  return service;
}

const named = operations.map((operation) => ({
  ...operation,
  name: `${operation.method} ${operation.template}`,
}));

describe("with no condition on the tenant in any query", () => {
  let service: Service;
  beforeAll(async () => {
    service = await strippedService();
  });
  afterAll(async () => {
    neonConfig.fetchFunction = undefined;
    await service.close();
  });

  test("a tenant still sees its own", async () => {
    const { text } = await service.call("GET", "/v1/sequences");
    expect(text).toContain(marker);
  });

  test.each(named)("$name shows and does nothing to another tenant", async (call) => {
    await expectNothingForStrangers(service, call);
  });
});

test("without the policies either, a stranger sees what is not theirs", async () => {
  const service = await strippedService();
  try {
    const tables = await service.database.query<{ name: string }>(
      "select tablename as name from pg_tables where schemaname = 'public'",
    );
    for (const { name } of tables) {
      await service.database.query(`alter table ${name} disable row level security`);
    }
    const stranger = await service.createTenant();
    const lists = operations.filter(({ method, inPath }) => {
      return method === "GET" && Object.keys(inPath).length === 0;
    });
    const shown: string[] = [];
    for (const { template, query } of lists) {
      const { text } = await service.call("GET", template + query, { key: stranger.key });
      if (text.includes(marker)) shown.push(template);
    }
    expect(shown).toEqual(
      expect.arrayContaining(["/v1/sequences", "/v1/products", "/v1/receipts", "/v1/recalls"]),
    );
  } finally {
    neonConfig.fetchFunction = undefined;
    await service.close();
  }
});
