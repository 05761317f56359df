-- What callers changed, and the seals that show whether anybody altered the record of it since. See
-- docs/using/audit.md.

ALTER TABLE audit_seals
  ADD CONSTRAINT audit_seals_is_whole CHECK (
    number > 0 AND sealed_from < sealed_to AND events >= 0 AND entries >= 0 AND events + entries > 0
    AND octet_length(rows_digest) = 32 AND octet_length(previous) = 32 AND octet_length(digest) = 32
  );
--> statement-breakpoint
-- Writes down a change that a caller made, in the transaction that makes it. `p_facts` never hold an API key's
-- text or digest.
CREATE FUNCTION record_event(
  p_caller caller, p_tenant text, p_action audit_action, p_subject text, p_facts jsonb
) RETURNS void
LANGUAGE sql AS $$
  INSERT INTO audit_events (tenant, origin, request_id, action, subject, facts)
  SELECT tenant, origin_of(tenant, id, p_caller.address), p_caller.request_id, p_action, p_subject, p_facts
  FROM api_keys
  WHERE tenant = p_tenant AND digest = p_caller.digest
$$;
--> statement-breakpoint
-- The members in which two objects of the same members differ, as they were and as they are.
CREATE FUNCTION differences(p_before jsonb, p_after jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE
RETURN (
  SELECT jsonb_build_object(
    'before', coalesce(jsonb_object_agg(b.key, b.value), '{}'),
    'after', coalesce(jsonb_object_agg(b.key, p_after->b.key), '{}'))
  FROM jsonb_each(p_before) AS b
  WHERE b.value IS DISTINCT FROM p_after->b.key
);
--> statement-breakpoint
-- A sequence's definition.
CREATE FUNCTION sequence_facts(p_sequence sequences) RETURNS jsonb
LANGUAGE sql IMMUTABLE
RETURN jsonb_build_object(
  'dialect', p_sequence.dialect, 'pattern', p_sequence.pattern, 'mode', p_sequence.mode,
  'start', p_sequence.start::text, 'increment', p_sequence.increment::text, 'reset', p_sequence.reset,
  'counter', p_sequence.counter, 'time_zone', p_sequence.time_zone,
  'fiscal_year_start', p_sequence.fiscal_year_start, 'overflow', p_sequence.overflow,
  'hot', p_sequence.hot, 'allow_overlap', p_sequence.allow_overlap);
--> statement-breakpoint
-- A product's definition.
CREATE FUNCTION product_facts(p_product products) RETURNS jsonb
LANGUAGE sql IMMUTABLE
RETURN jsonb_build_object(
  'name', p_product.name, 'tracking', p_product.tracking, 'sequence', p_product.sequence,
  'gtin', p_product.gtin, 'expiry', p_product.expiry, 'shelf_life_days', p_product.shelf_life_days);
--> statement-breakpoint
-- A tenant's settings.
CREATE FUNCTION settings_facts(p_settings settings) RETURNS jsonb
LANGUAGE sql IMMUTABLE
RETURN jsonb_build_object(
  'default_sequence', p_settings.default_sequence, 'time_zone', p_settings.time_zone);
--> statement-breakpoint
-- A moment to the microsecond, whatever the session shows times in.
CREATE FUNCTION exact_time(p_moment timestamptz) RETURNS text
LANGUAGE sql STABLE
RETURN CASE WHEN isfinite(p_moment)
  THEN to_char(p_moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
  ELSE p_moment::text END;
--> statement-breakpoint
-- A skip of the ledger as it was first written, before rewinds reopened it from some number on; null for
-- what a rewind cut off. One that is not as its rewinds left it is given as it is.
CREATE FUNCTION skip_as_written(p_entry ledger) RETURNS ledger
LANGUAGE plpgsql STABLE AS $$
DECLARE
  v_first reopened_skips;
  v_last reopened_skips;
BEGIN
  SELECT * INTO v_first FROM reopened_skips
  WHERE tenant = p_entry.tenant AND series = p_entry.series AND first = p_entry.first AND at = p_entry.at
  ORDER BY reopened_from DESC LIMIT 1;
  IF FOUND THEN
    SELECT * INTO v_last FROM reopened_skips
    WHERE tenant = p_entry.tenant AND series = p_entry.series AND first = p_entry.first AND at = p_entry.at
    ORDER BY reopened_from LIMIT 1;
    IF v_last.reopened_from = p_entry.first AND p_entry.kind = 'reopened' AND p_entry.last = v_last.last
       OR v_last.reopened_from > p_entry.first AND p_entry.kind = 'skip'
          AND p_entry.last = v_last.reopened_from - p_entry.step THEN
      p_entry.kind := 'skip';
      p_entry.last := v_first.last;
    END IF;
  ELSIF p_entry.kind = 'reopened' AND EXISTS (
    SELECT FROM reopened_skips
    WHERE tenant = p_entry.tenant AND series = p_entry.series AND at = p_entry.at
      AND first < p_entry.first AND reopened_from = p_entry.first AND last = p_entry.last
  ) THEN
    RETURN NULL;
  END IF;
  RETURN p_entry;
END
$$;
--> statement-breakpoint
-- How many events and entries of the ledger a span of time has, and the digest of them.
CREATE TYPE rows_sealed AS (events bigint, entries bigint, digest bytea);
--> statement-breakpoint
-- What a tenant's span of time has, behind `p_from` up to `p_to`: a digest of the digests of all rows, each
-- written out as it was first written, with the names of what it refers to. In the order of time; of one time
-- in that of the text, so that nothing depends on where rows stand. What is reopened of a skip counts as an
-- entry of its own.
-- Planned anew for every span: what is best depends on how long it is.
CREATE FUNCTION rows_between(p_tenant text, p_from timestamptz, p_to timestamptz) RETURNS rows_sealed
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  v_rows rows_sealed;
BEGIN
  WITH line AS (
    SELECT e.at, true AS is_event,
           jsonb_build_array('event', e.id, exact_time(e.at), k.public_id, k.name, o.address, e.request_id,
                             e.action, e.subject, e.facts)::text AS text
    FROM audit_events AS e
    LEFT JOIN origins AS o ON o.tenant = e.tenant AND o.id = e.origin
    LEFT JOIN api_keys AS k ON k.tenant = o.tenant AND k.id = o.api_key
    WHERE e.tenant = p_tenant AND e.at > p_from AND e.at <= p_to
    UNION ALL
    SELECT l.at, false,
           jsonb_build_array('entry', s.sequence, s.period, l.first, (w.entry).last, l.step, (w.entry).kind,
                             f.prefix, f.width, f.suffix, exact_time(l.at), k.public_id, k.name,
                             o.address, l.reason)::text
    FROM ledger AS l
    CROSS JOIN LATERAL (
      SELECT CASE WHEN l.kind IN ('skip', 'reopened') THEN skip_as_written(l) ELSE l END AS entry
      -- Once a row, not once a column.
      OFFSET 0
    ) AS w
    LEFT JOIN series AS s ON s.tenant = l.tenant AND s.id = l.series
    LEFT JOIN forms AS f ON f.tenant = l.tenant AND f.id = l.form
    LEFT JOIN origins AS o ON o.tenant = l.tenant AND o.id = l.origin
    LEFT JOIN api_keys AS k ON k.tenant = o.tenant AND k.id = o.api_key
    WHERE l.tenant = p_tenant AND l.at > p_from AND l.at <= p_to AND (w.entry).tenant IS NOT NULL
    UNION ALL
    SELECT r.reopened_at, false,
           jsonb_build_array('reopened', s.sequence, s.period, r.first, r.last, r.reopened_from,
                             exact_time(r.at), exact_time(r.reopened_at), l.last, l.step, k.public_id,
                             k.name, o.address, l.reason)::text
    FROM reopened_skips AS r
    LEFT JOIN series AS s ON s.tenant = r.tenant AND s.id = r.series
    -- What the rewind cut off, if it did not reopen all of the skip.
    LEFT JOIN ledger AS l
      ON l.tenant = r.tenant AND l.series = r.series AND l.first = r.reopened_from AND l.kind = 'reopened'
     AND l.at = r.at AND r.first < r.reopened_from
    LEFT JOIN origins AS o ON o.tenant = l.tenant AND o.id = l.origin
    LEFT JOIN api_keys AS k ON k.tenant = o.tenant AND k.id = o.api_key
    WHERE r.tenant = p_tenant AND r.reopened_at > p_from AND r.reopened_at <= p_to
  )
  SELECT count(*) FILTER (WHERE is_event), count(*) FILTER (WHERE NOT is_event),
         sha256(coalesce(
           string_agg(sha256(convert_to(text, 'UTF8')), ''::bytea ORDER BY at, text COLLATE "C"), ''))
  INTO v_rows
  FROM line;
  RETURN v_rows;
END
$$;
--> statement-breakpoint
-- What a seal's digest has to be.
CREATE FUNCTION digest_of_seal(p_seal audit_seals) RETURNS bytea
LANGUAGE sql STABLE
RETURN sha256(p_seal.previous || p_seal.rows_digest || convert_to(jsonb_build_array(
  p_seal.tenant, p_seal.number, exact_time(p_seal.sealed_from), exact_time(p_seal.sealed_to),
  p_seal.events, p_seal.entries, exact_time(p_seal.sealed_at))::text, 'UTF8'));
--> statement-breakpoint
-- What the first seal of a tenant has as the digest of the one before.
CREATE FUNCTION chain_begin(p_tenant text) RETURNS bytea
LANGUAGE sql IMMUTABLE
RETURN sha256(convert_to(p_tenant, 'UTF8'));
--> statement-breakpoint
-- A time, `p_age` ago, up to which nothing can be written any more: a row has the time at which its
-- transaction began, and every transaction of a client that was running `p_age` after that time has ended.
-- Waits for them for up to five seconds; null when one goes on for longer. Clients' alone: what the server
-- runs by itself has no user, and writes nothing here. Nor does who waits here himself: two wait for one another
-- never.
-- `p_age` covers the moment between a message's arrival, whose time it is, and its transaction being seen
-- here, and a clock that is set back by less.
CREATE FUNCTION settled_time(p_age interval) RETURNS timestamptz
LANGUAGE plpgsql AS $$
DECLARE
  -- Seed 2, as of those who call this. All who wait here hold it.
  v_waiting CONSTANT bigint := hashtextextended('settled_time', 2);
  v_time timestamptz;
  v_running text[];
BEGIN
  -- Before the look, so that of two the later one sees the earlier.
  PERFORM pg_advisory_xact_lock_shared(v_waiting);
  v_time := clock_timestamp();
  v_running := ARRAY(
    SELECT t.virtualtransaction
    FROM pg_locks AS t
    JOIN pg_stat_activity AS a ON a.pid = t.pid
    WHERE t.locktype = 'virtualxid' AND t.pid <> pg_backend_pid() AND a.usesysid IS NOT NULL
      AND a.datid = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND t.pid NOT IN (
        SELECT w.pid FROM pg_locks AS w
        WHERE w.locktype = 'advisory' AND w.objsubid = 1
          AND w.classid = (v_waiting >> 32 & 4294967295)::oid AND w.objid = (v_waiting & 4294967295)::oid));
  WHILE EXISTS (SELECT FROM pg_locks
                WHERE locktype = 'virtualxid' AND virtualtransaction = ANY (v_running)) LOOP
    IF clock_timestamp() > v_time + interval '5 seconds' THEN
      RETURN NULL;
    END IF;
    PERFORM pg_sleep(0.01);
  END LOOP;
  RETURN v_time - p_age;
END
$$;
--> statement-breakpoint
-- When rows of all tenants were written behind `p_from` up to `p_to`, at most `p_limit`, and whose they are.
CREATE FUNCTION written_between(p_from timestamptz, p_to timestamptz, p_limit bigint)
RETURNS TABLE (tenant text, at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_custom_plan AS $$
BEGIN
  RETURN QUERY
    SELECT w.tenant, w.at FROM (
      SELECT l.tenant, l.at FROM ledger AS l WHERE l.at > p_from AND l.at <= p_to
      UNION ALL
      SELECT t.tenant, e.at
      FROM tenants AS t
      CROSS JOIN LATERAL (
        SELECT v.at FROM audit_events AS v WHERE v.tenant = t.tenant AND v.at > p_from AND v.at <= p_to
        ORDER BY v.at LIMIT p_limit
      ) AS e
      UNION ALL
      SELECT t.tenant, r.reopened_at
      FROM tenants AS t
      JOIN reopened_skips AS r ON r.tenant = t.tenant
      WHERE r.reopened_at > p_from AND r.reopened_at <= p_to
    ) AS w
    ORDER BY w.at
    -- Of one moment all or none: the next look begins behind it.
    FETCH FIRST p_limit ROWS WITH TIES;
END
$$;
--> statement-breakpoint
-- The time up to which all tenants are sealed.
CREATE FUNCTION sealed_until() RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT coalesce((SELECT max(sealed_to) FROM audit_seals),
                  (SELECT min(created_at) - interval '1 day' FROM tenants))
$$;
--> statement-breakpoint
-- Seals what was written first of all that is not sealed, of all tenants at once: `p_limit` rows, with
-- what else the transaction of the last one wrote, and nothing that is younger than `p_age`. Each tenant that
-- has something in that stretch of time gets a seal up to its end, so that the youngest seal says how far
-- everybody is sealed. Two at once do not wait for one another: one has nothing to do. Returns how many rows.
CREATE FUNCTION seal_audit_v1(p_limit bigint, p_age interval) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_from timestamptz;
  v_settled timestamptz;
  v_to timestamptz;
  v_span interval := '10 minutes';
  v_tenants text[];
  v_sealed bigint := 0;
  v_tenant text;
BEGIN
  -- Seed 2: the sealing. Seed 0: requests; seed 1: a tenant's products.
  IF NOT pg_try_advisory_xact_lock(hashtextextended('audit_seals', 2)) THEN
    RETURN 0;
  END IF;
  v_settled := settled_time(p_age);
  v_from := sealed_until();
  -- Longer and longer stretches: most often the first one has something, and reading all at once could take
  -- as long as the ledger is.
  LOOP
    IF coalesce(v_from >= v_settled, true) THEN
      RETURN 0;
    END IF;
    SELECT max(w.at), array_agg(DISTINCT w.tenant) INTO v_to, v_tenants
    FROM written_between(v_from, least(v_from + v_span, v_settled), p_limit) AS w;
    EXIT WHEN v_to IS NOT NULL;
    IF v_from + v_span >= v_settled THEN
      RETURN 0;
    END IF;
    v_span := v_span * 2;
  END LOOP;
  FOREACH v_tenant IN ARRAY v_tenants LOOP
    PERFORM enter_tenant(v_tenant);
    v_sealed := v_sealed + add_seal(v_tenant, v_from, v_to);
  END LOOP;
  RETURN v_sealed;
END
$$;
--> statement-breakpoint
-- Adds a seal to a tenant's chain, over everything behind `p_from`, up to which all tenants are sealed, to
-- `p_to`; the first one has what was before as well. Between the last one and `p_from` there was nothing, or it
-- would have been sealed. The caller is the only one who seals. Returns how many rows it has.
CREATE FUNCTION add_seal(p_tenant text, p_from timestamptz, p_to timestamptz) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  v_last audit_seals;
  v_seal audit_seals;
  v_rows rows_sealed;
BEGIN
  SELECT * INTO v_last FROM audit_seals WHERE tenant = p_tenant ORDER BY number DESC LIMIT 1;
  v_seal.tenant := p_tenant;
  v_seal.number := coalesce(v_last.number, 0) + 1;
  v_seal.sealed_from := CASE WHEN v_last.number IS NULL THEN '-infinity' ELSE p_from END;
  v_seal.sealed_to := p_to;
  v_rows := rows_between(p_tenant, v_seal.sealed_from, p_to);
  v_seal.events := v_rows.events;
  v_seal.entries := v_rows.entries;
  v_seal.rows_digest := v_rows.digest;
  v_seal.previous := coalesce(v_last.digest, chain_begin(p_tenant));
  v_seal.sealed_at := clock_timestamp();
  v_seal.digest := digest_of_seal(v_seal);
  INSERT INTO audit_seals SELECT v_seal.*;
  RETURN v_rows.events + v_rows.entries;
END
$$;
--> statement-breakpoint
-- What is wrong with a seal whose span has `p_rows` by now, and which follows on `p_last` (null fields: on
-- nothing that is known); null: nothing. What the seal after one says of it counts as much as what it says
-- itself, so that the one that was changed is found, and not its neighbour.
CREATE FUNCTION seal_fault(p_seal audit_seals, p_rows rows_sealed, p_last audit_seals) RETURNS text
LANGUAGE sql STABLE
RETURN CASE
  WHEN p_seal.digest <> digest_of_seal(p_seal)
    OR p_seal.number = 1
       AND (p_seal.previous <> chain_begin(p_seal.tenant) OR p_seal.sealed_from <> '-infinity')
    OR p_seal.previous <> p_last.digest AND p_seal.previous <> digest_of_seal(p_last)
    OR p_seal.sealed_from < p_last.sealed_to AND p_last.digest = digest_of_seal(p_last)
    THEN 'seal_changed'
  WHEN p_rows.events < p_seal.events OR p_rows.entries < p_seal.entries THEN 'row_missing'
  WHEN p_rows.events > p_seal.events OR p_rows.entries > p_seal.entries THEN 'row_added'
  WHEN p_rows.digest <> p_seal.rows_digest THEN 'row_changed'
END;
--> statement-breakpoint
-- A break of the chain as an answer: at which seal, what it is, in what span of time, and the events and entries
-- that were sealed and are found, where they were compared.
CREATE FUNCTION chain_break(
  p_seal integer, p_what text, p_from timestamptz DEFAULT NULL, p_to timestamptz DEFAULT NULL,
  p_events json DEFAULT NULL, p_entries json DEFAULT NULL
) RETURNS json
LANGUAGE sql STABLE
RETURN json_build_object(
  'seal', p_seal, 'what', p_what, 'from', CASE WHEN isfinite(p_from) THEN wire_time(p_from) END,
  'to', wire_time(p_to), 'events', p_events, 'entries', p_entries);
--> statement-breakpoint
-- The break that rows of a tenant are which no seal has, behind `p_from` up to `p_to`, between seals: they were
-- added afterwards, or their seal was taken out. Empty where there are none.
CREATE FUNCTION unsealed_between(p_seal integer, p_tenant text, p_from timestamptz, p_to timestamptz)
RETURNS json[]
LANGUAGE plpgsql STABLE AS $$
DECLARE
  v_rows rows_sealed;
BEGIN
  IF p_from < p_to THEN
    v_rows := rows_between(p_tenant, p_from, p_to);
  END IF;
  RETURN CASE WHEN v_rows.events + v_rows.entries > 0 THEN ARRAY[chain_break(
    p_seal, 'row_unsealed', p_from, p_to,
    json_build_object('sealed', 0, 'found', v_rows.events),
    json_build_object('sealed', 0, 'found', v_rows.entries))] ELSE '{}' END;
END
$$;
--> statement-breakpoint
-- Compares seals `p_from` to `p_to` of a tenant with what stands there, as many as have `p_rows` rows, and
-- 500 at most. `p_digest` is one that was kept elsewhere: that no seal has it is a break too. So are rows that no
-- seal has, of a time up to which everything was sealed.
-- Fails: unknown_seal where there is none from `p_from` on.
CREATE FUNCTION verify_audit_v1(
  p_tenant text, p_from integer, p_to integer, p_rows bigint, p_digest bytea
) RETURNS json
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_last audit_seals;
  v_seal audit_seals;
  v_rows rows_sealed;
  v_fault text;
  v_breaks json[] := '{}';
  v_seals integer := 0;
  v_compared bigint := 0;
  v_next integer;
  v_expected integer := p_from;
  v_sealed_to timestamptz;
  v_youngest integer;
  v_digest_seal integer;
BEGIN
  SELECT max(number), max(sealed_to), min(number) FILTER (WHERE digest = p_digest)
  INTO v_youngest, v_sealed_to, v_digest_seal
  FROM audit_seals WHERE tenant = p_tenant;
  IF p_from > greatest(v_youngest, 1) THEN
    PERFORM fail('unknown_seal', jsonb_build_object('seal', p_from, 'last_seal', v_youngest));
  END IF;
  IF p_digest IS NOT NULL AND v_digest_seal IS NULL THEN
    v_breaks := v_breaks || chain_break(NULL, 'digest_missing');
  END IF;
  SELECT * INTO v_last FROM audit_seals WHERE tenant = p_tenant AND number = p_from - 1;
  IF NOT FOUND AND p_from > 1 THEN
    v_expected := p_from - 1;
  END IF;
  FOR v_seal IN
    SELECT * FROM audit_seals WHERE tenant = p_tenant AND number BETWEEN p_from AND p_to ORDER BY number
  LOOP
    IF v_compared >= p_rows OR v_seals = 500 THEN
      v_next := v_seal.number;
      EXIT;
    END IF;
    IF v_seal.number > v_expected THEN
      v_breaks := v_breaks || chain_break(v_expected, 'seal_missing', v_last.sealed_to, v_seal.sealed_from);
      v_last := NULL;
    END IF;
    v_breaks := v_breaks || unsealed_between(v_seal.number, p_tenant, v_last.sealed_to, v_seal.sealed_from);
    v_rows := rows_between(p_tenant, v_seal.sealed_from, v_seal.sealed_to);
    v_fault := seal_fault(v_seal, v_rows, v_last);
    IF v_fault IS NOT NULL THEN
      v_breaks := v_breaks || chain_break(
        v_seal.number, v_fault, v_seal.sealed_from, v_seal.sealed_to,
        json_build_object('sealed', v_seal.events, 'found', v_rows.events),
        json_build_object('sealed', v_seal.entries, 'found', v_rows.entries));
    END IF;
    v_seals := v_seals + 1;
    v_compared := v_compared + v_rows.events + v_rows.entries;
    v_expected := v_seal.number + 1;
    v_last := v_seal;
  END LOOP;
  IF v_next IS NULL AND v_expected <= least(p_to, coalesce(v_youngest, 0)) THEN
    v_breaks := v_breaks || chain_break(v_expected, 'seal_missing', v_last.sealed_to);
  END IF;
  IF v_next IS NULL AND p_to >= coalesce(v_youngest, 0) THEN
    v_breaks := v_breaks || unsealed_between(
      coalesce(v_youngest, 0) + 1, p_tenant, coalesce(v_sealed_to, '-infinity'), sealed_until());
  END IF;
  RETURN json_build_object(
    'intact', cardinality(v_breaks) = 0,
    'seals', v_seals,
    'rows', v_compared,
    'last_seal', CASE WHEN v_seals > 0 THEN v_last.number END,
    'last_digest', CASE WHEN v_seals > 0 THEN encode(v_last.digest, 'hex') END,
    'next_seal', v_next,
    'breaks', coalesce(array_to_json(v_breaks[1:20]), '[]'),
    'sealed_until', wire_time(v_sealed_to),
    'unsealed', unsealed_rows(p_tenant, coalesce(v_sealed_to, '-infinity')),
    'digest_seal', v_digest_seal);
END
$$;
--> statement-breakpoint
-- How many rows of a tenant wait to be sealed behind a time, up to 100,000 of each kind.
CREATE FUNCTION unsealed_rows(p_tenant text, p_from timestamptz) RETURNS bigint
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan AS $$
BEGIN
  RETURN (SELECT count(*) FROM (SELECT FROM audit_events WHERE tenant = p_tenant AND at > p_from LIMIT 100000) AS e)
       + (SELECT count(*) FROM (SELECT FROM ledger WHERE tenant = p_tenant AND at > p_from LIMIT 100000) AS l);
END
$$;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION seal_audit_v1, verify_audit_v1 TO serialmint_app;
