-- How lots are changed, and found by what became of them. See docs/using/changing-lots.md.

-- The version of a lot: the same as long as nothing of it changes. It takes no column.
CREATE FUNCTION lot_version(p_lot lots) RETURNS text
LANGUAGE sql STABLE
RETURN left(md5(jsonb_build_array(extract(epoch FROM p_lot.created_at), p_lot.state, p_lot.location,
                                  p_lot.expires_on, trim_scale(p_lot.quantity), p_lot.attributes)
                ::text), 16);
--> statement-breakpoint
-- Whether a lot would become different by the fields in `p_after`.
CREATE FUNCTION lot_differs(p_lot lots, p_after jsonb) RETURNS boolean
LANGUAGE sql STABLE
RETURN (p_after ? 'state' AND p_lot.state <> (p_after->>'state')::lot_state)
    OR (p_after ? 'location' AND p_lot.location IS DISTINCT FROM p_after->>'location')
    OR (p_after ? 'expires_on' AND p_lot.expires_on IS DISTINCT FROM (p_after->>'expires_on')::date)
    OR (p_after ? 'quantity' AND p_lot.quantity <> (p_after->>'quantity')::numeric)
    OR (p_after ? 'attributes'
        AND p_lot.attributes IS DISTINCT FROM nullif(p_after->'attributes', 'null'));
--> statement-breakpoint
-- What a lot is in those fields of `p_after` that would become different.
CREATE FUNCTION lot_before(p_lot lots, p_after jsonb) RETURNS jsonb
LANGUAGE sql STABLE
RETURN
  CASE WHEN p_after ? 'state' AND p_lot.state <> (p_after->>'state')::lot_state
    THEN jsonb_build_object('state', p_lot.state) ELSE '{}' END
  || CASE WHEN p_after ? 'location' AND p_lot.location IS DISTINCT FROM p_after->>'location'
    THEN jsonb_build_object('location', p_lot.location) ELSE '{}' END
  || CASE WHEN p_after ? 'expires_on'
           AND p_lot.expires_on IS DISTINCT FROM (p_after->>'expires_on')::date
    THEN jsonb_build_object('expires_on', p_lot.expires_on) ELSE '{}' END
  || CASE WHEN p_after ? 'quantity' AND p_lot.quantity <> (p_after->>'quantity')::numeric
    THEN jsonb_build_object('quantity', trim_scale(p_lot.quantity)::text) ELSE '{}' END
  || CASE WHEN p_after ? 'attributes'
           AND p_lot.attributes IS DISTINCT FROM nullif(p_after->'attributes', 'null')
    THEN jsonb_build_object('attributes', p_lot.attributes) ELSE '{}' END;
