-- What needs somebody's attention. See docs/using/alerts.md.

-- What may need attention of one tenant. An alert is opened when it `opens`, and stays open as long as it is here at
-- all: what is worse opens, what is nearly well closes, so that nothing opens and closes by turns.
CREATE TYPE alert_condition AS (
  kind alert_kind,
  subject text,
  opens boolean,
  facts jsonb
);
--> statement-breakpoint
-- Sequences of which few numbers are left: a tenth of all, or what a week takes. Of one that begins again with a
-- period, those that do not last until its end. `soon` is what they have to last for, and 10/7 of it to be well again.
CREATE FUNCTION sequences_near_exhaustion(p_tenant text) RETURNS SETOF alert_condition
LANGUAGE sql STABLE AS $$
  SELECT 'sequence_exhaustion_near'::alert_kind, f.sequence || CASE f.series WHEN '' THEN '' ELSE ':' || f.series END,
         f.remaining = 0 OR a.is_share AND f.used_share >= 0.9
           OR f.exhausted_at < now() + a.soon,
         jsonb_build_object(
           'sequence', f.sequence, 'series', nullif(f.series, ''), 'remaining', f.remaining::text,
           'last_number', f.last_number::text, 'used', round(f.used_share::numeric, 4),
           'per_hour', round(f.per_hour::numeric, 2), 'exhausted_at', wire_time(f.exhausted_at))
  FROM forecasts_of(p_tenant) AS f
  CROSS JOIN LATERAL (
    -- By itself the share says nothing of a period, most of which may be over.
    SELECT s.ends_on IS NULL AS is_share,
           least(interval '7 days', (s.ends_on + 1)::timestamp AT TIME ZONE zone_named(q.time_zone) - now()) AS soon
    FROM series AS s
    JOIN sequences AS q ON q.tenant = s.tenant AND q.key = s.sequence
    WHERE s.tenant = p_tenant AND s.sequence = f.sequence AND s.period = f.series
  ) AS a
  WHERE f.remaining = 0 OR a.is_share AND f.used_share >= 0.85
     OR f.exhausted_at < now() + a.soon * 10 / 7
$$;
--> statement-breakpoint
-- Jobs that nobody works on for five minutes, and failed ones of the last week.
CREATE FUNCTION jobs_in_trouble(p_tenant text) RETURNS SETOF alert_condition
LANGUAGE sql STABLE AS $$
  SELECT 'job_stuck'::alert_kind, id::text, lease_until < now() - interval '5 minutes',
         jsonb_build_object(
           'job', id, 'status', status, 'left', chunked - cursor, 'lease_until', wire_time(lease_until),
           'error', error)
  FROM jobs
  WHERE tenant = p_tenant AND status IN ('queued', 'running') AND lease_until < now() - interval '1 minute'
  UNION ALL
  SELECT 'job_failed'::alert_kind, id::text, true,
         jsonb_build_object(
           'job', id, 'left', chunked - cursor, 'failed_at', wire_time(finished_at), 'error', error)
  FROM jobs
  WHERE tenant = p_tenant AND status = 'failed' AND finished_at > now() - interval '7 days'
$$;
--> statement-breakpoint
-- Leases that have expired and whose holder has not told of all their numbers, until they are burned.
CREATE FUNCTION leases_in_trouble(p_tenant text) RETURNS SETOF alert_condition
LANGUAGE sql STABLE AS $$
  SELECT 'lease_unreported'::alert_kind, id::text, expires_at < now() - interval '15 minutes',
         jsonb_build_object(
           'lease', id, 'sequence', sequence, 'holder', holder, 'open', open::text,
           'expired_at', wire_time(expires_at))
  FROM leases
  WHERE tenant = p_tenant AND closed_at IS NULL AND burned_at IS NULL AND expires_at < now()
