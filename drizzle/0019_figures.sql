-- What happened to numbers and lots, and what calls came to: by minute, hour and day, and for all time. See
-- docs/using/stats.md and docs/decisions/0021-figures-are-rolled-up-from-the-ledger.md.

-- Rewritten as long as their span lasts: leave room to do it on their own pages.
ALTER TABLE number_figures SET (fillfactor = 70);
--> statement-breakpoint
ALTER TABLE lot_figures SET (fillfactor = 70);
--> statement-breakpoint
ALTER TABLE call_figures SET (fillfactor = 70);
--> statement-breakpoint
-- Stands for no tenant, where figures are of callers that are not known or of the whole service. No tenant can
-- be called so.
CREATE FUNCTION no_tenant() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '-';
--> statement-breakpoint
-- The beginning of the minute, hour or day in which a moment lies, in UTC; of all time there is one.
CREATE FUNCTION span_begin(p_grain figure_grain, p_at timestamptz) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE p_grain WHEN 'ever' THEN timestamptz '1970-01-01 00:00:00+00'
                    WHEN 'minute' THEN date_trunc('minute', p_at, 'UTC')
                    WHEN 'hour' THEN date_trunc('hour', p_at, 'UTC')
                    ELSE date_trunc('day', p_at, 'UTC') END;
--> statement-breakpoint
-- For how long figures of a grain are kept; those of all time are kept for good.
CREATE FUNCTION kept_for(p_grain figure_grain) RETURNS interval
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE p_grain WHEN 'minute' THEN interval '2 days'
                    WHEN 'hour' THEN interval '60 days'
                    WHEN 'day' THEN interval '800 days' END;
--> statement-breakpoint
-- The bounds of the histograms of calls, in milliseconds: how long those take at most that each counts.
CREATE FUNCTION call_bounds() RETURNS double precision[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ARRAY[5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000];
--> statement-breakpoint
-- Adds histograms, place by place.
CREATE FUNCTION add_counts(p_some bigint[], p_others bigint[]) RETURNS bigint[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT array_agg(one + other ORDER BY place)
        FROM unnest(p_some, p_others) WITH ORDINALITY AS t (one, other, place));
--> statement-breakpoint
-- How many calls of a histogram took longer than a bound of it.
CREATE FUNCTION calls_over(p_histogram bigint[], p_bound double precision) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT coalesce(sum(calls), 0)::bigint
        FROM unnest(p_histogram) WITH ORDINALITY AS t (calls, place)
        WHERE place > array_position(call_bounds(), p_bound));
--> statement-breakpoint
-- The time that a share of the calls of a histogram took at most, 0 to 1, as if they lay evenly between the
-- bounds; none took longer than `p_longest`. Null of no calls.
CREATE FUNCTION quantile_of(p_histogram bigint[], p_longest double precision, p_share double precision)
RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (
  SELECT least(p_longest, below + (least(bound, p_longest) - below) * (wanted - before) / calls)
  FROM (
    SELECT calls, coalesce(lag(bound) OVER w, 0) AS below, coalesce(bound, 'infinity') AS bound,
           sum(calls) OVER w - calls AS before, sum(calls) OVER () * p_share AS wanted
    FROM unnest(p_histogram, call_bounds()) WITH ORDINALITY AS t (calls, bound, place)
    WINDOW w AS (ORDER BY place)
  ) AS places
  WHERE calls > 0 AND wanted <= before + calls
  ORDER BY before LIMIT 1
);
--> statement-breakpoint
-- What happened to the numbers of a series within one minute.
CREATE TYPE number_figure AS (
  tenant text,
  sequence text,
  series text,
  reservations bigint,
  reserved numeric,
  voided numeric,
  skipped numeric,
  fenced numeric,
  reopened numeric
);
--> statement-breakpoint
-- What the ledger of all tenants tells of the time behind `p_from` up to `p_to`, series by series. What a rewind gave
-- back of a skip counts at the time of the rewind. The skip still counts as it was written: what is left of it and
-- what was reopened are its parts, and have its time.
-- Planned anew for every span: what is best depends on how long it is.
CREATE FUNCTION numbers_between(p_from timestamptz, p_to timestamptz) RETURNS SETOF number_figure
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_custom_plan AS $$
BEGIN
  RETURN QUERY
    WITH moved AS (
      SELECT l.tenant, l.series, l.kind::text AS kind, sum((l.last - l.first) / l.step + 1) AS numbers,
             count(*) AS entries
      FROM ledger AS l
      WHERE l.at > p_from AND l.at <= p_to AND l.kind IN ('reserved', 'void', 'skip', 'reopened', 'fence')
      GROUP BY l.tenant, l.series, l.kind
      UNION ALL
      SELECT r.tenant, r.series, 'given back', (r.last - r.reopened_from) / s.step + 1, 1
      FROM ledger AS l
      JOIN reopened_skips AS r
        ON r.tenant = l.tenant AND r.series = l.series AND r.reopened_at = l.at
      JOIN ledger AS s
        ON s.tenant = r.tenant AND s.series = r.series AND s.first = r.first AND s.at = r.at
       AND s.kind IN ('skip', 'reopened')
      WHERE l.at > p_from AND l.at <= p_to AND l.kind = 'rewind'
    )
    SELECT m.tenant, s.sequence, s.period,
           coalesce(sum(m.entries) FILTER (WHERE m.kind = 'reserved'), 0)::bigint,
           coalesce(sum(m.numbers) FILTER (WHERE m.kind = 'reserved'), 0),
           coalesce(sum(m.numbers) FILTER (WHERE m.kind = 'void'), 0),
           coalesce(sum(m.numbers) FILTER (WHERE m.kind IN ('skip', 'reopened')), 0),
           coalesce(sum(m.numbers) FILTER (WHERE m.kind = 'fence'), 0),
           coalesce(sum(m.numbers) FILTER (WHERE m.kind = 'given back'), 0)
    FROM moved AS m
    JOIN series AS s ON s.tenant = m.tenant AND s.id = m.series
    GROUP BY m.tenant, s.sequence, s.period;
