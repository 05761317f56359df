-- Inbound goods: what is new becomes lots, what is there grows or comes back. See docs/using/receipts.md.

ALTER TABLE receipts
  ADD CONSTRAINT receipts_reference_is_short CHECK (char_length(reference) BETWEEN 1 AND 200),
  ADD CONSTRAINT receipts_cancelling_is_whole CHECK (
    (status = 'cancelled') = (cancelled_at IS NOT NULL)
    AND (cancelled_at IS NULL) = (cancelled_by IS NULL)
    AND (cancelled_at IS NULL) = (reason IS NULL)
  );
--> statement-breakpoint
ALTER TABLE receipt_lines
  ADD CONSTRAINT receipt_lines_of_receipt
    FOREIGN KEY (tenant, receipt) REFERENCES receipts (tenant, id),
  ADD CONSTRAINT receipt_lines_quantity_is_positive CHECK (quantity > 0 AND quantity_per_lot > 0),
  ADD CONSTRAINT receipt_lines_items_are_a_run CHECK (
    (first_item IS NULL) = (last_item IS NULL) AND first_item <= last_item
  );
--> statement-breakpoint
ALTER TABLE receipt_growths
  ADD CONSTRAINT receipt_growths_of_line
    FOREIGN KEY (tenant, receipt, line) REFERENCES receipt_lines (tenant, receipt, ordinal);
--> statement-breakpoint
-- A lot that is there and that an item names: as it stands, and what the item says of it.
CREATE TYPE lot_found AS (
  ordinal integer,
  product text,
  name text,
  tracking product_tracking,
  quantity numeric,
  state lot_state,
  location text,
  expires_on date,
  given_quantity numeric,
  given_expires_on date,
  given_location text
);
--> statement-breakpoint
-- The lots that are there under names which items give, locked until the transaction ends, in the order of
-- name and product.
CREATE FUNCTION hold_lots_found(p_tenant text, p_items lot_request[]) RETURNS lot_found[]
LANGUAGE sql SET enable_seqscan = off AS $$
  WITH given AS MATERIALIZED (
    SELECT i.ordinal, i.product, i.location, g.name, coalesce(g.quantity, i.quantity) AS quantity,
           g.expires_on
    FROM unnest(p_items) AS i
    CROSS JOIN LATERAL unnest(i.names, i.quantities, i.expiries) AS g (name, quantity, expires_on)
    WHERE i.source = 'names'
    ORDER BY g.name COLLATE "C", i.product COLLATE "C"
  )
  SELECT coalesce(array_agg((given.ordinal, l.product, l.name, p.tracking, l.quantity, l.state, l.location,
                             l.expires_on, given.quantity, given.expires_on, given.location)::lot_found), '{}')
  FROM given
  -- Each is looked up and locked in its turn: the limit keeps the planner from turning that round, which it
  -- may where it has no figures of a table yet.
  CROSS JOIN LATERAL (
    SELECT * FROM lots
    WHERE tenant = p_tenant AND name = given.name COLLATE "C" AND product = given.product
    LIMIT 1
    FOR NO KEY UPDATE
  ) AS l
  CROSS JOIN LATERAL (
    SELECT tracking FROM products WHERE tenant = p_tenant AND sku = l.product LIMIT 1
  ) AS p
$$;
--> statement-breakpoint
-- Items without the names of lots that were found, and without those that have no name left.
CREATE FUNCTION items_not_found(p_items lot_request[], p_found lot_found[]) RETURNS lot_request[]
-- Names and found lots are many, so that they are hashed, once for all items.
LANGUAGE plpgsql SET enable_nestloop = off SET enable_mergejoin = off AS $$
DECLARE
  v_rest record;
  v_item lot_request;
  v_left lot_request[] := '{}';
