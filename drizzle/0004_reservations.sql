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
-- How a lease stands. One that has expired waits for its holder to tell; after long enough it is burned, and
-- its holder is still listened to.
CREATE FUNCTION lease_status(p_lease leases) RETURNS text
LANGUAGE sql STABLE
RETURN CASE WHEN p_lease.closed_at IS NOT NULL THEN 'closed'
            WHEN p_lease.burned_at IS NOT NULL THEN 'burned'
            WHEN p_lease.expires_at <= now() THEN 'unreported'
            ELSE 'open' END;
--> statement-breakpoint
-- The numbers that the holder of a lease may still use: neither used, as far as the holder has told, nor given
-- back.
CREATE FUNCTION rest_of_lease(p_lease leases) RETURNS int8multirange
LANGUAGE sql IMMUTABLE
RETURN int8multirange(int8range(p_lease.first, p_lease.last + p_lease.step))
  - p_lease.used - p_lease.given_back;
--> statement-breakpoint
-- The same of a run; none where there is no lease.
CREATE FUNCTION numbers_on_lease(p_entry ledger) RETURNS int8multirange
LANGUAGE sql STABLE
RETURN coalesce((
    SELECT rest_of_lease(l) FROM leases AS l
    WHERE l.tenant = p_entry.tenant AND l.series = p_entry.series AND l.first = p_entry.first
  ), '{}');
--> statement-breakpoint
-- The numbers of a reservation that are neither voided, nor taken by a job's item, nor on lease. Each stretch
-- ends where the next number of the run would stand, so that stretches of any step fit together.
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
    ), '{}')
  - numbers_on_lease(p_entry);
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
-- Fails: reservation_not_found, reservation_of_another, reservation_range, and as refuse_used does.
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
  PERFORM refuse_used(v_entry, v_open, v_wanted);
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
-- Refuses to take `p_wanted` of a run, or anything, where that is empty, unless all of it is open. Fails:
-- reservation_on_lease, reservation_used.
CREATE FUNCTION refuse_used(p_entry ledger, p_open int8multirange, p_wanted int8multirange) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
  v_held int8multirange;
BEGIN
  IF p_open @> p_wanted AND NOT isempty(p_open) THEN
    RETURN;
  END IF;
  -- What is open to the caller, who holds the lease, stands in nobody's way.
  v_held := numbers_on_lease(p_entry) - p_open;
  IF v_held && p_wanted OR (isempty(p_wanted) AND NOT isempty(v_held)) THEN
    PERFORM fail('reservation_on_lease', (
      SELECT jsonb_build_object(
        'reservation', reservation_facts(p_entry)->>'id', 'lease', id, 'holder', holder)
      FROM leases
      WHERE tenant = p_entry.tenant AND series = p_entry.series AND first = p_entry.first));
  END IF;
  PERFORM fail('reservation_used', reservation_use(p_entry, p_open, p_wanted));