$$;
--> statement-breakpoint
-- Operations that fail, or are slow, more often than in the hour before.
CREATE FUNCTION operations_in_trouble(p_tenant text) RETURNS SETOF alert_condition
LANGUAGE sql STABLE AS $$
  WITH measured AS (
    SELECT operation, 'errors_rising'::alert_kind AS kind, calls_5 AS calls, failed_5 AS bad,
           calls_60 - calls_5 AS calls_before, failed_60 - failed_5 AS bad_before,
           0.05 AS opens_at, 0.02 AS stays_at
    FROM operation_health(p_tenant)
    UNION ALL
    SELECT operation, 'operations_slow', calls_5, slow_5, calls_60 - calls_5, slow_60 - slow_5, 0.2, 0.1
    FROM operation_health(p_tenant)
  )
  SELECT kind, operation,
         bad >= 5 AND bad >= opens_at * calls
           AND bad::numeric / calls >= 2 * coalesce(bad_before::numeric / nullif(calls_before, 0), 0),
         jsonb_build_object(
           'operation', operation, 'calls', calls,
           CASE kind WHEN 'errors_rising' THEN 'failed' ELSE 'slow' END, bad,
           'calls_in_hour_before', calls_before,
           CASE kind WHEN 'errors_rising' THEN 'failed_in_hour_before' ELSE 'slow_in_hour_before' END, bad_before)
  FROM measured
  WHERE bad >= 2 AND bad >= stays_at * calls
$$;
--> statement-breakpoint
-- The break of the audit's chain that was found last, while it is there.
CREATE FUNCTION audit_in_trouble(p_tenant text) RETURNS SETOF alert_condition
LANGUAGE sql STABLE AS $$
  SELECT 'audit_chain_broken'::alert_kind, 'audit', true, found FROM audit_rounds
  WHERE tenant = p_tenant AND found IS NOT NULL
$$;
--> statement-breakpoint
-- Webhooks that were disabled by what their receivers did.
CREATE FUNCTION webhooks_in_trouble(p_tenant text) RETURNS SETOF alert_condition
LANGUAGE sql STABLE AS $$
  SELECT 'webhook_disabled'::alert_kind, id::text, true,
         -- Of the address only what is no secret: whoever sees alerts may not see webhooks.
         jsonb_build_object('webhook', id, 'origin', substring(url FROM '^https?://[^/?#]+'),
                            'reason', disabled_reason, 'disabled_at', wire_time(disabled_at))
  FROM webhooks
  WHERE tenant = p_tenant AND disabled_reason IN ('gone', 'failing')
$$;
--> statement-breakpoint
CREATE FUNCTION alert_conditions(p_tenant text) RETURNS SETOF alert_condition
LANGUAGE sql STABLE AS $$
  SELECT * FROM sequences_near_exhaustion(p_tenant)
  UNION ALL SELECT * FROM jobs_in_trouble(p_tenant)
  UNION ALL SELECT * FROM leases_in_trouble(p_tenant)
  UNION ALL SELECT * FROM operations_in_trouble(p_tenant)
  UNION ALL SELECT * FROM audit_in_trouble(p_tenant)
  UNION ALL SELECT * FROM webhooks_in_trouble(p_tenant)
$$;
--> statement-breakpoint
-- An alert as the wire knows it.
CREATE TYPE alert_row AS (
  id text,
  kind text,
  subject text,
  status text,
  opened_at text,
  closed_at text,
  facts jsonb
);
--> statement-breakpoint
CREATE FUNCTION shown_alert(p_alert alerts) RETURNS alert_row
LANGUAGE sql STABLE
RETURN (
  p_alert.id::text, p_alert.kind::text, p_alert.subject,
  CASE WHEN p_alert.closed_at IS NULL THEN 'open' ELSE 'closed' END,
  wire_time(p_alert.opened_at), wire_time(p_alert.closed_at), p_alert.facts)::alert_row;
