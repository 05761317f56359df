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
-- The id of the caller's API key. Fails: api_key_unknown, api_key_revoked.
CREATE FUNCTION caller_v1(p_digest bytea, p_tenant text) RETURNS integer
LANGUAGE plpgsql STABLE AS $$
DECLARE
  v_key api_keys;
BEGIN
  SELECT * INTO v_key FROM api_keys WHERE digest = p_digest AND tenant = p_tenant;
  IF NOT FOUND THEN
    PERFORM fail('api_key_unknown', '{}');
  ELSIF v_key.revoked_at IS NOT NULL THEN
    PERFORM fail('api_key_revoked', '{}');
  END IF;
  RETURN v_key.id;
END
$$;
--> statement-breakpoint
CREATE TYPE opened_call AS (
  api_key integer,
  answer jsonb
);
--> statement-breakpoint
-- Opens an idempotent call: the id of the caller's API key, and the answer that was recorded for the
-- call's key, or null when the call is the first and now holds the key until it ends. The lock is tried
-- before the look, so that the look sees a twin that ended before; without the lock only a recorded
-- answer counts, since its twin may still be running.
-- Fails: api_key_unknown, api_key_revoked, idempotency_key_reused (the key belongs to another request),
-- request_in_flight (its twin runs).
CREATE FUNCTION open_call_v1(p_digest bytea, p_tenant text, p_key text, p_fingerprint bytea)
RETURNS opened_call
LANGUAGE plpgsql AS $$
DECLARE
  -- Seed 0: requests; seed 1: a tenant's products (hold_products).
  v_held boolean := pg_try_advisory_xact_lock(hashtextextended(p_tenant || ' ' || p_key, 0));
  v_call opened_call;
  v_revoked timestamptz;
  v_fingerprint bytea;
BEGIN
  SELECT k.id, k.revoked_at, r.fingerprint, r.answer
  INTO v_call.api_key, v_revoked, v_fingerprint, v_call.answer
  FROM api_keys AS k
  LEFT JOIN requests AS r ON r.tenant = p_tenant AND r.key = p_key
  WHERE k.digest = p_digest AND k.tenant = p_tenant;
  IF v_call.api_key IS NULL THEN
    PERFORM fail('api_key_unknown', '{}');
  ELSIF v_revoked IS NOT NULL THEN
    PERFORM fail('api_key_revoked', '{}');
  ELSIF v_fingerprint <> p_fingerprint THEN
    PERFORM fail('idempotency_key_reused', '{}');
  ELSIF v_call.answer IS NULL AND NOT v_held THEN
    PERFORM fail('request_in_flight', '{}');
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
-- Removes answers past their time, at most `p_limit` of them. Returns how many.
CREATE FUNCTION expire_requests_v1(p_limit integer) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH expired AS (
    DELETE FROM requests
    WHERE (tenant, key) IN (
      SELECT tenant, key FROM requests WHERE expires_at < now()
      ORDER BY expires_at LIMIT p_limit FOR UPDATE SKIP LOCKED
    )
    RETURNING 1
  )
  SELECT count(*) FROM expired
$$;
