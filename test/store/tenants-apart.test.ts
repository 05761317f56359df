import { expect, test } from "vitest";

import { serviceForTest } from "./service.ts";

test("every table holds everybody to one tenant, its owner too", async () => {
  const { database } = await serviceForTest();
  const open = await database.query(
    `select c.relname as table from pg_class c
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'm', 'v', 'f')
       and not (c.relrowsecurity and c.relforcerowsecurity
                and exists (select from pg_policies p where p.tablename = c.relname
                            and p.policyname = 'own_tenant' and p.roles = '{public}' and p.cmd = 'ALL'
                            and p.qual = '(tenant = entered_tenant())' and p.with_check is null))`,
  );
  expect(open).toEqual([]);
  const others = await database.query(
    `select distinct policyname, roles::text as roles, cmd from pg_policies where policyname <> 'own_tenant'`,
  );
  expect(others).toEqual([
    { policyname: "all_tenants", roles: "{serialmint_keeper}", cmd: "SELECT" },
  ]);
});

test("functions run as roles that nobody logs in as and that no policy spares", async () => {
  const { database } = await serviceForTest();
  const roles = await database.query(
    `select rolname as role, rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication as may,
            rolcanlogin as logs_in
     from pg_roles where rolname like 'serialmint\\_%' order by 1`,
  );
  expect(roles).toEqual([
    { role: "serialmint_app", may: false, logs_in: false },
    { role: "serialmint_keeper", may: false, logs_in: false },
    { role: "serialmint_rules", may: false, logs_in: false },
    { role: "serialmint_worker", may: false, logs_in: true },
  ]);
  const members = await database.query(
    `select roleid::regrole::text as role, member::regrole::text as member from pg_auth_members
     where roleid::regrole::text like 'serialmint%' and member::regrole::text <> 'postgres'`,
  );
  expect(members).toEqual([{ role: "serialmint_app", member: "serialmint_worker" }]);
  const others = await database.query(
    `select p.proname from pg_proc p
     where p.pronamespace = 'public'::regnamespace
       and p.proowner not in ('serialmint_rules'::regrole, 'serialmint_keeper'::regrole)
       and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')`,
  );
  expect(others).toEqual([{ proname: "keep_tenants_apart" }]);
  const searching = await database.query(
    `select p.proname from pg_proc p
     where p.pronamespace = 'public'::regnamespace and p.prosecdef
       and not coalesce(p.proconfig @> '{"search_path=public, pg_temp"}', false)`,
  );
  expect(searching).toEqual([]);
});

test("only functions that are known for it see all tenants, and they write nothing", async () => {
  const { database } = await serviceForTest();
  const keepers = await database.query<{ name: string }>(
    `select proname as name from pg_proc where proowner = 'serialmint_keeper'::regrole order by 1`,
  );
  expect(keepers.map(({ name }) => name)).toEqual([
    "due_webhooks_v1",
    "entries_over",
    "expired_requests",
    "figured_until",
    "first_written",
    "identify_v1",
    "leases_unreported",
    "longest_unwatched",
    "lots_between",
    "marked_entries",
    "metrics_v1",
    "numbers_between",
    "old_alerts",
    "old_events",
    "past_series",
    "recorded_over",
    "reservations_at",
    "sealed_until",
    "staged_for_long",
    "stranded_jobs_v1",
    "tenants_known",
    "tenants_with_old_figures",
    "tenants_with_old_quotas",
    "voids_over",
    "written_between",
  ]);
  const writes = await database.query(
    `select table_name from information_schema.role_table_grants
     where grantee = 'serialmint_keeper' and privilege_type <> 'SELECT'`,
  );
  expect(writes).toEqual([]);
});

test("what happened is not rewritten by any function", async () => {
  const { database } = await serviceForTest();
  const writable = await database.query<{ name: string }>(
    `select c.relname as name from pg_class c
     where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
       and (has_any_column_privilege('serialmint_rules', c.oid, 'UPDATE')
            or has_table_privilege('serialmint_rules', c.oid, 'DELETE, TRUNCATE'))`,
  );
  const names = writable.map(({ name }) => name);
  for (const kept of [
    "audit_events",
    "audit_seals",
    "forms",
    "lot_changes",
    "lot_history",
    "origins",
    "recall_names",
    "recall_parts",
    "reopened_skips",
  ]) {
    expect(names).not.toContain(kept);
  }
  const [ledger] = await database.query(
    `select has_table_privilege('serialmint_rules', 'ledger', 'DELETE, TRUNCATE') as removes,
            array(select attname::text from pg_attribute
                  where attrelid = 'ledger'::regclass and attnum > 0
                    and has_column_privilege('serialmint_rules', 'ledger', attname, 'UPDATE')
                  order by 1) as changes`,
  );
  expect(ledger).toEqual({ removes: false, changes: ["kind", "last"] });
});

test("who enters a tenant reads no other's rows and writes none", async () => {
  const { database, tenant } = await serviceForTest();
  const session = database.session();
  await session.query("begin");
  await session.query("set local role serialmint_rules");
  const settings = () =>
    session.query("select tenant from settings where tenant in ($1)", [tenant]);
  expect(await settings()).toEqual([]);
  await session.query("select enter_tenant($1)", [`${tenant}-test`]);
  expect(await settings()).toEqual([]);
  const changed = await session.query(
    "update settings set time_zone = 'Asia/Tokyo' returning tenant",
  );
  expect(changed).toEqual([{ tenant: `${tenant}-test` }]);
  await expect(
    session.query(
      "insert into products (tenant, sku, tracking, expiry) values ($1, 'P', 'lot', 'none')",
      [tenant],
    ),
  ).rejects.toMatchObject({ code: "42501" });
  await session.close();
});