END
$$;
--> statement-breakpoint
-- When something was first written to the ledger, or to a job, behind `p_from` and up to `p_to`; null: nothing was.
-- Longer and longer stretches: most often the first one has something, and looking at all at once could take
-- as long as the ledger is.
CREATE FUNCTION first_written(p_from timestamptz, p_to timestamptz) RETURNS timestamptz
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  v_begin timestamptz := p_from;
  v_span interval := '10 minutes';
  v_end timestamptz;
  v_first timestamptz;
BEGIN
  WHILE v_first IS NULL AND v_begin < p_to LOOP
    v_end := least(v_begin + v_span, p_to);
    SELECT least(
      (SELECT min(at) FROM ledger WHERE at > v_begin AND at <= v_end),
      (SELECT min(updated_at) FROM jobs WHERE updated_at > v_begin AND updated_at <= v_end))
    INTO v_first;
    v_begin := v_end;
    v_span := v_span * 2;
  END LOOP;
  RETURN v_first;
END
$$;
--> statement-breakpoint
-- How many lots of a product a job has recorded: of an import since `counted_lots` last counted them, of others
-- in all. `last_item` is the last item that is among them. Of an import without any the product is null.
CREATE TYPE lot_figure AS (
  tenant text,
  job uuid,
  product text,
  at timestamptz,
  is_import boolean,
  is_over boolean,
  lots bigint,
  last_item bigint
);
--> statement-breakpoint
-- The lots of all tenants' jobs that are not over, and of those to which something last happened behind `p_from`
-- up to `p_to`: a job that changed again since is looked at later.
CREATE FUNCTION lots_between(p_from timestamptz, p_to timestamptz) RETURNS SETOF lot_figure
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_custom_plan AS $$
BEGIN
  RETURN QUERY
    WITH touched AS MATERIALIZED (
      SELECT j.tenant, j.id, j.cursor, j.updated_at,
             j.status IN ('done', 'cancelled') AS is_over,
             EXISTS (SELECT FROM imports AS i WHERE i.tenant = j.tenant AND i.id = j.id) AS is_import
      FROM (
        SELECT * FROM jobs WHERE updated_at > p_from AND updated_at <= p_to
        UNION ALL
        -- As they stand: the same once more as above changes nothing.
        SELECT * FROM jobs
        WHERE status IN ('queued', 'running') AND NOT (updated_at > p_from AND updated_at <= p_to)
      ) AS j
    )
    -- Of given names, which have no start, all.
    SELECT t.tenant, t.id, i.product, t.updated_at, false, t.is_over,
           sum(greatest(least(t.cursor - i.start, i.count), 0) - i.skipped)::bigint, 0::bigint
    FROM touched AS t
    JOIN job_items AS i ON i.tenant = t.tenant AND i.job = t.id
    WHERE NOT t.is_import
    GROUP BY t.tenant, t.id, i.product, t.updated_at, t.is_over
    UNION ALL
    SELECT t.tenant, t.id, i.product, t.updated_at, true, t.is_over, sum(i.count - i.skipped)::bigint, max(i.id)
    FROM touched AS t
    LEFT JOIN counted_lots AS c ON c.tenant = t.tenant AND c.job = t.id AND c.product = ''
    LEFT JOIN LATERAL (
      -- By their ids, from the last one on: an import can have millions before.
      SELECT * FROM job_items AS one
      WHERE one.tenant = t.tenant AND one.id > coalesce(c.last_item, 0)
      ORDER BY one.id OFFSET 0
    ) AS i ON i.job = t.id
    WHERE t.is_import
    GROUP BY t.tenant, t.id, i.product, t.updated_at, t.is_over;