--> statement-breakpoint
-- Compares what needs attention of the tenant that is entered with the alerts that are open: opens those that are
-- missing, once, closes those whose reason is gone, and tells of both, of each kind some: what is more than can be
-- done in time is left to the next look. Returns how many.
CREATE FUNCTION compare_alerts(p_tenant text) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  -- A statement of these ends in time, with as many webhooks as a tenant may have.
  c_at_once CONSTANT integer := 2000;
  v_conditions alert_condition[] := ARRAY(SELECT c FROM alert_conditions(p_tenant) AS c);
  v_opened alerts[];
  v_closed alerts[];
BEGIN
  WITH missing AS (
    SELECT c.*, row_number() OVER (PARTITION BY c.kind ORDER BY c.subject COLLATE "C") AS place
    FROM unnest(v_conditions) AS c
    WHERE c.opens
      AND (c.kind, c.subject) NOT IN (
        SELECT kind, subject FROM alerts WHERE tenant = p_tenant AND closed_at IS NULL)
    ORDER BY place
    LIMIT c_at_once
  ), opened AS (
    INSERT INTO alerts (tenant, id, kind, subject, facts, opened_at)
    SELECT p_tenant, gen_random_uuid(), kind, subject, facts, now()
    FROM missing
    ORDER BY kind, subject COLLATE "C"
    ON CONFLICT (tenant, kind, subject) WHERE closed_at IS NULL DO NOTHING
    RETURNING alerts
  )
  SELECT array_agg(alerts) INTO v_opened FROM opened;
  WITH well_again AS (
    SELECT id, row_number() OVER (PARTITION BY kind ORDER BY subject) AS place
    FROM alerts
    WHERE tenant = p_tenant AND closed_at IS NULL
      AND (kind, subject) NOT IN (SELECT c.kind, c.subject FROM unnest(v_conditions) AS c)
    ORDER BY place
    LIMIT c_at_once
  ), closed AS (
    UPDATE alerts SET closed_at = now()
    WHERE tenant = p_tenant AND closed_at IS NULL AND id IN (SELECT id FROM well_again)
    RETURNING alerts
  )
  SELECT array_agg(alerts) INTO v_closed FROM closed;
  PERFORM emit_event(p_tenant, 'alert.opened', a.id::text,
                     jsonb_build_object('alert', to_jsonb(shown_alert(a))))
  FROM unnest(v_opened) AS a;
  PERFORM emit_event(p_tenant, 'alert.closed', a.id::text,
                     jsonb_build_object('alert', to_jsonb(shown_alert(a))))
  FROM unnest(v_closed) AS a;
  RETURN coalesce(cardinality(v_opened), 0) + coalesce(cardinality(v_closed), 0);
END
$$;
--> statement-breakpoint
-- The tenant whose turn it is: that whose last one is longest ago, if it is before `p_before`. Null: nobody's.
CREATE FUNCTION longest_unwatched(p_duty watch_duty, p_before timestamptz) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT t.tenant
  FROM tenants AS t
  LEFT JOIN watch_turns AS w ON w.tenant = t.tenant AND w.duty = p_duty
  WHERE coalesce(w.taken_at, '-infinity') < p_before
  ORDER BY w.taken_at NULLS FIRST, t.tenant
  LIMIT 1
$$;
--> statement-breakpoint
-- Gives a tenant its turn that had none within `p_pause`, and returns it, or null. The turn is taken whatever comes of
-- it, so that one that cannot be looked at keeps no other from theirs.
CREATE FUNCTION take_turn_v1(p_duty watch_duty, p_pause interval) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_before timestamptz := now() - p_pause;
  v_tenant text;
BEGIN
  LOOP
    v_tenant := longest_unwatched(p_duty, v_before);
    EXIT WHEN v_tenant IS NULL;
    PERFORM enter_tenant(v_tenant);
    INSERT INTO watch_turns AS w (tenant, duty, taken_at)
    VALUES (v_tenant, p_duty, now())
    ON CONFLICT (tenant, duty) DO UPDATE SET taken_at = excluded.taken_at WHERE w.taken_at < v_before;
    -- Not, when another was quicker: then the next one.
    EXIT WHEN FOUND;
  END LOOP;
  RETURN v_tenant;
