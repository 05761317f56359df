-- Physical inventories: what was counted beside what is recorded. See docs/using/counts.md.

ALTER TABLE counts
  ADD CONSTRAINT counts_reference_is_short CHECK (char_length(reference) BETWEEN 1 AND 200),
  ADD CONSTRAINT counts_applying_is_whole CHECK (
    (status = 'applied') = (applied_at IS NOT NULL) AND (applied_at IS NULL) = (applied_by IS NULL)
  );
--> statement-breakpoint
ALTER TABLE count_lines
  ADD CONSTRAINT count_lines_of_count FOREIGN KEY (tenant, count) REFERENCES counts (tenant, id),
  ADD CONSTRAINT count_lines_quantity_is_not_negative CHECK (counted_quantity >= 0);
--> statement-breakpoint
-- The quantities of the available lots of products, by product and location. Lots of a run are as their
-- item made them unless they are not available or were moved or counted since, so that what is read grows
-- with the products' jobs, with those lots and with names made elsewhere, not with all of their lots. Each
-- name is looked up by itself (LIMIT 1 keeps it so): a plan made before the statistics know of a large job
-- takes the lots for few, and would compare each of them with each name.
CREATE FUNCTION available_stock(p_tenant text, p_products text[])
RETURNS TABLE (product text, location text, quantity numeric)
LANGUAGE sql STABLE SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
  WITH cancelled AS MATERIALIZED (
    -- Its lots are gone.
    SELECT job FROM receipts WHERE tenant = p_tenant AND status = 'cancelled' AND job IS NOT NULL
  ), run AS (
    SELECT i.product, i.location,
           (least(greatest(j.cursor - i.start, 0), i.count) - i.skipped) * i.quantity AS quantity
    FROM job_items AS i
    JOIN jobs AS j ON j.tenant = i.tenant AND j.id = i.job
    WHERE i.tenant = p_tenant AND i.product = ANY (p_products) AND i.names IS NULL
      AND i.job NOT IN (SELECT job FROM cancelled)
  ), away AS (
    SELECT l.item, NULL::text AS location, 0::numeric AS quantity, count(*) AS lots
    FROM unnest(lot_states()) AS one (state)
    JOIN lots AS l ON l.tenant = p_tenant AND l.state = one.state AND l.product = ANY (p_products)
    WHERE l.state <> 'available'
    GROUP BY l.item
  ), moved AS (
    SELECT l.item, l.location, sum(l.quantity) AS quantity, count(*) AS lots
    FROM (
      SELECT DISTINCT h.name, h.product
      FROM lot_changes AS c
      JOIN lot_history AS h ON h.tenant = c.tenant AND h.change = c.id
      WHERE c.tenant = p_tenant AND c.product = ANY (p_products)
        AND c.after ?| '{location,quantity}'
    ) AS changed
    CROSS JOIN LATERAL (
      SELECT l.* FROM lots AS l
      WHERE l.tenant = p_tenant AND l.name = changed.name AND l.product = changed.product
      LIMIT 1
    ) AS l
    WHERE l.state = 'available'
    GROUP BY l.item, l.location
  ), otherwise AS (
    SELECT i.product, i.location AS location_before, o.lots * i.quantity AS quantity_before,
           o.location, o.quantity
    FROM (SELECT * FROM away UNION ALL SELECT * FROM moved) AS o
    JOIN job_items AS i ON i.tenant = p_tenant AND i.id = o.item
    WHERE i.names IS NULL
  )
  SELECT product, location, sum(quantity)
  FROM (
    SELECT product, location, quantity FROM run
    UNION ALL
    SELECT product, location_before, -quantity_before FROM otherwise
    UNION ALL
    SELECT product, location, quantity FROM otherwise
    UNION ALL
    SELECT i.product, l.location, l.quantity
    FROM job_items AS i
    CROSS JOIN LATERAL unnest(i.names) AS given (name)
    CROSS JOIN LATERAL (
      SELECT l.* FROM lots AS l
      WHERE l.tenant = i.tenant AND l.name = given.name COLLATE "C" AND l.product = i.product
      LIMIT 1
    ) AS l
    WHERE i.tenant = p_tenant AND i.product = ANY (p_products) AND i.names IS NOT NULL
      AND l.item = i.id AND l.state = 'available'
  ) AS lot
  GROUP BY product, location
$$;
--> statement-breakpoint
-- What is recorded now of what each line of a count is about: its lot, unless it has left; else the
-- available lots of its product at its location.
CREATE FUNCTION recorded_by_line(p_tenant text, p_count uuid) RETURNS TABLE (ordinal integer, recorded numeric)
LANGUAGE sql STABLE AS $$
  WITH stock AS MATERIALIZED (
    SELECT * FROM available_stock(p_tenant, ARRAY(
      SELECT DISTINCT product FROM count_lines
      WHERE tenant = p_tenant AND count = p_count AND lot IS NULL))
  )
  SELECT c.ordinal, coalesce(
    CASE WHEN c.lot IS NULL THEN s.quantity
         WHEN l.state IN ('available', 'reserved') THEN l.quantity END, 0)
  FROM count_lines AS c
  LEFT JOIN stock AS s
    ON c.lot IS NULL AND s.product = c.product AND s.location IS NOT DISTINCT FROM c.location
  LEFT JOIN lots AS l ON l.tenant = c.tenant AND l.name = c.lot AND l.product = c.product
  WHERE c.tenant = p_tenant AND c.count = p_count
