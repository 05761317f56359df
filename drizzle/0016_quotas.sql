-- What a key may use up: numbers, exactly, and requests, about. See docs/using/quotas.md.

ALTER TABLE quota_days ADD CONSTRAINT quota_days_numbers_are_not_negative CHECK (numbers >= 0);
--> statement-breakpoint
-- Rewritten by every draw: leave room to do it on its own page.
ALTER TABLE quota_days SET (fillfactor = 50);
--> statement-breakpoint
ALTER TABLE request_windows SET (fillfactor = 50);
--> statement-breakpoint
ALTER TABLE request_windows SET UNLOGGED;
--> statement-breakpoint
CREATE TYPE quota_day AS (
  day date,
  ends_at timestamptz
);
--> statement-breakpoint
-- The day on which this transaction began in the tenant's time zone, and when the next one begins.
CREATE FUNCTION quota_day_of(p_tenant text) RETURNS quota_day
LANGUAGE sql STABLE
RETURN (
  SELECT (here.day, (here.day + 1)::timestamp AT TIME ZONE zone_named(here.time_zone))::quota_day
  FROM (
    SELECT time_zone, (now() AT TIME ZONE zone_named(time_zone))::date AS day FROM settings WHERE tenant = p_tenant
  ) AS here
);
--> statement-breakpoint
-- How long until a moment, in whole seconds of at least 1.
CREATE FUNCTION seconds_until(p_moment timestamptz) RETURNS integer
LANGUAGE sql STABLE
RETURN greatest(ceil(extract(epoch FROM p_moment - now())), 1)::integer;
--> statement-breakpoint
-- Takes numbers of the quota of a key, in the transaction that uses them up and before it moves a counter:
-- what is refused or rolled back takes nothing. All that one transaction uses up is taken at once;
-- `p_before` is what earlier ones have taken for the same request. The key's day is held from then on, up to
-- four seconds in line for it (lock_not_available), by whoever takes none as well.
-- Fails: quota_count_exceeded (by itself, so that no other day helps), quota_numbers_exceeded.
CREATE FUNCTION take_numbers(
  p_tenant text, p_api_key integer, p_count bigint, p_before bigint DEFAULT 0
) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_per_request bigint;
  v_per_day bigint;
  v_today quota_day;
  v_patience text;
BEGIN
  SELECT count_per_request, numbers_per_day INTO v_per_request, v_per_day
  FROM api_keys
  WHERE tenant = p_tenant AND id = p_api_key AND coalesce(count_per_request, numbers_per_day) IS NOT NULL;
  IF p_before + p_count > v_per_request THEN
    PERFORM fail('quota_count_exceeded', jsonb_build_object(
      'limit', v_per_request::text, 'asked', (p_before + p_count)::text, 'per', 'request'));
  ELSIF p_count > v_per_day THEN
    PERFORM fail('quota_count_exceeded', jsonb_build_object(
      'limit', v_per_day::text, 'asked', p_count::text, 'per', 'day'));
  ELSIF v_per_day IS NULL THEN
    RETURN;
  END IF;

  v_today := quota_day_of(p_tenant);
  v_patience := current_setting('lock_timeout');
  PERFORM set_config('lock_timeout', '4s', true);
  INSERT INTO quota_days AS d (tenant, api_key, day, numbers)
  VALUES (p_tenant, p_api_key, v_today.day, p_count)
  ON CONFLICT (tenant, api_key, day) DO UPDATE SET numbers = d.numbers + excluded.numbers
  WHERE d.numbers + excluded.numbers <= v_per_day;
  IF NOT FOUND THEN
    PERFORM fail('quota_numbers_exceeded', jsonb_build_object(
      'limit', v_per_day::text,
      'used', (SELECT numbers::text FROM quota_days
               WHERE tenant = p_tenant AND api_key = p_api_key AND day = v_today.day),
      'asked', p_count::text,
      'resets_at', wire_time(v_today.ends_at),
      'resets_in_s', seconds_until(v_today.ends_at)));
  END IF;
  PERFORM set_config('lock_timeout', v_patience, true);
END
$$;
--> statement-breakpoint
-- Holds the day of a key that has a quota of numbers, for the rest of the transaction, until it knows how
-- many it takes. Whoever holds a day and series takes the day first.
CREATE FUNCTION hold_quota(p_tenant text, p_api_key integer) RETURNS void
LANGUAGE sql AS $$
  SELECT take_numbers(p_tenant, p_api_key, 0)
