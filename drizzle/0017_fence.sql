-- How counters are moved past what a lost part of the database gave out. See docs/operating/restoring.md.

-- Moves a series on by `p_by` numbers and writes them down as skipped: for good, since nobody knows which of them
-- were given. Beyond the width of a sequence that rejects as well, since it may have been widened since, or may
-- be again. Returns null where no number of any width was left.
CREATE FUNCTION fence_series(p_series series, p_by bigint, p_origin integer, p_reason text) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
  v_end CONSTANT bigint := 999999999999999999;
  v_next bigint;
  v_to bigint;
BEGIN
  PERFORM hold_counter(p_series);
  v_next := next_number(p_series);
  IF v_next > v_end THEN
    RETURN NULL;
  END IF;
  -- A counter may have come back older than the ledger.
  v_next := greatest(v_next, (
    SELECT max(l.last) + p_series.increment
    FROM entries_over(p_series.id, least(p_series.next, v_end), v_end) AS l));
  IF v_next > v_end THEN
    RETURN NULL;
  END IF;
  v_to := v_next + p_series.increment * least(p_by, (v_end - v_next) / p_series.increment + 1);
  PERFORM skip_to(p_series, v_next, v_to, p_origin, p_reason);
  RETURN jsonb_build_object(
    'series', nullif(p_series.period, ''), 'from', v_next::text,
    'to', CASE WHEN v_to <= v_end THEN v_to::text END);
END
$$;
--> statement-breakpoint
-- Fences a sequence: every series of it is moved, whatever its mode, closed ones as well. Series that may have
-- been begun and are not known any more begin as much further on: of a period that begins within `p_ahead_days`
-- from now, or, where a text is counted for itself, any. Returns what was moved.
CREATE FUNCTION fence_sequence(
  p_tenant text, p_sequence text, p_by bigint, p_ahead_days integer, p_origin integer, p_reason text
) RETURNS jsonb[]
LANGUAGE plpgsql AS $$
DECLARE
  v_series series;
  v_moved jsonb[] := '{}';
BEGIN
  UPDATE sequences
  SET fence_width = least(fence_width + p_by, 999999999999999999),
      fenced_until = greatest(fenced_until, now() + make_interval(days => p_ahead_days)),
      fence_origin = p_origin,
      fence_reason = p_reason
  WHERE tenant = p_tenant AND key = p_sequence;
  FOR v_series IN
    SELECT * FROM series WHERE tenant = p_tenant AND sequence = p_sequence
    ORDER BY id FOR NO KEY UPDATE
  LOOP
    v_moved := v_moved || fence_series(v_series, p_by, p_origin, p_reason);
  END LOOP;
  RETURN array_remove(v_moved, NULL);
END
$$;
--> statement-breakpoint
-- Where series of a fenced sequence begin that are not known: with which number (null when none is left), and, where
-- periods are counted, up to which.
CREATE FUNCTION fenced_begin(p_sequence sequences) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
  v_until CONSTANT text := nullif(period_at(
    p_sequence.reset, p_sequence.time_zone, p_sequence.fiscal_year_start, p_sequence.fenced_until), '');
  v_first CONSTANT bigint := first_number(p_sequence, coalesce(v_until, ''));
BEGIN
  RETURN jsonb_build_object(
    'begin_at', CASE WHEN v_first <= 999999999999999999 THEN v_first::text END, 'until', v_until);
END
$$;
--> statement-breakpoint
-- Moves a sequence on by `p_by` numbers in each of its series, or in the one of `p_period`, after a part of
-- what it gave was lost. Fails as open_call_v1 does, series_not_found.
CREATE FUNCTION fence_v1(
  p_caller caller, p_tenant text, p_key text, p_fingerprint bytea,
  p_sequence text, p_period text, p_definition uuid, p_by bigint, p_ahead_days integer, p_reason text
) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_call opened_call := open_call_v1(p_caller, p_tenant, p_key, p_fingerprint);
  v_moved jsonb[];
BEGIN
  IF v_call.answer IS NOT NULL THEN
    RETURN v_call.answer;
  END IF;
  IF p_period IS NULL THEN
    v_moved := fence_sequence(p_tenant, p_sequence, p_by, p_ahead_days, v_call.origin, p_reason);
  ELSE
    v_moved := array_remove(ARRAY[fence_series(
      held_series(p_tenant, p_sequence, p_period, p_definition), p_by, v_call.origin, p_reason)], NULL);
  END IF;
  PERFORM record_event(p_caller, p_tenant, 'sequence.fenced', p_sequence, jsonb_build_object(
    'series', nullif(p_period, ''), 'by', p_by::text, 'ahead_days', p_ahead_days, 'moved', cardinality(v_moved), 'reason', p_reason));
  RETURN answer_request_v1(p_tenant, p_key, p_fingerprint, jsonb_build_object(
    'sequence', p_sequence, 'by', p_by::text, 'reason', p_reason, 'at', wire_time(now()),
    'moved', cardinality(v_moved), 'series', to_jsonb(v_moved[1:100]),
    'unknown_series', (SELECT fenced_begin(s) FROM sequences AS s
                       WHERE tenant = p_tenant AND key = p_sequence AND p_period IS NULL)));
END
$$;
--> statement-breakpoint
-- All tenants there are.
CREATE FUNCTION tenants_known() RETURNS TABLE (tenant text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT tenant FROM tenants ORDER BY tenant
$$;
--> statement-breakpoint
-- Fences all sequences of a tenant, for the operator who has restored an older copy of the database. What was
-- remembered of patterns is void as well: their epoch goes on from where no copy of the database has been.
-- Returns a row a sequence, with how many of its series were moved.
CREATE FUNCTION fence_tenant(p_tenant text, p_by bigint, p_ahead_days integer, p_reason text)
RETURNS TABLE (sequence text, mode sequence_mode, moved integer)
LANGUAGE plpgsql AS $$
DECLARE
  v_origin integer;
  v_sequence sequences;
BEGIN
  PERFORM enter_tenant(p_tenant);
  v_origin := origin_of_operator(p_tenant);
  -- The first series of a naming series may have been made since.
  PERFORM make_naming_series(p_tenant);
  FOR v_sequence IN
    SELECT * FROM sequences AS s WHERE s.tenant = p_tenant AND s.counter = s.key ORDER BY s.key
  LOOP
    sequence := v_sequence.key;
    mode := v_sequence.mode;
    moved := cardinality(fence_sequence(
      p_tenant, v_sequence.key, p_by, p_ahead_days, v_origin, p_reason));
    RETURN NEXT;
  END LOOP;
  UPDATE settings SET pattern_epoch = pattern_epoch + 1 + (random() * 1000000000000)::bigint
  WHERE tenant = p_tenant;
  INSERT INTO audit_events (tenant, origin, request_id, action, subject, facts)
  VALUES (p_tenant, v_origin, 'operator', 'tenant.fenced', p_tenant,
          jsonb_build_object('by', p_by::text, 'ahead_days', p_ahead_days, 'reason', p_reason));
END
$$;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION fence_v1 TO serialmint_app;
