-- How counters are moved past what a lost part of the database gave out. See docs/operating/restoring.md.

-- Moves a series on by `p_by` numbers and fences them: for good, since nobody knows which of them were given.
-- Beyond the width of a sequence that rejects as well, since it may have been widened since, or may be again.
-- Returns null where no number of any width was left.
CREATE FUNCTION fence_series(p_series series, p_by bigint, p_origin integer, p_reason text) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
  v_end CONSTANT bigint := 999999999999999999;
  v_next bigint;
  v_to bigint;
BEGIN
  PERFORM hold_counter(p_series);
  -- A counter may have come back older than the ledger, whose entries count by the increment of their time.
  v_next := greatest(next_number(p_series), behind_ledger(p_series));
  IF v_next > v_end THEN
    RETURN NULL;
  END IF;
  v_to := v_next + p_series.increment * least(p_by, (v_end - v_next) / p_series.increment + 1);
  PERFORM skip_to(p_series, v_next, v_to, p_origin, p_reason, 'fence');
  RETURN jsonb_build_object(
    'series', nullif(p_series.period, ''), 'from', v_next::text,
    'to', CASE WHEN v_to <= v_end THEN v_to::text END);
END
$$;
--> statement-breakpoint
-- Lets series of a sequence that may have been begun and are not known any more begin as much further on: of a
-- period that begins within `p_ahead_days` from now, or, where a text is counted for itself, any.
CREATE FUNCTION fence_unknown(
  p_tenant text, p_sequence text, p_by bigint, p_ahead_days integer, p_origin integer, p_reason text
) RETURNS void
LANGUAGE sql AS $$
  UPDATE sequences
  SET fence_width = least(fence_width + p_by, 999999999999999999),
      fenced_until = greatest(fenced_until, now() + make_interval(days => p_ahead_days)),
      fence_origin = p_origin,
      fence_reason = p_reason
  WHERE tenant = p_tenant AND key = p_sequence
$$;
--> statement-breakpoint
CREATE TYPE fenced_batch AS (
  -- What was moved.
  moved jsonb[],
  -- The last series that was looked at; null when none is left.
  through bigint
);
--> statement-breakpoint
-- Fences the series of a sequence with ids above `p_after`, at most `p_limit` (null: all), whatever its mode, closed
-- ones as well.
CREATE FUNCTION fence_known(
  p_tenant text, p_sequence text, p_after bigint, p_limit integer, p_by bigint, p_origin integer, p_reason text
) RETURNS fenced_batch
LANGUAGE plpgsql AS $$
DECLARE
  v_series series;
  v_batch fenced_batch := ('{}', NULL);
BEGIN
  FOR v_series IN
    SELECT * FROM series WHERE tenant = p_tenant AND sequence = p_sequence AND id > p_after
    ORDER BY id LIMIT p_limit FOR NO KEY UPDATE
  LOOP
    v_batch.moved := v_batch.moved || fence_series(v_series, p_by, p_origin, p_reason);
    v_batch.through := v_series.id;
  END LOOP;
  v_batch.moved := array_remove(v_batch.moved, NULL);
  RETURN v_batch;
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
-- what it gave was lost. Fails as open_call_v1 does, definition_changed, series_malformed.
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
    PERFORM FROM sequences
    WHERE tenant = p_tenant AND key = p_sequence AND definition = p_definition FOR UPDATE;
    IF NOT FOUND THEN
      PERFORM fail('definition_changed', jsonb_build_object('sequence', p_sequence));
    END IF;
    PERFORM fence_unknown(p_tenant, p_sequence, p_by, p_ahead_days, v_call.origin, p_reason);
    v_moved := (fence_known(p_tenant, p_sequence, 0, NULL, p_by, v_call.origin, p_reason)).moved;
  ELSE
    v_moved := array_remove(ARRAY[fence_series(
      held_series(p_tenant, p_sequence, p_period, p_definition), p_by, v_call.origin, p_reason)], NULL);
  END IF;
  PERFORM record_event(p_caller, p_tenant, 'sequence.fenced', p_sequence, jsonb_build_object(
    'series', nullif(p_period, ''), 'by', p_by::text,
    'ahead_days', CASE WHEN p_period IS NULL THEN p_ahead_days END, 'moved', cardinality(v_moved), 'reason', p_reason));
  RETURN answer_request_v1(p_tenant, p_key, p_fingerprint, jsonb_build_object(
    'sequence', p_sequence, 'by', p_by::text, 'reason', p_reason, 'at', wire_time(now()),
    'moved', cardinality(v_moved), 'series', to_jsonb(v_moved[1:100]),
    'unknown_series', (SELECT fenced_begin(s) FROM sequences AS s
                       WHERE tenant = p_tenant AND key = p_sequence AND p_period IS NULL
                         -- The only series of one that never resets may be known.
                         AND (reset <> 'never' OR cardinality(v_moved) = 0))));
END
$$;
--> statement-breakpoint
-- Whom the ledger names for what an operator does with the database itself: a key that nobody has.
CREATE FUNCTION origin_of_operator(p_tenant text) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
  v_key api_keys;
