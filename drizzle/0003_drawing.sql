-- How a counter moves. See docs/concepts/numbers.md.

CREATE SCHEMA counters;
--> statement-breakpoint
CREATE TYPE drawn AS (
  series bigint,
  period text,
  first bigint,
  last bigint,
  step bigint,
  count bigint
);
--> statement-breakpoint
-- The Postgres sequence that a promoted series counts with.
CREATE FUNCTION counter_of(p_series bigint) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN 'counters.series_' || p_series::text;
--> statement-breakpoint
-- Waits for a promoted series' counter; held until the transaction or subtransaction ends.
CREATE FUNCTION lock_counter(p_series bigint, p_shared boolean) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  IF p_shared THEN
    PERFORM pg_advisory_xact_lock_shared((p_series >> 31)::integer, (p_series & 2147483647)::integer);
  ELSE
    PERFORM pg_advisory_xact_lock((p_series >> 31)::integer, (p_series & 2147483647)::integer);
  END IF;
END
$$;
--> statement-breakpoint
-- The next number of a series, whichever way it counts. Exact while its counter or row is locked.
CREATE FUNCTION next_number(p_series series) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  v_last bigint;
BEGIN
  IF p_series.promoted THEN
    v_last := pg_sequence_last_value(counter_of(p_series.id)::regclass);
  END IF;
  -- A counter that has given nothing since it was made or moved has no last value; the row tells.
  RETURN coalesce(v_last + p_series.increment,
                  (SELECT next FROM series WHERE id = p_series.id));
END
$$;
--> statement-breakpoint
-- Turns a row's counter into a Postgres sequence. The caller holds the row's lock, so nobody draws;
-- whoever waits for the row finds it promoted and follows. An exhausted series stays a row.
CREATE FUNCTION promote_series(p_series series) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
  IF p_series.next > p_series.ceiling THEN
    RETURN false;
  END IF;
  EXECUTE format(
    'CREATE SEQUENCE %s AS bigint INCREMENT BY %s MINVALUE 0 MAXVALUE %s START WITH %s CACHE 1 NO CYCLE',
    counter_of(p_series.id), p_series.increment, p_series.ceiling, p_series.next
  );
  UPDATE series SET promoted = true, waits = 0 WHERE id = p_series.id;
  RETURN true;
END
$$;
--> statement-breakpoint
-- A series as it stands, not locked. Fails: definition_changed (there is none).
CREATE FUNCTION series_of(p_tenant text, p_sequence text) RETURNS series
LANGUAGE plpgsql AS $$
DECLARE
  v_series series;
BEGIN
  SELECT * INTO v_series FROM series
  WHERE tenant = p_tenant AND sequence = p_sequence AND period = '';
  IF NOT FOUND THEN
    PERFORM fail('definition_changed', jsonb_build_object('sequence', p_sequence));
  END IF;
  RETURN v_series;
END
$$;
--> statement-breakpoint
-- Draws `p_count` numbers in one run. The caller writes the ledger row in the same transaction: no number
-- leaves without one. Fails: definition_changed, sequence_exhausted; a refused draw moves nothing.
CREATE FUNCTION draw_v1(p_tenant text, p_sequence text, p_definition uuid, p_count bigint) RETURNS drawn
LANGUAGE plpgsql AS $$
DECLARE
  v_drawn drawn;
BEGIN
  -- The usual case in one statement: a row that nobody holds and that has room.
  UPDATE series
  SET next = next + p_count * increment,
      waits = greatest(waits - 1, 0)
  WHERE id = (
      SELECT id FROM series
      WHERE tenant = p_tenant AND sequence = p_sequence AND period = '' AND NOT promoted
      FOR NO KEY UPDATE SKIP LOCKED
    )
    AND NOT hot
    AND definition = p_definition
    AND next + (p_count - 1) * increment <= ceiling
  RETURNING id, period, next - p_count * increment, next - increment, increment, p_count INTO v_drawn;
  IF FOUND THEN
    RETURN v_drawn;
  END IF;
  RETURN draw_or_pass(p_tenant, p_sequence, p_definition, p_count, NULL, NULL);
