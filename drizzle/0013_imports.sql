-- How files are imported: staged while they come, then applied in chunks by a job. See docs/using/imports.md.

-- Removes what is staged of an import, at most `p_limit` rows of each kind (null: all); what it refused stays.
-- The last batches go first: a job that is sent on meanwhile finds those before them, and then no more.
-- Returns whether nothing is left.
CREATE FUNCTION drop_staged(p_tenant text, p_import uuid, p_limit bigint DEFAULT NULL) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
  v_is_left boolean;
BEGIN
  DELETE FROM import_batches
  WHERE tenant = p_tenant AND import = p_import AND first >= (
    SELECT min(first) FROM (
      SELECT first FROM import_batches
      WHERE tenant = p_tenant AND import = p_import
      -- A batch weighs as much as some hundred rows.
      ORDER BY first DESC LIMIT ceil(p_limit / 500.0)::bigint
    ) AS last);
  DELETE FROM tried_lots
  WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM tried_lots WHERE tenant = p_tenant AND import = p_import LIMIT p_limit));
  DELETE FROM tried_numbers
  WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM tried_numbers WHERE tenant = p_tenant AND import = p_import LIMIT p_limit));
  v_is_left := EXISTS (SELECT FROM import_batches WHERE tenant = p_tenant AND import = p_import)
    OR EXISTS (SELECT FROM tried_lots WHERE tenant = p_tenant AND import = p_import)
    OR EXISTS (SELECT FROM tried_numbers WHERE tenant = p_tenant AND import = p_import);
  IF NOT v_is_left THEN
    UPDATE imports SET staged = 0 WHERE tenant = p_tenant AND id = p_import;
  END IF;
  RETURN NOT v_is_left;
END
$$;
--> statement-breakpoint
-- Lists rows of a file that were left out.
CREATE FUNCTION note_refused(p_tenant text, p_import uuid, p_refused jsonb) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO refused_rows (tenant, import, line, "column", code, detail)
  SELECT p_tenant, p_import, line, "column", code, detail
  FROM jsonb_populate_recordset(NULL::refused_rows, p_refused);
END
$$;
--> statement-breakpoint
-- Begins an import whose file `p_token` reads. The same request again begins anew what broke off, and
-- gives the SHA-256 of a file that has come whole.
-- Fails as open_call_v1 does, and request_in_flight (its twin has read within `p_silence`).
CREATE FUNCTION begin_import_v1(
  p_caller caller, p_tenant text, p_key text, p_fingerprint bytea, p_import uuid, p_token uuid, p_kind text,
  p_dry_run boolean, p_allow_jump boolean, p_allow_overlap boolean, p_silence interval
) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_call opened_call := open_call_v1(p_caller, p_tenant, p_key, p_fingerprint);
  v_import imports;
BEGIN
  IF v_call.answer IS NULL THEN
    INSERT INTO imports (tenant, id, kind, dry_run, allow_jump, allow_overlap, token, origin, request_id)
    VALUES (p_tenant, p_import, p_kind, p_dry_run, p_allow_jump, p_allow_overlap, p_token, v_call.origin,
            p_caller.request_id)
    RETURNING * INTO v_import;
    PERFORM answer_request_v1(p_tenant, p_key, p_fingerprint,
                              jsonb_build_object('import_id', p_import));
  ELSE
    SELECT * INTO STRICT v_import FROM imports
    WHERE tenant = p_tenant AND id = (v_call.answer->>'import_id')::uuid
    FOR UPDATE;
    IF v_import.file IS NULL AND v_import.token <> p_token THEN
      IF v_import.error IS NULL AND v_import.updated_at > now() - p_silence THEN
        PERFORM fail('request_in_flight', '{}');
      END IF;
      PERFORM drop_staged(p_tenant, v_import.id);
      DELETE FROM refused_rows WHERE tenant = p_tenant AND import = v_import.id;
      UPDATE imports SET token = p_token, error = NULL, refused = 0, updated_at = now()
      WHERE tenant = p_tenant AND id = v_import.id;
    END IF;
  END IF;
  RETURN jsonb_build_object('import', v_import.id, 'file', encode(v_import.file, 'hex'));
