-- Refuses the running call: nothing it did remains. `facts` are what the answer tells the caller.
CREATE FUNCTION fail(code text, facts jsonb) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'SM001', MESSAGE = code, DETAIL = facts::text;
END
$$;
--> statement-breakpoint
-- The one SQL rendering of a number: zero padded to `width`, never cut.
CREATE FUNCTION render_name(prefix text, number bigint, width integer, suffix text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN prefix || lpad(number::text, greatest(width, length(number::text)), '0') || suffix;
--> statement-breakpoint
-- A reservation's public name: its sequence, its period if it has one, its first number.
CREATE FUNCTION reservation_id(sequence text, period text, first bigint) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN sequence || ':' || CASE period WHEN '' THEN '' ELSE period || ':' END || first::text;
--> statement-breakpoint
-- A moment on the wire: RFC 3339 in UTC, to the millisecond.
CREATE FUNCTION wire_time(moment timestamptz) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
--> statement-breakpoint
-- The tenant whose rows the transaction sees and writes from here on, whatever its statements ask for: every
-- table has a policy that holds it to that (0022_tenants_apart.sql). Of none, nothing is seen.
CREATE FUNCTION enter_tenant(p_tenant text) RETURNS text
LANGUAGE sql
RETURN set_config('serialmint.tenant', p_tenant, true);
--> statement-breakpoint
-- The tenant that was entered, or nothing.
CREATE FUNCTION entered_tenant() RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN current_setting('serialmint.tenant', true);
--> statement-breakpoint
-- Whose an API key is, by the key's SHA-256, and its quota; nothing if there is no such key.
CREATE FUNCTION identify_v1(p_digest bytea)
RETURNS TABLE (tenant text, count_per_request bigint, numbers_per_day bigint, requests_per_minute integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT tenant, count_per_request, numbers_per_day, requests_per_minute FROM api_keys WHERE digest = p_digest
$$;
--> statement-breakpoint
-- Who calls: the digest of their API key, the scopes of which any suffices for the call, and the sequences
-- and products that the call is about; null where it may be about any. Of a call about a job, a receipt or a
-- count, `record` is its id, and the store knows which those are. `address` is where it comes from, null when
-- nobody told; `request_id` is what the log calls it.
CREATE TYPE caller AS (
  digest bytea,
  scopes api_scope[],
  sequences text[],
  products text[],
  record uuid,
  address text,
  request_id text
);
--> statement-breakpoint
-- Whether a key has one of the scopes that suffice for a call; admin always does.
CREATE FUNCTION has_scope(p_key api_keys, p_caller caller) RETURNS boolean
LANGUAGE sql IMMUTABLE
RETURN coalesce(p_key.scopes && p_caller.scopes, false) OR 'admin' = ANY (p_key.scopes);
--> statement-breakpoint
-- Whether a call is about nothing but what a key is limited to. A key that is limited to products alone
-- is for calls that are about a product.
CREATE FUNCTION is_within_limits(p_key api_keys, p_caller caller) RETURNS boolean
LANGUAGE sql IMMUTABLE
RETURN (p_key.sequences IS NULL OR coalesce(p_caller.sequences <@ p_key.sequences, false))
   AND (p_key.products IS NULL
        OR coalesce(p_caller.products <@ p_key.products, false)
           AND (p_key.sequences IS NOT NULL OR cardinality(p_caller.products) > 0));
--> statement-breakpoint
-- Whether a key works: it is active unless it was revoked or has expired.
CREATE FUNCTION key_status(p_key api_keys) RETURNS text
LANGUAGE sql STABLE
RETURN CASE WHEN p_key.revoked_at IS NOT NULL THEN 'revoked'
            WHEN p_key.expires_at <= now() THEN 'expired'
            ELSE 'active' END;
--> statement-breakpoint
-- Refuses a call that a key does not allow. Fails: api_key_revoked, api_key_expired, scope_missing,
-- api_key_limited.
CREATE FUNCTION check_key(p_key api_keys, p_caller caller) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF p_caller.record IS NOT NULL AND coalesce(p_key.sequences, p_key.products) IS NOT NULL THEN
    p_caller := told_by_record(p_caller, p_key.tenant);
  END IF;
  IF key_status(p_key) = 'revoked' THEN
    PERFORM fail('api_key_revoked', '{}');
  ELSIF key_status(p_key) = 'expired' THEN
    PERFORM fail('api_key_expired', jsonb_build_object('expired_at', wire_time(p_key.expires_at)));
  ELSIF NOT has_scope(p_key, p_caller) THEN
    PERFORM fail('scope_missing', jsonb_build_object('needed', p_caller.scopes, 'held', p_key.scopes));
  ELSIF NOT is_within_limits(p_key, p_caller) THEN
    PERFORM fail('api_key_limited', jsonb_build_object(
      'sequences', p_caller.sequences, 'products', p_caller.products,
      'limited_to', jsonb_build_object('sequences', p_key.sequences, 'products', p_key.products)));
  END IF;
END
$$;
--> statement-breakpoint
-- Whether a key's last use was long ago for a new one to be noted.
CREATE FUNCTION is_use_old(p_used_at timestamptz) RETURNS boolean
LANGUAGE sql STABLE
RETURN coalesce(p_used_at < now() - interval '1 minute', true);
--> statement-breakpoint
-- Notes that a key is used, once a minute. Whoever finds another noting it leaves that to them, so that a
-- long transaction holds up nobody.
CREATE FUNCTION note_use(p_tenant text, p_api_key integer) RETURNS void
LANGUAGE sql AS $$
  UPDATE api_key_uses SET used_at = now()
  WHERE (tenant, api_key) = (
    SELECT tenant, api_key FROM api_key_uses
    WHERE tenant = p_tenant AND api_key = p_api_key AND is_use_old(used_at)
    FOR NO KEY UPDATE SKIP LOCKED
  )
$$;
--> statement-breakpoint
-- The id of the caller's API key, whose use is noted. What follows in the transaction is the tenant's.
-- Fails: api_key_unknown, and as check_key does.
CREATE FUNCTION caller_v1(p_caller caller, p_tenant text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_key api_keys;
BEGIN
  PERFORM enter_tenant(p_tenant);
  SELECT * INTO v_key FROM api_keys WHERE digest = p_caller.digest AND tenant = p_tenant;
  IF NOT FOUND THEN
    PERFORM fail('api_key_unknown', '{}');
  END IF;
  PERFORM check_key(v_key, p_caller);
  PERFORM note_use(p_tenant, v_key.id);
  RETURN v_key.id;
END
$$;
--> statement-breakpoint
-- The id of where calls come from: an API key and an address, null when nobody told. Made at the first call,
-- by several at once as by one.
CREATE FUNCTION origin_of(p_tenant text, p_api_key integer, p_address text) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
  v_origin integer;
BEGIN
  LOOP
    SELECT id INTO v_origin FROM origins
    WHERE tenant = p_tenant AND api_key = p_api_key AND address = coalesce(p_address, '');
    IF FOUND THEN
      RETURN v_origin;
    END IF;
    -- Waits for whoever makes it just now, and finds it when it looks again.
    INSERT INTO origins (tenant, api_key, address)
    VALUES (p_tenant, p_api_key, coalesce(p_address, ''))
    ON CONFLICT DO NOTHING;
  END LOOP;
END
$$;
--> statement-breakpoint
-- The API key of an origin.
CREATE FUNCTION key_of_origin(p_tenant text, p_origin integer) RETURNS integer
LANGUAGE sql STABLE
RETURN (SELECT api_key FROM origins WHERE tenant = p_tenant AND id = p_origin);
--> statement-breakpoint
CREATE TYPE opened_call AS (
  api_key integer,
  origin integer,
  answer jsonb,
  has_quota boolean
);
--> statement-breakpoint
-- Opens an idempotent call: the id of the caller's API key, where the call comes from, whether the key has a
-- quota of numbers, and the answer that was recorded for the call's key, or null when the call is the first and
-- now holds the key until it ends. The lock is tried before the look, so that the look sees a twin that ended
-- before; without the lock only a recorded answer counts, since its twin may still be running. A replay may
-- have no origin: it does nothing.
-- The key is checked before anything that was recorded counts.
-- Fails: as caller_v1 does, idempotency_key_reused (the key belongs to another request),
-- request_in_flight (its twin runs).
CREATE FUNCTION open_call_v1(p_caller caller, p_tenant text, p_key text, p_fingerprint bytea)
RETURNS opened_call
LANGUAGE plpgsql AS $$
DECLARE
  -- Seed 0: requests; seed 1: a tenant's products (hold_products).
  v_held boolean := pg_try_advisory_xact_lock(hashtextextended(p_tenant || ' ' || p_key, 0));
  v_call opened_call;
  v_is_plain boolean;
  v_fingerprint bytea;
BEGIN
  PERFORM enter_tenant(p_tenant);
  -- Most calls are of a key that allows them and was used within the minute: one look tells.
  SELECT k.id, o.id,
         key_status(k) = 'active' AND has_scope(k, p_caller) AND is_within_limits(k, p_caller)
           AND NOT is_use_old(u.used_at),
         coalesce(k.count_per_request, k.numbers_per_day) IS NOT NULL, r.fingerprint, r.answer
  INTO v_call.api_key, v_call.origin, v_is_plain, v_call.has_quota, v_fingerprint, v_call.answer
  FROM api_keys AS k
  LEFT JOIN origins AS o
    ON o.tenant = k.tenant AND o.api_key = k.id AND o.address = coalesce(p_caller.address, '')
  LEFT JOIN api_key_uses AS u ON u.tenant = k.tenant AND u.api_key = k.id
  LEFT JOIN requests AS r ON r.tenant = p_tenant AND r.key = p_key
  WHERE k.digest = p_caller.digest AND k.tenant = p_tenant;
  IF v_is_plain IS NOT TRUE THEN
    v_call.api_key := caller_v1(p_caller, p_tenant);
  END IF;
  IF v_fingerprint <> p_fingerprint THEN
    PERFORM fail('idempotency_key_reused', '{}');
  ELSIF v_call.answer IS NULL AND NOT v_held THEN
    PERFORM fail('request_in_flight', '{}');
  END IF;
  IF v_call.origin IS NULL AND v_call.answer IS NULL THEN
    v_call.origin := origin_of(p_tenant, v_call.api_key, p_caller.address);
  END IF;
  v_call.answer := v_call.answer || '{"replayed": true}';
  RETURN v_call;
END
$$;
--> statement-breakpoint
-- Records the answer of an open call, in the transaction that did its work.
CREATE FUNCTION answer_request_v1(p_tenant text, p_key text, p_fingerprint bytea, p_answer jsonb)
RETURNS jsonb
LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO requests (tenant, key, fingerprint, answer, expires_at)
  VALUES (p_tenant, p_key, p_fingerprint, p_answer, now() + interval '30 days');
  RETURN p_answer || '{"replayed": false}';
END
$$;
--> statement-breakpoint
-- Answers past their time, of all tenants, the oldest first: at most `p_limit` of them.
CREATE FUNCTION expired_requests(p_limit integer) RETURNS TABLE (tenant text, keys text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT tenant, array_agg(key)
  FROM (
    SELECT tenant, key FROM requests WHERE expires_at < now() ORDER BY expires_at LIMIT p_limit
  ) AS expired
  GROUP BY tenant
$$;
--> statement-breakpoint
-- Removes answers past their time, at most `p_limit` of them. Returns how many.
CREATE FUNCTION expire_requests_v1(p_limit integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_expired record;
  v_removed bigint := 0;
BEGIN
  FOR v_expired IN SELECT * FROM expired_requests(p_limit) LOOP
    PERFORM enter_tenant(v_expired.tenant);
    WITH removed AS (
      DELETE FROM requests
      WHERE (tenant, key) IN (
        SELECT tenant, key FROM requests
        WHERE tenant = v_expired.tenant AND key = ANY (v_expired.keys) AND expires_at < now()
        FOR UPDATE SKIP LOCKED
      )
      RETURNING 1
    )
    SELECT v_removed + count(*) INTO v_removed FROM removed;
  END LOOP;
  RETURN v_removed;
END
$$;
