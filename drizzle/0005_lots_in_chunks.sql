-- How lots are recorded: a job with items, worked off in chunks. See docs/concepts/jobs.md.

-- One item as the caller sends it. `source` is 'draw', 'reservation' or 'names'.
CREATE TYPE lot_request AS (
  ordinal integer,
  product text,
  product_definition uuid,
  source text,
  -- The sequence that serves the product, and the one in whose series it counts.
  sequence text,
  definition uuid,
  counter text,
  counter_definition uuid,
  period text,
  -- The last number that the form can show, where it is not that of the counter.
  last bigint,
  prefix text,
  width integer,
  suffix text,
  count bigint,
  numbered boolean,
  allow_jump boolean,
  reservation_sequence text,
  reservation_period text,
  reservation_first bigint,
  -- Of the reservation's lease, presented by its holder.
  lease_token uuid,
  -- The sequences whose names a product must not have taken that presents it, as the patterns of `epoch`
  -- tell; without an epoch nobody has to ask.
  overlapping text[],
  epoch bigint,
  first_name text,
  names text[],
  numbers bigint[],
  periods text[],
  -- The bound forms that the numbered names have: `period`, `prefix`, `width`, `suffix` of each.
  forms jsonb,
  quantity numeric,
  -- Of each name; null where the item's own holds.
  quantities numeric[],
  expiries date[],
  produced_on date,
  expires_on date,
  location text,
  attributes jsonb
);
--> statement-breakpoint
-- A name of an item, the first being number 1.
CREATE FUNCTION nth_name(p_item job_items, p_nth bigint) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN CASE WHEN p_item.names IS NULL
  THEN render_name(p_item.prefix, p_item.first + (p_nth - 1) * p_item.step, p_item.width, p_item.suffix)
  ELSE p_item.names[p_nth] END;
--> statement-breakpoint
-- A job and its items as the wire knows them: where they stand now.
CREATE FUNCTION shown_job(p_job jobs, p_items job_items[]) RETURNS jsonb
LANGUAGE sql STABLE
RETURN jsonb_build_object(
  'id', p_job.id,
  'status', p_job.status,
  'total', p_job.given + p_job.chunked - p_job.put_off,
  'done', p_job.given + p_job.cursor - p_job.put_off - p_job.skipped,
  'skipped', p_job.skipped,
  'cursor', p_job.cursor,
  'chunked', p_job.chunked,
  'error', p_job.error,
  'created_at', wire_time(p_job.created_at),
  'started_at', wire_time(p_job.started_at),
  'finished_at', wire_time(p_job.finished_at),
  'elapsed_s', extract(epoch FROM coalesce(p_job.finished_at, clock_timestamp()) - p_job.started_at)::float8,
  'lease_left_s', extract(epoch FROM p_job.lease_until - clock_timestamp())::float8,
  'items', coalesce((
    SELECT jsonb_agg(jsonb_build_object(
      'product', i.product,
      'count', i.count,
      'done', worked.off - i.skipped,
      'skipped', i.skipped,
      'first_name', nth_name(i, 1),
      'last_name', nth_name(i, i.count),
      'reservation', CASE WHEN i.reservation IS NOT NULL
        THEN reservation_id(s.sequence, s.period, i.reservation) END
    ) ORDER BY i.ordinal)
    FROM unnest(p_items) AS i
    LEFT JOIN series AS s ON s.id = i.series
    CROSS JOIN LATERAL (
      SELECT CASE WHEN i.names IS NOT NULL THEN i.count
             ELSE least(greatest(p_job.cursor - i.start, 0), i.count) END AS off
    ) AS worked
  ), '[]')
);
--> statement-breakpoint
-- The items of a job. The statement is planned anew at every call: a plan that was made while the table
-- was small may go through all items of the tenant.
CREATE FUNCTION items_of_job(p_tenant text, p_job uuid) RETURNS job_items[]
LANGUAGE plpgsql STABLE AS $$
DECLARE
  v_items job_items[];
BEGIN
  EXECUTE 'SELECT array_agg(i ORDER BY i.ordinal) FROM job_items AS i WHERE i.tenant = $1 AND i.job = $2'
  INTO v_items
  USING p_tenant, p_job;
  RETURN v_items;
END
$$;
--> statement-breakpoint
-- The same of a job in the store; null when there is none. An import has too many items to be shown.
CREATE FUNCTION job_facts(p_tenant text, p_job uuid) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
RETURN (
  SELECT shown_job(j, CASE WHEN NOT EXISTS (SELECT FROM imports AS i WHERE i.tenant = j.tenant AND i.id = j.id)
                      THEN items_of_job(j.tenant, j.id) END)
  FROM jobs AS j
  WHERE j.tenant = p_tenant AND j.id = p_job
);
--> statement-breakpoint
-- Moves the cursor of a job from `p_from` by `p_size` units, and only from there and only for the holder of the
-- lease, so that a chunk that is delivered twice changes nothing. Returns the job; nothing when the cursor
-- was not moved.
CREATE FUNCTION advance_job(
  p_tenant text, p_job uuid, p_token uuid, p_from bigint, p_size bigint, p_lease interval
) RETURNS jobs
LANGUAGE sql AS $$
  SELECT enter_tenant(p_tenant);
  UPDATE jobs
  SET cursor = least(p_from + p_size, chunked),
      status = CASE WHEN p_from + p_size >= chunked THEN 'done' ELSE 'running' END::job_status,
      finished_at = CASE WHEN p_from + p_size >= chunked THEN clock_timestamp() END,
      lease_until = now() + p_lease,
      failures = 0,
      error = NULL,
      updated_at = now()
  WHERE tenant = p_tenant AND id = p_job
    AND cursor = p_from AND token = p_token AND status IN ('queued', 'running')
  RETURNING *
$$;
--> statement-breakpoint
-- Works off units `p_from` to `p_from + p_size` of a job, once: see advance_job.
-- A name that a lot of the product has already is left out, listed, and its number voided; a job that
-- replaces draws another number for it, which is a further unit. Fails as draw_v1 does, if it replaces.
-- Returns whether this call worked the chunk off, and the job.
CREATE FUNCTION run_chunk_v1(
  p_tenant text, p_job uuid, p_token uuid, p_from bigint, p_size bigint, p_lease interval
) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_job jobs := advance_job(p_tenant, p_job, p_token, p_from, p_size, p_lease);
  v_items job_items[];
  v_skipped bigint;
  v_replaced bigint;
BEGIN
  IF v_job.id IS NULL THEN
    RETURN (SELECT jsonb_build_object('worked', false, 'status', status, 'cursor', cursor,
                                      'chunked', chunked)
            FROM jobs WHERE tenant = p_tenant AND id = p_job);
  END IF;

  v_items := items_of_job(p_tenant, p_job);
  v_skipped := record_units(v_job, v_items, p_from);
  IF v_skipped > 0 THEN
    v_replaced := units_in(replace_taken(v_job, v_items));
    UPDATE jobs
    SET skipped = skipped + v_skipped - v_replaced,
        chunked = chunked + v_replaced,
        put_off = put_off + v_replaced,
        used_up = used_up + v_replaced,
        status = CASE v_replaced WHEN 0 THEN status ELSE 'running' END,
        finished_at = CASE v_replaced WHEN 0 THEN finished_at END
    WHERE tenant = p_tenant AND id = p_job
    RETURNING * INTO v_job;
  END IF;
  IF v_job.status = 'done' THEN
    PERFORM emit_job_event(p_tenant, p_job);
  END IF;
  RETURN jsonb_build_object('worked', true, 'status', v_job.status, 'cursor', v_job.cursor,
                            'chunked', v_job.chunked);
