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
-- The name of the Postgres sequence that a series is promoted to. The next one has the same name: a row tells
-- which of them counts (`promoted_to`), while what a session knows by a name may be one that is gone.
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
-- The entries of the ledger that gave or passed numbers of a series from `p_from` to `p_to`.
-- Postgres does not use an index of ranges under a policy, since operators of ranges are not leakproof. So this
-- function, the three that follow and marked_entries are owned by a role that no policy holds
-- (0022_tenants_apart.sql), and hold themselves to the tenant that was entered.
CREATE FUNCTION entries_over(p_series bigint, p_from bigint, p_to bigint) RETURNS SETOF ledger
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp ROWS 1 AS $$
  SELECT * FROM ledger
  WHERE tenant = entered_tenant() AND series = p_series
    AND kind IN ('reserved', 'skip', 'fence', 'burned')
    AND int8range(first, last, '[]') && int8range(p_from, p_to, '[]')
$$;
--> statement-breakpoint
-- The reservations that gave numbers which nobody voided, each number by its place in the lists: of many at once,
-- since a call of such a function costs more than a look-up.
CREATE FUNCTION reservations_at(p_series bigint[], p_numbers bigint[])
RETURNS TABLE (place bigint, first bigint, form bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT given.place, entry.first, entry.form
  FROM unnest(p_series, p_numbers) WITH ORDINALITY AS given (series, number, place)
  CROSS JOIN LATERAL (
    SELECT l.first, l.form FROM ledger AS l
    WHERE l.tenant = entered_tenant() AND l.series = given.series
      AND l.kind = 'reserved'
      AND int8range(l.first, l.last, '[]') @> given.number
      AND (given.number - l.first) % l.step = 0
    LIMIT 1
  ) AS entry
  WHERE (
    SELECT v.first FROM ledger AS v
    WHERE v.tenant = entered_tenant() AND v.series = given.series AND v.kind = 'void'
      AND int8range(v.first, v.last, '[]') @> given.number
    LIMIT 1
  ) IS NULL
$$;
--> statement-breakpoint
-- The entries of the ledger that voided numbers of a series from `p_from` to `p_to`.
CREATE FUNCTION voids_over(p_series bigint, p_from bigint, p_to bigint) RETURNS SETOF ledger
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp ROWS 1 AS $$
  SELECT * FROM ledger
  WHERE tenant = entered_tenant() AND series = p_series AND kind = 'void'
    AND int8range(first, last, '[]') && int8range(p_from, p_to, '[]')
$$;
--> statement-breakpoint
-- The numbers of a series from `p_from` to `p_to` that items of jobs record, a range an item.
CREATE FUNCTION recorded_over(p_series bigint, p_from bigint, p_to bigint) RETURNS SETOF int8range
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp ROWS 1 AS $$
  SELECT numbers FROM job_items
  WHERE tenant = entered_tenant() AND series = p_series
    AND numbers && int8range(p_from, p_to, '[]')
$$;
--> statement-breakpoint
-- The next number of a series whose counter or row the caller has locked, whichever way it counts.
CREATE FUNCTION next_number(p_series series) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  v_last bigint;
BEGIN
  IF p_series.promoted_to IS NOT NULL THEN
    v_last := pg_sequence_last_value(p_series.promoted_to);
  END IF;
  -- A counter that has given nothing since it was made or moved has no last value; the row tells.
  RETURN coalesce(v_last + p_series.increment,
                  (SELECT next FROM series WHERE id = p_series.id));
END
$$;
--> statement-breakpoint
-- The number that a Postgres sequence gave last, without a lock; null when it has given none since it was made or
-- moved, or is gone by now.
CREATE FUNCTION last_of_counter(p_counter regclass) RETURNS bigint
LANGUAGE plpgsql AS $$
BEGIN
  RETURN pg_sequence_last_value(p_counter);
EXCEPTION WHEN internal_error THEN
  IF SQLSTATE <> 'XX000' THEN
    RAISE;
  END IF;
  -- Whoever moved or closed the series dropped it after its row was read.
  RETURN NULL;
END
$$;
--> statement-breakpoint
-- A series as it stands, without a lock, whichever way it counts: `next` is the number that comes next. Null
-- when there is none any more. VOLATILE, so that each statement sees what committed before it: a row and its
-- counter belong together when the row is the same behind the look at the counter, since whoever moves one
-- moves both.
CREATE FUNCTION series_now(p_series bigint) RETURNS series
LANGUAGE plpgsql AS $$
DECLARE
  v_series series;
  v_last bigint;
BEGIN
  LOOP
    SELECT * INTO v_series FROM series WHERE id = p_series;
    IF v_series.promoted_to IS NULL THEN
      RETURN v_series;
    END IF;
    v_last := last_of_counter(v_series.promoted_to);
    PERFORM FROM series AS s WHERE s.id = p_series AND s IS NOT DISTINCT FROM v_series;
    IF FOUND THEN
      v_series.next := coalesce(v_last + v_series.increment, v_series.next);
      RETURN v_series;
    END IF;
  END LOOP;
END
$$;
--> statement-breakpoint
-- Turns a row's counter into a Postgres sequence, which it returns. The caller holds the row's lock, so nobody
-- draws; whoever waits for the row finds it promoted and follows. An exhausted series stays a row: null.
CREATE FUNCTION promote_series(p_series series) RETURNS regclass
LANGUAGE plpgsql AS $$
DECLARE
  v_counter regclass;
BEGIN
  IF p_series.next > p_series.ceiling THEN
    RETURN NULL;
  END IF;
  EXECUTE format(
    'CREATE SEQUENCE %s AS bigint INCREMENT BY %s MINVALUE 0 MAXVALUE %s START WITH %s CACHE 1 NO CYCLE',
    counter_of(p_series.id), p_series.increment, p_series.ceiling, p_series.next
  );
  UPDATE series SET promoted_to = counter_of(id)::regclass, waits = 0 WHERE id = p_series.id
  RETURNING promoted_to INTO v_counter;
  RETURN v_counter;
END
$$;
--> statement-breakpoint
-- The last day of a period, null for a series that has none: `2026`, `2026-11`, `2026-W48` (ISO 8601),
-- `2026-11-24`, or `FY2026`, which begins on `p_fiscal_year_start` (MM-DD) of that year.
CREATE FUNCTION period_end(p_reset sequence_reset, p_period text, p_fiscal_year_start text) RETURNS date
LANGUAGE sql IMMUTABLE
RETURN CASE p_reset
  WHEN 'yearly' THEN make_date(p_period::integer, 12, 31)
  WHEN 'monthly' THEN (to_date(p_period, 'YYYY-MM') + interval '1 month' - interval '1 day')::date
  WHEN 'weekly' THEN to_date(p_period, 'IYYY-"W"IW') + 6
  WHEN 'daily' THEN to_date(p_period, 'YYYY-MM-DD')
  WHEN 'fiscal' THEN
    (to_date(substr(p_period, 3) || '-' || p_fiscal_year_start, 'YYYY-MM-DD') + interval '1 year' - interval '1 day')::date
END;
--> statement-breakpoint
-- What Postgres has to be told for the time zone of that name. Four zones of the IANA database it takes for
-- abbreviations, which have no summer time; they are links to these others (IANA 2024b, `backward`).
CREATE FUNCTION zone_named(p_time_zone text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE upper(p_time_zone)
  WHEN 'CET' THEN 'Europe/Brussels'
  WHEN 'MET' THEN 'Europe/Brussels'
  WHEN 'EET' THEN 'Europe/Athens'
  WHEN 'WET' THEN 'Europe/Lisbon'
  ELSE p_time_zone
END;
--> statement-breakpoint
-- The period of a moment, as a sequence's time zone and fiscal year see it; empty for one that never
-- resets. The same as periodOf in TypeScript, which a test holds.
CREATE FUNCTION period_at(
  p_reset sequence_reset, p_time_zone text, p_fiscal_year_start text, p_at timestamptz
) RETURNS text
LANGUAGE sql STABLE
RETURN CASE p_reset
  WHEN 'yearly' THEN to_char(p_at AT TIME ZONE zone_named(p_time_zone), 'YYYY')
  WHEN 'monthly' THEN to_char(p_at AT TIME ZONE zone_named(p_time_zone), 'YYYY-MM')
  WHEN 'weekly' THEN to_char(p_at AT TIME ZONE zone_named(p_time_zone), 'IYYY-"W"IW')
  WHEN 'daily' THEN to_char(p_at AT TIME ZONE zone_named(p_time_zone), 'YYYY-MM-DD')
  WHEN 'fiscal' THEN 'FY' || to_char(
    (p_at AT TIME ZONE zone_named(p_time_zone))
      - CASE WHEN to_char(p_at AT TIME ZONE zone_named(p_time_zone), 'MM-DD') < p_fiscal_year_start
             THEN interval '1 year' ELSE interval '0' END,
    'YYYY')
  ELSE ''
END;
--> statement-breakpoint
-- Whether a series of such a sequence can have that name: it is what period_at gives for some moment, or
-- with `prefix` any text. The same as isPeriod in TypeScript, which a test holds, but for the ends of the
-- calendar, where a fiscal year leads out of it.
CREATE FUNCTION is_period(p_reset sequence_reset, p_period text) RETURNS boolean
LANGUAGE sql IMMUTABLE
RETURN CASE
  WHEN p_reset = 'prefix' THEN true
  WHEN p_reset = 'never' THEN p_period = ''
  WHEN p_period ~ '^(FY)?0000' THEN false
  WHEN p_reset = 'yearly' THEN p_period ~ '^[0-9]{4}$'
  WHEN p_reset = 'fiscal' THEN p_period ~ '^FY[0-9]{4}$'
  WHEN p_reset = 'monthly' THEN p_period ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'
  WHEN p_reset = 'weekly' THEN
    CASE WHEN p_period ~ '^[0-9]{4}-W(0[1-9]|[1-4][0-9]|5[0-3])$'
      -- A year without a week 53 has its Monday in the next one.
      THEN to_char(to_date(p_period, 'IYYY-"W"IW'), 'IYYY-"W"IW') = p_period
      ELSE false END
  WHEN p_reset = 'daily' THEN
    CASE WHEN p_period ~ '^[0-9]{4}-(0[1-9]|1[0-2])-[0-9]{2}$'
      THEN right(p_period, 2) BETWEEN '01'
             AND to_char(period_end('monthly', left(p_period, 7), NULL), 'DD')
      ELSE false END
END;
--> statement-breakpoint
-- Where series of a sequence begin that are fenced and not known.
CREATE FUNCTION fence_end(p_sequence sequences) RETURNS bigint
LANGUAGE sql IMMUTABLE
RETURN p_sequence.start + p_sequence.increment
  * least(p_sequence.fence_width, (999999999999999999 - p_sequence.start) / p_sequence.increment + 1);
--> statement-breakpoint
-- The number with which a series that is not there yet begins: the sequence's first, or as many numbers further
-- on as it is fenced by. The texts of one reset's periods are in the order of time.
CREATE FUNCTION first_number(p_sequence sequences, p_period text) RETURNS bigint
LANGUAGE sql STABLE
RETURN CASE
  WHEN p_sequence.fence_width > 0
    AND (p_sequence.reset = 'prefix'
         OR p_period COLLATE "C" <= period_at(p_sequence.reset, p_sequence.time_zone,
                                              p_sequence.fiscal_year_start, p_sequence.fenced_until))
  THEN fence_end(p_sequence)
  ELSE p_sequence.start
END;
--> statement-breakpoint
-- A series as it stands, not locked; that of a new period is made, and what it was fenced by is written down.
-- Fails: definition_changed (there is no
-- such sequence, or not with that definition), series_malformed.
CREATE FUNCTION series_of(p_tenant text, p_sequence text, p_period text, p_definition uuid) RETURNS series
LANGUAGE plpgsql AS $$
DECLARE
  v_series series;
  v_reset sequence_reset;
BEGIN
  FOR tries IN 1..2 LOOP
    SELECT * INTO v_series FROM series
    WHERE tenant = p_tenant AND sequence = p_sequence AND period = p_period;
    IF FOUND THEN
      RETURN v_series;
    END IF;
    -- No draw would ever come to it.
    SELECT reset INTO v_reset FROM sequences
    WHERE tenant = p_tenant AND key = p_sequence AND definition = p_definition
      AND NOT is_period(reset, p_period);
    IF FOUND THEN
      PERFORM fail('series_malformed', jsonb_build_object(
        'sequence', p_sequence, 'series', p_period, 'reset', v_reset));
    END IF;
    BEGIN
      -- Waits for whoever makes it just now, and finds it when it looks again.
      WITH fenced AS (
        SELECT s.*, first_number(s, p_period) AS next
        FROM sequences AS s
        WHERE tenant = p_tenant AND key = p_sequence AND definition = p_definition
          AND is_period(reset, p_period)
        -- Whoever fences the sequence just now is waited for.
        FOR SHARE
      ), made AS (
        INSERT INTO series (tenant, sequence, period, next, since, skipped, definition, increment, ceiling,
                            mode, hot, ends_on)
        SELECT tenant, key, p_period, next, start, (next - start) / increment, definition, increment, ceiling,
               mode, hot, period_end(reset, p_period, fiscal_year_start)
        FROM fenced
        ON CONFLICT (tenant, sequence, period) DO NOTHING
        RETURNING *
      )
      INSERT INTO ledger (tenant, series, first, last, step, kind, origin, reason)
      SELECT made.tenant, made.id, made.since, made.next - made.increment, made.increment, 'fence',
             fenced.fence_origin, fenced.fence_reason
      FROM made CROSS JOIN fenced
      WHERE made.next > made.since;
    EXCEPTION WHEN foreign_key_violation THEN
      -- Somebody has replaced the sequence since this statement began.
      PERFORM fail('definition_changed', jsonb_build_object('sequence', p_sequence));
    END;
  END LOOP;
  SELECT * INTO v_series FROM series
  WHERE tenant = p_tenant AND sequence = p_sequence AND period = p_period;
  IF NOT FOUND THEN
    PERFORM fail('definition_changed', jsonb_build_object('sequence', p_sequence));
  END IF;
  RETURN v_series;
END
$$;
--> statement-breakpoint
-- Waits in line for a series' row, up to four seconds; held until the transaction ends. The caller is told
-- to come back after that (lock_not_available). Fails: definition_changed (it is gone).
CREATE FUNCTION wait_for_series(p_series bigint) RETURNS series
LANGUAGE plpgsql AS $$
DECLARE
  v_before text := current_setting('lock_timeout');
  v_series series;
BEGIN
  PERFORM set_config('lock_timeout', '4s', true);
  SELECT * INTO v_series FROM series WHERE id = p_series FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    PERFORM fail('definition_changed', '{}');
  END IF;
  PERFORM set_config('lock_timeout', v_before, true);
  RETURN v_series;
END
$$;
--> statement-breakpoint
-- The last entry that gave or passed numbers of a series; null when there is none.
CREATE FUNCTION last_entry(p_series series) RETURNS ledger
LANGUAGE sql STABLE
RETURN (
  SELECT l FROM ledger AS l
  WHERE tenant = p_series.tenant AND series = p_series.id AND kind IN ('reserved', 'skip', 'fence', 'burned')
  ORDER BY first DESC LIMIT 1
);
--> statement-breakpoint
-- The number behind that entry, by the steps of the entry: the increment may have changed since.
CREATE FUNCTION behind_ledger(p_series series) RETURNS bigint
LANGUAGE sql STABLE
RETURN (SELECT e.last + e.step FROM last_entry(p_series) AS e);
--> statement-breakpoint
-- Opens a closed series, whose row the caller has locked: it goes on behind the highest number that its
-- row or its ledger knows.
CREATE FUNCTION reopen_series(p_series series) RETURNS series
LANGUAGE plpgsql AS $$
DECLARE
  v_series series;
BEGIN
  UPDATE series
  SET next = greatest(next, behind_ledger(series)),
      closed_at = NULL
  WHERE id = p_series.id
  RETURNING * INTO v_series;
  RETURN v_series;
END
$$;
--> statement-breakpoint
-- Draws `p_count` numbers in one run. The caller writes the ledger row in the same transaction: no number
-- leaves without one. `p_period` is empty for a sequence that never resets; `p_last` is the last number
-- that the caller's form can show, if it is not that of the sequence.
-- Fails: definition_changed, sequence_exhausted; a refused draw moves nothing.
CREATE FUNCTION draw_v1(
  p_tenant text, p_sequence text, p_period text, p_definition uuid, p_count bigint,
  p_last bigint DEFAULT NULL
) RETURNS drawn
LANGUAGE plpgsql AS $$
DECLARE
  v_drawn drawn;
BEGIN
  -- The usual case in one statement: an open row that nobody holds and that has room.
  UPDATE series
  SET next = next + p_count * increment,
      waits = greatest(waits - 1, 0)
  WHERE id = (
      SELECT id FROM series
      WHERE tenant = p_tenant AND sequence = p_sequence AND period = p_period AND promoted_to IS NULL
      FOR NO KEY UPDATE SKIP LOCKED
    )
    AND NOT hot
    AND closed_at IS NULL
    AND definition = p_definition
    AND next + (p_count - 1) * increment <= least(ceiling, p_last)
  RETURNING id, period, next - p_count * increment, next - increment, increment, p_count INTO v_drawn;
  IF FOUND THEN
    RETURN v_drawn;
  END IF;
  RETURN draw_or_pass(p_tenant, p_sequence, p_period, p_definition, p_count, p_last, NULL);
END
$$;
--> statement-breakpoint
-- Draws `p_count` numbers, or passes numbers up to `p_past`, whoever holds the row and however it counts.
CREATE FUNCTION draw_or_pass(
  p_tenant text, p_sequence text, p_period text, p_definition uuid, p_count bigint, p_last bigint,
  p_past bigint
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
  WHERE tenant = p_tenant AND sequence = p_sequence AND period = p_period
    AND (promoted_to IS NULL OR p_past IS NOT NULL)
  FOR NO KEY UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    v_series := series_of(p_tenant, p_sequence, p_period, p_definition);
    IF v_series.promoted_to IS NULL OR p_past IS NOT NULL THEN
      v_waited := true;
      v_series := wait_for_series(v_series.id);
    END IF;
  END IF;
  IF v_series.promoted_to IS NULL THEN
    PERFORM check_definition(v_series, p_definition);
    IF v_series.closed_at IS NOT NULL THEN
      v_series := reopen_series(v_series);
    END IF;
    IF v_series.mode = 'standard'
       AND (v_series.hot OR (v_waited AND v_series.waits >= c_patience)) THEN
      v_series.promoted_to := promote_series(v_series);
    END IF;
  END IF;
  RETURN CASE
    WHEN v_series.promoted_to IS NULL THEN draw_from_row(v_series, v_waited, p_count, p_last, p_past)
    ELSE draw_from_counter(v_series, p_definition, p_count, p_last, p_past)
  END;
END
$$;
--> statement-breakpoint
-- Draws every number up to `p_past`, which none may be if the counter is beyond it already. Fails as draw_v1
-- does.
CREATE FUNCTION pass_v1(
  p_tenant text, p_sequence text, p_period text, p_definition uuid, p_past bigint
) RETURNS drawn
LANGUAGE sql AS $$
  SELECT draw_or_pass(p_tenant, p_sequence, p_period, p_definition, NULL, NULL, p_past)
$$;
--> statement-breakpoint
-- The draw of a series that counts in its row, which the caller has locked.
CREATE FUNCTION draw_from_row(
  p_series series, p_waited boolean, p_count bigint, p_last bigint, p_past bigint
) RETURNS drawn
LANGUAGE plpgsql AS $$
DECLARE
  v_count bigint := coalesce(p_count, numbers_to_pass(p_series, p_series.next, p_past));
BEGIN
  IF v_count > 0 THEN
    PERFORM check_room(p_series, p_series.next, v_count, p_last);
    UPDATE series
    SET next = next + v_count * increment,
        skipped = skipped + CASE WHEN p_past IS NULL THEN 0 ELSE v_count END,
        -- A gapless one is never promoted, and would count on.
        waits = CASE WHEN p_waited AND mode = 'standard' THEN waits + 1 ELSE greatest(waits - 1, 0) END
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
  p_series series, p_definition uuid, p_count bigint, p_last bigint, p_past bigint
) RETURNS drawn
LANGUAGE plpgsql AS $$
DECLARE
  v_series series;
  v_next bigint;
  v_count bigint := p_count;
  v_single boolean := p_count IS NOT DISTINCT FROM 1 AND p_last IS NULL;
BEGIN
  BEGIN
    PERFORM lock_counter(p_series.id, p_shared => v_single);
    SELECT * INTO v_series FROM series WHERE id = p_series.id;
    IF v_series.promoted_to IS NULL THEN
      -- Closed or made anew while we waited: the caller looks again.
      PERFORM fail('definition_changed', jsonb_build_object('sequence', p_series.sequence));
    END IF;
    PERFORM check_definition(v_series, p_definition);
    IF v_single THEN
      v_next := nextval(v_series.promoted_to);
    ELSE
      v_next := next_number(v_series);
      v_count := coalesce(p_count, numbers_to_pass(v_series, v_next, p_past));
      IF v_count > 0 THEN
        PERFORM check_room(v_series, v_next, v_count, p_last);
        PERFORM setval(v_series.promoted_to, v_next + (v_count - 1) * v_series.increment);
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
-- Holds the definition of a sequence that counts in series which are not its own, for the rest of the
-- transaction. Fails: definition_changed.
CREATE FUNCTION hold_definition(p_tenant text, p_sequence text, p_definition uuid) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM sequences
  WHERE tenant = p_tenant AND key = p_sequence AND definition = p_definition
  FOR KEY SHARE;
  IF NOT FOUND THEN
    PERFORM fail('definition_changed', jsonb_build_object('sequence', p_sequence));
  END IF;
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
-- Refuses a draw that would pass the ceiling of its sequence, or `p_last`, where the caller's form ends.
CREATE FUNCTION check_room(p_series series, p_next bigint, p_count bigint, p_last bigint DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_last bigint := least(p_series.ceiling, p_last);
  v_room bigint := CASE
    WHEN p_next > v_last THEN 0
    ELSE (v_last - p_next) / p_series.increment + 1
  END;
BEGIN
  IF p_count > v_room THEN
    PERFORM fail('sequence_exhausted', jsonb_build_object(
      'sequence', p_series.sequence, 'series', nullif(p_series.period, ''),
      'remaining', v_room::text, 'requested', p_count::text, 'last_number', v_last::text,
      'overflow', (SELECT overflow FROM sequences
                   WHERE tenant = p_series.tenant AND key = p_series.sequence AND p_last IS NULL)
    ));
  END IF;
END
$$;
--> statement-breakpoint
-- How many draws it takes to leave `p_past` behind.
CREATE FUNCTION numbers_to_pass(p_series series, p_next bigint, p_past bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE
RETURN CASE WHEN p_past < p_next THEN 0 ELSE (p_past - p_next) / p_series.increment + 1 END;
--> statement-breakpoint
-- The id of a bound form of a series, made at its first use.
CREATE FUNCTION form_v1(
  p_tenant text, p_series bigint, p_prefix text, p_width integer, p_suffix text
) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  v_form bigint;
BEGIN
  LOOP
    SELECT id INTO v_form FROM forms
    WHERE tenant = p_tenant AND prefix = p_prefix AND suffix = p_suffix
      AND width = p_width AND series = p_series;
    IF FOUND THEN
      RETURN v_form;
    END IF;
    INSERT INTO forms (tenant, series, prefix, width, suffix)
    VALUES (p_tenant, p_series, p_prefix, p_width, p_suffix)
    ON CONFLICT DO NOTHING;
  END LOOP;
END
$$;
--> statement-breakpoint
-- Takes a series with its counter, whose row the caller has locked, and waits for transactions that have
-- drawn and not ended: their ledger rows are visible after it.
CREATE FUNCTION hold_counter(p_series series) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  IF p_series.promoted_to IS NOT NULL THEN
    PERFORM lock_counter(p_series.id, p_shared => false);
    EXECUTE format('ALTER SEQUENCE %s NO CYCLE', p_series.promoted_to);
  END IF;
END
$$;
--> statement-breakpoint
-- Sets where a series that the caller holds with its counter goes on: at `p_next`, one number an increment
-- since `p_since`, before which it had passed `p_passed`. It stays promoted while it has numbers left: a
-- Postgres sequence cannot stand beyond its last one.
CREATE FUNCTION set_counter(p_series series, p_next bigint, p_since bigint, p_passed bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_series series;
BEGIN
  UPDATE series
  SET next = p_next,
      since = p_since,
      passed_before = p_passed,
      promoted_to = CASE WHEN p_next <= ceiling THEN promoted_to END
  WHERE id = p_series.id
  RETURNING * INTO v_series;
  IF v_series.promoted_to IS DISTINCT FROM p_series.promoted_to THEN
    EXECUTE format('DROP SEQUENCE %s', p_series.promoted_to);
  ELSIF v_series.promoted_to IS NOT NULL THEN
    EXECUTE format('ALTER SEQUENCE %s INCREMENT BY %s MAXVALUE %s START WITH %s RESTART WITH %s',
                   v_series.promoted_to, v_series.increment, v_series.ceiling, p_next, p_next);
  END IF;
END
$$;
--> statement-breakpoint
-- Counts a change of the patterns of `p_sequences`; all of the tenant's patterns then stand still for the rest
-- of the transaction. The last 1,000 changes are kept.
-- Fails: patterns_changed (others than those of `p_epoch` are there; null: nobody compared them).
CREATE FUNCTION change_patterns(p_tenant text, p_epoch bigint, p_sequences text[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_epoch bigint;
BEGIN
  UPDATE settings SET pattern_epoch = pattern_epoch + 1
  WHERE tenant = p_tenant AND (p_epoch IS NULL OR pattern_epoch = p_epoch)
  RETURNING pattern_epoch INTO v_epoch;
  IF NOT FOUND THEN
    PERFORM fail('patterns_changed', '{}');
  END IF;
  INSERT INTO pattern_changes (tenant, epoch, sequences) VALUES (p_tenant, v_epoch, p_sequences);
  DELETE FROM pattern_changes WHERE tenant = p_tenant AND epoch <= v_epoch - 1000;
END
$$;
--> statement-breakpoint
-- Refuses that a product takes, or has ever taken, names both of `p_sequence` and of one of
-- `p_overlapping`: the product `p_product`, or any. No product is served by patterns that come with requests
-- for names, which stand here as 'naming-series' all together; it has taken names of theirs by presenting
-- reservations. So binding one shares nothing yet, and refuses nothing here. Fails: pattern_shared.
CREATE FUNCTION refuse_sharing(
  p_tenant text, p_product text, p_sequence text, p_overlapping text[]
) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_shared record;
BEGIN
  IF coalesce(cardinality(p_overlapping), 0) = 0 THEN
    RETURN;
  END IF;
  WITH taken AS (
    SELECT p.sku AS product, coalesce(p.sequence, t.default_sequence) AS sequence
    FROM products AS p
    LEFT JOIN settings AS t ON t.tenant = p.tenant
    WHERE p.tenant = p_tenant AND (p_product IS NULL OR p.sku = p_product)
    UNION
    SELECT i.product, q.key
    FROM sequences AS q
    JOIN series AS s ON s.tenant = q.tenant AND s.sequence = q.counter
    -- Only what drew or took numbers is of a series; the index by series holds no other.
    JOIN job_items AS i ON i.tenant = s.tenant AND i.series = s.id AND i.numbers IS NOT NULL
    WHERE q.tenant = p_tenant AND q.key = ANY (p_overlapping || p_sequence)
      AND (p_product IS NULL OR i.product = p_product)
      AND (q.key <> 'naming-series' OR i.presented)
  )
  SELECT other.product, other.sequence INTO v_shared
  FROM taken AS other
  WHERE other.sequence = ANY (p_overlapping)
    AND (p_product IS NOT NULL
         OR EXISTS (SELECT FROM taken AS own
                    WHERE own.product = other.product AND own.sequence = p_sequence))
  LIMIT 1;
  IF FOUND THEN
    PERFORM fail('pattern_shared', jsonb_build_object(
      'product', v_shared.product, 'sequence', p_sequence, 'other_sequence', v_shared.sequence));
  END IF;
END
$$;
--> statement-breakpoint
-- How many numbers a series that goes on with `p_next` has passed, given or not.
CREATE FUNCTION passed_numbers(p_series series, p_next bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE
RETURN p_series.passed_before + (p_next - p_series.since) / p_series.increment;
--> statement-breakpoint
-- The last number that a series has passed which goes on with `p_next`; null when it has passed none. One whose
-- increment has changed just before `p_next` came there by the one before.
CREATE FUNCTION last_passed(p_series series, p_next bigint) RETURNS bigint
LANGUAGE sql STABLE
RETURN CASE
  WHEN p_next > p_series.since THEN p_next - p_series.increment
  WHEN p_series.passed_before > 0 THEN (last_entry(p_series)).last
END;
--> statement-breakpoint
-- Makes the sequence whose series are the tenant's naming series, each named by the rendered text before
-- its counter, whatever pattern rendered it. They begin with 1 and take steps of 1, as Frappe's do.
-- Several may do it at once, and any constraint meet first.
CREATE FUNCTION make_naming_series(p_tenant text) RETURNS void
LANGUAGE sql AS $$
  INSERT INTO sequences (tenant, key, dialect, pattern, width, mode, start, increment, reset, counter,
                         time_zone, fiscal_year_start, overflow, hot)
  SELECT p_tenant, 'naming-series', 'frappe', '.#####', 5, 'standard', 1, 1, 'prefix', 'naming-series',
         coalesce((SELECT time_zone FROM settings WHERE tenant = p_tenant), 'UTC'), '01-01', 'widen', false
  ON CONFLICT DO NOTHING
$$;
--> statement-breakpoint
-- The same for a caller.
CREATE FUNCTION make_naming_series_v1(p_caller caller, p_tenant text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM caller_v1(p_caller, p_tenant);
  PERFORM make_naming_series(p_tenant);
END
$$;
--> statement-breakpoint
-- Binds a pattern that comes with requests for names: remembers it for good, so that numbers are drawn under
-- it, and patterns of sequences are held against it. The caller has compared it with the patterns of epoch
-- `p_epoch`, unless `p_allow_overlap`; `p_last` is the highest number that it can show. One that was bound
-- with an overlap allowed is compared once more by whoever does not allow it, and allows none from then on.
-- Fails: patterns_changed.
CREATE FUNCTION bind_naming_series_v1(
  p_caller caller, p_tenant text, p_pattern text, p_fiscal_year_start text, p_last bigint,
  p_allow_overlap boolean, p_epoch bigint
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM caller_v1(p_caller, p_tenant);
  PERFORM make_naming_series(p_tenant);
  -- Waits for whoever binds the same just now, and has nothing left to do.
  INSERT INTO past_patterns (tenant, sequence, dialect, pattern, fiscal_year_start, counter, first, last,
                             allow_overlap, bound_epoch)
  VALUES (p_tenant, 'naming-series', 'frappe', p_pattern, p_fiscal_year_start, 'naming-series', 1, p_last,
          p_allow_overlap, p_epoch + 1)
  ON CONFLICT DO NOTHING;
  IF FOUND THEN
    PERFORM change_patterns(p_tenant, p_epoch, '{naming-series}');
    PERFORM record_event(p_caller, p_tenant, 'naming_series.bound', p_pattern, jsonb_build_object(
      'fiscal_year_start', p_fiscal_year_start, 'allow_overlap', p_allow_overlap));
    RETURN;
  END IF;
  UPDATE past_patterns SET allow_overlap = false, bound_epoch = p_epoch + 1
  WHERE tenant = p_tenant AND sequence = 'naming-series' AND dialect = 'frappe' AND pattern = p_pattern
    AND fiscal_year_start = p_fiscal_year_start AND counter = 'naming-series'
    AND allow_overlap AND NOT p_allow_overlap;
  IF FOUND THEN
    PERFORM change_patterns(p_tenant, p_epoch, '{naming-series}');
    PERFORM record_event(p_caller, p_tenant, 'naming_series.changed', p_pattern, jsonb_build_object(
      'before', jsonb_build_object('allow_overlap', true),
      'after', jsonb_build_object('allow_overlap', false)));
  END IF;
END
$$;
--> statement-breakpoint
-- Refuses to draw under a pattern that came with a request for names and is not bound, or only with an
-- overlap that this request does not allow. One that is bound stays so. Fails: naming_series_not_bound.
CREATE FUNCTION check_bound(
  p_tenant text, p_pattern text, p_fiscal_year_start text, p_allow_overlap boolean
) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM past_patterns
  WHERE tenant = p_tenant AND sequence = 'naming-series' AND dialect = 'frappe' AND pattern = p_pattern
    AND fiscal_year_start = p_fiscal_year_start AND counter = 'naming-series'
    AND (p_allow_overlap OR NOT allow_overlap);
  IF NOT FOUND THEN
    PERFORM fail('naming_series_not_bound', jsonb_build_object('series', p_pattern));
  END IF;
END
$$;
--> statement-breakpoint
-- Adds those sequences, each given as `key` and `fields`, that are not there yet, with the naming series if
-- one counts in them. Returns how many.
CREATE FUNCTION add_sequences(p_tenant text, p_sequences jsonb) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  v_added bigint;
BEGIN
  IF EXISTS (SELECT FROM jsonb_array_elements(p_sequences) AS s
             WHERE s->'fields'->>'counter' <> s->>'key') THEN
    PERFORM make_naming_series(p_tenant);
  END IF;
  INSERT INTO sequences (tenant, key, dialect, pattern, width, mode, start, increment, reset, counter,
                         time_zone, fiscal_year_start, overflow, hot, allow_overlap)
  SELECT p_tenant, s.key, f.dialect, f.pattern, f.width, f.mode, f.start, f.increment, f.reset, f.counter,
         coalesce(f.time_zone, (SELECT time_zone FROM settings WHERE tenant = p_tenant), 'UTC'),
         f.fiscal_year_start, f.overflow, f.hot, f.allow_overlap
  FROM jsonb_to_recordset(p_sequences) AS s (key text, fields jsonb)
  CROSS JOIN LATERAL jsonb_populate_record(NULL::sequences, s.fields) AS f
  ORDER BY s.key COLLATE "C"
  -- Whichever constraint meets a twin first: the key is in another one, too.
  ON CONFLICT DO NOTHING;
  GET DIAGNOSTICS v_added = ROW_COUNT;
  RETURN v_added;
END
$$;
--> statement-breakpoint
-- The lowest and the highest number that may have been given under the pattern of a sequence, fenced ones included;
-- no row where none can have been. Of a counter that it shares nothing tells under whose pattern: any may be.
-- Entries of a series do not meet, so that its first and its last one tell, however many there are.
CREATE FUNCTION given_under(p_sequence sequences) RETURNS TABLE (first bigint, last bigint)
LANGUAGE sql STABLE AS $$
  SELECT min(one.first), CASE p_sequence.counter WHEN p_sequence.key THEN max(one.last) ELSE p_sequence.ceiling END
  FROM (
    SELECT lowest.first, highest.last
    FROM series AS s
    CROSS JOIN LATERAL (
      SELECT l.first FROM ledger AS l
      WHERE l.tenant = s.tenant AND l.series = s.id AND l.kind IN ('reserved', 'fence')
      ORDER BY l.first LIMIT 1
    ) AS lowest
    CROSS JOIN LATERAL (
      SELECT l.last FROM ledger AS l
      WHERE l.tenant = s.tenant AND l.series = s.id AND l.kind IN ('reserved', 'fence')
      ORDER BY l.first DESC LIMIT 1
    ) AS highest
    WHERE s.tenant = p_sequence.tenant AND s.sequence = p_sequence.counter
    UNION ALL
    SELECT q.start, fence_end(q) - q.increment
    FROM sequences AS q
    WHERE q.tenant = p_sequence.tenant AND q.key = p_sequence.counter AND q.fence_width > 0
  ) AS one
  HAVING count(*) > 0
$$;
--> statement-breakpoint
-- Writes down what failed calls or crashes have burned before the first entry of a series, which the caller holds
-- with its counter, and between its last entry and its next number. Elsewhere the entries beside a hole tell of it,
-- as long as they count by one increment.
CREATE FUNCTION note_crash(p_series series, p_next bigint, p_origin integer) RETURNS void
LANGUAGE sql AS $$
  INSERT INTO ledger (tenant, series, first, last, step, kind, origin, reason)
  SELECT p_series.tenant, p_series.id, hole.first, hole.behind - p_series.increment, p_series.increment, 'burned',
         p_origin, 'left by a call that failed, or by a crash'
  FROM (VALUES
    -- Where it began is known as long as its increment has not changed.
    (CASE WHEN p_series.passed_before = 0 THEN p_series.since END, coalesce(
      (SELECT first FROM ledger
       WHERE tenant = p_series.tenant AND series = p_series.id AND kind IN ('reserved', 'skip', 'fence', 'burned')
       ORDER BY first LIMIT 1), p_next)),
    (behind_ledger(p_series), p_next)
  ) AS hole (first, behind)
  WHERE hole.first < hole.behind
$$;
--> statement-breakpoint
-- Makes or replaces a sequence. `p_fields` holds every column of the definition. Draws of the sequence
-- stand still meanwhile: each sees the definition before or after, none a mix.
-- `p_overlapping` are sequences that can give names of it, as the patterns of epoch `p_epoch` tell. `p_compared` is up
-- to which number the pattern that it has was compared with the new one; -1: it was not, since it had given none.
-- Returns 'created', 'replaced' or 'unchanged'. Fails: sequence_fixed, sequence_ceiling_passed,
-- patterns_changed, pattern_shared.
CREATE FUNCTION put_sequence_v1(
  p_caller caller, p_tenant text, p_key text, p_fields jsonb, p_epoch bigint, p_overlapping text[],
  p_compared bigint DEFAULT 999999999999999999
) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_new sequences := jsonb_populate_record(NULL::sequences, p_fields);
  v_old sequences;
  v_held series[];
  v_series series;
  v_next bigint;
  v_last bigint;
  v_drawn boolean;
  v_fixed text[];
  v_caller integer := caller_v1(p_caller, p_tenant);
BEGIN
  IF add_sequences(p_tenant, jsonb_build_array(
       jsonb_build_object('key', p_key, 'fields', p_fields))) > 0 THEN
    PERFORM change_patterns(p_tenant, p_epoch, ARRAY[p_key]);
    PERFORM record_event(p_caller, p_tenant, 'sequence.created', key, sequence_facts(sequences))
    FROM sequences WHERE tenant = p_tenant AND key = p_key;
    RETURN 'created';
  END IF;

  -- Whoever makes a series of a new period refers to this row, and has ended or waits.
  SELECT * INTO STRICT v_old FROM sequences WHERE tenant = p_tenant AND key = p_key FOR UPDATE;
  v_new.time_zone := coalesce(v_new.time_zone, v_old.time_zone);
  IF (v_old.dialect, v_old.pattern, v_old.mode, v_old.start, v_old.increment, v_old.reset,
      v_old.counter, v_old.time_zone, v_old.fiscal_year_start, v_old.overflow, v_old.hot,
      v_old.allow_overlap)
     = (v_new.dialect, v_new.pattern, v_new.mode, v_new.start, v_new.increment, v_new.reset,
        v_new.counter, v_new.time_zone, v_new.fiscal_year_start, v_new.overflow, v_new.hot,
        v_new.allow_overlap) THEN
    RETURN 'unchanged';
  END IF;
  PERFORM change_patterns(p_tenant, p_epoch, ARRAY[p_key]);
  PERFORM refuse_sharing(p_tenant, NULL, p_key, p_overlapping);

  -- Rows before counters, in the order of series, as everybody who takes both.
  -- A series that it shares is not its own, and stays as it is.
  SELECT array_agg(held) INTO v_held
  FROM (SELECT * FROM series WHERE tenant = p_tenant AND sequence = p_key ORDER BY id FOR UPDATE) AS held;
  PERFORM hold_counter(s) FROM unnest(v_held) AS s;
  IF EXISTS (SELECT FROM given_under(v_old) AS given WHERE given.last > p_compared) THEN
    PERFORM fail('patterns_changed', '{}');
  END IF;
  -- Names made elsewhere have forms, though they may have moved no counter: they stand on the series as well.
  v_drawn := EXISTS (
    SELECT FROM unnest(v_held) AS s
    JOIN ledger AS l ON l.tenant = s.tenant AND l.series = s.id
  ) OR EXISTS (
    SELECT FROM unnest(v_held) AS s
    JOIN forms AS f ON f.tenant = s.tenant AND f.series = s.id
  );
  IF v_drawn THEN
    v_fixed := ARRAY(
      SELECT field FROM (VALUES
        ('mode', v_new.mode <> v_old.mode),
        ('start', v_new.start <> v_old.start),
        ('reset', v_new.reset <> v_old.reset),
        ('time_zone', v_new.time_zone <> v_old.time_zone),
        ('fiscal_year_start',
         v_old.reset = 'fiscal' AND v_new.fiscal_year_start <> v_old.fiscal_year_start)
      ) AS fields (field, differs)
      WHERE differs
    );
    IF cardinality(v_fixed) > 0 THEN
      PERFORM fail('sequence_fixed', jsonb_build_object('sequence', p_key, 'fields', v_fixed));
    END IF;
  END IF;

  UPDATE sequences
  SET dialect = v_new.dialect, pattern = v_new.pattern, width = v_new.width, mode = v_new.mode,
      start = v_new.start, increment = v_new.increment, reset = v_new.reset, counter = v_new.counter,
      time_zone = v_new.time_zone, fiscal_year_start = v_new.fiscal_year_start,
      overflow = v_new.overflow, hot = v_new.hot, allow_overlap = v_new.allow_overlap,
      -- A fence ends no earlier than it did.
      fence_width = CASE WHEN fence_width > 0 THEN greatest(
        fence_width, ceil((fence_end(v_old) - v_new.start)::numeric / v_new.increment)::bigint) ELSE 0 END,
      updated_at = now()
  WHERE tenant = p_tenant AND key = p_key
  RETURNING * INTO v_new;
  PERFORM record_event(p_caller, p_tenant, 'sequence.changed', p_key,
                       differences(sequence_facts(v_old), sequence_facts(v_new)));

  IF (v_old.dialect, v_old.pattern, v_old.fiscal_year_start, v_old.counter)
     <> (v_new.dialect, v_new.pattern, v_new.fiscal_year_start, v_new.counter) THEN
    INSERT INTO past_patterns (tenant, sequence, dialect, pattern, fiscal_year_start, counter, first, last)
    SELECT p_tenant, p_key, v_old.dialect, v_old.pattern, v_old.fiscal_year_start, v_old.counter, given.first,
           given.last
    FROM given_under(v_old) AS given
    ON CONFLICT (tenant, sequence, dialect, pattern, fiscal_year_start, counter)
      DO UPDATE SET first = least(past_patterns.first, excluded.first),
                    last = greatest(past_patterns.last, excluded.last);
  END IF;
  IF NOT v_drawn THEN
    -- Nothing stands on these series; the next draw makes its own.
    FOR v_series IN SELECT * FROM unnest(v_held) AS s WHERE s.promoted_to IS NOT NULL LOOP
      EXECUTE format('DROP SEQUENCE %s', v_series.promoted_to);
    END LOOP;
    DELETE FROM series WHERE tenant = p_tenant AND sequence = p_key;
    RETURN 'replaced';
  END IF;
  -- `v_held` are the series as they were: the present rows have the new policy by reference.
  FOREACH v_series IN ARRAY v_held LOOP
    v_next := next_number(v_series);
    v_last := last_passed(v_series, v_next);
    -- One that a fence has moved beyond its width already may stay there.
    IF v_last > v_new.ceiling AND v_new.ceiling < v_old.ceiling THEN
      PERFORM fail('sequence_ceiling_passed', jsonb_build_object(
        'sequence', p_key, 'last_number', v_new.ceiling::text, 'issued', v_last::text));
    END IF;
    IF v_new.increment = v_old.increment THEN
      -- A row has its new policy already.
      IF v_series.promoted_to IS NOT NULL THEN
        PERFORM set_counter(v_series, v_next, v_series.since, v_series.passed_before);
      END IF;
    ELSE
      PERFORM note_crash(v_series, v_next, origin_of(p_tenant, v_caller, p_caller.address));
      PERFORM set_counter(v_series, v_next, v_next, passed_numbers(v_series, v_next));
    END IF;
  END LOOP;
  RETURN 'replaced';
END
$$;
--> statement-breakpoint
-- Series of all tenants whose period ended more than two days ago and that are still open, at most `p_limit`.
CREATE FUNCTION past_series(p_limit integer) RETURNS TABLE (tenant text, series bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT tenant, id FROM series
  WHERE ends_on < current_date - 2 AND closed_at IS NULL
  ORDER BY id
  LIMIT p_limit
$$;
--> statement-breakpoint
-- Closes at most `p_limit` series whose period ended more than two days ago, so that a past one costs
-- nothing: its counter is a row again and keeps its last value. One that somebody draws from for long is
-- left for another time. Returns how many.
CREATE FUNCTION close_series_v1(p_limit integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '1s' AS $$
DECLARE
  v_past record;
  v_series series;
  v_next bigint;
  v_closed bigint := 0;
BEGIN
  FOR v_past IN SELECT * FROM past_series(p_limit) LOOP
    PERFORM enter_tenant(v_past.tenant);
    SELECT * INTO v_series FROM series
    WHERE id = v_past.series AND closed_at IS NULL
    FOR NO KEY UPDATE SKIP LOCKED;
    CONTINUE WHEN NOT FOUND;
    BEGIN
      PERFORM hold_counter(v_series);
      v_next := next_number(v_series);
      UPDATE series SET next = v_next, promoted_to = NULL, closed_at = now() WHERE id = v_series.id;
      IF v_series.promoted_to IS NOT NULL THEN
        EXECUTE format('DROP SEQUENCE %s', v_series.promoted_to);
      END IF;
      v_closed := v_closed + 1;
    EXCEPTION WHEN lock_not_available THEN
      CONTINUE;
    END;
  END LOOP;
  RETURN v_closed;
END
$$;
--> statement-breakpoint
-- Whether anything has happened to numbers of a series but that it was told where to begin.
CREATE FUNCTION is_begun(p_series series) RETURNS boolean
LANGUAGE sql STABLE
RETURN EXISTS (
  SELECT FROM ledger
  WHERE tenant = p_series.tenant AND series = p_series.id AND kind <> 'begin');
--> statement-breakpoint
-- Lets a series that has not begun, and that the caller holds with its counter, go on from elsewhere with
-- number `p_next`. Nothing was passed here.
CREATE FUNCTION begin_at(p_series series, p_next bigint, p_origin integer, p_reason text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_counter(p_series, p_next, p_next, 0);
  INSERT INTO ledger (tenant, series, first, last, step, kind, origin, reason)
  VALUES (p_series.tenant, p_series.id, p_next, p_next, p_series.increment, 'begin', p_origin, p_reason);
END
$$;
--> statement-breakpoint
-- Moves the counter of a series, which the caller holds, from its next number to `p_to`, some steps ahead: what
-- it passes is skipped, or fenced: not to be given by anybody.
CREATE FUNCTION skip_to(
  p_series series, p_next bigint, p_to bigint, p_origin integer, p_reason text,
  p_kind ledger_kind DEFAULT 'skip'
) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_counter(p_series, p_to, p_series.since, p_series.passed_before);
  UPDATE series SET skipped = skipped + (p_to - p_next) / increment WHERE id = p_series.id;
  INSERT INTO ledger (tenant, series, first, last, step, kind, origin, reason)
  VALUES (p_series.tenant, p_series.id, p_next, p_to - p_series.increment, p_series.increment, p_kind,
          p_origin, p_reason);
END
$$;
--> statement-breakpoint
-- Moves a counter forward so that its next number is `p_to`; what it passes is skipped for good, with the
-- reason. A gapless one is only told where it goes on from elsewhere, before its first draw. Fails as draw_v1
-- and take_numbers do, sequence_gapless, advance_not_ahead.
CREATE FUNCTION advance_v1(
  p_caller caller, p_tenant text, p_key text, p_fingerprint bytea,
  p_sequence text, p_period text, p_definition uuid, p_to bigint, p_reason text
) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_call opened_call := open_call_v1(p_caller, p_tenant, p_key, p_fingerprint);
  v_series series;
  v_next bigint;
BEGIN
  IF v_call.answer IS NOT NULL THEN
    RETURN v_call.answer;
  END IF;
  PERFORM hold_quota(p_tenant, v_call.api_key);
  v_series := held_series(p_tenant, p_sequence, p_period, p_definition);
  v_next := next_number(v_series);
  IF v_series.mode = 'gapless' AND is_begun(v_series) THEN
    PERFORM fail('sequence_gapless', jsonb_build_object('sequence', p_sequence));
  ELSIF p_to <= v_next THEN
    PERFORM fail('advance_not_ahead', jsonb_build_object(
      'sequence', p_sequence, 'series', nullif(p_period, ''), 'next', v_next::text, 'to', p_to::text));
  END IF;
  PERFORM check_step(v_series, v_next, p_to);
  PERFORM check_room(v_series, v_next, (p_to - v_next) / v_series.increment + 1);
  IF v_series.mode = 'gapless' THEN
    PERFORM begin_at(v_series, p_to, v_call.origin, p_reason);
    RETURN answer_move(p_caller, p_tenant, p_key, p_fingerprint, 'sequence.advanced',
                       shown_move(v_series, v_next, p_to, p_reason));
  END IF;
  PERFORM take_numbers(p_tenant, v_call.api_key, (p_to - v_next) / v_series.increment);
  PERFORM skip_to(v_series, v_next, p_to, v_call.origin, p_reason);
  RETURN answer_move(p_caller, p_tenant, p_key, p_fingerprint, 'sequence.advanced',
                     shown_move(v_series, v_next, p_to, p_reason));
END
$$;
--> statement-breakpoint
-- Sets a counter back so that its next number is `p_to`: numbers from there on that were skipped, or burned
-- by a crash, may be given after all. Never to or below a number that was given or fenced, nor below a name
-- of it that was recorded by hand. One that was only told where it goes on from elsewhere is told anew. Fails as
-- draw_v1 does, rewind_not_behind, rewind_below_issued, rewind_into_fence, and as check_base does.
CREATE FUNCTION rewind_v1(
  p_caller caller, p_tenant text, p_key text, p_fingerprint bytea,
  p_sequence text, p_period text, p_definition uuid, p_to bigint, p_reason text
) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_call opened_call := open_call_v1(p_caller, p_tenant, p_key, p_fingerprint);
  v_series series;
  v_next bigint;
  v_reserved bigint;
  v_issued bigint;
  v_fenced bigint;
  v_behind bigint;
BEGIN
  IF v_call.answer IS NOT NULL THEN
    RETURN v_call.answer;
  END IF;
  v_series := held_series(p_tenant, p_sequence, p_period, p_definition);
  v_next := next_number(v_series);
  IF p_to >= v_next THEN
    PERFORM fail('rewind_not_behind', jsonb_build_object(
      'sequence', p_sequence, 'series', nullif(p_period, ''), 'next', v_next::text, 'to', p_to::text));
  END IF;
  -- Entries do not meet: the last of a kind is the highest, and what ends behind a reservation begins there.
  v_reserved := coalesce((
    SELECT last FROM ledger
    WHERE tenant = p_tenant AND series = v_series.id AND kind = 'reserved'
    ORDER BY first DESC LIMIT 1), -1);
  SELECT last, last + step INTO v_fenced, v_behind FROM ledger
  WHERE tenant = p_tenant AND series = v_series.id AND kind = 'fence' AND first > v_reserved
  ORDER BY first DESC LIMIT 1;
  v_issued := greatest(
    nullif(v_reserved, -1),
    -- Names of a run sort as their numbers do: the last of each is its highest.
    (SELECT max(l.number) FROM runs_of_numbers(
       p_tenant, v_series.id, NULL, p_to, least(v_next, 999999999999999999)) AS r
     CROSS JOIN LATERAL (
       SELECT number FROM lots
       WHERE tenant = p_tenant AND number IS NOT NULL
         AND name >= r.first_name COLLATE "C" AND name <= r.last_name COLLATE "C"
         AND in_run(lots, r.first_name, r.digits, r.suffix)
       ORDER BY name DESC LIMIT 1
     ) AS l));
  IF p_to <= v_fenced AND v_fenced > coalesce(v_issued, -1) THEN
    PERFORM fail('rewind_into_fence', jsonb_build_object(
      'sequence', p_sequence, 'series', nullif(p_period, ''), 'fenced', v_fenced::text,
      'behind', v_behind::text, 'next', v_next::text, 'to', p_to::text));
  ELSIF p_to <= v_issued THEN
    PERFORM fail('rewind_below_issued', jsonb_build_object(
      'sequence', p_sequence, 'series', nullif(p_period, ''), 'issued', v_issued::text,
      'to', p_to::text));
  END IF;
  PERFORM check_base(v_series, p_to);
  IF p_to < v_series.since THEN
    PERFORM begin_at(v_series, p_to, v_call.origin, p_reason);
    RETURN answer_move(p_caller, p_tenant, p_key, p_fingerprint, 'sequence.rewound',
                       shown_move(v_series, v_next, p_to, p_reason));
  END IF;
  PERFORM set_counter(v_series, p_to, v_series.since, v_series.passed_before);
  -- What was skipped from here on is open again; who skipped it, when and why stays.
  WITH before AS (
    SELECT * FROM ledger
    WHERE tenant = p_tenant AND series = v_series.id AND kind = 'skip' AND last >= p_to AND first > v_reserved
  ), kept AS (
    INSERT INTO reopened_skips (tenant, series, first, at, last, reopened_from)
    SELECT tenant, series, first, at, last, greatest(first, p_to) FROM before
  ), reopened AS (
    UPDATE ledger AS l SET kind = 'reopened'
    FROM before AS b
    WHERE l.tenant = p_tenant AND l.series = v_series.id AND l.kind = 'skip'
      AND l.first = b.first AND l.at = b.at AND b.first >= p_to
  ), cut AS (
    UPDATE ledger AS l SET last = p_to - l.step
    FROM before AS b
    WHERE l.tenant = p_tenant AND l.series = v_series.id AND l.kind = 'skip'
      AND l.first = b.first AND l.at = b.at AND b.first < p_to
  ), rest AS (
    INSERT INTO ledger (tenant, series, first, last, step, kind, origin, at, reason)
    SELECT tenant, series, p_to, last, step, 'reopened', origin, at, reason
    FROM before
    WHERE first < p_to
  )
  UPDATE series
  SET skipped = skipped - (
    SELECT coalesce(sum((b.last - greatest(b.first, p_to)) / b.step + 1), 0) FROM before AS b)
  WHERE id = v_series.id;
  INSERT INTO ledger (tenant, series, first, last, step, kind, origin, reason)
  VALUES (p_tenant, v_series.id, p_to, v_next - v_series.increment, v_series.increment, 'rewind',
          v_call.origin, p_reason);
  RETURN answer_move(p_caller, p_tenant, p_key, p_fingerprint, 'sequence.rewound',
                     shown_move(v_series, v_next, p_to, p_reason));
END
$$;
--> statement-breakpoint
-- Refuses to set a counter back to before numbers that it can tell of: those of its sequence, those since
-- the increment changed, and those since it goes on from elsewhere, once anything has happened to them.
-- Fails: rewind_below_start, rewind_below_begin, rewind_below_change, move_between_numbers.
CREATE FUNCTION check_base(p_series series, p_to bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_start bigint := (SELECT start FROM sequences
                     WHERE tenant = p_series.tenant AND key = p_series.sequence);
  v_facts jsonb := jsonb_build_object(
    'sequence', p_series.sequence, 'series', nullif(p_series.period, ''), 'to', p_to::text);
BEGIN
  IF p_to < p_series.since AND p_series.passed_before > 0 THEN
    PERFORM fail('rewind_below_change', v_facts || jsonb_build_object('since', p_series.since::text));
  ELSIF p_to < v_start THEN
    PERFORM fail('rewind_below_start', v_facts || jsonb_build_object('start', v_start::text));
  ELSIF p_to < p_series.since AND is_begun(p_series) THEN
    PERFORM fail('rewind_below_begin', v_facts || jsonb_build_object('begin', p_series.since::text));
  END IF;
  PERFORM check_step(p_series, p_series.since, p_to, v_start);
END
$$;
--> statement-breakpoint
-- A series of that definition, open, locked for the rest of the transaction with its counter. Fails:
-- definition_changed.
CREATE FUNCTION held_series(p_tenant text, p_sequence text, p_period text, p_definition uuid) RETURNS series
LANGUAGE plpgsql AS $$
DECLARE
  v_series series := wait_for_series((series_of(p_tenant, p_sequence, p_period, p_definition)).id);
BEGIN
  PERFORM check_definition(v_series, p_definition);
  IF v_series.closed_at IS NOT NULL THEN
    v_series := reopen_series(v_series);
  END IF;
  PERFORM hold_counter(v_series);
  RETURN v_series;
END
$$;
--> statement-breakpoint
-- Refuses a number that the counter does not come to by whole increments, ahead of `p_from` or behind it.
-- None below `p_least` is proposed instead.
CREATE FUNCTION check_step(p_series series, p_from bigint, p_to bigint, p_least bigint DEFAULT 0)
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_step bigint := p_series.increment;
  v_below bigint := p_to - ((p_to - p_from) % v_step + v_step) % v_step;
BEGIN
  IF v_below <> p_to THEN
    PERFORM fail('move_between_numbers', jsonb_build_object(
      'sequence', p_series.sequence, 'to', p_to::text, 'increment', v_step::text,
      'below', CASE WHEN v_below >= p_least THEN v_below::text END,
      'above', (v_below + v_step)::text));
  END IF;
END
$$;
--> statement-breakpoint
-- A move of a counter as the wire knows it.
CREATE FUNCTION shown_move(p_series series, p_from bigint, p_to bigint, p_reason text) RETURNS jsonb
LANGUAGE sql STABLE
RETURN jsonb_build_object(
  'sequence', p_series.sequence,
  'series', nullif(p_series.period, ''),
  'from', p_from::text,
  'to', p_to::text,
  'reason', p_reason,
  'at', wire_time(now())
);
--> statement-breakpoint
-- Records that a caller moved a counter, and the answer to it.
CREATE FUNCTION answer_move(
  p_caller caller, p_tenant text, p_key text, p_fingerprint bytea, p_action audit_action, p_move jsonb
) RETURNS jsonb
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM record_event(p_caller, p_tenant, p_action, p_move->>'sequence', p_move - '{sequence,at}'::text[]);
  RETURN answer_request_v1(p_tenant, p_key, p_fingerprint, p_move);
END
$$;