END
$$;
--> statement-breakpoint
-- Takes batch `p_batch`, from 0, of a file that `p_token` reads; `p_first` records came before it. A batch
-- that comes twice is taken once. Returns false when somebody else reads the file by now.
CREATE FUNCTION stage_import_v1(
  p_tenant text, p_import uuid, p_token uuid, p_batch bigint, p_first bigint, p_records json,
  p_refused jsonb
) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM enter_tenant(p_tenant);
  UPDATE imports
  SET staged = p_batch + 1,
      refused = refused + jsonb_array_length(p_refused),
      updated_at = now()
  WHERE tenant = p_tenant AND id = p_import AND token = p_token AND staged = p_batch
    AND file IS NULL AND error IS NULL;
  IF NOT FOUND THEN
    RETURN EXISTS (
      SELECT FROM imports
      WHERE tenant = p_tenant AND id = p_import AND token = p_token AND staged > p_batch
    );
  END IF;
  IF json_array_length(p_records) > 0 THEN
    INSERT INTO import_batches (tenant, import, first, records)
    VALUES (p_tenant, p_import, p_first, p_records);
  END IF;
  PERFORM note_refused(p_tenant, p_import, p_refused);
  RETURN true;
END
$$;
--> statement-breakpoint
-- Says that a file has come whole, and makes the job that applies its `p_records` records, which belongs to
-- `p_holder` for `p_lease`. Returns false when somebody else reads the file by now.
CREATE FUNCTION complete_import_v1(
  p_tenant text, p_import uuid, p_token uuid, p_file bytea, p_rows bigint, p_records bigint,
  p_columns jsonb, p_ignored jsonb, p_holder uuid, p_lease interval
) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_import imports;
BEGIN
  PERFORM enter_tenant(p_tenant);
  UPDATE imports
  SET file = p_file, rows = p_rows, columns = p_columns, ignored = p_ignored, updated_at = now()
  WHERE tenant = p_tenant AND id = p_import AND token = p_token AND file IS NULL AND error IS NULL
  RETURNING * INTO v_import;
  IF NOT FOUND THEN
    RETURN EXISTS (
      SELECT FROM imports
      WHERE tenant = p_tenant AND id = p_import AND token = p_token AND file = p_file
    );
  END IF;
  INSERT INTO jobs (tenant, id, status, given, chunked, cursor, skipped, token, lease_until, origin,
                    started_at, finished_at)
  VALUES (p_tenant, p_import, CASE p_records WHEN 0 THEN 'done' ELSE 'running' END::job_status, 0,
          p_records, 0, 0, p_holder, now() + p_lease, v_import.origin, now(),
          CASE p_records WHEN 0 THEN now() END);
  IF p_records = 0 THEN
    PERFORM emit_job_event(p_tenant, p_import);
  END IF;
  PERFORM record_event(caller_of_import(v_import), p_tenant, 'import.begun', p_import::text,
    jsonb_build_object(
      'kind', v_import.kind, 'dry_run', v_import.dry_run, 'allow_jump', v_import.allow_jump,
      'allow_overlap', v_import.allow_overlap, 'file', encode(p_file, 'hex'), 'rows', p_rows));
  RETURN true;