END
$$;
--> statement-breakpoint
-- Records the lots of units `p_from` up to the cursor of a job with these items. Returns how many names
-- were left out.
CREATE FUNCTION record_units(p_job jobs, p_items job_items[], p_from bigint) RETURNS bigint
LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO lots (tenant, name, product, item, number, created_at, quantity, expires_on,
                    produced_on, location, attributes)
  SELECT i.tenant, render_name(i.prefix, number, i.width, i.suffix), i.product, i.id,
         CASE WHEN i.numbered THEN number END, now(), i.quantity, i.expires_on,
         i.produced_on, i.location, i.attributes
  FROM unnest(p_items) AS i
  CROSS JOIN LATERAL units_of(i, p_from, p_job.cursor) AS number
  WHERE i.start < p_job.cursor AND i.start + i.count > p_from;
  RETURN 0;
EXCEPTION WHEN unique_violation THEN
  RETURN record_around_foreign_names(p_job, p_items, p_from);
END
$$;
--> statement-breakpoint
-- The numbers of an item that stand for units `p_from` up to `p_to` of its job.
CREATE FUNCTION units_of(p_item job_items, p_from bigint, p_to bigint) RETURNS SETOF bigint
LANGUAGE sql IMMUTABLE ROWS 20000 AS $$
  SELECT generate_series(
    p_item.first + greatest(p_from - p_item.start, 0) * p_item.step,
    p_item.first + (least(p_to - p_item.start, p_item.count) - 1) * p_item.step,
    p_item.step
  )
$$;
--> statement-breakpoint
-- The slow way of a chunk in which some names are taken. Returns how many were left out.
CREATE FUNCTION record_around_foreign_names(p_job jobs, p_items job_items[], p_from bigint)
RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  v_skipped bigint;
BEGIN
  WITH wanted AS (
    SELECT i.id AS item, i.product, i.series, i.reservation, i.numbers IS NOT NULL AS issued,
           number, render_name(i.prefix, number, i.width, i.suffix) AS name
    FROM unnest(p_items) AS i
    CROSS JOIN LATERAL units_of(i, p_from, p_job.cursor) AS number
    WHERE i.start < p_job.cursor AND i.start + i.count > p_from
  ), recorded AS (
    INSERT INTO lots (tenant, name, product, item, number, created_at, quantity, expires_on,
                      produced_on, location, attributes)
    SELECT p_job.tenant, w.name, w.product, w.item, CASE WHEN i.numbered THEN w.number END, now(),
           i.quantity, i.expires_on, i.produced_on, i.location, i.attributes
    FROM wanted AS w
    JOIN unnest(p_items) AS i ON i.id = w.item
    ORDER BY w.name, w.product
    ON CONFLICT DO NOTHING
    RETURNING item, name
  ), foreign_names AS (
    SELECT w.* FROM wanted AS w
    WHERE NOT EXISTS (SELECT FROM recorded AS r WHERE r.item = w.item AND r.name = w.name)
  ), listed AS (
    INSERT INTO skipped_names (tenant, item, name)
    SELECT p_job.tenant, item, name FROM foreign_names
  ), counted AS (
    UPDATE job_items AS i SET skipped = i.skipped + n.names
    FROM (SELECT item, count(*) AS names FROM foreign_names GROUP BY item) AS n
    WHERE i.tenant = p_job.tenant AND i.id = n.item
  ), voided AS (
    INSERT INTO ledger (tenant, series, first, last, step, form, kind, origin, reason)
    SELECT l.tenant, l.series, f.number, f.number, l.step, l.form, 'void', p_job.origin,
           'a lot of this name was recorded before'
    FROM foreign_names AS f
    JOIN ledger AS l ON l.tenant = p_job.tenant AND l.series = f.series
      AND l.first = f.reservation AND l.kind = 'reserved'
    WHERE f.issued
  )
  SELECT count(*) INTO v_skipped FROM foreign_names;
  RETURN v_skipped;
END
$$;
--> statement-breakpoint
-- How many units items are.
CREATE FUNCTION units_in(p_items job_items[]) RETURNS bigint
LANGUAGE sql IMMUTABLE
RETURN (SELECT coalesce(sum(count), 0)::bigint FROM unnest(p_items));
--> statement-breakpoint
-- How many numbers of a series one after the other, from its next one on, have names in the form of an item
-- that lots of its product have; at most `p_limit`.
CREATE FUNCTION taken_ahead(p_item job_items, p_series series, p_limit bigint) RETURNS bigint
LANGUAGE plpgsql STABLE SET enable_seqscan = off AS $$
DECLARE
  v_number bigint := p_series.next;
  v_taken bigint := 0;
BEGIN
  WHILE v_taken < p_limit AND v_number <= p_series.ceiling LOOP
    PERFORM FROM lots
    WHERE tenant = p_item.tenant AND product = p_item.product
      AND name = render_name(p_item.prefix, v_number, p_item.width, p_item.suffix) COLLATE "C";
    EXIT WHEN NOT FOUND;
    v_taken := v_taken + 1;
    v_number := v_number + p_series.increment;
  END LOOP;
  RETURN v_taken;
END
$$;
--> statement-breakpoint
-- Draws and voids, as one run, the numbers that lie ahead of the item of a job and whose names its product has,
-- when they are many: one by one each would take a round of its own, and a call never come to its end.
-- Nobody asked for them, so that they are of no quota. Looks at no more than `p_limit` names. Returns how
-- many there were. Fails as draw_v1 does.
CREATE FUNCTION void_taken_ahead(p_job jobs, p_item job_items, p_limit bigint) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  c_many CONSTANT bigint := 100;
  v_series series;
  v_taken bigint;
  v_drawn drawn;
BEGIN
  v_series := series_now(p_item.series);
  IF p_limit < c_many OR taken_ahead(p_item, v_series, c_many) < c_many THEN
    RETURN 0;
  END IF;
  -- What is drawn is what was looked at. Of a promoted series, whose row comes before what is held by now, others
  -- may draw in between; then numbers are voided whose names are free.
  IF v_series.promoted_to IS NULL THEN
    PERFORM hold_series((p_item.series, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)::series_request);
    v_series := series_now(p_item.series);
  END IF;
  v_taken := taken_ahead(p_item, v_series, p_limit);
  IF v_taken > 0 THEN
    v_drawn := draw_v1(p_job.tenant, v_series.sequence, v_series.period, v_series.definition, v_taken);
    INSERT INTO ledger (tenant, series, first, last, step, form, kind, origin, reason)
    SELECT p_job.tenant, v_drawn.series, v_drawn.first, v_drawn.last, v_drawn.step,
           form_v1(p_job.tenant, v_drawn.series, p_item.prefix, p_item.width, p_item.suffix), kind,
           p_job.origin, CASE kind WHEN 'void' THEN 'lots of these names were recorded before' END
    FROM unnest('{reserved,void}'::ledger_kind[]) AS kind;
  END IF;
  RETURN v_taken;
