-- How API keys are made, replaced and revoked. See docs/using/api-keys.md.

-- What a call about a job, a receipt, a count or a lease is about: the products of its items or lines, and the
-- sequences whose numbers these have, or that serve their products by now; of a lease the sequence that was
-- asked for it. About nothing that is told when there is no such record.
CREATE FUNCTION told_by_record(p_caller caller, p_tenant text) RETURNS caller
LANGUAGE sql STABLE AS $$
  WITH part AS (
    SELECT s.sequence, i.product
    FROM job_items AS i
    LEFT JOIN series AS s ON s.id = i.series
    WHERE i.tenant = p_tenant AND i.job = p_caller.record
    UNION ALL
    SELECT NULL, l.product FROM receipt_lines AS l
    WHERE l.tenant = p_tenant AND l.receipt = p_caller.record
    UNION ALL
    SELECT NULL, l.product FROM count_lines AS l
    WHERE l.tenant = p_tenant AND l.count = p_caller.record
    UNION ALL
    SELECT l.sequence, NULL FROM leases AS l
    WHERE l.tenant = p_tenant AND l.id = p_caller.record
  ), served AS (
    SELECT part.product, coalesce(part.sequence, p.sequence, t.default_sequence) AS sequence
    FROM part
    LEFT JOIN products AS p ON p.tenant = p_tenant AND p.sku = part.product
    LEFT JOIN settings AS t ON t.tenant = p_tenant
  )
  SELECT (p_caller.digest, p_caller.scopes,
          CASE WHEN count(*) = count(sequence) THEN array_agg(DISTINCT sequence) END,
          coalesce(array_agg(DISTINCT product) FILTER (WHERE product IS NOT NULL), CASE WHEN count(*) > 0 THEN '{}'::text[] END),
          p_caller.record, p_caller.address, p_caller.request_id)::caller
  FROM served
$$;
--> statement-breakpoint
-- An API key as the wire knows it, without its text, which nobody keeps.
CREATE TYPE api_key_row AS (
  id text,
  name text,
  prefix text,
  last_four text,
  scopes text[],
  sequences text[],
  products text[],
  quota jsonb,
  status text,
  created_at text,
  expires_at text,
  revoked_at text,
  replaced_by text,
  last_used_at text,
  place text
);
--> statement-breakpoint
-- What a key may use up; null where it has no limit.
CREATE FUNCTION quota_of(p_key api_keys) RETURNS jsonb
LANGUAGE sql IMMUTABLE
RETURN CASE
  WHEN num_nonnulls(p_key.count_per_request, p_key.numbers_per_day, p_key.requests_per_minute) > 0
    THEN jsonb_build_object('count_per_request', p_key.count_per_request,
                            'numbers_per_day', p_key.numbers_per_day,
                            'requests_per_minute', p_key.requests_per_minute)
END;
--> statement-breakpoint
-- A key as a list shows it.
CREATE FUNCTION shown_api_key(p_key api_keys) RETURNS SETOF api_key_row
LANGUAGE sql STABLE ROWS 1 AS $$
  SELECT p_key.public_id::text, p_key.name, p_key.prefix, p_key.hint, p_key.scopes::text[],
         p_key.sequences, p_key.products,
         quota_of(p_key),
         key_status(p_key),
         wire_time(p_key.created_at), wire_time(p_key.expires_at), wire_time(p_key.revoked_at),
         (SELECT k.public_id::text FROM api_keys AS k
          WHERE k.tenant = p_key.tenant AND k.id = p_key.replaced_by),
         (SELECT wire_time(u.used_at) FROM api_key_uses AS u
          WHERE u.tenant = p_key.tenant AND u.api_key = p_key.id),
         p_key.created_at || ' ' || p_key.public_id
$$;
--> statement-breakpoint
-- The same as an answer.
CREATE FUNCTION api_key_facts(p_key api_keys) RETURNS jsonb
LANGUAGE sql STABLE
RETURN (SELECT to_jsonb(r) - 'place' FROM shown_api_key(p_key) AS r);
--> statement-breakpoint
-- What a key may do, how much, and until when.
CREATE FUNCTION key_rights(p_key api_keys) RETURNS jsonb
LANGUAGE sql STABLE
RETURN jsonb_build_object(
  'name', p_key.name, 'scopes', p_key.scopes, 'sequences', p_key.sequences, 'products', p_key.products,
  'quota', quota_of(p_key), 'expires_at', wire_time(p_key.expires_at));
