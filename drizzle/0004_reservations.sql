-- A reservation as the wire knows it.
CREATE FUNCTION shown_reservation(
  sequence text, period text, first bigint, last bigint, step bigint,
  prefix text, width integer, suffix text, at timestamptz
) RETURNS jsonb
LANGUAGE sql STABLE
RETURN jsonb_build_object(
  'sequence', sequence,
  'series', nullif(period, ''),
  'id', reservation_id(sequence, period, first),
  'first', first::text,
  'last', last::text,
  'step', step::text,
  'count', (last - first) / step + 1,
  'prefix', prefix,
  'width', width,
  'suffix', suffix,
  'created_at', wire_time(at)
);
--> statement-breakpoint
-- The same from its ledger row.
CREATE FUNCTION reservation_facts(p_entry ledger) RETURNS jsonb
LANGUAGE sql STABLE
RETURN (
  SELECT shown_reservation(s.sequence, s.period, p_entry.first, p_entry.last, p_entry.step,
                           f.prefix, f.width, f.suffix, p_entry.at)
  FROM series AS s
  JOIN forms AS f ON f.tenant = p_entry.tenant AND f.id = p_entry.form
  WHERE s.id = p_entry.series
);
--> statement-breakpoint
-- Reserves one run of `p_count` numbers: caller, idempotency, definition, draw and ledger in one call.
-- The bound form is the caller's rendering of the definition that `p_definition` names.
-- `p_last` is the last number that the form can show, if it is not that of the sequence. `p_bound_by` is the
-- sequence with `p_bound_definition` whose pattern was bound, if it counts in the series of another.
-- `p_pattern` is the one that came with a request for names, if it did, with its fiscal year and whether the
-- request allows an overlap. Fails as open_call_v1, check_bound, take_numbers
-- and draw_v1 do.
CREATE FUNCTION reserve_v1(
  p_caller caller, p_tenant text, p_key text, p_fingerprint bytea,
  p_sequence text, p_period text, p_definition uuid, p_count bigint, p_prefix text, p_width integer,
  p_suffix text, p_last bigint DEFAULT NULL, p_bound_by text DEFAULT NULL,
  p_bound_definition uuid DEFAULT NULL, p_pattern text DEFAULT NULL,
  p_fiscal_year_start text DEFAULT NULL, p_allow_overlap boolean DEFAULT false
) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_call opened_call := open_call_v1(p_caller, p_tenant, p_key, p_fingerprint);
  v_drawn drawn;
BEGIN
  IF v_call.answer IS NOT NULL THEN
    RETURN v_call.answer;
  END IF;
  IF p_bound_by IS NOT NULL THEN
    PERFORM hold_definition(p_tenant, p_bound_by, p_bound_definition);
  END IF;
  IF p_pattern IS NOT NULL THEN
    PERFORM check_bound(p_tenant, p_pattern, p_fiscal_year_start, p_allow_overlap);
  END IF;
  IF v_call.has_quota THEN
    PERFORM take_numbers(p_tenant, v_call.api_key, p_count);
  END IF;
  v_drawn := draw_v1(p_tenant, p_sequence, p_period, p_definition, p_count, p_last);
  INSERT INTO ledger (tenant, series, first, last, step, form, kind, origin)
  VALUES (p_tenant, v_drawn.series, v_drawn.first, v_drawn.last, v_drawn.step,
          coalesce(
            (SELECT id FROM forms
             WHERE tenant = p_tenant AND prefix = p_prefix AND suffix = p_suffix AND width = p_width
               AND series = v_drawn.series),
            form_v1(p_tenant, v_drawn.series, p_prefix, p_width, p_suffix)),
          'reserved', v_call.origin);
  -- The entry's own time: both are that of the transaction.
  RETURN answer_request_v1(p_tenant, p_key, p_fingerprint, shown_reservation(
    p_sequence, v_drawn.period, v_drawn.first, v_drawn.last, v_drawn.step,
    p_prefix, p_width, p_suffix, now()));
