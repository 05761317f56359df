-- What a client draws from by itself. See docs/using/leases.md.

ALTER TABLE leases
  ADD CONSTRAINT leases_run_is_whole CHECK (
    first BETWEEN 0 AND last AND step >= 1 AND (last - first) % step = 0
  ),
  -- Nothing but numbers of the run, none of which is both used and given back.
  ADD CONSTRAINT leases_numbers_are_of_run CHECK (
    int8range(first, last + step) @> range_merge(used + given_back)
    AND NOT used && given_back
    AND used @> late
  ),
  ADD CONSTRAINT leases_open_is_the_rest CHECK (open >= 0 AND (open = 0) = (closed_at IS NOT NULL)),
  ADD CONSTRAINT leases_end_in_time CHECK (expires_at <= ends_at),
  ADD CONSTRAINT leases_reason_is_of_burning CHECK (burn_reason IS NULL OR burned_at IS NOT NULL);
--> statement-breakpoint
-- Reports rewrite it: leave room to do it on its own page.
ALTER TABLE leases SET (fillfactor = 70);
--> statement-breakpoint
-- How many numbers stretches hold, each of which ends where its next number would stand.
CREATE FUNCTION numbers_in(p_stretches int8multirange, p_step bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE
RETURN (
  SELECT coalesce(sum((upper(stretch) - lower(stretch)) / p_step), 0)::bigint
  FROM unnest(p_stretches) AS stretch
);
--> statement-breakpoint
-- A lease as a list shows it, without its token.
CREATE TYPE lease_row AS (
  id text,
  sequence text,
  series text,
  reservation text,
  holder text,
  status text,
  first text,
  last text,
  step text,
  count bigint,
  first_name text,
  last_name text,
  used bigint,
  late bigint,
  given_back bigint,
  open bigint,
  created_at text,
  expires_at text,
  ends_at text,
  closed_at text,
  place text
);
--> statement-breakpoint
-- The bound form of a lease's names.
CREATE FUNCTION form_of_lease(p_lease leases) RETURNS SETOF forms
LANGUAGE sql STABLE ROWS 1 AS $$
  SELECT f.*
  FROM ledger AS l
  JOIN forms AS f ON f.tenant = l.tenant AND f.id = l.form
  WHERE l.tenant = p_lease.tenant AND l.series = p_lease.series AND l.first = p_lease.first
    AND l.kind = 'reserved'
$$;
--> statement-breakpoint
CREATE FUNCTION shown_lease(p_lease leases) RETURNS SETOF lease_row
LANGUAGE sql STABLE ROWS 1 AS $$
  SELECT p_lease.id::text, p_lease.sequence, nullif(s.period, ''),
         reservation_id(s.sequence, s.period, p_lease.first), p_lease.holder, lease_status(p_lease),
         p_lease.first::text, p_lease.last::text, p_lease.step::text,
         (p_lease.last - p_lease.first) / p_lease.step + 1,
         render_name(f.prefix, p_lease.first, f.width, f.suffix),
         render_name(f.prefix, p_lease.last, f.width, f.suffix),
         numbers_in(p_lease.used, p_lease.step), numbers_in(p_lease.late, p_lease.step),
         p_lease.returned, p_lease.open, wire_time(p_lease.created_at),
         wire_time(p_lease.expires_at), wire_time(p_lease.ends_at), wire_time(p_lease.closed_at),
         p_lease.id::text
  FROM series AS s
  CROSS JOIN form_of_lease(p_lease) AS f
  WHERE s.id = p_lease.series
$$;
--> statement-breakpoint
-- The same, with the bound form of its names.
CREATE FUNCTION lease_facts(p_lease leases) RETURNS jsonb
LANGUAGE sql STABLE
RETURN (
  SELECT to_jsonb(shown) - 'place'
    || jsonb_build_object('prefix', f.prefix, 'width', f.width, 'suffix', f.suffix)
  FROM shown_lease(p_lease) AS shown
  CROSS JOIN form_of_lease(p_lease) AS f
);
--> statement-breakpoint
-- For how many whole seconds from now a lease lasts.
CREATE FUNCTION seconds_left(p_lease leases) RETURNS integer
LANGUAGE sql STABLE
RETURN CASE lease_status(p_lease)
  WHEN 'open' THEN floor(extract(epoch FROM p_lease.expires_at - now()))::integer
  ELSE 0 END;
--> statement-breakpoint
-- A lease as whoever opened it is told, again and again, with its token.
CREATE FUNCTION opened_lease(p_tenant text, p_lease uuid) RETURNS jsonb
LANGUAGE sql STABLE
RETURN (
  SELECT lease_facts(l) || jsonb_build_object('token', l.token, 'ttl_s', seconds_left(l))
  FROM leases AS l
  WHERE l.tenant = p_tenant AND l.id = p_lease
);
--> statement-breakpoint
-- How much may be out on lease: leases of one sequence that are open for one holder; leases of a sequence whose
-- holders have not told of all numbers; and the numbers of these.
CREATE TYPE lease_limits AS (
  of_holder integer,
  leases integer,
  numbers bigint
);
--> statement-breakpoint
-- Refuses a lease that would be one too many. Leases of one sequence are given one after the other.
-- Fails: lease_limit_holder, lease_limit_sequence, and lock_not_available after four seconds in line.
CREATE FUNCTION check_lease_limits(
  p_tenant text, p_sequence text, p_holder text, p_count bigint, p_limits lease_limits
) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_before text := current_setting('lock_timeout');
  v_held bigint;
  v_leases bigint;
  v_out bigint;
BEGIN
  PERFORM set_config('lock_timeout', '4s', true);
  -- Seeds 0 to 2: requests, a tenant's products, duties.
  PERFORM pg_advisory_xact_lock(hashtextextended(p_tenant || ' ' || p_sequence, 3));
  PERFORM set_config('lock_timeout', v_before, true);
  SELECT count(*) FILTER (WHERE holder = p_holder AND expires_at > now()), count(*), coalesce(sum(open), 0)
  INTO v_held, v_leases, v_out
  FROM leases
  WHERE tenant = p_tenant AND sequence = p_sequence AND closed_at IS NULL AND burned_at IS NULL;
  IF v_held >= p_limits.of_holder THEN
    PERFORM fail('lease_limit_holder', jsonb_build_object(
      'sequence', p_sequence, 'holder', p_holder, 'limit', p_limits.of_holder));
  ELSIF v_leases >= p_limits.leases OR v_out + p_count > p_limits.numbers THEN
    PERFORM fail('lease_limit_sequence', jsonb_build_object(
      'sequence', p_sequence, 'limit', p_limits.numbers::text, 'out', v_out::text, 'asked', p_count::text,
      'limit_leases', p_limits.leases, 'leases', v_leases));
  END IF;
END
$$;
--> statement-breakpoint
-- Leases one run of `p_count` numbers to `p_holder`, for `p_ttl` seconds, but no longer than until the day
-- `p_ends_on` begins in the sequence's time zone, on which its names would show another date or its series is
-- over. The other parameters are those of reserve_v1, which draws.
-- Fails: lease_gapless, lease_period_over, and as check_lease_limits and reserve_v1 do.
CREATE FUNCTION open_lease_v1(
  p_caller caller, p_tenant text, p_key text, p_fingerprint bytea,
  p_sequence text, p_period text, p_definition uuid, p_count bigint, p_prefix text, p_width integer,
  p_suffix text, p_last bigint, p_bound_by text, p_bound_definition uuid,
  p_lease uuid, p_holder text, p_ttl integer, p_ends_on date, p_limits lease_limits
) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_call opened_call := open_call_v1(p_caller, p_tenant, p_key, p_fingerprint);
  v_sequence sequences;
  v_series series;
  v_ends_at timestamptz;
  v_reserved jsonb;
BEGIN
  IF v_call.answer IS NOT NULL THEN
    RETURN opened_lease(p_tenant, (v_call.answer->>'lease_id')::uuid) || '{"replayed": true}';
  END IF;
  SELECT * INTO v_sequence FROM sequences
  WHERE tenant = p_tenant AND key = coalesce(p_bound_by, p_sequence);
  v_ends_at := p_ends_on::timestamp AT TIME ZONE zone_named(v_sequence.time_zone);
  IF v_ends_at <= now() THEN
    PERFORM fail('lease_period_over', jsonb_build_object('sequence', v_sequence.key));
  END IF;
  PERFORM check_lease_limits(p_tenant, v_sequence.key, p_holder, p_count, p_limits);
  v_reserved := reserve_v1(p_caller, p_tenant, p_key, p_fingerprint, p_sequence, p_period, p_definition,
                           p_count, p_prefix, p_width, p_suffix, p_last, p_bound_by, p_bound_definition);
  -- A gapless series gives the numbers back with the transaction.
  SELECT * INTO STRICT v_series FROM series
  WHERE tenant = p_tenant AND sequence = p_sequence AND period = p_period;
  IF v_series.mode = 'gapless' THEN
    PERFORM fail('lease_gapless', jsonb_build_object('sequence', v_sequence.key));
  END IF;
  INSERT INTO leases (tenant, id, sequence, series, first, last, step, holder, token, open, expires_at, ends_at)
  VALUES (p_tenant, p_lease, v_sequence.key, v_series.id, (v_reserved->>'first')::bigint,
          (v_reserved->>'last')::bigint, (v_reserved->>'step')::bigint, p_holder, gen_random_uuid(), p_count,
          least(now() + make_interval(secs => p_ttl), v_ends_at), v_ends_at);
  -- In place of the reservation, which is recorded as the answer by now: a replay tells how the lease stands, so
  -- that nobody takes an old one for new.
  UPDATE requests SET answer = jsonb_build_object('lease_id', p_lease) WHERE tenant = p_tenant AND key = p_key;
  RETURN opened_lease(p_tenant, p_lease) || '{"replayed": false}';
END
$$;
--> statement-breakpoint
-- A lease, locked. Fails: lease_not_found.
CREATE FUNCTION locked_lease(p_tenant text, p_lease uuid) RETURNS leases
LANGUAGE plpgsql AS $$
DECLARE
  v_lease leases;
BEGIN
  SELECT * INTO v_lease FROM leases WHERE tenant = p_tenant AND id = p_lease FOR UPDATE;
  IF NOT FOUND THEN
    PERFORM fail('lease_not_found', jsonb_build_object('lease', p_lease));
  END IF;
  RETURN v_lease;
END
$$;
--> statement-breakpoint
-- A lease, locked for its holder, who shows the token. Fails: lease_not_found, lease_token_wrong.
CREATE FUNCTION held_lease(p_tenant text, p_lease uuid, p_token uuid) RETURNS leases
LANGUAGE plpgsql AS $$
DECLARE
  v_lease leases := locked_lease(p_tenant, p_lease);
BEGIN
  IF v_lease.token <> p_token THEN
    PERFORM fail('lease_token_wrong', jsonb_build_object('lease', p_lease));
  END IF;
  RETURN v_lease;
END
$$;
--> statement-breakpoint
-- Refuses a lease of which nothing is open any more. Fails: lease_over.
CREATE FUNCTION refuse_lease_over(p_lease leases) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  IF lease_status(p_lease) IN ('closed', 'burned') THEN
    PERFORM fail('lease_over', jsonb_build_object('lease', p_lease.id, 'status', lease_status(p_lease)));
  END IF;
END
$$;
--> statement-breakpoint
-- The same of a run; nothing where it is on no lease.
CREATE FUNCTION held_lease_of_run(p_entry ledger, p_token uuid) RETURNS leases
LANGUAGE sql AS $$
  SELECT held.* FROM leases AS l CROSS JOIN LATERAL held_lease(l.tenant, l.id, p_token) AS held
  WHERE l.tenant = p_entry.tenant AND l.series = p_entry.series AND l.first = p_entry.first
$$;
--> statement-breakpoint
-- Takes note of numbers of a lease that its holder, who holds it locked, has used, again or for the first
-- time, and of those given back. Returns how it stands.
CREATE FUNCTION note_lease(p_lease leases, p_used int8multirange, p_given_back int8multirange) RETURNS leases
LANGUAGE plpgsql AS $$
DECLARE
  v_open bigint := numbers_in(rest_of_lease(p_lease) - p_used - p_given_back, p_lease.step);
  v_lease leases;
BEGIN
  UPDATE leases
  SET used = used + p_used,
      late = late + CASE WHEN expires_at <= now() THEN p_used - used ELSE '{}' END,
      given_back = given_back + p_given_back,
      returned = numbers_in(given_back + p_given_back, step),
      open = v_open,
      closed_at = CASE WHEN v_open = 0 THEN coalesce(closed_at, now()) END
  WHERE tenant = p_lease.tenant AND id = p_lease.id
  RETURNING * INTO v_lease;
  RETURN v_lease;
END
$$;
--> statement-breakpoint
-- The numbers that a holder tells of: all up to `p_used_to`, or the runs from each of `p_firsts` to the one of
-- `p_lasts` beside it. Fails: lease_range.
CREATE FUNCTION told_numbers(p_lease leases, p_used_to bigint, p_firsts bigint[], p_lasts bigint[])
RETURNS int8multirange
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  v_wrong record;
  v_told int8multirange;
BEGIN
  IF p_used_to IS NOT NULL THEN
    p_firsts := ARRAY[p_lease.first];
    p_lasts := ARRAY[p_used_to];
  END IF;
  SELECT told.first, told.last, told.place INTO v_wrong
  FROM unnest(p_firsts, p_lasts) WITH ORDINALITY AS told (first, last, place)
  WHERE told.first > told.last OR told.first < p_lease.first OR told.last > p_lease.last
     OR (told.first - p_lease.first) % p_lease.step <> 0 OR (told.last - p_lease.first) % p_lease.step <> 0
  ORDER BY told.place
  LIMIT 1;
  IF FOUND THEN
    PERFORM fail('lease_range', jsonb_build_object(
      'lease', p_lease.id, 'first', p_lease.first::text, 'last', p_lease.last::text,
      'step', p_lease.step::text, 'from', v_wrong.first::text, 'to', v_wrong.last::text));
  END IF;
  SELECT coalesce(range_agg(int8range(told.first, told.last + p_lease.step)), '{}') INTO v_told
  FROM unnest(p_firsts, p_lasts) AS told (first, last);
  RETURN v_told;
END
$$;
--> statement-breakpoint
-- Takes note of what a holder has used of its lease: see told_numbers. Told again, it changes nothing; told
-- late, it counts as late. With `p_gives_back` all that is not used is void from then on, for `p_reason`. It
-- comes to `p_scattered` stretches at most.
-- Fails as open_call_v1, held_lease and told_numbers do, lease_number_given_back, lease_scattered.
CREATE FUNCTION report_lease_v1(
  p_caller caller, p_tenant text, p_key text, p_fingerprint bytea,
  p_lease uuid, p_token uuid, p_used_to bigint, p_firsts bigint[], p_lasts bigint[],
  p_gives_back boolean, p_reason text, p_scattered integer
) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_call opened_call := open_call_v1(p_caller, p_tenant, p_key, p_fingerprint);
  v_before leases;
  v_used int8multirange;
  v_rest int8multirange := '{}';
  v_lease leases;
  v_stretches bigint;
BEGIN
  IF v_call.answer IS NOT NULL THEN
    RETURN v_call.answer;
  END IF;
  v_before := held_lease(p_tenant, p_lease, p_token);
  v_used := told_numbers(v_before, p_used_to, p_firsts, p_lasts);
  IF v_used && v_before.given_back THEN
    PERFORM fail('lease_number_given_back', jsonb_build_object(
      'lease', p_lease,
      'given_back', jsonb_path_query_array(run_list(v_used * v_before.given_back, v_before.step), '$[0 to 9]')));
  END IF;
  IF p_gives_back THEN
    v_rest := rest_of_lease(v_before) - v_used;
    PERFORM void_numbers(l, v_rest, v_call.origin, p_reason) FROM ledger AS l
    WHERE l.tenant = p_tenant AND l.series = v_before.series AND l.first = v_before.first AND l.kind = 'reserved';
  END IF;
  v_lease := note_lease(v_before, v_used, v_rest);
  SELECT count(*) INTO v_stretches FROM unnest(v_lease.used);
  -- Lots that were recorded may have scattered it further: what is told again, or only gives back, is taken.
  IF v_stretches > greatest(p_scattered, (SELECT count(*) FROM unnest(v_before.used))) THEN
    PERFORM fail('lease_scattered', jsonb_build_object(
      'lease', p_lease, 'stretches', v_stretches, 'limit', p_scattered));
  END IF;
  IF v_used <@ v_before.used AND NOT p_gives_back THEN
    -- Told before.
    RETURN answer_request_v1(p_tenant, p_key, p_fingerprint, lease_facts(v_lease));
  END IF;
  PERFORM record_event(
    p_caller, p_tenant, CASE WHEN p_gives_back THEN 'lease.given_back' ELSE 'lease.reported' END::audit_action,
    p_lease::text, jsonb_build_object(
      'used', numbers_in(v_lease.used, v_lease.step) - numbers_in(v_before.used, v_lease.step),
      'late', numbers_in(v_lease.late, v_lease.step) - numbers_in(v_before.late, v_lease.step),
      'given_back', numbers_in(v_rest, v_lease.step),
      'reason', CASE WHEN p_gives_back THEN p_reason END));
  RETURN answer_request_v1(p_tenant, p_key, p_fingerprint, lease_facts(v_lease));
END
$$;
--> statement-breakpoint
-- Lets a lease last for `p_ttl` seconds from now, which may be less than before, but no longer than until it
-- ends. One that has expired is open again by that, until it is burned.
-- Fails as open_call_v1 and held_lease do, lease_over, lease_period_over.
CREATE FUNCTION renew_lease_v1(
  p_caller caller, p_tenant text, p_key text, p_fingerprint bytea, p_lease uuid, p_token uuid, p_ttl integer
) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_call opened_call := open_call_v1(p_caller, p_tenant, p_key, p_fingerprint);
  v_lease leases;
BEGIN
  IF v_call.answer IS NOT NULL THEN
    RETURN v_call.answer;
  END IF;
  v_lease := held_lease(p_tenant, p_lease, p_token);
  PERFORM refuse_lease_over(v_lease);
  IF v_lease.ends_at <= now() THEN
    PERFORM fail('lease_period_over', jsonb_build_object('sequence', v_lease.sequence));
  END IF;
  UPDATE leases SET expires_at = least(now() + make_interval(secs => p_ttl), ends_at)
  WHERE tenant = p_tenant AND id = p_lease
  RETURNING * INTO v_lease;
  PERFORM record_event(p_caller, p_tenant, 'lease.renewed', p_lease::text,
                       jsonb_build_object('expires_at', wire_time(v_lease.expires_at)));
  RETURN answer_request_v1(p_tenant, p_key, p_fingerprint,
                           lease_facts(v_lease) || jsonb_build_object('ttl_s', seconds_left(v_lease)));
END
$$;
--> statement-breakpoint
-- Burns what is open of a lease at once, without its token: of a holder that is lost. What the holder reports all the
-- same still counts, as late. Fails: as open_call_v1 does, lease_not_found, lease_over.
CREATE FUNCTION burn_lease_v1(
  p_caller caller, p_tenant text, p_key text, p_fingerprint bytea, p_lease uuid, p_reason text
) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_call opened_call := open_call_v1(p_caller, p_tenant, p_key, p_fingerprint);
  v_lease leases;
BEGIN
  IF v_call.answer IS NOT NULL THEN
    RETURN v_call.answer;
  END IF;
  v_lease := locked_lease(p_tenant, p_lease);
  PERFORM refuse_lease_over(v_lease);
  UPDATE leases SET burned_at = now(), burn_reason = p_reason, expires_at = least(expires_at, now())
  WHERE tenant = p_tenant AND id = p_lease
  RETURNING * INTO v_lease;
  PERFORM record_event(p_caller, p_tenant, 'lease.burned', p_lease::text,
                       jsonb_build_object('numbers', v_lease.open, 'reason', p_reason));
  RETURN answer_request_v1(p_tenant, p_key, p_fingerprint, lease_facts(v_lease));
END
$$;
--> statement-breakpoint
-- Leases of all tenants that expired longer than `p_age` ago and whose holder has not told of all their numbers,
-- at most `p_limit`.
CREATE FUNCTION leases_unreported(p_limit integer, p_age interval) RETURNS TABLE (tenant text, ids uuid[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT tenant, array_agg(id)
  FROM (
    SELECT tenant, id FROM leases
    WHERE closed_at IS NULL AND burned_at IS NULL AND expires_at < now() - p_age
    ORDER BY expires_at
    LIMIT p_limit
  ) AS unreported
  GROUP BY tenant
$$;
--> statement-breakpoint
-- Burns what is open of such leases. Returns how many leases.
CREATE FUNCTION burn_leases_v1(p_limit integer, p_age interval) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_unreported record;
  v_burned bigint := 0;
BEGIN
  FOR v_unreported IN SELECT * FROM leases_unreported(p_limit, p_age) LOOP
    PERFORM enter_tenant(v_unreported.tenant);
    WITH burned AS (
      UPDATE leases SET burned_at = now()
      WHERE (tenant, id) IN (
        SELECT tenant, id FROM leases
        WHERE tenant = v_unreported.tenant AND id = ANY (v_unreported.ids)
          -- Its holder may have told or renewed meanwhile.
          AND closed_at IS NULL AND burned_at IS NULL AND expires_at < now() - p_age
        ORDER BY id
        FOR UPDATE SKIP LOCKED
      )
      RETURNING 1
    )
    SELECT v_burned + count(*) INTO v_burned FROM burned;
  END LOOP;
  RETURN v_burned;
END
$$;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION
  open_lease_v1, renew_lease_v1, report_lease_v1, burn_lease_v1, burn_leases_v1, shown_lease, lease_facts,
  form_of_lease, opened_lease, lease_status, seconds_left,
  numbers_in, rest_of_lease, numbers_on_lease
TO serialmint_app;