END
$$;
--> statement-breakpoint
-- Says why a file that `p_token` reads cannot be imported: nothing of it is.
CREATE FUNCTION break_import_v1(p_tenant text, p_import uuid, p_token uuid, p_error jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM enter_tenant(p_tenant);
  UPDATE imports SET error = p_error, refused = 0, updated_at = now()
  WHERE tenant = p_tenant AND id = p_import AND token = p_token AND file IS NULL;
  IF FOUND THEN
    PERFORM drop_staged(p_tenant, p_import);
    DELETE FROM refused_rows WHERE tenant = p_tenant AND import = p_import;
  END IF;
END
$$;
--> statement-breakpoint
-- What is known of lots that an import is to record: those that exist (`lots`), those that a dry run came
-- to before (`tried`), names that reservations hold (`issued`), of gapless sequences where each period goes
-- on (`gapless`), and where the series go on that are asked for, with the highest number that a dry run came
-- to (`counters`). `p_items` are products with their sequence, the names, and the periods of the sequence in
-- whose series it counts that are asked for.
-- A plan lives as long as its connection and may have been made while there were next to no lots: then it
-- would read all of them for each name. So neither here nor where they are written is a table read whole.
CREATE FUNCTION known_lots_v1(p_tenant text, p_import uuid, p_items jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off AS $$
DECLARE
  v_items lot_request[] := ARRAY(SELECT i FROM jsonb_populate_recordset(NULL::lot_request, p_items) AS i);
  v_known jsonb;
BEGIN
  SELECT jsonb_build_object(
    'lots', (
      SELECT coalesce(jsonb_agg(jsonb_build_object(
        'product', l.product, 'name', l.name, 'quantity', trim_scale(l.quantity)::text,
        'state', l.state, 'location', l.location, 'party', gone.party, 'reference', gone.reference,
        'expires_on', l.expires_on, 'produced_on', l.produced_on, 'attributes', l.attributes)), '[]')
      FROM unnest(v_items) AS i
      CROSS JOIN LATERAL unnest(i.names) AS given (name)
      -- The limit keeps the planner from turning the look-ups round.
      CROSS JOIN LATERAL (
        SELECT * FROM lots
        WHERE tenant = p_tenant AND name = given.name COLLATE "C" AND product = i.product
        LIMIT 1
      ) AS l
      LEFT JOIN LATERAL last_change_to(p_tenant, i.product, given.name, l.state) AS gone ON l.state <> 'available'
    ),
    'tried', (
      SELECT coalesce(jsonb_agg(placed -> 'record'), '[]')
      FROM staged_records(p_tenant, p_import, ARRAY(
        SELECT t.record
        FROM unnest(v_items) AS i
        CROSS JOIN LATERAL unnest(i.names) AS given (name)
        CROSS JOIN LATERAL (
          SELECT record FROM tried_lots
          WHERE tenant = p_tenant AND import = p_import AND name = given.name COLLATE "C"
            AND product = i.product
          LIMIT 1
        ) AS t
      )) AS placed
    ),
    'issued', (
      SELECT coalesce(jsonb_agg(held), '[]') FROM held_names(p_tenant, v_items) AS held
    ),
    'gapless', (
      SELECT coalesce(jsonb_object_agg(s.key, jsonb_build_object(
        'start', s.start::text,
        'fence', CASE WHEN s.fence_width > 0 THEN jsonb_build_object(
          'end', fence_end(s)::text,
          'until', period_at(s.reset, s.time_zone, s.fiscal_year_start, s.fenced_until)) END,
        'periods', (
          SELECT coalesce(jsonb_object_agg(e.period, e.next::text), '{}') FROM series AS e
          WHERE e.tenant = s.tenant AND e.sequence = s.key
        ))), '{}')
      FROM sequences AS s
      WHERE s.tenant = p_tenant AND s.mode = 'gapless'
        AND s.key IN (SELECT i.sequence FROM unnest(v_items) AS i)
    ),
    'counters', (
      SELECT coalesce(jsonb_agg(jsonb_build_object(
        'sequence', s.key, 'period', asked.period, 'next', coalesce(e.next, first_number(s, asked.period))::text,
        'step', s.increment::text, 'tried', t.number::text)), '[]')
      FROM (
        SELECT DISTINCT i.counter, wanted.period
        FROM unnest(v_items) AS i
        CROSS JOIN LATERAL unnest(i.periods) AS wanted (period)
      ) AS asked
      JOIN sequences AS s ON s.tenant = p_tenant AND s.key = asked.counter COLLATE "C"
      LEFT JOIN LATERAL (
        SELECT (series_now(id)).next AS next FROM series
        WHERE tenant = p_tenant AND sequence = s.key AND period = asked.period COLLATE "C"
        LIMIT 1
      ) AS e ON true
      LEFT JOIN tried_numbers AS t
        ON t.tenant = p_tenant AND t.import = p_import AND t.sequence = s.key
          AND t.period = asked.period COLLATE "C"
    )
  ) INTO v_known;
  RETURN v_known;
END
$$;
--> statement-breakpoint
-- Records of a file as they are staged, with their lines: `p_records` says which, from 0 on.
CREATE FUNCTION staged_records(p_tenant text, p_import uuid, p_records bigint[]) RETURNS SETOF json
LANGUAGE sql STABLE AS $$
  WITH found AS MATERIALIZED (
    SELECT DISTINCT b.first
    FROM unnest(p_records) AS wanted (record)
    CROSS JOIN LATERAL (
      SELECT first FROM import_batches
      WHERE tenant = p_tenant AND import = p_import AND first <= wanted.record
      ORDER BY first DESC LIMIT 1
    ) AS b
  )
  SELECT placed.record
  FROM found
  CROSS JOIN LATERAL (
    SELECT records FROM import_batches
    WHERE tenant = p_tenant AND import = p_import AND first = found.first
    LIMIT 1
  ) AS b
  CROSS JOIN LATERAL json_array_elements(b.records) WITH ORDINALITY AS placed (record, place)
  -- As a condition of its own it is hashed, whatever the planner takes the lists for.
  WHERE (found.first + placed.place - 1 IN (SELECT unnest(p_records))) IS TRUE
  ORDER BY found.first + placed.place
$$;
--> statement-breakpoint
-- Whether a sequence has ever given a number.
CREATE FUNCTION has_issued(p_tenant text, p_sequence text) RETURNS boolean
LANGUAGE sql STABLE
RETURN EXISTS (
  SELECT FROM series AS s
  JOIN ledger AS l ON l.tenant = s.tenant AND l.series = s.id AND l.kind = 'reserved'
  WHERE s.tenant = p_tenant AND s.sequence = p_sequence
);
--> statement-breakpoint
-- Names of items that reservations of their products' sequences hold, whether they are recorded or not.
-- Those of one sequence are looked up together: of many names only prefixes that it has.
CREATE FUNCTION held_names(p_tenant text, p_items lot_request[])
RETURNS TABLE (product text, name text, reservation text)
LANGUAGE sql STABLE AS $$
  WITH given AS MATERIALIZED (
    SELECT i.counter, i.product, one.name
    FROM unnest(p_items) AS i
    CROSS JOIN LATERAL unnest(i.names) AS one (name)
  ), asked AS MATERIALIZED (
    SELECT counter, array_agg(DISTINCT name) AS names FROM given GROUP BY counter
  ), held AS MATERIALIZED (
    SELECT a.counter, h.name, h.reservation
    FROM asked AS a
    CROSS JOIN LATERAL issued_names(p_tenant, a.counter, NULL, a.names) AS h
    WHERE has_issued(p_tenant, a.counter)
  )
  SELECT g.product, h.name, h.reservation
  FROM held AS h
  JOIN given AS g ON g.counter = h.counter AND g.name = h.name
$$;
--> statement-breakpoint
-- Applies records `p_from` to `p_to` of a file: `p_writes` is what is to be written, `p_outcome` what each
-- row came to. Whoever decided them looked before. Lots whose names somebody took since are put off, as
-- are the records `again` of the writes; anything else that has changed refuses the chunk, and it is
-- decided again. The cursor moves first, as in run_chunk_v1. A dry run counts and writes nothing.
-- Fails: definition_changed, patterns_changed, unknown_sequence, product_tracking_fixed, sequence_gapless,
-- sequence_exhausted, and as caller_v1 and take_numbers do.
CREATE FUNCTION apply_import_v1(
  p_tenant text, p_import uuid, p_token uuid, p_from bigint, p_to bigint, p_lease interval,
  p_writes jsonb, p_outcome jsonb
) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off AS $$
DECLARE
  v_job jobs := advance_job(p_tenant, p_import, p_token, p_from, p_to - p_from, p_lease);
  v_import imports;
  v_taken bigint[] := '{}';
BEGIN
  IF v_job.id IS NULL THEN
    RETURN (SELECT jsonb_build_object('worked', false, 'status', status, 'cursor', cursor,
                                      'chunked', chunked)
            FROM jobs WHERE tenant = p_tenant AND id = p_import);
  END IF;
  UPDATE jobs SET skipped = skipped + jsonb_array_length(p_outcome->'refused')
  WHERE tenant = p_tenant AND id = p_import;
  UPDATE imports
  SET created = created + (p_outcome->>'created')::bigint,
      updated = updated + (p_outcome->>'updated')::bigint,
      unchanged = unchanged + (p_outcome->>'unchanged')::bigint,
      refused = refused + jsonb_array_length(p_outcome->'refused'),
      updated_at = now()
  WHERE tenant = p_tenant AND id = p_import
  RETURNING * INTO v_import;
  PERFORM note_refused(p_tenant, p_import, p_outcome->'refused');

  IF v_import.dry_run THEN
    INSERT INTO tried_lots (tenant, import, name, product, record)
    SELECT p_tenant, p_import, name, product, record
    FROM jsonb_populate_recordset(NULL::tried_lots, p_writes->'tried');
    INSERT INTO tried_numbers AS t (tenant, import, sequence, period, number)
    SELECT p_tenant, p_import, sequence, period, number
    FROM jsonb_populate_recordset(NULL::tried_numbers, p_writes->'passed')
    ON CONFLICT (tenant, import, sequence, period)
      DO UPDATE SET number = greatest(t.number, excluded.number);
  ELSE
    IF jsonb_typeof(p_writes->'epoch') = 'string' THEN
      IF jsonb_array_length(p_writes->'sequences') = 0 THEN
        PERFORM hold_patterns(p_tenant, (p_writes->>'epoch')::bigint);
      ELSE
        PERFORM change_patterns(p_tenant, (p_writes->>'epoch')::bigint, ARRAY(
          SELECT made->>'key' FROM jsonb_array_elements(p_writes->'sequences') AS made));
      END IF;
    END IF;
    PERFORM import_sequences(v_import, p_writes->'sequences');
    PERFORM import_counters(v_import, p_writes->'counters');
    PERFORM import_products(v_import, p_writes->'products');
    IF jsonb_array_length(p_writes->'lots') > 0 THEN
      v_taken := import_lots(v_import, p_writes->'lots');
      UPDATE imports SET created = created - cardinality(v_taken)
      WHERE tenant = p_tenant AND id = p_import;
    END IF;
    v_job := put_off(v_job, v_taken || ARRAY(
      SELECT record::bigint FROM jsonb_array_elements_text(p_writes->'again') AS record));
  END IF;
  IF v_job.status = 'done' THEN
    -- Of a large file the rest is left to expire_staged_v1: the chunk has to end in time.
    PERFORM drop_staged(p_tenant, p_import, 100000);
    PERFORM emit_job_event(p_tenant, p_import);
  END IF;
  RETURN jsonb_build_object('worked', true, 'status', v_job.status, 'cursor', v_job.cursor,
                            'chunked', v_job.chunked);
END
$$;
--> statement-breakpoint
-- Puts records of a file behind all others, where they are decided anew. Returns the job, which then goes on.
CREATE FUNCTION put_off(p_job jobs, p_records bigint[]) RETURNS jobs
LANGUAGE plpgsql AS $$
BEGIN
  IF cardinality(p_records) > 0 THEN
    -- In batches no larger than those in which a file is staged.
    INSERT INTO import_batches (tenant, import, first, records)
    SELECT p_job.tenant, p_job.id, p_job.chunked + min(place) - 1, json_agg(record ORDER BY place)
    FROM staged_records(p_job.tenant, p_job.id, p_records) WITH ORDINALITY AS again (record, place)
    GROUP BY (place - 1) / 2000;
    UPDATE jobs
    SET chunked = chunked + cardinality(p_records),
        put_off = put_off + cardinality(p_records),
        status = 'running',
        finished_at = NULL
    WHERE tenant = p_job.tenant AND id = p_job.id
    RETURNING * INTO p_job;
  END IF;
  RETURN p_job;
END
$$;
--> statement-breakpoint
-- Whoever began an import of sequences, series or products, which makes and moves what they may.
CREATE FUNCTION caller_of_import(p_import imports) RETURNS caller
LANGUAGE sql STABLE
RETURN (
  SELECT (k.digest, '{sequences:write}', NULL, NULL, NULL, o.address, p_import.request_id)::caller
  FROM origins AS o
  JOIN api_keys AS k ON k.tenant = o.tenant AND k.id = o.api_key
  WHERE o.tenant = p_import.tenant AND o.id = p_import.origin
);
--> statement-breakpoint
-- Makes sequences, each given as `key` and `fields`, all in one statement: the caller has counted the change
-- of patterns, once for all. Fails: as caller_v1 does, definition_changed (one has come into being).
CREATE FUNCTION import_sequences(p_import imports, p_sequences jsonb) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_caller caller := caller_of_import(p_import);
BEGIN
  IF jsonb_array_length(p_sequences) = 0 THEN
    RETURN;
  END IF;
  PERFORM caller_v1(v_caller, p_import.tenant);
  IF add_sequences(p_import.tenant, p_sequences) < jsonb_array_length(p_sequences) THEN
    PERFORM fail('definition_changed', '{}');
  END IF;
  PERFORM record_event(v_caller, p_import.tenant, 'sequence.created', s.key, sequence_facts(s))
  FROM jsonb_array_elements(p_sequences) AS made
  JOIN sequences AS s ON s.tenant = p_import.tenant AND s.key = made->>'key';
END
$$;
--> statement-breakpoint
-- Moves counters forward so that the next number of each is `next` or more, in the order of series.
-- Fails: as caller_v1 and continue_series do.
CREATE FUNCTION import_counters(p_import imports, p_counters jsonb) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_counter record;
BEGIN
  IF jsonb_array_length(p_counters) = 0 THEN
    RETURN;
  END IF;
  PERFORM caller_v1(caller_of_import(p_import), p_import.tenant);
  IF EXISTS (SELECT FROM jsonb_to_recordset(p_counters) AS n (sequence text)
             WHERE sequence = 'naming-series') THEN
    PERFORM make_naming_series(p_import.tenant);
  END IF;
  PERFORM hold_quota(p_import.tenant, key_of_origin(p_import.tenant, p_import.origin));
  FOR v_counter IN
    WITH placed AS MATERIALIZED (
      SELECT (series_of(p_import.tenant, c.sequence, c.period, s.definition)).id AS series, c.next,
             c.sequence, c.period, s.definition
      FROM (SELECT * FROM jsonb_to_recordset(p_counters) AS n (sequence text, period text, next bigint)
            ORDER BY sequence COLLATE "C", period COLLATE "C") AS c
      JOIN sequences AS s ON s.tenant = p_import.tenant AND s.key = c.sequence
    )
    SELECT * FROM placed ORDER BY series
  LOOP
    PERFORM continue_series(
      held_series(p_import.tenant, v_counter.sequence, v_counter.period, v_counter.definition),
      v_counter.next, p_import);
  END LOOP;
END
$$;
--> statement-breakpoint
-- Takes numbers that an import passes of its key's quota, all of it being one request.
CREATE FUNCTION take_numbers_of_import(p_import imports, p_count bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_used_up bigint;
BEGIN
  IF p_count > 0 THEN
    UPDATE jobs SET used_up = used_up_at_most(used_up + p_count)
    WHERE tenant = p_import.tenant AND id = p_import.id
    RETURNING used_up INTO v_used_up;
    PERFORM take_numbers(p_import.tenant, key_of_origin(p_import.tenant, p_import.origin), p_count,
                         v_used_up - p_count);
  END IF;
END
$$;
--> statement-breakpoint
-- Moves the counter of a series, which the caller holds, so that its next number is `p_next` or more; never
-- back. One that has given numbers passes those between, with an entry in the ledger; another just begins
-- there. Fails: sequence_gapless, sequence_exhausted, and as take_numbers does.
CREATE FUNCTION continue_series(p_series series, p_next bigint, p_import imports) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_next bigint := next_number(p_series);
  v_passed bigint;
BEGIN
  IF p_next <= v_next THEN
    RETURN;
  END IF;
  IF NOT is_begun(p_series) THEN
    PERFORM begin_at(p_series, p_next, p_import.origin, 'imported');
    RETURN;
  END IF;
  IF p_series.mode = 'gapless' THEN
    PERFORM fail('sequence_gapless', jsonb_build_object('sequence', p_series.sequence));
  END IF;
  v_passed := numbers_to_pass(p_series, v_next, p_next - 1);
  PERFORM check_room(p_series, v_next, v_passed);
  PERFORM take_numbers_of_import(p_import, v_passed);
  PERFORM skip_to(p_series, v_next, v_next + v_passed * p_series.increment, p_import.origin, 'imported');
END
$$;
--> statement-breakpoint
-- Makes or replaces products, each given as `sku` and `fields`, with the sequences whose names it must not
-- have taken. Fails: pattern_shared.
CREATE FUNCTION import_products(p_import imports, p_products jsonb) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_new record;
BEGIN
  FOR v_new IN
    SELECT * FROM jsonb_to_recordset(p_products) AS p (sku text, fields jsonb, overlapping text[])
    ORDER BY sku COLLATE "C"
  LOOP
    PERFORM put_product_v1(caller_of_import(p_import), p_import.tenant, v_new.sku, v_new.fields, NULL,
                           v_new.overlapping);
  END LOOP;
END
$$;
--> statement-breakpoint
-- What lots of an item have besides their names, in the order of these; a list that is missing has none.
-- `records` says which record of the file each is.
CREATE TYPE import_item AS (
  ordinal integer,
  product text,
  records bigint[],
  names text[],
  numbers bigint[],
  quantities numeric[],
  states lot_state[],
  locations text[],
  parties text[],
  documents text[],
  expiries date[],
  productions date[],
  details jsonb[]
);
--> statement-breakpoint
-- Records lots as items of the import's job, each item those of one product. Counters move past numbers as
-- they do for names made elsewhere. Returns the records that are left out, since a reservation holds their
-- name or a lot has it: it was free when they were decided.
CREATE FUNCTION import_lots(p_import imports, p_items jsonb) RETURNS bigint[]
LANGUAGE plpgsql AS $$
DECLARE
  v_requests lot_request[];
  v_groups series_request[];
  v_group series_request;
  v_left bigint[];
  v_taken bigint[];
BEGIN
  PERFORM hold_products(p_import.tenant, p_shared => true);
  v_requests := lot_requests(p_import.tenant, p_items);
  -- As for record_lots: everything that can refuse is looked at before a counter moves.
  v_groups := series_requests(p_import.tenant, v_requests, NULL);
  PERFORM hold_quota(p_import.tenant, key_of_origin(p_import.tenant, p_import.origin));
  PERFORM hold_series(g) FROM unnest(v_groups) AS g;
  PERFORM take_numbers_of_import(p_import, used_up_at_most(sum(check_draw(g)))) FROM unnest(v_groups) AS g;
  v_left := records_held(p_import.tenant, p_items, v_requests);
  PERFORM make_forms(p_import.tenant, v_requests);
  LOOP
    BEGIN
      PERFORM record_imported(p_import, p_items, v_left);
      EXIT;
    EXCEPTION WHEN unique_violation THEN
      v_taken := records_recorded(p_import.tenant, p_items, v_left);
      IF cardinality(v_taken) = 0 THEN
        -- Gone again already: the chunk is decided anew.
        PERFORM fail('definition_changed', '{}');
      END IF;
      v_left := v_left || v_taken;
    END;
  END LOOP;
  FOREACH v_group IN ARRAY v_groups LOOP
    PERFORM skip_past_names(p_import.tenant, v_group, p_import.origin, 'imported');
  END LOOP;
  RETURN v_left;
END
$$;
--> statement-breakpoint
-- Writes the lots of items but for the records `p_left`, all or none: fails with unique_violation when there
-- is one of them. Of those that have left, to a party or by a document, the history tells it as a change,
-- as if they had been here before.
CREATE FUNCTION record_imported(p_import imports, p_items jsonb, p_left bigint[]) RETURNS void
LANGUAGE sql AS $$
  WITH given AS MATERIALIZED (
    SELECT i.ordinal, i.product, one.*
    FROM jsonb_populate_recordset(NULL::import_item, p_items) AS i
    CROSS JOIN LATERAL unnest(i.records, i.names, i.numbers, i.quantities, i.states, i.locations,
                              i.parties, i.documents, i.expiries, i.productions, i.details)
      WITH ORDINALITY AS one (record, name, number, quantity, state, location, party, reference,
                              expires_on, produced_on, attributes, place)
    WHERE one.record NOT IN (SELECT unnest(p_left))
  ), items AS (
    INSERT INTO job_items (tenant, job, ordinal, product, presented, numbered, names, name_numbers,
                           count, quantity)
    SELECT p_import.tenant, p_import.id, ordinal, product, false, bool_or(number IS NOT NULL),
           array_agg(name ORDER BY place), array_agg(number ORDER BY place), count(*), 1
    FROM given
    GROUP BY ordinal, product
    ORDER BY ordinal
    RETURNING id, ordinal
  ), recorded AS (
    INSERT INTO lots (tenant, name, product, item, number, created_at, quantity, state, location,
                      expires_on, produced_on, attributes)
    SELECT p_import.tenant, g.name, g.product, i.id, g.number, now(), g.quantity, g.state, g.location,
           g.expires_on, g.produced_on, g.attributes
    FROM given AS g
    JOIN items AS i ON i.ordinal = g.ordinal
    ORDER BY g.name COLLATE "C", g.product
  ), departed AS MATERIALIZED (
    SELECT nextval(pg_get_serial_sequence('lot_changes', 'id')) AS change, d.*
    FROM (
      SELECT product, state, party, reference, array_agg(name) AS names
      FROM given
      WHERE party IS NOT NULL OR reference IS NOT NULL
      GROUP BY product, state, party, reference
      ORDER BY min(record)
    ) AS d
  ), changes AS (
    INSERT INTO lot_changes (tenant, id, product, at, api_key, after, reference, party)
    SELECT p_import.tenant, d.change, d.product, clock_timestamp(), o.api_key,
           jsonb_build_object('state', d.state), d.reference, d.party
    FROM departed AS d
    JOIN origins AS o ON o.tenant = p_import.tenant AND o.id = p_import.origin
  )
  INSERT INTO lot_history (tenant, name, product, change, before)
  SELECT p_import.tenant, one.name, d.product, d.change, '{"state": "available"}'
  FROM departed AS d
  CROSS JOIN LATERAL unnest(d.names) AS one (name);
$$;
--> statement-breakpoint
-- The records of items whose names reservations hold.
CREATE FUNCTION records_held(p_tenant text, p_items jsonb, p_requests lot_request[]) RETURNS bigint[]
LANGUAGE sql STABLE AS $$
  WITH held AS MATERIALIZED (
    SELECT product, name FROM held_names(p_tenant, p_requests)
  )
  SELECT coalesce(array_agg(one.record), '{}')
  FROM jsonb_populate_recordset(NULL::import_item, p_items) AS i
  CROSS JOIN LATERAL unnest(i.names, i.records) AS one (name, record)
  WHERE ((i.product, one.name) IN (SELECT product, name FROM held)) IS TRUE
$$;
--> statement-breakpoint
-- The records of items, but for `p_left`, of whose names there are lots.
CREATE FUNCTION records_recorded(p_tenant text, p_items jsonb, p_left bigint[]) RETURNS bigint[]
LANGUAGE sql STABLE AS $$
  SELECT coalesce(array_agg(one.record), '{}')
  FROM jsonb_populate_recordset(NULL::import_item, p_items) AS i
  CROSS JOIN LATERAL unnest(i.names, i.records) AS one (name, record)
  -- The limit keeps the planner from turning the look-ups round.
  CROSS JOIN LATERAL (
    SELECT FROM lots
    WHERE tenant = p_tenant AND name = one.name COLLATE "C" AND product = i.product
    LIMIT 1
  ) AS l
  WHERE one.record NOT IN (SELECT unnest(p_left))
$$;
--> statement-breakpoint
-- Imports of all tenants with something staged that nobody needs: their job is done, or none works on them and
-- nothing has happened to them for `p_age`.
CREATE FUNCTION staged_for_long(p_age interval, p_limit integer) RETURNS TABLE (tenant text, import uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT i.tenant, i.id
  FROM imports AS i
  LEFT JOIN jobs AS j ON j.tenant = i.tenant AND j.id = i.id
  WHERE i.staged > 0
    AND (j.status = 'done'
         OR (i.updated_at < now() - p_age
             AND coalesce(j.status NOT IN ('queued', 'running'), true)))
  ORDER BY i.updated_at LIMIT p_limit
$$;
--> statement-breakpoint
-- Removes what is staged of imports that are done, or that nothing has happened to for `p_age`, since they
-- broke off, failed or were cancelled: of at most `p_limit` of them, and of each so much that the call ends in
-- time; the next one goes on. Returns of how many.
CREATE FUNCTION expire_staged_v1(p_age interval, p_limit integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_import record;
  v_expired bigint := 0;
BEGIN
  FOR v_import IN SELECT * FROM staged_for_long(p_age, p_limit) LOOP
    PERFORM enter_tenant(v_import.tenant);
    PERFORM FROM imports AS i
    WHERE i.tenant = v_import.tenant AND i.id = v_import.import AND i.staged > 0
      AND (i.updated_at < now() - p_age
           OR EXISTS (SELECT FROM jobs AS j WHERE j.tenant = i.tenant AND j.id = i.id AND j.status = 'done'))
    FOR UPDATE SKIP LOCKED;
    CONTINUE WHEN NOT FOUND;
    PERFORM drop_staged(v_import.tenant, v_import.import, 100000);
    v_expired := v_expired + 1;
  END LOOP;
  RETURN v_expired;
END
$$;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION
  begin_import_v1, stage_import_v1, complete_import_v1, break_import_v1, known_lots_v1, apply_import_v1,
  expire_staged_v1
TO serialmint_app;