END
$$;
--> statement-breakpoint
-- The numbers of a reservation that are neither voided nor taken by a job's item. Each stretch ends
-- where the next number of the run would stand, so that stretches of any step fit together.
CREATE FUNCTION open_numbers(p_entry ledger) RETURNS int8multirange
LANGUAGE sql STABLE
RETURN int8multirange(int8range(p_entry.first, p_entry.last + p_entry.step))
  - coalesce((
      SELECT range_agg(int8range(v.first, v.last + v.step))
      FROM voids_over(p_entry.series, p_entry.first, p_entry.last) AS v
    ), '{}')
  - coalesce((
      SELECT range_agg(numbers)
      FROM recorded_over(p_entry.series, p_entry.first, p_entry.last) AS numbers
    ), '{}');
--> statement-breakpoint
-- Locks a reservation's ledger row, so that it is voided or recorded by one caller at a time.
-- Gives null when there is none.
CREATE FUNCTION lock_reservation(p_tenant text, p_sequence text, p_period text, p_first bigint)
RETURNS ledger
LANGUAGE plpgsql AS $$
DECLARE
  v_entry ledger;
BEGIN
  SELECT l.* INTO v_entry
  FROM series AS s
  JOIN ledger AS l ON l.tenant = s.tenant AND l.series = s.id
  WHERE s.tenant = p_tenant AND s.sequence = p_sequence AND s.period = p_period
    AND l.first = p_first AND l.kind = 'reserved'
  FOR UPDATE OF l;
  RETURN v_entry;
END
$$;
--> statement-breakpoint
-- Writes ledger voids for stretches of a run, which end where the next number would stand.
CREATE FUNCTION void_numbers(
  p_entry ledger, p_stretches int8multirange, p_origin integer, p_reason text
) RETURNS void
LANGUAGE sql AS $$
  INSERT INTO ledger (tenant, series, first, last, step, form, kind, origin, reason)
  SELECT p_entry.tenant, p_entry.series, lower(stretch), upper(stretch) - p_entry.step, p_entry.step,
         p_entry.form, 'void', p_origin, p_reason
  FROM unnest(p_stretches) AS stretch
$$;
--> statement-breakpoint
-- Whether a key drew that run, itself or as one of those that it has replaced.
CREATE FUNCTION is_drawn_by(p_entry ledger, p_api_key integer) RETURNS boolean
LANGUAGE sql STABLE AS $$
  WITH RECURSIVE own AS (
    SELECT p_api_key AS id
    UNION
    SELECT k.id FROM api_keys AS k JOIN own ON k.tenant = p_entry.tenant AND k.replaced_by = own.id
  )
  SELECT EXISTS (
    SELECT FROM origins AS o JOIN own ON own.id = o.api_key
    WHERE o.tenant = p_entry.tenant AND o.id = p_entry.origin)
$$;
--> statement-breakpoint
-- Refuses a key that may only reserve what another one drew. Fails: reservation_of_another.
CREATE FUNCTION refuse_another(p_entry ledger, p_api_key integer, p_reservation text) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF is_drawn_by(p_entry, p_api_key) THEN
    RETURN;
  END IF;
  PERFORM FROM api_keys
  WHERE tenant = p_entry.tenant AND id = p_api_key AND scopes && '{sequences:write,admin}';
  IF NOT FOUND THEN
    PERFORM fail('reservation_of_another', jsonb_build_object('reservation', p_reservation));
  END IF;
END
$$;
--> statement-breakpoint
-- Voids numbers `p_from` to `p_to` of a reservation, or without them every number that is still open.
-- Fails: reservation_not_found, reservation_of_another, reservation_range, reservation_used.
CREATE FUNCTION void_v1(
  p_caller caller, p_tenant text, p_key text, p_fingerprint bytea,
  p_sequence text, p_period text, p_first bigint, p_from bigint, p_to bigint, p_reason text
) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_call opened_call := open_call_v1(p_caller, p_tenant, p_key, p_fingerprint);
  v_entry ledger;
  v_open int8multirange;
  v_wanted int8multirange;