END
$$;
--> statement-breakpoint
-- Draws another number for each name of a job that replaces which was left out since its items were
-- `p_items`: behind all others, under the form of the first ones. Returns the further items, which stand
-- behind the job's last unit; none of a job that does not replace. They are of the quota of the request that
-- made the job. Fails as take_numbers and draw_v1 do.
CREATE FUNCTION replace_taken(p_job jobs, p_items job_items[]) RETURNS job_items[]
LANGUAGE plpgsql AS $$
DECLARE
  v_left record;
  v_drawn drawn;
  v_item job_items;
  v_further job_items[] := '{}';
  v_ordinal integer;
  -- Names that one call looks at besides those that it records.
  v_looks bigint := 20000;
BEGIN
  IF NOT p_job.replaces THEN
    RETURN v_further;
  END IF;
  SELECT max(ordinal) INTO v_ordinal FROM job_items WHERE tenant = p_job.tenant AND job = p_job.id;
  PERFORM take_numbers(p_job.tenant, key_of_origin(p_job.tenant, p_job.origin),
                       sum(now.skipped - i.skipped)::bigint, p_job.used_up)
  FROM unnest(p_items) AS i
  JOIN job_items AS now ON now.tenant = p_job.tenant AND now.id = i.id
  WHERE now.skipped > i.skipped AND NOT i.presented AND i.series IS NOT NULL
  HAVING count(*) > 0;
  FOR v_left IN
    SELECT i AS item, now.skipped - i.skipped AS names, s.sequence, s.period, s.definition,
           (SELECT q.ceiling FROM sequences AS q
            WHERE q.tenant = p_job.tenant AND q.counter = s.sequence
              AND q.key = coalesce(p.sequence, t.default_sequence)) AS last
    FROM unnest(p_items) AS i
    JOIN job_items AS now ON now.tenant = p_job.tenant AND now.id = i.id
    JOIN series AS s ON s.id = i.series
    JOIN products AS p ON p.tenant = p_job.tenant AND p.sku = i.product
    LEFT JOIN settings AS t ON t.tenant = p_job.tenant
    WHERE now.skipped > i.skipped AND NOT i.presented
    ORDER BY i.series, i.ordinal
  LOOP
    v_item := v_left.item;
    v_looks := v_looks - void_taken_ahead(p_job, v_item, v_looks);
    v_drawn := draw_v1(p_job.tenant, v_left.sequence, v_left.period, v_left.definition, v_left.names,
                       v_left.last);
    INSERT INTO ledger (tenant, series, first, last, step, form, kind, origin)
    VALUES (p_job.tenant, v_drawn.series, v_drawn.first, v_drawn.last, v_drawn.step,
            form_v1(p_job.tenant, v_drawn.series, v_item.prefix, v_item.width, v_item.suffix),
            'reserved', p_job.origin);
    v_ordinal := v_ordinal + 1;
    INSERT INTO job_items (tenant, job, ordinal, stands_for, product, series, reservation, presented,
                           numbers, prefix, width, suffix, first, step, numbered, count, start, quantity,
                           produced_on, expires_on, location, attributes)
    VALUES (p_job.tenant, p_job.id, v_ordinal, coalesce(v_item.stands_for, v_item.ordinal),
            v_item.product, v_drawn.series, v_drawn.first, false,
            int8range(v_drawn.first, v_drawn.last + v_drawn.step), v_item.prefix, v_item.width,
            v_item.suffix, v_drawn.first, v_drawn.step, true, v_drawn.count,
            p_job.chunked + units_in(v_further), v_item.quantity, v_item.produced_on, v_item.expires_on,
            v_item.location, v_item.attributes)
    RETURNING * INTO v_item;
    v_further := v_further || v_item;
  END LOOP;
  RETURN v_further;
END
$$;
--> statement-breakpoint
-- The first name of an item of which a lot was made or will be, or with `p_from_end` the last one; null when
-- all its names were taken.
CREATE FUNCTION made_name(p_item job_items, p_from_end boolean) RETURNS text
LANGUAGE sql STABLE
RETURN (
  SELECT one.name
  FROM generate_series(1, least(p_item.skipped + 1, p_item.count)) AS place
  CROSS JOIN LATERAL (
    SELECT nth_name(p_item, CASE WHEN p_from_end THEN p_item.count + 1 - place ELSE place END) AS name
  ) AS one
  WHERE p_item.skipped = 0
     OR NOT EXISTS (SELECT FROM skipped_names AS s
                    WHERE s.tenant = p_item.tenant AND s.item = p_item.id AND s.name = one.name)
  ORDER BY place
  LIMIT 1
);
--> statement-breakpoint
-- Names of a product that reservations of its sequence hold, under whatever pattern they were given: each
-- front part of a name may be the prefix of a form of that sequence. Names that the product has are left
-- out; without a product, none is. Everything is looked up by its key, name by name, whatever the planner
-- takes the tables for: turned round it would read every name against every reservation, and a plan that is
-- kept from when a table was small would read all of it for each name.
CREATE FUNCTION issued_names(p_tenant text, p_sequence text, p_product text, p_names text[])
RETURNS TABLE (name text, reservation text)
LANGUAGE sql STABLE SET enable_seqscan = off AS $$
  -- How long a front part may be: of few names any; of many names only as long as prefixes are.
  WITH cuts AS MATERIALIZED (
    SELECT DISTINCT length(f.prefix) AS cut
    FROM series AS s
    JOIN forms AS f ON f.tenant = s.tenant AND f.series = s.id
    WHERE s.tenant = p_tenant AND s.sequence = p_sequence AND cardinality(p_names) > 1000
    UNION ALL
    SELECT generate_series(0, 127) WHERE cardinality(p_names) <= 1000
  ), formed AS MATERIALIZED (
    SELECT given.name, f.id AS form, f.series, f.prefix, f.width, f.suffix,
           substr(given.name, cuts.cut + 1,
                  greatest(length(given.name) - cuts.cut - length(f.suffix), 0)) AS digits
    FROM unnest(p_names) AS given (name)
    JOIN cuts ON cuts.cut < length(given.name)
    CROSS JOIN LATERAL (
      SELECT * FROM forms
      WHERE tenant = p_tenant AND prefix = left(given.name, cuts.cut) COLLATE "C"
      OFFSET 0
    ) AS f
    WHERE right(given.name, length(f.suffix)) = f.suffix
  ), numbered AS MATERIALIZED (
    SELECT name, form, series, digits::bigint AS number, prefix, width, suffix
    FROM formed
    WHERE digits ~ '^[0-9]{1,18}$'
  ), ours AS MATERIALIZED (
    SELECT n.name, n.form, n.series, n.number, s.sequence, s.period, row_number() OVER () AS place
    FROM numbered AS n
    CROSS JOIN LATERAL (
      SELECT sequence, period FROM series WHERE id = n.series AND sequence = p_sequence LIMIT 1
    ) AS s
    WHERE render_name(n.prefix, n.number, n.width, n.suffix) = n.name
      AND (
        SELECT l.item FROM lots AS l
        WHERE l.tenant = p_tenant AND l.name = n.name COLLATE "C" AND l.product = p_product
      ) IS NULL
  )
  SELECT n.name, reservation_id(n.sequence, n.period, entry.first)
  FROM reservations_at((SELECT array_agg(series ORDER BY place) FROM ours),
                       (SELECT array_agg(number ORDER BY place) FROM ours)) AS entry
  JOIN ours AS n ON n.place = entry.place AND n.form = entry.form