BEGIN
  IF cardinality(p_found) = 0 THEN
    RETURN p_items;
  END IF;
  FOR v_rest IN
    WITH given AS MATERIALIZED (
      SELECT i.ordinal, i.product, g.*
      FROM unnest(p_items) AS i
      CROSS JOIN LATERAL unnest(i.names, i.numbers, i.periods, i.quantities, i.expiries)
        WITH ORDINALITY AS g (name, number, period, quantity, expires_on, place)
      WHERE i.source = 'names'
    ), missing AS (
      SELECT ordinal, count(*) AS count, array_agg(name ORDER BY place) AS names,
             array_agg(number ORDER BY place) AS numbers, array_agg(period ORDER BY place) AS periods,
             array_agg(quantity ORDER BY place) AS quantities,
             array_agg(expires_on ORDER BY place) AS expiries, bool_or(number IS NOT NULL) AS numbered
      FROM given
      WHERE NOT EXISTS (SELECT FROM unnest(p_found) AS f
                        WHERE f.product = given.product AND f.name = given.name)
      GROUP BY ordinal
    )
    SELECT i AS item, m.*
    FROM unnest(p_items) AS i
    LEFT JOIN missing AS m ON m.ordinal = i.ordinal
    WHERE i.source <> 'names' OR m.count > 0
    ORDER BY i.ordinal
  LOOP
    v_item := v_rest.item;
    IF v_item.source = 'names' THEN
      v_item.count := v_rest.count;
      v_item.names := v_rest.names;
      v_item.numbers := v_rest.numbers;
      v_item.periods := v_rest.periods;
      v_item.quantities := v_rest.quantities;
      v_item.expiries := v_rest.expiries;
      v_item.numbered := v_rest.numbered;
    END IF;
    v_left := v_left || v_item;
  END LOOP;
  RETURN v_left;