$$;
--> statement-breakpoint
-- A count as the wire knows it, with its job as it stands; null when there is none. A draft shows what is
-- recorded now, an applied one what was recorded before.
CREATE FUNCTION count_facts(p_tenant text, p_count uuid) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_count counts;
  v_items job_items[];
BEGIN
  SELECT * INTO v_count FROM counts WHERE tenant = p_tenant AND id = p_count;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  v_items := coalesce(items_of_job(p_tenant, v_count.job), '{}');
  RETURN jsonb_build_object(
    'id', v_count.id,
    'reference', v_count.reference,
    'status', v_count.status,
    'at', v_count.at,
    'created_at', wire_time(v_count.created_at),
    'applied_at', wire_time(v_count.applied_at),
    'lines', (
      WITH before AS MATERIALIZED (
        SELECT l.ordinal, l.recorded FROM count_lines AS l
        WHERE v_count.status = 'applied' AND l.tenant = p_tenant AND l.count = p_count
        UNION ALL
        SELECT r.ordinal, r.recorded FROM recorded_by_line(p_tenant, p_count) AS r
        WHERE v_count.status = 'draft'
      ), made AS MATERIALIZED (
        SELECT coalesce(i.stands_for, i.ordinal) AS line, sum(i.count - i.skipped) AS lots,
               (array_agg(made_name(i, false) ORDER BY i.ordinal))[1] AS first_name,
               (array_agg(made_name(i, true) ORDER BY i.ordinal DESC))[1] AS last_name
        FROM unnest(v_items) AS i
        WHERE i.count > i.skipped
        GROUP BY line
      )
      SELECT jsonb_agg(jsonb_build_object(
        'product', l.product,
        'location', l.location,
        'lot', l.lot,
        'counted_quantity', l.counted_quantity::text,
        'recorded', trim_scale(b.recorded)::text,
        'difference', trim_scale(l.counted_quantity - b.recorded)::text,
        'fields', l.fields,
        'produced_on', l.produced_on,
        'expires_on', l.expires_on,
        'skipped', l.skipped,
        'new_lots', coalesce(made.lots, 0),
        'first_name', made.first_name,
        'last_name', made.last_name
      ) ORDER BY l.ordinal)
      FROM count_lines AS l
      JOIN before AS b ON b.ordinal = l.ordinal
      LEFT JOIN made ON made.line = l.ordinal
      WHERE l.tenant = p_tenant AND l.count = p_count
    ),
    'job', job_facts(p_tenant, v_count.job)
  );
END
$$;
--> statement-breakpoint
-- Makes the draft of a count. `p_lines` are rows of count_lines. Fails as open_call_v1 does.
CREATE FUNCTION create_count_v1(
  p_caller caller, p_tenant text, p_key text, p_fingerprint bytea,
  p_count uuid, p_reference text, p_at text, p_lines jsonb
) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_call opened_call := open_call_v1(p_caller, p_tenant, p_key, p_fingerprint);
BEGIN
  IF v_call.answer IS NULL THEN
    INSERT INTO counts (tenant, id, reference, at, api_key)
    VALUES (p_tenant, p_count, p_reference, p_at, v_call.api_key);
    INSERT INTO count_lines
    SELECT row.*
    FROM jsonb_array_elements(p_lines) WITH ORDINALITY AS given (line, place)
    CROSS JOIN LATERAL jsonb_populate_record(
      NULL::count_lines,
      line || jsonb_build_object('tenant', p_tenant, 'count', p_count, 'ordinal', place - 1)
    ) AS row;
    PERFORM record_event(p_caller, p_tenant, 'count.created', p_count::text, jsonb_build_object(
      'reference', p_reference, 'lines', jsonb_array_length(p_lines)));
    v_call.answer := answer_request_v1(p_tenant, p_key, p_fingerprint,
                                       jsonb_build_object('count_id', p_count));
  END IF;
  RETURN v_call.answer || jsonb_build_object(
    'count', count_facts(p_tenant, (v_call.answer->>'count_id')::uuid));
END
$$;
--> statement-breakpoint
-- Keeps with each line of a count what is recorded before it is applied, and why nothing comes of it.
-- `p_skips` are `ordinal`, `code` and `product_definition`. Fails: definition_changed (a product is not what
-- the caller took it for).
CREATE FUNCTION settle_lines(p_tenant text, p_count uuid, p_skips jsonb) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_changed text;
  v_recorded numeric[];