BEGIN
  IF v_call.answer IS NOT NULL THEN
    RETURN v_call.answer;
  END IF;
  v_entry := lock_reservation(p_tenant, p_sequence, p_period, p_first);
  IF v_entry.first IS NULL THEN
    PERFORM fail('reservation_not_found', jsonb_build_object(
      'reservation', reservation_id(p_sequence, p_period, p_first)));
  END IF;
  PERFORM refuse_another(v_entry, v_call.api_key, reservation_id(p_sequence, p_period, p_first));
  v_open := open_numbers(v_entry);
  v_wanted := v_open;
  IF p_from IS NOT NULL THEN
    PERFORM check_in_run(v_entry, p_from, p_to);
    v_wanted := int8multirange(int8range(p_from, p_to + v_entry.step));
  END IF;
  IF isempty(v_open) OR NOT v_open @> v_wanted THEN
    PERFORM fail('reservation_used', reservation_use(v_entry, v_open, v_wanted));
  END IF;
  PERFORM void_numbers(v_entry, v_wanted, v_call.origin, p_reason);
  PERFORM record_event(
    p_caller, p_tenant, 'reservation.voided', reservation_id(p_sequence, p_period, p_first),
    jsonb_build_object('reason', p_reason, 'voided',
                       jsonb_path_query_array(run_list(v_wanted, v_entry.step), '$[0 to 9]')));
  RETURN answer_request_v1(p_tenant, p_key, p_fingerprint, jsonb_build_object(
    'reservation', reservation_id(p_sequence, p_period, p_first),
    'reason', p_reason,
    'voided', run_list(v_wanted, v_entry.step)
  ));
END
$$;
--> statement-breakpoint
-- Refuses a stretch that is not made of numbers of the run.
CREATE FUNCTION check_in_run(p_entry ledger, p_from bigint, p_to bigint) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF p_from > p_to OR p_from < p_entry.first OR p_to > p_entry.last
     OR (p_from - p_entry.first) % p_entry.step <> 0 OR (p_to - p_entry.first) % p_entry.step <> 0 THEN
    PERFORM fail('reservation_range', jsonb_build_object(
      'reservation', reservation_facts(p_entry)->>'id',
      'first', p_entry.first::text, 'last', p_entry.last::text, 'step', p_entry.step::text,
      'from', p_from::text, 'to', p_to::text
    ));
  END IF;