$$;
--> statement-breakpoint
-- Refuses names made elsewhere that reservations of the product's sequence hold. Names that the product has
-- are left to the insert, which tells them apart. Fails: name_issued.
CREATE FUNCTION check_names(p_tenant text, p_item lot_request) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_clash jsonb;
BEGIN
  SELECT jsonb_build_object('product', p_item.product, 'name', i.name, 'reservation', i.reservation)
  INTO v_clash
  FROM issued_names(p_tenant, p_item.counter, p_item.product, p_item.names) AS i
  LIMIT 1;
  IF FOUND THEN
    PERFORM fail('name_issued', v_clash);
  END IF;
END
$$;
--> statement-breakpoint
-- Records the names that items were given one by one, all or none unless `p_skip`. Returns how many were
-- left out. Fails: name_taken.
CREATE FUNCTION record_given_names(p_tenant text, p_items job_items[], p_skip boolean) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  v_skipped bigint := 0;
BEGIN
  INSERT INTO lots (tenant, name, product, item, number, created_at, quantity, expires_on,
                    produced_on, location, attributes)
  SELECT p_tenant, given.name, i.product, i.id, given.number, now(),
         coalesce(given.quantity, i.quantity), coalesce(given.expires_on, i.expires_on),
         i.produced_on, i.location, i.attributes
  FROM unnest(p_items) AS i
  CROSS JOIN LATERAL unnest(i.names, i.name_numbers, i.name_quantities, i.name_expiries)
    AS given (name, number, quantity, expires_on)
  ORDER BY given.name COLLATE "C", i.product;
  RETURN 0;
EXCEPTION WHEN unique_violation THEN
  IF NOT p_skip THEN
    PERFORM fail('name_taken', jsonb_build_object('names', (
      SELECT coalesce(jsonb_agg(taken), '[]') FROM (
        SELECT l.product, l.name
        FROM unnest(p_items) AS i
        CROSS JOIN LATERAL unnest(i.names) AS given (name)
        -- Each name by itself (LIMIT 1 keeps it so), not all lots in their order beside all names.
        CROSS JOIN LATERAL (
          SELECT lots.product, lots.name FROM lots
          WHERE lots.tenant = p_tenant AND lots.name = given.name COLLATE "C"
            AND lots.product = i.product
          LIMIT 1
        ) AS l
        ORDER BY l.name, l.product LIMIT 10
      ) AS taken
    )));
  END IF;
  WITH given AS (
    SELECT i.id AS item, i.product, coalesce(g.quantity, i.quantity) AS quantity,
           coalesce(g.expires_on, i.expires_on) AS expires_on, i.produced_on, i.location,
           i.attributes, g.name, g.number
    FROM unnest(p_items) AS i
    CROSS JOIN LATERAL unnest(i.names, i.name_numbers, i.name_quantities, i.name_expiries)
      AS g (name, number, quantity, expires_on)
  ), recorded AS (
    INSERT INTO lots (tenant, name, product, item, number, created_at, quantity, expires_on,
                      produced_on, location, attributes)
    SELECT p_tenant, name, product, item, number, now(), quantity, expires_on, produced_on,
           location, attributes
    FROM given
    ORDER BY name COLLATE "C", product
    ON CONFLICT DO NOTHING
    RETURNING item, name
  ), listed AS (
    INSERT INTO skipped_names (tenant, item, name)
    SELECT p_tenant, g.item, g.name FROM given AS g
    WHERE NOT EXISTS (SELECT FROM recorded AS r WHERE r.item = g.item AND r.name = g.name)
    RETURNING item
  ), counted AS (
    UPDATE job_items AS i SET skipped = n.names
    FROM (SELECT item, count(*) AS names FROM listed GROUP BY item) AS n
    WHERE i.tenant = p_tenant AND i.id = n.item
  )
  SELECT count(*) INTO v_skipped FROM listed;
  RETURN v_skipped;
END
$$;
--> statement-breakpoint
-- Takes numbers of a reservation for an item: from `p_first_name`, else from the first open number;
-- `p_count` of them, else all to the end of that open stretch. Returns the run. Numbers on lease are open to
-- the lease's holder, who uses them by that.
-- Fails: unknown_reservation, reservation_range, first_name_not_reserved, reservation_not_leased, lease_token_wrong, and
-- as refuse_used does.
CREATE FUNCTION take_of_reservation(p_tenant text, p_item lot_request) RETURNS ledger
LANGUAGE plpgsql AS $$
DECLARE
  v_entry ledger := lock_reservation(p_tenant, p_item.reservation_sequence,
                                     p_item.reservation_period, p_item.reservation_first);
  v_id text := reservation_id(p_item.reservation_sequence, p_item.reservation_period,
                              p_item.reservation_first);
  v_form forms;
  v_lease leases;
  v_open int8multirange;
  v_first bigint;
  v_last bigint;
  v_digits text;
BEGIN
  IF v_entry.first IS NULL THEN
    PERFORM fail('unknown_reservation', jsonb_build_object('reservation', v_id));
  END IF;
  SELECT * INTO v_form FROM forms WHERE tenant = p_tenant AND id = v_entry.form;
  IF p_item.lease_token IS NOT NULL THEN
    v_lease := held_lease_of_run(v_entry, p_item.lease_token);
    IF v_lease.id IS NULL THEN
      PERFORM fail('reservation_not_leased', jsonb_build_object('reservation', v_id));
    END IF;
  END IF;
  v_open := open_numbers(v_entry);
  IF v_lease.id IS NOT NULL THEN
    v_open := v_open + numbers_on_lease(v_entry);
  END IF;
  IF isempty(v_open) THEN
    PERFORM refuse_used(v_entry, v_open, v_open);
  END IF;

  v_first := lower(v_open);
  IF p_item.first_name IS NOT NULL THEN
    v_digits := substr(p_item.first_name, length(v_form.prefix) + 1,
                       greatest(length(p_item.first_name) - length(v_form.prefix)
                                - length(v_form.suffix), 0));
    IF v_digits !~ '^[0-9]{1,18}$'
       OR render_name(v_form.prefix, v_digits::bigint, v_form.width, v_form.suffix)
          <> p_item.first_name THEN
      PERFORM fail('first_name_not_reserved', jsonb_build_object(
        'reservation', v_id, 'first_name', p_item.first_name,
        'reserved_first_name', render_name(v_form.prefix, v_entry.first, v_form.width, v_form.suffix),
        'reserved_last_name', render_name(v_form.prefix, v_entry.last, v_form.width, v_form.suffix)
      ));
    END IF;
    v_first := v_digits::bigint;
  END IF;
  v_last := CASE
    WHEN p_item.count IS NOT NULL THEN v_first + (p_item.count - 1) * v_entry.step
    ELSE coalesce((SELECT upper(stretch) - v_entry.step FROM unnest(v_open) AS stretch
                   WHERE stretch @> v_first), v_first)
  END;
  PERFORM check_in_run(v_entry, v_first, v_last);
  PERFORM refuse_used(v_entry, v_open, int8multirange(int8range(v_first, v_last + v_entry.step)));
  IF v_lease.id IS NOT NULL THEN
    PERFORM note_lease(v_lease, int8multirange(int8range(v_first, v_last + v_entry.step)), '{}');
  END IF;
  v_entry.last := v_last;
  v_entry.first := v_first;
  RETURN v_entry;
