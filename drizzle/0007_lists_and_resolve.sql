-- One CSV field (RFC 4180). Unless `raw`, a text that a spreadsheet would run as a formula gets an
-- apostrophe in front (OWASP, CSV injection).
CREATE FUNCTION csv_field(value text, raw boolean) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN value IS NULL THEN ''
  WHEN raw OR left(value, 1) NOT IN ('=', '+', '-', '@', chr(9), chr(13)) THEN
    CASE WHEN value ~ '[",\r\n]' THEN '"' || replace(value, '"', '""') || '"' ELSE value END
  ELSE '"''' || replace(value, '"', '""') || '"'
END;
--> statement-breakpoint
-- A lot as the wire knows it, with its place in the order of creation.
CREATE TYPE lot_row AS (
  product text,
  name text,
  number text,
  reservation text,
  quantity text,
  state text,
  location text,
  expires_on date,
  produced_on date,
  attributes jsonb,
  created_at text,
  place text
);
--> statement-breakpoint
-- A lot as the wire knows it, at `p_place` of a list.
CREATE FUNCTION shown_lot(p_lot lots, p_place text) RETURNS SETOF lot_row
LANGUAGE sql STABLE ROWS 1 AS $$
  SELECT p_lot.product, p_lot.name, p_lot.number::text,
         reservation_id(s.sequence, s.period, i.reservation), p_lot.quantity::text, p_lot.state::text,
         p_lot.location, p_lot.expires_on, p_lot.produced_on, p_lot.attributes,
         wire_time(p_lot.created_at), p_place
  FROM (SELECT) AS one
  LEFT JOIN job_items AS i ON i.tenant = p_lot.tenant AND i.id = p_lot.item
  LEFT JOIN series AS s ON s.id = i.series
$$;
--> statement-breakpoint
-- What lots a list is narrowed to; a null matches everything. Both ends of the expiry dates are left out;
-- of the time of creation the beginning is within, the end is not. `party` is who got a lot last,
-- `reference` that of any change to it; `receipt` made it, grew it or took it back.
CREATE TYPE lot_filter AS (
  product text,
  state lot_state,
  location text,
  expires_after date,
  expires_before date,
  party text,
  reference text,
  created_from timestamptz,
  created_to timestamptz,
  receipt uuid
);
--> statement-breakpoint
-- The last change by which a lot came into a state; nothing if none did. Here and in what follows a limit
-- keeps the planner from turning a look-up by key round, which it may where it has no figures of a table yet.
CREATE FUNCTION last_change_to(p_tenant text, p_product text, p_name text, p_state lot_state)
RETURNS SETOF lot_changes
LANGUAGE sql STABLE ROWS 1 AS $$
  SELECT c.*
  FROM lot_history AS h
  CROSS JOIN LATERAL (
    SELECT * FROM lot_changes WHERE tenant = p_tenant AND id = h.change LIMIT 1
  ) AS c
  WHERE h.tenant = p_tenant AND h.name = p_name AND h.product = p_product
    AND h.before ? 'state' AND c.after->>'state' = p_state::text
  ORDER BY h.change DESC
  LIMIT 1
$$;
--> statement-breakpoint
-- The last change of a lot with this reference; nothing if none has it.
CREATE FUNCTION last_change_under(p_tenant text, p_product text, p_name text, p_reference text)
RETURNS SETOF lot_changes
LANGUAGE sql STABLE ROWS 1 AS $$
  SELECT c.*
  FROM lot_history AS h
  CROSS JOIN LATERAL (
    SELECT * FROM lot_changes WHERE tenant = p_tenant AND id = h.change LIMIT 1
  ) AS c
  WHERE h.tenant = p_tenant AND h.name = p_name AND h.product = p_product
    AND c.reference = p_reference
  ORDER BY h.change DESC
  LIMIT 1
$$;
--> statement-breakpoint
-- Whether the changes of a lot are what a filter asks for.
CREATE FUNCTION history_matches(p_lot lots, p_party text, p_reference text) RETURNS boolean
LANGUAGE sql STABLE
RETURN (p_party IS NULL
        OR EXISTS (SELECT FROM last_change_to(p_lot.tenant, p_lot.product, p_lot.name, 'shipped') AS c
                   WHERE c.party = p_party))
   AND (p_reference IS NULL
        OR EXISTS (SELECT FROM last_change_under(p_lot.tenant, p_lot.product, p_lot.name,
                                                 p_reference)));