END
$$;
--> statement-breakpoint
-- Stretches as a list of {first, last, count}.
CREATE FUNCTION run_list(p_stretches int8multirange, p_step bigint) RETURNS jsonb
LANGUAGE sql IMMUTABLE
RETURN (
  SELECT coalesce(jsonb_agg(jsonb_build_object(
           'first', lower(stretch)::text,
           'last', (upper(stretch) - p_step)::text,
           'count', (upper(stretch) - lower(stretch)) / p_step
         ) ORDER BY stretch), '[]')
  FROM unnest(p_stretches) AS stretch
);
--> statement-breakpoint
-- What stands in the way of taking `p_wanted`: the stretches of it that are voided or recorded, and
-- what is still open, each list cut after ten.
CREATE FUNCTION reservation_use(p_entry ledger, p_open int8multirange, p_wanted int8multirange)
RETURNS jsonb
LANGUAGE sql STABLE
RETURN jsonb_build_object(
  'reservation', reservation_facts(p_entry)->>'id',
  'used', jsonb_path_query_array(run_list(
    CASE WHEN isempty(p_wanted)
      THEN int8multirange(int8range(p_entry.first, p_entry.last + p_entry.step))
      ELSE p_wanted - p_open
    END, p_entry.step), '$[0 to 9]'),
  'open', jsonb_path_query_array(run_list(p_open, p_entry.step), '$[0 to 9]')
);
--> statement-breakpoint
-- The counter of a series that a sequence counts in, as it stands: the next number (null when none is
-- left), how many numbers it has given, how many it can still give. Of a series that is not there yet: as
-- its first draw will find it. VOLATILE, so that each statement sees what committed before it: where a
-- Postgres sequence counts, the row and it belong together when the row is the same behind the look at
-- the sequence, since whoever moves one moves both.
CREATE FUNCTION counter_v1(p_tenant text, p_sequence text, p_period text)
RETURNS TABLE (next bigint, issued bigint, remaining bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_sequence sequences;
  v_series series;
  v_last bigint;
BEGIN
  SELECT * INTO v_sequence FROM sequences WHERE tenant = p_tenant AND key = p_sequence;
  LOOP
    SELECT * INTO v_series FROM series
    WHERE tenant = p_tenant AND sequence = v_sequence.counter AND period = p_period;
    EXIT WHEN v_series.promoted IS NOT TRUE;
    v_last := pg_sequence_last_value(to_regclass(counter_of(v_series.id)));
    PERFORM FROM series AS s WHERE s.id = v_series.id AND s IS NOT DISTINCT FROM v_series;
    EXIT WHEN FOUND;
    v_last := NULL;
  END LOOP;
  next := coalesce(v_last + v_series.increment, v_series.next, (
    SELECT first_number(q, p_period) FROM sequences AS q
    WHERE q.tenant = p_tenant AND q.key = v_sequence.counter));
  issued := coalesce(v_series.passed_before + (next - v_series.since) / v_series.increment - v_series.skipped, 0);
  remaining := CASE WHEN next > v_sequence.ceiling THEN 0
    ELSE (v_sequence.ceiling - next) / v_sequence.increment + 1 END;
  IF next > v_sequence.ceiling THEN
    next := NULL;
  END IF;
  RETURN NEXT;
END
$$;
--> statement-breakpoint
-- What became of every number that the series a sequence counts in have passed, or with `p_period` that one series'.
-- A promoted counter moves before its draws commit: what it passed and no entry explains is `in_flight`
-- while any transaction that drew is still running, and `burned`, left by a crash or an abort, once none
-- is. Each statement sees what committed before it, so the entries are read after the counters and locks.
CREATE FUNCTION account_v1(p_tenant text, p_sequence text, p_period text) RETURNS json
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_counter text := (SELECT counter FROM sequences WHERE tenant = p_tenant AND key = p_sequence);
  v_series series;
  v_passed bigint;
  v_drawing boolean;
  v_sums record;
  v_sum record;
  v_left bigint;
BEGIN
  SELECT 0::numeric AS passed, 0::numeric AS reserved, 0::numeric AS voided, 0::numeric AS skipped,
         0::numeric AS taken, 0::numeric AS in_flight, 0::numeric AS burned
  INTO v_sums;
  FOR v_series IN
    SELECT * FROM series
    WHERE tenant = p_tenant AND sequence = v_counter AND (p_period IS NULL OR period = p_period)
    ORDER BY id
  LOOP
    v_passed := passed_numbers(v_series);
    v_drawing := v_series.promoted AND EXISTS (
      SELECT FROM pg_locks
      WHERE locktype = 'relation' AND granted AND mode = 'RowExclusiveLock'
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND relation = to_regclass(counter_of(v_series.id))
        AND pid <> pg_backend_pid()
    );
    SELECT coalesce(sum((last - first) / step + 1) FILTER (WHERE kind = 'reserved'), 0) AS reserved,
           coalesce(sum((last - first) / step + 1) FILTER (WHERE kind = 'void'), 0) AS voided,
           coalesce(sum((last - first) / step + 1) FILTER (WHERE kind IN ('skip', 'fence')), 0) AS skipped
    INTO v_sum
    FROM ledger
    WHERE tenant = p_tenant AND series = v_series.id;
    -- Numbers that were drawn while we looked.
    v_passed := greatest(v_passed, v_sum.reserved + v_sum.skipped);
    v_left := v_passed - v_sum.reserved - v_sum.skipped;
    v_sums.passed := v_sums.passed + v_passed;
    v_sums.reserved := v_sums.reserved + v_sum.reserved;
    v_sums.voided := v_sums.voided + v_sum.voided;
    v_sums.skipped := v_sums.skipped + v_sum.skipped;
    v_sums.taken := v_sums.taken + (
      SELECT coalesce(sum((upper(numbers) - lower(numbers)) / step - skipped), 0)
      FROM job_items
      WHERE series = v_series.id AND numbers IS NOT NULL AND NOT isempty(numbers));
    IF v_drawing THEN
      v_sums.in_flight := v_sums.in_flight + v_left;
    ELSE
      v_sums.burned := v_sums.burned + v_left;
    END IF;
  END LOOP;
  RETURN json_build_object(
    'sequence', v_counter,
    'series', nullif(p_period, ''),
    'passed', v_sums.passed::text,
    'reserved', v_sums.reserved::text,
    'voided', v_sums.voided::text,
    'taken', v_sums.taken::text,
    'open', (v_sums.reserved - v_sums.voided - v_sums.taken)::text,
    'skipped', v_sums.skipped::text,
    'in_flight', v_sums.in_flight::text,
    'burned', v_sums.burned::text
  );
END
$$;
