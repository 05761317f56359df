-- What webhooks are told, and what became of telling them. See docs/using/webhooks.md.

ALTER TABLE webhooks
  -- The lengths of https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
  ADD CONSTRAINT webhooks_secret_is_long_enough CHECK (
    octet_length(secret) BETWEEN 24 AND 64
    AND (previous_secret IS NULL) = (previous_secret_until IS NULL)),
  ADD CONSTRAINT webhooks_disabled_says_why CHECK (
    (status = 'disabled') = (disabled_reason IS NOT NULL)
    AND (disabled_reason IS NULL) = (disabled_at IS NULL)),
  ADD CONSTRAINT webhooks_events_are_some CHECK (cardinality(events) > 0);
--> statement-breakpoint
ALTER TABLE webhook_deliveries
  ADD CONSTRAINT webhook_deliveries_pending_are_due CHECK (
    (status = 'pending') = (next_attempt_at IS NOT NULL)),
  ADD CONSTRAINT webhook_deliveries_attempts_are_not_negative CHECK (attempts >= 0);
--> statement-breakpoint
-- Rewritten by every attempt: leave room to do it on its own page.
ALTER TABLE webhook_deliveries SET (fillfactor = 70);
--> statement-breakpoint
-- Makes an event for these webhooks of a tenant, each with a delivery that is due at once. Whoever sent the
-- statement is told by woken_webhooks_v1 whom to set going. Returns the event's id.
CREATE FUNCTION add_event(
  p_tenant text, p_webhooks uuid[], p_type event_type, p_subject text, p_data jsonb
) RETURNS uuid
LANGUAGE plpgsql AS $$
DECLARE
  v_event uuid := gen_random_uuid();
  v_at timestamptz := clock_timestamp();
BEGIN
  -- The text that is signed and sent, so that it is the same to the byte at each attempt.
  INSERT INTO events (tenant, id, type, subject, at, payload)
  VALUES (p_tenant, v_event, p_type, p_subject, v_at,
          format('{"type":"%s","timestamp":"%s","data":%s}', p_type, wire_time(v_at), p_data));
  INSERT INTO webhook_deliveries (tenant, event, webhook, next_attempt_at, created_at)
  SELECT p_tenant, v_event, webhook, v_at, v_at FROM unnest(p_webhooks) AS webhook;
  PERFORM wake_webhook(p_tenant, webhook) FROM unnest(p_webhooks) AS webhook;
  RETURN v_event;
END
$$;
--> statement-breakpoint
-- The webhooks of a tenant that are told of events of a type; null when there are none.
CREATE FUNCTION webhooks_wanting(p_tenant text, p_type event_type) RETURNS uuid[]
LANGUAGE sql STABLE
RETURN (
  SELECT array_agg(id) FROM webhooks
  WHERE tenant = p_tenant AND status = 'enabled' AND (events IS NULL OR p_type = ANY (events))
);
--> statement-breakpoint
-- Tells of something, in the transaction that does it: each webhook that wants it gets a delivery. Where there
-- is none it is forgotten, for no more than looking that up. `p_data` is what the payload has as `data`.
CREATE FUNCTION emit_event(p_tenant text, p_type event_type, p_subject text, p_data jsonb) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_webhooks uuid[] := webhooks_wanting(p_tenant, p_type);
BEGIN
  IF v_webhooks IS NOT NULL THEN
    PERFORM add_event(p_tenant, v_webhooks, p_type, p_subject, p_data);
  END IF;