BEGIN
  SELECT min(l.product) INTO v_changed
  FROM jsonb_to_recordset(p_skips) AS s (ordinal integer, code text, product_definition uuid)
  JOIN count_lines AS l ON l.tenant = p_tenant AND l.count = p_count AND l.ordinal = s.ordinal
  JOIN products AS p ON p.tenant = l.tenant AND p.sku = l.product
  LEFT JOIN settings AS t ON t.tenant = l.tenant
  WHERE p.definition <> s.product_definition
     OR (s.code = 'product_without_sequence' AND coalesce(p.sequence, t.default_sequence) IS NOT NULL);
  IF v_changed IS NOT NULL THEN
    PERFORM fail('definition_changed', jsonb_build_object('product', v_changed));
  END IF;
  -- By itself: as a part of the UPDATE it may be found out anew for each line, since the statistics take a
  -- new count for one line. Ordinals count from 0.
  v_recorded := ARRAY(
    SELECT r.recorded FROM recorded_by_line(p_tenant, p_count) AS r ORDER BY r.ordinal);
  UPDATE count_lines SET recorded = v_recorded[ordinal + 1]
  WHERE tenant = p_tenant AND count = p_count;
  UPDATE count_lines AS l SET skipped = s.code
  FROM jsonb_to_recordset(p_skips) AS s (ordinal integer, code text)
  WHERE l.tenant = p_tenant AND l.count = p_count AND l.ordinal = s.ordinal;
END
$$;
--> statement-breakpoint
-- Sets lots that are there to what was counted of them. What was found is in stock, whatever had become of
-- it before.
CREATE FUNCTION set_counted(p_count counts, p_found lot_found[]) RETURNS void
LANGUAGE sql AS $$
  SELECT set_lots(
    p_count.tenant,
    array_agg((product, name, given_quantity,
               CASE WHEN given_quantity = 0 OR state = 'reserved' THEN state ELSE 'available' END,
               coalesce(given_location, location))::lot_setting),
    p_count.applied_by, p_count.reference)
  FROM unnest(p_found)
$$;
--> statement-breakpoint
-- Applies a count once: a job records the lots that are missing, and lots that are there are set to what was
-- counted. Items have the ordinals of their lines. One that is applied already stays as it is.
-- Fails: count_not_found, and as settle_lines, lot_requests and record_or_find_lots do.
CREATE FUNCTION apply_count_v1(
  p_caller caller, p_tenant text, p_key text, p_fingerprint bytea,
  p_count uuid, p_job uuid, p_token uuid, p_lease interval, p_items jsonb, p_skips jsonb,
  p_jump bigint, p_limit bigint, p_inline bigint
) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_call opened_call := open_call_v1(p_caller, p_tenant, p_key, p_fingerprint);
  v_count counts;
  v_items lot_request[];
BEGIN
  IF v_call.answer IS NULL THEN
    UPDATE counts SET status = 'applied', applied_at = now(), applied_by = v_call.api_key
    WHERE tenant = p_tenant AND id = p_count AND status = 'draft'
    RETURNING * INTO v_count;
    IF FOUND THEN
      PERFORM hold_products(p_tenant, p_shared => true);
      v_items := coalesce(lot_requests(p_tenant, p_items), '{}');
      -- First, so that what is recorded before is what becomes different.
      PERFORM hold_lots_found(p_tenant, v_items);
      PERFORM settle_lines(p_tenant, p_count, p_skips);
      PERFORM set_counted(v_count, record_or_find_lots(
        p_tenant, v_call, p_job, p_token, p_lease, v_items, false, p_jump, p_limit, p_inline));
      UPDATE counts SET job = p_job
      WHERE tenant = p_tenant AND id = p_count
        AND EXISTS (SELECT FROM jobs WHERE tenant = p_tenant AND id = p_job);
      PERFORM emit_event(p_tenant, 'count.applied', p_count::text, jsonb_build_object(
        'count', jsonb_build_object(
          'id', c.id, 'reference', c.reference, 'status', c.status, 'job', c.job,
          'applied_at', wire_time(c.applied_at))))
      FROM counts AS c
      WHERE c.tenant = p_tenant AND c.id = p_count;
      PERFORM record_event(p_caller, p_tenant, 'count.applied', p_count::text, jsonb_build_object(
        'reference', v_count.reference));
    ELSIF NOT EXISTS (SELECT FROM counts WHERE tenant = p_tenant AND id = p_count) THEN
      PERFORM fail('count_not_found', jsonb_build_object('count', p_count));
    END IF;
    v_call.answer := answer_request_v1(p_tenant, p_key, p_fingerprint,
                                       jsonb_build_object('count_id', p_count));
  END IF;
  RETURN v_call.answer || jsonb_build_object('count', count_facts(p_tenant, p_count));
END
$$;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION create_count_v1, count_facts, apply_count_v1 TO serialmint_app;
