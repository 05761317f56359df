-- Rules that hold whatever the code does. Numbers are 0 to 999,999,999,999,999,999 (18 digits), so that
-- every sum and product of them fits a bigint.

CREATE EXTENSION IF NOT EXISTS btree_gist;
--> statement-breakpoint
-- The states of a lot. A domain and no enum: lots are found by it under a policy, where Postgres uses an index
-- only for operators that are leakproof, as those of text are and those of enums are not.
CREATE FUNCTION lot_states() RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ARRAY['available', 'reserved', 'shipped', 'consumed', 'scrapped'];
--> statement-breakpoint
CREATE DOMAIN lot_state AS text COLLATE "C" CHECK (VALUE = ANY (lot_states()));
--> statement-breakpoint
ALTER TABLE lots ALTER COLUMN state TYPE lot_state;
--> statement-breakpoint
ALTER TABLE receipt_growths
  ALTER COLUMN state_before TYPE lot_state,
  ALTER COLUMN state_after TYPE lot_state;
--> statement-breakpoint
ALTER TABLE tenants
  ADD CONSTRAINT tenants_tenant_is_a_slug CHECK (tenant ~ '^[a-z][a-z0-9-]{1,39}$');
--> statement-breakpoint
ALTER TABLE api_keys
  ADD CONSTRAINT api_keys_digest_is_sha256 CHECK (octet_length(digest) = 32),
  ADD CONSTRAINT api_keys_prefix_is_known CHECK (prefix IN ('smk_live_', 'smk_test_', 'smk_demo_', 'smk_none_')),
  ADD CONSTRAINT api_keys_may_something CHECK (cardinality(scopes) > 0),
  -- Whoever may make keys without limits has none.
  ADD CONSTRAINT api_keys_admin_is_not_limited CHECK (
    NOT ('admin' = ANY (scopes))
    OR num_nonnulls(sequences, products, count_per_request, numbers_per_day, requests_per_minute) = 0
  ),
  ADD CONSTRAINT api_keys_limits_name_something CHECK (
    cardinality(sequences) > 0 AND cardinality(products) > 0
  ),
  ADD CONSTRAINT api_keys_quota_in_range CHECK (
    count_per_request BETWEEN 1 AND 10000000
    AND numbers_per_day BETWEEN 1 AND 999999999999
    AND requests_per_minute BETWEEN 1 AND 1000000
  );