--> statement-breakpoint
-- What became of those fields that a lot was otherwise `p_before` a change.
CREATE FUNCTION lot_after(p_before jsonb, p_after jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE
RETURN (SELECT jsonb_object_agg(field, p_after->field) FROM jsonb_object_keys(p_before) AS field);
--> statement-breakpoint
-- Whether a lot with a name between the ends of a run, which differ in `p_digits` digits before `p_suffix`,
-- is one of it: between two names stand others, longer, shorter, or with other characters; and a name may
-- be another number's in another form.
CREATE FUNCTION in_run(p_lot lots, p_first_name text, p_digits integer, p_suffix text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN length(p_lot.name) = length(p_first_name)
   AND right(p_lot.name, length(p_suffix)) = p_suffix
   AND CASE
     WHEN substr(p_lot.name, length(p_lot.name) - length(p_suffix) - p_digits + 1, p_digits)
          !~ '^[0-9]+$' THEN false
     ELSE p_lot.number IS NULL
       OR p_lot.number = substr(p_lot.name, length(p_lot.name) - length(p_suffix) - p_digits + 1,
                                p_digits)::bigint
   END;
--> statement-breakpoint
-- Whether the lots of an item are lots of a series, or of one reservation of it: they are when they were
-- recorded from it, and of the series also when their names were made elsewhere.
CREATE FUNCTION of_series(
  p_item_series bigint, p_item_reservation bigint, p_series bigint, p_reservation bigint
) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN p_reservation IS NULL THEN p_item_series IS NULL OR p_item_series = p_series
       ELSE p_item_series = p_series AND p_item_reservation = p_reservation END;
--> statement-breakpoint
-- The names of numbers `p_first` to `p_last` of a series, or of one reservation of it, as runs of names of
-- one length, which differ in `digits` digits before `suffix`: for each form in which it has given
-- numbers and each count of digits one, in the order of the forms and the numbers.
CREATE FUNCTION runs_of_numbers(
  p_tenant text, p_series bigint, p_reservation bigint, p_first bigint, p_last bigint
) RETURNS TABLE (form bigint, digits integer, suffix text, first_name text, last_name text)
LANGUAGE sql STABLE AS $$
  WITH run AS (
    -- Forms that differ in their width alone give the same names beyond it.
    SELECT min(f.id) AS form, f.prefix, f.suffix, max(f.width) AS width, digits
    FROM series AS s
    JOIN forms AS f ON f.tenant = s.tenant AND f.series = s.id
    CROSS JOIN LATERAL generate_series(greatest(f.width, length(p_first::text)),
                                       greatest(f.width, length(p_last::text))) AS digits
    WHERE s.tenant = p_tenant AND s.id = p_series
      AND (p_reservation IS NULL
           OR EXISTS (
             SELECT FROM ledger AS l
             WHERE l.tenant = p_tenant AND l.series = p_series AND l.form = f.id
               AND l.first = p_reservation AND l.kind = 'reserved'
           ))
    GROUP BY f.prefix, f.suffix, digits
  )
  SELECT form, digits, suffix,
         render_name(prefix, greatest(p_first, CASE WHEN digits > width
                                               THEN (10::numeric ^ (digits - 1))::bigint END),
                     digits, suffix),
         render_name(prefix, least(p_last, (10::numeric ^ digits)::bigint - 1), digits, suffix)
  FROM run
  ORDER BY form, digits
$$;
--> statement-breakpoint
-- The names of a product's lots of those numbers, at most `p_limit`.
CREATE FUNCTION names_of_numbers(
  p_tenant text, p_product text, p_series bigint, p_reservation bigint, p_first bigint, p_last bigint,
  p_limit bigint
) RETURNS text[]
LANGUAGE sql STABLE SET enable_seqscan = off SET enable_bitmapscan = off AS $$
  WITH runs AS MATERIALIZED (
    SELECT * FROM runs_of_numbers(p_tenant, p_series, p_reservation, p_first, p_last)
  ), named AS (
    SELECT DISTINCT found.name
    FROM runs AS r
    CROSS JOIN LATERAL (
      SELECT l.name
      FROM lots AS l
      WHERE l.tenant = p_tenant AND l.product = p_product
        AND l.name >= r.first_name COLLATE "C" AND l.name <= r.last_name COLLATE "C"
        AND in_run(l, r.first_name, r.digits, r.suffix)
        AND (SELECT of_series(i.series, i.reservation, p_series, p_reservation)
             FROM job_items AS i WHERE i.tenant = l.tenant AND i.id = l.item)
      ORDER BY l.name
      LIMIT p_limit
    ) AS found
    LIMIT p_limit
  )
  SELECT coalesce(array_agg(name), '{}') FROM named
$$;
--> statement-breakpoint
-- How many lots a change was to apply to, and how many of them it made different.
CREATE TYPE change_outcome AS (matched bigint, changed bigint);
--> statement-breakpoint
-- Sets the fields of `p_after` (state, location, expires_on, quantity, attributes; null clears) in the
-- lots of a product that have these names, with an entry of history for each that becomes different.
-- This is the one way in which lots change. Names that no lot has are not counted as matched.
-- The rows are locked in the order of their names until the transaction ends. Who changes lots of several
-- products in one transaction takes the products in order; who makes several changes to one product
-- locks all of its lots first, with lock_lots.
-- Fails: serial_out_of_range, expiry_required, expiry_not_kept.
CREATE FUNCTION change_lots(
  p_tenant text, p_product text, p_names text[], p_after jsonb, p_api_key integer,
  p_reference text, p_party text, p_request uuid DEFAULT NULL
) RETURNS change_outcome
LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
  v_after jsonb := p_after;
  v_rows tid[];
  v_change bigint;
  v_changed bigint;
BEGIN
  PERFORM check_change(p_tenant, p_product, p_after);
  IF p_after ? 'quantity' THEN
    v_after := p_after || jsonb_build_object('quantity',
                                             trim_scale((p_after->>'quantity')::numeric)::text);
  END IF;
  v_rows := lock_lots(p_tenant, p_product, p_names);

  -- Taken behind the locks, so that the changes of a lot are numbered as they happen.
  v_change := nextval(pg_get_serial_sequence('lot_changes', 'id'));
  INSERT INTO lot_history (tenant, name, product, change, before)
  SELECT l.tenant, l.name, l.product, v_change, lot_before(l, v_after)
  FROM lots_at(v_rows) AS l
  WHERE lot_differs(l, v_after);
  GET DIAGNOSTICS v_changed = ROW_COUNT;
  IF v_changed > 0 THEN
    INSERT INTO lot_changes (tenant, id, product, at, api_key, after, reference, party, request)
    VALUES (p_tenant, v_change, p_product, clock_timestamp(), p_api_key, v_after, p_reference,
            p_party, p_request);
    PERFORM set_lots_at(v_rows, v_after);
  END IF;
  RETURN (cardinality(v_rows), v_changed)::change_outcome;
END
$$;
--> statement-breakpoint
-- Lots where their rows are, which the caller has locked. Of a tenant that the statistics do not know yet the
-- planner would rather look at every lot, and for each through all of the places: here it may not.
CREATE FUNCTION lots_at(p_places tid[]) RETURNS SETOF lots
LANGUAGE sql
SET enable_seqscan = off SET enable_indexscan = off SET enable_indexonlyscan = off SET enable_bitmapscan = off AS $$
  SELECT * FROM lots WHERE ctid = ANY (p_places)
$$;
--> statement-breakpoint
-- Sets fields in lots where their rows are, likewise, as far as it makes them different. Nothing refers to lots, so
-- that no other look-up is planned so.
CREATE FUNCTION set_lots_at(p_places tid[], p_after jsonb) RETURNS void
LANGUAGE sql
SET enable_seqscan = off SET enable_indexscan = off SET enable_indexonlyscan = off SET enable_bitmapscan = off AS $$
  UPDATE lots AS l
  SET state = CASE WHEN p_after ? 'state' THEN (p_after->>'state')::lot_state ELSE l.state END,
      location = CASE WHEN p_after ? 'location' THEN p_after->>'location' ELSE l.location END,
      expires_on = CASE WHEN p_after ? 'expires_on' THEN (p_after->>'expires_on')::date
                   ELSE l.expires_on END,
      quantity = CASE WHEN p_after ? 'quantity' THEN (p_after->>'quantity')::numeric
                 ELSE l.quantity END,
      attributes = CASE WHEN p_after ? 'attributes' THEN nullif(p_after->'attributes', 'null')
                   ELSE l.attributes END
  WHERE l.ctid = ANY (p_places) AND lot_differs(l, p_after)
$$;
--> statement-breakpoint
-- Locks the lots of a product that have these names, in the order of the names. Returns where their rows
-- are: a locked row stays there.
CREATE FUNCTION lock_lots(p_tenant text, p_product text, p_names text[]) RETURNS tid[]
LANGUAGE sql SET enable_seqscan = off SET enable_bitmapscan = off AS $$
  SELECT coalesce(array_agg(held.place), '{}') FROM (
    SELECT ctid AS place FROM lots
    WHERE tenant = p_tenant AND name = ANY (p_names) AND product = p_product
    ORDER BY name
    FOR NO KEY UPDATE
  ) AS held
$$;
--> statement-breakpoint
-- Refuses what lots of a product cannot be.
CREATE FUNCTION check_change(p_tenant text, p_product text, p_after jsonb) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
  v_product products;
BEGIN
  SELECT * INTO STRICT v_product FROM products WHERE tenant = p_tenant AND sku = p_product;
  IF v_product.tracking = 'serial' AND (p_after->>'quantity')::numeric NOT IN (0, 1) THEN
    PERFORM fail('serial_out_of_range', jsonb_build_object('product', p_product));
  END IF;
  IF v_product.expiry = 'required' AND p_after->'expires_on' = 'null' THEN
    PERFORM fail('expiry_required', jsonb_build_object('product', p_product));
  ELSIF v_product.expiry = 'none' AND p_after->>'expires_on' IS NOT NULL THEN
    PERFORM fail('expiry_not_kept', jsonb_build_object('product', p_product));
  END IF;
END
$$;
--> statement-breakpoint
-- A lot with its version.
CREATE FUNCTION versioned_lot(p_lot lots) RETURNS json
LANGUAGE sql STABLE
RETURN json_build_object(
  'lot', (
    SELECT row_to_json(shown) FROM (
      SELECT r.product, r.name, r.number, r.reservation, r.quantity, r.state, r.location,
             r.expires_on, r.produced_on, r.attributes, r.created_at
      FROM shown_lot(p_lot, NULL) AS r
    ) AS shown
  ),
  'version', lot_version(p_lot)
);
--> statement-breakpoint
-- One lot with its version; null when there is none.
CREATE FUNCTION get_lot_v1(p_tenant text, p_product text, p_name text) RETURNS json
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT versioned_lot(l) FROM lots AS l
  WHERE l.tenant = p_tenant AND l.name = p_name AND l.product = p_product
$$;
--> statement-breakpoint
-- Changes one lot, if its version is one of `p_versions` (null: whatever it is). A statement that was sent
-- again, since its answer was lost, is known by `p_request` and does nothing more.
-- Returns the lot as it is then, with its version.
-- Fails: lot_not_found, lot_changed, lots_busy (another change holds it), and as change_lots.
CREATE FUNCTION change_lot_v1(
  p_caller caller, p_tenant text, p_product text, p_name text, p_versions text[], p_after jsonb,
  p_reference text, p_party text, p_request uuid
) RETURNS json
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '5s' AS $$
DECLARE
  v_api_key integer := caller_v1(p_caller, p_tenant);
  v_lot lots;
  v_outcome change_outcome;
BEGIN
  SELECT * INTO v_lot FROM lots
  WHERE tenant = p_tenant AND name = p_name AND product = p_product FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    PERFORM fail('lot_not_found', jsonb_build_object('product', p_product, 'name', p_name));
  END IF;
  -- What is sent again is sent within a second: few others can have come between.
  IF NOT EXISTS (
    SELECT FROM (
      SELECT change FROM lot_history
      WHERE tenant = p_tenant AND name = p_name AND product = p_product
      ORDER BY change DESC LIMIT 20
    ) AS h
    WHERE p_request = (SELECT c.request FROM lot_changes AS c
                       WHERE c.tenant = p_tenant AND c.id = h.change)
  ) THEN
    IF lot_version(v_lot) <> ALL (p_versions) THEN
      PERFORM fail('lot_changed', jsonb_build_object(
        'product', p_product, 'name', p_name, 'etag', '"' || lot_version(v_lot) || '"'));
    END IF;
    v_outcome := change_lots(p_tenant, p_product, ARRAY[p_name], p_after, v_api_key, p_reference,
                             p_party, p_request);
    IF v_outcome.changed > 0 THEN
      PERFORM record_event(p_caller, p_tenant, 'lot.changed', p_name, jsonb_build_object(
        'product', p_product, 'before', lot_before(v_lot, p_after),
        'after', lot_after(lot_before(v_lot, p_after), p_after),
        'reference', p_reference, 'party', p_party));
    END IF;
  END IF;
  RETURN get_lot_v1(p_tenant, p_product, p_name);
EXCEPTION WHEN lock_not_available THEN
  PERFORM fail('lots_busy', jsonb_build_object('product', p_product));
END
$$;
--> statement-breakpoint
-- Which lots of a product are meant: by their `names`; by numbers `first` to `last` of a series, which is
-- `sequence` and `period`; or by those of `reservation` of it, all of them without first and last.
-- `prefix`, `width` and `suffix` are the form of the sequence's pattern, if no document is needed to
-- know it. `series` is filled in by resolve_selection.
CREATE TYPE lot_selection AS (
  product text,
  names text[],
  sequence text,
  period text,
  reservation bigint,
  first bigint,
  last bigint,
  prefix text,
  width integer,
  suffix text,
  series bigint
);
--> statement-breakpoint
-- A selection with its series, and the ends of its reservation, filled in.
-- Fails: unknown_product, unknown_sequence, unknown_series, unknown_reservation, reservation_range.
CREATE FUNCTION resolve_selection(p_tenant text, p_lots lot_selection) RETURNS lot_selection
LANGUAGE plpgsql AS $$
DECLARE
  v_entry ledger;
BEGIN
  IF NOT EXISTS (SELECT FROM products WHERE tenant = p_tenant AND sku = p_lots.product) THEN
    PERFORM fail('unknown_product', jsonb_build_object('product', p_lots.product));
  END IF;
  IF p_lots.sequence IS NULL THEN
    RETURN p_lots;
  END IF;

  SELECT id INTO p_lots.series FROM series
  WHERE tenant = p_tenant AND sequence = p_lots.sequence AND period = p_lots.period;
  IF p_lots.reservation IS NOT NULL THEN
    SELECT * INTO v_entry FROM ledger
    WHERE tenant = p_tenant AND series = p_lots.series AND first = p_lots.reservation
      AND kind = 'reserved';
    IF NOT FOUND THEN
      PERFORM fail('unknown_reservation', jsonb_build_object(
        'reservation', reservation_id(p_lots.sequence, p_lots.period, p_lots.reservation)));
    END IF;
    p_lots.first := coalesce(p_lots.first, v_entry.first);
    p_lots.last := coalesce(p_lots.last, v_entry.last);
    PERFORM check_in_run(v_entry, p_lots.first, p_lots.last);
  ELSIF NOT EXISTS (SELECT FROM sequences WHERE tenant = p_tenant AND key = p_lots.sequence) THEN
    PERFORM fail('unknown_sequence', jsonb_build_object('sequence', p_lots.sequence));
  ELSIF p_lots.series IS NULL THEN
    PERFORM fail('unknown_series', jsonb_build_object(
      'sequence', p_lots.sequence, 'series', nullif(p_lots.period, '')));
  ELSIF p_lots.prefix IS NOT NULL THEN
    -- Names made elsewhere may be of a form in which the series has not given a number yet.
    PERFORM form_v1(p_tenant, p_lots.series, p_lots.prefix, p_lots.width, p_lots.suffix);
  END IF;
  RETURN p_lots;
END
$$;
--> statement-breakpoint
-- Refuses names of which the product has no lot, telling the first few in the order given.
CREATE FUNCTION check_lots_exist(p_tenant text, p_product text, p_names text[]) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
  v_missing text[] := ARRAY(
    SELECT given.name FROM unnest(p_names) WITH ORDINALITY AS given (name, place)
    WHERE (SELECT l.name FROM lots AS l
           WHERE l.tenant = p_tenant AND l.name = given.name COLLATE "C" AND l.product = p_product)
          IS NULL
    ORDER BY given.place
  );
BEGIN
  IF cardinality(v_missing) > 0 THEN
    PERFORM fail('unknown_lots', jsonb_build_object(
      'product', p_product, 'names', v_missing[1:10], 'total', cardinality(v_missing)));
  END IF;
END
$$;
--> statement-breakpoint
-- Changes many lots of a product, all or none: at most `p_limit`.
-- Fails: unknown_lots (names of which there is no lot), no_lots (numbers of which there is none),
-- too_many_changes, lots_busy (another change holds some), and as resolve_selection and change_lots.
CREATE FUNCTION change_lots_v1(
  p_caller caller, p_tenant text, p_key text, p_fingerprint bytea,
  p_lots jsonb, p_after jsonb, p_reference text, p_party text, p_limit bigint
) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '10s' AS $$
DECLARE
  v_call opened_call := open_call_v1(p_caller, p_tenant, p_key, p_fingerprint);
  v_lots lot_selection;
  v_names text[];
  v_outcome change_outcome;
BEGIN
  IF v_call.answer IS NOT NULL THEN
    RETURN v_call.answer;
  END IF;
  v_lots := resolve_selection(p_tenant, jsonb_populate_record(NULL::lot_selection, p_lots));
  v_names := coalesce(v_lots.names,
                      names_of_numbers(p_tenant, v_lots.product, v_lots.series, v_lots.reservation,
                                       v_lots.first, v_lots.last, p_limit + 1));
  IF cardinality(v_names) > p_limit THEN
    PERFORM fail('too_many_changes', jsonb_build_object('limit', p_limit::text));
  ELSIF cardinality(v_names) = 0 THEN
    PERFORM fail('no_lots', jsonb_build_object(
      'product', v_lots.product, 'first', v_lots.first::text, 'last', v_lots.last::text));
  END IF;
  v_outcome := change_lots(p_tenant, v_lots.product, v_names, p_after, v_call.api_key, p_reference, p_party);
  IF v_lots.names IS NOT NULL AND v_outcome.matched < cardinality(v_lots.names) THEN
    PERFORM check_lots_exist(p_tenant, v_lots.product, v_lots.names);
  END IF;
  IF v_outcome.changed > 0 THEN
    PERFORM record_event(p_caller, p_tenant, 'lots.changed', v_lots.product, jsonb_build_object(
      'changed', v_outcome.changed, 'after', p_after, 'reference', p_reference, 'party', p_party)
      || CASE WHEN v_lots.sequence IS NULL THEN '{}' ELSE jsonb_build_object(
        'sequence', v_lots.sequence, 'series', nullif(v_lots.period, ''),
        'first', v_lots.first::text, 'last', v_lots.last::text) END);
  END IF;
  RETURN answer_request_v1(p_tenant, p_key, p_fingerprint, jsonb_build_object(
    'product', v_lots.product,
    'changed', v_outcome.changed,
    'unchanged', v_outcome.matched - v_outcome.changed
  ));
EXCEPTION WHEN lock_not_available THEN
  PERFORM fail('lots_busy', jsonb_build_object('product', p_lots->>'product'));
END
$$;
--> statement-breakpoint
-- Lots with an expiry date, in the order of the dates, behind the lot `p_product`, `p_name` of that date.
-- Each state is a range of the index, and their beginnings are merged.
CREATE FUNCTION lots_by_expiry_v1(
  p_tenant text, p_filter lot_filter, p_expires_on date, p_product text, p_name text, p_limit integer
) RETURNS SETOF lot_row
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off AS $$
  SELECT r.*
  FROM (
    SELECT found.lot
    FROM unnest(CASE WHEN p_filter.state IS NULL THEN lot_states()
                ELSE ARRAY[p_filter.state] END) AS one (state)
    CROSS JOIN LATERAL (
      SELECT l AS lot
      FROM lots AS l
      WHERE l.tenant = p_tenant AND l.state = one.state AND l.expires_on IS NOT NULL
        AND (l.expires_on, l.product, l.name) > (p_expires_on, p_product, p_name)
        AND l.expires_on < coalesce(p_filter.expires_before, 'infinity')
        AND lot_matches(l, p_filter)
      ORDER BY l.expires_on, l.product, l.name
      LIMIT p_limit
    ) AS found
    ORDER BY (found.lot).expires_on, (found.lot).product, (found.lot).name
    LIMIT p_limit
  ) AS page
  CROSS JOIN LATERAL shown_lot(page.lot, to_char((page.lot).expires_on, 'YYYY-MM-DD') || E'\n'
                                         || (page.lot).product || E'\n' || (page.lot).name) AS r
  ORDER BY (page.lot).expires_on, (page.lot).product, (page.lot).name
$$;
--> statement-breakpoint
-- Lots of a state other than available, in the order of products and names, behind one of them.
CREATE FUNCTION lots_by_state_v1(
  p_tenant text, p_filter lot_filter, p_product text, p_name text, p_limit integer
) RETURNS SETOF lot_row
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off AS $$
  SELECT r.*
  FROM (
    SELECT l AS lot
    FROM lots AS l
    WHERE l.tenant = p_tenant AND l.state = p_filter.state AND l.state <> 'available'
      AND l.product BETWEEN coalesce(p_filter.product, '') AND coalesce(p_filter.product, chr(127))
      AND (l.product, l.name) > (p_product, p_name)
      AND lot_matches(l, p_filter)
    ORDER BY l.product, l.name
    LIMIT p_limit
  ) AS page
  CROSS JOIN LATERAL shown_lot(page.lot, (page.lot).product || E'\n' || (page.lot).name) AS r
  ORDER BY (page.lot).product, (page.lot).name
$$;
--> statement-breakpoint
-- Lots of a location, in the order of products and names, behind one of them.
CREATE FUNCTION lots_by_location_v1(
  p_tenant text, p_filter lot_filter, p_product text, p_name text, p_limit integer
) RETURNS SETOF lot_row
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off AS $$
  SELECT r.*
  FROM (
    SELECT l AS lot
    FROM lots AS l
    WHERE l.tenant = p_tenant AND l.location = p_filter.location AND l.location IS NOT NULL
      AND l.product BETWEEN coalesce(p_filter.product, '') AND coalesce(p_filter.product, chr(127))
      AND (l.product, l.name) > (p_product, p_name)
      AND lot_matches(l, p_filter)
    ORDER BY l.product, l.name
    LIMIT p_limit
  ) AS page
  CROSS JOIN LATERAL shown_lot(page.lot, (page.lot).product || E'\n' || (page.lot).name) AS r
  ORDER BY (page.lot).product, (page.lot).name
$$;
--> statement-breakpoint
-- Lots that went to a party, in the order in which they went; else those that were changed under a
-- reference, in the order in which they were. Each lot stands at the last such change, behind lot
-- `p_name` of change `p_change`.
CREATE FUNCTION lots_by_change_v1(
  p_tenant text, p_filter lot_filter, p_change bigint, p_name text, p_limit integer
) RETURNS SETOF lot_row
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE
  v_by_party CONSTANT boolean := p_filter.party IS NOT NULL;
  v_reference CONSTANT text := p_filter.reference;
  v_changes refcursor;
  v_change bigint;
  v_left integer := p_limit;
  v_found integer;
BEGIN
  IF v_by_party THEN
    OPEN v_changes FOR
      SELECT c.id FROM lot_changes AS c
      WHERE c.tenant = p_tenant AND c.party = p_filter.party AND c.id >= p_change
        AND c.after->>'state' = 'shipped'
        -- A change is one product's: those of others are not looked into.
        AND (p_filter.product IS NULL OR c.product = p_filter.product)
      ORDER BY c.id;
    p_filter.party := NULL;
  ELSE
    OPEN v_changes FOR
      SELECT c.id FROM lot_changes AS c
      WHERE c.tenant = p_tenant AND c.reference = v_reference AND c.id >= p_change
        AND (p_filter.product IS NULL OR c.product = p_filter.product)
      ORDER BY c.id;
    p_filter.reference := NULL;
  END IF;
  LOOP
    FETCH v_changes INTO v_change;
    EXIT WHEN NOT FOUND OR v_left = 0;
    RETURN QUERY
      SELECT r.*
      FROM (
        SELECT one.lot
        FROM lot_history AS h
        CROSS JOIN LATERAL (
          SELECT l AS lot FROM lots AS l
          WHERE l.tenant = p_tenant AND l.name = h.name AND l.product = h.product
            AND lot_matches(l, p_filter)
          LIMIT 1
        ) AS one
        WHERE h.tenant = p_tenant AND h.change = v_change
          AND h.name > CASE v_change WHEN p_change THEN p_name ELSE '' END
          AND v_change = CASE
            WHEN v_by_party
              THEN (SELECT c.id FROM last_change_to(p_tenant, h.product, h.name, 'shipped') AS c)
            ELSE (SELECT c.id FROM last_change_under(p_tenant, h.product, h.name, v_reference) AS c)
          END
        ORDER BY h.name
        LIMIT v_left
      ) AS page
      CROSS JOIN LATERAL shown_lot(page.lot, v_change || E'\n' || (page.lot).name) AS r
      ORDER BY (page.lot).name;
    GET DIAGNOSTICS v_found = ROW_COUNT;
    v_left := v_left - v_found;
  END LOOP;
END
$$;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION
  lot_after, get_lot_v1, change_lot_v1, change_lots_v1,
  lots_by_expiry_v1, lots_by_state_v1, lots_by_location_v1, lots_by_change_v1
TO serialmint_app;