--> statement-breakpoint
-- Whether a receipt made a lot, grew it or took it back.
CREATE FUNCTION in_receipt(p_lot lots, p_receipt uuid) RETURNS boolean
LANGUAGE sql STABLE
RETURN coalesce((SELECT r.job FROM receipts AS r WHERE r.tenant = p_lot.tenant AND r.id = p_receipt)
                = (SELECT i.job FROM job_items AS i WHERE i.tenant = p_lot.tenant AND i.id = p_lot.item),
                false)
    OR EXISTS (SELECT FROM receipt_growths AS g
               WHERE g.tenant = p_lot.tenant AND g.receipt = p_receipt AND g.name = p_lot.name
                 AND g.product = p_lot.product AND g.undone_at IS NULL);
--> statement-breakpoint
-- Whether a lot is what a filter asks for.
CREATE FUNCTION lot_matches(p_lot lots, p_filter lot_filter) RETURNS boolean
LANGUAGE sql STABLE
RETURN (p_filter.product IS NULL OR p_lot.product = p_filter.product)
   AND (p_filter.state IS NULL OR p_lot.state = p_filter.state)
   AND (p_filter.location IS NULL OR p_lot.location = p_filter.location)
   AND (p_filter.expires_after IS NULL OR p_lot.expires_on > p_filter.expires_after)
   AND (p_filter.expires_before IS NULL OR p_lot.expires_on < p_filter.expires_before)
   AND (p_filter.created_from IS NULL OR p_lot.created_at >= p_filter.created_from)
   AND (p_filter.created_to IS NULL OR p_lot.created_at < p_filter.created_to)
   AND ((p_filter.party IS NULL AND p_filter.reference IS NULL)
        OR history_matches(p_lot, p_filter.party, p_filter.reference))
   AND (p_filter.receipt IS NULL OR in_receipt(p_lot, p_filter.receipt));
--> statement-breakpoint
-- Lots in the order of their creation, behind index `p_index` of item `p_item`; null filters match
-- everything. An item tells the names of its lots, and names of one length sort as their numbers do: so
-- each run is a range of the one index on lots, and the order needs no index of its own.
CREATE FUNCTION list_lots_v1(
  p_tenant text, p_filter lot_filter, p_job uuid, p_series bigint, p_reservation bigint,
  p_item bigint, p_index bigint, p_limit integer
) RETURNS SETOF lot_row
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off AS $$
DECLARE
  v_item record;
  v_from bigint;
  v_digits integer;
  v_last bigint;
  v_names text[];
  v_window bigint;
  v_left integer := p_limit;
  v_found integer;