END
$$;
--> statement-breakpoint
-- What a request wants of one series: `to_draw` new numbers up to `last`, and `highest`, the highest among
-- names made elsewhere. Of these `bounded` is the highest that may not lie more than `jump` ahead of the
-- counter.
CREATE TYPE series_request AS (
  series bigint,
  sequence text,
  period text,
  definition uuid,
  to_draw bigint,
  last bigint,
  highest bigint,
  bounded bigint,
  jump bigint
);
--> statement-breakpoint
-- Refuses items that touch more series than one transaction may hold, by drawing or by names made elsewhere: each
-- takes locks to its end, of which there are only so many for all. Fails: too_many_sequences.
CREATE FUNCTION refuse_many_series(p_items lot_request[]) RETURNS void
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  c_limit CONSTANT integer := 256;
  v_touched bigint := (
    SELECT count(*) FROM (
      SELECT counter, period FROM unnest(p_items) WHERE source = 'draw'
      UNION
      SELECT i.counter, given.period
      FROM unnest(p_items) AS i
      CROSS JOIN LATERAL unnest(i.periods, i.numbers) AS given (period, number)
      WHERE i.source = 'names' AND given.number IS NOT NULL
    ) AS touched
  );
BEGIN
  IF v_touched > c_limit THEN
    PERFORM fail('too_many_sequences', jsonb_build_object('limit', c_limit, 'requested', v_touched));
  END IF;
END
$$;
--> statement-breakpoint
-- What items want of each series, in ascending order of series. Series of new periods are made, in one
-- order by everybody. Fails as series_of does.
CREATE FUNCTION series_requests(p_tenant text, p_items lot_request[], p_jump bigint) RETURNS series_request[]
LANGUAGE sql AS $$
  WITH wanted AS (
    SELECT i.counter AS sequence, i.period, i.counter_definition AS definition, i.count AS to_draw,
           i.last, NULL::bigint AS number, i.allow_jump
    FROM unnest(p_items) AS i
    WHERE i.source = 'draw'
    UNION ALL
    SELECT i.counter, given.period, i.counter_definition, 0, NULL, given.number, i.allow_jump
    FROM unnest(p_items) AS i
    CROSS JOIN LATERAL (
      SELECT period, max(number) AS number FROM unnest(i.periods, i.numbers) AS g (period, number)
      WHERE number IS NOT NULL
      GROUP BY period
    ) AS given
    WHERE i.source = 'names' AND i.numbered
  ), grouped AS (
    SELECT sequence, period, definition, sum(to_draw)::bigint AS to_draw, min(last) AS last,
           max(number) AS highest, max(number) FILTER (WHERE NOT coalesce(allow_jump, false)) AS bounded
    FROM wanted
    GROUP BY sequence, period, definition
    ORDER BY sequence COLLATE "C", period COLLATE "C"
  ), placed AS MATERIALIZED (
    SELECT (series_of(p_tenant, sequence, period, definition)).id, g.* FROM grouped AS g
  )
  SELECT coalesce(
    array_agg((id, sequence, period, definition, to_draw, last, highest, bounded, p_jump)::series_request
              ORDER BY id),
    '{}')
  FROM placed