END
$$;
--> statement-breakpoint
-- Draws `p_count` numbers, or passes numbers up to `p_past`, whoever holds the row and however it counts.
CREATE FUNCTION draw_or_pass(
  p_tenant text, p_sequence text, p_definition uuid, p_count bigint, p_past bigint, p_jump bigint
) RETURNS drawn
LANGUAGE plpgsql AS $$
DECLARE
  -- A row is promoted when draws that had to wait for it outnumber the others by this many.
  c_patience CONSTANT smallint := 20;
  v_series series;
  v_waited boolean := false;
BEGIN
  -- Passing numbers writes to the row whichever way it counts, and takes it before the counter.
  SELECT * INTO v_series FROM series
  WHERE tenant = p_tenant AND sequence = p_sequence AND period = ''
    AND (NOT promoted OR p_past IS NOT NULL)
  FOR NO KEY UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    v_series := series_of(p_tenant, p_sequence);
    IF NOT v_series.promoted OR p_past IS NOT NULL THEN
      v_waited := true;
      SELECT * INTO v_series FROM series WHERE id = v_series.id FOR NO KEY UPDATE;
    END IF;
  END IF;
  IF NOT v_series.promoted THEN
    PERFORM check_definition(v_series, p_definition);
    IF v_series.hot OR (v_waited AND v_series.waits >= c_patience) THEN
      v_series.promoted := promote_series(v_series);
    END IF;
  END IF;
  RETURN CASE
    WHEN v_series.promoted THEN draw_from_counter(v_series, p_definition, p_count, p_past, p_jump)
    ELSE draw_from_row(v_series, v_waited, p_count, p_past, p_jump)
  END;
END
$$;
--> statement-breakpoint
-- Draws every number up to `p_past`, which none may be if the counter is beyond it already; more than
-- `p_jump` ahead is refused (null: however far). Fails as draw_v1 does, and jump_too_far.
CREATE FUNCTION pass_v1(
  p_tenant text, p_sequence text, p_definition uuid, p_past bigint, p_jump bigint
) RETURNS drawn
LANGUAGE sql AS $$
  SELECT draw_or_pass(p_tenant, p_sequence, p_definition, NULL, p_past, p_jump)
$$;
--> statement-breakpoint
-- The draw of a series that counts in its row, which the caller has locked.
CREATE FUNCTION draw_from_row(
  p_series series, p_waited boolean, p_count bigint, p_past bigint, p_jump bigint
) RETURNS drawn
LANGUAGE plpgsql AS $$
DECLARE
  v_count bigint := coalesce(p_count, numbers_to_pass(p_series, p_series.next, p_past, p_jump));
BEGIN
  IF v_count > 0 THEN
    PERFORM check_room(p_series, p_series.next, v_count);
    UPDATE series
    SET next = next + v_count * increment,
        skipped = skipped + CASE WHEN p_past IS NULL THEN 0 ELSE v_count END,
        waits = CASE WHEN p_waited THEN waits + 1 ELSE greatest(waits - 1, 0) END
    WHERE id = p_series.id;
  END IF;
  RETURN (p_series.id, p_series.period, p_series.next,
          p_series.next + greatest(v_count - 1, 0) * p_series.increment,
          p_series.increment, v_count)::drawn;
END
$$;
--> statement-breakpoint
-- The draw of a series that counts with a Postgres sequence. With `p_past` the caller has locked the row.
-- Lock and draw stand in a subtransaction that always aborts: that gives the lock back at once, while
-- what happened to the Postgres sequence stays. Its SQLSTATE must not end in 000, which would stand for
-- its whole class and swallow every fail().
CREATE FUNCTION draw_from_counter(
  p_series series, p_definition uuid, p_count bigint, p_past bigint, p_jump bigint
) RETURNS drawn
LANGUAGE plpgsql AS $$
DECLARE
  v_series series;
  v_next bigint;
  v_count bigint := p_count;