BEGIN
  SELECT * INTO v_key FROM api_keys WHERE tenant = p_tenant AND name = 'operator' AND prefix = 'smk_none_';
  IF NOT FOUND THEN
    v_key.tenant := p_tenant;
    v_key.public_id := gen_random_uuid();
    v_key.digest := sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8'));
    v_key.name := 'operator';
    v_key.prefix := 'smk_none_';
    v_key.hint := 'none';
    v_key.scopes := '{admin}';
    v_key := add_api_key(v_key);
    UPDATE api_keys SET revoked_at = now() WHERE tenant = p_tenant AND id = v_key.id;
  END IF;
  RETURN origin_of(p_tenant, v_key.id, NULL);
END
$$;
--> statement-breakpoint
-- All tenants there are.
CREATE FUNCTION tenants_known() RETURNS TABLE (tenant text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT tenant FROM tenants ORDER BY tenant
$$;
--> statement-breakpoint
-- Begins to fence sequences of a tenant, for the operator who has restored an older copy of the database: all, or
-- those in `p_only`, but those in `p_except`. What was remembered of patterns is void: their epoch goes on from
-- where no copy of the database has been. Returns the sequences, whose known series are moved next.
CREATE FUNCTION begin_fence(
  p_tenant text, p_by bigint, p_ahead_days integer, p_reason text, p_only text[], p_except text[]
) RETURNS TABLE (sequence text, mode sequence_mode)
LANGUAGE plpgsql AS $$
DECLARE
  v_origin integer;
  v_unknown text;
BEGIN
  PERFORM enter_tenant(p_tenant);
  v_origin := origin_of_operator(p_tenant);
  -- The first series of a naming series may have been made since.
  PERFORM make_naming_series(p_tenant);
  SELECT named INTO v_unknown FROM unnest(p_only || p_except) AS named
  WHERE NOT EXISTS (SELECT FROM sequences AS s
                    WHERE s.tenant = p_tenant AND s.key = named AND s.counter = s.key);
  IF FOUND THEN
    RAISE 'There is no sequence % with counters of its own.', v_unknown;
  END IF;
  UPDATE settings SET pattern_epoch = pattern_epoch + 1 + (random() * 1000000000000)::bigint
  WHERE tenant = p_tenant;
  INSERT INTO audit_events (tenant, origin, request_id, action, subject, facts)
  VALUES (p_tenant, v_origin, 'operator', 'tenant.fenced', p_tenant, jsonb_build_object(
            'by', p_by::text, 'ahead_days', p_ahead_days, 'reason', p_reason,
            'only', p_only, 'except', p_except));
  RETURN QUERY
    SELECT s.key, s.mode
    FROM sequences AS s
    CROSS JOIN LATERAL fence_unknown(p_tenant, s.key, p_by, p_ahead_days, v_origin, p_reason)
    WHERE s.tenant = p_tenant AND s.counter = s.key
      AND (p_only IS NULL OR s.key = ANY (p_only)) AND NOT s.key = ANY (p_except)
    ORDER BY s.key;
END
$$;
--> statement-breakpoint
-- Fences one series of a sequence, by its name. Returns how many were moved: none when no number is left.
CREATE FUNCTION fence_one(p_tenant text, p_sequence text, p_period text, p_by bigint, p_reason text)
RETURNS TABLE (mode sequence_mode, moved integer)
LANGUAGE plpgsql AS $$
DECLARE
  v_sequence sequences;
  v_origin integer;
BEGIN
  PERFORM enter_tenant(p_tenant);
  v_origin := origin_of_operator(p_tenant);
  SELECT * INTO v_sequence FROM sequences AS s
  WHERE s.tenant = p_tenant AND s.key = p_sequence AND s.counter = s.key;
  IF NOT FOUND THEN
    RAISE 'There is no sequence % with counters of its own.', p_sequence;
  ELSIF NOT is_period(v_sequence.reset, p_period) THEN
    RAISE 'The sequence % has no series %.', p_sequence, p_period;
  END IF;
  mode := v_sequence.mode;
  moved := num_nonnulls(fence_series(
    held_series(p_tenant, p_sequence, p_period, v_sequence.definition), p_by, v_origin, p_reason));
  INSERT INTO audit_events (tenant, origin, request_id, action, subject, facts)
  VALUES (p_tenant, v_origin, 'operator', 'sequence.fenced', p_sequence, jsonb_build_object(
            'series', nullif(p_period, ''), 'by', p_by::text, 'reason', p_reason));
  RETURN NEXT;
END
$$;
--> statement-breakpoint
-- Goes on with the series of a sequence above `p_after`. Few at a time: each that counts with a Postgres sequence
-- takes locks that the server has not very many of. Returns how many were moved, and the last one.
CREATE FUNCTION go_on_fencing(p_tenant text, p_sequence text, p_after bigint, p_by bigint, p_reason text)
RETURNS TABLE (moved integer, through bigint)
LANGUAGE plpgsql AS $$
DECLARE
  v_batch fenced_batch;
BEGIN
  PERFORM enter_tenant(p_tenant);
  v_batch := fence_known(p_tenant, p_sequence, p_after, 256, p_by, origin_of_operator(p_tenant), p_reason);
  moved := cardinality(v_batch.moved);
  through := v_batch.through;
  RETURN NEXT;
END
$$;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION fence_v1 TO serialmint_app;
