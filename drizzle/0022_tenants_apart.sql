-- Two walls keep tenants apart: every statement asks for one tenant's rows, and every table has a policy that
-- shows and takes no others than those of the tenant that was entered (enter_tenant), whatever was asked for.
-- The policies hold everybody but superusers and roles with BYPASSRLS: the owner of a table as well, and the
-- roles that own the functions, which nobody can log in as.
DO $$
DECLARE
  v_role text;
BEGIN
  FOREACH v_role IN ARRAY '{serialmint_rules,serialmint_keeper}'::text[] LOOP
    BEGIN
      EXECUTE format('CREATE ROLE %I NOLOGIN', v_role);
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
      -- Roles belong to the whole server, so another database may have made it.
      NULL;
    END;
    EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', v_role);
  END LOOP;
  -- Functions are given only to roles that one can become. Who owns the tables may call what `serialmint_rules`
  -- may, and does not see what `serialmint_keeper` sees.
  BEGIN
    GRANT serialmint_rules TO CURRENT_USER WITH SET TRUE, INHERIT TRUE;
    GRANT serialmint_keeper TO CURRENT_USER WITH SET TRUE, INHERIT FALSE;
  EXCEPTION WHEN insufficient_privilege THEN
    RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = format(
      'The roles of Serialmint on this server are another owner''s (%s). Migrate as that owner, or let an administrator '
      'run: GRANT serialmint_app, serialmint_rules, serialmint_keeper TO %I WITH ADMIN OPTION', SQLERRM, CURRENT_USER);
  END;