END
$$;
--> statement-breakpoint
-- Adds what happened to the numbers of one tenant in the minute of `p_at`.
CREATE FUNCTION add_number_figures(
  p_tenant text, p_at timestamptz, p_grains figure_grain[], p_figures number_figure[]
) RETURNS void
LANGUAGE sql AS $$
  SELECT enter_tenant(p_tenant);
  INSERT INTO number_figures AS f (tenant, grain, at, sequence, series, reservations, reserved, voided,
                                   skipped, fenced, reopened)
  SELECT p_tenant, g, span_begin(g, p_at), n.sequence, n.series, n.reservations, n.reserved, n.voided,
         n.skipped, n.fenced, n.reopened
  FROM unnest(p_figures) AS n
  CROSS JOIN unnest(p_grains) AS g
  ON CONFLICT (tenant, sequence, series, grain, at) DO UPDATE
  SET reservations = f.reservations + excluded.reservations,
      reserved = f.reserved + excluded.reserved,
      voided = f.voided + excluded.voided,
      skipped = f.skipped + excluded.skipped,
      fenced = f.fenced + excluded.fenced,
      reopened = f.reopened + excluded.reopened
$$;
--> statement-breakpoint
-- Adds the lots that jobs of one tenant have recorded since they were last counted, and notes of those that go on
-- how far they are counted. Returns how many lots.
CREATE FUNCTION add_lot_figures(p_tenant text, p_figures lot_figure[]) RETURNS bigint
LANGUAGE sql AS $$
  SELECT enter_tenant(p_tenant);
  WITH further AS MATERIALIZED (
    SELECT n.*, n.lots - CASE WHEN n.is_import THEN 0 ELSE coalesce(c.lots, 0) END AS more
    FROM unnest(p_figures) AS n
    LEFT JOIN counted_lots AS c ON c.tenant = p_tenant AND c.job = n.job AND c.product = n.product
  ), over AS (
    DELETE FROM counted_lots
    WHERE tenant = p_tenant AND job IN (SELECT job FROM further WHERE is_over)
  ), counted AS (
    INSERT INTO counted_lots AS c (tenant, job, product, lots, last_item)
    SELECT p_tenant, job, CASE WHEN is_import THEN '' ELSE product END, sum(lots), max(last_item)
    FROM further
    WHERE NOT is_over AND more > 0
    GROUP BY 1, 2, 3
    ON CONFLICT (tenant, job, product) DO UPDATE
    SET lots = excluded.lots, last_item = excluded.last_item
  ), added AS (
    INSERT INTO lot_figures AS f (tenant, grain, at, product, lots)
    SELECT p_tenant, g, span_begin(g, at), product, sum(more)
    FROM further
    CROSS JOIN unnest('{minute,hour,day}'::figure_grain[]) AS g
    WHERE more > 0
    GROUP BY 1, 2, 3, 4
    ON CONFLICT (tenant, product, grain, at) DO UPDATE SET lots = f.lots + excluded.lots
  )
  SELECT coalesce(sum(more), 0)::bigint FROM further
$$;
--> statement-breakpoint
-- The time up to which the ledger of all tenants is in the figures.
CREATE FUNCTION figured_until() RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT coalesce((SELECT until FROM figures_until WHERE tenant = no_tenant()),
                  (SELECT min(created_at) - interval '1 day' FROM tenants))
$$;
--> statement-breakpoint
-- Puts the next minute in which something was written into the figures, of all tenants at once, and nothing that
-- is younger than `p_age`: see settled_time. How far it came is written down in the same transaction, so that
-- nothing counts twice or is left out. Two at once do not wait for one another: one has nothing to do.
-- Returns whether there may be more.
CREATE FUNCTION roll_up_figures_v1(p_age interval) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_from timestamptz;
  v_settled timestamptz;
  v_first timestamptz;
  v_to timestamptz;
  v_of_tenant record;
  v_all number_figure;
  v_lots bigint := 0;