--> statement-breakpoint
-- Adds a key, never used yet.
CREATE FUNCTION add_api_key(p_key api_keys) RETURNS api_keys
LANGUAGE plpgsql AS $$
DECLARE
  v_key api_keys;
BEGIN
  INSERT INTO api_keys (tenant, public_id, digest, name, prefix, hint, scopes, sequences, products,
                        count_per_request, numbers_per_day, requests_per_minute, expires_at)
  VALUES (p_key.tenant, p_key.public_id, p_key.digest, p_key.name, p_key.prefix, p_key.hint,
          p_key.scopes, p_key.sequences, p_key.products, p_key.count_per_request,
          p_key.numbers_per_day, p_key.requests_per_minute, p_key.expires_at)
  RETURNING * INTO v_key;
  INSERT INTO api_key_uses (tenant, api_key) VALUES (v_key.tenant, v_key.id);
  RETURN v_key;
END
$$;
--> statement-breakpoint
-- Refuses limits that name what is not there. The naming series are, even before their first use.
-- Fails: unknown_sequence, unknown_product.
CREATE FUNCTION check_limits(p_key api_keys) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
  v_unknown text;
BEGIN
  SELECT given INTO v_unknown FROM unnest(p_key.sequences) AS given
  WHERE given <> 'naming-series'
    AND NOT EXISTS (SELECT FROM sequences WHERE tenant = p_key.tenant AND key = given)
  LIMIT 1;
  IF FOUND THEN
    PERFORM fail('unknown_sequence', jsonb_build_object('sequence', v_unknown));
  END IF;
  SELECT given INTO v_unknown FROM unnest(p_key.products) AS given
  WHERE NOT EXISTS (SELECT FROM products WHERE tenant = p_key.tenant AND sku = given)
  LIMIT 1;
  IF FOUND THEN
    PERFORM fail('unknown_product', jsonb_build_object('product', v_unknown));
  END IF;
END
$$;
--> statement-breakpoint
-- Makes a key of the text whose digest is `p_digest`. `p_fields` holds the other columns.
-- Fails: as open_call_v1 does, api_key_expiry_past, unknown_sequence, unknown_product.
CREATE FUNCTION create_api_key_v1(
  p_caller caller, p_tenant text, p_key text, p_fingerprint bytea, p_digest bytea, p_fields jsonb
) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_call opened_call := open_call_v1(p_caller, p_tenant, p_key, p_fingerprint);
  v_new api_keys := jsonb_populate_record(NULL::api_keys, p_fields);
BEGIN
  IF v_call.answer IS NOT NULL THEN
    RETURN v_call.answer;
  END IF;
  v_new.tenant := p_tenant;
  v_new.digest := p_digest;
  IF v_new.expires_at <= now() THEN
    PERFORM fail('api_key_expiry_past', jsonb_build_object('expires_at', wire_time(v_new.expires_at)));
  END IF;
  PERFORM check_limits(v_new);
  v_new := add_api_key(v_new);
  PERFORM record_event(p_caller, p_tenant, 'api_key.created', v_new.public_id::text, key_rights(v_new));
  RETURN answer_request_v1(p_tenant, p_key, p_fingerprint, api_key_facts(v_new));
END
$$;
--> statement-breakpoint
-- A key of the tenant, locked until the transaction ends. Fails: api_key_not_found.
CREATE FUNCTION hold_api_key(p_tenant text, p_id uuid) RETURNS api_keys
LANGUAGE plpgsql AS $$
DECLARE
  v_key api_keys;
BEGIN
  SELECT * INTO v_key FROM api_keys
  WHERE tenant = p_tenant AND public_id = p_id FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    PERFORM fail('api_key_not_found', jsonb_build_object('api_key', p_id));
  END IF;
  RETURN v_key;
END
$$;
--> statement-breakpoint
-- Whether a tenant has an admin key beside that one that neither is revoked nor expires. Whoever asks may take
-- that one from the tenant: they wait for others who do, and see what they left.
CREATE FUNCTION has_other_admin_key(p_key api_keys) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM tenants WHERE tenant = p_key.tenant FOR NO KEY UPDATE;
  RETURN EXISTS (
    SELECT FROM api_keys
    WHERE tenant = p_key.tenant AND id <> p_key.id
      AND 'admin' = ANY (scopes) AND revoked_at IS NULL AND expires_at IS NULL
  );
