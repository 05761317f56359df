import { expect, test } from "vitest";

import { ok } from "../api/contract.ts";
import type { Service } from "../harness/service.ts";
import { eventually } from "../store/service.ts";
import { fireCron, serviceWithoutPump } from "../store/without-pump.ts";
import { importFile, postFile } from "./importing.ts";

function countersOf({ database, tenant }: Service): Promise<object[]> {
  return database.query(
    "select sequence, period, next from series where tenant = $1 order by sequence, period",
    [tenant],
  );
}

test.each([
  ["frappe_series", (next: number) => `name,current\n"N-",${next}\n`],
  [
    "odoo_sequences",
    (next: number) =>
      `"name","code","prefix","padding","number_next_actual"\n"s","s","A-","4","${next}"\n`,
  ],
])("an import of %s moves no counter once its key is revoked", async (kind, fileWith) => {
  const service = await serviceWithoutPump();
  await importFile(service, kind, fileWith(5));
  const before = await countersOf(service);
  expect(before).toHaveLength(1);
  const { id, key } = await ok(service, "POST", "/v1/api-keys", {
    name: "mover",
    scopes: ["sequences:write"],
  });
  const headers = { prefer: "respond-async" };
  const begun = await postFile(service, kind, fileWith(500), { key, headers });
  expect(begun.status, begun.text).toBe(202);
  await ok(service, "POST", `/v1/api-keys/${id}/revoke`);

  await fireCron();
  const job = `/v1/jobs/${begun.json.id}`;
  await eventually(async () => (await ok(service, "GET", job)).status !== "running");
  expect(await ok(service, "GET", job)).toMatchObject({
    status: "failed",
    error: { code: "api_key_revoked" },
  });
  expect(await countersOf(service)).toEqual(before);
});