END
$$;
--> statement-breakpoint
-- Refuses an expiry date that is not the one that the lot has. Fails: expiry_differs.
CREATE FUNCTION check_expiries(p_found lot_found[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_lot lot_found;
BEGIN
  SELECT * INTO v_lot FROM unnest(p_found)
  WHERE given_expires_on IS DISTINCT FROM expires_on AND given_expires_on IS NOT NULL
  ORDER BY name COLLATE "C", product COLLATE "C" LIMIT 1;
  IF FOUND THEN
    PERFORM fail('expiry_differs', jsonb_build_object(
      'product', v_lot.product, 'name', v_lot.name, 'expires_on', v_lot.expires_on,
      'given', v_lot.given_expires_on));
  END IF;
END
$$;
--> statement-breakpoint
-- Refuses serials that cannot come in, since they are here or used up. Fails: serial_in_stock.
CREATE FUNCTION check_serials(p_found lot_found[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_total bigint;
  v_names jsonb;
BEGIN
  SELECT count(*), jsonb_path_query_array(
           jsonb_agg(jsonb_build_object('product', product, 'name', name, 'state', state)
                     ORDER BY name COLLATE "C", product COLLATE "C"), '$[0 to 9]')
  INTO v_total, v_names
  FROM unnest(p_found)
  WHERE tracking = 'serial'
    AND (state IN ('consumed', 'scrapped') OR (state IN ('available', 'reserved') AND quantity > 0));
  IF v_total > 0 THEN
    PERFORM fail('serial_in_stock', jsonb_build_object('names', v_names, 'total', v_total));
  END IF;
END
$$;
--> statement-breakpoint
-- What becomes of a lot that is there.
CREATE TYPE lot_setting AS (
  product text,
  name text,
  quantity numeric,
  state lot_state,
  location text
);
--> statement-breakpoint
-- The one way in which receipts and counts change lots that are there, each to values of its own, with an
-- entry of history for each that becomes different: change_lots for many at once. The caller has locked
-- the lots, so that their rows stay where they are.
CREATE FUNCTION set_lots(
  p_tenant text, p_settings lot_setting[], p_api_key integer, p_reference text, p_receipt uuid DEFAULT NULL
) RETURNS void
LANGUAGE sql AS $$
  WITH wanted AS MATERIALIZED (
    SELECT product, name, quantity, state, location,
           jsonb_build_object('quantity', trim_scale(quantity)::text, 'state', state,
                              'location', location) AS after
    FROM unnest(p_settings)
  ), differing AS MATERIALIZED (
    SELECT w.*, l.place, l.before
    FROM wanted AS w
    -- The limit keeps the planner from turning the look-ups round.
    CROSS JOIN LATERAL (
      SELECT lots.ctid AS place, lot_before(lots, w.after) AS before, lot_differs(lots, w.after) AS differs
      FROM lots
      WHERE tenant = p_tenant AND name = w.name COLLATE "C" AND product = w.product
      LIMIT 1
    ) AS l
    WHERE l.differs
  ), change AS MATERIALIZED (
    SELECT alike.*, nextval(pg_get_serial_sequence('lot_changes', 'id')) AS id
    FROM (
      SELECT product, after, array_agg(name) AS names, array_agg(before) AS befores
      FROM differing
      GROUP BY product, after
    ) AS alike
  ), changes AS (
    INSERT INTO lot_changes (tenant, id, product, at, api_key, after, reference, receipt)
    SELECT p_tenant, id, product, clock_timestamp(), p_api_key, after, p_reference, p_receipt FROM change
  ), history AS (
    INSERT INTO lot_history (tenant, name, product, change, before)
    SELECT p_tenant, d.name, c.product, c.id, d.before
    FROM change AS c
    CROSS JOIN LATERAL unnest(c.names, c.befores) AS d (name, before)
  )
  UPDATE lots AS l
  SET quantity = d.quantity, state = d.state, location = d.location
  FROM differing AS d
  WHERE l.ctid = d.place
$$;
--> statement-breakpoint
-- Makes a receipt, unless a live one has its reference, which is then returned. Waits for whoever receives
-- under that reference just now.
CREATE FUNCTION open_receipt(
  p_tenant text, p_receipt uuid, p_reference text, p_at text, p_fingerprint bytea, p_api_key integer
) RETURNS receipts
LANGUAGE plpgsql AS $$
DECLARE
  v_receipt receipts;
BEGIN
  LOOP
    INSERT INTO receipts (tenant, id, reference, at, fingerprint, api_key)
    VALUES (p_tenant, p_receipt, p_reference, p_at, p_fingerprint, p_api_key)
    ON CONFLICT (tenant, reference) WHERE status <> 'cancelled' DO NOTHING
    RETURNING * INTO v_receipt;
    EXIT WHEN FOUND;
    SELECT * INTO v_receipt FROM receipts
    WHERE tenant = p_tenant AND reference = p_reference AND status <> 'cancelled';
    -- It was cancelled in between: once more.
    EXIT WHEN FOUND;
  END LOOP;
  RETURN v_receipt;
END
$$;
--> statement-breakpoint
-- Writes the lines of a receipt. Fails: definition_changed (a product is not what the caller took it for).
CREATE FUNCTION add_receipt_lines(p_tenant text, p_receipt uuid, p_lines jsonb) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_changed text;
BEGIN
  SELECT min(given.product) INTO v_changed
  FROM jsonb_to_recordset(p_lines) AS given (product text, product_definition uuid)
  LEFT JOIN products AS p ON p.tenant = p_tenant AND p.sku = given.product
  WHERE p.definition IS DISTINCT FROM given.product_definition;
  IF v_changed IS NOT NULL THEN
    PERFORM fail('definition_changed', jsonb_build_object('product', v_changed));
  END IF;
  INSERT INTO receipt_lines
  SELECT row.*
  FROM jsonb_array_elements(p_lines) WITH ORDINALITY AS given (line, place)
  CROSS JOIN LATERAL jsonb_populate_record(
    NULL::receipt_lines,
    line || jsonb_build_object('tenant', p_tenant, 'receipt', p_receipt, 'ordinal', place - 1)
  ) AS row;
END
$$;
--> statement-breakpoint
-- Writes down what a receipt does to lots that are there, and does it: a lot grows, a serial comes back. A
-- lot that is in stock stays where it is.
CREATE FUNCTION grow_lots(p_receipt receipts, p_found lot_found[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_settings lot_setting[];
BEGIN
  WITH growth AS (
    INSERT INTO receipt_growths (tenant, receipt, line, product, name, quantity, quantity_before,
                                 state_before, location_before, quantity_after, state_after,
                                 location_after)
    SELECT p_receipt.tenant, p_receipt.id, l.ordinal, f.product, f.name, f.given_quantity, f.quantity,
           f.state, f.location,
           CASE f.tracking WHEN 'serial' THEN 1 ELSE f.quantity + f.given_quantity END,
           CASE f.state WHEN 'reserved' THEN f.state ELSE 'available' END,
           CASE WHEN f.state IN ('available', 'reserved') AND f.quantity > 0
             THEN coalesce(f.location, f.given_location)
             ELSE coalesce(f.given_location, f.location) END
    FROM unnest(p_found) AS f
    JOIN (
      SELECT ordinal, generate_series(first_item, last_item) AS item FROM receipt_lines
      WHERE tenant = p_receipt.tenant AND receipt = p_receipt.id
    ) AS l ON l.item = f.ordinal
    ORDER BY f.name COLLATE "C", f.product COLLATE "C"
    RETURNING product, name, quantity_after, state_after, location_after
  )
  SELECT array_agg((product, name, quantity_after, state_after, location_after)::lot_setting)
  INTO v_settings
  FROM growth;
  IF v_settings IS NOT NULL THEN
    PERFORM set_lots(p_receipt.tenant, v_settings, p_receipt.api_key, p_receipt.reference, p_receipt.id);
  END IF;
END
$$;
--> statement-breakpoint
-- Records items whose names may be there already: what is new by a job, as record_lots does; what is there
-- is returned, locked. `p_returning` also checks that serials can come in. A name that somebody else
-- records between the look and the insert is found by the next look. Fails as record_lots does, and
-- expiry_differs, serial_in_stock.
CREATE FUNCTION record_or_find_lots(
  p_tenant text, p_call opened_call, p_job uuid, p_token uuid, p_lease interval, p_items lot_request[],
  p_returning boolean, p_jump bigint, p_limit bigint, p_inline bigint
) RETURNS lot_found[]
LANGUAGE plpgsql AS $$
DECLARE
  c_looks CONSTANT integer := 5;
  v_found lot_found[];
  v_left lot_request[];
BEGIN
  FOR looks IN 1..c_looks LOOP
    BEGIN
      v_found := hold_lots_found(p_tenant, p_items);
      PERFORM check_expiries(v_found);
      IF p_returning THEN
        PERFORM check_serials(v_found);
      END IF;
      -- What was counted as nothing and is not there needs no lot.
      v_left := ARRAY(SELECT i FROM unnest(items_not_found(p_items, v_found)) AS i
                      WHERE coalesce(i.quantities[1], i.quantity) > 0 ORDER BY i.ordinal);
      IF cardinality(v_left) > 0 THEN
        PERFORM record_lots(p_tenant, p_call, p_job, p_token, p_lease, v_left, false, true, p_jump,
                            p_limit, p_inline);
      END IF;
      EXIT;
    EXCEPTION WHEN SQLSTATE 'SM001' THEN
      IF SQLERRM <> 'name_taken' OR looks = c_looks THEN
        RAISE;
      END IF;
    END;
  END LOOP;
  RETURN v_found;
END
$$;
--> statement-breakpoint
-- Receives a delivery: the receipt with its lines, a job that records the lots that are new, and the growth
-- of those that are there. `p_lines` are rows of receipt_lines with `product_definition`. A live receipt
-- of the same reference and fingerprint is returned in its place. Fails as open_call_v1, lot_requests and
-- record_or_find_lots do, and receipt_exists.
CREATE FUNCTION create_receipt_v1(
  p_caller caller, p_tenant text, p_key text, p_fingerprint bytea,
  p_receipt uuid, p_reference text, p_at text, p_lines jsonb, p_job uuid, p_token uuid,
  p_lease interval, p_items jsonb, p_jump bigint, p_limit bigint, p_inline bigint
) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_call opened_call := open_call_v1(p_caller, p_tenant, p_key, p_fingerprint);
  v_receipt receipts;
BEGIN
  IF v_call.answer IS NULL THEN
    v_receipt := open_receipt(p_tenant, p_receipt, p_reference, p_at, p_fingerprint, v_call.api_key);
    IF v_receipt.fingerprint <> p_fingerprint THEN
      PERFORM fail('receipt_exists', jsonb_build_object(
        'reference', p_reference, 'receipt', v_receipt.id));
    END IF;
    IF v_receipt.id = p_receipt THEN
      PERFORM hold_products(p_tenant, p_shared => true);
      PERFORM add_receipt_lines(p_tenant, p_receipt, p_lines);
      PERFORM grow_lots(v_receipt, record_or_find_lots(
        p_tenant, v_call, p_job, p_token, p_lease, coalesce(lot_requests(p_tenant, p_items), '{}'),
        true, p_jump, p_limit, p_inline));
      UPDATE receipts SET job = p_job
      WHERE tenant = p_tenant AND id = p_receipt
        AND EXISTS (SELECT FROM jobs WHERE tenant = p_tenant AND id = p_job);
      -- One whose job goes on is done when that is.
      PERFORM emit_receipt_event(r, 'receipt.done') FROM receipts AS r
      WHERE r.tenant = p_tenant AND r.id = p_receipt
        AND NOT EXISTS (SELECT FROM jobs AS j
                        WHERE j.tenant = p_tenant AND j.id = r.job AND j.status <> 'done');
      PERFORM record_event(p_caller, p_tenant, 'receipt.created', p_receipt::text, jsonb_build_object(
        'reference', p_reference, 'lines', jsonb_array_length(p_lines)));
    END IF;
    v_call.answer := answer_request_v1(p_tenant, p_key, p_fingerprint, jsonb_build_object(
      'receipt_id', v_receipt.id, 'made', v_receipt.id = p_receipt));
  END IF;
  RETURN v_call.answer || jsonb_build_object(
    'receipt', receipt_facts(p_tenant, (v_call.answer->>'receipt_id')::uuid));
END
$$;
--> statement-breakpoint
-- A receipt as the wire knows it, with its job as it stands; null when there is none. Of the lots that grew
-- it tells the first 100 of each line.
CREATE FUNCTION receipt_facts(p_tenant text, p_receipt uuid) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
RETURN (
  SELECT jsonb_build_object(
    'id', r.id,
    'reference', r.reference,
    'status', r.status,
    'at', r.at,
    'created_at', wire_time(r.created_at),
    'cancelled_at', wire_time(r.cancelled_at),
    'reason', r.reason,
    'lines', (
      -- What was made and what grew is read once for all lines.
      WITH item AS MATERIALIZED (
        SELECT i.ordinal, coalesce(i.stands_for, i.ordinal) AS of_line, i.count - i.skipped AS count,
               made_name(i, false) AS first_name, made_name(i, true) AS last_name
        FROM unnest(own.items) AS i
        WHERE i.count > i.skipped
      ), made AS MATERIALIZED (
        SELECT l.ordinal, sum(i.count) AS lots,
               (array_agg(i.first_name ORDER BY i.ordinal))[1] AS first_name,
               (array_agg(i.last_name ORDER BY i.ordinal DESC))[1] AS last_name
        FROM (
          SELECT ordinal, generate_series(first_item, last_item) AS item FROM receipt_lines
          WHERE tenant = r.tenant AND receipt = r.id
        ) AS l
        JOIN item AS i ON i.of_line = l.item
        GROUP BY l.ordinal
      ), grown AS MATERIALIZED (
        SELECT g.line, count(*) AS lots,
               jsonb_agg(jsonb_build_object(
                 'name', g.name,
                 'quantity', g.quantity::text,
                 'quantity_before', g.quantity_before::text,
                 'state_before', g.state_before
               ) ORDER BY g.name) FILTER (WHERE g.place <= 100) AS shown
        FROM (
          SELECT line, name, quantity, quantity_before, state_before,
                 row_number() OVER (PARTITION BY line ORDER BY name) AS place
          FROM receipt_growths
          WHERE tenant = r.tenant AND receipt = r.id
        ) AS g
        GROUP BY g.line
      )
      SELECT jsonb_agg(jsonb_build_object(
        'product', l.product,
        'quantity', l.quantity::text,
        'quantity_per_lot', l.quantity_per_lot::text,
        'location', l.location,
        'produced_on', l.produced_on,
        'expires_on', l.expires_on,
        'attributes', l.attributes,
        'new_lots', coalesce(made.lots, 0),
        'first_name', made.first_name,
        'last_name', made.last_name,
        'grown_lots', coalesce(grown.lots, 0),
        'grown', coalesce(grown.shown, '[]')
      ) ORDER BY l.ordinal)
      FROM receipt_lines AS l
      LEFT JOIN made ON made.ordinal = l.ordinal
      LEFT JOIN grown ON grown.line = l.ordinal
      WHERE l.tenant = r.tenant AND l.receipt = r.id
    ),
    'job', job_facts(r.tenant, r.job)
  )
  FROM receipts AS r
  CROSS JOIN LATERAL (SELECT items_of_job(r.tenant, r.job) AS items) AS own
  WHERE r.tenant = p_tenant AND r.id = p_receipt
);
--> statement-breakpoint
-- The lots that items have recorded by a cursor, by their names.
CREATE FUNCTION recorded_names(p_items job_items[], p_cursor bigint)
RETURNS TABLE (item bigint, product text, name text, quantity numeric)
LANGUAGE sql STABLE ROWS 20000 AS $$
  SELECT i.id, i.product, render_name(i.prefix, number, i.width, i.suffix), i.quantity
  FROM unnest(p_items) AS i
  CROSS JOIN LATERAL units_of(i, 0, p_cursor) AS number
  WHERE i.names IS NULL AND i.start < p_cursor
  UNION ALL
  SELECT i.id, i.product, given.name, coalesce(given.quantity, i.quantity)
  FROM unnest(p_items) AS i
  CROSS JOIN LATERAL unnest(i.names, i.name_quantities) AS given (name, quantity)
  WHERE i.names IS NOT NULL
$$;
--> statement-breakpoint
-- Whether anybody has changed a lot since a time; what receipts did to it is told by their growths.
CREATE FUNCTION was_changed(p_lot lots, p_since timestamptz) RETURNS boolean
LANGUAGE sql STABLE
RETURN EXISTS (
  SELECT FROM lot_history AS h
  CROSS JOIN LATERAL (
    SELECT at, receipt FROM lot_changes WHERE tenant = h.tenant AND id = h.change LIMIT 1
  ) AS c
  WHERE h.tenant = p_lot.tenant AND h.name = p_lot.name AND h.product = p_lot.product
    AND c.receipt IS NULL AND c.at > p_since);
--> statement-breakpoint
-- Whether anybody has changed a lot since a receipt did, which is told by the order of the changes: the receipt
-- may have waited for the lot, and what happened before it had it is no later touch.
CREATE FUNCTION was_changed_behind(p_lot lots, p_receipt uuid) RETURNS boolean
LANGUAGE sql STABLE
RETURN (
  SELECT coalesce(max(h.change) FILTER (WHERE c.receipt IS NULL), 0)
         > coalesce(max(h.change) FILTER (WHERE c.receipt = p_receipt), 0)
  FROM lot_history AS h
  CROSS JOIN LATERAL (
    SELECT receipt FROM lot_changes WHERE tenant = h.tenant AND id = h.change LIMIT 1
  ) AS c
  WHERE h.tenant = p_lot.tenant AND h.name = p_lot.name AND h.product = p_lot.product);
--> statement-breakpoint
-- Locks the lots of a receipt, new and grown ones, in the order of name and product, and refuses to go on
-- when one of them is not as the receipt left it. Each is looked up by its name (a lock or a limit keeps it
-- so): a plan made before the statistics know of the receipt takes all lots for few, and would compare each
-- with each name. Fails: receipt_touched.
CREATE FUNCTION hold_untouched(p_receipt receipts, p_items job_items[], p_cursor bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_total bigint;
  v_lots jsonb;
BEGIN
  PERFORM FROM (
    SELECT mine.product, mine.name COLLATE "C" AS name
    FROM (
      SELECT n.product, n.name FROM recorded_names(p_items, p_cursor) AS n
      UNION ALL
      SELECT g.product, g.name FROM receipt_growths AS g
      WHERE g.tenant = p_receipt.tenant AND g.receipt = p_receipt.id
    ) AS mine
    ORDER BY name, product COLLATE "C"
  ) AS own
  CROSS JOIN LATERAL (
    SELECT FROM lots AS l
    WHERE l.tenant = p_receipt.tenant AND l.name = own.name AND l.product = own.product
    FOR UPDATE
  ) AS held;

  WITH touched AS (
    SELECT l.product, l.name, l.state, l.quantity
    FROM recorded_names(p_items, p_cursor) AS n
    CROSS JOIN LATERAL (
      SELECT lots AS lot FROM lots
      WHERE tenant = p_receipt.tenant AND name = n.name COLLATE "C" AND product = n.product
      LIMIT 1
    ) AS one
    CROSS JOIN LATERAL (SELECT (one.lot).*) AS l
    WHERE l.item = n.item
      AND (l.state <> 'available' OR l.quantity <> n.quantity
           OR was_changed(one.lot, l.created_at)
           OR EXISTS (SELECT FROM receipt_growths AS later
                      WHERE later.tenant = l.tenant AND later.name = l.name
                        AND later.product = l.product AND later.undone_at IS NULL))
    UNION ALL
    SELECT l.product, l.name, l.state, l.quantity
    FROM receipt_growths AS g
    CROSS JOIN LATERAL (
      SELECT lots AS lot FROM lots
      WHERE tenant = g.tenant AND name = g.name AND product = g.product
      LIMIT 1
    ) AS one
    CROSS JOIN LATERAL (SELECT (one.lot).*) AS l
    WHERE g.tenant = p_receipt.tenant AND g.receipt = p_receipt.id
      AND (l.state <> g.state_after OR l.quantity <> g.quantity_after
           OR was_changed_behind(one.lot, p_receipt.id)
           OR EXISTS (SELECT FROM receipt_growths AS later
                      WHERE later.tenant = l.tenant AND later.name = l.name
                        AND later.product = l.product AND later.undone_at IS NULL
                        AND later.id > g.id))
  )
  SELECT count(*), jsonb_path_query_array(
           jsonb_agg(jsonb_build_object('product', product, 'name', name, 'state', state,
                                        'quantity', quantity::text)
                     ORDER BY name, product), '$[0 to 9]')
  INTO v_total, v_lots
  FROM touched;
  IF v_total > 0 THEN
    PERFORM fail('receipt_touched', jsonb_build_object(
      'receipt', p_receipt.id, 'lots', v_lots, 'total', v_total));
  END IF;
END
$$;
--> statement-breakpoint
-- Voids the numbers that an item drew, but for those that are voided already.
CREATE FUNCTION void_drawn(p_item job_items, p_origin integer, p_reason text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_entry ledger;
BEGIN
  SELECT * INTO STRICT v_entry FROM ledger
  WHERE tenant = p_item.tenant AND series = p_item.series AND first = p_item.reservation
    AND kind = 'reserved';
  UPDATE job_items SET numbers = 'empty' WHERE tenant = p_item.tenant AND id = p_item.id;
  PERFORM void_numbers(v_entry, open_numbers(v_entry), p_origin, p_reason);
END
$$;
--> statement-breakpoint
-- Undoes what a receipt did to lots that were there. The caller holds them.
CREATE FUNCTION undo_growth(p_receipt receipts, p_api_key integer) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_settings lot_setting[];
BEGIN
  WITH undone AS (
    UPDATE receipt_growths SET undone_at = now()
    WHERE tenant = p_receipt.tenant AND receipt = p_receipt.id
    RETURNING *
  )
  SELECT array_agg((g.product, g.name, g.quantity_before, g.state_before,
                    CASE WHEN l.location IS NOT DISTINCT FROM g.location_after
                      THEN g.location_before ELSE l.location END)::lot_setting)
  INTO v_settings
  FROM undone AS g
  CROSS JOIN LATERAL (
    SELECT location FROM lots
    WHERE tenant = g.tenant AND name = g.name AND product = g.product
    LIMIT 1
  ) AS l;
  IF v_settings IS NOT NULL THEN
    PERFORM set_lots(p_receipt.tenant, v_settings, p_api_key, p_receipt.reference, p_receipt.id);
  END IF;
END
$$;
--> statement-breakpoint
-- Deletes lots where their rows are, which the caller holds. Of a tenant that the statistics do not know yet
-- the planner would rather look at every lot, and for each through all of the places.
CREATE FUNCTION delete_lots(p_tenant text, p_places tid[]) RETURNS void
LANGUAGE sql
SET enable_seqscan = off SET enable_indexscan = off SET enable_indexonlyscan = off SET enable_bitmapscan = off AS $$
  DELETE FROM lots WHERE tenant = p_tenant AND ctid = ANY (p_places)
$$;
--> statement-breakpoint
-- Takes a receipt back: its job stops, its lots go, numbers that it drew are voided with the reason, lots
-- that grew or came back are as before; all of it unless one of the lots was touched since.
-- Fails: receipt_not_found, receipt_wrong_state, receipt_touched.
CREATE FUNCTION cancel_receipt_v1(
  p_caller caller, p_tenant text, p_key text, p_fingerprint bytea, p_receipt uuid, p_reason text
) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
-- The lots are looked up one by one by their names, however many other ones there are.
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  v_call opened_call := open_call_v1(p_caller, p_tenant, p_key, p_fingerprint);
  v_receipt receipts;
  v_items job_items[];
  v_cursor bigint;
BEGIN
  IF v_call.answer IS NULL THEN
    SELECT * INTO v_receipt FROM receipts WHERE tenant = p_tenant AND id = p_receipt FOR NO KEY UPDATE;
    IF NOT FOUND THEN
      PERFORM fail('receipt_not_found', jsonb_build_object('receipt', p_receipt));
    ELSIF v_receipt.status = 'cancelled' THEN
      PERFORM fail('receipt_wrong_state', jsonb_build_object(
        'receipt', p_receipt, 'status', v_receipt.status));
    END IF;

    -- Waits for a chunk that runs just now.
    SELECT cursor INTO v_cursor FROM jobs WHERE tenant = p_tenant AND id = v_receipt.job FOR UPDATE;
    UPDATE jobs
    SET status = 'cancelled', token = NULL, finished_at = now(), updated_at = now()
    WHERE tenant = p_tenant AND id = v_receipt.job AND status IN ('queued', 'running', 'failed');
    IF FOUND THEN
      PERFORM emit_job_event(p_tenant, v_receipt.job);
    END IF;
    v_items := coalesce(items_of_job(p_tenant, v_receipt.job), '{}');

    PERFORM hold_untouched(v_receipt, v_items, v_cursor);
    -- They are held, so that they stand where they are found.
    PERFORM delete_lots(p_tenant, ARRAY(
      SELECT l.place
      FROM recorded_names(v_items, v_cursor) AS n
      CROSS JOIN LATERAL (
        SELECT ctid AS place, item FROM lots
        WHERE tenant = p_tenant AND name = n.name COLLATE "C" AND product = n.product
        LIMIT 1
      ) AS l
      WHERE l.item = n.item));
    PERFORM undo_growth(v_receipt, v_call.api_key);
    PERFORM void_drawn(i, v_call.origin, p_reason)
    FROM unnest(v_items) AS i
    WHERE i.numbers IS NOT NULL AND NOT isempty(i.numbers) AND NOT i.presented;

    UPDATE receipts
    SET status = 'cancelled', cancelled_at = now(), cancelled_by = v_call.api_key, reason = p_reason
    WHERE tenant = p_tenant AND id = p_receipt
    RETURNING * INTO v_receipt;
    PERFORM emit_receipt_event(v_receipt, 'receipt.cancelled');
    PERFORM record_event(p_caller, p_tenant, 'receipt.cancelled', p_receipt::text, jsonb_build_object(
      'reference', v_receipt.reference, 'reason', p_reason));
    v_call.answer := answer_request_v1(p_tenant, p_key, p_fingerprint,
                                       jsonb_build_object('receipt_id', p_receipt));
  END IF;
  RETURN v_call.answer || jsonb_build_object('receipt', receipt_facts(p_tenant, p_receipt));
END
$$;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION create_receipt_v1, receipt_facts, cancel_receipt_v1 TO serialmint_app;