END
$$;
--> statement-breakpoint
-- Tells what a job has come to: done, failed or cancelled. With a job that is done its receipt is.
CREATE FUNCTION emit_job_event(p_tenant text, p_job uuid) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_job jobs;
BEGIN
  IF NOT EXISTS (SELECT FROM webhooks WHERE tenant = p_tenant AND status = 'enabled') THEN
    RETURN;
  END IF;
  SELECT * INTO STRICT v_job FROM jobs WHERE tenant = p_tenant AND id = p_job;
  PERFORM emit_event(
    p_tenant, ('job.' || v_job.status)::event_type, p_job::text, jsonb_build_object(
      'job', jsonb_build_object(
        'id', p_job, 'status', v_job.status,
        'total', v_job.given + v_job.chunked - v_job.put_off,
        'done', v_job.given + v_job.cursor - v_job.put_off - v_job.skipped,
        'skipped', v_job.skipped, 'error', v_job.error,
        'created_at', wire_time(v_job.created_at), 'finished_at', wire_time(v_job.finished_at))));
  IF v_job.status = 'done' AND webhooks_wanting(p_tenant, 'receipt.done') IS NOT NULL THEN
    PERFORM emit_receipt_event(r, 'receipt.done') FROM receipts AS r
    WHERE r.tenant = p_tenant AND r.job = p_job AND r.status <> 'cancelled';
  END IF;
END
$$;
--> statement-breakpoint
-- Tells that a receipt is done or cancelled.
CREATE FUNCTION emit_receipt_event(p_receipt receipts, p_type event_type) RETURNS void
LANGUAGE sql
RETURN emit_event(p_receipt.tenant, p_type, p_receipt.id::text, jsonb_build_object(
  'receipt', jsonb_build_object(
    'id', p_receipt.id, 'reference', p_receipt.reference, 'status', p_receipt.status,
    'job', p_receipt.job, 'created_at', wire_time(p_receipt.created_at),
    'cancelled_at', wire_time(p_receipt.cancelled_at), 'reason', p_receipt.reason)));
--> statement-breakpoint
-- The webhooks that the transaction has given something to send so far, each with its tenant. Volatile, so
-- that it tells what the statement that calls it has done.
CREATE FUNCTION woken_webhooks_v1() RETURNS jsonb
LANGUAGE sql VOLATILE
RETURN coalesce(nullif(current_setting('serialmint.woken', true), ''), '[]')::jsonb;
--> statement-breakpoint
-- Notes, for the rest of the transaction, that a webhook has something to be sent; once, however many events there
-- are for it.
CREATE FUNCTION wake_webhook(p_tenant text, p_webhook uuid) RETURNS void
LANGUAGE sql AS $$
  SELECT set_config('serialmint.woken', (woken_webhooks_v1() || one)::text, true)
  FROM jsonb_build_array(jsonb_build_object('tenant', p_tenant, 'webhook', p_webhook)) AS one
  WHERE NOT woken_webhooks_v1() @> one
$$;
--> statement-breakpoint
-- A webhook as the wire knows it, without its secrets.
CREATE TYPE webhook_row AS (
  id text,
  url text,
  events text[],
  description text,
  status text,
  disabled_reason text,
  disabled_at text,
  failing_since text,
  previous_secret_until text,
  created_at text,
  updated_at text,
  place text
);
--> statement-breakpoint
CREATE FUNCTION shown_webhook(p_webhook webhooks) RETURNS webhook_row
LANGUAGE sql STABLE
RETURN (
  p_webhook.id::text, p_webhook.url, p_webhook.events::text[], p_webhook.description, p_webhook.status::text,
  p_webhook.disabled_reason::text, wire_time(p_webhook.disabled_at), wire_time(p_webhook.failing_since),
  CASE WHEN p_webhook.previous_secret_until > now() THEN wire_time(p_webhook.previous_secret_until) END,
  wire_time(p_webhook.created_at), wire_time(p_webhook.updated_at), p_webhook.id::text)::webhook_row;
--> statement-breakpoint
-- The webhooks of a tenant, which its caller has entered. The Worker reads them by this: their secrets it may
-- not read but to sign.
CREATE FUNCTION webhooks_of_v1(p_tenant text) RETURNS SETOF webhook_row
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp ROWS 20 AS $$
  SELECT (shown_webhook(w)).* FROM webhooks AS w WHERE w.tenant = p_tenant ORDER BY w.id