BEGIN
  FOR v_item IN
    SELECT i.*, reservation_id(s.sequence, s.period, i.reservation) AS reservation_name,
           CASE WHEN i.names IS NOT NULL THEN i.count ELSE least(j.cursor - i.start, i.count) END AS done
    FROM job_items AS i
    JOIN jobs AS j ON j.tenant = i.tenant AND j.id = i.job
    LEFT JOIN series AS s ON s.id = i.series
    WHERE i.tenant = p_tenant
      AND i.id >= p_item
      AND (p_filter.product IS NULL OR i.product = p_filter.product)
      -- A lot is created while its job runs; a minute covers how long a statement may take.
      AND (p_filter.created_to IS NULL OR j.created_at < p_filter.created_to)
      AND (p_filter.created_from IS NULL OR j.finished_at IS NULL
           OR j.finished_at >= p_filter.created_from - interval '1 minute')
      AND (p_job IS NULL OR i.job = p_job)
      AND (p_series IS NULL OR (i.series = p_series AND i.reservation = p_reservation))
    ORDER BY i.id
  LOOP
    v_from := CASE WHEN v_item.id = p_item THEN p_index + 1 ELSE 0 END;
    -- Unpacked once; a page looks at as many names as it may have rows, and at more where a filter leaves few.
    v_names := v_item.names;
    v_window := v_left;
    WHILE v_from < v_item.done LOOP
      IF v_item.names IS NULL THEN
        v_digits := greatest(v_item.width, length((v_item.first + v_from * v_item.step)::text));
        v_last := least(v_item.done - 1,
                        ((10::numeric ^ v_digits)::bigint - 1 - v_item.first) / v_item.step);
        RETURN QUERY
          SELECT l.product, l.name, l.number::text, v_item.reservation_name, l.quantity::text,
                 l.state::text, l.location, l.expires_on, l.produced_on, l.attributes,
                 wire_time(l.created_at),
                 v_item.id || '.' || (substr(l.name, length(v_item.prefix) + 1, v_digits)::bigint
                                      - v_item.first) / v_item.step
          FROM lots AS l
          WHERE l.tenant = p_tenant AND l.product = v_item.product AND l.item = v_item.id
            AND l.name >= render_name(v_item.prefix, v_item.first + v_from * v_item.step,
                                      v_item.width, v_item.suffix) COLLATE "C"
            AND l.name <= render_name(v_item.prefix, v_item.first + v_last * v_item.step,
                                      v_item.width, v_item.suffix) COLLATE "C"
            -- Between two names of one length stand others, longer or shorter.
            AND length(l.name) = length(v_item.prefix) + v_digits + length(v_item.suffix)
            AND lot_matches(l, p_filter)
          ORDER BY l.name
          LIMIT v_left;
        v_from := v_last + 1;
      ELSE
        v_last := least(v_from + v_window, v_item.done);
        RETURN QUERY
          SELECT l.product, l.name, l.number::text, v_item.reservation_name, l.quantity::text,
                 l.state::text, l.location, l.expires_on, l.produced_on, l.attributes,
                 wire_time(l.created_at), v_item.id || '.' || v_from + given.place - 1
          FROM unnest(v_names[v_from + 1:v_last]) WITH ORDINALITY AS given (name, place)
          -- The limit keeps the planner from turning the look-ups round.
          CROSS JOIN LATERAL (
            SELECT f.* FROM lots AS f
            WHERE f.tenant = p_tenant AND f.product = v_item.product AND f.item = v_item.id
              AND f.name = given.name COLLATE "C"
              AND lot_matches(f, p_filter)
            LIMIT 1
          ) AS l
          ORDER BY given.place
          LIMIT v_left;
        v_from := v_last;
        v_window := least(2 * v_window, 10000);
      END IF;
      GET DIAGNOSTICS v_found = ROW_COUNT;
      v_left := v_left - v_found;
      IF v_left = 0 THEN
        RETURN;
      END IF;
    END LOOP;
  END LOOP;
END
$$;
--> statement-breakpoint
-- Lots that a receipt made, in the order of their creation, and behind them those that it grew or took
-- back, in the order of names and products. Those stand as lots of an item after all others, each at the
-- index that is the id of its growth.
CREATE FUNCTION lots_of_receipt_v1(
  p_tenant text, p_filter lot_filter, p_item bigint, p_index bigint, p_limit integer
) RETURNS SETOF lot_row
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE
  c_grown CONSTANT bigint := 999999999999999999;
  v_receipt CONSTANT uuid := p_filter.receipt;
  v_job CONSTANT uuid := (SELECT job FROM receipts WHERE tenant = p_tenant AND id = v_receipt);
  v_name text := '';
  v_product text := '';
  v_found integer := 0;
BEGIN
  p_filter.receipt := NULL;
  IF p_item < c_grown AND v_job IS NOT NULL THEN
    RETURN QUERY
      SELECT * FROM list_lots_v1(p_tenant, p_filter, v_job, NULL, NULL, p_item, p_index, p_limit);
    GET DIAGNOSTICS v_found = ROW_COUNT;
  END IF;
  IF p_item = c_grown THEN
    SELECT name, product INTO v_name, v_product FROM receipt_growths
    WHERE tenant = p_tenant AND id = p_index;
  END IF;
  RETURN QUERY
    SELECT r.*
    FROM (
      SELECT g.id, one.lot
      FROM receipt_growths AS g
      CROSS JOIN LATERAL (
        SELECT l AS lot FROM lots AS l
        WHERE l.tenant = p_tenant AND l.name = g.name AND l.product = g.product
          AND lot_matches(l, p_filter)
        LIMIT 1
      ) AS one
      WHERE g.tenant = p_tenant AND g.receipt = v_receipt
        AND (g.name, g.product) > (v_name, v_product)
        AND g.undone_at IS NULL
        AND (p_filter.product IS NULL OR g.product = p_filter.product)
      ORDER BY g.name, g.product
      LIMIT p_limit - v_found
    ) AS page
    CROSS JOIN LATERAL shown_lot(page.lot, c_grown || '.' || page.id) AS r
    ORDER BY (page.lot).name, (page.lot).product;