BEGIN
  -- Seed 2, as sealing.
  IF NOT pg_try_advisory_xact_lock(hashtextextended('figures', 2)) THEN
    RETURN false;
  END IF;
  v_settled := settled_time(p_age);
  v_from := figured_until();
  IF coalesce(v_from >= v_settled, true) THEN
    RETURN false;
  END IF;
  v_first := first_written(v_from, v_settled);
  v_to := least(v_settled, date_trunc('minute', v_first) + interval '1 minute' - interval '1 microsecond');

  v_all := (no_tenant(), '', '', 0, 0, 0, 0, 0, 0);
  FOR v_of_tenant IN
    SELECT n.tenant, array_agg(n) AS figures, sum(n.reservations)::bigint AS reservations,
           sum(n.reserved) AS reserved, sum(n.voided) AS voided, sum(n.skipped) AS skipped,
           sum(n.fenced) AS fenced, sum(n.reopened) AS reopened
    FROM numbers_between(v_from, v_to) AS n
    GROUP BY n.tenant
    ORDER BY n.tenant
  LOOP
    PERFORM add_number_figures(v_of_tenant.tenant, v_first, '{minute,hour,day}', v_of_tenant.figures);
    v_all.reservations := v_all.reservations + v_of_tenant.reservations;
    v_all.reserved := v_all.reserved + v_of_tenant.reserved;
    v_all.voided := v_all.voided + v_of_tenant.voided;
    v_all.skipped := v_all.skipped + v_of_tenant.skipped;
    v_all.fenced := v_all.fenced + v_of_tenant.fenced;
    v_all.reopened := v_all.reopened + v_of_tenant.reopened;
  END LOOP;
  PERFORM add_number_figures(no_tenant(), v_first, '{ever}', ARRAY[v_all]);

  FOR v_of_tenant IN
    SELECT n.tenant, array_agg(n) AS figures FROM lots_between(v_from, v_to) AS n GROUP BY n.tenant ORDER BY n.tenant
  LOOP
    v_lots := v_lots + add_lot_figures(v_of_tenant.tenant, v_of_tenant.figures);
  END LOOP;

  PERFORM enter_tenant(no_tenant());
  INSERT INTO lot_figures AS f (tenant, grain, at, product, lots)
  VALUES (no_tenant(), 'ever', span_begin('ever', v_to), '', v_lots)
  ON CONFLICT (tenant, product, grain, at) DO UPDATE SET lots = f.lots + excluded.lots;
  INSERT INTO figures_until (tenant, until) VALUES (no_tenant(), v_to)
  ON CONFLICT (tenant) DO UPDATE SET until = excluded.until;
  RETURN v_to < v_settled;
END
$$;
--> statement-breakpoint
-- What calls came to that an isolate has gathered, all of one kind: see call_figures. `minute` is its beginning.
CREATE TYPE gathered_calls AS (
  tenant text,
  minute timestamptz,
  operation text,
  code text,
  sequence text,
  product text,
  status integer,
  calls bigint,
  size numeric,
  "time" double precision,
  longest double precision,
  histogram bigint[],
  database_requests bigint,
  database_time double precision
);
--> statement-breakpoint
-- A call that an isolate lists by itself.
CREATE TYPE gathered_call AS (
  tenant text,
  at timestamptz,
  kind notable_kind,
  operation text,
  code text,
  sequence text,
  product text,
  status integer,
  "time" double precision,
  request_id text
);
--> statement-breakpoint
-- Adds what calls of one tenant came to. A sequence or product that is not there leaves no name, so that nobody
-- fills the table with names that he makes up.
CREATE FUNCTION add_call_figures(p_tenant text, p_grains figure_grain[], p_calls gathered_calls[]) RETURNS void
LANGUAGE sql AS $$
  SELECT enter_tenant(p_tenant);
  INSERT INTO call_figures AS f (tenant, grain, at, operation, code, sequence, product, status, calls, size,
                                 "time", longest, histogram, database_requests, database_time)
  SELECT p_tenant, g, span_begin(g, c.minute), c.operation, c.code, coalesce(s.key, ''), coalesce(p.sku, ''),
         max(c.status), sum(c.calls), sum(c.size), sum(c."time"), max(c.longest),
         ARRAY[sum(c.histogram[1]), sum(c.histogram[2]), sum(c.histogram[3]), sum(c.histogram[4]),
               sum(c.histogram[5]), sum(c.histogram[6]), sum(c.histogram[7]), sum(c.histogram[8]),
               sum(c.histogram[9]), sum(c.histogram[10]), sum(c.histogram[11]), sum(c.histogram[12])]::bigint[],
         sum(c.database_requests), sum(c.database_time)
  FROM unnest(p_calls) AS c
  CROSS JOIN unnest(p_grains) AS g
  LEFT JOIN sequences AS s ON s.tenant = p_tenant AND s.key = c.sequence
  LEFT JOIN products AS p ON p.tenant = p_tenant AND p.sku = c.product
  GROUP BY 2, 3, 4, 5, 6, 7
  -- In one order by everybody, so that no two isolates wait for one another.
  ORDER BY 2, 3, 4, 5, 6, 7
  ON CONFLICT (tenant, grain, at, operation, code, sequence, product) DO UPDATE
  SET status = excluded.status,
      calls = f.calls + excluded.calls,
      size = f.size + excluded.size,
      "time" = f."time" + excluded."time",
      longest = greatest(f.longest, excluded.longest),
      histogram = add_counts(f.histogram, excluded.histogram),
      database_requests = f.database_requests + excluded.database_requests,
      database_time = f.database_time + excluded.database_time