$$;
--> statement-breakpoint
-- A webhook as an answer.
CREATE FUNCTION webhook_facts(p_webhook webhooks) RETURNS jsonb
LANGUAGE sql STABLE
RETURN to_jsonb(shown_webhook(p_webhook)) - 'place';
--> statement-breakpoint
-- What of a webhook the audit tells.
CREATE FUNCTION webhook_terms(p_webhook webhooks) RETURNS jsonb
LANGUAGE sql STABLE
RETURN jsonb_build_object(
  'url', p_webhook.url, 'events', p_webhook.events, 'description', p_webhook.description,
  'status', p_webhook.status);
--> statement-breakpoint
-- A webhook of the tenant, locked until the transaction ends. Fails: webhook_not_found.
CREATE FUNCTION hold_webhook(p_tenant text, p_id uuid) RETURNS webhooks
LANGUAGE plpgsql AS $$
DECLARE
  v_webhook webhooks;
BEGIN
  SELECT * INTO v_webhook FROM webhooks WHERE tenant = p_tenant AND id = p_id FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    PERFORM fail('webhook_not_found', jsonb_build_object('webhook', p_id));
  END IF;
  RETURN v_webhook;
END
$$;
--> statement-breakpoint
-- Refuses to send to a webhook that is disabled. Fails: webhook_disabled.
CREATE FUNCTION refuse_disabled(p_webhook webhooks) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF p_webhook.status = 'disabled' THEN
    PERFORM fail('webhook_disabled', jsonb_build_object(
      'webhook', p_webhook.id, 'reason', p_webhook.disabled_reason));
  END IF;
END
$$;
--> statement-breakpoint
-- Gives up what waits to be sent to a webhook.
CREATE FUNCTION give_up_deliveries(p_tenant text, p_webhook uuid, p_why text) RETURNS void
LANGUAGE sql AS $$
  UPDATE webhook_deliveries
  SET status = 'failed', next_attempt_at = NULL, token = NULL, last_error = p_why
  WHERE tenant = p_tenant AND webhook = p_webhook AND status = 'pending'
$$;
--> statement-breakpoint
-- Disables a webhook and gives up what waits to be sent to it.
CREATE FUNCTION disable_webhook(p_tenant text, p_webhook uuid, p_reason disabling_reason) RETURNS void
LANGUAGE sql AS $$
  UPDATE webhooks
  SET status = 'disabled', disabled_reason = p_reason, disabled_at = now(), updated_at = now()
  WHERE tenant = p_tenant AND id = p_webhook AND status = 'enabled';
  SELECT give_up_deliveries(p_tenant, p_webhook, 'The webhook was disabled.');
$$;
--> statement-breakpoint
-- Makes a webhook. `p_fields` holds url, events and description. Fails: as open_call_v1 does,
-- too_many_webhooks.
CREATE FUNCTION create_webhook_v1(
  p_caller caller, p_tenant text, p_key text, p_fingerprint bytea, p_id uuid, p_secret bytea, p_fields jsonb,
  p_most integer
) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_call opened_call := open_call_v1(p_caller, p_tenant, p_key, p_fingerprint);
  v_new webhooks := jsonb_populate_record(NULL::webhooks, p_fields);
BEGIN
  IF v_call.answer IS NOT NULL THEN
    RETURN v_call.answer;
  END IF;
  -- Two at once do not both find room for the last one.
  PERFORM FROM tenants WHERE tenant = p_tenant FOR NO KEY UPDATE;
  IF (SELECT count(*) FROM webhooks WHERE tenant = p_tenant) >= p_most THEN
    PERFORM fail('too_many_webhooks', jsonb_build_object('limit', p_most));
  END IF;
  INSERT INTO webhooks (tenant, id, url, events, description, secret)
  VALUES (p_tenant, p_id, v_new.url, v_new.events, v_new.description, p_secret)
  RETURNING * INTO v_new;
  PERFORM record_event(p_caller, p_tenant, 'webhook.created', p_id::text, webhook_terms(v_new));
  RETURN answer_request_v1(p_tenant, p_key, p_fingerprint, webhook_facts(v_new));
