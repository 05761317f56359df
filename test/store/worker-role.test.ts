import { expect, test } from "vitest";

import type { Session } from "../harness/database.ts";
import type { Service } from "../harness/service.ts";
import { putSequence, reserve, serviceForTest } from "./service.ts";

/** A service with one promoted sequence and a session of the Worker's role beside it. */
async function sessionOfWorker(): Promise<{ service: Service; session: Session }> {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{0000}", hot: true });
  await reserve(service, "s", 3);
  const session = service.database.session();
  await session.query("set session authorization serialmint_worker");
  return { service, session };
}

const denied = { code: "42501" };

test("the Worker's role reads the tables and writes none of them", async () => {
  const { service, session } = await sessionOfWorker();
  const tables = await service.database.query<{ name: string }>(
    "select tablename as name from pg_tables where schemaname = 'public' order by 1",
  );
  expect(tables.length).toBeGreaterThanOrEqual(17);
  for (const { name } of tables) {
    await session.query(`select count(*) from ${name}`);
    await expect(session.query(`delete from ${name}`), name).rejects.toMatchObject(denied);
    await expect(session.query(`truncate ${name}`), name).rejects.toMatchObject(denied);
    const insert = `insert into ${name} default values`;
    await expect(session.query(insert), name).rejects.toMatchObject(denied);
    const update = `update ${name} set tenant = tenant`;
    await expect(session.query(update), name).rejects.toMatchObject(denied);
    await expect(session.query(`drop table ${name}`), name).rejects.toMatchObject(denied);
  }
});

test("the Worker's role cannot touch a counter", async () => {
  const { service, session } = await sessionOfWorker();
  const [series] = await service.database.query<{ id: string }>("select id from series");
  const counter = `counters.series_${series?.id}`;
  for (const attempt of [
    `select nextval('${counter}')`,
    `select setval('${counter}', 1)`,
    `select last_value from ${counter}`,
    `alter sequence ${counter} restart`,
    `drop sequence ${counter}`,
    "create sequence counters.mine",
    "create table mine ()",
    "create schema mine",
  ]) {
    await expect(session.query(attempt), attempt).rejects.toMatchObject(denied);
  }
  expect((await reserve(service, "s", 1)).json.first).toBe("4");
});

// They check their caller, or change nothing, or do for no caller what the service itself does: work on jobs and
// imports that a caller began, close past series, seal the audit, keep figures, enter a tenant, remove what has expired.
test("the Worker's role calls these functions and no others", async () => {
  const { service } = await sessionOfWorker();
  const callable = await service.database.query<{ name: string }>(
    `select p.proname as name from pg_proc p
     where p.pronamespace = 'public'::regnamespace
       and has_function_privilege('serialmint_worker', p.oid, 'execute')
       and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
     order by 1`,
  );
  expect(callable.map(({ name }) => name)).toEqual([
    "account_runs_v1",
    "account_v1",
    "add_calls_v1",
    "add_counts",
    "advance_v1",
    "apply_count_v1",
    "apply_import_v1",
    "begin_import_v1",
    "bind_naming_series_v1",
    "break_import_v1",
    "burn_lease_v1",
    "burn_leases_v1",
    "call_bounds",
    "caller_v1",
    "calls_over",
    "cancel_job_v1",
    "cancel_receipt_v1",
    "change_lot_v1",
    "change_lots_v1",
    "change_settings_v1",
    "change_webhook_v1",
    "claim_delivery_v1",
    "close_recall_v1",
    "close_series_v1",
    "compare_alerts_v1",
    "compare_audit_v1",
    "complete_import_v1",
    "count_facts",
    "counter_v1",
    "create_api_key_v1",
    "create_count_v1",
    "create_lots_v1",
    "create_receipt_v1",
    "create_webhook_v1",
    "csv_field",
    "delivery_facts",
    "drawn_lately_v1",
    "due_webhooks_v1",
    "enter_tenant",
    "entered_tenant",
    "entries_over",
    "exhausted_at",
    "expire_alerts_v1",
    "expire_events_v1",
    "expire_figures_v1",
    "expire_quotas_v1",
    "expire_requests_v1",
    "expire_staged_v1",
    "fail",
    "fence_end",
    "fence_v1",
    "figured_until",
    "find_lots_v1",
    "form_of_lease",
    "get_lot_v1",
    "given_under",
    "identify_v1",
    "is_begun",
    "job_facts",
    "key_status",
    "known_lots_v1",
    "last_number_of",
    "lease_facts",
    "lease_status",
    "list_lots_v1",
    "lot_after",
    "lot_states",
    "lots_by_change_v1",
    "lots_by_expiry_v1",
    "lots_by_location_v1",
    "lots_by_state_v1",
    "lots_of_receipt_v1",
    "make_naming_series_v1",
    "metrics_v1",
    "no_tenant",
    "note_failure_v1",
    "numbers_in",
    "numbers_on_lease",
    "numbers_today_v1",
    "open_lease_v1",
    "open_numbers",
    "open_recall_v1",
    "opened_lease",
    "period_at",
    "period_end",
    "put_product_v1",
    "put_sequence_v1",
    "quantile_of",
    "quota_of",
    "recall_facts",
    "recall_lots_v1",
    "receipt_facts",
    "record_attempt_v1",
    "recorded_over",
    "refuse_sharing",
    "release_job_v1",
    "remove_webhook_v1",
    "render_name",
    "renew_lease_v1",
    "repeat_delivery_v1",
    "report_lease_v1",
    "reservation_facts",
    "reservation_id",
    "reserve_v1",
    "resolve_v1",
    "rest_of_lease",
    "retry_job_v1",
    "revoke_api_key_v1",
    "rewind_v1",
    "roll_up_figures_v1",
    "rotate_api_key_v1",
    "rotate_webhook_secret_v1",
    "run_chunk_v1",
    "run_list",
    "seal_audit_v1",
    "seconds_left",
    "shown_alert",
    "shown_api_key",
    "shown_delivery",
    "shown_lease",
    "shown_reservation",
    "span_begin",
    "stage_import_v1",
    "stranded_jobs_v1",
    "take_job_v1",
    "take_request_v1",
    "take_turn_v1",
    "test_webhook_v1",
    "verify_audit_v1",
    "void_v1",
    "voids_over",
    "webhooks_of_v1",
    "wire_time",
    "woken_webhooks_v1",
    "zone_named",
  ]);
});

test("a table of the caller's own cannot take the place of one that a function trusts", async () => {
  const { service, session } = await sessionOfWorker();
  await session.query("select set_config('serialmint.tenant', $1, false)", [service.tenant]);
  await session.query("create temporary table api_keys (like public.api_keys)");
  await session.query(
    `insert into pg_temp.api_keys (tenant, id, public_id, digest, name, prefix, hint, scopes, created_at)
     values ($1, 1, gen_random_uuid(), sha256('forged'), 'x', 'smk_live_', 'x', '{admin}', now())`,
    [service.tenant],
  );
  const forged = session.query(
    `select reserve_v1(row(sha256('forged'), '{reserve}', null, null, null, null, null)::caller, $1, 'k', '\\x00', 's', '', s.definition, 1, 'A-', 4, '')
     from public.sequences s where s.tenant = $1`,
    [service.tenant],
  );
  await expect(forged).rejects.toMatchObject({ code: "SM001", message: "api_key_unknown" });
});