--> statement-breakpoint
ALTER TABLE sequences
  ADD CONSTRAINT sequences_key_is_plain CHECK (key ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'),
  ADD CONSTRAINT sequences_width_in_range CHECK (width BETWEEN 1 AND 18),
  ADD CONSTRAINT sequences_start_in_range CHECK (start BETWEEN 0 AND 999999999999999999),
  ADD CONSTRAINT sequences_increment_in_range CHECK (increment BETWEEN 1 AND 1000000000),
  -- Those that count together do so alike.
  ADD CONSTRAINT sequences_counter_is_its_own_or_shared CHECK (
    counter = key
    OR (counter = 'naming-series' AND reset = 'prefix' AND mode = 'standard' AND start = 1 AND increment = 1)
  ),
  -- A counter that does not come back when its transaction fails leaves holes.
  ADD CONSTRAINT sequences_gapless_is_not_hot CHECK (mode = 'standard' OR NOT hot);
--> statement-breakpoint
ALTER TABLE series
  -- One check rather than several: Postgres reads each of them anew for every statement.
  ADD CONSTRAINT series_counter_is_sound CHECK (
    next BETWEEN 0 AND 1000000999999999999
    AND NOT (promoted_to IS NOT NULL AND (mode = 'gapless' OR closed_at IS NOT NULL))
  );
--> statement-breakpoint
-- The counter row is rewritten at every draw: leave room to do it on its own page.
ALTER TABLE series SET (fillfactor = 50);
--> statement-breakpoint
ALTER TABLE ledger
  -- One check rather than several: Postgres reads each of them anew for every statement that inserts.
  ADD CONSTRAINT ledger_entry_is_whole CHECK (
    first BETWEEN 0 AND last
    AND last <= 999999999999999999
    AND step BETWEEN 1 AND 1000000000
    AND (last - first) % step = 0
    AND (form IS NOT NULL OR kind <> 'reserved')
  ),
  -- No number is ever given twice, whatever a counter says: not even one restored from an old copy.
  ADD CONSTRAINT ledger_number_once
    EXCLUDE USING gist (series WITH =, int8range(first, last, '[]') WITH &&)
    WHERE (kind IN ('reserved', 'skip', 'fence', 'burned')),
  ADD CONSTRAINT ledger_void_once
    EXCLUDE USING gist (series WITH =, int8range(first, last, '[]') WITH &&) WHERE (kind = 'void');
--> statement-breakpoint
ALTER TABLE products
  ADD CONSTRAINT products_shelf_life_in_range CHECK (shelf_life_days BETWEEN 1 AND 36500),
  ADD CONSTRAINT products_shelf_life_needs_expiry CHECK (shelf_life_days IS NULL OR expiry <> 'none');
--> statement-breakpoint
ALTER TABLE requests
  ADD CONSTRAINT requests_key_is_short CHECK (octet_length(key) BETWEEN 1 AND 255);
--> statement-breakpoint
ALTER TABLE jobs
  ADD CONSTRAINT jobs_cursor_in_range CHECK (cursor BETWEEN 0 AND chunked),
  ADD CONSTRAINT jobs_done_is_whole CHECK (status <> 'done' OR cursor = chunked),
  ADD CONSTRAINT jobs_failure_is_told CHECK (status <> 'failed' OR error IS NOT NULL);
--> statement-breakpoint
ALTER TABLE job_items
  ADD CONSTRAINT job_items_is_a_run_or_names CHECK (
    (names IS NULL) = (start IS NOT NULL)
    AND (names IS NULL) = (prefix IS NOT NULL AND width IS NOT NULL AND suffix IS NOT NULL
                           AND first IS NOT NULL AND step IS NOT NULL)
  ),
  ADD CONSTRAINT job_items_count_in_range CHECK (count BETWEEN 1 AND 10000000),
  ADD CONSTRAINT job_items_quantity_is_positive CHECK (quantity > 0),
  -- Looked at when the transaction ends: a job is written once, when everything about it is known.
  ADD CONSTRAINT job_items_of_job
    FOREIGN KEY (tenant, job) REFERENCES jobs (tenant, id) DEFERRABLE INITIALLY DEFERRED,
  -- No number of a series is recorded by two items.
  ADD CONSTRAINT job_items_number_once
    EXCLUDE USING gist (series WITH =, numbers WITH &&) WHERE (numbers IS NOT NULL);
--> statement-breakpoint
ALTER TABLE lots
  ADD CONSTRAINT lots_name_is_short CHECK (char_length(name) BETWEEN 1 AND 128),
  -- A new lot has the quantity of its item, which is positive; a change may leave nothing.
  ADD CONSTRAINT lots_quantity_is_not_negative CHECK (quantity >= 0);
--> statement-breakpoint
ALTER TABLE recalls
  ADD CONSTRAINT recalls_closing_is_whole CHECK (
    (closed_at IS NULL) = (closed_by IS NULL) AND (closed_at IS NULL) = (closing_reason IS NULL)
  );
--> statement-breakpoint
ALTER TABLE recall_parts
  ADD CONSTRAINT recall_parts_is_of_its_kind CHECK (
    (kind = 'receipt') = (receipt IS NOT NULL)
    AND (kind = 'receipt' OR product IS NOT NULL)
    AND CASE kind
      WHEN 'names' THEN series IS NULL AND first IS NULL AND created_from IS NULL AND created_to IS NULL
      WHEN 'numbers' THEN series IS NOT NULL AND reservation IS NULL
                          AND first IS NOT NULL AND last IS NOT NULL
      WHEN 'reservation' THEN series IS NOT NULL AND reservation IS NOT NULL
                              AND first IS NOT NULL AND last IS NOT NULL
      WHEN 'created' THEN series IS NULL AND coalesce(created_from, created_to) IS NOT NULL
      WHEN 'receipt' THEN series IS NULL AND first IS NULL AND created_from IS NULL
                          AND created_to IS NULL
    END
  );
--> statement-breakpoint
ALTER TABLE imports
  ADD CONSTRAINT imports_file_is_sha256 CHECK (octet_length(file) = 32);
--> statement-breakpoint
-- Batches come once and go once; compressing them would cost more time than reading the file.
ALTER TABLE import_batches ALTER COLUMN records SET STORAGE EXTERNAL;