BEGIN
  BEGIN
    PERFORM lock_counter(p_series.id, p_shared => p_count IS NOT DISTINCT FROM 1);
    SELECT * INTO v_series FROM series WHERE id = p_series.id;
    PERFORM check_definition(v_series, p_definition);
    IF p_count = 1 THEN
      v_next := nextval(counter_of(p_series.id)::regclass);
    ELSE
      v_next := next_number(v_series);
      v_count := coalesce(p_count, numbers_to_pass(v_series, v_next, p_past, p_jump));
      IF v_count > 0 THEN
        PERFORM check_room(v_series, v_next, v_count);
        PERFORM setval(counter_of(p_series.id)::regclass,
                       v_next + (v_count - 1) * v_series.increment);
      END IF;
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'SM002';
  EXCEPTION
    WHEN SQLSTATE 'SM002' THEN
      NULL;
    WHEN sequence_generator_limit_exceeded THEN
      PERFORM check_room(v_series, v_series.ceiling + 1, 1);
  END;
  IF p_past IS NOT NULL AND v_count > 0 THEN
    UPDATE series SET skipped = skipped + v_count WHERE id = p_series.id;
  END IF;
  RETURN (p_series.id, p_series.period, v_next,
          v_next + greatest(v_count - 1, 0) * v_series.increment, v_series.increment, v_count)::drawn;
END
$$;
--> statement-breakpoint
-- Refuses a definition that is not the one that the series counts by now.
CREATE FUNCTION check_definition(p_series series, p_definition uuid) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  IF p_series.definition IS DISTINCT FROM p_definition THEN
    PERFORM fail('definition_changed', jsonb_build_object('sequence', p_series.sequence));
  END IF;