$$;
--> statement-breakpoint
-- Lists calls of one tenant by themselves, and forgets all but its newest 1,000.
CREATE FUNCTION add_notable_calls(p_tenant text, p_calls gathered_call[]) RETURNS void
LANGUAGE sql AS $$
  SELECT enter_tenant(p_tenant);
  INSERT INTO notable_calls (tenant, at, kind, operation, sequence, product, code, status, "time", request_id)
  SELECT p_tenant, c.at, c.kind, c.operation, coalesce(s.key, ''), coalesce(p.sku, ''), c.code, c.status,
         c."time", c.request_id
  FROM unnest(p_calls) AS c
  LEFT JOIN sequences AS s ON s.tenant = p_tenant AND s.key = c.sequence
  LEFT JOIN products AS p ON p.tenant = p_tenant AND p.sku = c.product
  ORDER BY c.at;
  DELETE FROM notable_calls
  WHERE tenant = p_tenant AND (at, id) <= (
    SELECT at, id FROM notable_calls WHERE tenant = p_tenant ORDER BY at DESC, id DESC OFFSET 1000 LIMIT 1)
$$;
--> statement-breakpoint
-- Adds what calls came to that an isolate has gathered, of all tenants, and lists some by themselves. A batch that
-- is sent again adds nothing. Returns whether it was added.
CREATE FUNCTION add_calls_v1(p_batch uuid, p_calls jsonb, p_notable jsonb) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_of_tenant record;
BEGIN
  PERFORM enter_tenant(no_tenant());
  -- Waits for its twin.
  INSERT INTO figure_batches (tenant, id) VALUES (no_tenant(), p_batch) ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  -- Tenants in one order by everybody, and last what all isolates add to.
  FOR v_of_tenant IN
    SELECT c.tenant COLLATE "C" AS tenant, array_agg(c) AS calls
    FROM jsonb_populate_recordset(NULL::gathered_calls, p_calls) AS c
    GROUP BY 1 ORDER BY c.tenant COLLATE "C" = no_tenant(), 1
  LOOP
    PERFORM add_call_figures(v_of_tenant.tenant, '{minute,hour,day}', v_of_tenant.calls);
  END LOOP;
  PERFORM add_call_figures(no_tenant(), '{ever}', ARRAY(
    SELECT c FROM jsonb_populate_recordset(NULL::gathered_calls, p_calls) AS c));
  FOR v_of_tenant IN
    SELECT c.tenant, array_agg(c) AS calls
    FROM jsonb_populate_recordset(NULL::gathered_call, p_notable) AS c
    GROUP BY c.tenant ORDER BY c.tenant
  LOOP
    PERFORM add_notable_calls(v_of_tenant.tenant, v_of_tenant.calls);
  END LOOP;
  RETURN true;