END
$$;
--> statement-breakpoint
-- Compares what needs attention of a tenant with its open alerts: see compare_alerts. Returns how many it opened and
-- closed.
CREATE FUNCTION compare_alerts_v1(p_tenant text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM enter_tenant(p_tenant);
  RETURN compare_alerts(p_tenant);
END
$$;
--> statement-breakpoint
-- The first break in seals `p_from` to `p_to` of a tenant, comparing about `p_rows` rows, and the seal that was not
-- compared any more.
CREATE FUNCTION compare_seals(p_tenant text, p_from integer, p_to integer, p_rows bigint)
RETURNS TABLE (found jsonb, next_seal integer)
LANGUAGE sql STABLE AS $$
  SELECT (v->'breaks'->0)::jsonb, (v->>'next_seal')::integer
  FROM verify_audit_v1(p_tenant, p_from, p_to, p_rows, NULL) AS v
$$;
--> statement-breakpoint
-- Goes on with a tenant's round: compares the seal where something was broken, which may be well again, the newest
-- one, and `p_seals` from where the round stands, each with about `p_rows` rows. Notes the break that is there.
CREATE FUNCTION compare_audit_v1(p_tenant text, p_seals integer, p_rows bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_round audit_rounds;
  v_broken integer;
  v_youngest integer;
  v_from integer;
  v_found jsonb;
  v_next integer;
BEGIN
  PERFORM enter_tenant(p_tenant);
  v_youngest := coalesce((SELECT max(number) FROM audit_seals WHERE tenant = p_tenant), 1);
  SELECT * INTO v_round FROM audit_rounds WHERE tenant = p_tenant FOR UPDATE;
  v_broken := (v_round.found->>'seal')::integer;
  IF v_broken IS NOT NULL THEN
    -- What is wrong behind the last seal is told of the one that would follow.
    SELECT c.found INTO v_found
    FROM compare_seals(p_tenant, least(v_broken, v_youngest), v_broken, p_rows) AS c;
  END IF;
  IF v_found IS NULL THEN
    SELECT c.found INTO v_found FROM compare_seals(p_tenant, v_youngest, v_youngest, p_rows) AS c;
  END IF;
  v_from := CASE WHEN v_round.next_seal <= v_youngest THEN v_round.next_seal ELSE 1 END;
  SELECT coalesce(v_found, c.found), coalesce(c.next_seal, v_from + p_seals) INTO v_found, v_next
  FROM compare_seals(p_tenant, v_from, v_from + p_seals - 1, p_rows) AS c;
  INSERT INTO audit_rounds (tenant, next_seal, found) VALUES (p_tenant, v_next, v_found)
  ON CONFLICT (tenant) DO UPDATE SET next_seal = excluded.next_seal, found = excluded.found;
END
$$;
--> statement-breakpoint
-- Alerts that were closed longer ago than `p_age`, of all tenants: at most `p_limit`.
CREATE FUNCTION old_alerts(p_age interval, p_limit integer) RETURNS TABLE (tenant text, ids uuid[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT tenant, array_agg(id)
  FROM (SELECT tenant, id FROM alerts WHERE closed_at < now() - p_age ORDER BY closed_at LIMIT p_limit) AS old
  GROUP BY tenant
$$;
--> statement-breakpoint
-- Removes alerts that were closed longer ago than `p_age`, at most `p_limit`. Returns how many.
CREATE FUNCTION expire_alerts_v1(p_age interval, p_limit integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_old record;
  v_removed bigint := 0;
BEGIN
  FOR v_old IN SELECT * FROM old_alerts(p_age, p_limit) LOOP
    PERFORM enter_tenant(v_old.tenant);
    DELETE FROM alerts WHERE tenant = v_old.tenant AND id = ANY (v_old.ids);
    v_removed := v_removed + cardinality(v_old.ids);
  END LOOP;
  RETURN v_removed;
END
$$;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION
  shown_alert, take_turn_v1, compare_alerts_v1, compare_audit_v1, expire_alerts_v1
TO serialmint_app;