END
$$;
--> statement-breakpoint
-- What is in the schema is put behind the walls, and functions are given to the roles that they run as: all to
-- `serialmint_rules`, which writes for the tenant that was entered, but those in `p_keepers` to
-- `serialmint_keeper`, which only reads and sees all tenants. Whatever makes a table or a function calls this
-- when it is done; it may be called again.
CREATE FUNCTION keep_tenants_apart(p_keepers regproc[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_table regclass;
  v_function regprocedure;
  v_keeps boolean;
BEGIN
  GRANT CREATE ON SCHEMA public TO serialmint_rules, serialmint_keeper;
  FOR v_table IN
    SELECT oid FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND NOT relforcerowsecurity
  LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', v_table);
    EXECUTE format('CREATE POLICY own_tenant ON %s USING (tenant = entered_tenant())', v_table);
    EXECUTE format('GRANT SELECT ON %s TO serialmint_app, serialmint_rules', v_table);
  END LOOP;
  FOR v_function, v_keeps IN
    SELECT p.oid::regprocedure, p.oid = ANY (p_keepers::oid[])
    FROM pg_proc AS p
    WHERE p.pronamespace = 'public'::regnamespace
      AND p.proowner NOT IN ('serialmint_rules'::regrole, 'serialmint_keeper'::regrole)
      AND p.proname <> 'keep_tenants_apart'
      AND NOT EXISTS (SELECT FROM pg_depend AS d
                      WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
  LOOP
    IF v_keeps THEN
      -- In this order: what belongs to it, only it grants.
      EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO serialmint_rules', v_function);
      EXECUTE format('ALTER FUNCTION %s OWNER TO serialmint_keeper', v_function);
    ELSE
      EXECUTE format('ALTER FUNCTION %s OWNER TO serialmint_rules', v_function);
    END IF;
  END LOOP;
  REVOKE CREATE ON SCHEMA public FROM serialmint_rules, serialmint_keeper;
END
$$;
--> statement-breakpoint
-- Nobody but these may run what is not granted elsewhere.
GRANT EXECUTE ON FUNCTION enter_tenant, identify_v1, entries_over, voids_over, recorded_over
TO serialmint_app;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION entered_tenant TO serialmint_app, serialmint_keeper;
--> statement-breakpoint
-- With these the figures are read of all tenants.
GRANT EXECUTE ON FUNCTION no_tenant, kept_for, call_bounds TO serialmint_keeper;
--> statement-breakpoint
-- Whoever names a state does.
GRANT EXECUTE ON FUNCTION lot_states TO PUBLIC;
--> statement-breakpoint
SELECT keep_tenants_apart(
  '{identify_v1,expired_requests,past_series,stranded_jobs_v1,staged_for_long,
    entries_over,reservations_at,voids_over,recorded_over,marked_entries,
    written_between,sealed_until,tenants_known,tenants_with_old_quotas,due_webhooks_v1,
    old_events,leases_unreported,numbers_between,first_written,lots_between,figured_until,
    tenants_with_old_figures,metrics_v1,longest_unwatched,old_alerts}');
--> statement-breakpoint
ALTER SCHEMA counters OWNER TO serialmint_rules;
--> statement-breakpoint
-- What the functions may write. Nothing that tells what happened is ever rewritten: not who changed what and
-- from where, not what a lot was before, not what a recall was opened for. Of the ledger a rewind changes what
-- becomes of numbers that were never given.
GRANT INSERT ON
  alerts, api_key_uses, api_keys, audit_events, audit_rounds, audit_seals, count_lines, counts, events,
  forms, import_batches, imports, job_items, jobs, leases, ledger, lot_changes, lot_history, lots,
  origins, past_patterns, pattern_changes, products, quota_days, recall_names, recall_parts, recalls,
  receipt_growths, receipt_lines, receipts, refused_rows, reopened_skips, request_windows, requests,
  sequences, series, settings, skipped_names, tried_lots, tried_numbers, watch_turns, webhook_deliveries,
  webhooks
TO serialmint_rules;
--> statement-breakpoint
GRANT UPDATE ON
  alerts, api_key_uses, api_keys, audit_rounds, count_lines, counts, import_batches, imports, job_items,
  jobs, leases, lots, past_patterns, products, quota_days, recalls, receipt_growths, receipt_lines,
  receipts, request_windows, requests, sequences, series, settings, tried_numbers, watch_turns,
  webhook_deliveries, webhooks
TO serialmint_rules;
--> statement-breakpoint
GRANT UPDATE (kind, last) ON ledger TO serialmint_rules;
--> statement-breakpoint
-- To lock it.
GRANT UPDATE (name) ON tenants TO serialmint_rules;
--> statement-breakpoint
GRANT DELETE ON
  alerts, events, import_batches, lots, pattern_changes, quota_days, refused_rows, request_windows,
  requests, series, tried_lots, tried_numbers, webhook_deliveries, webhooks
TO serialmint_rules;
--> statement-breakpoint
GRANT INSERT, UPDATE, DELETE ON
  call_figures, counted_lots, figure_batches, figures_until, lot_figures, notable_calls, number_figures
TO serialmint_rules;
--> statement-breakpoint
DO $$
DECLARE
  v_table regclass;
BEGIN
  FOREACH v_table IN ARRAY '{alerts,api_keys,audit_events,audit_rounds,audit_seals,call_figures,
                             counted_lots,events,figure_batches,figures_until,imports,job_items,jobs,
                             leases,ledger,lot_figures,notable_calls,number_figures,quota_days,
                             reopened_skips,request_windows,requests,series,tenants,watch_turns,
                             webhook_deliveries,webhooks}'::regclass[]
  LOOP
    EXECUTE format('GRANT SELECT ON %s TO serialmint_keeper', v_table);
    EXECUTE format('CREATE POLICY all_tenants ON %s FOR SELECT TO serialmint_keeper USING (true)', v_table);
  END LOOP;
END
$$;
--> statement-breakpoint
-- Changes of lots take their ids before they are written.
GRANT USAGE ON SEQUENCE lot_changes_id_seq TO serialmint_rules;
--> statement-breakpoint
-- The Worker reads the secrets of webhooks by claiming what is to be signed, and by no select.
REVOKE SELECT ON webhooks FROM serialmint_app;
--> statement-breakpoint
GRANT SELECT (tenant) ON webhooks TO serialmint_app;