END
$$;
--> statement-breakpoint
-- The tenants that have figures past their time, or calls listed for longer than a week: by the beginnings of
-- indexes, whatever the number of their rows.
CREATE FUNCTION tenants_with_old_figures() RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT o.tenant
  FROM (SELECT tenant FROM tenants UNION ALL SELECT no_tenant()) AS o
  WHERE (SELECT n.at FROM notable_calls AS n WHERE n.tenant = o.tenant ORDER BY n.at LIMIT 1)
          < now() - interval '7 days'
     OR EXISTS (
       SELECT FROM unnest('{minute,hour,day}'::figure_grain[]) AS g
       WHERE least(
         (SELECT f.at FROM call_figures AS f WHERE f.tenant = o.tenant AND f.grain = g ORDER BY f.at LIMIT 1),
         (SELECT f.at FROM number_figures AS f WHERE f.tenant = o.tenant AND f.grain = g ORDER BY f.at LIMIT 1),
         (SELECT f.at FROM lot_figures AS f WHERE f.tenant = o.tenant AND f.grain = g ORDER BY f.at LIMIT 1)
       ) < now() - kept_for(g))
     OR o.tenant = no_tenant()
        AND EXISTS (SELECT FROM figure_batches AS b WHERE b.tenant = o.tenant AND b.at < now() - interval '1 hour')