$$;
--> statement-breakpoint
-- What a key has used of its numbers of the day; null where it has no such quota.
CREATE FUNCTION numbers_today(p_key api_keys) RETURNS jsonb
LANGUAGE sql STABLE
RETURN CASE WHEN p_key.numbers_per_day IS NOT NULL THEN (
  SELECT jsonb_build_object(
    'used', coalesce((SELECT d.numbers FROM quota_days AS d
                      WHERE d.tenant = p_key.tenant AND d.api_key = p_key.id AND d.day = today.day), 0),
    'resets_in_s', seconds_until(today.ends_at))
  FROM quota_day_of(p_key.tenant) AS today
) END;
--> statement-breakpoint
-- The same for the key of that digest. Volatile, so that it tells what the statement that calls it has done.
CREATE FUNCTION numbers_today_v1(p_digest bytea) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM enter_tenant(tenant) FROM identify_v1(p_digest);
  RETURN (SELECT numbers_today(k) FROM api_keys AS k WHERE k.digest = p_digest);
END
$$;
--> statement-breakpoint
-- Whether the minute that began then has passed. One that began far in the future is of a clock that was
-- set back since.
CREATE FUNCTION is_minute_over(p_began timestamptz) RETURNS boolean
LANGUAGE sql STABLE
RETURN p_began NOT BETWEEN now() - interval '1 minute' AND now() + interval '1 minute';
--> statement-breakpoint
-- Counts a request of a key that has a quota of them. A minute begins with the first request after the one
-- before; those that are refused here do not count. Returns whether it is let in, with what is used; null
-- for a key without that quota, and for one that no call is let in with, which leaves no trace.
CREATE FUNCTION take_request_v1(p_digest bytea) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_key api_keys;
  v_window request_windows;
  v_is_let_in boolean;
BEGIN
  PERFORM enter_tenant(tenant) FROM identify_v1(p_digest);
  SELECT * INTO v_key FROM api_keys AS k
  WHERE digest = p_digest AND requests_per_minute IS NOT NULL AND key_status(k) = 'active';
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  INSERT INTO request_windows AS w (tenant, api_key, began, requests)
  VALUES (v_key.tenant, v_key.id, now(), 1)
  ON CONFLICT (tenant, api_key) DO UPDATE
  SET began = CASE WHEN is_minute_over(w.began) THEN excluded.began ELSE w.began END,
      requests = CASE WHEN is_minute_over(w.began) THEN 1 ELSE w.requests + 1 END
  WHERE is_minute_over(w.began) OR w.requests < v_key.requests_per_minute
  RETURNING * INTO v_window;
  v_is_let_in := FOUND;
  IF NOT v_is_let_in THEN
    SELECT * INTO v_window FROM request_windows WHERE tenant = v_key.tenant AND api_key = v_key.id;
  END IF;
  RETURN jsonb_build_object(
    'is_let_in', v_is_let_in,
    'requests', jsonb_build_object(
      'used', v_window.requests,
      'resets_in_s', least(seconds_until(v_window.began + interval '1 minute'), 60)),
    'numbers', numbers_today(v_key));
END
$$;
--> statement-breakpoint
-- The tenants that have something written down of days and minutes long past. Of two days ago, it is that day in
-- no time zone any more.
CREATE FUNCTION tenants_with_old_quotas() RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT tenant FROM quota_days WHERE day < current_date - 2
  UNION
  SELECT tenant FROM request_windows WHERE began < now() - interval '1 hour'
$$;
--> statement-breakpoint
-- Removes what days and minutes long past have used. Returns how many.
CREATE FUNCTION expire_quotas_v1() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_tenant text;
  v_removed bigint := 0;
BEGIN
  FOR v_tenant IN SELECT * FROM tenants_with_old_quotas() LOOP
    PERFORM enter_tenant(v_tenant);
    WITH days AS (
      DELETE FROM quota_days WHERE tenant = v_tenant AND day < current_date - 2 RETURNING 1
    ), minutes AS (
      -- One that is used just now is left.
      DELETE FROM request_windows
      WHERE (tenant, api_key) IN (
        SELECT tenant, api_key FROM request_windows
        WHERE tenant = v_tenant AND began < now() - interval '1 hour' FOR UPDATE SKIP LOCKED
      )
      RETURNING 1
    )
    SELECT v_removed + (SELECT count(*) FROM days) + (SELECT count(*) FROM minutes) INTO v_removed;
  END LOOP;
  RETURN v_removed;
END
$$;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION numbers_today_v1, take_request_v1, expire_quotas_v1 TO serialmint_app;