END
$$;
--> statement-breakpoint
-- Changes url, events, description or status to what `p_changes` holds of them. One that is enabled again, or has
-- another url, has not failed yet. Fails: as caller_v1 does, webhook_not_found.
CREATE FUNCTION change_webhook_v1(p_caller caller, p_tenant text, p_id uuid, p_changes jsonb) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_api_key integer := caller_v1(p_caller, p_tenant);
  v_old webhooks := hold_webhook(p_tenant, p_id);
  v_new webhooks := jsonb_populate_record(v_old, p_changes);
BEGIN
  IF webhook_terms(v_new) = webhook_terms(v_old) THEN
    RETURN webhook_facts(v_old);
  END IF;
  IF v_new.status = 'disabled' THEN
    PERFORM disable_webhook(p_tenant, p_id, 'asked');
  END IF;
  UPDATE webhooks
  SET url = v_new.url, events = v_new.events, description = v_new.description, status = v_new.status,
      disabled_reason = CASE v_new.status WHEN 'disabled' THEN disabled_reason END,
      disabled_at = CASE v_new.status WHEN 'disabled' THEN disabled_at END,
      failing_since = CASE WHEN v_old.status = v_new.status AND v_old.url = v_new.url THEN failing_since END,
      updated_at = now()
  WHERE tenant = p_tenant AND id = p_id
  RETURNING * INTO v_new;
  PERFORM record_event(p_caller, p_tenant, 'webhook.changed', p_id::text,
                       differences(webhook_terms(v_old), webhook_terms(v_new)));
  RETURN webhook_facts(v_new);
END
$$;
--> statement-breakpoint
-- Gives a webhook a new secret; the old one signs beside it for `p_overlap` more. `p_made` names the rotation, so
-- that who asked for it knows its answer again. Fails: as open_call_v1 does, webhook_not_found.
CREATE FUNCTION rotate_webhook_secret_v1(
  p_caller caller, p_tenant text, p_key text, p_fingerprint bytea, p_id uuid, p_made uuid, p_secret bytea,
  p_overlap interval
) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_call opened_call := open_call_v1(p_caller, p_tenant, p_key, p_fingerprint);
  v_webhook webhooks;
BEGIN
  IF v_call.answer IS NOT NULL THEN
    RETURN v_call.answer;
  END IF;
  v_webhook := hold_webhook(p_tenant, p_id);
  UPDATE webhooks
  SET secret = p_secret, previous_secret = secret, previous_secret_until = now() + p_overlap,
      updated_at = now()
  WHERE tenant = p_tenant AND id = p_id
  RETURNING * INTO v_webhook;
  PERFORM record_event(p_caller, p_tenant, 'webhook.secret_rotated', p_id::text, jsonb_build_object(
    'previous_secret_until', wire_time(v_webhook.previous_secret_until)));
  RETURN answer_request_v1(p_tenant, p_key, p_fingerprint,
                           webhook_facts(v_webhook) || jsonb_build_object('made', p_made));
END
$$;
--> statement-breakpoint
-- Removes a webhook; what waits to be sent to it is given up. Fails: as open_call_v1 does, webhook_not_found.
CREATE FUNCTION remove_webhook_v1(
  p_caller caller, p_tenant text, p_key text, p_fingerprint bytea, p_id uuid
) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_call opened_call := open_call_v1(p_caller, p_tenant, p_key, p_fingerprint);
  v_webhook webhooks;
BEGIN
  IF v_call.answer IS NOT NULL THEN
    RETURN v_call.answer;
  END IF;
  v_webhook := hold_webhook(p_tenant, p_id);
  PERFORM give_up_deliveries(p_tenant, p_id, 'The webhook was removed.');
  DELETE FROM webhooks WHERE tenant = p_tenant AND id = p_id;
  PERFORM record_event(p_caller, p_tenant, 'webhook.removed', p_id::text,
                       jsonb_build_object('url', v_webhook.url));
  RETURN answer_request_v1(p_tenant, p_key, p_fingerprint, webhook_facts(v_webhook));