END
$$;
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
-- its first draw will find it.
CREATE FUNCTION counter_v1(p_tenant text, p_sequence text, p_period text)
RETURNS TABLE (next bigint, issued bigint, remaining bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_sequence sequences;
  v_series series;
BEGIN
  SELECT * INTO v_sequence FROM sequences WHERE tenant = p_tenant AND key = p_sequence;
  v_series := series_now((
    SELECT id FROM series
    WHERE tenant = p_tenant AND sequence = v_sequence.counter AND period = p_period));
  next := coalesce(v_series.next, (
    SELECT first_number(q, p_period) FROM sequences AS q
    WHERE q.tenant = p_tenant AND q.key = v_sequence.counter));
  issued := coalesce(passed_numbers(v_series, next) - v_series.skipped, 0);
  remaining := CASE WHEN next > v_sequence.ceiling THEN 0
    ELSE (v_sequence.ceiling - next) / v_sequence.increment + 1 END;
  IF next > v_sequence.ceiling THEN
    next := NULL;
  END IF;
  RETURN NEXT;
END
$$;
--> statement-breakpoint
-- Whether a transaction that drew from a promoted series' counter is still running, besides this one.
CREATE FUNCTION is_drawing(p_series series) RETURNS boolean
LANGUAGE sql STABLE
RETURN EXISTS (
  SELECT FROM pg_locks
  WHERE locktype = 'relation' AND granted AND mode = 'RowExclusiveLock'
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND relation = p_series.promoted_to
    AND pid <> pg_backend_pid()
);
--> statement-breakpoint
-- What became of every number that the series a sequence counts in have passed, or with `p_period` that one series'.
-- A promoted counter moves before its draws commit: what it passed and no entry explains is `in_flight`
-- while any transaction that drew is still running, and `burned`, left by a crash or an abort, once none
-- is. Each statement sees what committed before it, so the entries are read after such a counter and the locks, and
-- those beyond it are left to the next look; nobody sets it back meanwhile, since who asked it holds it. A row is
-- read with its entries. `next` is of that one series or else the present one, by the same look; null where none
-- is the present one, since a text names the series.
CREATE FUNCTION account_v1(p_tenant text, p_sequence text, p_period text) RETURNS json
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  c_passed CONSTANT ledger_kind[] := '{reserved,skip,fence,burned}';
  v_sequence sequences;
  v_counter sequences;
  v_period text;
  v_next bigint;
  v_series series;
  v_drawing boolean;
  v_sums record;
  v_sum record;
  v_left bigint;
BEGIN
  SELECT * INTO v_sequence FROM sequences WHERE tenant = p_tenant AND key = p_sequence;
  SELECT * INTO v_counter FROM sequences WHERE tenant = p_tenant AND key = v_sequence.counter;
  v_period := coalesce(p_period, CASE WHEN v_sequence.reset <> 'prefix' THEN
    period_at(v_sequence.reset, v_sequence.time_zone, v_sequence.fiscal_year_start, now()) END);
  v_next := CASE WHEN v_period IS NOT NULL THEN first_number(v_counter, v_period) END;
  SELECT 0::numeric AS passed, 0::numeric AS reserved, 0::numeric AS taken, 0::numeric AS on_lease,
         0::numeric AS unreported, 0::numeric AS given_back, 0::numeric AS voided, 0::numeric AS skipped,
         0::numeric AS burned, 0::numeric AS in_flight
  INTO v_sums;
  FOR v_series IN
    SELECT * FROM series
    WHERE tenant = p_tenant AND sequence = v_counter.key AND (p_period IS NULL OR period = p_period)
    ORDER BY id
  LOOP
    v_drawing := false;
    IF v_series.promoted_to IS NOT NULL THEN
      v_series := series_now(v_series.id);
      v_drawing := is_drawing(v_series);
    END IF;
    -- One statement, so that these belong together.
    SELECT seen.behind, passed_numbers(s, seen.behind) AS passed, entry.*, lease.*, item.*
    INTO v_sum
    FROM series AS s
    CROSS JOIN LATERAL (
      SELECT CASE WHEN v_series.promoted_to IS NULL THEN s.next ELSE v_series.next END AS next
    ) AS counter
    CROSS JOIN LATERAL (
      -- A counter that came back older than the ledger may stand amidst an entry.
      SELECT greatest(counter.next, (
        SELECT last + step FROM ledger
        WHERE tenant = p_tenant AND series = s.id AND kind = ANY (c_passed) AND first < counter.next
        ORDER BY first DESC LIMIT 1)) AS behind
    ) AS seen
    CROSS JOIN LATERAL (
      SELECT coalesce(sum((last - first) / step + 1) FILTER (WHERE kind = 'reserved'), 0) AS reserved,
             coalesce(sum((last - first) / step + 1) FILTER (WHERE kind = 'void'), 0) AS void,
             coalesce(sum((last - first) / step + 1) FILTER (WHERE kind IN ('skip', 'fence')), 0) AS skipped,
             coalesce(sum((last - first) / step + 1) FILTER (WHERE kind = 'burned'), 0) AS crashed
      FROM ledger
      WHERE tenant = p_tenant AND series = s.id AND first < seen.behind
    ) AS entry
    CROSS JOIN LATERAL (
      SELECT coalesce(sum(open) FILTER (WHERE lease_status(l) = 'open'), 0) AS on_lease,
             coalesce(sum(open) FILTER (WHERE lease_status(l) = 'unreported'), 0) AS unreported,
             coalesce(sum(open) FILTER (WHERE lease_status(l) = 'burned'), 0) AS never_reported,
             coalesce(sum(returned), 0) AS given_back
      FROM leases AS l
      WHERE tenant = p_tenant AND series = s.id AND first < seen.behind
    ) AS lease
    CROSS JOIN LATERAL (
      SELECT coalesce(sum((upper(numbers) - lower(numbers)) / step - skipped), 0) AS taken
      FROM job_items
      WHERE series = s.id AND lower(numbers) < seen.behind
    ) AS item
    WHERE s.id = v_series.id;
    CONTINUE WHEN NOT FOUND;
    IF v_series.period = v_period THEN
      v_next := v_sum.behind;
    END IF;
    v_left := v_sum.passed - v_sum.reserved - v_sum.skipped - v_sum.crashed;
    v_sums.passed := v_sums.passed + v_sum.passed;
    v_sums.reserved := v_sums.reserved + v_sum.reserved - v_sum.never_reported;
    v_sums.taken := v_sums.taken + v_sum.taken;
    v_sums.on_lease := v_sums.on_lease + v_sum.on_lease;
    v_sums.unreported := v_sums.unreported + v_sum.unreported;
    v_sums.given_back := v_sums.given_back + v_sum.given_back;
    v_sums.voided := v_sums.voided + v_sum.void - v_sum.given_back;
    v_sums.skipped := v_sums.skipped + v_sum.skipped;
    v_sums.burned := v_sums.burned + v_sum.crashed + v_sum.never_reported;
    IF v_drawing THEN
      v_sums.in_flight := v_sums.in_flight + v_left;
    ELSE
      v_sums.burned := v_sums.burned + v_left;
    END IF;
  END LOOP;
  RETURN json_build_object(
    'sequence', v_counter.key,
    'series', nullif(p_period, ''),
    'passed', v_sums.passed::text,
    'reserved', v_sums.reserved::text,
    'taken', v_sums.taken::text,
    'open', (v_sums.reserved - v_sums.taken - v_sums.on_lease - v_sums.unreported - v_sums.given_back
             - v_sums.voided)::text,
    'on_lease', v_sums.on_lease::text,
    'unreported', v_sums.unreported::text,
    'given_back', v_sums.given_back::text,
    'voided', v_sums.voided::text,
    'skipped', v_sums.skipped::text,
    'burned', v_sums.burned::text,
    'in_flight', v_sums.in_flight::text,
    'next', CASE WHEN v_next <= v_sequence.ceiling THEN v_next::text END
  );
END
$$;
--> statement-breakpoint
-- A stretch of numbers with one fate, as the account shows it. `reason` is what somebody gave for it, or what
-- burned it; `at` when that was.
CREATE TYPE account_run AS (
  first bigint,
  last bigint,
  step bigint,
  state text,
  reason text,
  reserved_first bigint,
  form bigint,
  lease uuid,
  holder text,
  at timestamptz
);
--> statement-breakpoint
-- What became of the numbers of one entry of the ledger behind number `p_behind`, in their order, none left out.
CREATE FUNCTION runs_of_entry(p_entry ledger, p_behind bigint) RETURNS SETOF account_run
LANGUAGE plpgsql STABLE AS $$
DECLARE
  v_first bigint := CASE WHEN p_entry.first <= p_behind THEN p_behind + p_entry.step ELSE p_entry.first END;
  v_whole int8multirange;
  v_lease leases;
  v_status text;
  v_used int8multirange;
  v_given_back int8multirange;
  v_void int8multirange;
  v_taken int8multirange;
  v_rest int8multirange;
BEGIN
  IF v_first > p_entry.last THEN
    RETURN;
  END IF;
  IF p_entry.kind <> 'reserved' THEN
    RETURN QUERY SELECT v_first, p_entry.last, p_entry.step,
      CASE p_entry.kind WHEN 'skip' THEN 'skipped' WHEN 'fence' THEN 'fenced' ELSE p_entry.kind::text END,
      p_entry.reason, NULL::bigint, NULL::bigint, NULL::uuid, NULL, p_entry.at;
    RETURN;
  END IF;
  SELECT * INTO v_lease FROM leases
  WHERE tenant = p_entry.tenant AND series = p_entry.series AND first = p_entry.first;
  v_status := lease_status(v_lease);
  v_whole := int8multirange(int8range(v_first, p_entry.last + p_entry.step));
  -- Made anew, since a long one lies compressed in its row: that would be read and unpacked for each void below.
  v_given_back := v_lease.given_back * v_whole;
  v_used := coalesce(v_lease.used * v_whole, v_whole);
  SELECT coalesce(range_agg(int8range(v.first, v.last + v.step)), '{}') INTO v_void
  FROM voids_over(p_entry.series, v_first, p_entry.last) AS v;
  SELECT coalesce(range_agg(numbers), '{}') * v_whole - v_void INTO v_taken
  FROM recorded_over(p_entry.series, v_first, p_entry.last) AS numbers;
  v_rest := v_whole - v_void - v_taken;
  RETURN QUERY
  SELECT part.first, part.last, p_entry.step, part.state, part.reason, p_entry.first, p_entry.form, v_lease.id,
         v_lease.holder, part.at
  FROM (
    SELECT greatest(v.first, v_first) AS first, v.last,
           CASE WHEN v_given_back @> v.last THEN 'given_back' ELSE 'voided' END AS state, v.reason, v.at
    FROM voids_over(p_entry.series, v_first, p_entry.last) AS v
    UNION ALL
    SELECT lower(stretch), upper(stretch) - p_entry.step, 'taken', NULL, p_entry.at
    FROM unnest(v_taken) AS stretch
    UNION ALL
    SELECT lower(stretch), upper(stretch) - p_entry.step, 'open', NULL, p_entry.at
    FROM unnest(v_rest * v_used) AS stretch
    UNION ALL
    SELECT lower(stretch), upper(stretch) - p_entry.step,
           CASE v_status WHEN 'open' THEN 'on_lease' ELSE v_status END,
           CASE v_status WHEN 'burned'
                         THEN coalesce(v_lease.burn_reason, 'never reported by the holder of the lease') END,
           CASE v_status WHEN 'open' THEN p_entry.at WHEN 'burned' THEN v_lease.burned_at
                         ELSE v_lease.expires_at END
    FROM unnest(v_rest - v_used) AS stretch
  ) AS part
  ORDER BY part.first;
END
$$;
--> statement-breakpoint
-- Numbers of a series that no entry of the ledger explains, from `p_first` up to before `p_end`.
CREATE FUNCTION run_without_entry(p_first bigint, p_end bigint, p_step bigint, p_drawing boolean)
RETURNS SETOF account_run
LANGUAGE sql IMMUTABLE
ROWS 1 AS $$
  SELECT p_first, p_first + ((p_end - p_first - 1) / p_step) * p_step, p_step,
         CASE WHEN p_drawing THEN 'in_flight' ELSE 'burned' END,
         CASE WHEN NOT p_drawing THEN 'left by a call that failed, or by a crash' END,
         NULL::bigint, NULL::bigint, NULL::uuid, NULL, NULL::timestamptz
  WHERE p_first < p_end
$$;
--> statement-breakpoint
-- The first numbers of those of the entries, all of one series, whose numbers have more known of them than the
-- entry: some are void, taken by a job, or on lease. Owned like entries_over, for the same reason.
CREATE FUNCTION marked_entries(p_entries ledger[]) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT entry.first FROM unnest(p_entries) AS entry
  WHERE (
      SELECT v.first FROM ledger AS v
      WHERE v.tenant = entered_tenant() AND v.series = entry.series AND v.kind = 'void'
        AND int8range(v.first, v.last, '[]') && int8range(entry.first, entry.last, '[]')
      LIMIT 1
    ) IS NOT NULL
    OR (
      SELECT item.series FROM job_items AS item
      WHERE item.tenant = entered_tenant() AND item.series = entry.series
        AND item.numbers && int8range(entry.first, entry.last, '[]')
      LIMIT 1
    ) IS NOT NULL
    OR (
      SELECT l.first FROM leases AS l
      WHERE l.tenant = entered_tenant() AND l.series = entry.series AND l.first = entry.first
    ) IS NOT NULL
$$;
--> statement-breakpoint
-- What became of the numbers that a series has passed, in their order and none left out, behind number
-- `p_behind`; at most `p_limit` runs. A series that counts with a Postgres sequence is as it stood before the entries
-- are read, and those beyond it are left to the next look; one that counts in its row is read with them. Entries are
-- looked into one by one: a single one may have more runs than the page.
CREATE FUNCTION account_runs_of(p_series series, p_behind bigint, p_limit integer) RETURNS SETOF account_run
LANGUAGE plpgsql AS $$
DECLARE
  c_passed CONSTANT ledger_kind[] := '{reserved,skip,fence,burned}';
  v_drawing boolean := is_drawing(p_series);
  v_end bigint;
  -- Where the next entry begins if nothing is between: at first, where the series does, as far as its row tells.
  v_due bigint;
  v_entries ledger[];
  v_next record;
  v_entry ledger;
  v_left integer := p_limit;
  v_given integer;
BEGIN
  SELECT counter.next, CASE WHEN s.passed_before = 0 THEN s.since END, ARRAY(
    SELECT l FROM ledger AS l
    WHERE l.tenant = p_series.tenant AND l.series = p_series.id AND l.kind = ANY (c_passed)
      -- From the entry on that holds `p_behind`, or what is before the hole that does.
      AND l.first >= coalesce((
        SELECT held.first FROM ledger AS held
        WHERE held.tenant = p_series.tenant AND held.series = p_series.id AND held.kind = ANY (c_passed)
          AND held.first <= p_behind
        ORDER BY held.first DESC LIMIT 1), 0)
      AND l.first < counter.next
    ORDER BY l.first
    -- Each has a run at least, but that the first one may lie behind.
    LIMIT p_limit + 2
  )
  INTO v_end, v_due, v_entries
  FROM series AS s
  CROSS JOIN LATERAL (
    SELECT CASE WHEN p_series.promoted_to IS NULL THEN s.next ELSE p_series.next END AS next
  ) AS counter
  WHERE s.id = p_series.id;
  FOR v_next IN
    SELECT entry, entry.kind = 'reserved' AND marked.first IS NULL AS is_plain
    FROM unnest(v_entries) AS entry
    LEFT JOIN marked_entries(v_entries) AS marked (first) ON marked.first = entry.first
    ORDER BY entry.first
  LOOP
    v_entry := v_next.entry;
    IF v_next.is_plain AND v_entry.first = v_due AND (p_behind IS NULL OR v_entry.first > p_behind) THEN
      -- As most are: a query for each of them would take most of the time.
      RETURN NEXT (v_entry.first, v_entry.last, v_entry.step, 'open', NULL, v_entry.first, v_entry.form, NULL, NULL,
                   v_entry.at)::account_run;
      v_given := 1;
    ELSE
      RETURN QUERY
      -- One that has grown since the last page goes on behind it.
      SELECT CASE WHEN run.first <= p_behind THEN p_behind + run.step ELSE run.first END, run.last, run.step,
             run.state, run.reason, run.reserved_first, run.form, run.lease, run.holder, run.at
      FROM (
        -- A change of the increment leaves no hole behind it, so that this one is of the steps that follow.
        SELECT * FROM run_without_entry(v_due, v_entry.first, v_entry.step, v_drawing)
        UNION ALL
        SELECT * FROM runs_of_entry(v_entry, p_behind)
      ) AS run
      WHERE p_behind IS NULL OR run.last > p_behind
      ORDER BY run.first
      LIMIT v_left;
      GET DIAGNOSTICS v_given = ROW_COUNT;
    END IF;
    v_left := v_left - v_given;
    IF v_left = 0 THEN
      RETURN;
    END IF;
    v_due := v_entry.last + v_entry.step;
  END LOOP;
  RETURN QUERY
  SELECT gap.*
  FROM run_without_entry(v_due, v_end, p_series.increment, v_drawing) AS gap
  WHERE p_behind IS NULL OR gap.last > p_behind;
END
$$;
--> statement-breakpoint
-- The same of all series that a sequence counts in, or with `p_period` of that one, in the order of their making,
-- behind number `p_behind` of series `p_series`.
CREATE FUNCTION account_runs_v1(
  p_tenant text, p_sequence text, p_period text, p_series bigint, p_behind bigint, p_limit integer
) RETURNS TABLE (
  series text, state text, first text, last text, step text, count bigint, first_name text, last_name text,
  reservation text, lease text, holder text, reason text, at text, place text
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_series series;
  v_run account_run;
  v_left integer := p_limit;
BEGIN
  FOR v_series IN
    SELECT s.* FROM series AS s
    WHERE s.tenant = p_tenant
      AND s.sequence = (SELECT q.counter FROM sequences AS q WHERE q.tenant = p_tenant AND q.key = p_sequence)
      AND (p_period IS NULL OR s.period = p_period)
      AND (p_series IS NULL OR s.id >= p_series)
    ORDER BY s.id
  LOOP
    v_series := series_now(v_series.id);
    CONTINUE WHEN v_series.id IS NULL;
    FOR v_run IN
      SELECT * FROM account_runs_of(v_series, CASE v_series.id WHEN p_series THEN p_behind END, v_left)
    LOOP
      v_left := v_left - 1;
      RETURN QUERY SELECT
        nullif(v_series.period, ''), v_run.state, v_run.first::text, v_run.last::text, v_run.step::text,
        (v_run.last - v_run.first) / v_run.step + 1,
        render_name(f.prefix, v_run.first, f.width, f.suffix),
        render_name(f.prefix, v_run.last, f.width, f.suffix),
        CASE WHEN v_run.reserved_first IS NOT NULL
             THEN reservation_id(v_series.sequence, v_series.period, v_run.reserved_first) END,
        v_run.lease::text, v_run.holder, v_run.reason, wire_time(v_run.at), v_series.id || ' ' || v_run.last
      FROM (SELECT 1) AS one
      LEFT JOIN forms AS f ON f.tenant = p_tenant AND f.id = v_run.form;
    END LOOP;
    EXIT WHEN v_left = 0;
  END LOOP;
END
$$;
