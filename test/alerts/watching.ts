import { ok } from "../api/contract.ts";
import type { Service } from "../harness/service.ts";

/** Looks at a tenant as the scheduled run does. Gives how many alerts it opened and closed. */
export async function lookAt(service: Service, tenant = service.tenant): Promise<number> {
  const [row] = await service.database.query<{ changed: string }>(
    "select compare_alerts_v1($1) as changed",
    [tenant],
  );
  return Number(row?.changed);
}

/** The tenant's alerts as the list has them. */
export async function alerts(
  service: Service,
  query = "",
  // What a test expects of them is the test's own knowledge.
  // oxlint-disable-next-line typescript/no-explicit-any
): Promise<any[]> {
  return (await ok(service, "GET", `/v1/alerts?limit=1000${query}`)).data;
}

/** What is open, as `kind subject`. */
export async function openAlerts(service: Service): Promise<string[]> {
  return (await alerts(service, "&status=open")).map(({ kind, subject }) => `${kind} ${subject}`);
}