END
$$;
--> statement-breakpoint
-- Lots of one name, in the order of their products, behind product `p_behind`.
CREATE FUNCTION find_lots_v1(
  p_tenant text, p_name text, p_filter lot_filter, p_job uuid, p_reservation text, p_behind text,
  p_limit integer
) RETURNS SETOF lot_row
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT r.*
  FROM lots AS l
  CROSS JOIN LATERAL shown_lot(l, l.product) AS r
  WHERE l.tenant = p_tenant AND l.name = p_name AND l.product > p_behind
    AND lot_matches(l, p_filter)
    AND (p_job IS NULL
         OR p_job = (SELECT i.job FROM job_items AS i WHERE i.tenant = l.tenant AND i.id = l.item))
    AND (p_reservation IS NULL OR r.reservation = p_reservation)
  ORDER BY l.product
  LIMIT p_limit
$$;
--> statement-breakpoint
-- What happened to a number of a series: the ledger entry that gave it or passed it, if any.
CREATE FUNCTION entry_of_number(p_series bigint, p_number bigint) RETURNS ledger
LANGUAGE sql STABLE AS $$
  SELECT l.* FROM entries_over(p_series, p_number, p_number) AS l
  WHERE (p_number - l.first) % l.step = 0
$$;
--> statement-breakpoint
-- Where a name comes from: every number of ours that renders it, what became of that number, and the
-- lots that carry the name. Each digit run of the name, or part of one, may be the counter.
CREATE FUNCTION resolve_v1(p_tenant text, p_name text) RETURNS json
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH split AS (
    SELECT left(p_name, begins - 1) AS prefix,
           substr(p_name, begins, digits)::bigint AS number,
           substr(p_name, begins + digits) AS suffix
    FROM generate_series(1, length(p_name)) AS begins
    CROSS JOIN generate_series(1, least(18, length(p_name) - begins + 1)) AS digits
    WHERE substr(p_name, begins, digits) ~ '^[0-9]+$'
  ), origin AS (
    SELECT s.sequence, s.period, s.id AS series, split.number, f.id AS form,
           entry_of_number(s.id, split.number) AS entry
    FROM split
    JOIN forms AS f ON f.tenant = p_tenant AND f.prefix = split.prefix AND f.suffix = split.suffix
     AND render_name(f.prefix, split.number, f.width, f.suffix) = p_name
    JOIN series AS s ON s.id = f.series
  )
  SELECT json_build_object(
    'name', p_name,
    'origins', coalesce((
      SELECT json_agg(json_build_object(
        'sequence', o.sequence,
        'series', nullif(o.period, ''),
        'number', o.number::text,
        'status', CASE
          WHEN v.at IS NOT NULL THEN 'voided'
          WHEN (o.entry).kind <> 'reserved' THEN (o.entry).kind::text
          WHEN c.number IS NOT NULL THEN 'recorded'
          WHEN h.used @> o.number OR h.id IS NULL THEN 'reserved'
          ELSE CASE lease_status(h) WHEN 'open' THEN 'on_lease' ELSE lease_status(h) END END,
        'reservation', CASE WHEN (o.entry).kind = 'reserved'
          THEN reservation_id(o.sequence, o.period, (o.entry).first) END,
        'lease', h.id,
        'holder', h.holder,
        'issued_at', wire_time((o.entry).at),
        'reason', coalesce(v.reason, (o.entry).reason),
        'voided_at', wire_time(v.at)
      ) ORDER BY o.sequence, o.number)
      FROM origin AS o
      LEFT JOIN LATERAL (
        SELECT at, reason FROM voids_over(o.series, o.number, o.number)
      ) AS v ON true
      LEFT JOIN LATERAL (
        SELECT l.number FROM lots AS l
        WHERE l.tenant = p_tenant AND l.name = p_name AND l.number = o.number LIMIT 1
      ) AS c ON true
      LEFT JOIN leases AS h
        ON h.tenant = p_tenant AND h.series = o.series AND h.first = (o.entry).first
      WHERE (o.entry).kind IS NOT NULL AND ((o.entry).form = o.form OR (o.entry).form IS NULL)
    ), '[]'),
    'lots', coalesce((
      SELECT json_agg(shown ORDER BY shown.product) FROM (
        SELECT product, name, number, reservation, quantity, state, location, expires_on,
               produced_on, attributes, created_at
        FROM find_lots_v1(p_tenant, p_name, NULL, NULL, NULL, '', NULL)
      ) AS shown
    ), '[]')
  )
$$;