END
$$;
--> statement-breakpoint
-- A delivery as the wire knows it: its id is that of its event, which the receiver is told as webhook-id.
CREATE TYPE delivery_row AS (
  id text,
  type text,
  subject text,
  status text,
  attempts integer,
  created_at text,
  last_attempt_at text,
  next_attempt_at text,
  response_status integer,
  duration_ms integer,
  last_error text,
  response_excerpt text
);
--> statement-breakpoint
CREATE FUNCTION shown_delivery(p_delivery webhook_deliveries, p_event events) RETURNS delivery_row
LANGUAGE sql STABLE
RETURN (
  p_event.id::text, p_event.type::text, p_event.subject, p_delivery.status::text, p_delivery.attempts,
  wire_time(p_delivery.created_at), wire_time(p_delivery.last_attempt_at),
  wire_time(p_delivery.next_attempt_at), p_delivery.response_status, p_delivery.duration_ms,
  p_delivery.last_error, p_delivery.response_excerpt)::delivery_row;
--> statement-breakpoint
-- A delivery with the body that it sends; null when there is none.
CREATE FUNCTION delivery_facts(p_tenant text, p_webhook uuid, p_event uuid) RETURNS jsonb
LANGUAGE sql STABLE
RETURN (
  SELECT to_jsonb(shown_delivery(d, e)) || jsonb_build_object('payload', e.payload)
  FROM webhook_deliveries AS d
  JOIN events AS e ON e.tenant = d.tenant AND e.id = d.event
  WHERE d.tenant = p_tenant AND d.webhook = p_webhook AND d.event = p_event
);
--> statement-breakpoint
-- Sends a webhook an event that is for trying it out, whatever it is told of. Fails: as open_call_v1 does,
-- webhook_not_found, webhook_disabled.
CREATE FUNCTION test_webhook_v1(
  p_caller caller, p_tenant text, p_key text, p_fingerprint bytea, p_id uuid
) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_call opened_call := open_call_v1(p_caller, p_tenant, p_key, p_fingerprint);
  v_event uuid;
BEGIN
  IF v_call.answer IS NULL THEN
    PERFORM refuse_disabled(hold_webhook(p_tenant, p_id));
    v_event := add_event(p_tenant, ARRAY[p_id], 'webhook.test', p_id::text, jsonb_build_object(
      'webhook', jsonb_build_object('id', p_id)));
    PERFORM record_event(p_caller, p_tenant, 'webhook.tested', p_id::text,
                         jsonb_build_object('delivery', v_event));
    v_call.answer := answer_request_v1(p_tenant, p_key, p_fingerprint, jsonb_build_object(
      'delivery_id', v_event, 'delivery', delivery_facts(p_tenant, p_id, v_event)));
  END IF;
  RETURN v_call.answer;
END
$$;
--> statement-breakpoint
-- Sends what a delivery sent once more, from the first attempt on; one that still waits is sent now. One that
-- is on its way just now is left alone. Fails: as open_call_v1 does, webhook_not_found, delivery_not_found,
-- webhook_disabled.
CREATE FUNCTION repeat_delivery_v1(
  p_caller caller, p_tenant text, p_key text, p_fingerprint bytea, p_webhook uuid, p_event uuid
) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_call opened_call := open_call_v1(p_caller, p_tenant, p_key, p_fingerprint);
  v_webhook webhooks;
BEGIN
  IF v_call.answer IS NULL THEN
    v_webhook := hold_webhook(p_tenant, p_webhook);
    IF NOT EXISTS (SELECT FROM webhook_deliveries
                   WHERE tenant = p_tenant AND webhook = p_webhook AND event = p_event) THEN
      PERFORM fail('delivery_not_found', jsonb_build_object('webhook', p_webhook, 'delivery', p_event));
    END IF;
    PERFORM refuse_disabled(v_webhook);
    UPDATE webhook_deliveries
    SET status = 'pending', attempts = 0, next_attempt_at = now(), token = NULL
    WHERE tenant = p_tenant AND webhook = p_webhook AND event = p_event
      AND (token IS NULL OR next_attempt_at < now());
    PERFORM wake_webhook(p_tenant, p_webhook);
    PERFORM record_event(p_caller, p_tenant, 'webhook.delivery_repeated', p_webhook::text,
                         jsonb_build_object('delivery', p_event));
    v_call.answer := answer_request_v1(p_tenant, p_key, p_fingerprint, jsonb_build_object(
      'delivery', delivery_facts(p_tenant, p_webhook, p_event)));
  END IF;
  RETURN v_call.answer;