END
$$;
--> statement-breakpoint
-- Makes a key in place of another, with the same name, rights and span of life; the other one works for
-- `p_overlap` more. Where nobody else could make a key if the answer were lost, that is a minute at least.
-- Fails: as open_call_v1 does, api_key_not_found, api_key_wrong_state, last_admin_key_overlap.
CREATE FUNCTION rotate_api_key_v1(
  p_caller caller, p_tenant text, p_key text, p_fingerprint bytea,
  p_id uuid, p_digest bytea, p_fields jsonb, p_overlap interval
) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  c_least_overlap CONSTANT interval := '60 s';
  v_call opened_call := open_call_v1(p_caller, p_tenant, p_key, p_fingerprint);
  v_old api_keys;
  v_new api_keys;
  v_status text;
BEGIN
  IF v_call.answer IS NOT NULL THEN
    RETURN v_call.answer;
  END IF;
  v_old := hold_api_key(p_tenant, p_id);
  v_status := CASE WHEN v_old.replaced_by IS NOT NULL THEN 'replaced'
                   ELSE key_status(v_old) END;
  IF v_status <> 'active' THEN
    PERFORM fail('api_key_wrong_state', jsonb_build_object('api_key', p_id, 'status', v_status));
  END IF;
  IF p_overlap < c_least_overlap AND 'admin' = ANY (v_old.scopes) AND NOT has_other_admin_key(v_old) THEN
    PERFORM fail('last_admin_key_overlap', jsonb_build_object(
      'api_key', p_id, 'least', extract(epoch FROM c_least_overlap)::integer));
  END IF;
  v_new := jsonb_populate_record(v_old, p_fields);
  v_new.digest := p_digest;
  IF v_old.expires_at IS NOT NULL THEN
    -- No later than the wire can say.
    v_new.expires_at := least(now() + (v_old.expires_at - v_old.created_at), '9999-12-31T23:59:59.999Z');
  END IF;
  v_new := add_api_key(v_new);
  UPDATE api_keys
  SET expires_at = least(expires_at, now() + p_overlap), replaced_by = v_new.id
  WHERE tenant = p_tenant AND id = v_old.id
  RETURNING * INTO v_old;
  PERFORM record_event(p_caller, p_tenant, 'api_key.rotated', p_id::text, jsonb_build_object(
    'replaced_by', v_new.public_id, 'works_until', wire_time(v_old.expires_at)) || key_rights(v_new));
  RETURN answer_request_v1(p_tenant, p_key, p_fingerprint, api_key_facts(v_new));
END
$$;
--> statement-breakpoint
-- Revokes a key; one that was revoked stays so. A tenant keeps an admin key that does not expire.
-- Fails: as open_call_v1 does, api_key_not_found, last_admin_key.
CREATE FUNCTION revoke_api_key_v1(
  p_caller caller, p_tenant text, p_key text, p_fingerprint bytea, p_id uuid
) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_call opened_call := open_call_v1(p_caller, p_tenant, p_key, p_fingerprint);
  v_key api_keys;
BEGIN
  IF v_call.answer IS NOT NULL THEN
    RETURN v_call.answer;
  END IF;
  v_key := hold_api_key(p_tenant, p_id);
  IF v_key.revoked_at IS NULL THEN
    PERFORM record_event(p_caller, p_tenant, 'api_key.revoked', p_id::text,
                         jsonb_build_object('name', v_key.name));
  END IF;
  UPDATE api_keys SET revoked_at = coalesce(revoked_at, now())
  WHERE tenant = p_tenant AND id = v_key.id
  RETURNING * INTO v_key;
  IF 'admin' = ANY (v_key.scopes) AND NOT has_other_admin_key(v_key) THEN
    PERFORM fail('last_admin_key', jsonb_build_object('api_key', p_id));
  END IF;
  RETURN answer_request_v1(p_tenant, p_key, p_fingerprint, api_key_facts(v_key));
END
$$;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION
  shown_api_key, key_status, quota_of, create_api_key_v1, rotate_api_key_v1, revoke_api_key_v1
TO serialmint_app;