$$;
--> statement-breakpoint
-- Removes figures past their time, listed calls of a week ago, and batches that nobody sends again: tenant by tenant
-- until it is `p_limit` rows or more, of one tenant so many of each table and grain at most. Returns how many; fewer
-- than `p_limit`: there are no more.
CREATE FUNCTION expire_figures_v1(p_limit integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_tenant text;
  v_grain figure_grain;
  v_removed bigint := 0;
BEGIN
  FOR v_tenant IN SELECT * FROM tenants_with_old_figures() LOOP
    PERFORM enter_tenant(v_tenant);
    FOREACH v_grain IN ARRAY '{minute,hour,day}'::figure_grain[] LOOP
      WITH calls AS (
        DELETE FROM call_figures WHERE ctid = ANY (ARRAY(
          SELECT ctid FROM call_figures
          WHERE tenant = v_tenant AND grain = v_grain AND at < now() - kept_for(v_grain) LIMIT p_limit))
        RETURNING 1
      ), numbers AS (
        DELETE FROM number_figures WHERE ctid = ANY (ARRAY(
          SELECT ctid FROM number_figures
          WHERE tenant = v_tenant AND grain = v_grain AND at < now() - kept_for(v_grain) LIMIT p_limit))
        RETURNING 1
      ), lots AS (
        DELETE FROM lot_figures WHERE ctid = ANY (ARRAY(
          SELECT ctid FROM lot_figures
          WHERE tenant = v_tenant AND grain = v_grain AND at < now() - kept_for(v_grain) LIMIT p_limit))
        RETURNING 1
      )
      SELECT v_removed + (SELECT count(*) FROM calls) + (SELECT count(*) FROM numbers) + (SELECT count(*) FROM lots)
      INTO v_removed;
    END LOOP;
    WITH listed AS (
      DELETE FROM notable_calls WHERE tenant = v_tenant AND at < now() - interval '7 days' RETURNING 1
    ), batches AS (
      DELETE FROM figure_batches WHERE tenant = v_tenant AND at < now() - interval '1 hour' RETURNING 1
    )
    SELECT v_removed + (SELECT count(*) FROM listed) + (SELECT count(*) FROM batches) INTO v_removed;
    EXIT WHEN v_removed >= p_limit;
  END LOOP;
  RETURN v_removed;
END
$$;
--> statement-breakpoint
-- How many numbers of a sequence's series were reserved since about an hour, a day and a week ago, and since when
-- to the microsecond: an hour and a day begin with a full minute, a week with a full hour. What is not in the figures
-- yet is counted where it stands. `p_series` is one series, null: all of the sequence.
-- Planned anew for every call: what is best depends on how far the figures are behind.
CREATE FUNCTION drawn_lately_v1(p_tenant text, p_sequence text, p_series text)
RETURNS TABLE (span text, since timestamptz, drawn numeric)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  v_hour timestamptz := span_begin('minute', now() - interval '1 hour');
  v_day timestamptz := span_begin('minute', now() - interval '1 day');
  v_week timestamptz := span_begin('hour', now() - interval '7 days');
  v_until timestamptz := figured_until();
BEGIN
  RETURN QUERY
    WITH reserved AS (
      -- Minutes of the last day and hours before tell apart what they have to.
      SELECT f.at, f.reserved AS numbers, f.grain
      FROM number_figures AS f
      WHERE f.tenant = p_tenant AND f.sequence = p_sequence AND (p_series IS NULL OR f.series = p_series)
        AND (f.grain = 'minute' AND f.at >= v_day OR f.grain = 'hour' AND f.at >= v_week)
      UNION ALL
      SELECT l.at, (l.last - l.first) / l.step + 1, NULL
      FROM ledger AS l
      JOIN series AS s ON s.tenant = l.tenant AND s.id = l.series
      WHERE l.tenant = p_tenant AND l.at > greatest(v_until, v_week) AND l.kind = 'reserved'
        AND s.sequence = p_sequence AND (p_series IS NULL OR s.period = p_series)
    )
    SELECT one.span, one.since, coalesce(sum(r.numbers), 0)
    FROM (VALUES ('hour', v_hour, 'minute'::figure_grain), ('day', v_day, 'minute'), ('week', v_week, 'hour'))
      AS one (span, since, grain)
    LEFT JOIN reserved AS r ON r.at >= one.since AND coalesce(r.grain, one.grain) = one.grain
    GROUP BY one.span, one.since
    ORDER BY one.since DESC;
END
$$;
--> statement-breakpoint
-- The last number that a counter may give: not its ceiling, where it takes steps. `p_next` is the next one; null, or
-- beyond the ceiling, when none is left: then it is counted from where the counter began.
CREATE FUNCTION last_number_of(p_next bigint, p_ceiling bigint, p_start bigint, p_increment bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN p_ceiling - (p_ceiling - CASE WHEN p_next <= p_ceiling THEN p_next ELSE least(p_start, p_ceiling) END) % p_increment;
--> statement-breakpoint
-- When numbers will be used up that go at a rate from `p_from` on: then when none is left, null when they last until
-- the year 9999, the last one that the wire can tell.
CREATE FUNCTION exhausted_at(p_remaining numeric, p_per_hour double precision, p_from timestamptz)
RETURNS timestamptz
LANGUAGE sql STABLE
RETURN CASE
  WHEN p_remaining <= 0 THEN p_from
  WHEN p_remaining
       <= p_per_hour::numeric * extract(epoch FROM timestamptz '9999-01-01 00:00:00+00' - p_from) / 3600
    THEN p_from + interval '1 hour' * (p_remaining / nullif(p_per_hour, 0)::numeric)::float8
END;
--> statement-breakpoint
-- What is left of all of a tenant's series that count now: open ones of the present period, or of none. `per_hour`
-- is how many numbers were reserved an hour in the last day or in the last week, whichever is more, of a series of
-- a period by all of its sequence; what was reserved in the last minute or two is not in it yet. `used_share` is 0 to 1.
CREATE FUNCTION forecasts_of(p_tenant text)
RETURNS TABLE (
  sequence text, series text, remaining numeric, last_number bigint, used_share double precision,
  per_hour double precision, exhausted_at timestamptz
)
LANGUAGE plpgsql STABLE AS $$
DECLARE
  v_day timestamptz := span_begin('hour', now() - interval '1 day');
  v_week timestamptz := span_begin('hour', now() - interval '7 days');
BEGIN
  RETURN QUERY
    WITH drawn AS MATERIALIZED (
      SELECT f.sequence, CASE q.reset WHEN 'prefix' THEN f.series ELSE '' END AS series,
             greatest(
               sum(f.reserved) FILTER (WHERE f.at >= v_day) * 3600 / extract(epoch FROM now() - v_day),
               sum(f.reserved) * 3600 / extract(epoch FROM now() - v_week))::float8 AS per_hour
      FROM number_figures AS f
      JOIN sequences AS q ON q.tenant = f.tenant AND q.key = f.sequence
      WHERE f.tenant = p_tenant AND f.grain = 'hour' AND f.at >= v_week
      GROUP BY 1, 2
    ), counters AS (
      SELECT s.sequence, s.period, q.ceiling, q.start, q.increment,
             CASE q.reset WHEN 'prefix' THEN s.period ELSE '' END AS drawn_as,
             -- No counter is asked: who asks one locks it until the transaction ends, and there may be thousands.
             CASE WHEN s.promoted_to IS NULL THEN s.next ELSE greatest(s.next, behind_ledger(s)) END AS next
      FROM series AS s
      JOIN sequences AS q ON q.tenant = s.tenant AND q.key = s.sequence
      WHERE s.tenant = p_tenant AND s.closed_at IS NULL
        AND (s.ends_on IS NULL
             OR s.period = period_at(q.reset, q.time_zone, q.fiscal_year_start, now()))
    ), left_over AS (
      SELECT c.*, greatest((c.ceiling - c.next) / c.increment + 1, 0)::numeric AS remaining,
             greatest((c.ceiling - c.start) / c.increment + 1, 1)::numeric AS total
      FROM counters AS c
    )
    SELECT l.sequence, l.period, CASE WHEN l.next > l.ceiling THEN 0 ELSE l.remaining END,
           last_number_of(l.next, l.ceiling, l.start, l.increment),
           (1 - CASE WHEN l.next > l.ceiling THEN 0 ELSE l.remaining END / l.total)::float8,
           coalesce(d.per_hour, 0),
           exhausted_at(CASE WHEN l.next > l.ceiling THEN 0 ELSE l.remaining END, coalesce(d.per_hour, 0), now())
    FROM left_over AS l
    LEFT JOIN drawn AS d ON d.sequence = l.sequence AND d.series = l.drawn_as;
END
$$;
--> statement-breakpoint
-- How a tenant's operations fare: of each the calls, those that failed (500 or more) and those that took longer than a
-- second, in the last five minutes and in the last sixty, both with the minute that runs. Isolates tell of their calls
-- some seconds later.
CREATE FUNCTION operation_health(p_tenant text)
RETURNS TABLE (
  operation text, calls_5 bigint, failed_5 bigint, slow_5 bigint, calls_60 bigint, failed_60 bigint, slow_60 bigint
)
LANGUAGE sql STABLE AS $$
  SELECT operation,
         coalesce(sum(calls) FILTER (WHERE is_late), 0)::bigint,
         coalesce(sum(calls) FILTER (WHERE is_late AND status >= 500), 0)::bigint,
         coalesce(sum(calls_over(histogram, 1000)) FILTER (WHERE is_late), 0)::bigint,
         sum(calls)::bigint,
         coalesce(sum(calls) FILTER (WHERE status >= 500), 0)::bigint,
         sum(calls_over(histogram, 1000))::bigint
  FROM (
    SELECT *, at > now() - interval '5 minutes' AS is_late
    FROM call_figures
    WHERE tenant = p_tenant AND grain = 'minute' AND at > now() - interval '60 minutes'
  ) AS f
  GROUP BY operation
$$;
--> statement-breakpoint
-- What the whole service came to, of all tenants together, for whoever looks after it.
CREATE FUNCTION metrics_v1() RETURNS json
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT json_build_object(
    'calls', (
      SELECT coalesce(json_agg(json_build_object(
        'operation', operation, 'code', code, 'status', status, 'calls', calls::text, 'size', size::text,
        'time', "time", 'histogram', histogram, 'database_requests', database_requests::text,
        'database_time', database_time) ORDER BY operation, code), '[]')
      FROM call_figures WHERE tenant = no_tenant() AND grain = 'ever'
    ),
    'numbers', (
      SELECT json_build_object(
        'reservations', coalesce(sum(reservations), 0)::text, 'reserved', coalesce(sum(reserved), 0)::text,
        'voided', coalesce(sum(voided), 0)::text, 'skipped', coalesce(sum(skipped), 0)::text,
        'fenced', coalesce(sum(fenced), 0)::text, 'reopened', coalesce(sum(reopened), 0)::text)
      FROM number_figures WHERE tenant = no_tenant() AND grain = 'ever'
    ),
    'lots', (SELECT coalesce(sum(lots), 0)::text FROM lot_figures WHERE tenant = no_tenant() AND grain = 'ever'),
    'jobs', json_build_object(
      'queued', (SELECT count(*) FROM jobs WHERE status IN ('queued', 'running') AND status = 'queued'),
      'running', (SELECT count(*) FROM jobs WHERE status IN ('queued', 'running') AND status = 'running'),
      'failed', (SELECT count(*) FROM jobs WHERE status = 'failed')),
    'oldest_job_s', (
      SELECT coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8
      FROM jobs WHERE status IN ('queued', 'running')),
    'figures_age_s', coalesce(extract(epoch FROM now() - figured_until()), 0)::float8,
    'tenants', (SELECT count(*) FROM tenants),
    'database_bytes', pg_database_size(current_database())::text)
$$;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION
  no_tenant, span_begin, call_bounds, add_counts, calls_over, quantile_of, figured_until, drawn_lately_v1,
  last_number_of, exhausted_at, period_end, metrics_v1, roll_up_figures_v1, add_calls_v1, expire_figures_v1
TO serialmint_app;
