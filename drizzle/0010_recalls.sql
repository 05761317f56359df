-- Recalls: what they cover, and where it went. See docs/using/recalls.md.

-- A recall as the wire knows it; null when there is none. As json, since a list within a list of jsonb
-- takes time by the square of its length.
CREATE FUNCTION recall_facts(p_tenant text, p_recall uuid) RETURNS json
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
RETURN (
  SELECT json_build_object(
    'id', r.id,
    'reference', r.reference,
    'reason', r.reason,
    'status', CASE WHEN r.closed_at IS NULL THEN 'open' ELSE 'closed' END,
    'opened_at', wire_time(r.opened_at),
    'opened_by', opener.name,
    'closed_at', wire_time(r.closed_at),
    'closed_by', closer.name,
    'closing_reason', r.closing_reason,
    'covers', (
      SELECT json_agg(json_build_object(
        'kind', p.kind,
        'product', p.product,
        'sequence', s.sequence,
        'series', nullif(s.period, ''),
        'reservation', reservation_id(s.sequence, s.period, p.reservation),
        'first', p.first::text,
        'last', p.last::text,
        'created_from', wire_time(p.created_from),
        'created_to', wire_time(p.created_to),
        'receipt', p.receipt,
        'names', (
          SELECT json_agg(n.name ORDER BY n.name) FROM recall_names AS n
          WHERE n.tenant = p.tenant AND n.recall = p.recall AND n.part = p.ordinal
        )
      ) ORDER BY p.ordinal)
      FROM recall_parts AS p
      LEFT JOIN series AS s ON s.id = p.series
      WHERE p.tenant = r.tenant AND p.recall = r.id
    )
  )
  FROM recalls AS r
  LEFT JOIN api_keys AS opener ON opener.tenant = r.tenant AND opener.id = r.api_key
  LEFT JOIN api_keys AS closer ON closer.tenant = r.tenant AND closer.id = r.closed_by
  WHERE r.tenant = p_tenant AND r.id = p_recall
);
--> statement-breakpoint
-- Opens a recall over `p_parts`, each a lot_selection, a product with `created_from` and `created_to`, or
-- a `receipt` that the caller has seen, with or without a product. Fails: unknown_lots, and as
-- resolve_selection.
CREATE FUNCTION open_recall_v1(
  p_caller caller, p_tenant text, p_key text, p_fingerprint bytea,
  p_recall uuid, p_reference text, p_reason text, p_parts jsonb
) RETURNS json
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_call opened_call := open_call_v1(p_caller, p_tenant, p_key, p_fingerprint);
  v_part jsonb;
  v_ordinal integer;
  v_lots lot_selection;
BEGIN
  IF v_call.answer IS NULL THEN
    INSERT INTO recalls (tenant, id, reference, reason, api_key)
    VALUES (p_tenant, p_recall, p_reference, p_reason, v_call.api_key);
    FOR v_part, v_ordinal IN
      SELECT given.part, given.ordinal FROM jsonb_array_elements(p_parts) WITH ORDINALITY
        AS given (part, ordinal)
      ORDER BY given.ordinal
    LOOP
      v_lots := jsonb_populate_record(NULL::lot_selection, v_part);
      IF v_lots.product IS NOT NULL THEN
        v_lots := resolve_selection(p_tenant, v_lots);
      END IF;
      IF v_lots.names IS NOT NULL THEN
        PERFORM check_lots_exist(p_tenant, v_lots.product, v_lots.names);
      END IF;
      INSERT INTO recall_parts (tenant, recall, ordinal, kind, product, series, reservation, first,
                                last, created_from, created_to, receipt)
      VALUES (p_tenant, p_recall, v_ordinal,
              CASE WHEN v_lots.names IS NOT NULL THEN 'names'
                   WHEN v_lots.reservation IS NOT NULL THEN 'reservation'
                   WHEN v_lots.series IS NOT NULL THEN 'numbers'
                   WHEN v_part ? 'receipt' THEN 'receipt'
                   ELSE 'created' END::recall_part_kind,
              v_lots.product, v_lots.series, v_lots.reservation, v_lots.first, v_lots.last,
              (v_part->>'created_from')::timestamptz, (v_part->>'created_to')::timestamptz,
              (v_part->>'receipt')::uuid);
      INSERT INTO recall_names (tenant, recall, part, name)
      SELECT p_tenant, p_recall, v_ordinal, name FROM unnest(v_lots.names) AS name
      ORDER BY name COLLATE "C";
    END LOOP;
    PERFORM record_event(p_caller, p_tenant, 'recall.opened', p_recall::text, jsonb_build_object(
      'reference', p_reference, 'reason', p_reason, 'parts', jsonb_array_length(p_parts)));
    v_call.answer := answer_request_v1(p_tenant, p_key, p_fingerprint,
                                  jsonb_build_object('recall_id', p_recall));
  END IF;
  RETURN json_build_object('replayed', v_call.answer->'replayed',
                           'recall', recall_facts(p_tenant, (v_call.answer->>'recall_id')::uuid));