$$;
--> statement-breakpoint
-- Makes the forms of names made elsewhere, as if they had been given: a number that a lot has is found by
-- its form. The series are there. In one order by everybody.
CREATE FUNCTION make_forms(p_tenant text, p_items lot_request[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM form_v1(p_tenant, s.id, f.prefix, f.width, f.suffix)
  FROM (
    SELECT DISTINCT i.counter, given.*
    FROM unnest(p_items) AS i
    CROSS JOIN LATERAL jsonb_to_recordset(i.forms)
      AS given (period text, prefix text, width integer, suffix text)
    WHERE i.numbered AND i.forms IS NOT NULL
    ORDER BY prefix, suffix, width, counter
  ) AS f
  JOIN series AS s ON s.tenant = p_tenant AND s.sequence = f.counter AND s.period = f.period;
END
$$;
--> statement-breakpoint
-- Takes a series for the rest of the transaction, open. Of a promoted one it takes the counter too and waits
-- for every transaction that drew and has not ended, so that the ledger tells all that was given.
CREATE FUNCTION hold_series(p_wanted series_request) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_series series := wait_for_series(p_wanted.series);
BEGIN
  IF v_series.closed_at IS NOT NULL THEN
    v_series := reopen_series(v_series);
  END IF;
  IF p_wanted.highest IS NOT NULL THEN
    PERFORM hold_counter(v_series);
  END IF;
END
$$;
--> statement-breakpoint
-- Refuses, without a lock, what draw_v1 would refuse as things stand; and of a gapless series names made
-- elsewhere that lie beyond its counter, since it would have to leave a hole. Returns how many numbers of the
-- series are used up. Fails: sequence_gapless, jump_too_far.
CREATE FUNCTION check_draw(p_wanted series_request) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
DECLARE
  v_series series := series_now(p_wanted.series);
  v_next bigint := v_series.next;
  v_passing bigint := 0;
BEGIN
  PERFORM check_definition(v_series, p_wanted.definition);
  IF p_wanted.highest IS NOT NULL THEN
    IF p_wanted.bounded - v_next > p_wanted.jump THEN
      PERFORM fail('jump_too_far', jsonb_build_object(
        'sequence', v_series.sequence, 'series', nullif(v_series.period, ''),
        'next', v_next::text, 'number', p_wanted.bounded::text,
        'ahead', (p_wanted.bounded - v_next)::text, 'limit', p_wanted.jump::text));
    END IF;
    v_passing := numbers_to_pass(v_series, v_next, p_wanted.highest);
    IF v_passing > 0 AND v_series.mode = 'gapless' THEN
      PERFORM fail('sequence_gapless', jsonb_build_object('sequence', v_series.sequence));
    END IF;
  END IF;
  PERFORM check_room(v_series, v_next + v_passing * v_series.increment, p_wanted.to_draw,
                     p_wanted.last);
  RETURN v_passing + p_wanted.to_draw;
END
$$;
--> statement-breakpoint
-- Moves a counter past the highest number among names made elsewhere, with an entry for what it skips.
CREATE FUNCTION skip_past_names(
  p_tenant text, p_wanted series_request, p_origin integer, p_reason text
) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_passed drawn := pass_v1(p_tenant, p_wanted.sequence, p_wanted.period, p_wanted.definition,
                            p_wanted.highest);
BEGIN
  IF v_passed.count > 0 THEN
    INSERT INTO ledger (tenant, series, first, last, step, kind, origin, reason)
    VALUES (p_tenant, v_passed.series, v_passed.first, v_passed.last, v_passed.step, 'skip', p_origin,
            p_reason);
  END IF;
END
$$;
--> statement-breakpoint
-- Holds what the tenant's products are, for the rest of the transaction: many callers record lots at once
-- (`p_shared`), none while somebody changes how a product is tracked.
CREATE FUNCTION hold_products(p_tenant text, p_shared boolean) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  IF p_shared THEN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended(p_tenant, 1));
  ELSE
    PERFORM pg_advisory_xact_lock(hashtextextended(p_tenant, 1));
  END IF;
END
$$;
--> statement-breakpoint
-- The items of a request as rows, in their order. Fails: definition_changed (a product or its sequence is
-- not what the caller took it for).
CREATE FUNCTION lot_requests(p_tenant text, p_items jsonb) RETURNS lot_request[]
LANGUAGE plpgsql AS $$
DECLARE
  v_items lot_request[];
  v_shared boolean;
  v_changed text;
BEGIN
  SELECT array_agg(i ORDER BY i.ordinal), bool_or(i.counter <> i.sequence),
         min(i.product) FILTER (
           WHERE p.definition IS DISTINCT FROM i.product_definition
              -- Numbers of a reservation were drawn before, whatever serves the product now.
              OR (i.source <> 'reservation'
                  AND coalesce(p.sequence, s.default_sequence) IS DISTINCT FROM i.sequence))
  INTO v_items, v_shared, v_changed
  FROM jsonb_populate_recordset(NULL::lot_request, p_items) AS i
  LEFT JOIN products AS p ON p.tenant = p_tenant AND p.sku = i.product
  LEFT JOIN settings AS s ON s.tenant = p_tenant;
  IF v_changed IS NOT NULL THEN
    PERFORM fail('definition_changed', jsonb_build_object('product', v_changed));
  END IF;
  IF v_shared THEN
    PERFORM hold_definition(p_tenant, sequence, definition)
    FROM (SELECT sequence, definition FROM unnest(v_items) WHERE counter <> sequence
          GROUP BY sequence, definition ORDER BY sequence COLLATE "C") AS bound;
  END IF;
  RETURN v_items;
END
$$;
--> statement-breakpoint
-- Records the numbers that items drew of one series in the ledger and as items of the job; the first of
-- them begins at unit `p_start`. Returns the job's items.
CREATE FUNCTION record_drawn(
  p_tenant text, p_job uuid, p_items lot_request[], p_drawn drawn, p_counter text, p_start bigint,
  p_origin integer
) RETURNS job_items[]
LANGUAGE plpgsql AS $$
DECLARE
  v_recorded job_items[];
BEGIN
  WITH run AS (
    SELECT i.*,
           p_drawn.first + (i.upto - i.count) * p_drawn.step AS run_first,
           p_drawn.first + (i.upto - 1) * p_drawn.step AS run_last,
           p_start + i.upto - i.count AS start
    FROM (SELECT u.*, (sum(u.count) OVER (ORDER BY u.ordinal))::bigint AS upto
          FROM unnest(p_items) AS u
          WHERE u.source = 'draw' AND u.counter = p_counter AND u.period = p_drawn.period) AS i
  ), entries AS (
    INSERT INTO ledger (tenant, series, first, last, step, form, kind, origin)
    SELECT p_tenant, p_drawn.series, run_first, run_last, p_drawn.step,
           form_v1(p_tenant, p_drawn.series, prefix, width, suffix), 'reserved', p_origin
    -- New forms are made in one order by everybody.
    FROM (SELECT * FROM run ORDER BY prefix, suffix, width) AS sorted
  ), items AS (
    INSERT INTO job_items (tenant, job, ordinal, product, series, reservation, presented, numbers,
                           prefix, width, suffix, first, step, numbered, count, start, quantity,
                           produced_on, expires_on, location, attributes)
    SELECT p_tenant, p_job, ordinal, product, p_drawn.series, run_first, false,
           int8range(run_first, run_last + p_drawn.step), prefix, width, suffix,
           run_first, p_drawn.step, true, count, start, quantity, produced_on, expires_on,
           location, attributes
    FROM run ORDER BY ordinal
    RETURNING job_items
  )
  SELECT array_agg(job_items) INTO v_recorded FROM items;
  RETURN v_recorded;
END
$$;
--> statement-breakpoint
-- How many numbers are used up, as a job keeps it: a request may pass nearly all numbers in each of several
-- series, which together are more than a bigint holds and than any quota.
CREATE FUNCTION used_up_at_most(p_numbers numeric) RETURNS bigint
LANGUAGE sql IMMUTABLE
RETURN least(coalesce(p_numbers, 0), 999999999999999999)::bigint;
--> statement-breakpoint
-- Makes a job that records lots, with everything that decides their names: given names are recorded
-- here, reservations taken, numbers drawn (one draw a series, in ascending order of series).
-- A job of at most `p_inline` units is worked off in the same call; a larger one belongs to `p_token`
-- for `p_lease`. `p_replace` is whether names that are taken are replaced by others, see run_chunk_v1.
-- The caller holds the products. Returns the job. Fails as the functions it calls do.
CREATE FUNCTION record_lots(
  p_tenant text, p_call opened_call, p_job uuid, p_token uuid, p_lease interval, p_items lot_request[],
  p_skip boolean, p_replace boolean, p_jump bigint, p_limit bigint, p_inline bigint
) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
  -- How often names are drawn for taken ones here; what is left then is left to chunks.
  c_rounds CONSTANT integer := 20;
  v_item lot_request;
  v_groups series_request[];
  v_group series_request;
  v_drawn drawn;
  v_job jobs;
  v_reserved job_items;
  v_recorded job_items[];
  v_further job_items[];
  v_mixed boolean;
  v_to_draw bigint;
  v_from bigint;
  v_skipped bigint;
BEGIN
  PERFORM refuse_many_series(p_items);
  v_groups := series_requests(p_tenant, p_items, p_jump);
  v_job.tenant := p_tenant;
  v_job.id := p_job;
  v_job.origin := p_call.origin;
  v_job.token := p_token;
  v_job.chunked := 0;
  v_job.cursor := 0;
  v_job.skipped := 0;
  v_job.put_off := 0;
  v_job.replaces := p_replace;
  SELECT coalesce(sum(count) FILTER (WHERE source = 'names'), 0),
         coalesce(sum(count) FILTER (WHERE source = 'draw'), 0),
         coalesce(bool_or(source <> 'draw'), false)
  INTO v_job.given, v_to_draw, v_mixed
  FROM unnest(p_items);

  -- Counters do not come back when a call is refused, so everything that can refuse it is looked at
  -- before any moves, with the definitions held still. Rows before counters, in the order of series.
  v_job.used_up := v_to_draw;
  IF v_mixed THEN
    IF p_call.has_quota THEN
      PERFORM hold_quota(p_tenant, p_call.api_key);
    END IF;
    PERFORM hold_series(g) FROM unnest(v_groups) AS g;
  ELSIF cardinality(v_groups) > 1 THEN
    PERFORM FROM series WHERE id IN (SELECT series FROM unnest(v_groups)) ORDER BY id FOR KEY SHARE;
  END IF;
  IF v_mixed OR cardinality(v_groups) > 1 THEN
    SELECT used_up_at_most(sum(check_draw(g))) INTO v_job.used_up FROM unnest(v_groups) AS g;
  END IF;
  IF v_job.used_up > 0 AND p_call.has_quota THEN
    PERFORM take_numbers(p_tenant, p_call.api_key, v_job.used_up);
  END IF;

  IF v_job.given > 0 THEN
    FOREACH v_item IN ARRAY p_items LOOP
      IF v_item.source = 'names' AND v_item.sequence IS NOT NULL THEN
        PERFORM check_names(p_tenant, v_item);
      END IF;
    END LOOP;
    WITH items AS (
      INSERT INTO job_items (tenant, job, ordinal, product, presented, numbered, names, name_numbers,
                             name_quantities, name_expiries, count, quantity, produced_on, expires_on,
                             location, attributes)
      SELECT p_tenant, p_job, ordinal, product, false, numbered, names, numbers, quantities, expiries,
             count, quantity, produced_on, expires_on, location, attributes
      FROM unnest(p_items)
      WHERE source = 'names'
      ORDER BY ordinal
      RETURNING job_items
    )
    SELECT array_agg(job_items) INTO v_recorded FROM items;
    PERFORM make_forms(p_tenant, p_items);
    v_job.skipped := record_given_names(p_tenant, v_recorded, p_skip);
  END IF;
  IF v_mixed THEN
    -- Reservations are locked in one order by everybody, so that no two callers wait for one another.
    FOR v_item IN
      SELECT i.* FROM unnest(p_items) AS i
      WHERE i.source = 'reservation'
      ORDER BY i.reservation_sequence, i.reservation_period, i.reservation_first, i.ordinal
    LOOP
      v_reserved := record_reserved(p_tenant, p_job, v_item, v_job.chunked);
      v_recorded := v_recorded || v_reserved;
      v_job.chunked := v_job.chunked + v_reserved.count;
    END LOOP;
  END IF;
  IF v_job.given + v_job.chunked + v_to_draw > p_limit THEN
    PERFORM fail('too_many_lots', jsonb_build_object(
      'limit', p_limit, 'requested', v_job.given + v_job.chunked + v_to_draw));
  END IF;

  FOREACH v_group IN ARRAY v_groups LOOP
    IF v_group.highest IS NOT NULL THEN
      PERFORM skip_past_names(p_tenant, v_group, v_job.origin, 'names made elsewhere');
    END IF;
    IF v_group.to_draw > 0 THEN
      v_drawn := draw_v1(p_tenant, v_group.sequence, v_group.period, v_group.definition, v_group.to_draw,
                         v_group.last);
      v_recorded := v_recorded || record_drawn(p_tenant, p_job, p_items, v_drawn, v_group.sequence,
                                               v_job.chunked, v_job.origin);
      v_job.chunked := v_job.chunked + v_group.to_draw;
    END IF;
  END LOOP;

  IF v_job.chunked BETWEEN 1 AND p_inline THEN
    v_further := v_recorded;
    FOR rounds IN 1..c_rounds LOOP
      EXIT WHEN v_job.cursor = v_job.chunked;
      v_from := v_job.cursor;
      v_job.cursor := v_job.chunked;
      v_skipped := record_units(v_job, v_further, v_from);
      IF v_skipped > 0 THEN
        v_further := replace_taken(v_job, v_further);
        v_job.skipped := v_job.skipped + v_skipped - units_in(v_further);
        v_job.chunked := v_job.chunked + units_in(v_further);
        v_job.put_off := v_job.put_off + units_in(v_further);
        v_job.used_up := v_job.used_up + units_in(v_further);
      END IF;
    END LOOP;
  END IF;
  v_job.status := CASE WHEN v_job.cursor = v_job.chunked THEN 'done' ELSE 'running' END;
  INSERT INTO jobs (tenant, id, status, given, chunked, cursor, skipped, put_off, replaces, used_up, token,
                    lease_until, origin, started_at, finished_at)
  VALUES (p_tenant, p_job, v_job.status, v_job.given, v_job.chunked, v_job.cursor, v_job.skipped,
          v_job.put_off, p_replace, v_job.used_up, p_token, now() + p_lease, v_job.origin, now(),
          CASE v_job.status WHEN 'done' THEN clock_timestamp() END)
  RETURNING * INTO v_job;
  IF v_job.status = 'done' THEN
    PERFORM emit_job_event(p_tenant, p_job);
  END IF;
  RETURN CASE v_job.skipped + v_job.put_off WHEN 0 THEN shown_job(v_job, v_recorded)
         ELSE job_facts(p_tenant, p_job) END;
END
$$;
--> statement-breakpoint
-- Creates lots of the items that the caller sends: see record_lots. Fails as open_call_v1, lot_requests and
-- record_lots do.
CREATE FUNCTION create_lots_v1(
  p_caller caller, p_tenant text, p_key text, p_fingerprint bytea,
  p_job uuid, p_token uuid, p_lease interval, p_items jsonb, p_skip boolean, p_jump bigint,
  p_limit bigint, p_inline bigint
) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_call opened_call := open_call_v1(p_caller, p_tenant, p_key, p_fingerprint);
  v_job jsonb;
BEGIN
  IF v_call.answer IS NOT NULL THEN
    RETURN v_call.answer
      || jsonb_build_object('job', job_facts(p_tenant, (v_call.answer->>'job_id')::uuid));
  END IF;
  PERFORM hold_products(p_tenant, p_shared => true);
  v_job := record_lots(p_tenant, v_call, p_job, p_token, p_lease, lot_requests(p_tenant, p_items),
                       p_skip, false, p_jump, p_limit, p_inline);
  PERFORM record_event(p_caller, p_tenant, 'lots.created', p_job::text, jsonb_build_object(
    'total', v_job->'total',
    'products', (SELECT jsonb_agg(product) FROM (
      SELECT DISTINCT item->>'product' AS product FROM jsonb_array_elements(p_items) AS item
      ORDER BY product LIMIT 10) AS listed)));
  RETURN answer_request_v1(p_tenant, p_key, p_fingerprint, jsonb_build_object('job_id', p_job))
    || jsonb_build_object('job', v_job);
END
$$;
--> statement-breakpoint
-- Adds numbers of a reservation to a job, from unit `p_start` on. Returns the item. Fails as
-- take_of_reservation and refuse_sharing do, and patterns_changed.
CREATE FUNCTION record_reserved(p_tenant text, p_job uuid, p_item lot_request, p_start bigint)
RETURNS job_items
LANGUAGE plpgsql AS $$
DECLARE
  v_taken ledger := take_of_reservation(p_tenant, p_item);
  v_recorded job_items;
BEGIN
  IF p_item.epoch IS NOT NULL THEN
    PERFORM hold_patterns(p_tenant, p_item.epoch);
    PERFORM refuse_sharing(p_tenant, p_item.product, p_item.reservation_sequence, p_item.overlapping);
  END IF;
  INSERT INTO job_items (tenant, job, ordinal, product, series, reservation, presented, numbers,
                         prefix, width, suffix, first, step, numbered, count, start, quantity,
                         produced_on, expires_on, location, attributes)
  SELECT p_tenant, p_job, p_item.ordinal, p_item.product, v_taken.series, p_item.reservation_first,
         true, int8range(v_taken.first, v_taken.last + v_taken.step), f.prefix, f.width, f.suffix,
         v_taken.first, v_taken.step, true, (v_taken.last - v_taken.first) / v_taken.step + 1, p_start,
         p_item.quantity, p_item.produced_on, p_item.expires_on, p_item.location,
         p_item.attributes
  FROM forms AS f
  WHERE f.tenant = p_tenant AND f.id = v_taken.form
  RETURNING * INTO v_recorded;
  RETURN v_recorded;
END
$$;
--> statement-breakpoint
-- Takes or renews the lease on an unfinished job. Null when the job is finished or somebody else's.
CREATE FUNCTION take_job_v1(p_tenant text, p_job uuid, p_token uuid, p_lease interval) RETURNS jsonb
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT enter_tenant(p_tenant);
  UPDATE jobs
  SET token = p_token, lease_until = now() + p_lease
  WHERE tenant = p_tenant AND id = p_job AND status IN ('queued', 'running')
    AND (token IS NULL OR token = p_token OR lease_until IS NULL OR lease_until < now())
  RETURNING jsonb_build_object('cursor', cursor, 'chunked', chunked)
$$;
--> statement-breakpoint
-- Lets go of a job, so that the next one who asks may take it at once.
CREATE FUNCTION release_job_v1(p_tenant text, p_job uuid, p_token uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT enter_tenant(p_tenant);
  UPDATE jobs SET token = NULL, lease_until = now()
  WHERE tenant = p_tenant AND id = p_job AND token = p_token AND status IN ('queued', 'running')
$$;
--> statement-breakpoint
-- Counts a chunk that failed. After `p_patience` failures in a row, or at once when `p_final`, the job
-- fails and says why; its cursor stays where it is. Returns the status.
CREATE FUNCTION note_failure_v1(
  p_tenant text, p_job uuid, p_token uuid, p_error jsonb, p_final boolean, p_patience integer
) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_job jobs;
BEGIN
  PERFORM enter_tenant(p_tenant);
  UPDATE jobs
  SET failures = failures + 1,
      error = p_error,
      status = CASE WHEN p_final OR failures + 1 >= p_patience THEN 'failed' ELSE status END,
      token = CASE WHEN p_final OR failures + 1 >= p_patience THEN NULL ELSE token END,
      finished_at = CASE WHEN p_final OR failures + 1 >= p_patience THEN now() END,
      updated_at = now()
  WHERE tenant = p_tenant AND id = p_job AND token = p_token AND status IN ('queued', 'running')
  RETURNING * INTO v_job;
  IF v_job.status = 'failed' THEN
    PERFORM emit_job_event(p_tenant, p_job);
  END IF;
  RETURN v_job.status;
END
$$;
--> statement-breakpoint
-- Unfinished jobs whose lease runs out within `p_within`, or has, with the milliseconds until then; longest
-- waiting first, at most `p_limit` of them. Nobody works on those at 0; on the others somebody may die before he
-- renews it. The next ones are asked for with the lease, tenant and job of the last one; the first with nulls.
CREATE FUNCTION stranded_jobs_v1(
  p_within interval, p_limit integer, p_after timestamptz, p_after_tenant text, p_after_job uuid
) RETURNS TABLE (tenant text, job uuid, lease_until text, lease_ms float8)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT j.tenant, j.id, j.lease_until::text,
         (greatest(extract(epoch FROM j.lease_until - now()), 0) * 1000)::float8
  FROM jobs AS j
  WHERE j.status IN ('queued', 'running') AND j.lease_until < now() + p_within
    AND (p_after IS NULL OR (j.lease_until, j.tenant, j.id) > (p_after, p_after_tenant, p_after_job))
  ORDER BY j.lease_until, j.tenant, j.id
  LIMIT p_limit
$$;
--> statement-breakpoint
-- Cancels a job: what is recorded stays, what is not is voided if the job drew it, and given back to its
-- reservation if it was presented. Fails: job_not_found, job_wrong_state.
CREATE FUNCTION cancel_job_v1(
  p_caller caller, p_tenant text, p_key text, p_fingerprint bytea, p_job uuid
) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_call opened_call := open_call_v1(p_caller, p_tenant, p_key, p_fingerprint);
  v_job jobs;
  v_item job_items;
  v_left int8range;
BEGIN
  IF v_call.answer IS NULL THEN
    v_job := lock_job(p_tenant, p_job, 'cancelled', '{queued,running,failed}');
    UPDATE jobs
    SET status = 'cancelled', token = NULL, finished_at = now(), updated_at = now()
    WHERE tenant = p_tenant AND id = p_job;
    PERFORM emit_job_event(p_tenant, p_job);
    FOR v_item IN
      SELECT * FROM job_items
      WHERE tenant = p_tenant AND job = p_job AND start + count > v_job.cursor
        AND numbers IS NOT NULL
      ORDER BY id
    LOOP
      v_left := int8range(v_item.first + greatest(v_job.cursor - v_item.start, 0) * v_item.step,
                          upper(v_item.numbers));
      UPDATE job_items SET numbers = v_item.numbers - v_left
      WHERE tenant = p_tenant AND id = v_item.id;
      IF NOT v_item.presented THEN
        INSERT INTO ledger (tenant, series, first, last, step, form, kind, origin, reason)
        SELECT p_tenant, l.series, lower(v_left), upper(v_left) - l.step, l.step, l.form, 'void',
               v_call.origin, 'the job was cancelled'
        FROM ledger AS l
        WHERE l.tenant = p_tenant AND l.series = v_item.series AND l.first = v_item.reservation
          AND l.kind = 'reserved';
      END IF;
    END LOOP;
    PERFORM record_event(
      p_caller, p_tenant,
      CASE WHEN EXISTS (SELECT FROM imports WHERE tenant = p_tenant AND id = p_job)
        THEN 'import.cancelled' ELSE 'job.cancelled' END::audit_action,
      p_job::text, jsonb_build_object('worked_off', v_job.cursor, 'of', v_job.chunked));
    v_call.answer := answer_request_v1(p_tenant, p_key, p_fingerprint,
                                  jsonb_build_object('job_id', p_job));
  END IF;
  RETURN v_call.answer || jsonb_build_object('job', job_facts(p_tenant, p_job));
END
$$;
--> statement-breakpoint
-- Sends a failed job on from where it stopped. Fails: job_not_found, job_wrong_state.
CREATE FUNCTION retry_job_v1(
  p_caller caller, p_tenant text, p_key text, p_fingerprint bytea, p_job uuid
) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_call opened_call := open_call_v1(p_caller, p_tenant, p_key, p_fingerprint);
  v_job jobs;
BEGIN
  IF v_call.answer IS NULL THEN
    v_job := lock_job(p_tenant, p_job, 'queued', '{failed}');
    UPDATE jobs
    SET status = 'queued', failures = 0, error = NULL, token = NULL, lease_until = now(),
        finished_at = NULL, updated_at = now()
    WHERE tenant = p_tenant AND id = p_job;
    PERFORM record_event(p_caller, p_tenant, 'job.retried', p_job::text,
                         jsonb_build_object('worked_off', v_job.cursor, 'of', v_job.chunked));
    v_call.answer := answer_request_v1(p_tenant, p_key, p_fingerprint,
                                  jsonb_build_object('job_id', p_job));
  END IF;
  RETURN v_call.answer || jsonb_build_object('job', job_facts(p_tenant, p_job));
END
$$;
--> statement-breakpoint
-- Locks a job that is in one of the states from which it may become `p_wanted`.
CREATE FUNCTION lock_job(p_tenant text, p_job uuid, p_wanted text, p_from job_status[]) RETURNS jobs
LANGUAGE plpgsql AS $$
DECLARE
  v_job jobs;
BEGIN
  SELECT * INTO v_job FROM jobs WHERE tenant = p_tenant AND id = p_job FOR UPDATE;
  IF NOT FOUND THEN
    PERFORM fail('job_not_found', jsonb_build_object('job', p_job));
  ELSIF v_job.status <> ALL (p_from) THEN
    PERFORM fail('job_wrong_state', jsonb_build_object(
      'job', p_job, 'status', v_job.status, 'wanted', p_wanted, 'possible_from', p_from));
  END IF;
  RETURN v_job;
END
$$;