END
$$;
--> statement-breakpoint
-- Takes the delivery of a webhook that is due for longest, to attempt it: nobody else does for `p_lease`, and then
-- anybody, should nothing be heard of it. An attempt counts from here on. What waits for a webhook that is
-- disabled is given up. Secrets are in hex, the newest first.
CREATE FUNCTION claim_delivery_v1(p_tenant text, p_webhook uuid, p_token uuid, p_lease interval)
RETURNS TABLE (event text, url text, payload text, secrets jsonb, attempt integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_webhook webhooks;
BEGIN
  PERFORM enter_tenant(p_tenant);
  SELECT * INTO v_webhook FROM webhooks WHERE tenant = p_tenant AND id = p_webhook;
  IF v_webhook.status IS DISTINCT FROM 'enabled' THEN
    PERFORM give_up_deliveries(p_tenant, p_webhook, 'The webhook was disabled.');
    RETURN;
  END IF;
  RETURN QUERY
    WITH due AS (
      SELECT d.event FROM webhook_deliveries AS d
      WHERE d.tenant = p_tenant AND d.webhook = p_webhook AND d.status = 'pending'
        AND d.next_attempt_at <= now()
      ORDER BY d.next_attempt_at
      LIMIT 1
      FOR UPDATE SKIP LOCKED
    ), claimed AS (
      UPDATE webhook_deliveries AS d
      SET attempts = d.attempts + 1, token = p_token, last_attempt_at = now(),
          next_attempt_at = now() + p_lease
      FROM due
      WHERE d.tenant = p_tenant AND d.webhook = p_webhook AND d.event = due.event
      RETURNING d.event, d.attempts
    )
    SELECT c.event::text, v_webhook.url, e.payload,
           jsonb_build_array(encode(v_webhook.secret, 'hex'))
             || CASE WHEN v_webhook.previous_secret_until > now()
                  THEN jsonb_build_array(encode(v_webhook.previous_secret, 'hex')) ELSE '[]' END,
           c.attempts
    FROM claimed AS c
    JOIN events AS e ON e.tenant = p_tenant AND e.id = c.event;
END
$$;
--> statement-breakpoint
-- What became of an attempt: `succeeded`, `failed`, or `gone` when the receiver wants no more. `url` is who was asked.
CREATE TYPE attempt_outcome AS (
  url text,
  result text,
  response_status integer,
  duration_ms integer,
  error text,
  excerpt text,
  retry_after interval
);
--> statement-breakpoint
-- Writes down what became of an attempt, once, by whoever holds it. A failed one is tried again after its
-- `retry_after`, or given up where that is null. A webhook where nothing got through for `p_patience` is disabled
-- when a delivery is given up, and so is one that is gone. Where a failure is that of an address which the webhook no
-- longer has, the new one is asked at once.
CREATE FUNCTION record_attempt_v1(
  p_tenant text, p_webhook uuid, p_event uuid, p_token uuid, p_outcome attempt_outcome, p_patience interval
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_delivery webhook_deliveries;
  v_url text;
  v_held boolean;
BEGIN
  PERFORM enter_tenant(p_tenant);
  -- The webhook before its deliveries, as everybody does who locks both.
  SELECT url INTO v_url FROM webhooks
  WHERE tenant = p_tenant AND id = p_webhook AND (p_outcome.result <> 'succeeded' OR failing_since IS NOT NULL)
  FOR NO KEY UPDATE;
  v_held := FOUND;
  IF p_outcome.result <> 'succeeded' AND v_url <> p_outcome.url THEN
    UPDATE webhook_deliveries SET next_attempt_at = now(), token = NULL
    WHERE tenant = p_tenant AND event = p_event AND webhook = p_webhook
      AND token = p_token AND status = 'pending';
    RETURN;
  END IF;
  UPDATE webhook_deliveries
  SET status = (CASE WHEN p_outcome.result = 'succeeded' THEN 'delivered'
                     WHEN p_outcome.result = 'gone' OR p_outcome.retry_after IS NULL THEN 'failed'
                     ELSE 'pending' END)::delivery_status,
      next_attempt_at = CASE WHEN p_outcome.result = 'failed' THEN now() + p_outcome.retry_after END,
      token = NULL,
      response_status = p_outcome.response_status,
      duration_ms = p_outcome.duration_ms,
      last_error = p_outcome.error,
      response_excerpt = p_outcome.excerpt
  WHERE tenant = p_tenant AND event = p_event AND webhook = p_webhook
    AND token = p_token AND status = 'pending'
  RETURNING * INTO v_delivery;
  IF NOT FOUND OR NOT v_held THEN
    RETURN;
  END IF;
  UPDATE webhooks
  SET failing_since = CASE WHEN p_outcome.result <> 'succeeded' THEN coalesce(failing_since, now()) END
  WHERE tenant = p_tenant AND id = p_webhook;
  IF p_outcome.result = 'gone' THEN
    PERFORM disable_webhook(p_tenant, p_webhook, 'gone');
  ELSIF v_delivery.status = 'failed' THEN
    PERFORM disable_webhook(p_tenant, p_webhook, 'failing') FROM webhooks
    WHERE tenant = p_tenant AND id = p_webhook AND failing_since < now() - p_patience;
  END IF;
END
$$;
--> statement-breakpoint
-- Webhooks that have something due within `p_within`, with the milliseconds until then, at most `p_limit` of
-- them in the order of tenant and id; the next ones are asked for with the last one's.
CREATE FUNCTION due_webhooks_v1(
  p_within interval, p_limit integer, p_after_tenant text, p_after uuid
) RETURNS TABLE (tenant text, webhook uuid, due_ms double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT w.tenant, w.id, (greatest(extract(epoch FROM d.next_attempt_at - now()), 0) * 1000)::double precision
  FROM webhooks AS w
  CROSS JOIN LATERAL (
    SELECT next_attempt_at FROM webhook_deliveries
    WHERE tenant = w.tenant AND webhook = w.id AND status = 'pending'
    ORDER BY next_attempt_at LIMIT 1
  ) AS d
  WHERE d.next_attempt_at < now() + p_within
    AND (p_after IS NULL OR (w.tenant, w.id) > (p_after_tenant, p_after))
  ORDER BY w.tenant, w.id
  LIMIT p_limit
$$;
--> statement-breakpoint
-- Events that were made longer ago than `p_age`, of all tenants, the oldest first: at most `p_limit` of them.
CREATE FUNCTION old_events(p_age interval, p_limit integer) RETURNS TABLE (tenant text, ids uuid[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT tenant, array_agg(id)
  FROM (SELECT tenant, id FROM events WHERE at < now() - p_age ORDER BY at LIMIT p_limit) AS old
  GROUP BY tenant
$$;
--> statement-breakpoint
-- Removes events that were made longer ago than `p_age`, at most `p_limit`, with their deliveries. Returns how
-- many.
CREATE FUNCTION expire_events_v1(p_age interval, p_limit integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_old record;
  v_removed bigint := 0;
BEGIN
  FOR v_old IN SELECT * FROM old_events(p_age, p_limit) LOOP
    PERFORM enter_tenant(v_old.tenant);
    DELETE FROM webhook_deliveries WHERE tenant = v_old.tenant AND event = ANY (v_old.ids);
    DELETE FROM events WHERE tenant = v_old.tenant AND id = ANY (v_old.ids);
    v_removed := v_removed + cardinality(v_old.ids);
  END LOOP;
  RETURN v_removed;
END
$$;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION
  webhooks_of_v1, shown_delivery, delivery_facts, create_webhook_v1, change_webhook_v1,
  rotate_webhook_secret_v1, remove_webhook_v1, test_webhook_v1, repeat_delivery_v1, woken_webhooks_v1,
  claim_delivery_v1, record_attempt_v1, due_webhooks_v1, expire_events_v1
TO serialmint_app;