END
$$;
--> statement-breakpoint
-- Closes an open recall. Fails: recall_not_found, recall_closed.
CREATE FUNCTION close_recall_v1(
  p_caller caller, p_tenant text, p_key text, p_fingerprint bytea, p_recall uuid, p_reason text
) RETURNS json
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_call opened_call := open_call_v1(p_caller, p_tenant, p_key, p_fingerprint);
  v_recall recalls;
BEGIN
  IF v_call.answer IS NULL THEN
    SELECT * INTO v_recall FROM recalls WHERE tenant = p_tenant AND id = p_recall FOR UPDATE;
    IF NOT FOUND THEN
      PERFORM fail('recall_not_found', jsonb_build_object('recall', p_recall));
    ELSIF v_recall.closed_at IS NOT NULL THEN
      PERFORM fail('recall_closed', jsonb_build_object(
        'recall', p_recall, 'closed_at', wire_time(v_recall.closed_at)));
    END IF;
    UPDATE recalls
    SET closed_at = now(), closed_by = v_call.api_key, closing_reason = p_reason
    WHERE tenant = p_tenant AND id = p_recall;
    PERFORM record_event(p_caller, p_tenant, 'recall.closed', p_recall::text, jsonb_build_object(
      'reference', v_recall.reference, 'reason', p_reason));
    v_call.answer := answer_request_v1(p_tenant, p_key, p_fingerprint,
                                  jsonb_build_object('recall_id', p_recall));
  END IF;
  RETURN json_build_object('replayed', v_call.answer->'replayed',
                           'recall', recall_facts(p_tenant, p_recall));
END
$$;
--> statement-breakpoint
-- A lot, and where in a part it stands: by the form and digits of its name, or, for lots told by when they
-- were recorded or by a receipt, by its item and index.
CREATE TYPE part_place AS (product text, name text, major bigint, minor bigint);
--> statement-breakpoint
-- The next lots of a part behind a place, at most `p_limit`. What was recorded after `p_until` is left out.
CREATE FUNCTION lots_of_part(
  p_part recall_parts, p_behind part_place, p_until timestamptz, p_limit integer
) RETURNS SETOF part_place
LANGUAGE plpgsql STABLE SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE
  v_filter lot_filter;
  v_run record;
  v_left integer := p_limit;
  v_found integer;
BEGIN
  IF p_part.kind = 'names' THEN
    RETURN QUERY
      SELECT p_part.product, n.name, 0::bigint, 0::bigint
      FROM recall_names AS n
      CROSS JOIN LATERAL (
        SELECT created_at FROM lots
        WHERE tenant = p_part.tenant AND name = n.name AND product = p_part.product LIMIT 1
      ) AS l
      WHERE n.tenant = p_part.tenant AND n.recall = p_part.recall AND n.part = p_part.ordinal
        AND n.name > p_behind.name AND l.created_at <= p_until
      ORDER BY n.name
      LIMIT p_limit;
  ELSIF p_part.kind = 'receipt' THEN
    v_filter.product := p_part.product;
    v_filter.receipt := p_part.receipt;
    v_filter.created_to := p_until;
    RETURN QUERY
      SELECT l.product, l.name, split_part(l.place, '.', 1)::bigint,
             split_part(l.place, '.', 2)::bigint
      FROM lots_of_receipt_v1(p_part.tenant, v_filter, p_behind.major, p_behind.minor, p_limit) AS l;
  ELSIF p_part.kind = 'created' THEN
    v_filter.product := p_part.product;
    v_filter.created_from := p_part.created_from;
    v_filter.created_to := least(p_part.created_to, p_until);
    RETURN QUERY
      SELECT l.product, l.name, split_part(l.place, '.', 1)::bigint,
             split_part(l.place, '.', 2)::bigint
      FROM list_lots_v1(p_part.tenant, v_filter, NULL, NULL, NULL, p_behind.major, p_behind.minor,
                        p_limit) AS l;
  ELSE
    FOR v_run IN
      SELECT * FROM runs_of_numbers(p_part.tenant, p_part.series, p_part.reservation, p_part.first,
                                    p_part.last) AS r
      WHERE (r.form, r.digits) >= (p_behind.major, p_behind.minor)
      ORDER BY r.form, r.digits
    LOOP
      RETURN QUERY
        SELECT l.product, l.name, v_run.form, v_run.digits::bigint
        FROM lots AS l
        WHERE l.tenant = p_part.tenant AND l.product = p_part.product
          AND l.name >= v_run.first_name COLLATE "C" AND l.name <= v_run.last_name COLLATE "C"
          AND l.name > CASE WHEN (v_run.form, v_run.digits) = (p_behind.major, p_behind.minor)
                       THEN p_behind.name ELSE '' END COLLATE "C"
          AND in_run(l, v_run.first_name, v_run.digits, v_run.suffix)
          AND (SELECT of_series(i.series, i.reservation, p_part.series, p_part.reservation)
               FROM job_items AS i WHERE i.tenant = l.tenant AND i.id = l.item)
          AND l.created_at <= p_until
        ORDER BY l.name
        LIMIT v_left;
      GET DIAGNOSTICS v_found = ROW_COUNT;
      v_left := v_left - v_found;
      EXIT WHEN v_left = 0;
    END LOOP;
  END IF;