END
$$;
--> statement-breakpoint
-- Refuses a draw that would pass the ceiling of its sequence.
CREATE FUNCTION check_room(p_series series, p_next bigint, p_count bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_room bigint := CASE
    WHEN p_next > p_series.ceiling THEN 0
    ELSE (p_series.ceiling - p_next) / p_series.increment + 1
  END;
BEGIN
  IF p_count > v_room THEN
    PERFORM fail('sequence_exhausted', jsonb_build_object(
      'sequence', p_series.sequence, 'remaining', v_room::text, 'requested', p_count::text,
      'last_number', p_series.ceiling::text,
      'overflow', (SELECT overflow FROM sequences
                   WHERE tenant = p_series.tenant AND key = p_series.sequence)
    ));
  END IF;
END
$$;
--> statement-breakpoint
-- How many draws it takes to leave `p_past` behind.
CREATE FUNCTION numbers_to_pass(p_series series, p_next bigint, p_past bigint, p_jump bigint)
RETURNS bigint
LANGUAGE plpgsql AS $$
BEGIN
  IF p_past < p_next THEN
    RETURN 0;
  END IF;
  IF p_past - p_next > p_jump THEN
    PERFORM fail('jump_too_far', jsonb_build_object(
      'sequence', p_series.sequence, 'next', p_next::text, 'number', p_past::text,
      'ahead', (p_past - p_next)::text, 'limit', p_jump::text
    ));
  END IF;
  RETURN (p_past - p_next) / p_series.increment + 1;
END
$$;
--> statement-breakpoint
-- The id of a bound form, made at its first use.
CREATE FUNCTION form_v1(
  p_tenant text, p_sequence text, p_prefix text, p_width integer, p_suffix text
) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  v_form bigint;
BEGIN
  LOOP
    SELECT id INTO v_form FROM forms
    WHERE tenant = p_tenant AND prefix = p_prefix AND suffix = p_suffix
      AND width = p_width AND sequence = p_sequence;
    IF FOUND THEN
      RETURN v_form;
    END IF;
    INSERT INTO forms (tenant, sequence, prefix, width, suffix)
    VALUES (p_tenant, p_sequence, p_prefix, p_width, p_suffix)
    ON CONFLICT DO NOTHING;
  END LOOP;
END
$$;
--> statement-breakpoint
-- Makes or replaces a sequence. `p_fields` holds every column of the definition. Draws of the sequence
-- stand still meanwhile: each sees the definition before or after, none a mix.
-- Returns 'created', 'replaced' or 'unchanged'. Fails: sequence_fixed, sequence_ceiling_passed.
CREATE FUNCTION put_sequence_v1(p_digest bytea, p_tenant text, p_key text, p_fields jsonb) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_new sequences;
  v_old sequences;
  v_series series;
  v_next bigint;
  v_drawn boolean;
  v_fixed text[] := '{}';
BEGIN
  PERFORM caller_v1(p_digest, p_tenant);
  v_new := jsonb_populate_record(NULL::sequences, p_fields);

  INSERT INTO sequences (tenant, key, pattern, width, mode, start, increment, reset, time_zone,
                         fiscal_year_start, overflow, hot)
  VALUES (p_tenant, p_key, v_new.pattern, v_new.width, v_new.mode, v_new.start, v_new.increment,
          v_new.reset,
          coalesce(v_new.time_zone, (SELECT time_zone FROM settings WHERE tenant = p_tenant), 'UTC'),
          v_new.fiscal_year_start, v_new.overflow, v_new.hot)
  ON CONFLICT (tenant, key) DO NOTHING;
  IF FOUND THEN
    INSERT INTO series (tenant, sequence, period, next, since, definition, increment, ceiling, hot)
    SELECT tenant, key, '', start, start, definition, increment, ceiling, hot
    FROM sequences WHERE tenant = p_tenant AND key = p_key;
    RETURN 'created';
  END IF;

  -- Row before counter, as everybody who takes both.
  SELECT * INTO STRICT v_series FROM series
  WHERE tenant = p_tenant AND sequence = p_key AND period = '' FOR UPDATE;
  IF v_series.promoted THEN
    PERFORM lock_counter(v_series.id, p_shared => false);
    -- Waits for transactions that have drawn and not ended: their ledger rows are visible after it.
    EXECUTE format('ALTER SEQUENCE %s NO CYCLE', counter_of(v_series.id));
  END IF;
  SELECT * INTO STRICT v_old FROM sequences WHERE tenant = p_tenant AND key = p_key FOR UPDATE;
  v_new.time_zone := coalesce(v_new.time_zone, v_old.time_zone);

  IF (v_old.pattern, v_old.start, v_old.increment, v_old.time_zone, v_old.fiscal_year_start,
      v_old.overflow, v_old.hot)
     = (v_new.pattern, v_new.start, v_new.increment, v_new.time_zone, v_new.fiscal_year_start,
        v_new.overflow, v_new.hot) THEN
    RETURN 'unchanged';
  END IF;

  v_drawn := EXISTS (SELECT FROM ledger WHERE tenant = p_tenant AND series = v_series.id);
  v_next := next_number(v_series);
  IF v_drawn THEN
    IF v_new.start <> v_old.start THEN v_fixed := v_fixed || 'start'::text; END IF;
    IF v_new.time_zone <> v_old.time_zone THEN v_fixed := v_fixed || 'time_zone'::text; END IF;
    IF cardinality(v_fixed) > 0 THEN
      PERFORM fail('sequence_fixed', jsonb_build_object('sequence', p_key, 'fields', v_fixed));
    END IF;
  ELSE
    v_next := v_new.start;
  END IF;

  UPDATE sequences
  SET pattern = v_new.pattern, width = v_new.width, start = v_new.start,
      increment = v_new.increment, time_zone = v_new.time_zone,
      fiscal_year_start = v_new.fiscal_year_start, overflow = v_new.overflow, hot = v_new.hot,
      updated_at = now()
  WHERE tenant = p_tenant AND key = p_key
  RETURNING * INTO v_new;
  IF v_drawn AND v_next - v_old.increment > v_new.ceiling THEN
    PERFORM fail('sequence_ceiling_passed', jsonb_build_object(
      'sequence', p_key, 'last_number', v_new.ceiling::text,
      'issued', (v_next - v_old.increment)::text
    ));
  END IF;

  UPDATE series
  SET next = v_next,
      promoted = v_series.promoted AND v_next <= v_new.ceiling,
      issued_before = CASE WHEN v_drawn THEN issued_before + (v_next - since) / v_old.increment ELSE 0 END,
      since = v_next
  WHERE id = v_series.id;
  -- An exhausted counter is a row again: a Postgres sequence cannot stand beyond its last number.
  IF v_series.promoted AND v_next > v_new.ceiling THEN
    EXECUTE format('DROP SEQUENCE %s', counter_of(v_series.id));
  ELSIF v_series.promoted THEN
    EXECUTE format('ALTER SEQUENCE %s INCREMENT BY %s MAXVALUE %s START WITH %s RESTART WITH %s',
                   counter_of(v_series.id), v_new.increment, v_new.ceiling, v_next, v_next);
  END IF;
  RETURN 'replaced';
END
$$;
