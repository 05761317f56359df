-- What the Worker's role may do: read, and call the functions that keep the rules. Roles belong to the
-- whole server, so another database may have made it. Grant it to the role in DATABASE_URL.
DO $$
BEGIN
  CREATE ROLE serialmint_app NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
  NULL;
END
$$;
--> statement-breakpoint
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC;
--> statement-breakpoint
-- And of what later migrations make.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
--> statement-breakpoint
GRANT USAGE ON SCHEMA public TO serialmint_app;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION
  fail, caller_v1, render_name, reservation_id, wire_time, shown_reservation,
  reservation_facts, open_numbers, run_list, counter_v1, account_v1, account_runs_v1, period_at, zone_named, is_begun,
  fence_end, given_under, refuse_sharing,
  advance_v1, rewind_v1, close_series_v1,
  put_sequence_v1, make_naming_series_v1, bind_naming_series_v1, put_product_v1, change_settings_v1,
  reserve_v1, void_v1,
  create_lots_v1, run_chunk_v1, job_facts, take_job_v1, release_job_v1, note_failure_v1,
  stranded_jobs_v1, cancel_job_v1, retry_job_v1, expire_requests_v1,
  csv_field, list_lots_v1, lots_of_receipt_v1, find_lots_v1, resolve_v1
TO serialmint_app;