END
$$;
--> statement-breakpoint
-- Whether a lot has the name of one of these numbers of a series.
CREATE FUNCTION in_numbers(p_lot lots, p_series bigint, p_first bigint, p_last bigint) RETURNS boolean
LANGUAGE sql STABLE
RETURN EXISTS (
  SELECT FROM runs_of_numbers(p_lot.tenant, p_series, NULL, p_first, p_last) AS r
  WHERE p_lot.name >= r.first_name COLLATE "C" AND p_lot.name <= r.last_name COLLATE "C"
    AND in_run(p_lot, r.first_name, r.digits, r.suffix)
);
--> statement-breakpoint
-- A lot of a recall, with where it went last.
CREATE TYPE recalled_lot AS (
  product text,
  name text,
  state text,
  quantity text,
  location text,
  expires_on date,
  party text,
  reference text,
  shipped_at text,
  place text
);
--> statement-breakpoint
-- The lots that a recall covers, each once, in the order of its parts and within one in that of the
-- numbers, the names, the creation, or the receipt; behind the place `p_name`, `p_major`, `p_minor` of part `p_part`.
-- A recall that is closed covers what was recorded until then.
CREATE FUNCTION recall_lots_v1(
  p_tenant text, p_recall uuid, p_part integer, p_name text, p_major bigint, p_minor bigint,
  p_limit integer
) RETURNS SETOF recalled_lot
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off AS $$
DECLARE
  v_until CONSTANT timestamptz := coalesce(
    (SELECT closed_at FROM recalls WHERE tenant = p_tenant AND id = p_recall), 'infinity');
  v_part recall_parts;
  v_behind part_place := (NULL, p_name, p_major, p_minor)::part_place;
  v_page part_place[];
  v_left integer := p_limit;
  v_asked integer;
  v_found integer;
BEGIN
  FOR v_part IN
    SELECT * FROM recall_parts
    WHERE tenant = p_tenant AND recall = p_recall AND ordinal >= p_part
    ORDER BY ordinal
  LOOP
    LOOP
      v_asked := v_left;
      v_page := ARRAY(SELECT l FROM lots_of_part(v_part, v_behind, v_until, v_asked) AS l);
      RETURN QUERY
        SELECT l.product, l.name, l.state::text, l.quantity::text, l.location, l.expires_on, c.party,
               c.reference, wire_time(c.at),
               v_part.ordinal || '.' || f.major || '.' || f.minor || '.' || l.name
        FROM unnest(v_page) WITH ORDINALITY AS f (product, name, major, minor, index)
        CROSS JOIN LATERAL (
          SELECT o.* FROM lots AS o
          WHERE o.tenant = p_tenant AND o.name = f.name COLLATE "C" AND o.product = f.product
            AND NOT EXISTS (
              -- A part before this one that covers it as well.
              SELECT FROM recall_parts AS p
              WHERE p.tenant = p_tenant AND p.recall = p_recall AND p.ordinal < v_part.ordinal
                AND coalesce(p.product, o.product) = o.product
                AND CASE p.kind
                  WHEN 'names' THEN EXISTS (
                    SELECT FROM recall_names AS n
                    WHERE n.tenant = p_tenant AND n.recall = p_recall AND n.part = p.ordinal
                      AND n.name = o.name
                  )
                  WHEN 'created' THEN o.created_at >= coalesce(p.created_from, '-infinity')
                                  AND o.created_at < coalesce(p.created_to, 'infinity')
                  WHEN 'receipt' THEN in_receipt(o, p.receipt)
                  ELSE (
                    SELECT of_series(i.series, i.reservation, p.series, p.reservation)
                       AND CASE WHEN i.series IS NOT NULL THEN o.number BETWEEN p.first AND p.last
                           ELSE in_numbers(o, p.series, p.first, p.last) END
                    FROM job_items AS i WHERE i.tenant = o.tenant AND i.id = o.item
                  )
                END
            )
          LIMIT 1
        ) AS l
        LEFT JOIN LATERAL last_change_to(p_tenant, l.product, l.name, 'shipped') AS c ON true
        ORDER BY f.index;
      GET DIAGNOSTICS v_found = ROW_COUNT;
      v_left := v_left - v_found;
      IF v_left = 0 THEN
        RETURN;
      END IF;
      EXIT WHEN cardinality(v_page) < v_asked;
      v_behind := v_page[cardinality(v_page)];
    END LOOP;
    v_behind := (NULL, '', 0, -1)::part_place;
  END LOOP;
END
$$;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION recall_facts, open_recall_v1, close_recall_v1, recall_lots_v1
TO serialmint_app;
