-- The schema as the migrations in drizzle/ leave it, read from the catalogs of a database.
-- Written by `npm run schema`; change the migrations, not this file.
-- The roles serialmint_app, serialmint_rules and serialmint_keeper belong to the whole server and have to be
-- there before.

-- Extensions

CREATE EXTENSION btree_gist;

-- Schemas

CREATE SCHEMA counters AUTHORIZATION serialmint_rules;

-- Types

CREATE TYPE alert_kind AS ENUM ('sequence_exhaustion_near', 'job_stuck', 'job_failed', 'lease_unreported', 'errors_rising', 'operations_slow', 'audit_chain_broken', 'webhook_disabled');

CREATE TYPE api_scope AS ENUM ('reserve', 'lots:read', 'lots:write', 'sequences:write', 'admin');

CREATE TYPE audit_action AS ENUM ('sequence.created', 'sequence.changed', 'sequence.advanced', 'sequence.rewound', 'sequence.fenced', 'naming_series.bound', 'naming_series.changed', 'reservation.voided', 'lease.renewed', 'lease.reported', 'lease.given_back', 'lease.burned', 'product.created', 'product.changed', 'settings.changed', 'tenant.fenced', 'lots.created', 'lots.changed', 'lot.changed', 'receipt.created', 'receipt.cancelled', 'count.created', 'count.applied', 'recall.opened', 'recall.closed', 'import.begun', 'import.cancelled', 'job.cancelled', 'job.retried', 'api_key.created', 'api_key.rotated', 'api_key.revoked', 'webhook.created', 'webhook.changed', 'webhook.secret_rotated', 'webhook.removed', 'webhook.tested', 'webhook.delivery_repeated');

CREATE TYPE count_status AS ENUM ('draft', 'applied');

CREATE TYPE delivery_status AS ENUM ('pending', 'delivered', 'failed');

CREATE TYPE disabling_reason AS ENUM ('asked', 'gone', 'failing');

CREATE TYPE event_type AS ENUM ('job.done', 'job.failed', 'job.cancelled', 'receipt.done', 'receipt.cancelled', 'count.applied', 'alert.opened', 'alert.closed', 'webhook.test');

CREATE TYPE figure_grain AS ENUM ('minute', 'hour', 'day', 'ever');

CREATE TYPE job_status AS ENUM ('queued', 'running', 'done', 'failed', 'cancelled');

CREATE TYPE ledger_kind AS ENUM ('reserved', 'skip', 'fence', 'burned', 'void', 'rewind', 'reopened', 'begin');

CREATE TYPE notable_kind AS ENUM ('slow', 'failed', 'refused');

CREATE TYPE product_expiry AS ENUM ('none', 'optional', 'required');

CREATE TYPE product_tracking AS ENUM ('none', 'lot', 'serial');

CREATE TYPE recall_part_kind AS ENUM ('names', 'numbers', 'reservation', 'created', 'receipt');

CREATE TYPE receipt_status AS ENUM ('received', 'cancelled');

CREATE TYPE sequence_dialect AS ENUM ('native', 'odoo', 'frappe');

CREATE TYPE sequence_mode AS ENUM ('standard', 'gapless');

CREATE TYPE sequence_overflow AS ENUM ('widen', 'reject');

CREATE TYPE sequence_reset AS ENUM ('never', 'yearly', 'monthly', 'weekly', 'daily', 'fiscal', 'prefix');

CREATE TYPE watch_duty AS ENUM ('alerts', 'audit');

CREATE TYPE webhook_status AS ENUM ('enabled', 'disabled');

CREATE OR REPLACE FUNCTION public.lot_states()
 RETURNS text[]
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN ARRAY['available'::text, 'reserved'::text, 'shipped'::text, 'consumed'::text, 'scrapped'::text];

CREATE DOMAIN lot_state AS text COLLATE "C" CHECK (VALUE = ANY (lot_states()));

-- Tables

CREATE TABLE alerts (
  tenant text COLLATE "C" NOT NULL,
  id uuid NOT NULL,
  kind alert_kind NOT NULL,
  subject text COLLATE "C" NOT NULL,
  facts jsonb NOT NULL,
  opened_at timestamp with time zone NOT NULL,
  closed_at timestamp with time zone,
  CONSTRAINT alerts_tenant_id_pk PRIMARY KEY (tenant, id)
);

CREATE TABLE api_key_uses (
  tenant text COLLATE "C" NOT NULL,
  api_key integer NOT NULL,
  used_at timestamp with time zone,
  CONSTRAINT api_key_uses_tenant_api_key_pk PRIMARY KEY (tenant, api_key)
);

CREATE TABLE api_keys (
  tenant text COLLATE "C" NOT NULL,
  id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  public_id uuid DEFAULT gen_random_uuid() NOT NULL,
  digest bytea NOT NULL,
  name text NOT NULL,
  prefix text NOT NULL,
  hint text NOT NULL,
  scopes api_scope[] NOT NULL,
  sequences text[],
  products text[],
  count_per_request integer,
  numbers_per_day bigint,
  requests_per_minute integer,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  expires_at timestamp with time zone,
  revoked_at timestamp with time zone,
  replaced_by integer,
  CONSTRAINT api_keys_tenant_id_pk PRIMARY KEY (tenant, id),
  CONSTRAINT api_keys_admin_is_not_limited CHECK (NOT ('admin'::api_scope = ANY (scopes)) OR num_nonnulls(sequences, products, count_per_request, numbers_per_day, requests_per_minute) = 0),
  CONSTRAINT api_keys_digest_is_sha256 CHECK (octet_length(digest) = 32),
  CONSTRAINT api_keys_limits_name_something CHECK (cardinality(sequences) > 0 AND cardinality(products) > 0),
  CONSTRAINT api_keys_may_something CHECK (cardinality(scopes) > 0),
  CONSTRAINT api_keys_prefix_is_known CHECK (prefix = ANY (ARRAY['smk_live_'::text, 'smk_test_'::text, 'smk_demo_'::text, 'smk_none_'::text])),
  CONSTRAINT api_keys_quota_in_range CHECK (count_per_request >= 1 AND count_per_request <= 10000000 AND numbers_per_day >= 1 AND numbers_per_day <= '999999999999'::bigint AND requests_per_minute >= 1 AND requests_per_minute <= 1000000)
);

CREATE TABLE audit_events (
  tenant text COLLATE "C" NOT NULL,
  at timestamp with time zone DEFAULT now() NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  origin integer NOT NULL,
  request_id text,
  action audit_action NOT NULL,
  subject text COLLATE "C" NOT NULL,
  facts jsonb NOT NULL,
  CONSTRAINT audit_events_tenant_at_id_pk PRIMARY KEY (tenant, at, id)
);

CREATE TABLE audit_rounds (
  tenant text COLLATE "C" NOT NULL,
  next_seal integer NOT NULL,
  found jsonb,
  CONSTRAINT audit_rounds_pkey PRIMARY KEY (tenant)
);

CREATE TABLE audit_seals (
  tenant text COLLATE "C" NOT NULL,
  number integer NOT NULL,
  sealed_from timestamp with time zone NOT NULL,
  sealed_to timestamp with time zone NOT NULL,
  events bigint NOT NULL,
  entries bigint NOT NULL,
  rows_digest bytea NOT NULL,
  previous bytea NOT NULL,
  digest bytea NOT NULL,
  sealed_at timestamp with time zone NOT NULL,
  CONSTRAINT audit_seals_tenant_number_pk PRIMARY KEY (tenant, number),
  CONSTRAINT audit_seals_is_whole CHECK (number > 0 AND sealed_from < sealed_to AND events >= 0 AND entries >= 0 AND (events + entries) > 0 AND octet_length(rows_digest) = 32 AND octet_length(previous) = 32 AND octet_length(digest) = 32)
);

CREATE TABLE call_figures (
  tenant text COLLATE "C" NOT NULL,
  grain figure_grain NOT NULL,
  at timestamp with time zone NOT NULL,
  operation text COLLATE "C" NOT NULL,
  code text COLLATE "C" NOT NULL,
  sequence text COLLATE "C" NOT NULL,
  product text COLLATE "C" NOT NULL,
  status integer NOT NULL,
  calls bigint NOT NULL,
  size numeric NOT NULL,
  "time" double precision NOT NULL,
  longest double precision NOT NULL,
  histogram bigint[] NOT NULL,
  database_requests bigint NOT NULL,
  database_time double precision NOT NULL,
  CONSTRAINT call_figures_tenant_grain_at_operation_code_sequence_product_pk PRIMARY KEY (tenant, grain, at, operation, code, sequence, product)
) WITH (fillfactor=70);

CREATE TABLE count_lines (
  tenant text COLLATE "C" NOT NULL,
  count uuid NOT NULL,
  ordinal integer NOT NULL,
  product text COLLATE "C" NOT NULL,
  location text,
  lot text COLLATE "C",
  counted_quantity numeric NOT NULL,
  fields jsonb,
  produced_on date,
  expires_on date,
  recorded numeric,
  skipped text,
  CONSTRAINT count_lines_tenant_count_ordinal_pk PRIMARY KEY (tenant, count, ordinal),
  CONSTRAINT count_lines_quantity_is_not_negative CHECK (counted_quantity >= 0::numeric)
);

CREATE TABLE counted_lots (
  tenant text COLLATE "C" NOT NULL,
  job uuid NOT NULL,
  product text COLLATE "C" NOT NULL,
  lots bigint NOT NULL,
  last_item bigint NOT NULL,
  CONSTRAINT counted_lots_tenant_job_product_pk PRIMARY KEY (tenant, job, product)
);

CREATE TABLE counts (
  tenant text COLLATE "C" NOT NULL,
  id uuid NOT NULL,
  reference text COLLATE "C",
  status count_status DEFAULT 'draft'::count_status NOT NULL,
  at text,
  job uuid,
  api_key integer NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  applied_at timestamp with time zone,
  applied_by integer,
  CONSTRAINT counts_tenant_id_pk PRIMARY KEY (tenant, id),
  CONSTRAINT counts_applying_is_whole CHECK ((status = 'applied'::count_status) = (applied_at IS NOT NULL) AND (applied_at IS NULL) = (applied_by IS NULL)),
  CONSTRAINT counts_reference_is_short CHECK (char_length(reference) >= 1 AND char_length(reference) <= 200)
);

CREATE TABLE events (
  tenant text COLLATE "C" NOT NULL,
  id uuid NOT NULL,
  type event_type NOT NULL,
  subject text NOT NULL,
  at timestamp with time zone NOT NULL,
  payload text NOT NULL,
  CONSTRAINT events_tenant_id_pk PRIMARY KEY (tenant, id)
);

CREATE TABLE figure_batches (
  tenant text COLLATE "C" NOT NULL,
  id uuid NOT NULL,
  at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT figure_batches_tenant_id_pk PRIMARY KEY (tenant, id)
);

CREATE TABLE figures_until (
  tenant text COLLATE "C" NOT NULL,
  until timestamp with time zone NOT NULL,
  CONSTRAINT figures_until_pkey PRIMARY KEY (tenant)
);

CREATE TABLE forms (
  tenant text COLLATE "C" NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  series bigint NOT NULL,
  prefix text COLLATE "C" NOT NULL,
  width smallint NOT NULL,
  suffix text COLLATE "C" NOT NULL,
  CONSTRAINT forms_tenant_id_pk PRIMARY KEY (tenant, id)
);

CREATE TABLE import_batches (
  tenant text COLLATE "C" NOT NULL,
  import uuid NOT NULL,
  first bigint NOT NULL,
  records json NOT NULL,
  CONSTRAINT import_batches_tenant_import_first_pk PRIMARY KEY (tenant, import, first)
);

CREATE TABLE imports (
  tenant text COLLATE "C" NOT NULL,
  id uuid NOT NULL,
  kind text NOT NULL,
  dry_run boolean NOT NULL,
  allow_jump boolean NOT NULL,
  allow_overlap boolean NOT NULL,
  token uuid NOT NULL,
  staged bigint DEFAULT 0 NOT NULL,
  file bytea,
  error jsonb,
  columns jsonb,
  ignored jsonb,
  rows bigint,
  created bigint DEFAULT 0 NOT NULL,
  updated bigint DEFAULT 0 NOT NULL,
  unchanged bigint DEFAULT 0 NOT NULL,
  refused bigint DEFAULT 0 NOT NULL,
  origin integer NOT NULL,
  request_id text,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  updated_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT imports_tenant_id_pk PRIMARY KEY (tenant, id),
  CONSTRAINT imports_file_is_sha256 CHECK (octet_length(file) = 32)
);

CREATE TABLE job_items (
  tenant text COLLATE "C" NOT NULL,
  id bigint GENERATED BY DEFAULT AS IDENTITY NOT NULL,
  job uuid NOT NULL,
  ordinal integer NOT NULL,
  stands_for integer,
  product text COLLATE "C" NOT NULL,
  series bigint,
  reservation bigint,
  presented boolean NOT NULL,
  numbers int8range,
  prefix text COLLATE "C",
  width smallint,
  suffix text COLLATE "C",
  first bigint,
  step bigint,
  numbered boolean NOT NULL,
  names text[],
  name_numbers bigint[],
  name_quantities numeric[],
  name_expiries date[],
  count bigint NOT NULL,
  start bigint,
  skipped bigint DEFAULT 0 NOT NULL,
  quantity numeric NOT NULL,
  produced_on date,
  expires_on date,
  location text,
  attributes jsonb,
  CONSTRAINT job_items_tenant_id_pk PRIMARY KEY (tenant, id),
  CONSTRAINT job_items_number_once EXCLUDE USING gist (series WITH =, numbers WITH &&) WHERE (numbers IS NOT NULL),
  CONSTRAINT job_items_count_in_range CHECK (count >= 1 AND count <= 10000000),
  CONSTRAINT job_items_is_a_run_or_names CHECK ((names IS NULL) = (start IS NOT NULL) AND (names IS NULL) = (prefix IS NOT NULL AND width IS NOT NULL AND suffix IS NOT NULL AND first IS NOT NULL AND step IS NOT NULL)),
  CONSTRAINT job_items_quantity_is_positive CHECK (quantity > 0::numeric)
);

CREATE TABLE jobs (
  tenant text COLLATE "C" NOT NULL,
  id uuid NOT NULL,
  status job_status NOT NULL,
  given bigint NOT NULL,
  chunked bigint NOT NULL,
  cursor bigint NOT NULL,
  skipped bigint NOT NULL,
  put_off bigint DEFAULT 0 NOT NULL,
  replaces boolean DEFAULT false NOT NULL,
  used_up bigint DEFAULT 0 NOT NULL,
  token uuid,
  lease_until timestamp with time zone,
  failures integer DEFAULT 0 NOT NULL,
  error jsonb,
  origin integer NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  started_at timestamp with time zone,
  finished_at timestamp with time zone,
  updated_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT jobs_tenant_id_pk PRIMARY KEY (tenant, id),
  CONSTRAINT jobs_cursor_in_range CHECK (cursor >= 0 AND cursor <= chunked),
  CONSTRAINT jobs_done_is_whole CHECK (status <> 'done'::job_status OR cursor = chunked),
  CONSTRAINT jobs_failure_is_told CHECK (status <> 'failed'::job_status OR error IS NOT NULL)
);

CREATE TABLE leases (
  tenant text COLLATE "C" NOT NULL,
  id uuid NOT NULL,
  sequence text COLLATE "C" NOT NULL,
  series bigint NOT NULL,
  first bigint NOT NULL,
  last bigint NOT NULL,
  step bigint NOT NULL,
  holder text NOT NULL,
  token uuid NOT NULL,
  used int8multirange DEFAULT '{}'::int8multirange NOT NULL,
  late int8multirange DEFAULT '{}'::int8multirange NOT NULL,
  given_back int8multirange DEFAULT '{}'::int8multirange NOT NULL,
  returned bigint DEFAULT 0 NOT NULL,
  open bigint NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  ends_at timestamp with time zone,
  burned_at timestamp with time zone,
  burn_reason text,
  closed_at timestamp with time zone,
  CONSTRAINT leases_tenant_id_pk PRIMARY KEY (tenant, id),
  CONSTRAINT leases_end_in_time CHECK (expires_at <= ends_at),
  CONSTRAINT leases_numbers_are_of_run CHECK (int8range(first, last + step) @> range_merge(used + given_back) AND NOT used && given_back AND used @> late),
  CONSTRAINT leases_open_is_the_rest CHECK (open >= 0 AND (open = 0) = (closed_at IS NOT NULL)),
  CONSTRAINT leases_reason_is_of_burning CHECK (burn_reason IS NULL OR burned_at IS NOT NULL),
  CONSTRAINT leases_run_is_whole CHECK (first >= 0 AND first <= last AND step >= 1 AND ((last - first) % step) = 0)
) WITH (fillfactor=70);

CREATE TABLE ledger (
  tenant text COLLATE "C" NOT NULL,
  series bigint NOT NULL,
  first bigint NOT NULL,
  last bigint NOT NULL,
  step bigint NOT NULL,
  form bigint,
  kind ledger_kind NOT NULL,
  origin integer NOT NULL,
  at timestamp with time zone DEFAULT now() NOT NULL,
  reason text,
  CONSTRAINT ledger_tenant_series_first_kind_at_pk PRIMARY KEY (tenant, series, first, kind, at),
  CONSTRAINT ledger_number_once EXCLUDE USING gist (series WITH =, int8range(first, last, '[]'::text) WITH &&) WHERE (kind = ANY (ARRAY['reserved'::ledger_kind, 'skip'::ledger_kind, 'fence'::ledger_kind, 'burned'::ledger_kind])),
  CONSTRAINT ledger_void_once EXCLUDE USING gist (series WITH =, int8range(first, last, '[]'::text) WITH &&) WHERE (kind = 'void'::ledger_kind),
  CONSTRAINT ledger_entry_is_whole CHECK (first >= 0 AND first <= last AND last <= '999999999999999999'::bigint AND step >= 1 AND step <= 1000000000 AND ((last - first) % step) = 0 AND (form IS NOT NULL OR kind <> 'reserved'::ledger_kind))
);

CREATE TABLE lot_changes (
  tenant text COLLATE "C" NOT NULL,
  id bigint GENERATED BY DEFAULT AS IDENTITY NOT NULL,
  product text COLLATE "C" NOT NULL,
  at timestamp with time zone NOT NULL,
  api_key integer NOT NULL,
  after jsonb NOT NULL,
  reference text COLLATE "C",
  party text COLLATE "C",
  request uuid,
  receipt uuid,
  CONSTRAINT lot_changes_tenant_id_pk PRIMARY KEY (tenant, id)
);

CREATE TABLE lot_figures (
  tenant text COLLATE "C" NOT NULL,
  grain figure_grain NOT NULL,
  at timestamp with time zone NOT NULL,
  product text COLLATE "C" NOT NULL,
  lots bigint NOT NULL,
  CONSTRAINT lot_figures_tenant_product_grain_at_pk PRIMARY KEY (tenant, product, grain, at)
) WITH (fillfactor=70);

CREATE TABLE lot_history (
  tenant text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  product text COLLATE "C" NOT NULL,
  change bigint NOT NULL,
  before jsonb NOT NULL,
  CONSTRAINT lot_history_tenant_name_product_change_pk PRIMARY KEY (tenant, name, product, change)
);

CREATE TABLE lots (
  tenant text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  product text COLLATE "C" NOT NULL,
  item bigint NOT NULL,
  number bigint,
  created_at timestamp with time zone NOT NULL,
  quantity numeric NOT NULL,
  state lot_state DEFAULT 'available'::text NOT NULL,
  expires_on date,
  produced_on date,
  location text,
  attributes jsonb,
  CONSTRAINT lots_name PRIMARY KEY (tenant, name, product),
  CONSTRAINT lots_name_is_short CHECK (char_length(name) >= 1 AND char_length(name) <= 128),
  CONSTRAINT lots_quantity_is_not_negative CHECK (quantity >= 0::numeric)
);

CREATE TABLE notable_calls (
  tenant text COLLATE "C" NOT NULL,
  at timestamp with time zone NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  kind notable_kind NOT NULL,
  operation text COLLATE "C" NOT NULL,
  sequence text COLLATE "C" NOT NULL,
  product text COLLATE "C" NOT NULL,
  code text COLLATE "C" NOT NULL,
  status integer NOT NULL,
  "time" double precision NOT NULL,
  request_id text NOT NULL,
  CONSTRAINT notable_calls_tenant_at_id_pk PRIMARY KEY (tenant, at, id)
);

CREATE TABLE number_figures (
  tenant text COLLATE "C" NOT NULL,
  grain figure_grain NOT NULL,
  at timestamp with time zone NOT NULL,
  sequence text COLLATE "C" NOT NULL,
  series text COLLATE "C" NOT NULL,
  reservations bigint NOT NULL,
  reserved numeric NOT NULL,
  voided numeric NOT NULL,
  skipped numeric NOT NULL,
  fenced numeric NOT NULL,
  reopened numeric NOT NULL,
  CONSTRAINT number_figures_tenant_sequence_series_grain_at_pk PRIMARY KEY (tenant, sequence, series, grain, at)
) WITH (fillfactor=70);

CREATE TABLE origins (
  tenant text COLLATE "C" NOT NULL,
  id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  api_key integer NOT NULL,
  address text COLLATE "C" NOT NULL,
  CONSTRAINT origins_tenant_id_pk PRIMARY KEY (tenant, id),
  CONSTRAINT origins_once UNIQUE (tenant, api_key, address)
);

CREATE TABLE past_patterns (
  tenant text COLLATE "C" NOT NULL,
  sequence text COLLATE "C" NOT NULL,
  dialect sequence_dialect NOT NULL,
  pattern text COLLATE "C" NOT NULL,
  fiscal_year_start text COLLATE "C" NOT NULL,
  counter text COLLATE "C" NOT NULL,
  first bigint NOT NULL,
  last bigint NOT NULL,
  allow_overlap boolean DEFAULT false NOT NULL,
  bound_epoch bigint,
  CONSTRAINT past_patterns_tenant_sequence_dialect_pattern_fiscal_year_start PRIMARY KEY (tenant, sequence, dialect, pattern, fiscal_year_start, counter)
);

CREATE TABLE pattern_changes (
  tenant text COLLATE "C" NOT NULL,
  epoch bigint NOT NULL,
  sequences text[] NOT NULL,
  CONSTRAINT pattern_changes_tenant_epoch_pk PRIMARY KEY (tenant, epoch)
);

CREATE TABLE products (
  tenant text COLLATE "C" NOT NULL,
  sku text COLLATE "C" NOT NULL,
  name text,
  tracking product_tracking NOT NULL,
  sequence text COLLATE "C",
  gtin text COLLATE "C",
  expiry product_expiry NOT NULL,
  shelf_life_days integer,
  definition uuid GENERATED ALWAYS AS (md5((((
CASE tracking
    WHEN 'none'::product_tracking THEN 'none'::text
    WHEN 'lot'::product_tracking THEN 'lot'::text
    ELSE 'serial'::text
END || chr(10)) ||
CASE expiry
    WHEN 'none'::product_expiry THEN 'none'::text
    WHEN 'optional'::product_expiry THEN 'optional'::text
    ELSE 'required'::text
END) || chr(10)) || COALESCE(shelf_life_days::text, ''::text))::uuid) STORED NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  updated_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT products_tenant_sku_pk PRIMARY KEY (tenant, sku),
  CONSTRAINT products_shelf_life_in_range CHECK (shelf_life_days >= 1 AND shelf_life_days <= 36500),
  CONSTRAINT products_shelf_life_needs_expiry CHECK (shelf_life_days IS NULL OR expiry <> 'none'::product_expiry)
);

CREATE TABLE quota_days (
  tenant text COLLATE "C" NOT NULL,
  api_key integer NOT NULL,
  day date NOT NULL,
  numbers bigint NOT NULL,
  CONSTRAINT quota_days_tenant_api_key_day_pk PRIMARY KEY (tenant, api_key, day),
  CONSTRAINT quota_days_numbers_are_not_negative CHECK (numbers >= 0)
) WITH (fillfactor=50);

CREATE TABLE recall_names (
  tenant text COLLATE "C" NOT NULL,
  recall uuid NOT NULL,
  part integer NOT NULL,
  name text COLLATE "C" NOT NULL,
  CONSTRAINT recall_names_tenant_recall_part_name_pk PRIMARY KEY (tenant, recall, part, name)
);

CREATE TABLE recall_parts (
  tenant text COLLATE "C" NOT NULL,
  recall uuid NOT NULL,
  ordinal integer NOT NULL,
  kind recall_part_kind NOT NULL,
  product text COLLATE "C",
  series bigint,
  reservation bigint,
  first bigint,
  last bigint,
  created_from timestamp with time zone,
  created_to timestamp with time zone,
  receipt uuid,
  CONSTRAINT recall_parts_tenant_recall_ordinal_pk PRIMARY KEY (tenant, recall, ordinal),
  CONSTRAINT recall_parts_is_of_its_kind CHECK ((kind = 'receipt'::recall_part_kind) = (receipt IS NOT NULL) AND (kind = 'receipt'::recall_part_kind OR product IS NOT NULL) AND
CASE kind
    WHEN 'names'::recall_part_kind THEN series IS NULL AND first IS NULL AND created_from IS NULL AND created_to IS NULL
    WHEN 'numbers'::recall_part_kind THEN series IS NOT NULL AND reservation IS NULL AND first IS NOT NULL AND last IS NOT NULL
    WHEN 'reservation'::recall_part_kind THEN series IS NOT NULL AND reservation IS NOT NULL AND first IS NOT NULL AND last IS NOT NULL
    WHEN 'created'::recall_part_kind THEN series IS NULL AND COALESCE(created_from, created_to) IS NOT NULL
    WHEN 'receipt'::recall_part_kind THEN series IS NULL AND first IS NULL AND created_from IS NULL AND created_to IS NULL
    ELSE NULL::boolean
END)
);

CREATE TABLE recalls (
  tenant text COLLATE "C" NOT NULL,
  id uuid NOT NULL,
  reference text NOT NULL,
  reason text NOT NULL,
  api_key integer NOT NULL,
  opened_at timestamp with time zone DEFAULT now() NOT NULL,
  closed_at timestamp with time zone,
  closed_by integer,
  closing_reason text,
  CONSTRAINT recalls_tenant_id_pk PRIMARY KEY (tenant, id),
  CONSTRAINT recalls_closing_is_whole CHECK ((closed_at IS NULL) = (closed_by IS NULL) AND (closed_at IS NULL) = (closing_reason IS NULL))
);

CREATE TABLE receipt_growths (
  tenant text COLLATE "C" NOT NULL,
  id bigint GENERATED BY DEFAULT AS IDENTITY NOT NULL,
  receipt uuid NOT NULL,
  line integer NOT NULL,
  product text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  quantity numeric NOT NULL,
  quantity_before numeric NOT NULL,
  state_before lot_state NOT NULL,
  location_before text,
  quantity_after numeric NOT NULL,
  state_after lot_state NOT NULL,
  location_after text,
  undone_at timestamp with time zone,
  CONSTRAINT receipt_growths_tenant_id_pk PRIMARY KEY (tenant, id)
);

CREATE TABLE receipt_lines (
  tenant text COLLATE "C" NOT NULL,
  receipt uuid NOT NULL,
  ordinal integer NOT NULL,
  product text COLLATE "C" NOT NULL,
  quantity numeric NOT NULL,
  quantity_per_lot numeric,
  location text,
  produced_on date,
  expires_on date,
  attributes jsonb,
  first_item integer,
  last_item integer,
  CONSTRAINT receipt_lines_tenant_receipt_ordinal_pk PRIMARY KEY (tenant, receipt, ordinal),
  CONSTRAINT receipt_lines_items_are_a_run CHECK ((first_item IS NULL) = (last_item IS NULL) AND first_item <= last_item),
  CONSTRAINT receipt_lines_quantity_is_positive CHECK (quantity > 0::numeric AND quantity_per_lot > 0::numeric)
);

CREATE TABLE receipts (
  tenant text COLLATE "C" NOT NULL,
  id uuid NOT NULL,
  reference text COLLATE "C" NOT NULL,
  status receipt_status DEFAULT 'received'::receipt_status NOT NULL,
  at text,
  fingerprint bytea NOT NULL,
  job uuid,
  api_key integer NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  cancelled_at timestamp with time zone,
  cancelled_by integer,
  reason text,
  CONSTRAINT receipts_tenant_id_pk PRIMARY KEY (tenant, id),
  CONSTRAINT receipts_cancelling_is_whole CHECK ((status = 'cancelled'::receipt_status) = (cancelled_at IS NOT NULL) AND (cancelled_at IS NULL) = (cancelled_by IS NULL) AND (cancelled_at IS NULL) = (reason IS NULL)),
  CONSTRAINT receipts_reference_is_short CHECK (char_length(reference) >= 1 AND char_length(reference) <= 200)
);

CREATE TABLE refused_rows (
  tenant text COLLATE "C" NOT NULL,
  import uuid NOT NULL,
  line integer NOT NULL,
  "column" text,
  code text NOT NULL,
  detail text NOT NULL,
  CONSTRAINT refused_rows_tenant_import_line_pk PRIMARY KEY (tenant, import, line)
);

CREATE TABLE reopened_skips (
  tenant text COLLATE "C" NOT NULL,
  series bigint NOT NULL,
  first bigint NOT NULL,
  at timestamp with time zone NOT NULL,
  last bigint NOT NULL,
  reopened_from bigint NOT NULL,
  reopened_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT reopened_skips_tenant_series_first_at_reopened_from_pk PRIMARY KEY (tenant, series, first, at, reopened_from)
);

CREATE UNLOGGED TABLE request_windows (
  tenant text COLLATE "C" NOT NULL,
  api_key integer NOT NULL,
  began timestamp with time zone NOT NULL,
  requests integer NOT NULL,
  CONSTRAINT request_windows_tenant_api_key_pk PRIMARY KEY (tenant, api_key)
) WITH (fillfactor=50);

CREATE TABLE requests (
  tenant text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  fingerprint bytea NOT NULL,
  answer jsonb NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  CONSTRAINT requests_tenant_key_pk PRIMARY KEY (tenant, key),
  CONSTRAINT requests_key_is_short CHECK (octet_length(key) >= 1 AND octet_length(key) <= 255)
);

CREATE TABLE sequences (
  tenant text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  dialect sequence_dialect DEFAULT 'native'::sequence_dialect NOT NULL,
  pattern text COLLATE "C" NOT NULL,
  width smallint NOT NULL,
  mode sequence_mode NOT NULL,
  start bigint NOT NULL,
  increment bigint NOT NULL,
  reset sequence_reset NOT NULL,
  counter text COLLATE "C" NOT NULL,
  time_zone text NOT NULL,
  fiscal_year_start text NOT NULL,
  overflow sequence_overflow NOT NULL,
  hot boolean NOT NULL,
  allow_overlap boolean DEFAULT false NOT NULL,
  ceiling bigint GENERATED ALWAYS AS (
CASE
    WHEN overflow = 'reject'::sequence_overflow THEN power(10::numeric, width::numeric)::bigint - 1
    ELSE '999999999999999999'::bigint
END) STORED NOT NULL,
  definition uuid GENERATED ALWAYS AS (md5((((((((((((((((((
CASE dialect
    WHEN 'native'::sequence_dialect THEN 'native'::text
    WHEN 'odoo'::sequence_dialect THEN 'odoo'::text
    ELSE 'frappe'::text
END || chr(10)) || pattern) || chr(10)) || width::text) || chr(10)) || start::text) || chr(10)) || increment::text) || chr(10)) ||
CASE reset
    WHEN 'never'::sequence_reset THEN 'never'::text
    WHEN 'yearly'::sequence_reset THEN 'yearly'::text
    WHEN 'monthly'::sequence_reset THEN 'monthly'::text
    WHEN 'weekly'::sequence_reset THEN 'weekly'::text
    WHEN 'daily'::sequence_reset THEN 'daily'::text
    WHEN 'fiscal'::sequence_reset THEN 'fiscal'::text
    ELSE 'prefix'::text
END) || chr(10)) ||
CASE counter
    WHEN key THEN ''::text
    ELSE counter
END) || chr(10)) || time_zone) || chr(10)) || fiscal_year_start) || chr(10)) ||
CASE overflow
    WHEN 'reject'::sequence_overflow THEN 'reject'::text
    ELSE 'widen'::text
END)::uuid) STORED NOT NULL,
  fence_width bigint DEFAULT 0 NOT NULL,
  fenced_until timestamp with time zone,
  fence_origin integer,
  fence_reason text,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  updated_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT sequences_tenant_key_pk PRIMARY KEY (tenant, key),
  CONSTRAINT sequences_policy UNIQUE (tenant, key, definition, increment, ceiling, mode, hot),
  CONSTRAINT sequences_counter_is_its_own_or_shared CHECK (counter = key OR counter = 'naming-series'::text AND reset = 'prefix'::sequence_reset AND mode = 'standard'::sequence_mode AND start = 1 AND increment = 1),
  CONSTRAINT sequences_gapless_is_not_hot CHECK (mode = 'standard'::sequence_mode OR NOT hot),
  CONSTRAINT sequences_increment_in_range CHECK (increment >= 1 AND increment <= 1000000000),
  CONSTRAINT sequences_key_is_plain CHECK (key ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'::text),
  CONSTRAINT sequences_start_in_range CHECK (start >= 0 AND start <= '999999999999999999'::bigint),
  CONSTRAINT sequences_width_in_range CHECK (width >= 1 AND width <= 18)
);

CREATE TABLE series (
  tenant text COLLATE "C" NOT NULL,
  sequence text COLLATE "C" NOT NULL,
  period text COLLATE "C" NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  next bigint NOT NULL,
  since bigint NOT NULL,
  passed_before bigint DEFAULT 0 NOT NULL,
  skipped bigint DEFAULT 0 NOT NULL,
  promoted_to regclass,
  waits smallint DEFAULT 0 NOT NULL,
  definition uuid NOT NULL,
  increment bigint NOT NULL,
  ceiling bigint NOT NULL,
  mode sequence_mode NOT NULL,
  hot boolean NOT NULL,
  ends_on date,
  closed_at timestamp with time zone,
  CONSTRAINT series_tenant_sequence_period_pk PRIMARY KEY (tenant, sequence, period),
  CONSTRAINT series_counter_is_sound CHECK (next >= 0 AND next <= '1000000999999999999'::bigint AND NOT (promoted_to IS NOT NULL AND (mode = 'gapless'::sequence_mode OR closed_at IS NOT NULL)))
) WITH (fillfactor=50);

CREATE TABLE settings (
  tenant text COLLATE "C" NOT NULL,
  default_sequence text COLLATE "C",
  time_zone text DEFAULT 'UTC'::text NOT NULL,
  pattern_epoch bigint DEFAULT 0 NOT NULL,
  updated_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT settings_pkey PRIMARY KEY (tenant)
);

CREATE TABLE skipped_names (
  tenant text COLLATE "C" NOT NULL,
  item bigint NOT NULL,
  name text COLLATE "C" NOT NULL,
  CONSTRAINT skipped_names_tenant_item_name_pk PRIMARY KEY (tenant, item, name)
);

CREATE TABLE tenants (
  tenant text COLLATE "C" NOT NULL,
  name text NOT NULL,
  live_tenant text COLLATE "C",
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT tenants_pkey PRIMARY KEY (tenant),
  CONSTRAINT tenants_tenant_is_a_slug CHECK (tenant ~ '^[a-z][a-z0-9-]{1,39}$'::text)
);

CREATE TABLE tried_lots (
  tenant text COLLATE "C" NOT NULL,
  import uuid NOT NULL,
  name text COLLATE "C" NOT NULL,
  product text COLLATE "C" NOT NULL,
  record bigint NOT NULL,
  CONSTRAINT tried_lots_tenant_import_name_product_pk PRIMARY KEY (tenant, import, name, product)
);

CREATE TABLE tried_numbers (
  tenant text COLLATE "C" NOT NULL,
  import uuid NOT NULL,
  sequence text COLLATE "C" NOT NULL,
  period text COLLATE "C" NOT NULL,
  number bigint NOT NULL,
  CONSTRAINT tried_numbers_tenant_import_sequence_period_pk PRIMARY KEY (tenant, import, sequence, period)
);

CREATE TABLE watch_turns (
  tenant text COLLATE "C" NOT NULL,
  duty watch_duty NOT NULL,
  taken_at timestamp with time zone NOT NULL,
  CONSTRAINT watch_turns_tenant_duty_pk PRIMARY KEY (tenant, duty)
);

CREATE TABLE webhook_deliveries (
  tenant text COLLATE "C" NOT NULL,
  event uuid NOT NULL,
  webhook uuid NOT NULL,
  status delivery_status DEFAULT 'pending'::delivery_status NOT NULL,
  attempts integer DEFAULT 0 NOT NULL,
  next_attempt_at timestamp with time zone,
  token uuid,
  created_at timestamp with time zone NOT NULL,
  last_attempt_at timestamp with time zone,
  response_status integer,
  duration_ms integer,
  last_error text,
  response_excerpt text,
  CONSTRAINT webhook_deliveries_tenant_event_webhook_pk PRIMARY KEY (tenant, event, webhook),
  CONSTRAINT webhook_deliveries_attempts_are_not_negative CHECK (attempts >= 0),
  CONSTRAINT webhook_deliveries_pending_are_due CHECK ((status = 'pending'::delivery_status) = (next_attempt_at IS NOT NULL))
) WITH (fillfactor=70);

CREATE TABLE webhooks (
  tenant text COLLATE "C" NOT NULL,
  id uuid NOT NULL,
  url text NOT NULL,
  events event_type[],
  description text,
  secret bytea NOT NULL,
  previous_secret bytea,
  previous_secret_until timestamp with time zone,
  status webhook_status DEFAULT 'enabled'::webhook_status NOT NULL,
  disabled_reason disabling_reason,
  disabled_at timestamp with time zone,
  failing_since timestamp with time zone,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  updated_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT webhooks_tenant_id_pk PRIMARY KEY (tenant, id),
  CONSTRAINT webhooks_disabled_says_why CHECK ((status = 'disabled'::webhook_status) = (disabled_reason IS NOT NULL) AND (disabled_reason IS NULL) = (disabled_at IS NULL)),
  CONSTRAINT webhooks_events_are_some CHECK (cardinality(events) > 0),
  CONSTRAINT webhooks_secret_is_long_enough CHECK (octet_length(secret) >= 24 AND octet_length(secret) <= 64 AND (previous_secret IS NULL) = (previous_secret_until IS NULL))
);

-- Types of rows

CREATE TYPE account_run AS (
  first bigint,
  last bigint,
  step bigint,
  state text,
  reason text,
  reserved_first bigint,
  form bigint,
  lease uuid,
  holder text,
  at timestamp with time zone
);

CREATE TYPE alert_condition AS (
  kind alert_kind,
  subject text,
  opens boolean,
  facts jsonb
);

CREATE TYPE alert_row AS (
  id text,
  kind text,
  subject text,
  status text,
  opened_at text,
  closed_at text,
  facts jsonb
);

CREATE TYPE api_key_row AS (
  id text,
  name text,
  prefix text,
  last_four text,
  scopes text[],
  sequences text[],
  products text[],
  quota jsonb,
  status text,
  created_at text,
  expires_at text,
  revoked_at text,
  replaced_by text,
  last_used_at text,
  place text
);

CREATE TYPE attempt_outcome AS (
  url text,
  result text,
  response_status integer,
  duration_ms integer,
  error text,
  excerpt text,
  retry_after interval
);

CREATE TYPE caller AS (
  digest bytea,
  scopes api_scope[],
  sequences text[],
  products text[],
  record uuid,
  address text,
  request_id text
);

CREATE TYPE change_outcome AS (
  matched bigint,
  changed bigint
);

CREATE TYPE delivery_row AS (
  id text,
  type text,
  subject text,
  status text,
  attempts integer,
  created_at text,
  last_attempt_at text,
  next_attempt_at text,
  response_status integer,
  duration_ms integer,
  last_error text,
  response_excerpt text
);

CREATE TYPE drawn AS (
  series bigint,
  period text,
  first bigint,
  last bigint,
  step bigint,
  count bigint
);

CREATE TYPE fenced_batch AS (
  moved jsonb[],
  through bigint
);

CREATE TYPE gathered_call AS (
  tenant text,
  at timestamp with time zone,
  kind notable_kind,
  operation text,
  code text,
  sequence text,
  product text,
  status integer,
  "time" double precision,
  request_id text
);

CREATE TYPE gathered_calls AS (
  tenant text,
  minute timestamp with time zone,
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

CREATE TYPE lease_limits AS (
  of_holder integer,
  leases integer,
  numbers bigint
);

CREATE TYPE lease_row AS (
  id text,
  sequence text,
  series text,
  reservation text,
  holder text,
  status text,
  first text,
  last text,
  step text,
  count bigint,
  first_name text,
  last_name text,
  used bigint,
  late bigint,
  given_back bigint,
  open bigint,
  created_at text,
  expires_at text,
  ends_at text,
  closed_at text,
  place text
);

CREATE TYPE lot_figure AS (
  tenant text,
  job uuid,
  product text,
  at timestamp with time zone,
  is_import boolean,
  is_over boolean,
  lots bigint,
  last_item bigint
);

CREATE TYPE lot_filter AS (
  product text,
  state lot_state,
  location text,
  expires_after date,
  expires_before date,
  party text,
  reference text,
  created_from timestamp with time zone,
  created_to timestamp with time zone,
  receipt uuid
);

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

CREATE TYPE lot_request AS (
  ordinal integer,
  product text,
  product_definition uuid,
  source text,
  sequence text,
  definition uuid,
  counter text,
  counter_definition uuid,
  period text,
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
  lease_token uuid,
  overlapping text[],
  epoch bigint,
  first_name text,
  names text[],
  numbers bigint[],
  periods text[],
  forms jsonb,
  quantity numeric,
  quantities numeric[],
  expiries date[],
  produced_on date,
  expires_on date,
  location text,
  attributes jsonb
);

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

CREATE TYPE lot_setting AS (
  product text,
  name text,
  quantity numeric,
  state lot_state,
  location text
);

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

CREATE TYPE opened_call AS (
  api_key integer,
  origin integer,
  answer jsonb,
  has_quota boolean
);

CREATE TYPE part_place AS (
  product text,
  name text,
  major bigint,
  minor bigint
);

CREATE TYPE quota_day AS (
  day date,
  ends_at timestamp with time zone
);

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

CREATE TYPE rows_sealed AS (
  events bigint,
  entries bigint,
  digest bytea
);

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

CREATE TYPE webhook_row AS (
  id text,
  url text,
  events text[],
  description text,
  status text,
  disabled_reason text,
  disabled_at text,
  failing_since text,
  previous_secret_until text,
  created_at text,
  updated_at text,
  place text
);

-- Indexes

CREATE INDEX alerts_closed ON public.alerts USING btree (closed_at);
CREATE INDEX alerts_in_order ON public.alerts USING btree (tenant, opened_at, id);
CREATE UNIQUE INDEX alerts_open_once ON public.alerts USING btree (tenant, kind, subject) WHERE (closed_at IS NULL);
CREATE UNIQUE INDEX api_keys_digest ON public.api_keys USING btree (digest);
CREATE UNIQUE INDEX api_keys_public_id ON public.api_keys USING btree (tenant, public_id);
CREATE INDEX audit_events_by_subject ON public.audit_events USING btree (tenant, subject, at, id);
CREATE INDEX audit_seals_by_time ON public.audit_seals USING btree (sealed_to);
CREATE INDEX counts_by_reference ON public.counts USING btree (tenant, reference, id);
CREATE INDEX events_by_time ON public.events USING btree (at);
CREATE INDEX figure_batches_by_time ON public.figure_batches USING btree (tenant, at);
CREATE UNIQUE INDEX forms_by_text ON public.forms USING btree (tenant, prefix, suffix, width, series);
CREATE INDEX forms_of_series ON public.forms USING btree (tenant, series, id);
CREATE INDEX imports_staged ON public.imports USING btree (updated_at) WHERE (staged > 0);
CREATE INDEX job_items_by_product ON public.job_items USING btree (tenant, product, id);
CREATE UNIQUE INDEX job_items_in_order ON public.job_items USING btree (tenant, job, ordinal);
CREATE INDEX jobs_by_time ON public.jobs USING brin (updated_at) WITH (autosummarize='true');
CREATE INDEX jobs_failed ON public.jobs USING btree (tenant, id) WHERE (status = 'failed'::job_status);
CREATE INDEX jobs_unfinished ON public.jobs USING btree (lease_until) WHERE (status = ANY (ARRAY['queued'::job_status, 'running'::job_status]));
CREATE UNIQUE INDEX leases_of_run ON public.leases USING btree (tenant, series, first);
CREATE INDEX leases_of_sequence ON public.leases USING btree (tenant, sequence, id);
CREATE INDEX leases_out ON public.leases USING btree (tenant, sequence, holder) WHERE ((closed_at IS NULL) AND (burned_at IS NULL));
CREATE INDEX leases_to_burn ON public.leases USING btree (expires_at) WHERE ((closed_at IS NULL) AND (burned_at IS NULL));
CREATE INDEX ledger_by_time ON public.ledger USING brin (at) WITH (autosummarize='true');
CREATE INDEX lot_changes_by_party ON public.lot_changes USING btree (tenant, party, id) WHERE (party IS NOT NULL);
CREATE INDEX lot_changes_by_product ON public.lot_changes USING btree (tenant, product, id);
CREATE INDEX lot_changes_by_reference ON public.lot_changes USING btree (tenant, reference, id) WHERE (reference IS NOT NULL);
CREATE INDEX lot_figures_by_time ON public.lot_figures USING btree (tenant, grain, at);
CREATE INDEX lot_history_of_change ON public.lot_history USING btree (tenant, change, name);
CREATE INDEX lots_by_expiry ON public.lots USING btree (tenant, state, expires_on, product, name) WHERE (expires_on IS NOT NULL);
CREATE INDEX lots_by_location ON public.lots USING btree (tenant, location, product, name) WHERE (location IS NOT NULL);
CREATE INDEX lots_by_state ON public.lots USING btree (tenant, state, product, name) WHERE ((state)::text <> 'available'::text);
CREATE INDEX number_figures_by_time ON public.number_figures USING btree (tenant, grain, at);
CREATE INDEX past_patterns_bound ON public.past_patterns USING btree (tenant, bound_epoch);
CREATE INDEX products_in_order ON public.products USING btree (tenant, created_at, sku);
CREATE INDEX quota_days_by_day ON public.quota_days USING btree (day);
CREATE INDEX receipt_growths_of_lot ON public.receipt_growths USING btree (tenant, name, product, id) WHERE (undone_at IS NULL);
CREATE UNIQUE INDEX receipt_growths_of_receipt ON public.receipt_growths USING btree (tenant, receipt, name, product);
CREATE INDEX receipts_by_job ON public.receipts USING btree (tenant, job);
CREATE INDEX receipts_by_reference ON public.receipts USING btree (tenant, reference, id);
CREATE UNIQUE INDEX receipts_live_reference ON public.receipts USING btree (tenant, reference) WHERE (status <> 'cancelled'::receipt_status);
CREATE INDEX reopened_skips_by_time ON public.reopened_skips USING btree (tenant, reopened_at);
CREATE INDEX requests_by_expiry ON public.requests USING btree (expires_at);
CREATE INDEX sequences_in_order ON public.sequences USING btree (tenant, created_at, key);
CREATE UNIQUE INDEX series_id ON public.series USING btree (id);
CREATE INDEX series_to_close ON public.series USING btree (ends_on) WHERE (closed_at IS NULL);
CREATE INDEX webhook_deliveries_in_order ON public.webhook_deliveries USING btree (tenant, webhook, created_at, event);
CREATE INDEX webhook_deliveries_pending ON public.webhook_deliveries USING btree (tenant, webhook, next_attempt_at) WHERE (status = 'pending'::delivery_status);

-- References

ALTER TABLE api_key_uses ADD CONSTRAINT api_key_uses_of_key
  FOREIGN KEY (tenant, api_key) REFERENCES api_keys(tenant, id);
ALTER TABLE api_keys ADD CONSTRAINT api_keys_replaced_by
  FOREIGN KEY (tenant, replaced_by) REFERENCES api_keys(tenant, id);
ALTER TABLE api_keys ADD CONSTRAINT api_keys_tenant_tenants_tenant_fk
  FOREIGN KEY (tenant) REFERENCES tenants(tenant);
ALTER TABLE count_lines ADD CONSTRAINT count_lines_of_count
  FOREIGN KEY (tenant, count) REFERENCES counts(tenant, id);
ALTER TABLE import_batches ADD CONSTRAINT import_batches_of_import
  FOREIGN KEY (tenant, import) REFERENCES imports(tenant, id);
ALTER TABLE job_items ADD CONSTRAINT job_items_of_job
  FOREIGN KEY (tenant, job) REFERENCES jobs(tenant, id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE origins ADD CONSTRAINT origins_of_key
  FOREIGN KEY (tenant, api_key) REFERENCES api_keys(tenant, id);
ALTER TABLE past_patterns ADD CONSTRAINT past_patterns_of_sequence
  FOREIGN KEY (tenant, sequence) REFERENCES sequences(tenant, key);
ALTER TABLE pattern_changes ADD CONSTRAINT pattern_changes_tenant_tenants_tenant_fk
  FOREIGN KEY (tenant) REFERENCES tenants(tenant);
ALTER TABLE products ADD CONSTRAINT products_sequence
  FOREIGN KEY (tenant, sequence) REFERENCES sequences(tenant, key);
ALTER TABLE products ADD CONSTRAINT products_tenant_tenants_tenant_fk
  FOREIGN KEY (tenant) REFERENCES tenants(tenant);
ALTER TABLE quota_days ADD CONSTRAINT quota_days_of_key
  FOREIGN KEY (tenant, api_key) REFERENCES api_keys(tenant, id);
ALTER TABLE recall_parts ADD CONSTRAINT recall_parts_of_recall
  FOREIGN KEY (tenant, recall) REFERENCES recalls(tenant, id);
ALTER TABLE recall_parts ADD CONSTRAINT recall_parts_of_receipt
  FOREIGN KEY (tenant, receipt) REFERENCES receipts(tenant, id);
ALTER TABLE receipt_growths ADD CONSTRAINT receipt_growths_of_line
  FOREIGN KEY (tenant, receipt, line) REFERENCES receipt_lines(tenant, receipt, ordinal);
ALTER TABLE receipt_lines ADD CONSTRAINT receipt_lines_of_receipt
  FOREIGN KEY (tenant, receipt) REFERENCES receipts(tenant, id);
ALTER TABLE request_windows ADD CONSTRAINT request_windows_of_key
  FOREIGN KEY (tenant, api_key) REFERENCES api_keys(tenant, id);
ALTER TABLE sequences ADD CONSTRAINT sequences_tenant_tenants_tenant_fk
  FOREIGN KEY (tenant) REFERENCES tenants(tenant);
ALTER TABLE series ADD CONSTRAINT series_of_sequence
  FOREIGN KEY (tenant, sequence, definition, increment, ceiling, mode, hot) REFERENCES sequences(tenant, key, definition, increment, ceiling, mode, hot) ON UPDATE CASCADE;
ALTER TABLE settings ADD CONSTRAINT settings_default_sequence
  FOREIGN KEY (tenant, default_sequence) REFERENCES sequences(tenant, key);
ALTER TABLE settings ADD CONSTRAINT settings_tenant_tenants_tenant_fk
  FOREIGN KEY (tenant) REFERENCES tenants(tenant);
ALTER TABLE tenants ADD CONSTRAINT tenants_live_tenant_tenants_tenant_fk
  FOREIGN KEY (live_tenant) REFERENCES tenants(tenant);

-- Functions, in the order in which they were made

CREATE OR REPLACE FUNCTION public.lot_states()
 RETURNS text[]
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN ARRAY['available'::text, 'reserved'::text, 'shipped'::text, 'consumed'::text, 'scrapped'::text];

CREATE OR REPLACE FUNCTION public.fail(code text, facts jsonb)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'SM001', MESSAGE = code, DETAIL = facts::text;
END
$function$;

CREATE OR REPLACE FUNCTION public.render_name(prefix text, number bigint, width integer, suffix text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN ((prefix || lpad((number)::text, GREATEST(width, length((number)::text)), '0'::text)) || suffix);

CREATE OR REPLACE FUNCTION public.reservation_id(sequence text, period text, first bigint)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN (((sequence || ':'::text) || CASE period WHEN ''::text THEN ''::text ELSE (period || ':'::text) END) || (first)::text);

CREATE OR REPLACE FUNCTION public.wire_time(moment timestamp with time zone)
 RETURNS text
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN to_char((moment AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'::text);

CREATE OR REPLACE FUNCTION public.enter_tenant(p_tenant text)
 RETURNS text
 LANGUAGE sql
RETURN set_config('serialmint.tenant'::text, p_tenant, true);

CREATE OR REPLACE FUNCTION public.entered_tenant()
 RETURNS text
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN current_setting('serialmint.tenant'::text, true);

CREATE OR REPLACE FUNCTION public.identify_v1(p_digest bytea)
 RETURNS TABLE(tenant text, count_per_request bigint, numbers_per_day bigint, requests_per_minute integer)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  SELECT tenant, count_per_request, numbers_per_day, requests_per_minute FROM api_keys WHERE digest = p_digest
$function$;

CREATE OR REPLACE FUNCTION public.has_scope(p_key api_keys, p_caller caller)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE
RETURN (COALESCE(((p_key).scopes && (p_caller).scopes), false) OR ('admin'::api_scope = ANY ((p_key).scopes)));

CREATE OR REPLACE FUNCTION public.is_within_limits(p_key api_keys, p_caller caller)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE
RETURN ((((p_key).sequences IS NULL) OR COALESCE(((p_caller).sequences <@ (p_key).sequences), false)) AND (((p_key).products IS NULL) OR (COALESCE(((p_caller).products <@ (p_key).products), false) AND (((p_key).sequences IS NOT NULL) OR (cardinality((p_caller).products) > 0)))));

CREATE OR REPLACE FUNCTION public.key_status(p_key api_keys)
 RETURNS text
 LANGUAGE sql
 STABLE
RETURN CASE WHEN ((p_key).revoked_at IS NOT NULL) THEN 'revoked'::text WHEN ((p_key).expires_at <= now()) THEN 'expired'::text ELSE 'active'::text END;

CREATE OR REPLACE FUNCTION public.check_key(p_key api_keys, p_caller caller)
 RETURNS void
 LANGUAGE plpgsql
 STABLE
AS $function$
BEGIN
  IF p_caller.record IS NOT NULL AND coalesce(p_key.sequences, p_key.products) IS NOT NULL THEN
    p_caller := told_by_record(p_caller, p_key.tenant);
  END IF;
  IF key_status(p_key) = 'revoked' THEN
    PERFORM fail('api_key_revoked', '{}');
  ELSIF key_status(p_key) = 'expired' THEN
    PERFORM fail('api_key_expired', jsonb_build_object('expired_at', wire_time(p_key.expires_at)));
  ELSIF NOT has_scope(p_key, p_caller) THEN
    PERFORM fail('scope_missing', jsonb_build_object('needed', p_caller.scopes, 'held', p_key.scopes));
  ELSIF NOT is_within_limits(p_key, p_caller) THEN
    PERFORM fail('api_key_limited', jsonb_build_object(
      'sequences', p_caller.sequences, 'products', p_caller.products,
      'limited_to', jsonb_build_object('sequences', p_key.sequences, 'products', p_key.products)));
  END IF;
END
$function$;

CREATE OR REPLACE FUNCTION public.is_use_old(p_used_at timestamp with time zone)
 RETURNS boolean
 LANGUAGE sql
 STABLE
RETURN COALESCE((p_used_at < (now() - '00:01:00'::interval)), true);

CREATE OR REPLACE FUNCTION public.note_use(p_tenant text, p_api_key integer)
 RETURNS void
 LANGUAGE sql
AS $function$
  UPDATE api_key_uses SET used_at = now()
  WHERE (tenant, api_key) = (
    SELECT tenant, api_key FROM api_key_uses
    WHERE tenant = p_tenant AND api_key = p_api_key AND is_use_old(used_at)
    FOR NO KEY UPDATE SKIP LOCKED
  )
$function$;

CREATE OR REPLACE FUNCTION public.caller_v1(p_caller caller, p_tenant text)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  v_key api_keys;
BEGIN
  PERFORM enter_tenant(p_tenant);
  SELECT * INTO v_key FROM api_keys WHERE digest = p_caller.digest AND tenant = p_tenant;
  IF NOT FOUND THEN
    PERFORM fail('api_key_unknown', '{}');
  END IF;
  PERFORM check_key(v_key, p_caller);
  PERFORM note_use(p_tenant, v_key.id);
  RETURN v_key.id;
END
$function$;

CREATE OR REPLACE FUNCTION public.origin_of(p_tenant text, p_api_key integer, p_address text)
 RETURNS integer
 LANGUAGE plpgsql
AS $function$
DECLARE
  v_origin integer;
BEGIN
  LOOP
    SELECT id INTO v_origin FROM origins
    WHERE tenant = p_tenant AND api_key = p_api_key AND address = coalesce(p_address, '');
    IF FOUND THEN
      RETURN v_origin;
    END IF;
    -- Waits for whoever makes it just now, and finds it when it looks again.
    INSERT INTO origins (tenant, api_key, address)
    VALUES (p_tenant, p_api_key, coalesce(p_address, ''))
    ON CONFLICT DO NOTHING;
  END LOOP;
END
$function$;

CREATE OR REPLACE FUNCTION public.key_of_origin(p_tenant text, p_origin integer)
 RETURNS integer
 LANGUAGE sql
 STABLE
RETURN (SELECT origins.api_key FROM origins WHERE ((origins.tenant = key_of_origin.p_tenant) AND (origins.id = key_of_origin.p_origin)));

CREATE OR REPLACE FUNCTION public.open_call_v1(p_caller caller, p_tenant text, p_key text, p_fingerprint bytea)
 RETURNS opened_call
 LANGUAGE plpgsql
AS $function$
DECLARE
  -- Seed 0: requests; seed 1: a tenant's products (hold_products).
  v_held boolean := pg_try_advisory_xact_lock(hashtextextended(p_tenant || ' ' || p_key, 0));
  v_call opened_call;
  v_is_plain boolean;
  v_fingerprint bytea;
BEGIN
  PERFORM enter_tenant(p_tenant);
  -- Most calls are of a key that allows them and was used within the minute: one look tells.
  SELECT k.id, o.id,
         key_status(k) = 'active' AND has_scope(k, p_caller) AND is_within_limits(k, p_caller)
           AND NOT is_use_old(u.used_at),
         coalesce(k.count_per_request, k.numbers_per_day) IS NOT NULL, r.fingerprint, r.answer
  INTO v_call.api_key, v_call.origin, v_is_plain, v_call.has_quota, v_fingerprint, v_call.answer
  FROM api_keys AS k
  LEFT JOIN origins AS o
    ON o.tenant = k.tenant AND o.api_key = k.id AND o.address = coalesce(p_caller.address, '')
  LEFT JOIN api_key_uses AS u ON u.tenant = k.tenant AND u.api_key = k.id
  LEFT JOIN requests AS r ON r.tenant = p_tenant AND r.key = p_key
  WHERE k.digest = p_caller.digest AND k.tenant = p_tenant;
  IF v_is_plain IS NOT TRUE THEN
    v_call.api_key := caller_v1(p_caller, p_tenant);
  END IF;
  IF v_fingerprint <> p_fingerprint THEN
    PERFORM fail('idempotency_key_reused', '{}');
  ELSIF v_call.answer IS NULL AND NOT v_held THEN
    PERFORM fail('request_in_flight', '{}');
  END IF;
  IF v_call.origin IS NULL AND v_call.answer IS NULL THEN
    v_call.origin := origin_of(p_tenant, v_call.api_key, p_caller.address);
  END IF;
  v_call.answer := v_call.answer || '{"replayed": true}';
  RETURN v_call;
END
$function$;

CREATE OR REPLACE FUNCTION public.answer_request_v1(p_tenant text, p_key text, p_fingerprint bytea, p_answer jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO requests (tenant, key, fingerprint, answer, expires_at)
  VALUES (p_tenant, p_key, p_fingerprint, p_answer, now() + interval '30 days');
  RETURN p_answer || '{"replayed": false}';
END
$function$;

CREATE OR REPLACE FUNCTION public.expired_requests(p_limit integer)
 RETURNS TABLE(tenant text, keys text[])
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  SELECT tenant, array_agg(key)
  FROM (
    SELECT tenant, key FROM requests WHERE expires_at < now() ORDER BY expires_at LIMIT p_limit
  ) AS expired
  GROUP BY tenant
$function$;

CREATE OR REPLACE FUNCTION public.expire_requests_v1(p_limit integer)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  v_expired record;
  v_removed bigint := 0;
BEGIN
  FOR v_expired IN SELECT * FROM expired_requests(p_limit) LOOP
    PERFORM enter_tenant(v_expired.tenant);
    WITH removed AS (
      DELETE FROM requests
      WHERE (tenant, key) IN (
        SELECT tenant, key FROM requests
        WHERE tenant = v_expired.tenant AND key = ANY (v_expired.keys) AND expires_at < now()
        FOR UPDATE SKIP LOCKED
      )
      RETURNING 1
    )
    SELECT v_removed + count(*) INTO v_removed FROM removed;
  END LOOP;
  RETURN v_removed;
END
$function$;

CREATE OR REPLACE FUNCTION public.counter_of(p_series bigint)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
RETURN ('counters.series_'::text || (p_series)::text);

CREATE OR REPLACE FUNCTION public.lock_counter(p_series bigint, p_shared boolean)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
BEGIN
  IF p_shared THEN
    PERFORM pg_advisory_xact_lock_shared((p_series >> 31)::integer, (p_series & 2147483647)::integer);
  ELSE
    PERFORM pg_advisory_xact_lock((p_series >> 31)::integer, (p_series & 2147483647)::integer);
  END IF;
END
$function$;

CREATE OR REPLACE FUNCTION public.entries_over(p_series bigint, p_from bigint, p_to bigint)
 RETURNS SETOF ledger
 LANGUAGE sql
 STABLE SECURITY DEFINER ROWS 1
 SET search_path TO 'public', 'pg_temp'
AS $function$
  SELECT * FROM ledger
  WHERE tenant = entered_tenant() AND series = p_series
    AND kind IN ('reserved', 'skip', 'fence', 'burned')
    AND int8range(first, last, '[]') && int8range(p_from, p_to, '[]')
$function$;

CREATE OR REPLACE FUNCTION public.reservations_at(p_series bigint[], p_numbers bigint[])
 RETURNS TABLE(place bigint, first bigint, form bigint)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  SELECT given.place, entry.first, entry.form
  FROM unnest(p_series, p_numbers) WITH ORDINALITY AS given (series, number, place)
  CROSS JOIN LATERAL (
    SELECT l.first, l.form FROM ledger AS l
    WHERE l.tenant = entered_tenant() AND l.series = given.series
      AND l.kind = 'reserved'
      AND int8range(l.first, l.last, '[]') @> given.number
      AND (given.number - l.first) % l.step = 0
    LIMIT 1
  ) AS entry
  WHERE (
    SELECT v.first FROM ledger AS v
    WHERE v.tenant = entered_tenant() AND v.series = given.series AND v.kind = 'void'
      AND int8range(v.first, v.last, '[]') @> given.number
    LIMIT 1
  ) IS NULL
$function$;

CREATE OR REPLACE FUNCTION public.voids_over(p_series bigint, p_from bigint, p_to bigint)
 RETURNS SETOF ledger
 LANGUAGE sql
 STABLE SECURITY DEFINER ROWS 1
 SET search_path TO 'public', 'pg_temp'
AS $function$
  SELECT * FROM ledger
  WHERE tenant = entered_tenant() AND series = p_series AND kind = 'void'
    AND int8range(first, last, '[]') && int8range(p_from, p_to, '[]')
$function$;

CREATE OR REPLACE FUNCTION public.recorded_over(p_series bigint, p_from bigint, p_to bigint)
 RETURNS SETOF int8range
 LANGUAGE sql
 STABLE SECURITY DEFINER ROWS 1
 SET search_path TO 'public', 'pg_temp'
AS $function$
  SELECT numbers FROM job_items
  WHERE tenant = entered_tenant() AND series = p_series
    AND numbers && int8range(p_from, p_to, '[]')
$function$;

CREATE OR REPLACE FUNCTION public.next_number(p_series series)
 RETURNS bigint
 LANGUAGE plpgsql
AS $function$
DECLARE
  v_last bigint;
BEGIN
  IF p_series.promoted_to IS NOT NULL THEN
    v_last := pg_sequence_last_value(p_series.promoted_to);
  END IF;
  -- A counter that has given nothing since it was made or moved has no last value; the row tells.
  RETURN coalesce(v_last + p_series.increment,
                  (SELECT next FROM series WHERE id = p_series.id));
END
$function$;

CREATE OR REPLACE FUNCTION public.last_of_counter(p_counter regclass)
 RETURNS bigint
 LANGUAGE plpgsql
AS $function$
BEGIN
  RETURN pg_sequence_last_value(p_counter);
EXCEPTION WHEN internal_error THEN
  IF SQLSTATE <> 'XX000' THEN
    RAISE;
  END IF;
  -- Whoever moved or closed the series dropped it after its row was read.
  RETURN NULL;
END
$function$;

CREATE OR REPLACE FUNCTION public.series_now(p_series bigint)
 RETURNS series
 LANGUAGE plpgsql
AS $function$
DECLARE
  v_series series;
  v_last bigint;
BEGIN
  LOOP
    SELECT * INTO v_series FROM series WHERE id = p_series;
    IF v_series.promoted_to IS NULL THEN
      RETURN v_series;
    END IF;
    v_last := last_of_counter(v_series.promoted_to);
    PERFORM FROM series AS s WHERE s.id = p_series AND s IS NOT DISTINCT FROM v_series;
    IF FOUND THEN
      v_series.next := coalesce(v_last + v_series.increment, v_series.next);
      RETURN v_series;
    END IF;
  END LOOP;
END
$function$;

CREATE OR REPLACE FUNCTION public.promote_series(p_series series)
 RETURNS regclass
 LANGUAGE plpgsql
AS $function$
DECLARE
  v_counter regclass;
BEGIN
  IF p_series.next > p_series.ceiling THEN
    RETURN NULL;
  END IF;
  EXECUTE format(
    'CREATE SEQUENCE %s AS bigint INCREMENT BY %s MINVALUE 0 MAXVALUE %s START WITH %s CACHE 1 NO CYCLE',
    counter_of(p_series.id), p_series.increment, p_series.ceiling, p_series.next
  );
  UPDATE series SET promoted_to = counter_of(id)::regclass, waits = 0 WHERE id = p_series.id
  RETURNING promoted_to INTO v_counter;
  RETURN v_counter;
END
$function$;

CREATE OR REPLACE FUNCTION public.period_end(p_reset sequence_reset, p_period text, p_fiscal_year_start text)
 RETURNS date
 LANGUAGE sql
 IMMUTABLE
RETURN CASE p_reset WHEN 'yearly'::sequence_reset THEN make_date((p_period)::integer, 12, 31) WHEN 'monthly'::sequence_reset THEN (((to_date(p_period, 'YYYY-MM'::text) + '1 mon'::interval) - '1 day'::interval))::date WHEN 'weekly'::sequence_reset THEN (to_date(p_period, 'IYYY-"W"IW'::text) + 6) WHEN 'daily'::sequence_reset THEN to_date(p_period, 'YYYY-MM-DD'::text) WHEN 'fiscal'::sequence_reset THEN (((to_date(((substr(p_period, 3) || '-'::text) || p_fiscal_year_start), 'YYYY-MM-DD'::text) + '1 year'::interval) - '1 day'::interval))::date ELSE NULL::date END;

CREATE OR REPLACE FUNCTION public.zone_named(p_time_zone text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN CASE upper(p_time_zone) WHEN 'CET'::text THEN 'Europe/Brussels'::text WHEN 'MET'::text THEN 'Europe/Brussels'::text WHEN 'EET'::text THEN 'Europe/Athens'::text WHEN 'WET'::text THEN 'Europe/Lisbon'::text ELSE p_time_zone END;

CREATE OR REPLACE FUNCTION public.period_at(p_reset sequence_reset, p_time_zone text, p_fiscal_year_start text, p_at timestamp with time zone)
 RETURNS text
 LANGUAGE sql
 STABLE
RETURN CASE p_reset WHEN 'yearly'::sequence_reset THEN to_char((p_at AT TIME ZONE zone_named(p_time_zone)), 'YYYY'::text) WHEN 'monthly'::sequence_reset THEN to_char((p_at AT TIME ZONE zone_named(p_time_zone)), 'YYYY-MM'::text) WHEN 'weekly'::sequence_reset THEN to_char((p_at AT TIME ZONE zone_named(p_time_zone)), 'IYYY-"W"IW'::text) WHEN 'daily'::sequence_reset THEN to_char((p_at AT TIME ZONE zone_named(p_time_zone)), 'YYYY-MM-DD'::text) WHEN 'fiscal'::sequence_reset THEN ('FY'::text || to_char(((p_at AT TIME ZONE zone_named(p_time_zone)) - CASE WHEN (to_char((p_at AT TIME ZONE zone_named(p_time_zone)), 'MM-DD'::text) < p_fiscal_year_start) THEN '1 year'::interval ELSE '00:00:00'::interval END), 'YYYY'::text)) ELSE ''::text END;

CREATE OR REPLACE FUNCTION public.is_period(p_reset sequence_reset, p_period text)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE
RETURN CASE WHEN (p_reset = 'prefix'::sequence_reset) THEN true WHEN (p_reset = 'never'::sequence_reset) THEN (p_period = ''::text) WHEN (p_period ~ '^(FY)?0000'::text) THEN false WHEN (p_reset = 'yearly'::sequence_reset) THEN (p_period ~ '^[0-9]{4}$'::text) WHEN (p_reset = 'fiscal'::sequence_reset) THEN (p_period ~ '^FY[0-9]{4}$'::text) WHEN (p_reset = 'monthly'::sequence_reset) THEN (p_period ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'::text) WHEN (p_reset = 'weekly'::sequence_reset) THEN CASE WHEN (p_period ~ '^[0-9]{4}-W(0[1-9]|[1-4][0-9]|5[0-3])$'::text) THEN (to_char((to_date(p_period, 'IYYY-"W"IW'::text))::timestamp with time zone, 'IYYY-"W"IW'::text) = p_period) ELSE false END WHEN (p_reset = 'daily'::sequence_reset) THEN CASE WHEN (p_period ~ '^[0-9]{4}-(0[1-9]|1[0-2])-[0-9]{2}$'::text) THEN (("right"(p_period, 2) >= '01'::text) AND ("right"(p_period, 2) <= to_char((period_end('monthly'::sequence_reset, "left"(p_period, 7), NULL::text))::timestamp with time zone, 'DD'::text))) ELSE false END ELSE NULL::boolean END;

CREATE OR REPLACE FUNCTION public.fence_end(p_sequence sequences)
 RETURNS bigint
 LANGUAGE sql
 IMMUTABLE
RETURN ((p_sequence).start + ((p_sequence).increment * LEAST((p_sequence).fence_width, ((('999999999999999999'::bigint - (p_sequence).start) / (p_sequence).increment) + 1))));

CREATE OR REPLACE FUNCTION public.first_number(p_sequence sequences, p_period text)
 RETURNS bigint
 LANGUAGE sql
 STABLE
RETURN CASE WHEN (((p_sequence).fence_width > 0) AND (((p_sequence).reset = 'prefix'::sequence_reset) OR ((p_period COLLATE "C") <= period_at((p_sequence).reset, (p_sequence).time_zone, (p_sequence).fiscal_year_start, (p_sequence).fenced_until)))) THEN fence_end(p_sequence) ELSE (p_sequence).start END;

CREATE OR REPLACE FUNCTION public.series_of(p_tenant text, p_sequence text, p_period text, p_definition uuid)
 RETURNS series
 LANGUAGE plpgsql
AS $function$
DECLARE
  v_series series;
  v_reset sequence_reset;
BEGIN
  FOR tries IN 1..2 LOOP
    SELECT * INTO v_series FROM series
    WHERE tenant = p_tenant AND sequence = p_sequence AND period = p_period;
    IF FOUND THEN
      RETURN v_series;
    END IF;
    -- No draw would ever come to it.
    SELECT reset INTO v_reset FROM sequences
    WHERE tenant = p_tenant AND key = p_sequence AND definition = p_definition
      AND NOT is_period(reset, p_period);
    IF FOUND THEN
      PERFORM fail('series_malformed', jsonb_build_object(
        'sequence', p_sequence, 'series', p_period, 'reset', v_reset));
    END IF;
    BEGIN
      -- Waits for whoever makes it just now, and finds it when it looks again.
      WITH fenced AS (
        SELECT s.*, first_number(s, p_period) AS next
        FROM sequences AS s
        WHERE tenant = p_tenant AND key = p_sequence AND definition = p_definition
          AND is_period(reset, p_period)
        -- Whoever fences the sequence just now is waited for.
        FOR SHARE
      ), made AS (
        INSERT INTO series (tenant, sequence, period, next, since, skipped, definition, increment, ceiling,
                            mode, hot, ends_on)
        SELECT tenant, key, p_period, next, start, (next - start) / increment, definition, increment, ceiling,
               mode, hot, period_end(reset, p_period, fiscal_year_start)
        FROM fenced
        ON CONFLICT (tenant, sequence, period) DO NOTHING
        RETURNING *
      )
      INSERT INTO ledger (tenant, series, first, last, step, kind, origin, reason)
      SELECT made.tenant, made.id, made.since, made.next - made.increment, made.increment, 'fence',
             fenced.fence_origin, fenced.fence_reason
      FROM made CROSS JOIN fenced
      WHERE made.next > made.since;
    EXCEPTION WHEN foreign_key_violation THEN
      -- Somebody has replaced the sequence since this statement began.
      PERFORM fail('definition_changed', jsonb_build_object('sequence', p_sequence));
    END;
  END LOOP;
  SELECT * INTO v_series FROM series
  WHERE tenant = p_tenant AND sequence = p_sequence AND period = p_period;
  IF NOT FOUND THEN
    PERFORM fail('definition_changed', jsonb_build_object('sequence', p_sequence));
  END IF;
  RETURN v_series;
END
$function$;

CREATE OR REPLACE FUNCTION public.wait_for_series(p_series bigint)
 RETURNS series
 LANGUAGE plpgsql
AS $function$
DECLARE
  v_before text := current_setting('lock_timeout');
  v_series series;
BEGIN
  PERFORM set_config('lock_timeout', '4s', true);
  SELECT * INTO v_series FROM series WHERE id = p_series FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    PERFORM fail('definition_changed', '{}');
  END IF;
  PERFORM set_config('lock_timeout', v_before, true);
  RETURN v_series;
END
$function$;

CREATE OR REPLACE FUNCTION public.last_entry(p_series series)
 RETURNS ledger
 LANGUAGE sql
 STABLE
RETURN (SELECT l.*::ledger AS l FROM ledger l WHERE ((l.tenant = (last_entry.p_series).tenant) AND (l.series = (last_entry.p_series).id) AND (l.kind = ANY (ARRAY['reserved'::ledger_kind, 'skip'::ledger_kind, 'fence'::ledger_kind, 'burned'::ledger_kind]))) ORDER BY l.first DESC LIMIT 1);

CREATE OR REPLACE FUNCTION public.behind_ledger(p_series series)
 RETURNS bigint
 LANGUAGE sql
 STABLE
RETURN (SELECT (e.last + e.step) FROM last_entry(behind_ledger.p_series) e(tenant, series, first, last, step, form, kind, origin, at, reason));

CREATE OR REPLACE FUNCTION public.reopen_series(p_series series)
 RETURNS series
 LANGUAGE plpgsql
AS $function$
DECLARE
  v_series series;
BEGIN
  UPDATE series
  SET next = greatest(next, behind_ledger(series)),
      closed_at = NULL
  WHERE id = p_series.id
  RETURNING * INTO v_series;
  RETURN v_series;
END
$function$;

CREATE OR REPLACE FUNCTION public.draw_v1(p_tenant text, p_sequence text, p_period text, p_definition uuid, p_count bigint, p_last bigint DEFAULT NULL::bigint)
 RETURNS drawn
 LANGUAGE plpgsql
AS $function$
DECLARE
  v_drawn drawn;
BEGIN
  -- The usual case in one statement: an open row that nobody holds and that has room.
  UPDATE series
  SET next = next + p_count * increment,
      waits = greatest(waits - 1, 0)
  WHERE id = (
      SELECT id FROM series
      WHERE tenant = p_tenant AND sequence = p_sequence AND period = p_period AND promoted_to IS NULL
      FOR NO KEY UPDATE SKIP LOCKED
    )
    AND NOT hot
    AND closed_at IS NULL
    AND definition = p_definition
    AND next + (p_count - 1) * increment <= least(ceiling, p_last)
  RETURNING id, period, next - p_count * increment, next - increment, increment, p_count INTO v_drawn;
  IF FOUND THEN
    RETURN v_drawn;
  END IF;
  RETURN draw_or_pass(p_tenant, p_sequence, p_period, p_definition, p_count, p_last, NULL);
END
$function$;

CREATE OR REPLACE FUNCTION public.draw_or_pass(p_tenant text, p_sequence text, p_period text, p_definition uuid, p_count bigint, p_last bigint, p_past bigint)
 RETURNS drawn
 LANGUAGE plpgsql
AS $function$
DECLARE
  -- A row is promoted when draws that had to wait for it outnumber the others by this many.
  c_patience CONSTANT smallint := 20;
  v_series series;
  v_waited boolean := false;
BEGIN
  -- Passing numbers writes to the row whichever way it counts, and takes it before the counter.
  SELECT * INTO v_series FROM series
  WHERE tenant = p_tenant AND sequence = p_sequence AND period = p_period
    AND (promoted_to IS NULL OR p_past IS NOT NULL)
  FOR NO KEY UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    v_series := series_of(p_tenant, p_sequence, p_period, p_definition);
    IF v_series.promoted_to IS NULL OR p_past IS NOT NULL THEN
      v_waited := true;
      v_series := wait_for_series(v_series.id);
    END IF;
  END IF;
  IF v_series.promoted_to IS NULL THEN
    PERFORM check_definition(v_series, p_definition);
    IF v_series.closed_at IS NOT NULL THEN
      v_series := reopen_series(v_series);
    END IF;
    IF v_series.mode = 'standard'
       AND (v_series.hot OR (v_waited AND v_series.waits >= c_patience)) THEN
      v_series.promoted_to := promote_series(v_series);
    END IF;
  END IF;
  RETURN CASE
    WHEN v_series.promoted_to IS NULL THEN draw_from_row(v_series, v_waited, p_count, p_last, p_past)
    ELSE draw_from_counter(v_series, p_definition, p_count, p_last, p_past)
  END;
END
$function$;

CREATE OR REPLACE FUNCTION public.pass_v1(p_tenant text, p_sequence text, p_period text, p_definition uuid, p_past bigint)
 RETURNS drawn
 LANGUAGE sql
AS $function$
  SELECT draw_or_pass(p_tenant, p_sequence, p_period, p_definition, NULL, NULL, p_past)
$function$;

CREATE OR REPLACE FUNCTION public.draw_from_row(p_series series, p_waited boolean, p_count bigint, p_last bigint, p_past bigint)
 RETURNS drawn
 LANGUAGE plpgsql
AS $function$
DECLARE
  v_count bigint := coalesce(p_count, numbers_to_pass(p_series, p_series.next, p_past));
BEGIN
  IF v_count > 0 THEN
    PERFORM check_room(p_series, p_series.next, v_count, p_last);
    UPDATE series
    SET next = next + v_count * increment,
        skipped = skipped + CASE WHEN p_past IS NULL THEN 0 ELSE v_count END,
        -- A gapless one is never promoted, and would count on.
        waits = CASE WHEN p_waited AND mode = 'standard' THEN waits + 1 ELSE greatest(waits - 1, 0) END
    WHERE id = p_series.id;
  END IF;
  RETURN (p_series.id, p_series.period, p_series.next,
          p_series.next + greatest(v_count - 1, 0) * p_series.increment,
          p_series.increment, v_count)::drawn;
END
$function$;

CREATE OR REPLACE FUNCTION public.draw_from_counter(p_series series, p_definition uuid, p_count bigint, p_last bigint, p_past bigint)
 RETURNS drawn
 LANGUAGE plpgsql
AS $function$
DECLARE
  v_series series;
  v_next bigint;
  v_count bigint := p_count;
  v_single boolean := p_count IS NOT DISTINCT FROM 1 AND p_last IS NULL;
BEGIN
  BEGIN
    PERFORM lock_counter(p_series.id, p_shared => v_single);
    SELECT * INTO v_series FROM series WHERE id = p_series.id;
    IF v_series.promoted_to IS NULL THEN
      -- Closed or made anew while we waited: the caller looks again.
      PERFORM fail('definition_changed', jsonb_build_object('sequence', p_series.sequence));
    END IF;
    PERFORM check_definition(v_series, p_definition);
    IF v_single THEN
      v_next := nextval(v_series.promoted_to);
    ELSE
      v_next := next_number(v_series);
      v_count := coalesce(p_count, numbers_to_pass(v_series, v_next, p_past));
      IF v_count > 0 THEN
        PERFORM check_room(v_series, v_next, v_count, p_last);
        PERFORM setval(v_series.promoted_to, v_next + (v_count - 1) * v_series.increment);
      END IF;
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'SM002';
  EXCEPTION
    WHEN SQLSTATE 'SM002' THEN
      NULL;
    WHEN sequence_generator_limit_exceeded THEN
      PERFORM check_room(v_series, v_series.ceiling + 1, 1);
  END;
  IF p_past IS NOT NULL AND v_count > 0 THEN
    UPDATE series SET skipped = skipped + v_count WHERE id = p_series.id;
  END IF;
  RETURN (p_series.id, p_series.period, v_next,
          v_next + greatest(v_count - 1, 0) * v_series.increment, v_series.increment, v_count)::drawn;
END
$function$;

CREATE OR REPLACE FUNCTION public.hold_definition(p_tenant text, p_sequence text, p_definition uuid)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
BEGIN
  PERFORM FROM sequences
  WHERE tenant = p_tenant AND key = p_sequence AND definition = p_definition
  FOR KEY SHARE;
  IF NOT FOUND THEN
    PERFORM fail('definition_changed', jsonb_build_object('sequence', p_sequence));
  END IF;
END
$function$;

CREATE OR REPLACE FUNCTION public.check_definition(p_series series, p_definition uuid)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
BEGIN
  IF p_series.definition IS DISTINCT FROM p_definition THEN
    PERFORM fail('definition_changed', jsonb_build_object('sequence', p_series.sequence));
  END IF;
END
$function$;

CREATE OR REPLACE FUNCTION public.check_room(p_series series, p_next bigint, p_count bigint, p_last bigint DEFAULT NULL::bigint)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
DECLARE
  v_last bigint := least(p_series.ceiling, p_last);
  v_room bigint := CASE
    WHEN p_next > v_last THEN 0
    ELSE (v_last - p_next) / p_series.increment + 1
  END;
BEGIN
  IF p_count > v_room THEN
    PERFORM fail('sequence_exhausted', jsonb_build_object(
      'sequence', p_series.sequence, 'series', nullif(p_series.period, ''),
      'remaining', v_room::text, 'requested', p_count::text, 'last_number', v_last::text,
      'overflow', (SELECT overflow FROM sequences
                   WHERE tenant = p_series.tenant AND key = p_series.sequence AND p_last IS NULL)
    ));
  END IF;
END
$function$;

CREATE OR REPLACE FUNCTION public.numbers_to_pass(p_series series, p_next bigint, p_past bigint)
 RETURNS bigint
 LANGUAGE sql
 IMMUTABLE
RETURN CASE WHEN (p_past < p_next) THEN (0)::bigint ELSE (((p_past - p_next) / (p_series).increment) + 1) END;

CREATE OR REPLACE FUNCTION public.form_v1(p_tenant text, p_series bigint, p_prefix text, p_width integer, p_suffix text)
 RETURNS bigint
 LANGUAGE plpgsql
AS $function$
DECLARE
  v_form bigint;
BEGIN
  LOOP
    SELECT id INTO v_form FROM forms
    WHERE tenant = p_tenant AND prefix = p_prefix AND suffix = p_suffix
      AND width = p_width AND series = p_series;
    IF FOUND THEN
      RETURN v_form;
    END IF;
    INSERT INTO forms (tenant, series, prefix, width, suffix)
    VALUES (p_tenant, p_series, p_prefix, p_width, p_suffix)
    ON CONFLICT DO NOTHING;
  END LOOP;
END
$function$;

CREATE OR REPLACE FUNCTION public.hold_counter(p_series series)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
BEGIN
  IF p_series.promoted_to IS NOT NULL THEN
    PERFORM lock_counter(p_series.id, p_shared => false);
    EXECUTE format('ALTER SEQUENCE %s NO CYCLE', p_series.promoted_to);
  END IF;
END
$function$;

CREATE OR REPLACE FUNCTION public.set_counter(p_series series, p_next bigint, p_since bigint, p_passed bigint)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
DECLARE
  v_series series;
BEGIN
  UPDATE series
  SET next = p_next,
      since = p_since,
      passed_before = p_passed,
      promoted_to = CASE WHEN p_next <= ceiling THEN promoted_to END
  WHERE id = p_series.id
  RETURNING * INTO v_series;
  IF v_series.promoted_to IS DISTINCT FROM p_series.promoted_to THEN
    EXECUTE format('DROP SEQUENCE %s', p_series.promoted_to);
  ELSIF v_series.promoted_to IS NOT NULL THEN
    EXECUTE format('ALTER SEQUENCE %s INCREMENT BY %s MAXVALUE %s START WITH %s RESTART WITH %s',
                   v_series.promoted_to, v_series.increment, v_series.ceiling, p_next, p_next);
  END IF;
END
$function$;

CREATE OR REPLACE FUNCTION public.change_patterns(p_tenant text, p_epoch bigint, p_sequences text[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
DECLARE
  v_epoch bigint;
BEGIN
  UPDATE settings SET pattern_epoch = pattern_epoch + 1
  WHERE tenant = p_tenant AND (p_epoch IS NULL OR pattern_epoch = p_epoch)
  RETURNING pattern_epoch INTO v_epoch;
  IF NOT FOUND THEN
    PERFORM fail('patterns_changed', '{}');
  END IF;
  INSERT INTO pattern_changes (tenant, epoch, sequences) VALUES (p_tenant, v_epoch, p_sequences);
  DELETE FROM pattern_changes WHERE tenant = p_tenant AND epoch <= v_epoch - 1000;
END
$function$;

CREATE OR REPLACE FUNCTION public.refuse_sharing(p_tenant text, p_product text, p_sequence text, p_overlapping text[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
DECLARE
  v_shared record;
BEGIN
  IF coalesce(cardinality(p_overlapping), 0) = 0 THEN
    RETURN;
  END IF;
  WITH taken AS (
    SELECT p.sku AS product, coalesce(p.sequence, t.default_sequence) AS sequence
    FROM products AS p
    LEFT JOIN settings AS t ON t.tenant = p.tenant
    WHERE p.tenant = p_tenant AND (p_product IS NULL OR p.sku = p_product)
    UNION
    SELECT i.product, q.key
    FROM sequences AS q
    JOIN series AS s ON s.tenant = q.tenant AND s.sequence = q.counter
    -- Only what drew or took numbers is of a series; the index by series holds no other.
    JOIN job_items AS i ON i.tenant = s.tenant AND i.series = s.id AND i.numbers IS NOT NULL
    WHERE q.tenant = p_tenant AND q.key = ANY (p_overlapping || p_sequence)
      AND (p_product IS NULL OR i.product = p_product)
      AND (q.key <> 'naming-series' OR i.presented)
  )
  SELECT other.product, other.sequence INTO v_shared
  FROM taken AS other
  WHERE other.sequence = ANY (p_overlapping)
    AND (p_product IS NOT NULL
         OR EXISTS (SELECT FROM taken AS own
                    WHERE own.product = other.product AND own.sequence = p_sequence))
  LIMIT 1;
  IF FOUND THEN
    PERFORM fail('pattern_shared', jsonb_build_object(
      'product', v_shared.product, 'sequence', p_sequence, 'other_sequence', v_shared.sequence));
  END IF;
END
$function$;

CREATE OR REPLACE FUNCTION public.passed_numbers(p_series series, p_next bigint)
 RETURNS bigint
 LANGUAGE sql
 IMMUTABLE
RETURN ((p_series).passed_before + ((p_next - (p_series).since) / (p_series).increment));

CREATE OR REPLACE FUNCTION public.last_passed(p_series series, p_next bigint)
 RETURNS bigint
 LANGUAGE sql
 STABLE
RETURN CASE WHEN (p_next > (p_series).since) THEN (p_next - (p_series).increment) WHEN ((p_series).passed_before > 0) THEN (last_entry(p_series)).last ELSE NULL::bigint END;

CREATE OR REPLACE FUNCTION public.make_naming_series(p_tenant text)
 RETURNS void
 LANGUAGE sql
AS $function$
  INSERT INTO sequences (tenant, key, dialect, pattern, width, mode, start, increment, reset, counter,
                         time_zone, fiscal_year_start, overflow, hot)
  SELECT p_tenant, 'naming-series', 'frappe', '.#####', 5, 'standard', 1, 1, 'prefix', 'naming-series',
         coalesce((SELECT time_zone FROM settings WHERE tenant = p_tenant), 'UTC'), '01-01', 'widen', false
  ON CONFLICT DO NOTHING
$function$;

CREATE OR REPLACE FUNCTION public.make_naming_series_v1(p_caller caller, p_tenant text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
BEGIN
  PERFORM caller_v1(p_caller, p_tenant);
  PERFORM make_naming_series(p_tenant);
END
$function$;

CREATE OR REPLACE FUNCTION public.bind_naming_series_v1(p_caller caller, p_tenant text, p_pattern text, p_fiscal_year_start text, p_last bigint, p_allow_overlap boolean, p_epoch bigint)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
BEGIN
  PERFORM caller_v1(p_caller, p_tenant);
  PERFORM make_naming_series(p_tenant);
  -- Waits for whoever binds the same just now, and has nothing left to do.
  INSERT INTO past_patterns (tenant, sequence, dialect, pattern, fiscal_year_start, counter, first, last,
                             allow_overlap, bound_epoch)
  VALUES (p_tenant, 'naming-series', 'frappe', p_pattern, p_fiscal_year_start, 'naming-series', 1, p_last,
          p_allow_overlap, p_epoch + 1)
  ON CONFLICT DO NOTHING;
  IF FOUND THEN
    PERFORM change_patterns(p_tenant, p_epoch, '{naming-series}');
    PERFORM record_event(p_caller, p_tenant, 'naming_series.bound', p_pattern, jsonb_build_object(
      'fiscal_year_start', p_fiscal_year_start, 'allow_overlap', p_allow_overlap));
    RETURN;
  END IF;
  UPDATE past_patterns SET allow_overlap = false, bound_epoch = p_epoch + 1
  WHERE tenant = p_tenant AND sequence = 'naming-series' AND dialect = 'frappe' AND pattern = p_pattern
    AND fiscal_year_start = p_fiscal_year_start AND counter = 'naming-series'
    AND allow_overlap AND NOT p_allow_overlap;
  IF FOUND THEN
    PERFORM change_patterns(p_tenant, p_epoch, '{naming-series}');
    PERFORM record_event(p_caller, p_tenant, 'naming_series.changed', p_pattern, jsonb_build_object(
      'before', jsonb_build_object('allow_overlap', true),
      'after', jsonb_build_object('allow_overlap', false)));
  END IF;
END
$function$;

CREATE OR REPLACE FUNCTION public.check_bound(p_tenant text, p_pattern text, p_fiscal_year_start text, p_allow_overlap boolean)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
BEGIN
  PERFORM FROM past_patterns
  WHERE tenant = p_tenant AND sequence = 'naming-series' AND dialect = 'frappe' AND pattern = p_pattern
    AND fiscal_year_start = p_fiscal_year_start AND counter = 'naming-series'
    AND (p_allow_overlap OR NOT allow_overlap);
  IF NOT FOUND THEN
    PERFORM fail('naming_series_not_bound', jsonb_build_object('series', p_pattern));
  END IF;
END
$function$;

CREATE OR REPLACE FUNCTION public.add_sequences(p_tenant text, p_sequences jsonb)
 RETURNS bigint
 LANGUAGE plpgsql
AS $function$
DECLARE
  v_added bigint;
BEGIN
  IF EXISTS (SELECT FROM jsonb_array_elements(p_sequences) AS s
             WHERE s->'fields'->>'counter' <> s->>'key') THEN
    PERFORM make_naming_series(p_tenant);
  END IF;
  INSERT INTO sequences (tenant, key, dialect, pattern, width, mode, start, increment, reset, counter,
                         time_zone, fiscal_year_start, overflow, hot, allow_overlap)
  SELECT p_tenant, s.key, f.dialect, f.pattern, f.width, f.mode, f.start, f.increment, f.reset, f.counter,
         coalesce(f.time_zone, (SELECT time_zone FROM settings WHERE tenant = p_tenant), 'UTC'),
         f.fiscal_year_start, f.overflow, f.hot, f.allow_overlap
  FROM jsonb_to_recordset(p_sequences) AS s (key text, fields jsonb)
  CROSS JOIN LATERAL jsonb_populate_record(NULL::sequences, s.fields) AS f
  ORDER BY s.key COLLATE "C"
  -- Whichever constraint meets a twin first: the key is in another one, too.
  ON CONFLICT DO NOTHING;
  GET DIAGNOSTICS v_added = ROW_COUNT;
  RETURN v_added;
END
$function$;

CREATE OR REPLACE FUNCTION public.given_under(p_sequence sequences)
 RETURNS TABLE(first bigint, last bigint)
 LANGUAGE sql
 STABLE
AS $function$
  SELECT min(one.first), CASE p_sequence.counter WHEN p_sequence.key THEN max(one.last) ELSE p_sequence.ceiling END
  FROM (
    SELECT lowest.first, highest.last
    FROM series AS s
    CROSS JOIN LATERAL (
      SELECT l.first FROM ledger AS l
      WHERE l.tenant = s.tenant AND l.series = s.id AND l.kind IN ('reserved', 'fence')
      ORDER BY l.first LIMIT 1
    ) AS lowest
    CROSS JOIN LATERAL (
      SELECT l.last FROM ledger AS l
      WHERE l.tenant = s.tenant AND l.series = s.id AND l.kind IN ('reserved', 'fence')
      ORDER BY l.first DESC LIMIT 1
    ) AS highest
    WHERE s.tenant = p_sequence.tenant AND s.sequence = p_sequence.counter
    UNION ALL
    SELECT q.start, fence_end(q) - q.increment
    FROM sequences AS q
    WHERE q.tenant = p_sequence.tenant AND q.key = p_sequence.counter AND q.fence_width > 0
  ) AS one
  HAVING count(*) > 0
$function$;

CREATE OR REPLACE FUNCTION public.note_crash(p_series series, p_next bigint, p_origin integer)
 RETURNS void
 LANGUAGE sql
AS $function$
  INSERT INTO ledger (tenant, series, first, last, step, kind, origin, reason)
  SELECT p_series.tenant, p_series.id, hole.first, hole.behind - p_series.increment, p_series.increment, 'burned',
         p_origin, 'left by a call that failed, or by a crash'
  FROM (VALUES
    -- Where it began is known as long as its increment has not changed.
    (CASE WHEN p_series.passed_before = 0 THEN p_series.since END, coalesce(
      (SELECT first FROM ledger
       WHERE tenant = p_series.tenant AND series = p_series.id AND kind IN ('reserved', 'skip', 'fence', 'burned')
       ORDER BY first LIMIT 1), p_next)),
    (behind_ledger(p_series), p_next)
  ) AS hole (first, behind)
  WHERE hole.first < hole.behind
$function$;

CREATE OR REPLACE FUNCTION public.put_sequence_v1(p_caller caller, p_tenant text, p_key text, p_fields jsonb, p_epoch bigint, p_overlapping text[], p_compared bigint DEFAULT '999999999999999999'::bigint)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  v_new sequences := jsonb_populate_record(NULL::sequences, p_fields);
  v_old sequences;
  v_held series[];
  v_series series;
  v_next bigint;
  v_last bigint;
  v_drawn boolean;
  v_fixed text[];
  v_caller integer := caller_v1(p_caller, p_tenant);
BEGIN
  IF add_sequences(p_tenant, jsonb_build_array(
       jsonb_build_object('key', p_key, 'fields', p_fields))) > 0 THEN
    PERFORM change_patterns(p_tenant, p_epoch, ARRAY[p_key]);
    PERFORM record_event(p_caller, p_tenant, 'sequence.created', key, sequence_facts(sequences))
    FROM sequences WHERE tenant = p_tenant AND key = p_key;
    RETURN 'created';
  END IF;

  -- Whoever makes a series of a new period refers to this row, and has ended or waits.
  SELECT * INTO STRICT v_old FROM sequences WHERE tenant = p_tenant AND key = p_key FOR UPDATE;
  v_new.time_zone := coalesce(v_new.time_zone, v_old.time_zone);
  IF (v_old.dialect, v_old.pattern, v_old.mode, v_old.start, v_old.increment, v_old.reset,
      v_old.counter, v_old.time_zone, v_old.fiscal_year_start, v_old.overflow, v_old.hot,
      v_old.allow_overlap)
     = (v_new.dialect, v_new.pattern, v_new.mode, v_new.start, v_new.increment, v_new.reset,
        v_new.counter, v_new.time_zone, v_new.fiscal_year_start, v_new.overflow, v_new.hot,
        v_new.allow_overlap) THEN
    RETURN 'unchanged';
  END IF;
  PERFORM change_patterns(p_tenant, p_epoch, ARRAY[p_key]);
  PERFORM refuse_sharing(p_tenant, NULL, p_key, p_overlapping);

  -- Rows before counters, in the order of series, as everybody who takes both.
  -- A series that it shares is not its own, and stays as it is.
  SELECT array_agg(held) INTO v_held
  FROM (SELECT * FROM series WHERE tenant = p_tenant AND sequence = p_key ORDER BY id FOR UPDATE) AS held;
  PERFORM hold_counter(s) FROM unnest(v_held) AS s;
  IF EXISTS (SELECT FROM given_under(v_old) AS given WHERE given.last > p_compared) THEN
    PERFORM fail('patterns_changed', '{}');
  END IF;
  -- Names made elsewhere have forms, though they may have moved no counter: they stand on the series as well.
  v_drawn := EXISTS (
    SELECT FROM unnest(v_held) AS s
    JOIN ledger AS l ON l.tenant = s.tenant AND l.series = s.id
  ) OR EXISTS (
    SELECT FROM unnest(v_held) AS s
    JOIN forms AS f ON f.tenant = s.tenant AND f.series = s.id
  );
  IF v_drawn THEN
    v_fixed := ARRAY(
      SELECT field FROM (VALUES
        ('mode', v_new.mode <> v_old.mode),
        ('start', v_new.start <> v_old.start),
        ('reset', v_new.reset <> v_old.reset),
        ('time_zone', v_new.time_zone <> v_old.time_zone),
        ('fiscal_year_start',
         v_old.reset = 'fiscal' AND v_new.fiscal_year_start <> v_old.fiscal_year_start)
      ) AS fields (field, differs)
      WHERE differs
    );
    IF cardinality(v_fixed) > 0 THEN
      PERFORM fail('sequence_fixed', jsonb_build_object('sequence', p_key, 'fields', v_fixed));
    END IF;
  END IF;

  UPDATE sequences
  SET dialect = v_new.dialect, pattern = v_new.pattern, width = v_new.width, mode = v_new.mode,
      start = v_new.start, increment = v_new.increment, reset = v_new.reset, counter = v_new.counter,
      time_zone = v_new.time_zone, fiscal_year_start = v_new.fiscal_year_start,
      overflow = v_new.overflow, hot = v_new.hot, allow_overlap = v_new.allow_overlap,
      -- A fence ends no earlier than it did.
      fence_width = CASE WHEN fence_width > 0 THEN greatest(
        fence_width, ceil((fence_end(v_old) - v_new.start)::numeric / v_new.increment)::bigint) ELSE 0 END,
      updated_at = now()
  WHERE tenant = p_tenant AND key = p_key
  RETURNING * INTO v_new;
  PERFORM record_event(p_caller, p_tenant, 'sequence.changed', p_key,
                       differences(sequence_facts(v_old), sequence_facts(v_new)));

  IF (v_old.dialect, v_old.pattern, v_old.fiscal_year_start, v_old.counter)
     <> (v_new.dialect, v_new.pattern, v_new.fiscal_year_start, v_new.counter) THEN
    INSERT INTO past_patterns (tenant, sequence, dialect, pattern, fiscal_year_start, counter, first, last)
    SELECT p_tenant, p_key, v_old.dialect, v_old.pattern, v_old.fiscal_year_start, v_old.counter, given.first,
           given.last
    FROM given_under(v_old) AS given
    ON CONFLICT (tenant, sequence, dialect, pattern, fiscal_year_start, counter)
      DO UPDATE SET first = least(past_patterns.first, excluded.first),
                    last = greatest(past_patterns.last, excluded.last);
  END IF;
  IF NOT v_drawn THEN
    -- Nothing stands on these series; the next draw makes its own.
    FOR v_series IN SELECT * FROM unnest(v_held) AS s WHERE s.promoted_to IS NOT NULL LOOP
      EXECUTE format('DROP SEQUENCE %s', v_series.promoted_to);
    END LOOP;
    DELETE FROM series WHERE tenant = p_tenant AND sequence = p_key;
    RETURN 'replaced';
  END IF;
  -- `v_held` are the series as they were: the present rows have the new policy by reference.
  FOREACH v_series IN ARRAY v_held LOOP
    v_next := next_number(v_series);
    v_last := last_passed(v_series, v_next);
    -- One that a fence has moved beyond its width already may stay there.
    IF v_last > v_new.ceiling AND v_new.ceiling < v_old.ceiling THEN
      PERFORM fail('sequence_ceiling_passed', jsonb_build_object(
        'sequence', p_key, 'last_number', v_new.ceiling::text, 'issued', v_last::text));
    END IF;
    IF v_new.increment = v_old.increment THEN
      -- A row has its new policy already.
      IF v_series.promoted_to IS NOT NULL THEN
        PERFORM set_counter(v_series, v_next, v_series.since, v_series.passed_before);
      END IF;
    ELSE
      PERFORM note_crash(v_series, v_next, origin_of(p_tenant, v_caller, p_caller.address));
      PERFORM set_counter(v_series, v_next, v_next, passed_numbers(v_series, v_next));
    END IF;
  END LOOP;
  RETURN 'replaced';
END
$function$;

CREATE OR REPLACE FUNCTION public.past_series(p_limit integer)
 RETURNS TABLE(tenant text, series bigint)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  SELECT tenant, id FROM series
  WHERE ends_on < current_date - 2 AND closed_at IS NULL
  ORDER BY id
  LIMIT p_limit
$function$;

CREATE OR REPLACE FUNCTION public.close_series_v1(p_limit integer)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET lock_timeout TO '1s'
AS $function$
DECLARE
  v_past record;
  v_series series;
  v_next bigint;
  v_closed bigint := 0;
BEGIN
  FOR v_past IN SELECT * FROM past_series(p_limit) LOOP
    PERFORM enter_tenant(v_past.tenant);
    SELECT * INTO v_series FROM series
    WHERE id = v_past.series AND closed_at IS NULL
    FOR NO KEY UPDATE SKIP LOCKED;
    CONTINUE WHEN NOT FOUND;
    BEGIN
      PERFORM hold_counter(v_series);
      v_next := next_number(v_series);
      UPDATE series SET next = v_next, promoted_to = NULL, closed_at = now() WHERE id = v_series.id;
      IF v_series.promoted_to IS NOT NULL THEN
        EXECUTE format('DROP SEQUENCE %s', v_series.promoted_to);
      END IF;
      v_closed := v_closed + 1;
    EXCEPTION WHEN lock_not_available THEN
      CONTINUE;
    END;
  END LOOP;
  RETURN v_closed;
END
$function$;

CREATE OR REPLACE FUNCTION public.is_begun(p_series series)
 RETURNS boolean
 LANGUAGE sql
 STABLE
RETURN (EXISTS (SELECT FROM ledger WHERE ((ledger.tenant = (is_begun.p_series).tenant) AND (ledger.series = (is_begun.p_series).id) AND (ledger.kind <> 'begin'::ledger_kind))));

CREATE OR REPLACE FUNCTION public.begin_at(p_series series, p_next bigint, p_origin integer, p_reason text)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
BEGIN
  PERFORM set_counter(p_series, p_next, p_next, 0);
  INSERT INTO ledger (tenant, series, first, last, step, kind, origin, reason)
  VALUES (p_series.tenant, p_series.id, p_next, p_next, p_series.increment, 'begin', p_origin, p_reason);
END
$function$;

CREATE OR REPLACE FUNCTION public.skip_to(p_series series, p_next bigint, p_to bigint, p_origin integer, p_reason text, p_kind ledger_kind DEFAULT 'skip'::ledger_kind)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
BEGIN
  PERFORM set_counter(p_series, p_to, p_series.since, p_series.passed_before);
  UPDATE series SET skipped = skipped + (p_to - p_next) / increment WHERE id = p_series.id;
  INSERT INTO ledger (tenant, series, first, last, step, kind, origin, reason)
  VALUES (p_series.tenant, p_series.id, p_next, p_to - p_series.increment, p_series.increment, p_kind,
          p_origin, p_reason);
END
$function$;

CREATE OR REPLACE FUNCTION public.advance_v1(p_caller caller, p_tenant text, p_key text, p_fingerprint bytea, p_sequence text, p_period text, p_definition uuid, p_to bigint, p_reason text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  v_call opened_call := open_call_v1(p_caller, p_tenant, p_key, p_fingerprint);
  v_series series;
  v_next bigint;
BEGIN
  IF v_call.answer IS NOT NULL THEN
    RETURN v_call.answer;
  END IF;
  PERFORM hold_quota(p_tenant, v_call.api_key);
  v_series := held_series(p_tenant, p_sequence, p_period, p_definition);
  v_next := next_number(v_series);
  IF v_series.mode = 'gapless' AND is_begun(v_series) THEN
    PERFORM fail('sequence_gapless', jsonb_build_object('sequence', p_sequence));
  ELSIF p_to <= v_next THEN
    PERFORM fail('advance_not_ahead', jsonb_build_object(
      'sequence', p_sequence, 'series', nullif(p_period, ''), 'next', v_next::text, 'to', p_to::text));
  END IF;
  PERFORM check_step(v_series, v_next, p_to);
  PERFORM check_room(v_series, v_next, (p_to - v_next) / v_series.increment + 1);
  IF v_series.mode = 'gapless' THEN
    PERFORM begin_at(v_series, p_to, v_call.origin, p_reason);
    RETURN answer_move(p_caller, p_tenant, p_key, p_fingerprint, 'sequence.advanced',
                       shown_move(v_series, v_next, p_to, p_reason));
  END IF;
  PERFORM take_numbers(p_tenant, v_call.api_key, (p_to - v_next) / v_series.increment);
  PERFORM skip_to(v_series, v_next, p_to, v_call.origin, p_reason);
  RETURN answer_move(p_caller, p_tenant, p_key, p_fingerprint, 'sequence.advanced',
                     shown_move(v_series, v_next, p_to, p_reason));
END
$function$;

CREATE OR REPLACE FUNCTION public.rewind_v1(p_caller caller, p_tenant text, p_key text, p_fingerprint bytea, p_sequence text, p_period text, p_definition uuid, p_to bigint, p_reason text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  v_call opened_call := open_call_v1(p_caller, p_tenant, p_key, p_fingerprint);
  v_series series;
  v_next bigint;
  v_reserved bigint;
  v_issued bigint;
  v_fenced bigint;
  v_behind bigint;
BEGIN
  IF v_call.answer IS NOT NULL THEN
    RETURN v_call.answer;
  END IF;
  v_series := held_series(p_tenant, p_sequence, p_period, p_definition);
  v_next := next_number(v_series);
  IF p_to >= v_next THEN
    PERFORM fail('rewind_not_behind', jsonb_build_object(
      'sequence', p_sequence, 'series', nullif(p_period, ''), 'next', v_next::text, 'to', p_to::text));
  END IF;
  -- Entries do not meet: the last of a kind is the highest, and what ends behind a reservation begins there.
  v_reserved := coalesce((
    SELECT last FROM ledger
    WHERE tenant = p_tenant AND series = v_series.id AND kind = 'reserved'
    ORDER BY first DESC LIMIT 1), -1);
  SELECT last, last + step INTO v_fenced, v_behind FROM ledger
  WHERE tenant = p_tenant AND series = v_series.id AND kind = 'fence' AND first > v_reserved
  ORDER BY first DESC LIMIT 1;
  v_issued := greatest(
    nullif(v_reserved, -1),
    -- Names of a run sort as their numbers do: the last of each is its highest.
    (SELECT max(l.number) FROM runs_of_numbers(
       p_tenant, v_series.id, NULL, p_to, least(v_next, 999999999999999999)) AS r
     CROSS JOIN LATERAL (
       SELECT number FROM lots
       WHERE tenant = p_tenant AND number IS NOT NULL
         AND name >= r.first_name COLLATE "C" AND name <= r.last_name COLLATE "C"
         AND in_run(lots, r.first_name, r.digits, r.suffix)
       ORDER BY name DESC LIMIT 1
     ) AS l));
  IF p_to <= v_fenced AND v_fenced > coalesce(v_issued, -1) THEN
    PERFORM fail('rewind_into_fence', jsonb_build_object(
      'sequence', p_sequence, 'series', nullif(p_period, ''), 'fenced', v_fenced::text,
      'behind', v_behind::text, 'next', v_next::text, 'to', p_to::text));
  ELSIF p_to <= v_issued THEN
    PERFORM fail('rewind_below_issued', jsonb_build_object(
      'sequence', p_sequence, 'series', nullif(p_period, ''), 'issued', v_issued::text,
      'to', p_to::text));
  END IF;
  PERFORM check_base(v_series, p_to);
  IF p_to < v_series.since THEN
    PERFORM begin_at(v_series, p_to, v_call.origin, p_reason);
    RETURN answer_move(p_caller, p_tenant, p_key, p_fingerprint, 'sequence.rewound',
                       shown_move(v_series, v_next, p_to, p_reason));
  END IF;
  PERFORM set_counter(v_series, p_to, v_series.since, v_series.passed_before);
  -- What was skipped from here on is open again; who skipped it, when and why stays.
  WITH before AS (
    SELECT * FROM ledger
    WHERE tenant = p_tenant AND series = v_series.id AND kind = 'skip' AND last >= p_to AND first > v_reserved
  ), kept AS (
    INSERT INTO reopened_skips (tenant, series, first, at, last, reopened_from)
    SELECT tenant, series, first, at, last, greatest(first, p_to) FROM before
  ), reopened AS (
    UPDATE ledger AS l SET kind = 'reopened'
    FROM before AS b
    WHERE l.tenant = p_tenant AND l.series = v_series.id AND l.kind = 'skip'
      AND l.first = b.first AND l.at = b.at AND b.first >= p_to
  ), cut AS (
    UPDATE ledger AS l SET last = p_to - l.step
    FROM before AS b
    WHERE l.tenant = p_tenant AND l.series = v_series.id AND l.kind = 'skip'
      AND l.first = b.first AND l.at = b.at AND b.first < p_to
  ), rest AS (
    INSERT INTO ledger (tenant, series, first, last, step, kind, origin, at, reason)
    SELECT tenant, series, p_to, last, step, 'reopened', origin, at, reason
    FROM before
    WHERE first < p_to
  )
  UPDATE series
  SET skipped = skipped - (
    SELECT coalesce(sum((b.last - greatest(b.first, p_to)) / b.step + 1), 0) FROM before AS b)
  WHERE id = v_series.id;
  INSERT INTO ledger (tenant, series, first, last, step, kind, origin, reason)
  VALUES (p_tenant, v_series.id, p_to, v_next - v_series.increment, v_series.increment, 'rewind',
          v_call.origin, p_reason);
  RETURN answer_move(p_caller, p_tenant, p_key, p_fingerprint, 'sequence.rewound',
                     shown_move(v_series, v_next, p_to, p_reason));
END
$function$;

CREATE OR REPLACE FUNCTION public.check_base(p_series series, p_to bigint)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
DECLARE
  v_start bigint := (SELECT start FROM sequences
                     WHERE tenant = p_series.tenant AND key = p_series.sequence);
  v_facts jsonb := jsonb_build_object(
    'sequence', p_series.sequence, 'series', nullif(p_series.period, ''), 'to', p_to::text);
BEGIN
  IF p_to < p_series.since AND p_series.passed_before > 0 THEN
    PERFORM fail('rewind_below_change', v_facts || jsonb_build_object('since', p_series.since::text));
  ELSIF p_to < v_start THEN
    PERFORM fail('rewind_below_start', v_facts || jsonb_build_object('start', v_start::text));
  ELSIF p_to < p_series.since AND is_begun(p_series) THEN
    PERFORM fail('rewind_below_begin', v_facts || jsonb_build_object('begin', p_series.since::text));
  END IF;
  PERFORM check_step(p_series, p_series.since, p_to, v_start);
END
$function$;

CREATE OR REPLACE FUNCTION public.held_series(p_tenant text, p_sequence text, p_period text, p_definition uuid)
 RETURNS series
 LANGUAGE plpgsql
AS $function$
DECLARE
  v_series series := wait_for_series((series_of(p_tenant, p_sequence, p_period, p_definition)).id);
BEGIN
  PERFORM check_definition(v_series, p_definition);
  IF v_series.closed_at IS NOT NULL THEN
    v_series := reopen_series(v_series);
  END IF;
  PERFORM hold_counter(v_series);
  RETURN v_series;
END
$function$;

CREATE OR REPLACE FUNCTION public.check_step(p_series series, p_from bigint, p_to bigint, p_least bigint DEFAULT 0)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
DECLARE
  v_step bigint := p_series.increment;
  v_below bigint := p_to - ((p_to - p_from) % v_step + v_step) % v_step;
BEGIN
  IF v_below <> p_to THEN
    PERFORM fail('move_between_numbers', jsonb_build_object(
      'sequence', p_series.sequence, 'to', p_to::text, 'increment', v_step::text,
      'below', CASE WHEN v_below >= p_least THEN v_below::text END,
      'above', (v_below + v_step)::text));
  END IF;
END
$function$;

CREATE OR REPLACE FUNCTION public.shown_move(p_series series, p_from bigint, p_to bigint, p_reason text)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
RETURN jsonb_build_object('sequence', (p_series).sequence, 'series', NULLIF((p_series).period, ''::text), 'from', (p_from)::text, 'to', (p_to)::text, 'reason', p_reason, 'at', wire_time(now()));

CREATE OR REPLACE FUNCTION public.answer_move(p_caller caller, p_tenant text, p_key text, p_fingerprint bytea, p_action audit_action, p_move jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
AS $function$
BEGIN
  PERFORM record_event(p_caller, p_tenant, p_action, p_move->>'sequence', p_move - '{sequence,at}'::text[]);
  RETURN answer_request_v1(p_tenant, p_key, p_fingerprint, p_move);
END
$function$;

CREATE OR REPLACE FUNCTION public.shown_reservation(sequence text, period text, first bigint, last bigint, step bigint, prefix text, width integer, suffix text, at timestamp with time zone)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
RETURN jsonb_build_object('sequence', sequence, 'series', NULLIF(period, ''::text), 'id', reservation_id(sequence, period, first), 'first', (first)::text, 'last', (last)::text, 'step', (step)::text, 'count', (((last - first) / step) + 1), 'prefix', prefix, 'width', width, 'suffix', suffix, 'created_at', wire_time(at));

CREATE OR REPLACE FUNCTION public.reservation_facts(p_entry ledger)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
RETURN (SELECT shown_reservation(s.sequence, s.period, (reservation_facts.p_entry).first, (reservation_facts.p_entry).last, (reservation_facts.p_entry).step, f.prefix, (f.width)::integer, f.suffix, (reservation_facts.p_entry).at) AS shown_reservation FROM (series s JOIN forms f ON (((f.tenant = (reservation_facts.p_entry).tenant) AND (f.id = (reservation_facts.p_entry).form)))) WHERE (s.id = (reservation_facts.p_entry).series));

CREATE OR REPLACE FUNCTION public.reserve_v1(p_caller caller, p_tenant text, p_key text, p_fingerprint bytea, p_sequence text, p_period text, p_definition uuid, p_count bigint, p_prefix text, p_width integer, p_suffix text, p_last bigint DEFAULT NULL::bigint, p_bound_by text DEFAULT NULL::text, p_bound_definition uuid DEFAULT NULL::uuid, p_pattern text DEFAULT NULL::text, p_fiscal_year_start text DEFAULT NULL::text, p_allow_overlap boolean DEFAULT false)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  v_call opened_call := open_call_v1(p_caller, p_tenant, p_key, p_fingerprint);
  v_drawn drawn;
BEGIN
  IF v_call.answer IS NOT NULL THEN
    RETURN v_call.answer;
  END IF;
  IF p_bound_by IS NOT NULL THEN
    PERFORM hold_definition(p_tenant, p_bound_by, p_bound_definition);
  END IF;
  IF p_pattern IS NOT NULL THEN
    PERFORM check_bound(p_tenant, p_pattern, p_fiscal_year_start, p_allow_overlap);
  END IF;
  IF v_call.has_quota THEN
    PERFORM take_numbers(p_tenant, v_call.api_key, p_count);
  END IF;
  v_drawn := draw_v1(p_tenant, p_sequence, p_period, p_definition, p_count, p_last);
  INSERT INTO ledger (tenant, series, first, last, step, form, kind, origin)
  VALUES (p_tenant, v_drawn.series, v_drawn.first, v_drawn.last, v_drawn.step,
          coalesce(
            (SELECT id FROM forms
             WHERE tenant = p_tenant AND prefix = p_prefix AND suffix = p_suffix AND width = p_width
               AND series = v_drawn.series),
            form_v1(p_tenant, v_drawn.series, p_prefix, p_width, p_suffix)),
          'reserved', v_call.origin);
  -- The entry's own time: both are that of the transaction.
  RETURN answer_request_v1(p_tenant, p_key, p_fingerprint, shown_reservation(
    p_sequence, v_drawn.period, v_drawn.first, v_drawn.last, v_drawn.step,
    p_prefix, p_width, p_suffix, now()));
END
$function$;

CREATE OR REPLACE FUNCTION public.lease_status(p_lease leases)
 RETURNS text
 LANGUAGE sql
 STABLE
RETURN CASE WHEN ((p_lease).closed_at IS NOT NULL) THEN 'closed'::text WHEN ((p_lease).burned_at IS NOT NULL) THEN 'burned'::text WHEN ((p_lease).expires_at <= now()) THEN 'unreported'::text ELSE 'open'::text END;

CREATE OR REPLACE FUNCTION public.rest_of_lease(p_lease leases)
 RETURNS int8multirange
 LANGUAGE sql
 IMMUTABLE
RETURN ((int8multirange(int8range((p_lease).first, ((p_lease).last + (p_lease).step))) - (p_lease).used) - (p_lease).given_back);

CREATE OR REPLACE FUNCTION public.numbers_on_lease(p_entry ledger)
 RETURNS int8multirange
 LANGUAGE sql
 STABLE
RETURN COALESCE((SELECT rest_of_lease(l.*) AS rest_of_lease FROM leases l WHERE ((l.tenant = (numbers_on_lease.p_entry).tenant) AND (l.series = (numbers_on_lease.p_entry).series) AND (l.first = (numbers_on_lease.p_entry).first))), '{}'::int8multirange);

CREATE OR REPLACE FUNCTION public.open_numbers(p_entry ledger)
 RETURNS int8multirange
 LANGUAGE sql
 STABLE
RETURN (((int8multirange(int8range((p_entry).first, ((p_entry).last + (p_entry).step))) - COALESCE((SELECT range_agg(int8range(v.first, (v.last + v.step))) AS range_agg FROM voids_over((open_numbers.p_entry).series, (open_numbers.p_entry).first, (open_numbers.p_entry).last) v(tenant, series, first, last, step, form, kind, origin, at, reason)), '{}'::int8multirange)) - COALESCE((SELECT range_agg(numbers.numbers) AS range_agg FROM recorded_over((open_numbers.p_entry).series, (open_numbers.p_entry).first, (open_numbers.p_entry).last) numbers(numbers)), '{}'::int8multirange)) - numbers_on_lease(p_entry));

CREATE OR REPLACE FUNCTION public.lock_reservation(p_tenant text, p_sequence text, p_period text, p_first bigint)
 RETURNS ledger
 LANGUAGE plpgsql
AS $function$
DECLARE
  v_entry ledger;
BEGIN
  SELECT l.* INTO v_entry
  FROM series AS s
  JOIN ledger AS l ON l.tenant = s.tenant AND l.series = s.id
  WHERE s.tenant = p_tenant AND s.sequence = p_sequence AND s.period = p_period
    AND l.first = p_first AND l.kind = 'reserved'
  FOR UPDATE OF l;
  RETURN v_entry;
END
$function$;

CREATE OR REPLACE FUNCTION public.void_numbers(p_entry ledger, p_stretches int8multirange, p_origin integer, p_reason text)
 RETURNS void
 LANGUAGE sql
AS $function$
  INSERT INTO ledger (tenant, series, first, last, step, form, kind, origin, reason)
  SELECT p_entry.tenant, p_entry.series, lower(stretch), upper(stretch) - p_entry.step, p_entry.step,
         p_entry.form, 'void', p_origin, p_reason
  FROM unnest(p_stretches) AS stretch
$function$;

CREATE OR REPLACE FUNCTION public.is_drawn_by(p_entry ledger, p_api_key integer)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$
  WITH RECURSIVE own AS (
    SELECT p_api_key AS id
    UNION
    SELECT k.id FROM api_keys AS k JOIN own ON k.tenant = p_entry.tenant AND k.replaced_by = own.id
  )
  SELECT EXISTS (
    SELECT FROM origins AS o JOIN own ON own.id = o.api_key
    WHERE o.tenant = p_entry.tenant AND o.id = p_entry.origin)
$function$;

CREATE OR REPLACE FUNCTION public.refuse_another(p_entry ledger, p_api_key integer, p_reservation text)
 RETURNS void
 LANGUAGE plpgsql
 STABLE
AS $function$
BEGIN
  IF is_drawn_by(p_entry, p_api_key) THEN
    RETURN;
  END IF;
  PERFORM FROM api_keys
  WHERE tenant = p_entry.tenant AND id = p_api_key AND scopes && '{sequences:write,admin}';
  IF NOT FOUND THEN
    PERFORM fail('reservation_of_another', jsonb_build_object('reservation', p_reservation));
  END IF;
END
$function$;

CREATE OR REPLACE FUNCTION public.void_v1(p_caller caller, p_tenant text, p_key text, p_fingerprint bytea, p_sequence text, p_period text, p_first bigint, p_from bigint, p_to bigint, p_reason text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  v_call opened_call := open_call_v1(p_caller, p_tenant, p_key, p_fingerprint);
  v_entry ledger;
  v_open int8multirange;
  v_wanted int8multirange;
BEGIN
  IF v_call.answer IS NOT NULL THEN
    RETURN v_call.answer;
  END IF;
  v_entry := lock_reservation(p_tenant, p_sequence, p_period, p_first);
  IF v_entry.first IS NULL THEN
    PERFORM fail('reservation_not_found', jsonb_build_object(
      'reservation', reservation_id(p_sequence, p_period, p_first)));
  END IF;
  PERFORM refuse_another(v_entry, v_call.api_key, reservation_id(p_sequence, p_period, p_first));
  v_open := open_numbers(v_entry);
  v_wanted := v_open;
  IF p_from IS NOT NULL THEN
    PERFORM check_in_run(v_entry, p_from, p_to);
    v_wanted := int8multirange(int8range(p_from, p_to + v_entry.step));
  END IF;
  PERFORM refuse_used(v_entry, v_open, v_wanted);
  PERFORM void_numbers(v_entry, v_wanted, v_call.origin, p_reason);
  PERFORM record_event(
    p_caller, p_tenant, 'reservation.voided', reservation_id(p_sequence, p_period, p_first),
    jsonb_build_object('reason', p_reason, 'voided',
                       jsonb_path_query_array(run_list(v_wanted, v_entry.step), '$[0 to 9]')));
  RETURN answer_request_v1(p_tenant, p_key, p_fingerprint, jsonb_build_object(
    'reservation', reservation_id(p_sequence, p_period, p_first),
    'reason', p_reason,
    'voided', run_list(v_wanted, v_entry.step)
  ));
END
$function$;

CREATE OR REPLACE FUNCTION public.check_in_run(p_entry ledger, p_from bigint, p_to bigint)
 RETURNS void
 LANGUAGE plpgsql
 STABLE
AS $function$
BEGIN
  IF p_from > p_to OR p_from < p_entry.first OR p_to > p_entry.last
     OR (p_from - p_entry.first) % p_entry.step <> 0 OR (p_to - p_entry.first) % p_entry.step <> 0 THEN
    PERFORM fail('reservation_range', jsonb_build_object(
      'reservation', reservation_facts(p_entry)->>'id',
      'first', p_entry.first::text, 'last', p_entry.last::text, 'step', p_entry.step::text,
      'from', p_from::text, 'to', p_to::text
    ));
  END IF;
END
$function$;

CREATE OR REPLACE FUNCTION public.run_list(p_stretches int8multirange, p_step bigint)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE
RETURN (SELECT COALESCE(jsonb_agg(jsonb_build_object('first', (lower(stretch.stretch))::text, 'last', ((upper(stretch.stretch) - run_list.p_step))::text, 'count', ((upper(stretch.stretch) - lower(stretch.stretch)) / run_list.p_step)) ORDER BY stretch.stretch), '[]'::jsonb) AS "coalesce" FROM unnest(run_list.p_stretches) stretch(stretch));

CREATE OR REPLACE FUNCTION public.refuse_used(p_entry ledger, p_open int8multirange, p_wanted int8multirange)
 RETURNS void
 LANGUAGE plpgsql
 STABLE
AS $function$
DECLARE
  v_held int8multirange;
BEGIN
  IF p_open @> p_wanted AND NOT isempty(p_open) THEN
    RETURN;
  END IF;
  -- What is open to the caller, who holds the lease, stands in nobody's way.
  v_held := numbers_on_lease(p_entry) - p_open;
  IF v_held && p_wanted OR (isempty(p_wanted) AND NOT isempty(v_held)) THEN
    PERFORM fail('reservation_on_lease', (
      SELECT jsonb_build_object(
        'reservation', reservation_facts(p_entry)->>'id', 'lease', id, 'holder', holder)
      FROM leases
      WHERE tenant = p_entry.tenant AND series = p_entry.series AND first = p_entry.first));
  END IF;
  PERFORM fail('reservation_used', reservation_use(p_entry, p_open, p_wanted));
END
$function$;

CREATE OR REPLACE FUNCTION public.reservation_use(p_entry ledger, p_open int8multirange, p_wanted int8multirange)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
RETURN jsonb_build_object('reservation', (reservation_facts(p_entry) ->> 'id'::text), 'used', jsonb_path_query_array(run_list(CASE WHEN isempty(p_wanted) THEN int8multirange(int8range((p_entry).first, ((p_entry).last + (p_entry).step))) ELSE (p_wanted - p_open) END, (p_entry).step), '$[0 to 9]'::jsonpath), 'open', jsonb_path_query_array(run_list(p_open, (p_entry).step), '$[0 to 9]'::jsonpath));

CREATE OR REPLACE FUNCTION public.counter_v1(p_tenant text, p_sequence text, p_period text)
 RETURNS TABLE(next bigint, issued bigint, remaining bigint)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  v_sequence sequences;
  v_series series;
BEGIN
  SELECT * INTO v_sequence FROM sequences WHERE tenant = p_tenant AND key = p_sequence;
  v_series := series_now((
    SELECT id FROM series
    WHERE tenant = p_tenant AND sequence = v_sequence.counter AND period = p_period));
  next := coalesce(v_series.next, (
    SELECT first_number(q, p_period) FROM sequences AS q
    WHERE q.tenant = p_tenant AND q.key = v_sequence.counter));
  issued := coalesce(passed_numbers(v_series, next) - v_series.skipped, 0);
  remaining := CASE WHEN next > v_sequence.ceiling THEN 0
    ELSE (v_sequence.ceiling - next) / v_sequence.increment + 1 END;
  IF next > v_sequence.ceiling THEN
    next := NULL;
  END IF;
  RETURN NEXT;
END
$function$;

CREATE OR REPLACE FUNCTION public.is_drawing(p_series series)
 RETURNS boolean
 LANGUAGE sql
 STABLE
RETURN (EXISTS (SELECT FROM pg_locks WHERE ((pg_locks.locktype = 'relation'::text) AND pg_locks.granted AND (pg_locks.mode = 'RowExclusiveLock'::text) AND (pg_locks.database = (SELECT pg_database.oid FROM pg_database WHERE (pg_database.datname = current_database()))) AND (pg_locks.relation = ((is_drawing.p_series).promoted_to)::oid) AND (pg_locks.pid <> pg_backend_pid()))));

CREATE OR REPLACE FUNCTION public.account_v1(p_tenant text, p_sequence text, p_period text)
 RETURNS json
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  c_passed CONSTANT ledger_kind[] := '{reserved,skip,fence,burned}';
  v_sequence sequences;
  v_counter sequences;
  v_period text;
  v_next bigint;
  v_series series;
  v_drawing boolean;
  v_sums record;
  v_sum record;
  v_left bigint;
BEGIN
  SELECT * INTO v_sequence FROM sequences WHERE tenant = p_tenant AND key = p_sequence;
  SELECT * INTO v_counter FROM sequences WHERE tenant = p_tenant AND key = v_sequence.counter;
  v_period := coalesce(p_period, CASE WHEN v_sequence.reset <> 'prefix' THEN
    period_at(v_sequence.reset, v_sequence.time_zone, v_sequence.fiscal_year_start, now()) END);
  v_next := CASE WHEN v_period IS NOT NULL THEN first_number(v_counter, v_period) END;
  SELECT 0::numeric AS passed, 0::numeric AS reserved, 0::numeric AS taken, 0::numeric AS on_lease,
         0::numeric AS unreported, 0::numeric AS given_back, 0::numeric AS voided, 0::numeric AS skipped,
         0::numeric AS burned, 0::numeric AS in_flight
  INTO v_sums;
  FOR v_series IN
    SELECT * FROM series
    WHERE tenant = p_tenant AND sequence = v_counter.key AND (p_period IS NULL OR period = p_period)
    ORDER BY id
  LOOP
    v_drawing := false;
    IF v_series.promoted_to IS NOT NULL THEN
      v_series := series_now(v_series.id);
      v_drawing := is_drawing(v_series);
    END IF;
    -- One statement, so that these belong together.
    SELECT seen.behind, passed_numbers(s, seen.behind) AS passed, entry.*, lease.*, item.*
    INTO v_sum
    FROM series AS s
    CROSS JOIN LATERAL (
      SELECT CASE WHEN v_series.promoted_to IS NULL THEN s.next ELSE v_series.next END AS next
    ) AS counter
    CROSS JOIN LATERAL (
      -- A counter that came back older than the ledger may stand amidst an entry.
      SELECT greatest(counter.next, (
        SELECT last + step FROM ledger
        WHERE tenant = p_tenant AND series = s.id AND kind = ANY (c_passed) AND first < counter.next
        ORDER BY first DESC LIMIT 1)) AS behind
    ) AS seen
    CROSS JOIN LATERAL (
      SELECT coalesce(sum((last - first) / step + 1) FILTER (WHERE kind = 'reserved'), 0) AS reserved,
             coalesce(sum((last - first) / step + 1) FILTER (WHERE kind = 'void'), 0) AS void,
             coalesce(sum((last - first) / step + 1) FILTER (WHERE kind IN ('skip', 'fence')), 0) AS skipped,
             coalesce(sum((last - first) / step + 1) FILTER (WHERE kind = 'burned'), 0) AS crashed
      FROM ledger
      WHERE tenant = p_tenant AND series = s.id AND first < seen.behind
    ) AS entry
    CROSS JOIN LATERAL (
      SELECT coalesce(sum(open) FILTER (WHERE lease_status(l) = 'open'), 0) AS on_lease,
             coalesce(sum(open) FILTER (WHERE lease_status(l) = 'unreported'), 0) AS unreported,
             coalesce(sum(open) FILTER (WHERE lease_status(l) = 'burned'), 0) AS never_reported,
             coalesce(sum(returned), 0) AS given_back
      FROM leases AS l
      WHERE tenant = p_tenant AND series = s.id AND first < seen.behind
    ) AS lease
    CROSS JOIN LATERAL (
      SELECT coalesce(sum((upper(numbers) - lower(numbers)) / step - skipped), 0) AS taken
      FROM job_items
      WHERE series = s.id AND lower(numbers) < seen.behind
    ) AS item
    WHERE s.id = v_series.id;
    CONTINUE WHEN NOT FOUND;
    IF v_series.period = v_period THEN
      v_next := v_sum.behind;
    END IF;
    v_left := v_sum.passed - v_sum.reserved - v_sum.skipped - v_sum.crashed;
    v_sums.passed := v_sums.passed + v_sum.passed;
    v_sums.reserved := v_sums.reserved + v_sum.reserved - v_sum.never_reported;
    v_sums.taken := v_sums.taken + v_sum.taken;
    v_sums.on_lease := v_sums.on_lease + v_sum.on_lease;
    v_sums.unreported := v_sums.unreported + v_sum.unreported;
    v_sums.given_back := v_sums.given_back + v_sum.given_back;
    v_sums.voided := v_sums.voided + v_sum.void - v_sum.given_back;
    v_sums.skipped := v_sums.skipped + v_sum.skipped;
    v_sums.burned := v_sums.burned + v_sum.crashed + v_sum.never_reported;
    IF v_drawing THEN
      v_sums.in_flight := v_sums.in_flight + v_left;
    ELSE
      v_sums.burned := v_sums.burned + v_left;
    END IF;
  END LOOP;
  RETURN json_build_object(
    'sequence', v_counter.key,
    'series', nullif(p_period, ''),
    'passed', v_sums.passed::text,
    'reserved', v_sums.reserved::text,
    'taken', v_sums.taken::text,
    'open', (v_sums.reserved - v_sums.taken - v_sums.on_lease - v_sums.unreported - v_sums.given_back
             - v_sums.voided)::text,
    'on_lease', v_sums.on_lease::text,
    'unreported', v_sums.unreported::text,
    'given_back', v_sums.given_back::text,
    'voided', v_sums.voided::text,
    'skipped', v_sums.skipped::text,
    'burned', v_sums.burned::text,
    'in_flight', v_sums.in_flight::text,
    'next', CASE WHEN v_next <= v_sequence.ceiling THEN v_next::text END
  );
END
$function$;

CREATE OR REPLACE FUNCTION public.runs_of_entry(p_entry ledger, p_behind bigint)
 RETURNS SETOF account_run
 LANGUAGE plpgsql
 STABLE
AS $function$
DECLARE
  v_first bigint := CASE WHEN p_entry.first <= p_behind THEN p_behind + p_entry.step ELSE p_entry.first END;
  v_whole int8multirange;
  v_lease leases;
  v_status text;
  v_used int8multirange;
  v_given_back int8multirange;
  v_void int8multirange;
  v_taken int8multirange;
  v_rest int8multirange;
BEGIN
  IF v_first > p_entry.last THEN
    RETURN;
  END IF;
  IF p_entry.kind <> 'reserved' THEN
    RETURN QUERY SELECT v_first, p_entry.last, p_entry.step,
      CASE p_entry.kind WHEN 'skip' THEN 'skipped' WHEN 'fence' THEN 'fenced' ELSE p_entry.kind::text END,
      p_entry.reason, NULL::bigint, NULL::bigint, NULL::uuid, NULL, p_entry.at;
    RETURN;
  END IF;
  SELECT * INTO v_lease FROM leases
  WHERE tenant = p_entry.tenant AND series = p_entry.series AND first = p_entry.first;
  v_status := lease_status(v_lease);
  v_whole := int8multirange(int8range(v_first, p_entry.last + p_entry.step));
  -- Made anew, since a long one lies compressed in its row: that would be read and unpacked for each void below.
  v_given_back := v_lease.given_back * v_whole;
  v_used := coalesce(v_lease.used * v_whole, v_whole);
  SELECT coalesce(range_agg(int8range(v.first, v.last + v.step)), '{}') INTO v_void
  FROM voids_over(p_entry.series, v_first, p_entry.last) AS v;
  SELECT coalesce(range_agg(numbers), '{}') * v_whole - v_void INTO v_taken
  FROM recorded_over(p_entry.series, v_first, p_entry.last) AS numbers;
  v_rest := v_whole - v_void - v_taken;
  RETURN QUERY
  SELECT part.first, part.last, p_entry.step, part.state, part.reason, p_entry.first, p_entry.form, v_lease.id,
         v_lease.holder, part.at
  FROM (
    SELECT greatest(v.first, v_first) AS first, v.last,
           CASE WHEN v_given_back @> v.last THEN 'given_back' ELSE 'voided' END AS state, v.reason, v.at
    FROM voids_over(p_entry.series, v_first, p_entry.last) AS v
    UNION ALL
    SELECT lower(stretch), upper(stretch) - p_entry.step, 'taken', NULL, p_entry.at
    FROM unnest(v_taken) AS stretch
    UNION ALL
    SELECT lower(stretch), upper(stretch) - p_entry.step, 'open', NULL, p_entry.at
    FROM unnest(v_rest * v_used) AS stretch
    UNION ALL
    SELECT lower(stretch), upper(stretch) - p_entry.step,
           CASE v_status WHEN 'open' THEN 'on_lease' ELSE v_status END,
           CASE v_status WHEN 'burned'
                         THEN coalesce(v_lease.burn_reason, 'never reported by the holder of the lease') END,
           CASE v_status WHEN 'open' THEN p_entry.at WHEN 'burned' THEN v_lease.burned_at
                         ELSE v_lease.expires_at END
    FROM unnest(v_rest - v_used) AS stretch
  ) AS part
  ORDER BY part.first;
END
$function$;

CREATE OR REPLACE FUNCTION public.run_without_entry(p_first bigint, p_end bigint, p_step bigint, p_drawing boolean)
 RETURNS SETOF account_run
 LANGUAGE sql
 IMMUTABLE ROWS 1
AS $function$
  SELECT p_first, p_first + ((p_end - p_first - 1) / p_step) * p_step, p_step,
         CASE WHEN p_drawing THEN 'in_flight' ELSE 'burned' END,
         CASE WHEN NOT p_drawing THEN 'left by a call that failed, or by a crash' END,
         NULL::bigint, NULL::bigint, NULL::uuid, NULL, NULL::timestamptz
  WHERE p_first < p_end
$function$;

CREATE OR REPLACE FUNCTION public.marked_entries(p_entries ledger[])
 RETURNS SETOF bigint
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  SELECT entry.first FROM unnest(p_entries) AS entry
  WHERE (
      SELECT v.first FROM ledger AS v
      WHERE v.tenant = entered_tenant() AND v.series = entry.series AND v.kind = 'void'
        AND int8range(v.first, v.last, '[]') && int8range(entry.first, entry.last, '[]')
      LIMIT 1
    ) IS NOT NULL
    OR (
      SELECT item.series FROM job_items AS item
      WHERE item.tenant = entered_tenant() AND item.series = entry.series
        AND item.numbers && int8range(entry.first, entry.last, '[]')
      LIMIT 1
    ) IS NOT NULL
    OR (
      SELECT l.first FROM leases AS l
      WHERE l.tenant = entered_tenant() AND l.series = entry.series AND l.first = entry.first
    ) IS NOT NULL
$function$;

CREATE OR REPLACE FUNCTION public.account_runs_of(p_series series, p_behind bigint, p_limit integer)
 RETURNS SETOF account_run
 LANGUAGE plpgsql
AS $function$
DECLARE
  c_passed CONSTANT ledger_kind[] := '{reserved,skip,fence,burned}';
  v_drawing boolean := is_drawing(p_series);
  v_end bigint;
  -- Where the next entry begins if nothing is between: at first, where the series does, as far as its row tells.
  v_due bigint;
  v_entries ledger[];
  v_next record;
  v_entry ledger;
  v_left integer := p_limit;
  v_given integer;
BEGIN
  SELECT counter.next, CASE WHEN s.passed_before = 0 THEN s.since END, ARRAY(
    SELECT l FROM ledger AS l
    WHERE l.tenant = p_series.tenant AND l.series = p_series.id AND l.kind = ANY (c_passed)
      -- From the entry on that holds `p_behind`, or what is before the hole that does.
      AND l.first >= coalesce((
        SELECT held.first FROM ledger AS held
        WHERE held.tenant = p_series.tenant AND held.series = p_series.id AND held.kind = ANY (c_passed)
          AND held.first <= p_behind
        ORDER BY held.first DESC LIMIT 1), 0)
      AND l.first < counter.next
    ORDER BY l.first
    -- Each has a run at least, but that the first one may lie behind.
    LIMIT p_limit + 2
  )
  INTO v_end, v_due, v_entries
  FROM series AS s
  CROSS JOIN LATERAL (
    SELECT CASE WHEN p_series.promoted_to IS NULL THEN s.next ELSE p_series.next END AS next
  ) AS counter
  WHERE s.id = p_series.id;
  FOR v_next IN
    SELECT entry, entry.kind = 'reserved' AND marked.first IS NULL AS is_plain
    FROM unnest(v_entries) AS entry
    LEFT JOIN marked_entries(v_entries) AS marked (first) ON marked.first = entry.first
    ORDER BY entry.first
  LOOP
    v_entry := v_next.entry;
    IF v_next.is_plain AND v_entry.first = v_due AND (p_behind IS NULL OR v_entry.first > p_behind) THEN
      -- As most are: a query for each of them would take most of the time.
      RETURN NEXT (v_entry.first, v_entry.last, v_entry.step, 'open', NULL, v_entry.first, v_entry.form, NULL, NULL,
                   v_entry.at)::account_run;
      v_given := 1;
    ELSE
      RETURN QUERY
      -- One that has grown since the last page goes on behind it.
      SELECT CASE WHEN run.first <= p_behind THEN p_behind + run.step ELSE run.first END, run.last, run.step,
             run.state, run.reason, run.reserved_first, run.form, run.lease, run.holder, run.at
      FROM (
        -- A change of the increment leaves no hole behind it, so that this one is of the steps that follow.
        SELECT * FROM run_without_entry(v_due, v_entry.first, v_entry.step, v_drawing)
        UNION ALL
        SELECT * FROM runs_of_entry(v_entry, p_behind)
      ) AS run
      WHERE p_behind IS NULL OR run.last > p_behind
      ORDER BY run.first
      LIMIT v_left;
      GET DIAGNOSTICS v_given = ROW_COUNT;
    END IF;
    v_left := v_left - v_given;
    IF v_left = 0 THEN
      RETURN;
    END IF;
    v_due := v_entry.last + v_entry.step;
  END LOOP;
  RETURN QUERY
  SELECT gap.*
  FROM run_without_entry(v_due, v_end, p_series.increment, v_drawing) AS gap
  WHERE p_behind IS NULL OR gap.last > p_behind;
END
$function$;

CREATE OR REPLACE FUNCTION public.account_runs_v1(p_tenant text, p_sequence text, p_period text, p_series bigint, p_behind bigint, p_limit integer)
 RETURNS TABLE(series text, state text, first text, last text, step text, count bigint, first_name text, last_name text, reservation text, lease text, holder text, reason text, at text, place text)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  v_series series;
  v_run account_run;
  v_left integer := p_limit;
BEGIN
  FOR v_series IN
    SELECT s.* FROM series AS s
    WHERE s.tenant = p_tenant
      AND s.sequence = (SELECT q.counter FROM sequences AS q WHERE q.tenant = p_tenant AND q.key = p_sequence)
      AND (p_period IS NULL OR s.period = p_period)
      AND (p_series IS NULL OR s.id >= p_series)
    ORDER BY s.id
  LOOP
    v_series := series_now(v_series.id);
    CONTINUE WHEN v_series.id IS NULL;
    FOR v_run IN
      SELECT * FROM account_runs_of(v_series, CASE v_series.id WHEN p_series THEN p_behind END, v_left)
    LOOP
      v_left := v_left - 1;
      RETURN QUERY SELECT
        nullif(v_series.period, ''), v_run.state, v_run.first::text, v_run.last::text, v_run.step::text,
        (v_run.last - v_run.first) / v_run.step + 1,
        render_name(f.prefix, v_run.first, f.width, f.suffix),
        render_name(f.prefix, v_run.last, f.width, f.suffix),
        CASE WHEN v_run.reserved_first IS NOT NULL
             THEN reservation_id(v_series.sequence, v_series.period, v_run.reserved_first) END,
        v_run.lease::text, v_run.holder, v_run.reason, wire_time(v_run.at), v_series.id || ' ' || v_run.last
      FROM (SELECT 1) AS one
      LEFT JOIN forms AS f ON f.tenant = p_tenant AND f.id = v_run.form;
    END LOOP;
    EXIT WHEN v_left = 0;
  END LOOP;
END
$function$;

CREATE OR REPLACE FUNCTION public.nth_name(p_item job_items, p_nth bigint)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
RETURN CASE WHEN ((p_item).names IS NULL) THEN render_name((p_item).prefix, ((p_item).first + ((p_nth - 1) * (p_item).step)), ((p_item).width)::integer, (p_item).suffix) ELSE (p_item).names[p_nth] END;

CREATE OR REPLACE FUNCTION public.shown_job(p_job jobs, p_items job_items[])
 RETURNS jsonb
 LANGUAGE sql
 STABLE
RETURN jsonb_build_object('id', (p_job).id, 'status', (p_job).status, 'total', (((p_job).given + (p_job).chunked) - (p_job).put_off), 'done', ((((p_job).given + (p_job).cursor) - (p_job).put_off) - (p_job).skipped), 'skipped', (p_job).skipped, 'cursor', (p_job).cursor, 'chunked', (p_job).chunked, 'error', (p_job).error, 'created_at', wire_time((p_job).created_at), 'started_at', wire_time((p_job).started_at), 'finished_at', wire_time((p_job).finished_at), 'elapsed_s', (EXTRACT(epoch FROM (COALESCE((p_job).finished_at, clock_timestamp()) - (p_job).started_at)))::double precision, 'lease_left_s', (EXTRACT(epoch FROM ((p_job).lease_until - clock_timestamp())))::double precision, 'items', COALESCE((SELECT jsonb_agg(jsonb_build_object('product', i.product, 'count', i.count, 'done', (worked.off - i.skipped), 'skipped', i.skipped, 'first_name', nth_name(i.*, (1)::bigint), 'last_name', nth_name(i.*, i.count), 'reservation', CASE WHEN (i.reservation IS NOT NULL) THEN reservation_id(s.sequence, s.period, i.reservation) ELSE NULL::text END) ORDER BY i.ordinal) AS jsonb_agg FROM ((unnest(shown_job.p_items) i(tenant, id, job, ordinal, stands_for, product, series, reservation, presented, numbers, prefix, width, suffix, first, step, numbered, names, name_numbers, name_quantities, name_expiries, count, start, skipped, quantity, produced_on, expires_on, location, attributes) LEFT JOIN series s ON ((s.id = i.series))) CROSS JOIN LATERAL (SELECT CASE WHEN (i.names IS NOT NULL) THEN i.count ELSE LEAST(GREATEST(((shown_job.p_job).cursor - i.start), (0)::bigint), i.count) END AS off) worked)), '[]'::jsonb));

CREATE OR REPLACE FUNCTION public.items_of_job(p_tenant text, p_job uuid)
 RETURNS job_items[]
 LANGUAGE plpgsql
 STABLE
AS $function$
DECLARE
  v_items job_items[];
BEGIN
  EXECUTE 'SELECT array_agg(i ORDER BY i.ordinal) FROM job_items AS i WHERE i.tenant = $1 AND i.job = $2'
  INTO v_items
  USING p_tenant, p_job;
  RETURN v_items;
END
$function$;

CREATE OR REPLACE FUNCTION public.job_facts(p_tenant text, p_job uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
RETURN (SELECT shown_job(j.*, CASE WHEN (NOT (EXISTS (SELECT FROM imports i WHERE ((i.tenant = j.tenant) AND (i.id = j.id))))) THEN items_of_job(j.tenant, j.id) ELSE NULL::job_items[] END) AS shown_job FROM jobs j WHERE ((j.tenant = job_facts.p_tenant) AND (j.id = job_facts.p_job)));

CREATE OR REPLACE FUNCTION public.advance_job(p_tenant text, p_job uuid, p_token uuid, p_from bigint, p_size bigint, p_lease interval)
 RETURNS jobs
 LANGUAGE sql
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.run_chunk_v1(p_tenant text, p_job uuid, p_token uuid, p_from bigint, p_size bigint, p_lease interval)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.record_units(p_job jobs, p_items job_items[], p_from bigint)
 RETURNS bigint
 LANGUAGE plpgsql
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.units_of(p_item job_items, p_from bigint, p_to bigint)
 RETURNS SETOF bigint
 LANGUAGE sql
 IMMUTABLE ROWS 20000
AS $function$
  SELECT generate_series(
    p_item.first + greatest(p_from - p_item.start, 0) * p_item.step,
    p_item.first + (least(p_to - p_item.start, p_item.count) - 1) * p_item.step,
    p_item.step
  )
$function$;

CREATE OR REPLACE FUNCTION public.record_around_foreign_names(p_job jobs, p_items job_items[], p_from bigint)
 RETURNS bigint
 LANGUAGE plpgsql
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.units_in(p_items job_items[])
 RETURNS bigint
 LANGUAGE sql
 IMMUTABLE
RETURN (SELECT (COALESCE(sum(unnest.count), (0)::numeric))::bigint AS "coalesce" FROM unnest(units_in.p_items) unnest(tenant, id, job, ordinal, stands_for, product, series, reservation, presented, numbers, prefix, width, suffix, first, step, numbered, names, name_numbers, name_quantities, name_expiries, count, start, skipped, quantity, produced_on, expires_on, location, attributes));

CREATE OR REPLACE FUNCTION public.taken_ahead(p_item job_items, p_series series, p_limit bigint)
 RETURNS bigint
 LANGUAGE plpgsql
 STABLE
 SET enable_seqscan TO 'off'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.void_taken_ahead(p_job jobs, p_item job_items, p_limit bigint)
 RETURNS bigint
 LANGUAGE plpgsql
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.replace_taken(p_job jobs, p_items job_items[])
 RETURNS job_items[]
 LANGUAGE plpgsql
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.made_name(p_item job_items, p_from_end boolean)
 RETURNS text
 LANGUAGE sql
 STABLE
RETURN (SELECT one.name FROM (generate_series((1)::bigint, LEAST(((made_name.p_item).skipped + 1), (made_name.p_item).count)) place(place) CROSS JOIN LATERAL (SELECT nth_name(made_name.p_item, CASE WHEN made_name.p_from_end THEN (((made_name.p_item).count + 1) - place.place) ELSE place.place END) AS name) one) WHERE (((made_name.p_item).skipped = 0) OR (NOT (EXISTS (SELECT FROM skipped_names s WHERE ((s.tenant = (made_name.p_item).tenant) AND (s.item = (made_name.p_item).id) AND (s.name = one.name)))))) ORDER BY place.place LIMIT 1);

CREATE OR REPLACE FUNCTION public.issued_names(p_tenant text, p_sequence text, p_product text, p_names text[])
 RETURNS TABLE(name text, reservation text)
 LANGUAGE sql
 STABLE
 SET enable_seqscan TO 'off'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.check_names(p_tenant text, p_item lot_request)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.record_given_names(p_tenant text, p_items job_items[], p_skip boolean)
 RETURNS bigint
 LANGUAGE plpgsql
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.take_of_reservation(p_tenant text, p_item lot_request)
 RETURNS ledger
 LANGUAGE plpgsql
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.refuse_many_series(p_items lot_request[])
 RETURNS void
 LANGUAGE plpgsql
 IMMUTABLE
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.series_requests(p_tenant text, p_items lot_request[], p_jump bigint)
 RETURNS series_request[]
 LANGUAGE sql
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.make_forms(p_tenant text, p_items lot_request[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.hold_series(p_wanted series_request)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.check_draw(p_wanted series_request)
 RETURNS bigint
 LANGUAGE plpgsql
 STABLE
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.skip_past_names(p_tenant text, p_wanted series_request, p_origin integer, p_reason text)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.hold_products(p_tenant text, p_shared boolean)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
BEGIN
  IF p_shared THEN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended(p_tenant, 1));
  ELSE
    PERFORM pg_advisory_xact_lock(hashtextextended(p_tenant, 1));
  END IF;
END
$function$;

CREATE OR REPLACE FUNCTION public.lot_requests(p_tenant text, p_items jsonb)
 RETURNS lot_request[]
 LANGUAGE plpgsql
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.record_drawn(p_tenant text, p_job uuid, p_items lot_request[], p_drawn drawn, p_counter text, p_start bigint, p_origin integer)
 RETURNS job_items[]
 LANGUAGE plpgsql
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.used_up_at_most(p_numbers numeric)
 RETURNS bigint
 LANGUAGE sql
 IMMUTABLE
RETURN (LEAST(COALESCE(p_numbers, (0)::numeric), ('999999999999999999'::bigint)::numeric))::bigint;

CREATE OR REPLACE FUNCTION public.record_lots(p_tenant text, p_call opened_call, p_job uuid, p_token uuid, p_lease interval, p_items lot_request[], p_skip boolean, p_replace boolean, p_jump bigint, p_limit bigint, p_inline bigint)
 RETURNS jsonb
 LANGUAGE plpgsql
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.create_lots_v1(p_caller caller, p_tenant text, p_key text, p_fingerprint bytea, p_job uuid, p_token uuid, p_lease interval, p_items jsonb, p_skip boolean, p_jump bigint, p_limit bigint, p_inline bigint)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.record_reserved(p_tenant text, p_job uuid, p_item lot_request, p_start bigint)
 RETURNS job_items
 LANGUAGE plpgsql
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.take_job_v1(p_tenant text, p_job uuid, p_token uuid, p_lease interval)
 RETURNS jsonb
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  SELECT enter_tenant(p_tenant);
  UPDATE jobs
  SET token = p_token, lease_until = now() + p_lease
  WHERE tenant = p_tenant AND id = p_job AND status IN ('queued', 'running')
    AND (token IS NULL OR token = p_token OR lease_until IS NULL OR lease_until < now())
  RETURNING jsonb_build_object('cursor', cursor, 'chunked', chunked)
$function$;

CREATE OR REPLACE FUNCTION public.release_job_v1(p_tenant text, p_job uuid, p_token uuid)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  SELECT enter_tenant(p_tenant);
  UPDATE jobs SET token = NULL, lease_until = now()
  WHERE tenant = p_tenant AND id = p_job AND token = p_token AND status IN ('queued', 'running')
$function$;

CREATE OR REPLACE FUNCTION public.note_failure_v1(p_tenant text, p_job uuid, p_token uuid, p_error jsonb, p_final boolean, p_patience integer)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.stranded_jobs_v1(p_within interval, p_limit integer, p_after timestamp with time zone, p_after_tenant text, p_after_job uuid)
 RETURNS TABLE(tenant text, job uuid, lease_until text, lease_ms double precision)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  SELECT j.tenant, j.id, j.lease_until::text,
         (greatest(extract(epoch FROM j.lease_until - now()), 0) * 1000)::float8
  FROM jobs AS j
  WHERE j.status IN ('queued', 'running') AND j.lease_until < now() + p_within
    AND (p_after IS NULL OR (j.lease_until, j.tenant, j.id) > (p_after, p_after_tenant, p_after_job))
  ORDER BY j.lease_until, j.tenant, j.id
  LIMIT p_limit
$function$;

CREATE OR REPLACE FUNCTION public.cancel_job_v1(p_caller caller, p_tenant text, p_key text, p_fingerprint bytea, p_job uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.retry_job_v1(p_caller caller, p_tenant text, p_key text, p_fingerprint bytea, p_job uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.lock_job(p_tenant text, p_job uuid, p_wanted text, p_from job_status[])
 RETURNS jobs
 LANGUAGE plpgsql
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.put_product_v1(p_caller caller, p_tenant text, p_sku text, p_fields jsonb, p_epoch bigint, p_overlapping text[])
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  v_new products := jsonb_populate_record(NULL::products, p_fields);
  v_old products;
BEGIN
  PERFORM caller_v1(p_caller, p_tenant);
  IF v_new.sequence IS NOT NULL
     AND NOT EXISTS (SELECT FROM sequences WHERE tenant = p_tenant AND key = v_new.sequence) THEN
    PERFORM fail('unknown_sequence', jsonb_build_object('sequence', v_new.sequence));
  END IF;
  PERFORM hold_patterns(p_tenant, p_epoch);

  INSERT INTO products (tenant, sku, name, tracking, sequence, gtin, expiry, shelf_life_days)
  VALUES (p_tenant, p_sku, v_new.name, v_new.tracking, v_new.sequence, v_new.gtin, v_new.expiry,
          v_new.shelf_life_days)
  ON CONFLICT (tenant, sku) DO NOTHING;
  IF FOUND THEN
    PERFORM record_event(p_caller, p_tenant, 'product.created', p_sku, product_facts(v_new));
    RETURN 'created';
  END IF;

  SELECT * INTO STRICT v_old FROM products WHERE tenant = p_tenant AND sku = p_sku FOR UPDATE;
  IF ROW (v_old.name, v_old.tracking, v_old.sequence, v_old.gtin, v_old.expiry, v_old.shelf_life_days)
     IS NOT DISTINCT FROM
     ROW (v_new.name, v_new.tracking, v_new.sequence, v_new.gtin, v_new.expiry, v_new.shelf_life_days)
  THEN
    RETURN 'unchanged';
  END IF;
  IF v_old.tracking <> v_new.tracking THEN
    -- Whoever records its first lots just now has ended after this, or waits and finds it changed.
    PERFORM hold_products(p_tenant, p_shared => false);
    IF EXISTS (SELECT FROM job_items WHERE tenant = p_tenant AND product = p_sku) THEN
      PERFORM fail('product_tracking_fixed', jsonb_build_object(
        'product', p_sku, 'tracking', v_old.tracking));
    END IF;
  END IF;
  IF v_old.sequence IS DISTINCT FROM v_new.sequence THEN
    PERFORM refuse_sharing(p_tenant, p_sku, v_new.sequence, p_overlapping);
  END IF;
  UPDATE products
  SET name = v_new.name, tracking = v_new.tracking, sequence = v_new.sequence, gtin = v_new.gtin,
      expiry = v_new.expiry, shelf_life_days = v_new.shelf_life_days, updated_at = now()
  WHERE tenant = p_tenant AND sku = p_sku;
  PERFORM record_event(p_caller, p_tenant, 'product.changed', p_sku,
                       differences(product_facts(v_old), product_facts(v_new)));
  RETURN 'replaced';
END
$function$;

CREATE OR REPLACE FUNCTION public.hold_patterns(p_tenant text, p_epoch bigint)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
BEGIN
  PERFORM FROM settings
  WHERE tenant = p_tenant AND (p_epoch IS NULL OR pattern_epoch = p_epoch) FOR SHARE;
  IF NOT FOUND THEN
    PERFORM fail('patterns_changed', '{}');
  END IF;
END
$function$;

CREATE OR REPLACE FUNCTION public.change_settings_v1(p_caller caller, p_tenant text, p_changes jsonb, p_epoch bigint, p_overlapping text[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  v_sequence text := p_changes->>'default_sequence';
  v_old settings;
  v_new settings;
BEGIN
  PERFORM caller_v1(p_caller, p_tenant);
  IF v_sequence IS NOT NULL
     AND NOT EXISTS (SELECT FROM sequences WHERE tenant = p_tenant AND key = v_sequence) THEN
    PERFORM fail('unknown_sequence', jsonb_build_object('sequence', v_sequence));
  END IF;
  -- Held for itself at once: two who shared the row before they change it would wait for one another.
  SELECT * INTO v_old FROM settings WHERE tenant = p_tenant FOR NO KEY UPDATE;
  PERFORM hold_patterns(p_tenant, p_epoch);
  IF v_sequence IS NOT NULL THEN
    PERFORM refuse_sharing(p_tenant, p.sku, v_sequence, p_overlapping)
    FROM products AS p
    WHERE p.tenant = p_tenant AND p.sequence IS NULL AND cardinality(p_overlapping) > 0;
  END IF;
  UPDATE settings
  SET default_sequence = CASE WHEN p_changes ? 'default_sequence' THEN v_sequence
                              ELSE default_sequence END,
      time_zone = coalesce(p_changes->>'time_zone', time_zone),
      updated_at = now()
  WHERE tenant = p_tenant
  RETURNING * INTO v_new;
  IF settings_facts(v_old) <> settings_facts(v_new) THEN
    PERFORM record_event(p_caller, p_tenant, 'settings.changed', 'settings',
                         differences(settings_facts(v_old), settings_facts(v_new)));
  END IF;
END
$function$;

CREATE OR REPLACE FUNCTION public.csv_field(value text, raw boolean)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN (value IS NULL) THEN ''::text WHEN (raw OR ("left"(value, 1) <> ALL (ARRAY['='::text, '+'::text, '-'::text, '@'::text, chr(9), chr(13)]))) THEN CASE WHEN (value ~ '[",\r\n]'::text) THEN (('"'::text || replace(value, '"'::text, '""'::text)) || '"'::text) ELSE value END ELSE (('"'''::text || replace(value, '"'::text, '""'::text)) || '"'::text) END;

CREATE OR REPLACE FUNCTION public.shown_lot(p_lot lots, p_place text)
 RETURNS SETOF lot_row
 LANGUAGE sql
 STABLE ROWS 1
AS $function$
  SELECT p_lot.product, p_lot.name, p_lot.number::text,
         reservation_id(s.sequence, s.period, i.reservation), p_lot.quantity::text, p_lot.state::text,
         p_lot.location, p_lot.expires_on, p_lot.produced_on, p_lot.attributes,
         wire_time(p_lot.created_at), p_place
  FROM (SELECT) AS one
  LEFT JOIN job_items AS i ON i.tenant = p_lot.tenant AND i.id = p_lot.item
  LEFT JOIN series AS s ON s.id = i.series
$function$;

CREATE OR REPLACE FUNCTION public.last_change_to(p_tenant text, p_product text, p_name text, p_state lot_state)
 RETURNS SETOF lot_changes
 LANGUAGE sql
 STABLE ROWS 1
AS $function$
  SELECT c.*
  FROM lot_history AS h
  CROSS JOIN LATERAL (
    SELECT * FROM lot_changes WHERE tenant = p_tenant AND id = h.change LIMIT 1
  ) AS c
  WHERE h.tenant = p_tenant AND h.name = p_name AND h.product = p_product
    AND h.before ? 'state' AND c.after->>'state' = p_state::text
  ORDER BY h.change DESC
  LIMIT 1
$function$;

CREATE OR REPLACE FUNCTION public.last_change_under(p_tenant text, p_product text, p_name text, p_reference text)
 RETURNS SETOF lot_changes
 LANGUAGE sql
 STABLE ROWS 1
AS $function$
  SELECT c.*
  FROM lot_history AS h
  CROSS JOIN LATERAL (
    SELECT * FROM lot_changes WHERE tenant = p_tenant AND id = h.change LIMIT 1
  ) AS c
  WHERE h.tenant = p_tenant AND h.name = p_name AND h.product = p_product
    AND c.reference = p_reference
  ORDER BY h.change DESC
  LIMIT 1
$function$;

CREATE OR REPLACE FUNCTION public.history_matches(p_lot lots, p_party text, p_reference text)
 RETURNS boolean
 LANGUAGE sql
 STABLE
RETURN (((p_party IS NULL) OR (EXISTS (SELECT FROM last_change_to((history_matches.p_lot).tenant, (history_matches.p_lot).product, (history_matches.p_lot).name, ('shipped'::text)::lot_state) c(tenant, id, product, at, api_key, after, reference, party, request, receipt) WHERE (c.party = history_matches.p_party)))) AND ((p_reference IS NULL) OR (EXISTS (SELECT FROM last_change_under((history_matches.p_lot).tenant, (history_matches.p_lot).product, (history_matches.p_lot).name, history_matches.p_reference) last_change_under(tenant, id, product, at, api_key, after, reference, party, request, receipt)))));

CREATE OR REPLACE FUNCTION public.in_receipt(p_lot lots, p_receipt uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE
RETURN (COALESCE(((SELECT r.job FROM receipts r WHERE ((r.tenant = (in_receipt.p_lot).tenant) AND (r.id = in_receipt.p_receipt))) = (SELECT i.job FROM job_items i WHERE ((i.tenant = (in_receipt.p_lot).tenant) AND (i.id = (in_receipt.p_lot).item)))), false) OR (EXISTS (SELECT FROM receipt_growths g WHERE ((g.tenant = (in_receipt.p_lot).tenant) AND (g.receipt = in_receipt.p_receipt) AND (g.name = (in_receipt.p_lot).name) AND (g.product = (in_receipt.p_lot).product) AND (g.undone_at IS NULL)))));

CREATE OR REPLACE FUNCTION public.lot_matches(p_lot lots, p_filter lot_filter)
 RETURNS boolean
 LANGUAGE sql
 STABLE
RETURN ((((p_filter).product IS NULL) OR ((p_lot).product = (p_filter).product)) AND (((p_filter).state IS NULL) OR (((p_lot).state)::text = ((p_filter).state)::text)) AND (((p_filter).location IS NULL) OR ((p_lot).location = (p_filter).location)) AND (((p_filter).expires_after IS NULL) OR ((p_lot).expires_on > (p_filter).expires_after)) AND (((p_filter).expires_before IS NULL) OR ((p_lot).expires_on < (p_filter).expires_before)) AND (((p_filter).created_from IS NULL) OR ((p_lot).created_at >= (p_filter).created_from)) AND (((p_filter).created_to IS NULL) OR ((p_lot).created_at < (p_filter).created_to)) AND ((((p_filter).party IS NULL) AND ((p_filter).reference IS NULL)) OR history_matches(p_lot, (p_filter).party, (p_filter).reference)) AND (((p_filter).receipt IS NULL) OR in_receipt(p_lot, (p_filter).receipt)));

CREATE OR REPLACE FUNCTION public.list_lots_v1(p_tenant text, p_filter lot_filter, p_job uuid, p_series bigint, p_reservation bigint, p_item bigint, p_index bigint, p_limit integer)
 RETURNS SETOF lot_row
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET enable_seqscan TO 'off'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.lots_of_receipt_v1(p_tenant text, p_filter lot_filter, p_item bigint, p_index bigint, p_limit integer)
 RETURNS SETOF lot_row
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.find_lots_v1(p_tenant text, p_name text, p_filter lot_filter, p_job uuid, p_reservation text, p_behind text, p_limit integer)
 RETURNS SETOF lot_row
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.entry_of_number(p_series bigint, p_number bigint)
 RETURNS ledger
 LANGUAGE sql
 STABLE
AS $function$
  SELECT l.* FROM entries_over(p_series, p_number, p_number) AS l
  WHERE (p_number - l.first) % l.step = 0
$function$;

CREATE OR REPLACE FUNCTION public.resolve_v1(p_tenant text, p_name text)
 RETURNS json
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.lot_version(p_lot lots)
 RETURNS text
 LANGUAGE sql
 STABLE
RETURN "left"(md5((jsonb_build_array(EXTRACT(epoch FROM (p_lot).created_at), (p_lot).state, (p_lot).location, (p_lot).expires_on, trim_scale((p_lot).quantity), (p_lot).attributes))::text), 16);

CREATE OR REPLACE FUNCTION public.lot_differs(p_lot lots, p_after jsonb)
 RETURNS boolean
 LANGUAGE sql
 STABLE
RETURN (((p_after ? 'state'::text) AND (((p_lot).state)::text <> (((p_after ->> 'state'::text))::lot_state)::text)) OR ((p_after ? 'location'::text) AND ((p_lot).location IS DISTINCT FROM (p_after ->> 'location'::text))) OR ((p_after ? 'expires_on'::text) AND ((p_lot).expires_on IS DISTINCT FROM ((p_after ->> 'expires_on'::text))::date)) OR ((p_after ? 'quantity'::text) AND ((p_lot).quantity <> ((p_after ->> 'quantity'::text))::numeric)) OR ((p_after ? 'attributes'::text) AND ((p_lot).attributes IS DISTINCT FROM NULLIF((p_after -> 'attributes'::text), 'null'::jsonb))));

CREATE OR REPLACE FUNCTION public.lot_before(p_lot lots, p_after jsonb)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
RETURN ((((CASE WHEN ((p_after ? 'state'::text) AND (((p_lot).state)::text <> (((p_after ->> 'state'::text))::lot_state)::text)) THEN jsonb_build_object('state', (p_lot).state) ELSE '{}'::jsonb END || CASE WHEN ((p_after ? 'location'::text) AND ((p_lot).location IS DISTINCT FROM (p_after ->> 'location'::text))) THEN jsonb_build_object('location', (p_lot).location) ELSE '{}'::jsonb END) || CASE WHEN ((p_after ? 'expires_on'::text) AND ((p_lot).expires_on IS DISTINCT FROM ((p_after ->> 'expires_on'::text))::date)) THEN jsonb_build_object('expires_on', (p_lot).expires_on) ELSE '{}'::jsonb END) || CASE WHEN ((p_after ? 'quantity'::text) AND ((p_lot).quantity <> ((p_after ->> 'quantity'::text))::numeric)) THEN jsonb_build_object('quantity', (trim_scale((p_lot).quantity))::text) ELSE '{}'::jsonb END) || CASE WHEN ((p_after ? 'attributes'::text) AND ((p_lot).attributes IS DISTINCT FROM NULLIF((p_after -> 'attributes'::text), 'null'::jsonb))) THEN jsonb_build_object('attributes', (p_lot).attributes) ELSE '{}'::jsonb END);

CREATE OR REPLACE FUNCTION public.lot_after(p_before jsonb, p_after jsonb)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE
RETURN (SELECT jsonb_object_agg(field.field, (lot_after.p_after -> field.field)) AS jsonb_object_agg FROM jsonb_object_keys(lot_after.p_before) field(field));

CREATE OR REPLACE FUNCTION public.in_run(p_lot lots, p_first_name text, p_digits integer, p_suffix text)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN ((length((p_lot).name) = length(p_first_name)) AND ("right"((p_lot).name, length(p_suffix)) = p_suffix) AND CASE WHEN (substr((p_lot).name, (((length((p_lot).name) - length(p_suffix)) - p_digits) + 1), p_digits) !~ '^[0-9]+$'::text) THEN false ELSE (((p_lot).number IS NULL) OR ((p_lot).number = (substr((p_lot).name, (((length((p_lot).name) - length(p_suffix)) - p_digits) + 1), p_digits))::bigint)) END);

CREATE OR REPLACE FUNCTION public.of_series(p_item_series bigint, p_item_reservation bigint, p_series bigint, p_reservation bigint)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN (p_reservation IS NULL) THEN ((p_item_series IS NULL) OR (p_item_series = p_series)) ELSE ((p_item_series = p_series) AND (p_item_reservation = p_reservation)) END;

CREATE OR REPLACE FUNCTION public.runs_of_numbers(p_tenant text, p_series bigint, p_reservation bigint, p_first bigint, p_last bigint)
 RETURNS TABLE(form bigint, digits integer, suffix text, first_name text, last_name text)
 LANGUAGE sql
 STABLE
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.names_of_numbers(p_tenant text, p_product text, p_series bigint, p_reservation bigint, p_first bigint, p_last bigint, p_limit bigint)
 RETURNS text[]
 LANGUAGE sql
 STABLE
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.change_lots(p_tenant text, p_product text, p_names text[], p_after jsonb, p_api_key integer, p_reference text, p_party text, p_request uuid DEFAULT NULL::uuid)
 RETURNS change_outcome
 LANGUAGE plpgsql
 SET enable_seqscan TO 'off'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.lots_at(p_places tid[])
 RETURNS SETOF lots
 LANGUAGE sql
 SET enable_seqscan TO 'off'
 SET enable_indexscan TO 'off'
 SET enable_indexonlyscan TO 'off'
 SET enable_bitmapscan TO 'off'
AS $function$
  SELECT * FROM lots WHERE ctid = ANY (p_places)
$function$;

CREATE OR REPLACE FUNCTION public.set_lots_at(p_places tid[], p_after jsonb)
 RETURNS void
 LANGUAGE sql
 SET enable_seqscan TO 'off'
 SET enable_indexscan TO 'off'
 SET enable_indexonlyscan TO 'off'
 SET enable_bitmapscan TO 'off'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.lock_lots(p_tenant text, p_product text, p_names text[])
 RETURNS tid[]
 LANGUAGE sql
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
AS $function$
  SELECT coalesce(array_agg(held.place), '{}') FROM (
    SELECT ctid AS place FROM lots
    WHERE tenant = p_tenant AND name = ANY (p_names) AND product = p_product
    ORDER BY name
    FOR NO KEY UPDATE
  ) AS held
$function$;

CREATE OR REPLACE FUNCTION public.check_change(p_tenant text, p_product text, p_after jsonb)
 RETURNS void
 LANGUAGE plpgsql
 STABLE
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.versioned_lot(p_lot lots)
 RETURNS json
 LANGUAGE sql
 STABLE
RETURN json_build_object('lot', (SELECT row_to_json(shown.*) AS row_to_json FROM (SELECT r.product, r.name, r.number, r.reservation, r.quantity, r.state, r.location, r.expires_on, r.produced_on, r.attributes, r.created_at FROM shown_lot(versioned_lot.p_lot, NULL::text) r(product, name, number, reservation, quantity, state, location, expires_on, produced_on, attributes, created_at, place)) shown), 'version', lot_version(p_lot));

CREATE OR REPLACE FUNCTION public.get_lot_v1(p_tenant text, p_product text, p_name text)
 RETURNS json
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  SELECT versioned_lot(l) FROM lots AS l
  WHERE l.tenant = p_tenant AND l.name = p_name AND l.product = p_product
$function$;

CREATE OR REPLACE FUNCTION public.change_lot_v1(p_caller caller, p_tenant text, p_product text, p_name text, p_versions text[], p_after jsonb, p_reference text, p_party text, p_request uuid)
 RETURNS json
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET lock_timeout TO '5s'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.resolve_selection(p_tenant text, p_lots lot_selection)
 RETURNS lot_selection
 LANGUAGE plpgsql
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.check_lots_exist(p_tenant text, p_product text, p_names text[])
 RETURNS void
 LANGUAGE plpgsql
 STABLE
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.change_lots_v1(p_caller caller, p_tenant text, p_key text, p_fingerprint bytea, p_lots jsonb, p_after jsonb, p_reference text, p_party text, p_limit bigint)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET lock_timeout TO '10s'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.lots_by_expiry_v1(p_tenant text, p_filter lot_filter, p_expires_on date, p_product text, p_name text, p_limit integer)
 RETURNS SETOF lot_row
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET enable_sort TO 'off'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.lots_by_state_v1(p_tenant text, p_filter lot_filter, p_product text, p_name text, p_limit integer)
 RETURNS SETOF lot_row
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET enable_sort TO 'off'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.lots_by_location_v1(p_tenant text, p_filter lot_filter, p_product text, p_name text, p_limit integer)
 RETURNS SETOF lot_row
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET enable_sort TO 'off'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.lots_by_change_v1(p_tenant text, p_filter lot_filter, p_change bigint, p_name text, p_limit integer)
 RETURNS SETOF lot_row
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.recall_facts(p_tenant text, p_recall uuid)
 RETURNS json
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
RETURN (SELECT json_build_object('id', r.id, 'reference', r.reference, 'reason', r.reason, 'status', CASE WHEN (r.closed_at IS NULL) THEN 'open'::text ELSE 'closed'::text END, 'opened_at', wire_time(r.opened_at), 'opened_by', opener.name, 'closed_at', wire_time(r.closed_at), 'closed_by', closer.name, 'closing_reason', r.closing_reason, 'covers', (SELECT json_agg(json_build_object('kind', p.kind, 'product', p.product, 'sequence', s.sequence, 'series', NULLIF(s.period, ''::text), 'reservation', reservation_id(s.sequence, s.period, p.reservation), 'first', (p.first)::text, 'last', (p.last)::text, 'created_from', wire_time(p.created_from), 'created_to', wire_time(p.created_to), 'receipt', p.receipt, 'names', (SELECT json_agg(n.name ORDER BY n.name) AS json_agg FROM recall_names n WHERE ((n.tenant = p.tenant) AND (n.recall = p.recall) AND (n.part = p.ordinal)))) ORDER BY p.ordinal) AS json_agg FROM (recall_parts p LEFT JOIN series s ON ((s.id = p.series))) WHERE ((p.tenant = r.tenant) AND (p.recall = r.id)))) AS json_build_object FROM ((recalls r LEFT JOIN api_keys opener ON (((opener.tenant = r.tenant) AND (opener.id = r.api_key)))) LEFT JOIN api_keys closer ON (((closer.tenant = r.tenant) AND (closer.id = r.closed_by)))) WHERE ((r.tenant = recall_facts.p_tenant) AND (r.id = recall_facts.p_recall)));

CREATE OR REPLACE FUNCTION public.open_recall_v1(p_caller caller, p_tenant text, p_key text, p_fingerprint bytea, p_recall uuid, p_reference text, p_reason text, p_parts jsonb)
 RETURNS json
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.close_recall_v1(p_caller caller, p_tenant text, p_key text, p_fingerprint bytea, p_recall uuid, p_reason text)
 RETURNS json
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.lots_of_part(p_part recall_parts, p_behind part_place, p_until timestamp with time zone, p_limit integer)
 RETURNS SETOF part_place
 LANGUAGE plpgsql
 STABLE
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.in_numbers(p_lot lots, p_series bigint, p_first bigint, p_last bigint)
 RETURNS boolean
 LANGUAGE sql
 STABLE
RETURN (EXISTS (SELECT FROM runs_of_numbers((in_numbers.p_lot).tenant, in_numbers.p_series, NULL::bigint, in_numbers.p_first, in_numbers.p_last) r(form, digits, suffix, first_name, last_name) WHERE (((in_numbers.p_lot).name >= (r.first_name COLLATE "C")) AND ((in_numbers.p_lot).name <= (r.last_name COLLATE "C")) AND in_run(in_numbers.p_lot, r.first_name, r.digits, r.suffix))));

CREATE OR REPLACE FUNCTION public.recall_lots_v1(p_tenant text, p_recall uuid, p_part integer, p_name text, p_major bigint, p_minor bigint, p_limit integer)
 RETURNS SETOF recalled_lot
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET enable_seqscan TO 'off'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.hold_lots_found(p_tenant text, p_items lot_request[])
 RETURNS lot_found[]
 LANGUAGE sql
 SET enable_seqscan TO 'off'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.items_not_found(p_items lot_request[], p_found lot_found[])
 RETURNS lot_request[]
 LANGUAGE plpgsql
 SET enable_nestloop TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.check_expiries(p_found lot_found[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.check_serials(p_found lot_found[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.set_lots(p_tenant text, p_settings lot_setting[], p_api_key integer, p_reference text, p_receipt uuid DEFAULT NULL::uuid)
 RETURNS void
 LANGUAGE sql
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.open_receipt(p_tenant text, p_receipt uuid, p_reference text, p_at text, p_fingerprint bytea, p_api_key integer)
 RETURNS receipts
 LANGUAGE plpgsql
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.add_receipt_lines(p_tenant text, p_receipt uuid, p_lines jsonb)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.grow_lots(p_receipt receipts, p_found lot_found[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.record_or_find_lots(p_tenant text, p_call opened_call, p_job uuid, p_token uuid, p_lease interval, p_items lot_request[], p_returning boolean, p_jump bigint, p_limit bigint, p_inline bigint)
 RETURNS lot_found[]
 LANGUAGE plpgsql
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.create_receipt_v1(p_caller caller, p_tenant text, p_key text, p_fingerprint bytea, p_receipt uuid, p_reference text, p_at text, p_lines jsonb, p_job uuid, p_token uuid, p_lease interval, p_items jsonb, p_jump bigint, p_limit bigint, p_inline bigint)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.receipt_facts(p_tenant text, p_receipt uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
RETURN (SELECT jsonb_build_object('id', r.id, 'reference', r.reference, 'status', r.status, 'at', r.at, 'created_at', wire_time(r.created_at), 'cancelled_at', wire_time(r.cancelled_at), 'reason', r.reason, 'lines', (WITH item AS MATERIALIZED (SELECT i.ordinal, COALESCE(i.stands_for, i.ordinal) AS of_line, (i.count - i.skipped) AS count, made_name(i.*, false) AS first_name, made_name(i.*, true) AS last_name FROM unnest(own.items) i(tenant, id, job, ordinal, stands_for, product, series, reservation, presented, numbers, prefix, width, suffix, first, step, numbered, names, name_numbers, name_quantities, name_expiries, count, start, skipped, quantity, produced_on, expires_on, location, attributes) WHERE (i.count > i.skipped)), made AS MATERIALIZED (SELECT l_1.ordinal, sum(i.count) AS lots, (array_agg(i.first_name ORDER BY i.ordinal))[1] AS first_name, (array_agg(i.last_name ORDER BY i.ordinal DESC))[1] AS last_name FROM ((SELECT receipt_lines.ordinal, generate_series(receipt_lines.first_item, receipt_lines.last_item) AS item FROM receipt_lines WHERE ((receipt_lines.tenant = r.tenant) AND (receipt_lines.receipt = r.id))) l_1 JOIN item i ON ((i.of_line = l_1.item))) GROUP BY l_1.ordinal), grown AS MATERIALIZED (SELECT g.line, count(*) AS lots, jsonb_agg(jsonb_build_object('name', g.name, 'quantity', (g.quantity)::text, 'quantity_before', (g.quantity_before)::text, 'state_before', g.state_before) ORDER BY g.name) FILTER (WHERE (g.place <= 100)) AS shown FROM (SELECT receipt_growths.line, receipt_growths.name, receipt_growths.quantity, receipt_growths.quantity_before, receipt_growths.state_before, row_number() OVER (PARTITION BY receipt_growths.line ORDER BY receipt_growths.name) AS place FROM receipt_growths WHERE ((receipt_growths.tenant = r.tenant) AND (receipt_growths.receipt = r.id))) g GROUP BY g.line) SELECT jsonb_agg(jsonb_build_object('product', l.product, 'quantity', (l.quantity)::text, 'quantity_per_lot', (l.quantity_per_lot)::text, 'location', l.location, 'produced_on', l.produced_on, 'expires_on', l.expires_on, 'attributes', l.attributes, 'new_lots', COALESCE(made.lots, (0)::numeric), 'first_name', made.first_name, 'last_name', made.last_name, 'grown_lots', COALESCE(grown.lots, (0)::bigint), 'grown', COALESCE(grown.shown, '[]'::jsonb)) ORDER BY l.ordinal) AS jsonb_agg FROM ((receipt_lines l LEFT JOIN made ON ((made.ordinal = l.ordinal))) LEFT JOIN grown ON ((grown.line = l.ordinal))) WHERE ((l.tenant = r.tenant) AND (l.receipt = r.id))), 'job', job_facts(r.tenant, r.job)) AS jsonb_build_object FROM (receipts r CROSS JOIN LATERAL (SELECT items_of_job(r.tenant, r.job) AS items) own) WHERE ((r.tenant = receipt_facts.p_tenant) AND (r.id = receipt_facts.p_receipt)));

CREATE OR REPLACE FUNCTION public.recorded_names(p_items job_items[], p_cursor bigint)
 RETURNS TABLE(item bigint, product text, name text, quantity numeric)
 LANGUAGE sql
 STABLE ROWS 20000
AS $function$
  SELECT i.id, i.product, render_name(i.prefix, number, i.width, i.suffix), i.quantity
  FROM unnest(p_items) AS i
  CROSS JOIN LATERAL units_of(i, 0, p_cursor) AS number
  WHERE i.names IS NULL AND i.start < p_cursor
  UNION ALL
  SELECT i.id, i.product, given.name, coalesce(given.quantity, i.quantity)
  FROM unnest(p_items) AS i
  CROSS JOIN LATERAL unnest(i.names, i.name_quantities) AS given (name, quantity)
  WHERE i.names IS NOT NULL
$function$;

CREATE OR REPLACE FUNCTION public.was_changed(p_lot lots, p_since timestamp with time zone)
 RETURNS boolean
 LANGUAGE sql
 STABLE
RETURN (EXISTS (SELECT FROM (lot_history h CROSS JOIN LATERAL (SELECT lot_changes.at, lot_changes.receipt FROM lot_changes WHERE ((lot_changes.tenant = h.tenant) AND (lot_changes.id = h.change)) LIMIT 1) c) WHERE ((h.tenant = (was_changed.p_lot).tenant) AND (h.name = (was_changed.p_lot).name) AND (h.product = (was_changed.p_lot).product) AND (c.receipt IS NULL) AND (c.at > was_changed.p_since))));

CREATE OR REPLACE FUNCTION public.was_changed_behind(p_lot lots, p_receipt uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE
RETURN (SELECT (COALESCE(max(h.change) FILTER (WHERE (c.receipt IS NULL)), (0)::bigint) > COALESCE(max(h.change) FILTER (WHERE (c.receipt = was_changed_behind.p_receipt)), (0)::bigint)) FROM (lot_history h CROSS JOIN LATERAL (SELECT lot_changes.receipt FROM lot_changes WHERE ((lot_changes.tenant = h.tenant) AND (lot_changes.id = h.change)) LIMIT 1) c) WHERE ((h.tenant = (was_changed_behind.p_lot).tenant) AND (h.name = (was_changed_behind.p_lot).name) AND (h.product = (was_changed_behind.p_lot).product)));

CREATE OR REPLACE FUNCTION public.hold_untouched(p_receipt receipts, p_items job_items[], p_cursor bigint)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.void_drawn(p_item job_items, p_origin integer, p_reason text)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
DECLARE
  v_entry ledger;
BEGIN
  SELECT * INTO STRICT v_entry FROM ledger
  WHERE tenant = p_item.tenant AND series = p_item.series AND first = p_item.reservation
    AND kind = 'reserved';
  UPDATE job_items SET numbers = 'empty' WHERE tenant = p_item.tenant AND id = p_item.id;
  PERFORM void_numbers(v_entry, open_numbers(v_entry), p_origin, p_reason);
END
$function$;

CREATE OR REPLACE FUNCTION public.undo_growth(p_receipt receipts, p_api_key integer)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.delete_lots(p_tenant text, p_places tid[])
 RETURNS void
 LANGUAGE sql
 SET enable_seqscan TO 'off'
 SET enable_indexscan TO 'off'
 SET enable_indexonlyscan TO 'off'
 SET enable_bitmapscan TO 'off'
AS $function$
  DELETE FROM lots WHERE tenant = p_tenant AND ctid = ANY (p_places)
$function$;

CREATE OR REPLACE FUNCTION public.cancel_receipt_v1(p_caller caller, p_tenant text, p_key text, p_fingerprint bytea, p_receipt uuid, p_reason text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.available_stock(p_tenant text, p_products text[])
 RETURNS TABLE(product text, location text, quantity numeric)
 LANGUAGE sql
 STABLE
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.recorded_by_line(p_tenant text, p_count uuid)
 RETURNS TABLE(ordinal integer, recorded numeric)
 LANGUAGE sql
 STABLE
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.count_facts(p_tenant text, p_count uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.create_count_v1(p_caller caller, p_tenant text, p_key text, p_fingerprint bytea, p_count uuid, p_reference text, p_at text, p_lines jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.settle_lines(p_tenant text, p_count uuid, p_skips jsonb)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.set_counted(p_count counts, p_found lot_found[])
 RETURNS void
 LANGUAGE sql
AS $function$
  SELECT set_lots(
    p_count.tenant,
    array_agg((product, name, given_quantity,
               CASE WHEN given_quantity = 0 OR state = 'reserved' THEN state ELSE 'available' END,
               coalesce(given_location, location))::lot_setting),
    p_count.applied_by, p_count.reference)
  FROM unnest(p_found)
$function$;

CREATE OR REPLACE FUNCTION public.apply_count_v1(p_caller caller, p_tenant text, p_key text, p_fingerprint bytea, p_count uuid, p_job uuid, p_token uuid, p_lease interval, p_items jsonb, p_skips jsonb, p_jump bigint, p_limit bigint, p_inline bigint)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.drop_staged(p_tenant text, p_import uuid, p_limit bigint DEFAULT NULL::bigint)
 RETURNS boolean
 LANGUAGE plpgsql
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.note_refused(p_tenant text, p_import uuid, p_refused jsonb)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO refused_rows (tenant, import, line, "column", code, detail)
  SELECT p_tenant, p_import, line, "column", code, detail
  FROM jsonb_populate_recordset(NULL::refused_rows, p_refused);
END
$function$;

CREATE OR REPLACE FUNCTION public.begin_import_v1(p_caller caller, p_tenant text, p_key text, p_fingerprint bytea, p_import uuid, p_token uuid, p_kind text, p_dry_run boolean, p_allow_jump boolean, p_allow_overlap boolean, p_silence interval)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.stage_import_v1(p_tenant text, p_import uuid, p_token uuid, p_batch bigint, p_first bigint, p_records json, p_refused jsonb)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.complete_import_v1(p_tenant text, p_import uuid, p_token uuid, p_file bytea, p_rows bigint, p_records bigint, p_columns jsonb, p_ignored jsonb, p_holder uuid, p_lease interval)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.break_import_v1(p_tenant text, p_import uuid, p_token uuid, p_error jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
BEGIN
  PERFORM enter_tenant(p_tenant);
  UPDATE imports SET error = p_error, refused = 0, updated_at = now()
  WHERE tenant = p_tenant AND id = p_import AND token = p_token AND file IS NULL;
  IF FOUND THEN
    PERFORM drop_staged(p_tenant, p_import);
    DELETE FROM refused_rows WHERE tenant = p_tenant AND import = p_import;
  END IF;
END
$function$;

CREATE OR REPLACE FUNCTION public.known_lots_v1(p_tenant text, p_import uuid, p_items jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET enable_seqscan TO 'off'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.staged_records(p_tenant text, p_import uuid, p_records bigint[])
 RETURNS SETOF json
 LANGUAGE sql
 STABLE
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.has_issued(p_tenant text, p_sequence text)
 RETURNS boolean
 LANGUAGE sql
 STABLE
RETURN (EXISTS (SELECT FROM (series s JOIN ledger l ON (((l.tenant = s.tenant) AND (l.series = s.id) AND (l.kind = 'reserved'::ledger_kind)))) WHERE ((s.tenant = has_issued.p_tenant) AND (s.sequence = has_issued.p_sequence))));

CREATE OR REPLACE FUNCTION public.held_names(p_tenant text, p_items lot_request[])
 RETURNS TABLE(product text, name text, reservation text)
 LANGUAGE sql
 STABLE
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.apply_import_v1(p_tenant text, p_import uuid, p_token uuid, p_from bigint, p_to bigint, p_lease interval, p_writes jsonb, p_outcome jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET enable_seqscan TO 'off'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.put_off(p_job jobs, p_records bigint[])
 RETURNS jobs
 LANGUAGE plpgsql
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.caller_of_import(p_import imports)
 RETURNS caller
 LANGUAGE sql
 STABLE
RETURN (SELECT ROW(k.digest, '{sequences:write}'::api_scope[], NULL::text[], NULL::text[], NULL::uuid, o.address, (caller_of_import.p_import).request_id)::caller AS "row" FROM (origins o JOIN api_keys k ON (((k.tenant = o.tenant) AND (k.id = o.api_key)))) WHERE ((o.tenant = (caller_of_import.p_import).tenant) AND (o.id = (caller_of_import.p_import).origin)));

CREATE OR REPLACE FUNCTION public.import_sequences(p_import imports, p_sequences jsonb)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.import_counters(p_import imports, p_counters jsonb)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.take_numbers_of_import(p_import imports, p_count bigint)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.continue_series(p_series series, p_next bigint, p_import imports)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.import_products(p_import imports, p_products jsonb)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.import_lots(p_import imports, p_items jsonb)
 RETURNS bigint[]
 LANGUAGE plpgsql
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.record_imported(p_import imports, p_items jsonb, p_left bigint[])
 RETURNS void
 LANGUAGE sql
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.records_held(p_tenant text, p_items jsonb, p_requests lot_request[])
 RETURNS bigint[]
 LANGUAGE sql
 STABLE
AS $function$
  WITH held AS MATERIALIZED (
    SELECT product, name FROM held_names(p_tenant, p_requests)
  )
  SELECT coalesce(array_agg(one.record), '{}')
  FROM jsonb_populate_recordset(NULL::import_item, p_items) AS i
  CROSS JOIN LATERAL unnest(i.names, i.records) AS one (name, record)
  WHERE ((i.product, one.name) IN (SELECT product, name FROM held)) IS TRUE
$function$;

CREATE OR REPLACE FUNCTION public.records_recorded(p_tenant text, p_items jsonb, p_left bigint[])
 RETURNS bigint[]
 LANGUAGE sql
 STABLE
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.staged_for_long(p_age interval, p_limit integer)
 RETURNS TABLE(tenant text, import uuid)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  SELECT i.tenant, i.id
  FROM imports AS i
  LEFT JOIN jobs AS j ON j.tenant = i.tenant AND j.id = i.id
  WHERE i.staged > 0
    AND (j.status = 'done'
         OR (i.updated_at < now() - p_age
             AND coalesce(j.status NOT IN ('queued', 'running'), true)))
  ORDER BY i.updated_at LIMIT p_limit
$function$;

CREATE OR REPLACE FUNCTION public.expire_staged_v1(p_age interval, p_limit integer)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.told_by_record(p_caller caller, p_tenant text)
 RETURNS caller
 LANGUAGE sql
 STABLE
AS $function$
  WITH part AS (
    SELECT s.sequence, i.product
    FROM job_items AS i
    LEFT JOIN series AS s ON s.id = i.series
    WHERE i.tenant = p_tenant AND i.job = p_caller.record
    UNION ALL
    SELECT NULL, l.product FROM receipt_lines AS l
    WHERE l.tenant = p_tenant AND l.receipt = p_caller.record
    UNION ALL
    SELECT NULL, l.product FROM count_lines AS l
    WHERE l.tenant = p_tenant AND l.count = p_caller.record
    UNION ALL
    SELECT l.sequence, NULL FROM leases AS l
    WHERE l.tenant = p_tenant AND l.id = p_caller.record
  ), served AS (
    SELECT part.product, coalesce(part.sequence, p.sequence, t.default_sequence) AS sequence
    FROM part
    LEFT JOIN products AS p ON p.tenant = p_tenant AND p.sku = part.product
    LEFT JOIN settings AS t ON t.tenant = p_tenant
  )
  SELECT (p_caller.digest, p_caller.scopes,
          CASE WHEN count(*) = count(sequence) THEN array_agg(DISTINCT sequence) END,
          coalesce(array_agg(DISTINCT product) FILTER (WHERE product IS NOT NULL), CASE WHEN count(*) > 0 THEN '{}'::text[] END),
          p_caller.record, p_caller.address, p_caller.request_id)::caller
  FROM served
$function$;

CREATE OR REPLACE FUNCTION public.quota_of(p_key api_keys)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE
RETURN CASE WHEN (num_nonnulls((p_key).count_per_request, (p_key).numbers_per_day, (p_key).requests_per_minute) > 0) THEN jsonb_build_object('count_per_request', (p_key).count_per_request, 'numbers_per_day', (p_key).numbers_per_day, 'requests_per_minute', (p_key).requests_per_minute) ELSE NULL::jsonb END;

CREATE OR REPLACE FUNCTION public.shown_api_key(p_key api_keys)
 RETURNS SETOF api_key_row
 LANGUAGE sql
 STABLE ROWS 1
AS $function$
  SELECT p_key.public_id::text, p_key.name, p_key.prefix, p_key.hint, p_key.scopes::text[],
         p_key.sequences, p_key.products,
         quota_of(p_key),
         key_status(p_key),
         wire_time(p_key.created_at), wire_time(p_key.expires_at), wire_time(p_key.revoked_at),
         (SELECT k.public_id::text FROM api_keys AS k
          WHERE k.tenant = p_key.tenant AND k.id = p_key.replaced_by),
         (SELECT wire_time(u.used_at) FROM api_key_uses AS u
          WHERE u.tenant = p_key.tenant AND u.api_key = p_key.id),
         p_key.created_at || ' ' || p_key.public_id
$function$;

CREATE OR REPLACE FUNCTION public.api_key_facts(p_key api_keys)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
RETURN (SELECT (to_jsonb(r.*) - 'place'::text) FROM shown_api_key(api_key_facts.p_key) r(id, name, prefix, last_four, scopes, sequences, products, quota, status, created_at, expires_at, revoked_at, replaced_by, last_used_at, place));

CREATE OR REPLACE FUNCTION public.key_rights(p_key api_keys)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
RETURN jsonb_build_object('name', (p_key).name, 'scopes', (p_key).scopes, 'sequences', (p_key).sequences, 'products', (p_key).products, 'quota', quota_of(p_key), 'expires_at', wire_time((p_key).expires_at));

CREATE OR REPLACE FUNCTION public.add_api_key(p_key api_keys)
 RETURNS api_keys
 LANGUAGE plpgsql
AS $function$
DECLARE
  v_key api_keys;
BEGIN
  INSERT INTO api_keys (tenant, public_id, digest, name, prefix, hint, scopes, sequences, products,
                        count_per_request, numbers_per_day, requests_per_minute, expires_at)
  VALUES (p_key.tenant, p_key.public_id, p_key.digest, p_key.name, p_key.prefix, p_key.hint,
          p_key.scopes, p_key.sequences, p_key.products, p_key.count_per_request,
          p_key.numbers_per_day, p_key.requests_per_minute, p_key.expires_at)
  RETURNING * INTO v_key;
  INSERT INTO api_key_uses (tenant, api_key) VALUES (v_key.tenant, v_key.id);
  RETURN v_key;
END
$function$;

CREATE OR REPLACE FUNCTION public.check_limits(p_key api_keys)
 RETURNS void
 LANGUAGE plpgsql
 STABLE
AS $function$
DECLARE
  v_unknown text;
BEGIN
  SELECT given INTO v_unknown FROM unnest(p_key.sequences) AS given
  WHERE given <> 'naming-series'
    AND NOT EXISTS (SELECT FROM sequences WHERE tenant = p_key.tenant AND key = given)
  LIMIT 1;
  IF FOUND THEN
    PERFORM fail('unknown_sequence', jsonb_build_object('sequence', v_unknown));
  END IF;
  SELECT given INTO v_unknown FROM unnest(p_key.products) AS given
  WHERE NOT EXISTS (SELECT FROM products WHERE tenant = p_key.tenant AND sku = given)
  LIMIT 1;
  IF FOUND THEN
    PERFORM fail('unknown_product', jsonb_build_object('product', v_unknown));
  END IF;
END
$function$;

CREATE OR REPLACE FUNCTION public.create_api_key_v1(p_caller caller, p_tenant text, p_key text, p_fingerprint bytea, p_digest bytea, p_fields jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  v_call opened_call := open_call_v1(p_caller, p_tenant, p_key, p_fingerprint);
  v_new api_keys := jsonb_populate_record(NULL::api_keys, p_fields);
BEGIN
  IF v_call.answer IS NOT NULL THEN
    RETURN v_call.answer;
  END IF;
  v_new.tenant := p_tenant;
  v_new.digest := p_digest;
  IF v_new.expires_at <= now() THEN
    PERFORM fail('api_key_expiry_past', jsonb_build_object('expires_at', wire_time(v_new.expires_at)));
  END IF;
  PERFORM check_limits(v_new);
  v_new := add_api_key(v_new);
  PERFORM record_event(p_caller, p_tenant, 'api_key.created', v_new.public_id::text, key_rights(v_new));
  RETURN answer_request_v1(p_tenant, p_key, p_fingerprint, api_key_facts(v_new));
END
$function$;

CREATE OR REPLACE FUNCTION public.hold_api_key(p_tenant text, p_id uuid)
 RETURNS api_keys
 LANGUAGE plpgsql
AS $function$
DECLARE
  v_key api_keys;
BEGIN
  SELECT * INTO v_key FROM api_keys
  WHERE tenant = p_tenant AND public_id = p_id FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    PERFORM fail('api_key_not_found', jsonb_build_object('api_key', p_id));
  END IF;
  RETURN v_key;
END
$function$;

CREATE OR REPLACE FUNCTION public.has_other_admin_key(p_key api_keys)
 RETURNS boolean
 LANGUAGE plpgsql
AS $function$
BEGIN
  PERFORM FROM tenants WHERE tenant = p_key.tenant FOR NO KEY UPDATE;
  RETURN EXISTS (
    SELECT FROM api_keys
    WHERE tenant = p_key.tenant AND id <> p_key.id
      AND 'admin' = ANY (scopes) AND revoked_at IS NULL AND expires_at IS NULL
  );
END
$function$;

CREATE OR REPLACE FUNCTION public.rotate_api_key_v1(p_caller caller, p_tenant text, p_key text, p_fingerprint bytea, p_id uuid, p_digest bytea, p_fields jsonb, p_overlap interval)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  c_least_overlap CONSTANT interval := '60 s';
  v_call opened_call := open_call_v1(p_caller, p_tenant, p_key, p_fingerprint);
  v_old api_keys;
  v_new api_keys;
  v_status text;
BEGIN
  IF v_call.answer IS NOT NULL THEN
    RETURN v_call.answer;
  END IF;
  v_old := hold_api_key(p_tenant, p_id);
  v_status := CASE WHEN v_old.replaced_by IS NOT NULL THEN 'replaced'
                   ELSE key_status(v_old) END;
  IF v_status <> 'active' THEN
    PERFORM fail('api_key_wrong_state', jsonb_build_object('api_key', p_id, 'status', v_status));
  END IF;
  IF p_overlap < c_least_overlap AND 'admin' = ANY (v_old.scopes) AND NOT has_other_admin_key(v_old) THEN
    PERFORM fail('last_admin_key_overlap', jsonb_build_object(
      'api_key', p_id, 'least', extract(epoch FROM c_least_overlap)::integer));
  END IF;
  v_new := jsonb_populate_record(v_old, p_fields);
  v_new.digest := p_digest;
  IF v_old.expires_at IS NOT NULL THEN
    -- No later than the wire can say.
    v_new.expires_at := least(now() + (v_old.expires_at - v_old.created_at), '9999-12-31T23:59:59.999Z');
  END IF;
  v_new := add_api_key(v_new);
  UPDATE api_keys
  SET expires_at = least(expires_at, now() + p_overlap), replaced_by = v_new.id
  WHERE tenant = p_tenant AND id = v_old.id
  RETURNING * INTO v_old;
  PERFORM record_event(p_caller, p_tenant, 'api_key.rotated', p_id::text, jsonb_build_object(
    'replaced_by', v_new.public_id, 'works_until', wire_time(v_old.expires_at)) || key_rights(v_new));
  RETURN answer_request_v1(p_tenant, p_key, p_fingerprint, api_key_facts(v_new));
END
$function$;

CREATE OR REPLACE FUNCTION public.revoke_api_key_v1(p_caller caller, p_tenant text, p_key text, p_fingerprint bytea, p_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  v_call opened_call := open_call_v1(p_caller, p_tenant, p_key, p_fingerprint);
  v_key api_keys;
BEGIN
  IF v_call.answer IS NOT NULL THEN
    RETURN v_call.answer;
  END IF;
  v_key := hold_api_key(p_tenant, p_id);
  IF v_key.revoked_at IS NULL THEN
    PERFORM record_event(p_caller, p_tenant, 'api_key.revoked', p_id::text,
                         jsonb_build_object('name', v_key.name));
  END IF;
  UPDATE api_keys SET revoked_at = coalesce(revoked_at, now())
  WHERE tenant = p_tenant AND id = v_key.id
  RETURNING * INTO v_key;
  IF 'admin' = ANY (v_key.scopes) AND NOT has_other_admin_key(v_key) THEN
    PERFORM fail('last_admin_key', jsonb_build_object('api_key', p_id));
  END IF;
  RETURN answer_request_v1(p_tenant, p_key, p_fingerprint, api_key_facts(v_key));
END
$function$;

CREATE OR REPLACE FUNCTION public.record_event(p_caller caller, p_tenant text, p_action audit_action, p_subject text, p_facts jsonb)
 RETURNS void
 LANGUAGE sql
AS $function$
  INSERT INTO audit_events (tenant, origin, request_id, action, subject, facts)
  SELECT tenant, origin_of(tenant, id, p_caller.address), p_caller.request_id, p_action, p_subject, p_facts
  FROM api_keys
  WHERE tenant = p_tenant AND digest = p_caller.digest
$function$;

CREATE OR REPLACE FUNCTION public.differences(p_before jsonb, p_after jsonb)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE
RETURN (SELECT jsonb_build_object('before', COALESCE(jsonb_object_agg(b.key, b.value), '{}'::jsonb), 'after', COALESCE(jsonb_object_agg(b.key, (differences.p_after -> b.key)), '{}'::jsonb)) AS jsonb_build_object FROM jsonb_each(differences.p_before) b(key, value) WHERE (b.value IS DISTINCT FROM (differences.p_after -> b.key)));

CREATE OR REPLACE FUNCTION public.sequence_facts(p_sequence sequences)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE
RETURN jsonb_build_object('dialect', (p_sequence).dialect, 'pattern', (p_sequence).pattern, 'mode', (p_sequence).mode, 'start', ((p_sequence).start)::text, 'increment', ((p_sequence).increment)::text, 'reset', (p_sequence).reset, 'counter', (p_sequence).counter, 'time_zone', (p_sequence).time_zone, 'fiscal_year_start', (p_sequence).fiscal_year_start, 'overflow', (p_sequence).overflow, 'hot', (p_sequence).hot, 'allow_overlap', (p_sequence).allow_overlap);

CREATE OR REPLACE FUNCTION public.product_facts(p_product products)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE
RETURN jsonb_build_object('name', (p_product).name, 'tracking', (p_product).tracking, 'sequence', (p_product).sequence, 'gtin', (p_product).gtin, 'expiry', (p_product).expiry, 'shelf_life_days', (p_product).shelf_life_days);

CREATE OR REPLACE FUNCTION public.settings_facts(p_settings settings)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE
RETURN jsonb_build_object('default_sequence', (p_settings).default_sequence, 'time_zone', (p_settings).time_zone);

CREATE OR REPLACE FUNCTION public.exact_time(p_moment timestamp with time zone)
 RETURNS text
 LANGUAGE sql
 STABLE
RETURN CASE WHEN isfinite(p_moment) THEN to_char((p_moment AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'::text) ELSE (p_moment)::text END;

CREATE OR REPLACE FUNCTION public.skip_as_written(p_entry ledger)
 RETURNS ledger
 LANGUAGE plpgsql
 STABLE
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.rows_between(p_tenant text, p_from timestamp with time zone, p_to timestamp with time zone)
 RETURNS rows_sealed
 LANGUAGE plpgsql
 STABLE
 SET plan_cache_mode TO 'force_custom_plan'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.digest_of_seal(p_seal audit_seals)
 RETURNS bytea
 LANGUAGE sql
 STABLE
RETURN sha256((((p_seal).previous || (p_seal).rows_digest) || convert_to((jsonb_build_array((p_seal).tenant, (p_seal).number, exact_time((p_seal).sealed_from), exact_time((p_seal).sealed_to), (p_seal).events, (p_seal).entries, exact_time((p_seal).sealed_at)))::text, 'UTF8'::name)));

CREATE OR REPLACE FUNCTION public.chain_begin(p_tenant text)
 RETURNS bytea
 LANGUAGE sql
 IMMUTABLE
RETURN sha256(convert_to(p_tenant, 'UTF8'::name));

CREATE OR REPLACE FUNCTION public.settled_time(p_age interval)
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.written_between(p_from timestamp with time zone, p_to timestamp with time zone, p_limit bigint)
 RETURNS TABLE(tenant text, at timestamp with time zone)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET plan_cache_mode TO 'force_custom_plan'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.sealed_until()
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  SELECT coalesce((SELECT max(sealed_to) FROM audit_seals),
                  (SELECT min(created_at) - interval '1 day' FROM tenants))
$function$;

CREATE OR REPLACE FUNCTION public.seal_audit_v1(p_limit bigint, p_age interval)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.add_seal(p_tenant text, p_from timestamp with time zone, p_to timestamp with time zone)
 RETURNS bigint
 LANGUAGE plpgsql
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.seal_fault(p_seal audit_seals, p_rows rows_sealed, p_last audit_seals)
 RETURNS text
 LANGUAGE sql
 STABLE
RETURN CASE WHEN (((p_seal).digest <> digest_of_seal(p_seal)) OR (((p_seal).number = 1) AND (((p_seal).previous <> chain_begin((p_seal).tenant)) OR ((p_seal).sealed_from <> '-infinity'::timestamp with time zone))) OR (((p_seal).previous <> (p_last).digest) AND ((p_seal).previous <> digest_of_seal(p_last))) OR (((p_seal).sealed_from < (p_last).sealed_to) AND ((p_last).digest = digest_of_seal(p_last)))) THEN 'seal_changed'::text WHEN (((p_rows).events < (p_seal).events) OR ((p_rows).entries < (p_seal).entries)) THEN 'row_missing'::text WHEN (((p_rows).events > (p_seal).events) OR ((p_rows).entries > (p_seal).entries)) THEN 'row_added'::text WHEN ((p_rows).digest <> (p_seal).rows_digest) THEN 'row_changed'::text ELSE NULL::text END;

CREATE OR REPLACE FUNCTION public.chain_break(p_seal integer, p_what text, p_from timestamp with time zone DEFAULT NULL::timestamp with time zone, p_to timestamp with time zone DEFAULT NULL::timestamp with time zone, p_events json DEFAULT NULL::json, p_entries json DEFAULT NULL::json)
 RETURNS json
 LANGUAGE sql
 STABLE
RETURN json_build_object('seal', p_seal, 'what', p_what, 'from', CASE WHEN isfinite(p_from) THEN wire_time(p_from) ELSE NULL::text END, 'to', wire_time(p_to), 'events', p_events, 'entries', p_entries);

CREATE OR REPLACE FUNCTION public.unsealed_between(p_seal integer, p_tenant text, p_from timestamp with time zone, p_to timestamp with time zone)
 RETURNS json[]
 LANGUAGE plpgsql
 STABLE
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.verify_audit_v1(p_tenant text, p_from integer, p_to integer, p_rows bigint, p_digest bytea)
 RETURNS json
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.unsealed_rows(p_tenant text, p_from timestamp with time zone)
 RETURNS bigint
 LANGUAGE plpgsql
 STABLE
 SET plan_cache_mode TO 'force_custom_plan'
AS $function$
BEGIN
  RETURN (SELECT count(*) FROM (SELECT FROM audit_events WHERE tenant = p_tenant AND at > p_from LIMIT 100000) AS e)
       + (SELECT count(*) FROM (SELECT FROM ledger WHERE tenant = p_tenant AND at > p_from LIMIT 100000) AS l);
END
$function$;

CREATE OR REPLACE FUNCTION public.quota_day_of(p_tenant text)
 RETURNS quota_day
 LANGUAGE sql
 STABLE
RETURN (SELECT ROW(here.day, (((here.day + 1))::timestamp without time zone AT TIME ZONE zone_named(here.time_zone)))::quota_day AS "row" FROM (SELECT settings.time_zone, ((now() AT TIME ZONE zone_named(settings.time_zone)))::date AS day FROM settings WHERE (settings.tenant = quota_day_of.p_tenant)) here);

CREATE OR REPLACE FUNCTION public.seconds_until(p_moment timestamp with time zone)
 RETURNS integer
 LANGUAGE sql
 STABLE
RETURN (GREATEST(ceil(EXTRACT(epoch FROM (p_moment - now()))), (1)::numeric))::integer;

CREATE OR REPLACE FUNCTION public.take_numbers(p_tenant text, p_api_key integer, p_count bigint, p_before bigint DEFAULT 0)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
DECLARE
  v_per_request bigint;
  v_per_day bigint;
  v_today quota_day;
  v_patience text;
BEGIN
  SELECT count_per_request, numbers_per_day INTO v_per_request, v_per_day
  FROM api_keys
  WHERE tenant = p_tenant AND id = p_api_key AND coalesce(count_per_request, numbers_per_day) IS NOT NULL;
  IF p_before + p_count > v_per_request THEN
    PERFORM fail('quota_count_exceeded', jsonb_build_object(
      'limit', v_per_request::text, 'asked', (p_before + p_count)::text, 'per', 'request'));
  ELSIF p_count > v_per_day THEN
    PERFORM fail('quota_count_exceeded', jsonb_build_object(
      'limit', v_per_day::text, 'asked', p_count::text, 'per', 'day'));
  ELSIF v_per_day IS NULL THEN
    RETURN;
  END IF;

  v_today := quota_day_of(p_tenant);
  v_patience := current_setting('lock_timeout');
  PERFORM set_config('lock_timeout', '4s', true);
  INSERT INTO quota_days AS d (tenant, api_key, day, numbers)
  VALUES (p_tenant, p_api_key, v_today.day, p_count)
  ON CONFLICT (tenant, api_key, day) DO UPDATE SET numbers = d.numbers + excluded.numbers
  WHERE d.numbers + excluded.numbers <= v_per_day;
  IF NOT FOUND THEN
    PERFORM fail('quota_numbers_exceeded', jsonb_build_object(
      'limit', v_per_day::text,
      'used', (SELECT numbers::text FROM quota_days
               WHERE tenant = p_tenant AND api_key = p_api_key AND day = v_today.day),
      'asked', p_count::text,
      'resets_at', wire_time(v_today.ends_at),
      'resets_in_s', seconds_until(v_today.ends_at)));
  END IF;
  PERFORM set_config('lock_timeout', v_patience, true);
END
$function$;

CREATE OR REPLACE FUNCTION public.hold_quota(p_tenant text, p_api_key integer)
 RETURNS void
 LANGUAGE sql
AS $function$
  SELECT take_numbers(p_tenant, p_api_key, 0)
$function$;

CREATE OR REPLACE FUNCTION public.numbers_today(p_key api_keys)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
RETURN CASE WHEN ((p_key).numbers_per_day IS NOT NULL) THEN (SELECT jsonb_build_object('used', COALESCE((SELECT d.numbers FROM quota_days d WHERE ((d.tenant = (numbers_today.p_key).tenant) AND (d.api_key = (numbers_today.p_key).id) AND (d.day = today.day))), (0)::bigint), 'resets_in_s', seconds_until(today.ends_at)) AS jsonb_build_object FROM quota_day_of((numbers_today.p_key).tenant) today(day, ends_at)) ELSE NULL::jsonb END;

CREATE OR REPLACE FUNCTION public.numbers_today_v1(p_digest bytea)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
BEGIN
  PERFORM enter_tenant(tenant) FROM identify_v1(p_digest);
  RETURN (SELECT numbers_today(k) FROM api_keys AS k WHERE k.digest = p_digest);
END
$function$;

CREATE OR REPLACE FUNCTION public.is_minute_over(p_began timestamp with time zone)
 RETURNS boolean
 LANGUAGE sql
 STABLE
RETURN ((p_began < (now() - '00:01:00'::interval)) OR (p_began > (now() + '00:01:00'::interval)));

CREATE OR REPLACE FUNCTION public.take_request_v1(p_digest bytea)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  v_key api_keys;
  v_window request_windows;
  v_is_let_in boolean;
BEGIN
  PERFORM enter_tenant(tenant) FROM identify_v1(p_digest);
  SELECT * INTO v_key FROM api_keys AS k
  WHERE digest = p_digest AND requests_per_minute IS NOT NULL AND key_status(k) = 'active';
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  INSERT INTO request_windows AS w (tenant, api_key, began, requests)
  VALUES (v_key.tenant, v_key.id, now(), 1)
  ON CONFLICT (tenant, api_key) DO UPDATE
  SET began = CASE WHEN is_minute_over(w.began) THEN excluded.began ELSE w.began END,
      requests = CASE WHEN is_minute_over(w.began) THEN 1 ELSE w.requests + 1 END
  WHERE is_minute_over(w.began) OR w.requests < v_key.requests_per_minute
  RETURNING * INTO v_window;
  v_is_let_in := FOUND;
  IF NOT v_is_let_in THEN
    SELECT * INTO v_window FROM request_windows WHERE tenant = v_key.tenant AND api_key = v_key.id;
  END IF;
  RETURN jsonb_build_object(
    'is_let_in', v_is_let_in,
    'requests', jsonb_build_object(
      'used', v_window.requests,
      'resets_in_s', least(seconds_until(v_window.began + interval '1 minute'), 60)),
    'numbers', numbers_today(v_key));
END
$function$;

CREATE OR REPLACE FUNCTION public.tenants_with_old_quotas()
 RETURNS SETOF text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  SELECT tenant FROM quota_days WHERE day < current_date - 2
  UNION
  SELECT tenant FROM request_windows WHERE began < now() - interval '1 hour'
$function$;

CREATE OR REPLACE FUNCTION public.expire_quotas_v1()
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  v_tenant text;
  v_removed bigint := 0;
BEGIN
  FOR v_tenant IN SELECT * FROM tenants_with_old_quotas() LOOP
    PERFORM enter_tenant(v_tenant);
    WITH days AS (
      DELETE FROM quota_days WHERE tenant = v_tenant AND day < current_date - 2 RETURNING 1
    ), minutes AS (
      -- One that is used just now is left.
      DELETE FROM request_windows
      WHERE (tenant, api_key) IN (
        SELECT tenant, api_key FROM request_windows
        WHERE tenant = v_tenant AND began < now() - interval '1 hour' FOR UPDATE SKIP LOCKED
      )
      RETURNING 1
    )
    SELECT v_removed + (SELECT count(*) FROM days) + (SELECT count(*) FROM minutes) INTO v_removed;
  END LOOP;
  RETURN v_removed;
END
$function$;

CREATE OR REPLACE FUNCTION public.fence_series(p_series series, p_by bigint, p_origin integer, p_reason text)
 RETURNS jsonb
 LANGUAGE plpgsql
AS $function$
DECLARE
  v_end CONSTANT bigint := 999999999999999999;
  v_next bigint;
  v_to bigint;
BEGIN
  PERFORM hold_counter(p_series);
  -- A counter may have come back older than the ledger, whose entries count by the increment of their time.
  v_next := greatest(next_number(p_series), behind_ledger(p_series));
  IF v_next > v_end THEN
    RETURN NULL;
  END IF;
  v_to := v_next + p_series.increment * least(p_by, (v_end - v_next) / p_series.increment + 1);
  PERFORM skip_to(p_series, v_next, v_to, p_origin, p_reason, 'fence');
  RETURN jsonb_build_object(
    'series', nullif(p_series.period, ''), 'from', v_next::text,
    'to', CASE WHEN v_to <= v_end THEN v_to::text END);
END
$function$;

CREATE OR REPLACE FUNCTION public.fence_unknown(p_tenant text, p_sequence text, p_by bigint, p_ahead_days integer, p_origin integer, p_reason text)
 RETURNS void
 LANGUAGE sql
AS $function$
  UPDATE sequences
  SET fence_width = least(fence_width + p_by, 999999999999999999),
      fenced_until = greatest(fenced_until, now() + make_interval(days => p_ahead_days)),
      fence_origin = p_origin,
      fence_reason = p_reason
  WHERE tenant = p_tenant AND key = p_sequence
$function$;

CREATE OR REPLACE FUNCTION public.fence_known(p_tenant text, p_sequence text, p_after bigint, p_limit integer, p_by bigint, p_origin integer, p_reason text)
 RETURNS fenced_batch
 LANGUAGE plpgsql
AS $function$
DECLARE
  v_series series;
  v_batch fenced_batch := ('{}', NULL);
BEGIN
  FOR v_series IN
    SELECT * FROM series WHERE tenant = p_tenant AND sequence = p_sequence AND id > p_after
    ORDER BY id LIMIT p_limit FOR NO KEY UPDATE
  LOOP
    v_batch.moved := v_batch.moved || fence_series(v_series, p_by, p_origin, p_reason);
    v_batch.through := v_series.id;
  END LOOP;
  v_batch.moved := array_remove(v_batch.moved, NULL);
  RETURN v_batch;
END
$function$;

CREATE OR REPLACE FUNCTION public.fenced_begin(p_sequence sequences)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
AS $function$
DECLARE
  v_until CONSTANT text := nullif(period_at(
    p_sequence.reset, p_sequence.time_zone, p_sequence.fiscal_year_start, p_sequence.fenced_until), '');
  v_first CONSTANT bigint := first_number(p_sequence, coalesce(v_until, ''));
BEGIN
  RETURN jsonb_build_object(
    'begin_at', CASE WHEN v_first <= 999999999999999999 THEN v_first::text END, 'until', v_until);
END
$function$;

CREATE OR REPLACE FUNCTION public.fence_v1(p_caller caller, p_tenant text, p_key text, p_fingerprint bytea, p_sequence text, p_period text, p_definition uuid, p_by bigint, p_ahead_days integer, p_reason text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  v_call opened_call := open_call_v1(p_caller, p_tenant, p_key, p_fingerprint);
  v_moved jsonb[];
BEGIN
  IF v_call.answer IS NOT NULL THEN
    RETURN v_call.answer;
  END IF;
  IF p_period IS NULL THEN
    PERFORM FROM sequences
    WHERE tenant = p_tenant AND key = p_sequence AND definition = p_definition FOR UPDATE;
    IF NOT FOUND THEN
      PERFORM fail('definition_changed', jsonb_build_object('sequence', p_sequence));
    END IF;
    PERFORM fence_unknown(p_tenant, p_sequence, p_by, p_ahead_days, v_call.origin, p_reason);
    v_moved := (fence_known(p_tenant, p_sequence, 0, NULL, p_by, v_call.origin, p_reason)).moved;
  ELSE
    v_moved := array_remove(ARRAY[fence_series(
      held_series(p_tenant, p_sequence, p_period, p_definition), p_by, v_call.origin, p_reason)], NULL);
  END IF;
  PERFORM record_event(p_caller, p_tenant, 'sequence.fenced', p_sequence, jsonb_build_object(
    'series', nullif(p_period, ''), 'by', p_by::text,
    'ahead_days', CASE WHEN p_period IS NULL THEN p_ahead_days END, 'moved', cardinality(v_moved), 'reason', p_reason));
  RETURN answer_request_v1(p_tenant, p_key, p_fingerprint, jsonb_build_object(
    'sequence', p_sequence, 'by', p_by::text, 'reason', p_reason, 'at', wire_time(now()),
    'moved', cardinality(v_moved), 'series', to_jsonb(v_moved[1:100]),
    'unknown_series', (SELECT fenced_begin(s) FROM sequences AS s
                       WHERE tenant = p_tenant AND key = p_sequence AND p_period IS NULL
                         -- The only series of one that never resets may be known.
                         AND (reset <> 'never' OR cardinality(v_moved) = 0))));
END
$function$;

CREATE OR REPLACE FUNCTION public.origin_of_operator(p_tenant text)
 RETURNS integer
 LANGUAGE plpgsql
AS $function$
DECLARE
  v_key api_keys;
BEGIN
  SELECT * INTO v_key FROM api_keys WHERE tenant = p_tenant AND name = 'operator' AND prefix = 'smk_none_';
  IF NOT FOUND THEN
    v_key.tenant := p_tenant;
    v_key.public_id := gen_random_uuid();
    v_key.digest := sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8'));
    v_key.name := 'operator';
    v_key.prefix := 'smk_none_';
    v_key.hint := 'none';
    v_key.scopes := '{admin}';
    v_key := add_api_key(v_key);
    UPDATE api_keys SET revoked_at = now() WHERE tenant = p_tenant AND id = v_key.id;
  END IF;
  RETURN origin_of(p_tenant, v_key.id, NULL);
END
$function$;

CREATE OR REPLACE FUNCTION public.tenants_known()
 RETURNS TABLE(tenant text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  SELECT tenant FROM tenants ORDER BY tenant
$function$;

CREATE OR REPLACE FUNCTION public.begin_fence(p_tenant text, p_by bigint, p_ahead_days integer, p_reason text, p_only text[], p_except text[])
 RETURNS TABLE(sequence text, mode sequence_mode)
 LANGUAGE plpgsql
AS $function$
DECLARE
  v_origin integer;
  v_unknown text;
BEGIN
  PERFORM enter_tenant(p_tenant);
  v_origin := origin_of_operator(p_tenant);
  -- The first series of a naming series may have been made since.
  PERFORM make_naming_series(p_tenant);
  SELECT named INTO v_unknown FROM unnest(p_only || p_except) AS named
  WHERE NOT EXISTS (SELECT FROM sequences AS s
                    WHERE s.tenant = p_tenant AND s.key = named AND s.counter = s.key);
  IF FOUND THEN
    RAISE 'There is no sequence % with counters of its own.', v_unknown;
  END IF;
  UPDATE settings SET pattern_epoch = pattern_epoch + 1 + (random() * 1000000000000)::bigint
  WHERE tenant = p_tenant;
  INSERT INTO audit_events (tenant, origin, request_id, action, subject, facts)
  VALUES (p_tenant, v_origin, 'operator', 'tenant.fenced', p_tenant, jsonb_build_object(
            'by', p_by::text, 'ahead_days', p_ahead_days, 'reason', p_reason,
            'only', p_only, 'except', p_except));
  RETURN QUERY
    SELECT s.key, s.mode
    FROM sequences AS s
    CROSS JOIN LATERAL fence_unknown(p_tenant, s.key, p_by, p_ahead_days, v_origin, p_reason)
    WHERE s.tenant = p_tenant AND s.counter = s.key
      AND (p_only IS NULL OR s.key = ANY (p_only)) AND NOT s.key = ANY (p_except)
    ORDER BY s.key;
END
$function$;

CREATE OR REPLACE FUNCTION public.fence_one(p_tenant text, p_sequence text, p_period text, p_by bigint, p_reason text)
 RETURNS TABLE(mode sequence_mode, moved integer)
 LANGUAGE plpgsql
AS $function$
DECLARE
  v_sequence sequences;
  v_origin integer;
BEGIN
  PERFORM enter_tenant(p_tenant);
  v_origin := origin_of_operator(p_tenant);
  SELECT * INTO v_sequence FROM sequences AS s
  WHERE s.tenant = p_tenant AND s.key = p_sequence AND s.counter = s.key;
  IF NOT FOUND THEN
    RAISE 'There is no sequence % with counters of its own.', p_sequence;
  ELSIF NOT is_period(v_sequence.reset, p_period) THEN
    RAISE 'The sequence % has no series %.', p_sequence, p_period;
  END IF;
  mode := v_sequence.mode;
  moved := num_nonnulls(fence_series(
    held_series(p_tenant, p_sequence, p_period, v_sequence.definition), p_by, v_origin, p_reason));
  INSERT INTO audit_events (tenant, origin, request_id, action, subject, facts)
  VALUES (p_tenant, v_origin, 'operator', 'sequence.fenced', p_sequence, jsonb_build_object(
            'series', nullif(p_period, ''), 'by', p_by::text, 'reason', p_reason));
  RETURN NEXT;
END
$function$;

CREATE OR REPLACE FUNCTION public.go_on_fencing(p_tenant text, p_sequence text, p_after bigint, p_by bigint, p_reason text)
 RETURNS TABLE(moved integer, through bigint)
 LANGUAGE plpgsql
AS $function$
DECLARE
  v_batch fenced_batch;
BEGIN
  PERFORM enter_tenant(p_tenant);
  v_batch := fence_known(p_tenant, p_sequence, p_after, 256, p_by, origin_of_operator(p_tenant), p_reason);
  moved := cardinality(v_batch.moved);
  through := v_batch.through;
  RETURN NEXT;
END
$function$;

CREATE OR REPLACE FUNCTION public.numbers_in(p_stretches int8multirange, p_step bigint)
 RETURNS bigint
 LANGUAGE sql
 IMMUTABLE
RETURN (SELECT (COALESCE(sum(((upper(stretch.stretch) - lower(stretch.stretch)) / numbers_in.p_step)), (0)::numeric))::bigint AS "coalesce" FROM unnest(numbers_in.p_stretches) stretch(stretch));

CREATE OR REPLACE FUNCTION public.form_of_lease(p_lease leases)
 RETURNS SETOF forms
 LANGUAGE sql
 STABLE ROWS 1
AS $function$
  SELECT f.*
  FROM ledger AS l
  JOIN forms AS f ON f.tenant = l.tenant AND f.id = l.form
  WHERE l.tenant = p_lease.tenant AND l.series = p_lease.series AND l.first = p_lease.first
    AND l.kind = 'reserved'
$function$;

CREATE OR REPLACE FUNCTION public.shown_lease(p_lease leases)
 RETURNS SETOF lease_row
 LANGUAGE sql
 STABLE ROWS 1
AS $function$
  SELECT p_lease.id::text, p_lease.sequence, nullif(s.period, ''),
         reservation_id(s.sequence, s.period, p_lease.first), p_lease.holder, lease_status(p_lease),
         p_lease.first::text, p_lease.last::text, p_lease.step::text,
         (p_lease.last - p_lease.first) / p_lease.step + 1,
         render_name(f.prefix, p_lease.first, f.width, f.suffix),
         render_name(f.prefix, p_lease.last, f.width, f.suffix),
         numbers_in(p_lease.used, p_lease.step), numbers_in(p_lease.late, p_lease.step),
         p_lease.returned, p_lease.open, wire_time(p_lease.created_at),
         wire_time(p_lease.expires_at), wire_time(p_lease.ends_at), wire_time(p_lease.closed_at),
         p_lease.id::text
  FROM series AS s
  CROSS JOIN form_of_lease(p_lease) AS f
  WHERE s.id = p_lease.series
$function$;

CREATE OR REPLACE FUNCTION public.lease_facts(p_lease leases)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
RETURN (SELECT ((to_jsonb(shown.*) - 'place'::text) || jsonb_build_object('prefix', f.prefix, 'width', f.width, 'suffix', f.suffix)) FROM (shown_lease(lease_facts.p_lease) shown(id, sequence, series, reservation, holder, status, first, last, step, count, first_name, last_name, used, late, given_back, open, created_at, expires_at, ends_at, closed_at, place) CROSS JOIN form_of_lease(lease_facts.p_lease) f(tenant, id, series, prefix, width, suffix)));

CREATE OR REPLACE FUNCTION public.seconds_left(p_lease leases)
 RETURNS integer
 LANGUAGE sql
 STABLE
RETURN CASE lease_status(p_lease) WHEN 'open'::text THEN (floor(EXTRACT(epoch FROM ((p_lease).expires_at - now()))))::integer ELSE 0 END;

CREATE OR REPLACE FUNCTION public.opened_lease(p_tenant text, p_lease uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
RETURN (SELECT (lease_facts(l.*) || jsonb_build_object('token', l.token, 'ttl_s', seconds_left(l.*))) FROM leases l WHERE ((l.tenant = opened_lease.p_tenant) AND (l.id = opened_lease.p_lease)));

CREATE OR REPLACE FUNCTION public.check_lease_limits(p_tenant text, p_sequence text, p_holder text, p_count bigint, p_limits lease_limits)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
DECLARE
  v_before text := current_setting('lock_timeout');
  v_held bigint;
  v_leases bigint;
  v_out bigint;
BEGIN
  PERFORM set_config('lock_timeout', '4s', true);
  -- Seeds 0 to 2: requests, a tenant's products, duties.
  PERFORM pg_advisory_xact_lock(hashtextextended(p_tenant || ' ' || p_sequence, 3));
  PERFORM set_config('lock_timeout', v_before, true);
  SELECT count(*) FILTER (WHERE holder = p_holder AND expires_at > now()), count(*), coalesce(sum(open), 0)
  INTO v_held, v_leases, v_out
  FROM leases
  WHERE tenant = p_tenant AND sequence = p_sequence AND closed_at IS NULL AND burned_at IS NULL;
  IF v_held >= p_limits.of_holder THEN
    PERFORM fail('lease_limit_holder', jsonb_build_object(
      'sequence', p_sequence, 'holder', p_holder, 'limit', p_limits.of_holder));
  ELSIF v_leases >= p_limits.leases OR v_out + p_count > p_limits.numbers THEN
    PERFORM fail('lease_limit_sequence', jsonb_build_object(
      'sequence', p_sequence, 'limit', p_limits.numbers::text, 'out', v_out::text, 'asked', p_count::text,
      'limit_leases', p_limits.leases, 'leases', v_leases));
  END IF;
END
$function$;

CREATE OR REPLACE FUNCTION public.open_lease_v1(p_caller caller, p_tenant text, p_key text, p_fingerprint bytea, p_sequence text, p_period text, p_definition uuid, p_count bigint, p_prefix text, p_width integer, p_suffix text, p_last bigint, p_bound_by text, p_bound_definition uuid, p_lease uuid, p_holder text, p_ttl integer, p_ends_on date, p_limits lease_limits)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  v_call opened_call := open_call_v1(p_caller, p_tenant, p_key, p_fingerprint);
  v_sequence sequences;
  v_series series;
  v_ends_at timestamptz;
  v_reserved jsonb;
BEGIN
  IF v_call.answer IS NOT NULL THEN
    RETURN opened_lease(p_tenant, (v_call.answer->>'lease_id')::uuid) || '{"replayed": true}';
  END IF;
  SELECT * INTO v_sequence FROM sequences
  WHERE tenant = p_tenant AND key = coalesce(p_bound_by, p_sequence);
  v_ends_at := p_ends_on::timestamp AT TIME ZONE zone_named(v_sequence.time_zone);
  IF v_ends_at <= now() THEN
    PERFORM fail('lease_period_over', jsonb_build_object('sequence', v_sequence.key));
  END IF;
  PERFORM check_lease_limits(p_tenant, v_sequence.key, p_holder, p_count, p_limits);
  v_reserved := reserve_v1(p_caller, p_tenant, p_key, p_fingerprint, p_sequence, p_period, p_definition,
                           p_count, p_prefix, p_width, p_suffix, p_last, p_bound_by, p_bound_definition);
  -- A gapless series gives the numbers back with the transaction.
  SELECT * INTO STRICT v_series FROM series
  WHERE tenant = p_tenant AND sequence = p_sequence AND period = p_period;
  IF v_series.mode = 'gapless' THEN
    PERFORM fail('lease_gapless', jsonb_build_object('sequence', v_sequence.key));
  END IF;
  INSERT INTO leases (tenant, id, sequence, series, first, last, step, holder, token, open, expires_at, ends_at)
  VALUES (p_tenant, p_lease, v_sequence.key, v_series.id, (v_reserved->>'first')::bigint,
          (v_reserved->>'last')::bigint, (v_reserved->>'step')::bigint, p_holder, gen_random_uuid(), p_count,
          least(now() + make_interval(secs => p_ttl), v_ends_at), v_ends_at);
  -- In place of the reservation, which is recorded as the answer by now: a replay tells how the lease stands, so
  -- that nobody takes an old one for new.
  UPDATE requests SET answer = jsonb_build_object('lease_id', p_lease) WHERE tenant = p_tenant AND key = p_key;
  RETURN opened_lease(p_tenant, p_lease) || '{"replayed": false}';
END
$function$;

CREATE OR REPLACE FUNCTION public.locked_lease(p_tenant text, p_lease uuid)
 RETURNS leases
 LANGUAGE plpgsql
AS $function$
DECLARE
  v_lease leases;
BEGIN
  SELECT * INTO v_lease FROM leases WHERE tenant = p_tenant AND id = p_lease FOR UPDATE;
  IF NOT FOUND THEN
    PERFORM fail('lease_not_found', jsonb_build_object('lease', p_lease));
  END IF;
  RETURN v_lease;
END
$function$;

CREATE OR REPLACE FUNCTION public.held_lease(p_tenant text, p_lease uuid, p_token uuid)
 RETURNS leases
 LANGUAGE plpgsql
AS $function$
DECLARE
  v_lease leases := locked_lease(p_tenant, p_lease);
BEGIN
  IF v_lease.token <> p_token THEN
    PERFORM fail('lease_token_wrong', jsonb_build_object('lease', p_lease));
  END IF;
  RETURN v_lease;
END
$function$;

CREATE OR REPLACE FUNCTION public.refuse_lease_over(p_lease leases)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
BEGIN
  IF lease_status(p_lease) IN ('closed', 'burned') THEN
    PERFORM fail('lease_over', jsonb_build_object('lease', p_lease.id, 'status', lease_status(p_lease)));
  END IF;
END
$function$;

CREATE OR REPLACE FUNCTION public.held_lease_of_run(p_entry ledger, p_token uuid)
 RETURNS leases
 LANGUAGE sql
AS $function$
  SELECT held.* FROM leases AS l CROSS JOIN LATERAL held_lease(l.tenant, l.id, p_token) AS held
  WHERE l.tenant = p_entry.tenant AND l.series = p_entry.series AND l.first = p_entry.first
$function$;

CREATE OR REPLACE FUNCTION public.note_lease(p_lease leases, p_used int8multirange, p_given_back int8multirange)
 RETURNS leases
 LANGUAGE plpgsql
AS $function$
DECLARE
  v_open bigint := numbers_in(rest_of_lease(p_lease) - p_used - p_given_back, p_lease.step);
  v_lease leases;
BEGIN
  UPDATE leases
  SET used = used + p_used,
      late = late + CASE WHEN expires_at <= now() THEN p_used - used ELSE '{}' END,
      given_back = given_back + p_given_back,
      returned = numbers_in(given_back + p_given_back, step),
      open = v_open,
      closed_at = CASE WHEN v_open = 0 THEN coalesce(closed_at, now()) END
  WHERE tenant = p_lease.tenant AND id = p_lease.id
  RETURNING * INTO v_lease;
  RETURN v_lease;
END
$function$;

CREATE OR REPLACE FUNCTION public.told_numbers(p_lease leases, p_used_to bigint, p_firsts bigint[], p_lasts bigint[])
 RETURNS int8multirange
 LANGUAGE plpgsql
 IMMUTABLE
AS $function$
DECLARE
  v_wrong record;
  v_told int8multirange;
BEGIN
  IF p_used_to IS NOT NULL THEN
    p_firsts := ARRAY[p_lease.first];
    p_lasts := ARRAY[p_used_to];
  END IF;
  SELECT told.first, told.last, told.place INTO v_wrong
  FROM unnest(p_firsts, p_lasts) WITH ORDINALITY AS told (first, last, place)
  WHERE told.first > told.last OR told.first < p_lease.first OR told.last > p_lease.last
     OR (told.first - p_lease.first) % p_lease.step <> 0 OR (told.last - p_lease.first) % p_lease.step <> 0
  ORDER BY told.place
  LIMIT 1;
  IF FOUND THEN
    PERFORM fail('lease_range', jsonb_build_object(
      'lease', p_lease.id, 'first', p_lease.first::text, 'last', p_lease.last::text,
      'step', p_lease.step::text, 'from', v_wrong.first::text, 'to', v_wrong.last::text));
  END IF;
  SELECT coalesce(range_agg(int8range(told.first, told.last + p_lease.step)), '{}') INTO v_told
  FROM unnest(p_firsts, p_lasts) AS told (first, last);
  RETURN v_told;
END
$function$;

CREATE OR REPLACE FUNCTION public.report_lease_v1(p_caller caller, p_tenant text, p_key text, p_fingerprint bytea, p_lease uuid, p_token uuid, p_used_to bigint, p_firsts bigint[], p_lasts bigint[], p_gives_back boolean, p_reason text, p_scattered integer)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  v_call opened_call := open_call_v1(p_caller, p_tenant, p_key, p_fingerprint);
  v_before leases;
  v_used int8multirange;
  v_rest int8multirange := '{}';
  v_lease leases;
  v_stretches bigint;
BEGIN
  IF v_call.answer IS NOT NULL THEN
    RETURN v_call.answer;
  END IF;
  v_before := held_lease(p_tenant, p_lease, p_token);
  v_used := told_numbers(v_before, p_used_to, p_firsts, p_lasts);
  IF v_used && v_before.given_back THEN
    PERFORM fail('lease_number_given_back', jsonb_build_object(
      'lease', p_lease,
      'given_back', jsonb_path_query_array(run_list(v_used * v_before.given_back, v_before.step), '$[0 to 9]')));
  END IF;
  IF p_gives_back THEN
    v_rest := rest_of_lease(v_before) - v_used;
    PERFORM void_numbers(l, v_rest, v_call.origin, p_reason) FROM ledger AS l
    WHERE l.tenant = p_tenant AND l.series = v_before.series AND l.first = v_before.first AND l.kind = 'reserved';
  END IF;
  v_lease := note_lease(v_before, v_used, v_rest);
  SELECT count(*) INTO v_stretches FROM unnest(v_lease.used);
  -- Lots that were recorded may have scattered it further: what is told again, or only gives back, is taken.
  IF v_stretches > greatest(p_scattered, (SELECT count(*) FROM unnest(v_before.used))) THEN
    PERFORM fail('lease_scattered', jsonb_build_object(
      'lease', p_lease, 'stretches', v_stretches, 'limit', p_scattered));
  END IF;
  IF v_used <@ v_before.used AND NOT p_gives_back THEN
    -- Told before.
    RETURN answer_request_v1(p_tenant, p_key, p_fingerprint, lease_facts(v_lease));
  END IF;
  PERFORM record_event(
    p_caller, p_tenant, CASE WHEN p_gives_back THEN 'lease.given_back' ELSE 'lease.reported' END::audit_action,
    p_lease::text, jsonb_build_object(
      'used', numbers_in(v_lease.used, v_lease.step) - numbers_in(v_before.used, v_lease.step),
      'late', numbers_in(v_lease.late, v_lease.step) - numbers_in(v_before.late, v_lease.step),
      'given_back', numbers_in(v_rest, v_lease.step),
      'reason', CASE WHEN p_gives_back THEN p_reason END));
  RETURN answer_request_v1(p_tenant, p_key, p_fingerprint, lease_facts(v_lease));
END
$function$;

CREATE OR REPLACE FUNCTION public.renew_lease_v1(p_caller caller, p_tenant text, p_key text, p_fingerprint bytea, p_lease uuid, p_token uuid, p_ttl integer)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  v_call opened_call := open_call_v1(p_caller, p_tenant, p_key, p_fingerprint);
  v_lease leases;
BEGIN
  IF v_call.answer IS NOT NULL THEN
    RETURN v_call.answer;
  END IF;
  v_lease := held_lease(p_tenant, p_lease, p_token);
  PERFORM refuse_lease_over(v_lease);
  IF v_lease.ends_at <= now() THEN
    PERFORM fail('lease_period_over', jsonb_build_object('sequence', v_lease.sequence));
  END IF;
  UPDATE leases SET expires_at = least(now() + make_interval(secs => p_ttl), ends_at)
  WHERE tenant = p_tenant AND id = p_lease
  RETURNING * INTO v_lease;
  PERFORM record_event(p_caller, p_tenant, 'lease.renewed', p_lease::text,
                       jsonb_build_object('expires_at', wire_time(v_lease.expires_at)));
  RETURN answer_request_v1(p_tenant, p_key, p_fingerprint,
                           lease_facts(v_lease) || jsonb_build_object('ttl_s', seconds_left(v_lease)));
END
$function$;

CREATE OR REPLACE FUNCTION public.burn_lease_v1(p_caller caller, p_tenant text, p_key text, p_fingerprint bytea, p_lease uuid, p_reason text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  v_call opened_call := open_call_v1(p_caller, p_tenant, p_key, p_fingerprint);
  v_lease leases;
BEGIN
  IF v_call.answer IS NOT NULL THEN
    RETURN v_call.answer;
  END IF;
  v_lease := locked_lease(p_tenant, p_lease);
  PERFORM refuse_lease_over(v_lease);
  UPDATE leases SET burned_at = now(), burn_reason = p_reason, expires_at = least(expires_at, now())
  WHERE tenant = p_tenant AND id = p_lease
  RETURNING * INTO v_lease;
  PERFORM record_event(p_caller, p_tenant, 'lease.burned', p_lease::text,
                       jsonb_build_object('numbers', v_lease.open, 'reason', p_reason));
  RETURN answer_request_v1(p_tenant, p_key, p_fingerprint, lease_facts(v_lease));
END
$function$;

CREATE OR REPLACE FUNCTION public.leases_unreported(p_limit integer, p_age interval)
 RETURNS TABLE(tenant text, ids uuid[])
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  SELECT tenant, array_agg(id)
  FROM (
    SELECT tenant, id FROM leases
    WHERE closed_at IS NULL AND burned_at IS NULL AND expires_at < now() - p_age
    ORDER BY expires_at
    LIMIT p_limit
  ) AS unreported
  GROUP BY tenant
$function$;

CREATE OR REPLACE FUNCTION public.burn_leases_v1(p_limit integer, p_age interval)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  v_unreported record;
  v_burned bigint := 0;
BEGIN
  FOR v_unreported IN SELECT * FROM leases_unreported(p_limit, p_age) LOOP
    PERFORM enter_tenant(v_unreported.tenant);
    WITH burned AS (
      UPDATE leases SET burned_at = now()
      WHERE (tenant, id) IN (
        SELECT tenant, id FROM leases
        WHERE tenant = v_unreported.tenant AND id = ANY (v_unreported.ids)
          -- Its holder may have told or renewed meanwhile.
          AND closed_at IS NULL AND burned_at IS NULL AND expires_at < now() - p_age
        ORDER BY id
        FOR UPDATE SKIP LOCKED
      )
      RETURNING 1
    )
    SELECT v_burned + count(*) INTO v_burned FROM burned;
  END LOOP;
  RETURN v_burned;
END
$function$;

CREATE OR REPLACE FUNCTION public.no_tenant()
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN '-'::text;

CREATE OR REPLACE FUNCTION public.span_begin(p_grain figure_grain, p_at timestamp with time zone)
 RETURNS timestamp with time zone
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN CASE p_grain WHEN 'ever'::figure_grain THEN '1970-01-01 00:00:00+00'::timestamp with time zone WHEN 'minute'::figure_grain THEN date_trunc('minute'::text, p_at, 'UTC'::text) WHEN 'hour'::figure_grain THEN date_trunc('hour'::text, p_at, 'UTC'::text) ELSE date_trunc('day'::text, p_at, 'UTC'::text) END;

CREATE OR REPLACE FUNCTION public.kept_for(p_grain figure_grain)
 RETURNS interval
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN CASE p_grain WHEN 'minute'::figure_grain THEN '2 days'::interval WHEN 'hour'::figure_grain THEN '60 days'::interval WHEN 'day'::figure_grain THEN '800 days'::interval ELSE NULL::interval END;

CREATE OR REPLACE FUNCTION public.call_bounds()
 RETURNS double precision[]
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN ARRAY[5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000];

CREATE OR REPLACE FUNCTION public.add_counts(p_some bigint[], p_others bigint[])
 RETURNS bigint[]
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN (SELECT array_agg((t.one + t.other) ORDER BY t.place) AS array_agg FROM UNNEST(add_counts.p_some, add_counts.p_others) WITH ORDINALITY t(one, other, place));

CREATE OR REPLACE FUNCTION public.calls_over(p_histogram bigint[], p_bound double precision)
 RETURNS bigint
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN (SELECT (COALESCE(sum(t.calls), (0)::numeric))::bigint AS "coalesce" FROM unnest(calls_over.p_histogram) WITH ORDINALITY t(calls, place) WHERE (t.place > array_position(call_bounds(), calls_over.p_bound)));

CREATE OR REPLACE FUNCTION public.quantile_of(p_histogram bigint[], p_longest double precision, p_share double precision)
 RETURNS double precision
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN (SELECT LEAST(quantile_of.p_longest, (places.below + (((LEAST(places.bound, quantile_of.p_longest) - places.below) * (places.wanted - (places.before)::double precision)) / (places.calls)::double precision))) AS "least" FROM (SELECT t.calls, COALESCE(lag(t.bound) OVER w, (0)::double precision) AS below, COALESCE(t.bound, 'Infinity'::double precision) AS bound, (sum(t.calls) OVER w - (t.calls)::numeric) AS before, ((sum(t.calls) OVER ())::double precision * quantile_of.p_share) AS wanted FROM UNNEST(quantile_of.p_histogram, call_bounds()) WITH ORDINALITY t(calls, bound, place) WINDOW w AS (ORDER BY t.place)) places WHERE ((places.calls > 0) AND (places.wanted <= ((places.before + (places.calls)::numeric))::double precision)) ORDER BY places.before LIMIT 1);

CREATE OR REPLACE FUNCTION public.numbers_between(p_from timestamp with time zone, p_to timestamp with time zone)
 RETURNS SETOF number_figure
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET plan_cache_mode TO 'force_custom_plan'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.first_written(p_from timestamp with time zone, p_to timestamp with time zone)
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET plan_cache_mode TO 'force_custom_plan'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.lots_between(p_from timestamp with time zone, p_to timestamp with time zone)
 RETURNS SETOF lot_figure
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET plan_cache_mode TO 'force_custom_plan'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.add_number_figures(p_tenant text, p_at timestamp with time zone, p_grains figure_grain[], p_figures number_figure[])
 RETURNS void
 LANGUAGE sql
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.add_lot_figures(p_tenant text, p_figures lot_figure[])
 RETURNS bigint
 LANGUAGE sql
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.figured_until()
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  SELECT coalesce((SELECT until FROM figures_until WHERE tenant = no_tenant()),
                  (SELECT min(created_at) - interval '1 day' FROM tenants))
$function$;

CREATE OR REPLACE FUNCTION public.roll_up_figures_v1(p_age interval)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.add_call_figures(p_tenant text, p_grains figure_grain[], p_calls gathered_calls[])
 RETURNS void
 LANGUAGE sql
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.add_notable_calls(p_tenant text, p_calls gathered_call[])
 RETURNS void
 LANGUAGE sql
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.add_calls_v1(p_batch uuid, p_calls jsonb, p_notable jsonb)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.tenants_with_old_figures()
 RETURNS SETOF text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.expire_figures_v1(p_limit integer)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.drawn_lately_v1(p_tenant text, p_sequence text, p_series text)
 RETURNS TABLE(span text, since timestamp with time zone, drawn numeric)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET plan_cache_mode TO 'force_custom_plan'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.last_number_of(p_next bigint, p_ceiling bigint, p_start bigint, p_increment bigint)
 RETURNS bigint
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN (p_ceiling - ((p_ceiling - CASE WHEN (p_next <= p_ceiling) THEN p_next ELSE LEAST(p_start, p_ceiling) END) % p_increment));

CREATE OR REPLACE FUNCTION public.exhausted_at(p_remaining numeric, p_per_hour double precision, p_from timestamp with time zone)
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE
RETURN CASE WHEN (p_remaining <= (0)::numeric) THEN p_from WHEN (p_remaining <= (((p_per_hour)::numeric * EXTRACT(epoch FROM ('9999-01-01 00:00:00+00'::timestamp with time zone - p_from))) / (3600)::numeric)) THEN (p_from + ('01:00:00'::interval * ((p_remaining / (NULLIF(p_per_hour, (0)::double precision))::numeric))::double precision)) ELSE NULL::timestamp with time zone END;

CREATE OR REPLACE FUNCTION public.forecasts_of(p_tenant text)
 RETURNS TABLE(sequence text, series text, remaining numeric, last_number bigint, used_share double precision, per_hour double precision, exhausted_at timestamp with time zone)
 LANGUAGE plpgsql
 STABLE
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.operation_health(p_tenant text)
 RETURNS TABLE(operation text, calls_5 bigint, failed_5 bigint, slow_5 bigint, calls_60 bigint, failed_60 bigint, slow_60 bigint)
 LANGUAGE sql
 STABLE
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.metrics_v1()
 RETURNS json
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.add_event(p_tenant text, p_webhooks uuid[], p_type event_type, p_subject text, p_data jsonb)
 RETURNS uuid
 LANGUAGE plpgsql
AS $function$
DECLARE
  v_event uuid := gen_random_uuid();
  v_at timestamptz := clock_timestamp();
BEGIN
  -- The text that is signed and sent, so that it is the same to the byte at each attempt.
  INSERT INTO events (tenant, id, type, subject, at, payload)
  VALUES (p_tenant, v_event, p_type, p_subject, v_at,
          format('{"type":"%s","timestamp":"%s","data":%s}', p_type, wire_time(v_at), p_data));
  INSERT INTO webhook_deliveries (tenant, event, webhook, next_attempt_at, created_at)
  SELECT p_tenant, v_event, webhook, v_at, v_at FROM unnest(p_webhooks) AS webhook;
  PERFORM wake_webhook(p_tenant, webhook) FROM unnest(p_webhooks) AS webhook;
  RETURN v_event;
END
$function$;

CREATE OR REPLACE FUNCTION public.webhooks_wanting(p_tenant text, p_type event_type)
 RETURNS uuid[]
 LANGUAGE sql
 STABLE
RETURN (SELECT array_agg(webhooks.id) AS array_agg FROM webhooks WHERE ((webhooks.tenant = webhooks_wanting.p_tenant) AND (webhooks.status = 'enabled'::webhook_status) AND ((webhooks.events IS NULL) OR (webhooks_wanting.p_type = ANY (webhooks.events)))));

CREATE OR REPLACE FUNCTION public.emit_event(p_tenant text, p_type event_type, p_subject text, p_data jsonb)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
DECLARE
  v_webhooks uuid[] := webhooks_wanting(p_tenant, p_type);
BEGIN
  IF v_webhooks IS NOT NULL THEN
    PERFORM add_event(p_tenant, v_webhooks, p_type, p_subject, p_data);
  END IF;
END
$function$;

CREATE OR REPLACE FUNCTION public.emit_job_event(p_tenant text, p_job uuid)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
DECLARE
  v_job jobs;
BEGIN
  IF NOT EXISTS (SELECT FROM webhooks WHERE tenant = p_tenant AND status = 'enabled') THEN
    RETURN;
  END IF;
  SELECT * INTO STRICT v_job FROM jobs WHERE tenant = p_tenant AND id = p_job;
  PERFORM emit_event(
    p_tenant, ('job.' || v_job.status)::event_type, p_job::text, jsonb_build_object(
      'job', jsonb_build_object(
        'id', p_job, 'status', v_job.status,
        'total', v_job.given + v_job.chunked - v_job.put_off,
        'done', v_job.given + v_job.cursor - v_job.put_off - v_job.skipped,
        'skipped', v_job.skipped, 'error', v_job.error,
        'created_at', wire_time(v_job.created_at), 'finished_at', wire_time(v_job.finished_at))));
  IF v_job.status = 'done' AND webhooks_wanting(p_tenant, 'receipt.done') IS NOT NULL THEN
    PERFORM emit_receipt_event(r, 'receipt.done') FROM receipts AS r
    WHERE r.tenant = p_tenant AND r.job = p_job AND r.status <> 'cancelled';
  END IF;
END
$function$;

CREATE OR REPLACE FUNCTION public.emit_receipt_event(p_receipt receipts, p_type event_type)
 RETURNS void
 LANGUAGE sql
RETURN emit_event((p_receipt).tenant, p_type, ((p_receipt).id)::text, jsonb_build_object('receipt', jsonb_build_object('id', (p_receipt).id, 'reference', (p_receipt).reference, 'status', (p_receipt).status, 'job', (p_receipt).job, 'created_at', wire_time((p_receipt).created_at), 'cancelled_at', wire_time((p_receipt).cancelled_at), 'reason', (p_receipt).reason)));

CREATE OR REPLACE FUNCTION public.woken_webhooks_v1()
 RETURNS jsonb
 LANGUAGE sql
RETURN (COALESCE(NULLIF(current_setting('serialmint.woken'::text, true), ''::text), '[]'::text))::jsonb;

CREATE OR REPLACE FUNCTION public.wake_webhook(p_tenant text, p_webhook uuid)
 RETURNS void
 LANGUAGE sql
AS $function$
  SELECT set_config('serialmint.woken', (woken_webhooks_v1() || one)::text, true)
  FROM jsonb_build_array(jsonb_build_object('tenant', p_tenant, 'webhook', p_webhook)) AS one
  WHERE NOT woken_webhooks_v1() @> one
$function$;

CREATE OR REPLACE FUNCTION public.shown_webhook(p_webhook webhooks)
 RETURNS webhook_row
 LANGUAGE sql
 STABLE
RETURN ROW(((p_webhook).id)::text, (p_webhook).url, ((p_webhook).events)::text[], (p_webhook).description, ((p_webhook).status)::text, ((p_webhook).disabled_reason)::text, wire_time((p_webhook).disabled_at), wire_time((p_webhook).failing_since), CASE WHEN ((p_webhook).previous_secret_until > now()) THEN wire_time((p_webhook).previous_secret_until) ELSE NULL::text END, wire_time((p_webhook).created_at), wire_time((p_webhook).updated_at), ((p_webhook).id)::text)::webhook_row;

CREATE OR REPLACE FUNCTION public.webhooks_of_v1(p_tenant text)
 RETURNS SETOF webhook_row
 LANGUAGE sql
 STABLE SECURITY DEFINER ROWS 20
 SET search_path TO 'public', 'pg_temp'
AS $function$
  SELECT (shown_webhook(w)).* FROM webhooks AS w WHERE w.tenant = p_tenant ORDER BY w.id
$function$;

CREATE OR REPLACE FUNCTION public.webhook_facts(p_webhook webhooks)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
RETURN (to_jsonb(shown_webhook(p_webhook)) - 'place'::text);

CREATE OR REPLACE FUNCTION public.webhook_terms(p_webhook webhooks)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
RETURN jsonb_build_object('url', (p_webhook).url, 'events', (p_webhook).events, 'description', (p_webhook).description, 'status', (p_webhook).status);

CREATE OR REPLACE FUNCTION public.hold_webhook(p_tenant text, p_id uuid)
 RETURNS webhooks
 LANGUAGE plpgsql
AS $function$
DECLARE
  v_webhook webhooks;
BEGIN
  SELECT * INTO v_webhook FROM webhooks WHERE tenant = p_tenant AND id = p_id FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    PERFORM fail('webhook_not_found', jsonb_build_object('webhook', p_id));
  END IF;
  RETURN v_webhook;
END
$function$;

CREATE OR REPLACE FUNCTION public.refuse_disabled(p_webhook webhooks)
 RETURNS void
 LANGUAGE plpgsql
 STABLE
AS $function$
BEGIN
  IF p_webhook.status = 'disabled' THEN
    PERFORM fail('webhook_disabled', jsonb_build_object(
      'webhook', p_webhook.id, 'reason', p_webhook.disabled_reason));
  END IF;
END
$function$;

CREATE OR REPLACE FUNCTION public.give_up_deliveries(p_tenant text, p_webhook uuid, p_why text)
 RETURNS void
 LANGUAGE sql
AS $function$
  UPDATE webhook_deliveries
  SET status = 'failed', next_attempt_at = NULL, token = NULL, last_error = p_why
  WHERE tenant = p_tenant AND webhook = p_webhook AND status = 'pending'
$function$;

CREATE OR REPLACE FUNCTION public.disable_webhook(p_tenant text, p_webhook uuid, p_reason disabling_reason)
 RETURNS void
 LANGUAGE sql
AS $function$
  UPDATE webhooks
  SET status = 'disabled', disabled_reason = p_reason, disabled_at = now(), updated_at = now()
  WHERE tenant = p_tenant AND id = p_webhook AND status = 'enabled';
  SELECT give_up_deliveries(p_tenant, p_webhook, 'The webhook was disabled.');
$function$;

CREATE OR REPLACE FUNCTION public.create_webhook_v1(p_caller caller, p_tenant text, p_key text, p_fingerprint bytea, p_id uuid, p_secret bytea, p_fields jsonb, p_most integer)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  v_call opened_call := open_call_v1(p_caller, p_tenant, p_key, p_fingerprint);
  v_new webhooks := jsonb_populate_record(NULL::webhooks, p_fields);
BEGIN
  IF v_call.answer IS NOT NULL THEN
    RETURN v_call.answer;
  END IF;
  -- Two at once do not both find room for the last one.
  PERFORM FROM tenants WHERE tenant = p_tenant FOR NO KEY UPDATE;
  IF (SELECT count(*) FROM webhooks WHERE tenant = p_tenant) >= p_most THEN
    PERFORM fail('too_many_webhooks', jsonb_build_object('limit', p_most));
  END IF;
  INSERT INTO webhooks (tenant, id, url, events, description, secret)
  VALUES (p_tenant, p_id, v_new.url, v_new.events, v_new.description, p_secret)
  RETURNING * INTO v_new;
  PERFORM record_event(p_caller, p_tenant, 'webhook.created', p_id::text, webhook_terms(v_new));
  RETURN answer_request_v1(p_tenant, p_key, p_fingerprint, webhook_facts(v_new));
END
$function$;

CREATE OR REPLACE FUNCTION public.change_webhook_v1(p_caller caller, p_tenant text, p_id uuid, p_changes jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  v_api_key integer := caller_v1(p_caller, p_tenant);
  v_old webhooks := hold_webhook(p_tenant, p_id);
  v_new webhooks := jsonb_populate_record(v_old, p_changes);
BEGIN
  IF webhook_terms(v_new) = webhook_terms(v_old) THEN
    RETURN webhook_facts(v_old);
  END IF;
  IF v_new.status = 'disabled' THEN
    PERFORM disable_webhook(p_tenant, p_id, 'asked');
  END IF;
  UPDATE webhooks
  SET url = v_new.url, events = v_new.events, description = v_new.description, status = v_new.status,
      disabled_reason = CASE v_new.status WHEN 'disabled' THEN disabled_reason END,
      disabled_at = CASE v_new.status WHEN 'disabled' THEN disabled_at END,
      failing_since = CASE WHEN v_old.status = v_new.status AND v_old.url = v_new.url THEN failing_since END,
      updated_at = now()
  WHERE tenant = p_tenant AND id = p_id
  RETURNING * INTO v_new;
  PERFORM record_event(p_caller, p_tenant, 'webhook.changed', p_id::text,
                       differences(webhook_terms(v_old), webhook_terms(v_new)));
  RETURN webhook_facts(v_new);
END
$function$;

CREATE OR REPLACE FUNCTION public.rotate_webhook_secret_v1(p_caller caller, p_tenant text, p_key text, p_fingerprint bytea, p_id uuid, p_made uuid, p_secret bytea, p_overlap interval)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  v_call opened_call := open_call_v1(p_caller, p_tenant, p_key, p_fingerprint);
  v_webhook webhooks;
BEGIN
  IF v_call.answer IS NOT NULL THEN
    RETURN v_call.answer;
  END IF;
  v_webhook := hold_webhook(p_tenant, p_id);
  UPDATE webhooks
  SET secret = p_secret, previous_secret = secret, previous_secret_until = now() + p_overlap,
      updated_at = now()
  WHERE tenant = p_tenant AND id = p_id
  RETURNING * INTO v_webhook;
  PERFORM record_event(p_caller, p_tenant, 'webhook.secret_rotated', p_id::text, jsonb_build_object(
    'previous_secret_until', wire_time(v_webhook.previous_secret_until)));
  RETURN answer_request_v1(p_tenant, p_key, p_fingerprint,
                           webhook_facts(v_webhook) || jsonb_build_object('made', p_made));
END
$function$;

CREATE OR REPLACE FUNCTION public.remove_webhook_v1(p_caller caller, p_tenant text, p_key text, p_fingerprint bytea, p_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  v_call opened_call := open_call_v1(p_caller, p_tenant, p_key, p_fingerprint);
  v_webhook webhooks;
BEGIN
  IF v_call.answer IS NOT NULL THEN
    RETURN v_call.answer;
  END IF;
  v_webhook := hold_webhook(p_tenant, p_id);
  PERFORM give_up_deliveries(p_tenant, p_id, 'The webhook was removed.');
  DELETE FROM webhooks WHERE tenant = p_tenant AND id = p_id;
  PERFORM record_event(p_caller, p_tenant, 'webhook.removed', p_id::text,
                       jsonb_build_object('url', v_webhook.url));
  RETURN answer_request_v1(p_tenant, p_key, p_fingerprint, webhook_facts(v_webhook));
END
$function$;

CREATE OR REPLACE FUNCTION public.shown_delivery(p_delivery webhook_deliveries, p_event events)
 RETURNS delivery_row
 LANGUAGE sql
 STABLE
RETURN ROW(((p_event).id)::text, ((p_event).type)::text, (p_event).subject, ((p_delivery).status)::text, (p_delivery).attempts, wire_time((p_delivery).created_at), wire_time((p_delivery).last_attempt_at), wire_time((p_delivery).next_attempt_at), (p_delivery).response_status, (p_delivery).duration_ms, (p_delivery).last_error, (p_delivery).response_excerpt)::delivery_row;

CREATE OR REPLACE FUNCTION public.delivery_facts(p_tenant text, p_webhook uuid, p_event uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
RETURN (SELECT (to_jsonb(shown_delivery(d.*, e.*)) || jsonb_build_object('payload', e.payload)) FROM (webhook_deliveries d JOIN events e ON (((e.tenant = d.tenant) AND (e.id = d.event)))) WHERE ((d.tenant = delivery_facts.p_tenant) AND (d.webhook = delivery_facts.p_webhook) AND (d.event = delivery_facts.p_event)));

CREATE OR REPLACE FUNCTION public.test_webhook_v1(p_caller caller, p_tenant text, p_key text, p_fingerprint bytea, p_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  v_call opened_call := open_call_v1(p_caller, p_tenant, p_key, p_fingerprint);
  v_event uuid;
BEGIN
  IF v_call.answer IS NULL THEN
    PERFORM refuse_disabled(hold_webhook(p_tenant, p_id));
    v_event := add_event(p_tenant, ARRAY[p_id], 'webhook.test', p_id::text, jsonb_build_object(
      'webhook', jsonb_build_object('id', p_id)));
    PERFORM record_event(p_caller, p_tenant, 'webhook.tested', p_id::text,
                         jsonb_build_object('delivery', v_event));
    v_call.answer := answer_request_v1(p_tenant, p_key, p_fingerprint, jsonb_build_object(
      'delivery_id', v_event, 'delivery', delivery_facts(p_tenant, p_id, v_event)));
  END IF;
  RETURN v_call.answer;
END
$function$;

CREATE OR REPLACE FUNCTION public.repeat_delivery_v1(p_caller caller, p_tenant text, p_key text, p_fingerprint bytea, p_webhook uuid, p_event uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  v_call opened_call := open_call_v1(p_caller, p_tenant, p_key, p_fingerprint);
  v_webhook webhooks;
BEGIN
  IF v_call.answer IS NULL THEN
    v_webhook := hold_webhook(p_tenant, p_webhook);
    IF NOT EXISTS (SELECT FROM webhook_deliveries
                   WHERE tenant = p_tenant AND webhook = p_webhook AND event = p_event) THEN
      PERFORM fail('delivery_not_found', jsonb_build_object('webhook', p_webhook, 'delivery', p_event));
    END IF;
    PERFORM refuse_disabled(v_webhook);
    UPDATE webhook_deliveries
    SET status = 'pending', attempts = 0, next_attempt_at = now(), token = NULL
    WHERE tenant = p_tenant AND webhook = p_webhook AND event = p_event
      AND (token IS NULL OR next_attempt_at < now());
    PERFORM wake_webhook(p_tenant, p_webhook);
    PERFORM record_event(p_caller, p_tenant, 'webhook.delivery_repeated', p_webhook::text,
                         jsonb_build_object('delivery', p_event));
    v_call.answer := answer_request_v1(p_tenant, p_key, p_fingerprint, jsonb_build_object(
      'delivery', delivery_facts(p_tenant, p_webhook, p_event)));
  END IF;
  RETURN v_call.answer;
END
$function$;

CREATE OR REPLACE FUNCTION public.claim_delivery_v1(p_tenant text, p_webhook uuid, p_token uuid, p_lease interval)
 RETURNS TABLE(event text, url text, payload text, secrets jsonb, attempt integer)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  v_webhook webhooks;
BEGIN
  PERFORM enter_tenant(p_tenant);
  SELECT * INTO v_webhook FROM webhooks WHERE tenant = p_tenant AND id = p_webhook;
  IF v_webhook.status IS DISTINCT FROM 'enabled' THEN
    PERFORM give_up_deliveries(p_tenant, p_webhook, 'The webhook was disabled.');
    RETURN;
  END IF;
  RETURN QUERY
    WITH due AS (
      SELECT d.event FROM webhook_deliveries AS d
      WHERE d.tenant = p_tenant AND d.webhook = p_webhook AND d.status = 'pending'
        AND d.next_attempt_at <= now()
      ORDER BY d.next_attempt_at
      LIMIT 1
      FOR UPDATE SKIP LOCKED
    ), claimed AS (
      UPDATE webhook_deliveries AS d
      SET attempts = d.attempts + 1, token = p_token, last_attempt_at = now(),
          next_attempt_at = now() + p_lease
      FROM due
      WHERE d.tenant = p_tenant AND d.webhook = p_webhook AND d.event = due.event
      RETURNING d.event, d.attempts
    )
    SELECT c.event::text, v_webhook.url, e.payload,
           jsonb_build_array(encode(v_webhook.secret, 'hex'))
             || CASE WHEN v_webhook.previous_secret_until > now()
                  THEN jsonb_build_array(encode(v_webhook.previous_secret, 'hex')) ELSE '[]' END,
           c.attempts
    FROM claimed AS c
    JOIN events AS e ON e.tenant = p_tenant AND e.id = c.event;
END
$function$;

CREATE OR REPLACE FUNCTION public.record_attempt_v1(p_tenant text, p_webhook uuid, p_event uuid, p_token uuid, p_outcome attempt_outcome, p_patience interval)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  v_delivery webhook_deliveries;
  v_url text;
  v_held boolean;
BEGIN
  PERFORM enter_tenant(p_tenant);
  -- The webhook before its deliveries, as everybody does who locks both.
  SELECT url INTO v_url FROM webhooks
  WHERE tenant = p_tenant AND id = p_webhook AND (p_outcome.result <> 'succeeded' OR failing_since IS NOT NULL)
  FOR NO KEY UPDATE;
  v_held := FOUND;
  IF p_outcome.result <> 'succeeded' AND v_url <> p_outcome.url THEN
    UPDATE webhook_deliveries SET next_attempt_at = now(), token = NULL
    WHERE tenant = p_tenant AND event = p_event AND webhook = p_webhook
      AND token = p_token AND status = 'pending';
    RETURN;
  END IF;
  UPDATE webhook_deliveries
  SET status = (CASE WHEN p_outcome.result = 'succeeded' THEN 'delivered'
                     WHEN p_outcome.result = 'gone' OR p_outcome.retry_after IS NULL THEN 'failed'
                     ELSE 'pending' END)::delivery_status,
      next_attempt_at = CASE WHEN p_outcome.result = 'failed' THEN now() + p_outcome.retry_after END,
      token = NULL,
      response_status = p_outcome.response_status,
      duration_ms = p_outcome.duration_ms,
      last_error = p_outcome.error,
      response_excerpt = p_outcome.excerpt
  WHERE tenant = p_tenant AND event = p_event AND webhook = p_webhook
    AND token = p_token AND status = 'pending'
  RETURNING * INTO v_delivery;
  IF NOT FOUND OR NOT v_held THEN
    RETURN;
  END IF;
  UPDATE webhooks
  SET failing_since = CASE WHEN p_outcome.result <> 'succeeded' THEN coalesce(failing_since, now()) END
  WHERE tenant = p_tenant AND id = p_webhook;
  IF p_outcome.result = 'gone' THEN
    PERFORM disable_webhook(p_tenant, p_webhook, 'gone');
  ELSIF v_delivery.status = 'failed' THEN
    PERFORM disable_webhook(p_tenant, p_webhook, 'failing') FROM webhooks
    WHERE tenant = p_tenant AND id = p_webhook AND failing_since < now() - p_patience;
  END IF;
END
$function$;

CREATE OR REPLACE FUNCTION public.due_webhooks_v1(p_within interval, p_limit integer, p_after_tenant text, p_after uuid)
 RETURNS TABLE(tenant text, webhook uuid, due_ms double precision)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  SELECT w.tenant, w.id, (greatest(extract(epoch FROM d.next_attempt_at - now()), 0) * 1000)::double precision
  FROM webhooks AS w
  CROSS JOIN LATERAL (
    SELECT next_attempt_at FROM webhook_deliveries
    WHERE tenant = w.tenant AND webhook = w.id AND status = 'pending'
    ORDER BY next_attempt_at LIMIT 1
  ) AS d
  WHERE d.next_attempt_at < now() + p_within
    AND (p_after IS NULL OR (w.tenant, w.id) > (p_after_tenant, p_after))
  ORDER BY w.tenant, w.id
  LIMIT p_limit
$function$;

CREATE OR REPLACE FUNCTION public.old_events(p_age interval, p_limit integer)
 RETURNS TABLE(tenant text, ids uuid[])
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  SELECT tenant, array_agg(id)
  FROM (SELECT tenant, id FROM events WHERE at < now() - p_age ORDER BY at LIMIT p_limit) AS old
  GROUP BY tenant
$function$;

CREATE OR REPLACE FUNCTION public.expire_events_v1(p_age interval, p_limit integer)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  v_old record;
  v_removed bigint := 0;
BEGIN
  FOR v_old IN SELECT * FROM old_events(p_age, p_limit) LOOP
    PERFORM enter_tenant(v_old.tenant);
    DELETE FROM webhook_deliveries WHERE tenant = v_old.tenant AND event = ANY (v_old.ids);
    DELETE FROM events WHERE tenant = v_old.tenant AND id = ANY (v_old.ids);
    v_removed := v_removed + cardinality(v_old.ids);
  END LOOP;
  RETURN v_removed;
END
$function$;

CREATE OR REPLACE FUNCTION public.sequences_near_exhaustion(p_tenant text)
 RETURNS SETOF alert_condition
 LANGUAGE sql
 STABLE
AS $function$
  SELECT 'sequence_exhaustion_near'::alert_kind, f.sequence || CASE f.series WHEN '' THEN '' ELSE ':' || f.series END,
         f.remaining = 0 OR a.is_share AND f.used_share >= 0.9
           OR f.exhausted_at < now() + a.soon,
         jsonb_build_object(
           'sequence', f.sequence, 'series', nullif(f.series, ''), 'remaining', f.remaining::text,
           'last_number', f.last_number::text, 'used', round(f.used_share::numeric, 4),
           'per_hour', round(f.per_hour::numeric, 2), 'exhausted_at', wire_time(f.exhausted_at))
  FROM forecasts_of(p_tenant) AS f
  CROSS JOIN LATERAL (
    -- By itself the share says nothing of a period, most of which may be over.
    SELECT s.ends_on IS NULL AS is_share,
           least(interval '7 days', (s.ends_on + 1)::timestamp AT TIME ZONE zone_named(q.time_zone) - now()) AS soon
    FROM series AS s
    JOIN sequences AS q ON q.tenant = s.tenant AND q.key = s.sequence
    WHERE s.tenant = p_tenant AND s.sequence = f.sequence AND s.period = f.series
  ) AS a
  WHERE f.remaining = 0 OR a.is_share AND f.used_share >= 0.85
     OR f.exhausted_at < now() + a.soon * 10 / 7
$function$;

CREATE OR REPLACE FUNCTION public.jobs_in_trouble(p_tenant text)
 RETURNS SETOF alert_condition
 LANGUAGE sql
 STABLE
AS $function$
  SELECT 'job_stuck'::alert_kind, id::text, lease_until < now() - interval '5 minutes',
         jsonb_build_object(
           'job', id, 'status', status, 'left', chunked - cursor, 'lease_until', wire_time(lease_until),
           'error', error)
  FROM jobs
  WHERE tenant = p_tenant AND status IN ('queued', 'running') AND lease_until < now() - interval '1 minute'
  UNION ALL
  SELECT 'job_failed'::alert_kind, id::text, true,
         jsonb_build_object(
           'job', id, 'left', chunked - cursor, 'failed_at', wire_time(finished_at), 'error', error)
  FROM jobs
  WHERE tenant = p_tenant AND status = 'failed' AND finished_at > now() - interval '7 days'
$function$;

CREATE OR REPLACE FUNCTION public.leases_in_trouble(p_tenant text)
 RETURNS SETOF alert_condition
 LANGUAGE sql
 STABLE
AS $function$
  SELECT 'lease_unreported'::alert_kind, id::text, expires_at < now() - interval '15 minutes',
         jsonb_build_object(
           'lease', id, 'sequence', sequence, 'holder', holder, 'open', open::text,
           'expired_at', wire_time(expires_at))
  FROM leases
  WHERE tenant = p_tenant AND closed_at IS NULL AND burned_at IS NULL AND expires_at < now()
$function$;

CREATE OR REPLACE FUNCTION public.operations_in_trouble(p_tenant text)
 RETURNS SETOF alert_condition
 LANGUAGE sql
 STABLE
AS $function$
  WITH measured AS (
    SELECT operation, 'errors_rising'::alert_kind AS kind, calls_5 AS calls, failed_5 AS bad,
           calls_60 - calls_5 AS calls_before, failed_60 - failed_5 AS bad_before,
           0.05 AS opens_at, 0.02 AS stays_at
    FROM operation_health(p_tenant)
    UNION ALL
    SELECT operation, 'operations_slow', calls_5, slow_5, calls_60 - calls_5, slow_60 - slow_5, 0.2, 0.1
    FROM operation_health(p_tenant)
  )
  SELECT kind, operation,
         bad >= 5 AND bad >= opens_at * calls
           AND bad::numeric / calls >= 2 * coalesce(bad_before::numeric / nullif(calls_before, 0), 0),
         jsonb_build_object(
           'operation', operation, 'calls', calls,
           CASE kind WHEN 'errors_rising' THEN 'failed' ELSE 'slow' END, bad,
           'calls_in_hour_before', calls_before,
           CASE kind WHEN 'errors_rising' THEN 'failed_in_hour_before' ELSE 'slow_in_hour_before' END, bad_before)
  FROM measured
  WHERE bad >= 2 AND bad >= stays_at * calls
$function$;

CREATE OR REPLACE FUNCTION public.audit_in_trouble(p_tenant text)
 RETURNS SETOF alert_condition
 LANGUAGE sql
 STABLE
AS $function$
  SELECT 'audit_chain_broken'::alert_kind, 'audit', true, found FROM audit_rounds
  WHERE tenant = p_tenant AND found IS NOT NULL
$function$;

CREATE OR REPLACE FUNCTION public.webhooks_in_trouble(p_tenant text)
 RETURNS SETOF alert_condition
 LANGUAGE sql
 STABLE
AS $function$
  SELECT 'webhook_disabled'::alert_kind, id::text, true,
         -- Of the address only what is no secret: whoever sees alerts may not see webhooks.
         jsonb_build_object('webhook', id, 'origin', substring(url FROM '^https?://[^/?#]+'),
                            'reason', disabled_reason, 'disabled_at', wire_time(disabled_at))
  FROM webhooks
  WHERE tenant = p_tenant AND disabled_reason IN ('gone', 'failing')
$function$;

CREATE OR REPLACE FUNCTION public.alert_conditions(p_tenant text)
 RETURNS SETOF alert_condition
 LANGUAGE sql
 STABLE
AS $function$
  SELECT * FROM sequences_near_exhaustion(p_tenant)
  UNION ALL SELECT * FROM jobs_in_trouble(p_tenant)
  UNION ALL SELECT * FROM leases_in_trouble(p_tenant)
  UNION ALL SELECT * FROM operations_in_trouble(p_tenant)
  UNION ALL SELECT * FROM audit_in_trouble(p_tenant)
  UNION ALL SELECT * FROM webhooks_in_trouble(p_tenant)
$function$;

CREATE OR REPLACE FUNCTION public.shown_alert(p_alert alerts)
 RETURNS alert_row
 LANGUAGE sql
 STABLE
RETURN ROW(((p_alert).id)::text, ((p_alert).kind)::text, (p_alert).subject, CASE WHEN ((p_alert).closed_at IS NULL) THEN 'open'::text ELSE 'closed'::text END, wire_time((p_alert).opened_at), wire_time((p_alert).closed_at), (p_alert).facts)::alert_row;

CREATE OR REPLACE FUNCTION public.compare_alerts(p_tenant text)
 RETURNS bigint
 LANGUAGE plpgsql
AS $function$
DECLARE
  -- A statement of these ends in time, with as many webhooks as a tenant may have.
  c_at_once CONSTANT integer := 2000;
  v_conditions alert_condition[] := ARRAY(SELECT c FROM alert_conditions(p_tenant) AS c);
  v_opened alerts[];
  v_closed alerts[];
BEGIN
  WITH missing AS (
    SELECT c.*, row_number() OVER (PARTITION BY c.kind ORDER BY c.subject COLLATE "C") AS place
    FROM unnest(v_conditions) AS c
    WHERE c.opens
      AND (c.kind, c.subject) NOT IN (
        SELECT kind, subject FROM alerts WHERE tenant = p_tenant AND closed_at IS NULL)
    ORDER BY place
    LIMIT c_at_once
  ), opened AS (
    INSERT INTO alerts (tenant, id, kind, subject, facts, opened_at)
    SELECT p_tenant, gen_random_uuid(), kind, subject, facts, now()
    FROM missing
    ORDER BY kind, subject COLLATE "C"
    ON CONFLICT (tenant, kind, subject) WHERE closed_at IS NULL DO NOTHING
    RETURNING alerts
  )
  SELECT array_agg(alerts) INTO v_opened FROM opened;
  WITH well_again AS (
    SELECT id, row_number() OVER (PARTITION BY kind ORDER BY subject) AS place
    FROM alerts
    WHERE tenant = p_tenant AND closed_at IS NULL
      AND (kind, subject) NOT IN (SELECT c.kind, c.subject FROM unnest(v_conditions) AS c)
    ORDER BY place
    LIMIT c_at_once
  ), closed AS (
    UPDATE alerts SET closed_at = now()
    WHERE tenant = p_tenant AND closed_at IS NULL AND id IN (SELECT id FROM well_again)
    RETURNING alerts
  )
  SELECT array_agg(alerts) INTO v_closed FROM closed;
  PERFORM emit_event(p_tenant, 'alert.opened', a.id::text,
                     jsonb_build_object('alert', to_jsonb(shown_alert(a))))
  FROM unnest(v_opened) AS a;
  PERFORM emit_event(p_tenant, 'alert.closed', a.id::text,
                     jsonb_build_object('alert', to_jsonb(shown_alert(a))))
  FROM unnest(v_closed) AS a;
  RETURN coalesce(cardinality(v_opened), 0) + coalesce(cardinality(v_closed), 0);
END
$function$;

CREATE OR REPLACE FUNCTION public.longest_unwatched(p_duty watch_duty, p_before timestamp with time zone)
 RETURNS text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  SELECT t.tenant
  FROM tenants AS t
  LEFT JOIN watch_turns AS w ON w.tenant = t.tenant AND w.duty = p_duty
  WHERE coalesce(w.taken_at, '-infinity') < p_before
  ORDER BY w.taken_at NULLS FIRST, t.tenant
  LIMIT 1
$function$;

CREATE OR REPLACE FUNCTION public.take_turn_v1(p_duty watch_duty, p_pause interval)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  v_before timestamptz := now() - p_pause;
  v_tenant text;
BEGIN
  LOOP
    v_tenant := longest_unwatched(p_duty, v_before);
    EXIT WHEN v_tenant IS NULL;
    PERFORM enter_tenant(v_tenant);
    INSERT INTO watch_turns AS w (tenant, duty, taken_at)
    VALUES (v_tenant, p_duty, now())
    ON CONFLICT (tenant, duty) DO UPDATE SET taken_at = excluded.taken_at WHERE w.taken_at < v_before;
    -- Not, when another was quicker: then the next one.
    EXIT WHEN FOUND;
  END LOOP;
  RETURN v_tenant;
END
$function$;

CREATE OR REPLACE FUNCTION public.compare_alerts_v1(p_tenant text)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
BEGIN
  PERFORM enter_tenant(p_tenant);
  RETURN compare_alerts(p_tenant);
END
$function$;

CREATE OR REPLACE FUNCTION public.compare_seals(p_tenant text, p_from integer, p_to integer, p_rows bigint)
 RETURNS TABLE(found jsonb, next_seal integer)
 LANGUAGE sql
 STABLE
AS $function$
  SELECT (v->'breaks'->0)::jsonb, (v->>'next_seal')::integer
  FROM verify_audit_v1(p_tenant, p_from, p_to, p_rows, NULL) AS v
$function$;

CREATE OR REPLACE FUNCTION public.compare_audit_v1(p_tenant text, p_seals integer, p_rows bigint)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  v_round audit_rounds;
  v_broken integer;
  v_youngest integer;
  v_from integer;
  v_found jsonb;
  v_next integer;
BEGIN
  PERFORM enter_tenant(p_tenant);
  v_youngest := coalesce((SELECT max(number) FROM audit_seals WHERE tenant = p_tenant), 1);
  SELECT * INTO v_round FROM audit_rounds WHERE tenant = p_tenant FOR UPDATE;
  v_broken := (v_round.found->>'seal')::integer;
  IF v_broken IS NOT NULL THEN
    -- What is wrong behind the last seal is told of the one that would follow.
    SELECT c.found INTO v_found
    FROM compare_seals(p_tenant, least(v_broken, v_youngest), v_broken, p_rows) AS c;
  END IF;
  IF v_found IS NULL THEN
    SELECT c.found INTO v_found FROM compare_seals(p_tenant, v_youngest, v_youngest, p_rows) AS c;
  END IF;
  v_from := CASE WHEN v_round.next_seal <= v_youngest THEN v_round.next_seal ELSE 1 END;
  SELECT coalesce(v_found, c.found), coalesce(c.next_seal, v_from + p_seals) INTO v_found, v_next
  FROM compare_seals(p_tenant, v_from, v_from + p_seals - 1, p_rows) AS c;
  INSERT INTO audit_rounds (tenant, next_seal, found) VALUES (p_tenant, v_next, v_found)
  ON CONFLICT (tenant) DO UPDATE SET next_seal = excluded.next_seal, found = excluded.found;
END
$function$;

CREATE OR REPLACE FUNCTION public.old_alerts(p_age interval, p_limit integer)
 RETURNS TABLE(tenant text, ids uuid[])
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  SELECT tenant, array_agg(id)
  FROM (SELECT tenant, id FROM alerts WHERE closed_at < now() - p_age ORDER BY closed_at LIMIT p_limit) AS old
  GROUP BY tenant
$function$;

CREATE OR REPLACE FUNCTION public.expire_alerts_v1(p_age interval, p_limit integer)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  v_old record;
  v_removed bigint := 0;
BEGIN
  FOR v_old IN SELECT * FROM old_alerts(p_age, p_limit) LOOP
    PERFORM enter_tenant(v_old.tenant);
    DELETE FROM alerts WHERE tenant = v_old.tenant AND id = ANY (v_old.ids);
    v_removed := v_removed + cardinality(v_old.ids);
  END LOOP;
  RETURN v_removed;
END
$function$;

CREATE OR REPLACE FUNCTION public.keep_tenants_apart(p_keepers regproc[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
DECLARE
  v_table regclass;
  v_function regprocedure;
  v_keeps boolean;
BEGIN
  GRANT CREATE ON SCHEMA public TO serialmint_rules, serialmint_keeper;
  FOR v_table IN
    SELECT oid FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND NOT relforcerowsecurity
  LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', v_table);
    EXECUTE format('CREATE POLICY own_tenant ON %s USING (tenant = entered_tenant())', v_table);
    EXECUTE format('GRANT SELECT ON %s TO serialmint_app, serialmint_rules', v_table);
  END LOOP;
  FOR v_function, v_keeps IN
    SELECT p.oid::regprocedure, p.oid = ANY (p_keepers::oid[])
    FROM pg_proc AS p
    WHERE p.pronamespace = 'public'::regnamespace
      AND p.proowner NOT IN ('serialmint_rules'::regrole, 'serialmint_keeper'::regrole)
      AND p.proname <> 'keep_tenants_apart'
      AND NOT EXISTS (SELECT FROM pg_depend AS d
                      WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
  LOOP
    IF v_keeps THEN
      -- In this order: what belongs to it, only it grants.
      EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO serialmint_rules', v_function);
      EXECUTE format('ALTER FUNCTION %s OWNER TO serialmint_keeper', v_function);
    ELSE
      EXECUTE format('ALTER FUNCTION %s OWNER TO serialmint_rules', v_function);
    END IF;
  END LOOP;
  REVOKE CREATE ON SCHEMA public FROM serialmint_rules, serialmint_keeper;
END
$function$;

-- Policies

ALTER TABLE alerts ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY all_tenants ON alerts FOR SELECT TO serialmint_keeper USING (true);
CREATE POLICY own_tenant ON alerts USING (tenant = entered_tenant());

ALTER TABLE api_key_uses ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON api_key_uses USING (tenant = entered_tenant());

ALTER TABLE api_keys ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY all_tenants ON api_keys FOR SELECT TO serialmint_keeper USING (true);
CREATE POLICY own_tenant ON api_keys USING (tenant = entered_tenant());

ALTER TABLE audit_events ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY all_tenants ON audit_events FOR SELECT TO serialmint_keeper USING (true);
CREATE POLICY own_tenant ON audit_events USING (tenant = entered_tenant());

ALTER TABLE audit_rounds ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY all_tenants ON audit_rounds FOR SELECT TO serialmint_keeper USING (true);
CREATE POLICY own_tenant ON audit_rounds USING (tenant = entered_tenant());

ALTER TABLE audit_seals ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY all_tenants ON audit_seals FOR SELECT TO serialmint_keeper USING (true);
CREATE POLICY own_tenant ON audit_seals USING (tenant = entered_tenant());

ALTER TABLE call_figures ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY all_tenants ON call_figures FOR SELECT TO serialmint_keeper USING (true);
CREATE POLICY own_tenant ON call_figures USING (tenant = entered_tenant());

ALTER TABLE count_lines ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON count_lines USING (tenant = entered_tenant());

ALTER TABLE counted_lots ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY all_tenants ON counted_lots FOR SELECT TO serialmint_keeper USING (true);
CREATE POLICY own_tenant ON counted_lots USING (tenant = entered_tenant());

ALTER TABLE counts ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON counts USING (tenant = entered_tenant());

ALTER TABLE events ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY all_tenants ON events FOR SELECT TO serialmint_keeper USING (true);
CREATE POLICY own_tenant ON events USING (tenant = entered_tenant());

ALTER TABLE figure_batches ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY all_tenants ON figure_batches FOR SELECT TO serialmint_keeper USING (true);
CREATE POLICY own_tenant ON figure_batches USING (tenant = entered_tenant());

ALTER TABLE figures_until ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY all_tenants ON figures_until FOR SELECT TO serialmint_keeper USING (true);
CREATE POLICY own_tenant ON figures_until USING (tenant = entered_tenant());

ALTER TABLE forms ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON forms USING (tenant = entered_tenant());

ALTER TABLE import_batches ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON import_batches USING (tenant = entered_tenant());

ALTER TABLE imports ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY all_tenants ON imports FOR SELECT TO serialmint_keeper USING (true);
CREATE POLICY own_tenant ON imports USING (tenant = entered_tenant());

ALTER TABLE job_items ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY all_tenants ON job_items FOR SELECT TO serialmint_keeper USING (true);
CREATE POLICY own_tenant ON job_items USING (tenant = entered_tenant());

ALTER TABLE jobs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY all_tenants ON jobs FOR SELECT TO serialmint_keeper USING (true);
CREATE POLICY own_tenant ON jobs USING (tenant = entered_tenant());

ALTER TABLE leases ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY all_tenants ON leases FOR SELECT TO serialmint_keeper USING (true);
CREATE POLICY own_tenant ON leases USING (tenant = entered_tenant());

ALTER TABLE ledger ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY all_tenants ON ledger FOR SELECT TO serialmint_keeper USING (true);
CREATE POLICY own_tenant ON ledger USING (tenant = entered_tenant());

ALTER TABLE lot_changes ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON lot_changes USING (tenant = entered_tenant());

ALTER TABLE lot_figures ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY all_tenants ON lot_figures FOR SELECT TO serialmint_keeper USING (true);
CREATE POLICY own_tenant ON lot_figures USING (tenant = entered_tenant());

ALTER TABLE lot_history ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON lot_history USING (tenant = entered_tenant());

ALTER TABLE lots ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON lots USING (tenant = entered_tenant());

ALTER TABLE notable_calls ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY all_tenants ON notable_calls FOR SELECT TO serialmint_keeper USING (true);
CREATE POLICY own_tenant ON notable_calls USING (tenant = entered_tenant());

ALTER TABLE number_figures ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY all_tenants ON number_figures FOR SELECT TO serialmint_keeper USING (true);
CREATE POLICY own_tenant ON number_figures USING (tenant = entered_tenant());

ALTER TABLE origins ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON origins USING (tenant = entered_tenant());

ALTER TABLE past_patterns ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON past_patterns USING (tenant = entered_tenant());

ALTER TABLE pattern_changes ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON pattern_changes USING (tenant = entered_tenant());

ALTER TABLE products ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON products USING (tenant = entered_tenant());

ALTER TABLE quota_days ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY all_tenants ON quota_days FOR SELECT TO serialmint_keeper USING (true);
CREATE POLICY own_tenant ON quota_days USING (tenant = entered_tenant());

ALTER TABLE recall_names ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON recall_names USING (tenant = entered_tenant());

ALTER TABLE recall_parts ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON recall_parts USING (tenant = entered_tenant());

ALTER TABLE recalls ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON recalls USING (tenant = entered_tenant());

ALTER TABLE receipt_growths ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON receipt_growths USING (tenant = entered_tenant());

ALTER TABLE receipt_lines ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON receipt_lines USING (tenant = entered_tenant());

ALTER TABLE receipts ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON receipts USING (tenant = entered_tenant());

ALTER TABLE refused_rows ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON refused_rows USING (tenant = entered_tenant());

ALTER TABLE reopened_skips ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY all_tenants ON reopened_skips FOR SELECT TO serialmint_keeper USING (true);
CREATE POLICY own_tenant ON reopened_skips USING (tenant = entered_tenant());

ALTER TABLE request_windows ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY all_tenants ON request_windows FOR SELECT TO serialmint_keeper USING (true);
CREATE POLICY own_tenant ON request_windows USING (tenant = entered_tenant());

ALTER TABLE requests ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY all_tenants ON requests FOR SELECT TO serialmint_keeper USING (true);
CREATE POLICY own_tenant ON requests USING (tenant = entered_tenant());

ALTER TABLE sequences ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON sequences USING (tenant = entered_tenant());

ALTER TABLE series ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY all_tenants ON series FOR SELECT TO serialmint_keeper USING (true);
CREATE POLICY own_tenant ON series USING (tenant = entered_tenant());

ALTER TABLE settings ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON settings USING (tenant = entered_tenant());

ALTER TABLE skipped_names ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON skipped_names USING (tenant = entered_tenant());

ALTER TABLE tenants ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY all_tenants ON tenants FOR SELECT TO serialmint_keeper USING (true);
CREATE POLICY own_tenant ON tenants USING (tenant = entered_tenant());

ALTER TABLE tried_lots ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON tried_lots USING (tenant = entered_tenant());

ALTER TABLE tried_numbers ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON tried_numbers USING (tenant = entered_tenant());

ALTER TABLE watch_turns ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY all_tenants ON watch_turns FOR SELECT TO serialmint_keeper USING (true);
CREATE POLICY own_tenant ON watch_turns USING (tenant = entered_tenant());

ALTER TABLE webhook_deliveries ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY all_tenants ON webhook_deliveries FOR SELECT TO serialmint_keeper USING (true);
CREATE POLICY own_tenant ON webhook_deliveries USING (tenant = entered_tenant());

ALTER TABLE webhooks ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY all_tenants ON webhooks FOR SELECT TO serialmint_keeper USING (true);
CREATE POLICY own_tenant ON webhooks USING (tenant = entered_tenant());

-- Owners

ALTER FUNCTION due_webhooks_v1(interval,integer,text,uuid) OWNER TO serialmint_keeper;
ALTER FUNCTION entries_over(bigint,bigint,bigint) OWNER TO serialmint_keeper;
ALTER FUNCTION expired_requests(integer) OWNER TO serialmint_keeper;
ALTER FUNCTION figured_until() OWNER TO serialmint_keeper;
ALTER FUNCTION first_written(timestamp with time zone,timestamp with time zone) OWNER TO serialmint_keeper;
ALTER FUNCTION identify_v1(bytea) OWNER TO serialmint_keeper;
ALTER FUNCTION leases_unreported(integer,interval) OWNER TO serialmint_keeper;
ALTER FUNCTION longest_unwatched(watch_duty,timestamp with time zone) OWNER TO serialmint_keeper;
ALTER FUNCTION lots_between(timestamp with time zone,timestamp with time zone) OWNER TO serialmint_keeper;
ALTER FUNCTION marked_entries(ledger[]) OWNER TO serialmint_keeper;
ALTER FUNCTION metrics_v1() OWNER TO serialmint_keeper;
ALTER FUNCTION numbers_between(timestamp with time zone,timestamp with time zone) OWNER TO serialmint_keeper;
ALTER FUNCTION old_alerts(interval,integer) OWNER TO serialmint_keeper;
ALTER FUNCTION old_events(interval,integer) OWNER TO serialmint_keeper;
ALTER FUNCTION past_series(integer) OWNER TO serialmint_keeper;
ALTER FUNCTION recorded_over(bigint,bigint,bigint) OWNER TO serialmint_keeper;
ALTER FUNCTION reservations_at(bigint[],bigint[]) OWNER TO serialmint_keeper;
ALTER FUNCTION sealed_until() OWNER TO serialmint_keeper;
ALTER FUNCTION staged_for_long(interval,integer) OWNER TO serialmint_keeper;
ALTER FUNCTION stranded_jobs_v1(interval,integer,timestamp with time zone,text,uuid) OWNER TO serialmint_keeper;
ALTER FUNCTION tenants_known() OWNER TO serialmint_keeper;
ALTER FUNCTION tenants_with_old_figures() OWNER TO serialmint_keeper;
ALTER FUNCTION tenants_with_old_quotas() OWNER TO serialmint_keeper;
ALTER FUNCTION voids_over(bigint,bigint,bigint) OWNER TO serialmint_keeper;
ALTER FUNCTION written_between(timestamp with time zone,timestamp with time zone,bigint) OWNER TO serialmint_keeper;

ALTER FUNCTION account_runs_of(series,bigint,integer) OWNER TO serialmint_rules;
ALTER FUNCTION account_runs_v1(text,text,text,bigint,bigint,integer) OWNER TO serialmint_rules;
ALTER FUNCTION account_v1(text,text,text) OWNER TO serialmint_rules;
ALTER FUNCTION add_api_key(api_keys) OWNER TO serialmint_rules;
ALTER FUNCTION add_call_figures(text,figure_grain[],gathered_calls[]) OWNER TO serialmint_rules;
ALTER FUNCTION add_calls_v1(uuid,jsonb,jsonb) OWNER TO serialmint_rules;
ALTER FUNCTION add_counts(bigint[],bigint[]) OWNER TO serialmint_rules;
ALTER FUNCTION add_event(text,uuid[],event_type,text,jsonb) OWNER TO serialmint_rules;
ALTER FUNCTION add_lot_figures(text,lot_figure[]) OWNER TO serialmint_rules;
ALTER FUNCTION add_notable_calls(text,gathered_call[]) OWNER TO serialmint_rules;
ALTER FUNCTION add_number_figures(text,timestamp with time zone,figure_grain[],number_figure[]) OWNER TO serialmint_rules;
ALTER FUNCTION add_receipt_lines(text,uuid,jsonb) OWNER TO serialmint_rules;
ALTER FUNCTION add_seal(text,timestamp with time zone,timestamp with time zone) OWNER TO serialmint_rules;
ALTER FUNCTION add_sequences(text,jsonb) OWNER TO serialmint_rules;
ALTER FUNCTION advance_job(text,uuid,uuid,bigint,bigint,interval) OWNER TO serialmint_rules;
ALTER FUNCTION advance_v1(caller,text,text,bytea,text,text,uuid,bigint,text) OWNER TO serialmint_rules;
ALTER FUNCTION alert_conditions(text) OWNER TO serialmint_rules;
ALTER FUNCTION answer_move(caller,text,text,bytea,audit_action,jsonb) OWNER TO serialmint_rules;
ALTER FUNCTION answer_request_v1(text,text,bytea,jsonb) OWNER TO serialmint_rules;
ALTER FUNCTION api_key_facts(api_keys) OWNER TO serialmint_rules;
ALTER FUNCTION apply_count_v1(caller,text,text,bytea,uuid,uuid,uuid,interval,jsonb,jsonb,bigint,bigint,bigint) OWNER TO serialmint_rules;
ALTER FUNCTION apply_import_v1(text,uuid,uuid,bigint,bigint,interval,jsonb,jsonb) OWNER TO serialmint_rules;
ALTER FUNCTION audit_in_trouble(text) OWNER TO serialmint_rules;
ALTER FUNCTION available_stock(text,text[]) OWNER TO serialmint_rules;
ALTER FUNCTION begin_at(series,bigint,integer,text) OWNER TO serialmint_rules;
ALTER FUNCTION begin_fence(text,bigint,integer,text,text[],text[]) OWNER TO serialmint_rules;
ALTER FUNCTION begin_import_v1(caller,text,text,bytea,uuid,uuid,text,boolean,boolean,boolean,interval) OWNER TO serialmint_rules;
ALTER FUNCTION behind_ledger(series) OWNER TO serialmint_rules;
ALTER FUNCTION bind_naming_series_v1(caller,text,text,text,bigint,boolean,bigint) OWNER TO serialmint_rules;
ALTER FUNCTION break_import_v1(text,uuid,uuid,jsonb) OWNER TO serialmint_rules;
ALTER FUNCTION burn_lease_v1(caller,text,text,bytea,uuid,text) OWNER TO serialmint_rules;
ALTER FUNCTION burn_leases_v1(integer,interval) OWNER TO serialmint_rules;
ALTER FUNCTION call_bounds() OWNER TO serialmint_rules;
ALTER FUNCTION caller_of_import(imports) OWNER TO serialmint_rules;
ALTER FUNCTION caller_v1(caller,text) OWNER TO serialmint_rules;
ALTER FUNCTION calls_over(bigint[],double precision) OWNER TO serialmint_rules;
ALTER FUNCTION cancel_job_v1(caller,text,text,bytea,uuid) OWNER TO serialmint_rules;
ALTER FUNCTION cancel_receipt_v1(caller,text,text,bytea,uuid,text) OWNER TO serialmint_rules;
ALTER FUNCTION chain_begin(text) OWNER TO serialmint_rules;
ALTER FUNCTION chain_break(integer,text,timestamp with time zone,timestamp with time zone,json,json) OWNER TO serialmint_rules;
ALTER FUNCTION change_lot_v1(caller,text,text,text,text[],jsonb,text,text,uuid) OWNER TO serialmint_rules;
ALTER FUNCTION change_lots(text,text,text[],jsonb,integer,text,text,uuid) OWNER TO serialmint_rules;
ALTER FUNCTION change_lots_v1(caller,text,text,bytea,jsonb,jsonb,text,text,bigint) OWNER TO serialmint_rules;
ALTER FUNCTION change_patterns(text,bigint,text[]) OWNER TO serialmint_rules;
ALTER FUNCTION change_settings_v1(caller,text,jsonb,bigint,text[]) OWNER TO serialmint_rules;
ALTER FUNCTION change_webhook_v1(caller,text,uuid,jsonb) OWNER TO serialmint_rules;
ALTER FUNCTION check_base(series,bigint) OWNER TO serialmint_rules;
ALTER FUNCTION check_bound(text,text,text,boolean) OWNER TO serialmint_rules;
ALTER FUNCTION check_change(text,text,jsonb) OWNER TO serialmint_rules;
ALTER FUNCTION check_definition(series,uuid) OWNER TO serialmint_rules;
ALTER FUNCTION check_draw(series_request) OWNER TO serialmint_rules;
ALTER FUNCTION check_expiries(lot_found[]) OWNER TO serialmint_rules;
ALTER FUNCTION check_in_run(ledger,bigint,bigint) OWNER TO serialmint_rules;
ALTER FUNCTION check_key(api_keys,caller) OWNER TO serialmint_rules;
ALTER FUNCTION check_lease_limits(text,text,text,bigint,lease_limits) OWNER TO serialmint_rules;
ALTER FUNCTION check_limits(api_keys) OWNER TO serialmint_rules;
ALTER FUNCTION check_lots_exist(text,text,text[]) OWNER TO serialmint_rules;
ALTER FUNCTION check_names(text,lot_request) OWNER TO serialmint_rules;
ALTER FUNCTION check_room(series,bigint,bigint,bigint) OWNER TO serialmint_rules;
ALTER FUNCTION check_serials(lot_found[]) OWNER TO serialmint_rules;
ALTER FUNCTION check_step(series,bigint,bigint,bigint) OWNER TO serialmint_rules;
ALTER FUNCTION claim_delivery_v1(text,uuid,uuid,interval) OWNER TO serialmint_rules;
ALTER FUNCTION close_recall_v1(caller,text,text,bytea,uuid,text) OWNER TO serialmint_rules;
ALTER FUNCTION close_series_v1(integer) OWNER TO serialmint_rules;
ALTER FUNCTION compare_alerts(text) OWNER TO serialmint_rules;
ALTER FUNCTION compare_alerts_v1(text) OWNER TO serialmint_rules;
ALTER FUNCTION compare_audit_v1(text,integer,bigint) OWNER TO serialmint_rules;
ALTER FUNCTION compare_seals(text,integer,integer,bigint) OWNER TO serialmint_rules;
ALTER FUNCTION complete_import_v1(text,uuid,uuid,bytea,bigint,bigint,jsonb,jsonb,uuid,interval) OWNER TO serialmint_rules;
ALTER FUNCTION continue_series(series,bigint,imports) OWNER TO serialmint_rules;
ALTER FUNCTION count_facts(text,uuid) OWNER TO serialmint_rules;
ALTER FUNCTION counter_of(bigint) OWNER TO serialmint_rules;
ALTER FUNCTION counter_v1(text,text,text) OWNER TO serialmint_rules;
ALTER FUNCTION create_api_key_v1(caller,text,text,bytea,bytea,jsonb) OWNER TO serialmint_rules;
ALTER FUNCTION create_count_v1(caller,text,text,bytea,uuid,text,text,jsonb) OWNER TO serialmint_rules;
ALTER FUNCTION create_lots_v1(caller,text,text,bytea,uuid,uuid,interval,jsonb,boolean,bigint,bigint,bigint) OWNER TO serialmint_rules;
ALTER FUNCTION create_receipt_v1(caller,text,text,bytea,uuid,text,text,jsonb,uuid,uuid,interval,jsonb,bigint,bigint,bigint) OWNER TO serialmint_rules;
ALTER FUNCTION create_webhook_v1(caller,text,text,bytea,uuid,bytea,jsonb,integer) OWNER TO serialmint_rules;
ALTER FUNCTION csv_field(text,boolean) OWNER TO serialmint_rules;
ALTER FUNCTION delete_lots(text,tid[]) OWNER TO serialmint_rules;
ALTER FUNCTION delivery_facts(text,uuid,uuid) OWNER TO serialmint_rules;
ALTER FUNCTION differences(jsonb,jsonb) OWNER TO serialmint_rules;
ALTER FUNCTION digest_of_seal(audit_seals) OWNER TO serialmint_rules;
ALTER FUNCTION disable_webhook(text,uuid,disabling_reason) OWNER TO serialmint_rules;
ALTER FUNCTION draw_from_counter(series,uuid,bigint,bigint,bigint) OWNER TO serialmint_rules;
ALTER FUNCTION draw_from_row(series,boolean,bigint,bigint,bigint) OWNER TO serialmint_rules;
ALTER FUNCTION draw_or_pass(text,text,text,uuid,bigint,bigint,bigint) OWNER TO serialmint_rules;
ALTER FUNCTION draw_v1(text,text,text,uuid,bigint,bigint) OWNER TO serialmint_rules;
ALTER FUNCTION drawn_lately_v1(text,text,text) OWNER TO serialmint_rules;
ALTER FUNCTION drop_staged(text,uuid,bigint) OWNER TO serialmint_rules;
ALTER FUNCTION emit_event(text,event_type,text,jsonb) OWNER TO serialmint_rules;
ALTER FUNCTION emit_job_event(text,uuid) OWNER TO serialmint_rules;
ALTER FUNCTION emit_receipt_event(receipts,event_type) OWNER TO serialmint_rules;
ALTER FUNCTION enter_tenant(text) OWNER TO serialmint_rules;
ALTER FUNCTION entered_tenant() OWNER TO serialmint_rules;
ALTER FUNCTION entry_of_number(bigint,bigint) OWNER TO serialmint_rules;
ALTER FUNCTION exact_time(timestamp with time zone) OWNER TO serialmint_rules;
ALTER FUNCTION exhausted_at(numeric,double precision,timestamp with time zone) OWNER TO serialmint_rules;
ALTER FUNCTION expire_alerts_v1(interval,integer) OWNER TO serialmint_rules;
ALTER FUNCTION expire_events_v1(interval,integer) OWNER TO serialmint_rules;
ALTER FUNCTION expire_figures_v1(integer) OWNER TO serialmint_rules;
ALTER FUNCTION expire_quotas_v1() OWNER TO serialmint_rules;
ALTER FUNCTION expire_requests_v1(integer) OWNER TO serialmint_rules;
ALTER FUNCTION expire_staged_v1(interval,integer) OWNER TO serialmint_rules;
ALTER FUNCTION fail(text,jsonb) OWNER TO serialmint_rules;
ALTER FUNCTION fence_end(sequences) OWNER TO serialmint_rules;
ALTER FUNCTION fence_known(text,text,bigint,integer,bigint,integer,text) OWNER TO serialmint_rules;
ALTER FUNCTION fence_one(text,text,text,bigint,text) OWNER TO serialmint_rules;
ALTER FUNCTION fence_series(series,bigint,integer,text) OWNER TO serialmint_rules;
ALTER FUNCTION fence_unknown(text,text,bigint,integer,integer,text) OWNER TO serialmint_rules;
ALTER FUNCTION fence_v1(caller,text,text,bytea,text,text,uuid,bigint,integer,text) OWNER TO serialmint_rules;
ALTER FUNCTION fenced_begin(sequences) OWNER TO serialmint_rules;
ALTER FUNCTION find_lots_v1(text,text,lot_filter,uuid,text,text,integer) OWNER TO serialmint_rules;
ALTER FUNCTION first_number(sequences,text) OWNER TO serialmint_rules;
ALTER FUNCTION forecasts_of(text) OWNER TO serialmint_rules;
ALTER FUNCTION form_of_lease(leases) OWNER TO serialmint_rules;
ALTER FUNCTION form_v1(text,bigint,text,integer,text) OWNER TO serialmint_rules;
ALTER FUNCTION get_lot_v1(text,text,text) OWNER TO serialmint_rules;
ALTER FUNCTION give_up_deliveries(text,uuid,text) OWNER TO serialmint_rules;
ALTER FUNCTION given_under(sequences) OWNER TO serialmint_rules;
ALTER FUNCTION go_on_fencing(text,text,bigint,bigint,text) OWNER TO serialmint_rules;
ALTER FUNCTION grow_lots(receipts,lot_found[]) OWNER TO serialmint_rules;
ALTER FUNCTION has_issued(text,text) OWNER TO serialmint_rules;
ALTER FUNCTION has_other_admin_key(api_keys) OWNER TO serialmint_rules;
ALTER FUNCTION has_scope(api_keys,caller) OWNER TO serialmint_rules;
ALTER FUNCTION held_lease(text,uuid,uuid) OWNER TO serialmint_rules;
ALTER FUNCTION held_lease_of_run(ledger,uuid) OWNER TO serialmint_rules;
ALTER FUNCTION held_names(text,lot_request[]) OWNER TO serialmint_rules;
ALTER FUNCTION held_series(text,text,text,uuid) OWNER TO serialmint_rules;
ALTER FUNCTION history_matches(lots,text,text) OWNER TO serialmint_rules;
ALTER FUNCTION hold_api_key(text,uuid) OWNER TO serialmint_rules;
ALTER FUNCTION hold_counter(series) OWNER TO serialmint_rules;
ALTER FUNCTION hold_definition(text,text,uuid) OWNER TO serialmint_rules;
ALTER FUNCTION hold_lots_found(text,lot_request[]) OWNER TO serialmint_rules;
ALTER FUNCTION hold_patterns(text,bigint) OWNER TO serialmint_rules;
ALTER FUNCTION hold_products(text,boolean) OWNER TO serialmint_rules;
ALTER FUNCTION hold_quota(text,integer) OWNER TO serialmint_rules;
ALTER FUNCTION hold_series(series_request) OWNER TO serialmint_rules;
ALTER FUNCTION hold_untouched(receipts,job_items[],bigint) OWNER TO serialmint_rules;
ALTER FUNCTION hold_webhook(text,uuid) OWNER TO serialmint_rules;
ALTER FUNCTION import_counters(imports,jsonb) OWNER TO serialmint_rules;
ALTER FUNCTION import_lots(imports,jsonb) OWNER TO serialmint_rules;
ALTER FUNCTION import_products(imports,jsonb) OWNER TO serialmint_rules;
ALTER FUNCTION import_sequences(imports,jsonb) OWNER TO serialmint_rules;
ALTER FUNCTION in_numbers(lots,bigint,bigint,bigint) OWNER TO serialmint_rules;
ALTER FUNCTION in_receipt(lots,uuid) OWNER TO serialmint_rules;
ALTER FUNCTION in_run(lots,text,integer,text) OWNER TO serialmint_rules;
ALTER FUNCTION is_begun(series) OWNER TO serialmint_rules;
ALTER FUNCTION is_drawing(series) OWNER TO serialmint_rules;
ALTER FUNCTION is_drawn_by(ledger,integer) OWNER TO serialmint_rules;
ALTER FUNCTION is_minute_over(timestamp with time zone) OWNER TO serialmint_rules;
ALTER FUNCTION is_period(sequence_reset,text) OWNER TO serialmint_rules;
ALTER FUNCTION is_use_old(timestamp with time zone) OWNER TO serialmint_rules;
ALTER FUNCTION is_within_limits(api_keys,caller) OWNER TO serialmint_rules;
ALTER FUNCTION issued_names(text,text,text,text[]) OWNER TO serialmint_rules;
ALTER FUNCTION items_not_found(lot_request[],lot_found[]) OWNER TO serialmint_rules;
ALTER FUNCTION items_of_job(text,uuid) OWNER TO serialmint_rules;
ALTER FUNCTION job_facts(text,uuid) OWNER TO serialmint_rules;
ALTER FUNCTION jobs_in_trouble(text) OWNER TO serialmint_rules;
ALTER FUNCTION kept_for(figure_grain) OWNER TO serialmint_rules;
ALTER FUNCTION key_of_origin(text,integer) OWNER TO serialmint_rules;
ALTER FUNCTION key_rights(api_keys) OWNER TO serialmint_rules;
ALTER FUNCTION key_status(api_keys) OWNER TO serialmint_rules;
ALTER FUNCTION known_lots_v1(text,uuid,jsonb) OWNER TO serialmint_rules;
ALTER FUNCTION last_change_to(text,text,text,lot_state) OWNER TO serialmint_rules;
ALTER FUNCTION last_change_under(text,text,text,text) OWNER TO serialmint_rules;
ALTER FUNCTION last_entry(series) OWNER TO serialmint_rules;
ALTER FUNCTION last_number_of(bigint,bigint,bigint,bigint) OWNER TO serialmint_rules;
ALTER FUNCTION last_of_counter(regclass) OWNER TO serialmint_rules;
ALTER FUNCTION last_passed(series,bigint) OWNER TO serialmint_rules;
ALTER FUNCTION lease_facts(leases) OWNER TO serialmint_rules;
ALTER FUNCTION lease_status(leases) OWNER TO serialmint_rules;
ALTER FUNCTION leases_in_trouble(text) OWNER TO serialmint_rules;
ALTER FUNCTION list_lots_v1(text,lot_filter,uuid,bigint,bigint,bigint,bigint,integer) OWNER TO serialmint_rules;
ALTER FUNCTION lock_counter(bigint,boolean) OWNER TO serialmint_rules;
ALTER FUNCTION lock_job(text,uuid,text,job_status[]) OWNER TO serialmint_rules;
ALTER FUNCTION lock_lots(text,text,text[]) OWNER TO serialmint_rules;
ALTER FUNCTION lock_reservation(text,text,text,bigint) OWNER TO serialmint_rules;
ALTER FUNCTION locked_lease(text,uuid) OWNER TO serialmint_rules;
ALTER FUNCTION lot_after(jsonb,jsonb) OWNER TO serialmint_rules;
ALTER FUNCTION lot_before(lots,jsonb) OWNER TO serialmint_rules;
ALTER FUNCTION lot_differs(lots,jsonb) OWNER TO serialmint_rules;
ALTER FUNCTION lot_matches(lots,lot_filter) OWNER TO serialmint_rules;
ALTER FUNCTION lot_requests(text,jsonb) OWNER TO serialmint_rules;
ALTER FUNCTION lot_states() OWNER TO serialmint_rules;
ALTER FUNCTION lot_version(lots) OWNER TO serialmint_rules;
ALTER FUNCTION lots_at(tid[]) OWNER TO serialmint_rules;
ALTER FUNCTION lots_by_change_v1(text,lot_filter,bigint,text,integer) OWNER TO serialmint_rules;
ALTER FUNCTION lots_by_expiry_v1(text,lot_filter,date,text,text,integer) OWNER TO serialmint_rules;
ALTER FUNCTION lots_by_location_v1(text,lot_filter,text,text,integer) OWNER TO serialmint_rules;
ALTER FUNCTION lots_by_state_v1(text,lot_filter,text,text,integer) OWNER TO serialmint_rules;
ALTER FUNCTION lots_of_part(recall_parts,part_place,timestamp with time zone,integer) OWNER TO serialmint_rules;
ALTER FUNCTION lots_of_receipt_v1(text,lot_filter,bigint,bigint,integer) OWNER TO serialmint_rules;
ALTER FUNCTION made_name(job_items,boolean) OWNER TO serialmint_rules;
ALTER FUNCTION make_forms(text,lot_request[]) OWNER TO serialmint_rules;
ALTER FUNCTION make_naming_series(text) OWNER TO serialmint_rules;
ALTER FUNCTION make_naming_series_v1(caller,text) OWNER TO serialmint_rules;
ALTER FUNCTION names_of_numbers(text,text,bigint,bigint,bigint,bigint,bigint) OWNER TO serialmint_rules;
ALTER FUNCTION next_number(series) OWNER TO serialmint_rules;
ALTER FUNCTION no_tenant() OWNER TO serialmint_rules;
ALTER FUNCTION note_crash(series,bigint,integer) OWNER TO serialmint_rules;
ALTER FUNCTION note_failure_v1(text,uuid,uuid,jsonb,boolean,integer) OWNER TO serialmint_rules;
ALTER FUNCTION note_lease(leases,int8multirange,int8multirange) OWNER TO serialmint_rules;
ALTER FUNCTION note_refused(text,uuid,jsonb) OWNER TO serialmint_rules;
ALTER FUNCTION note_use(text,integer) OWNER TO serialmint_rules;
ALTER FUNCTION nth_name(job_items,bigint) OWNER TO serialmint_rules;
ALTER FUNCTION numbers_in(int8multirange,bigint) OWNER TO serialmint_rules;
ALTER FUNCTION numbers_on_lease(ledger) OWNER TO serialmint_rules;
ALTER FUNCTION numbers_to_pass(series,bigint,bigint) OWNER TO serialmint_rules;
ALTER FUNCTION numbers_today(api_keys) OWNER TO serialmint_rules;
ALTER FUNCTION numbers_today_v1(bytea) OWNER TO serialmint_rules;
ALTER FUNCTION of_series(bigint,bigint,bigint,bigint) OWNER TO serialmint_rules;
ALTER FUNCTION open_call_v1(caller,text,text,bytea) OWNER TO serialmint_rules;
ALTER FUNCTION open_lease_v1(caller,text,text,bytea,text,text,uuid,bigint,text,integer,text,bigint,text,uuid,uuid,text,integer,date,lease_limits) OWNER TO serialmint_rules;
ALTER FUNCTION open_numbers(ledger) OWNER TO serialmint_rules;
ALTER FUNCTION open_recall_v1(caller,text,text,bytea,uuid,text,text,jsonb) OWNER TO serialmint_rules;
ALTER FUNCTION open_receipt(text,uuid,text,text,bytea,integer) OWNER TO serialmint_rules;
ALTER FUNCTION opened_lease(text,uuid) OWNER TO serialmint_rules;
ALTER FUNCTION operation_health(text) OWNER TO serialmint_rules;
ALTER FUNCTION operations_in_trouble(text) OWNER TO serialmint_rules;
ALTER FUNCTION origin_of(text,integer,text) OWNER TO serialmint_rules;
ALTER FUNCTION origin_of_operator(text) OWNER TO serialmint_rules;
ALTER FUNCTION pass_v1(text,text,text,uuid,bigint) OWNER TO serialmint_rules;
ALTER FUNCTION passed_numbers(series,bigint) OWNER TO serialmint_rules;
ALTER FUNCTION period_at(sequence_reset,text,text,timestamp with time zone) OWNER TO serialmint_rules;
ALTER FUNCTION period_end(sequence_reset,text,text) OWNER TO serialmint_rules;
ALTER FUNCTION product_facts(products) OWNER TO serialmint_rules;
ALTER FUNCTION promote_series(series) OWNER TO serialmint_rules;
ALTER FUNCTION put_off(jobs,bigint[]) OWNER TO serialmint_rules;
ALTER FUNCTION put_product_v1(caller,text,text,jsonb,bigint,text[]) OWNER TO serialmint_rules;
ALTER FUNCTION put_sequence_v1(caller,text,text,jsonb,bigint,text[],bigint) OWNER TO serialmint_rules;
ALTER FUNCTION quantile_of(bigint[],double precision,double precision) OWNER TO serialmint_rules;
ALTER FUNCTION quota_day_of(text) OWNER TO serialmint_rules;
ALTER FUNCTION quota_of(api_keys) OWNER TO serialmint_rules;
ALTER FUNCTION recall_facts(text,uuid) OWNER TO serialmint_rules;
ALTER FUNCTION recall_lots_v1(text,uuid,integer,text,bigint,bigint,integer) OWNER TO serialmint_rules;
ALTER FUNCTION receipt_facts(text,uuid) OWNER TO serialmint_rules;
ALTER FUNCTION record_around_foreign_names(jobs,job_items[],bigint) OWNER TO serialmint_rules;
ALTER FUNCTION record_attempt_v1(text,uuid,uuid,uuid,attempt_outcome,interval) OWNER TO serialmint_rules;
ALTER FUNCTION record_drawn(text,uuid,lot_request[],drawn,text,bigint,integer) OWNER TO serialmint_rules;
ALTER FUNCTION record_event(caller,text,audit_action,text,jsonb) OWNER TO serialmint_rules;
ALTER FUNCTION record_given_names(text,job_items[],boolean) OWNER TO serialmint_rules;
ALTER FUNCTION record_imported(imports,jsonb,bigint[]) OWNER TO serialmint_rules;
ALTER FUNCTION record_lots(text,opened_call,uuid,uuid,interval,lot_request[],boolean,boolean,bigint,bigint,bigint) OWNER TO serialmint_rules;
ALTER FUNCTION record_or_find_lots(text,opened_call,uuid,uuid,interval,lot_request[],boolean,bigint,bigint,bigint) OWNER TO serialmint_rules;
ALTER FUNCTION record_reserved(text,uuid,lot_request,bigint) OWNER TO serialmint_rules;
ALTER FUNCTION record_units(jobs,job_items[],bigint) OWNER TO serialmint_rules;
ALTER FUNCTION recorded_by_line(text,uuid) OWNER TO serialmint_rules;
ALTER FUNCTION recorded_names(job_items[],bigint) OWNER TO serialmint_rules;
ALTER FUNCTION records_held(text,jsonb,lot_request[]) OWNER TO serialmint_rules;
ALTER FUNCTION records_recorded(text,jsonb,bigint[]) OWNER TO serialmint_rules;
ALTER FUNCTION refuse_another(ledger,integer,text) OWNER TO serialmint_rules;
ALTER FUNCTION refuse_disabled(webhooks) OWNER TO serialmint_rules;
ALTER FUNCTION refuse_lease_over(leases) OWNER TO serialmint_rules;
ALTER FUNCTION refuse_many_series(lot_request[]) OWNER TO serialmint_rules;
ALTER FUNCTION refuse_sharing(text,text,text,text[]) OWNER TO serialmint_rules;
ALTER FUNCTION refuse_used(ledger,int8multirange,int8multirange) OWNER TO serialmint_rules;
ALTER FUNCTION release_job_v1(text,uuid,uuid) OWNER TO serialmint_rules;
ALTER FUNCTION remove_webhook_v1(caller,text,text,bytea,uuid) OWNER TO serialmint_rules;
ALTER FUNCTION render_name(text,bigint,integer,text) OWNER TO serialmint_rules;
ALTER FUNCTION renew_lease_v1(caller,text,text,bytea,uuid,uuid,integer) OWNER TO serialmint_rules;
ALTER FUNCTION reopen_series(series) OWNER TO serialmint_rules;
ALTER FUNCTION repeat_delivery_v1(caller,text,text,bytea,uuid,uuid) OWNER TO serialmint_rules;
ALTER FUNCTION replace_taken(jobs,job_items[]) OWNER TO serialmint_rules;
ALTER FUNCTION report_lease_v1(caller,text,text,bytea,uuid,uuid,bigint,bigint[],bigint[],boolean,text,integer) OWNER TO serialmint_rules;
ALTER FUNCTION reservation_facts(ledger) OWNER TO serialmint_rules;
ALTER FUNCTION reservation_id(text,text,bigint) OWNER TO serialmint_rules;
ALTER FUNCTION reservation_use(ledger,int8multirange,int8multirange) OWNER TO serialmint_rules;
ALTER FUNCTION reserve_v1(caller,text,text,bytea,text,text,uuid,bigint,text,integer,text,bigint,text,uuid,text,text,boolean) OWNER TO serialmint_rules;
ALTER FUNCTION resolve_selection(text,lot_selection) OWNER TO serialmint_rules;
ALTER FUNCTION resolve_v1(text,text) OWNER TO serialmint_rules;
ALTER FUNCTION rest_of_lease(leases) OWNER TO serialmint_rules;
ALTER FUNCTION retry_job_v1(caller,text,text,bytea,uuid) OWNER TO serialmint_rules;
ALTER FUNCTION revoke_api_key_v1(caller,text,text,bytea,uuid) OWNER TO serialmint_rules;
ALTER FUNCTION rewind_v1(caller,text,text,bytea,text,text,uuid,bigint,text) OWNER TO serialmint_rules;
ALTER FUNCTION roll_up_figures_v1(interval) OWNER TO serialmint_rules;
ALTER FUNCTION rotate_api_key_v1(caller,text,text,bytea,uuid,bytea,jsonb,interval) OWNER TO serialmint_rules;
ALTER FUNCTION rotate_webhook_secret_v1(caller,text,text,bytea,uuid,uuid,bytea,interval) OWNER TO serialmint_rules;
ALTER FUNCTION rows_between(text,timestamp with time zone,timestamp with time zone) OWNER TO serialmint_rules;
ALTER FUNCTION run_chunk_v1(text,uuid,uuid,bigint,bigint,interval) OWNER TO serialmint_rules;
ALTER FUNCTION run_list(int8multirange,bigint) OWNER TO serialmint_rules;
ALTER FUNCTION run_without_entry(bigint,bigint,bigint,boolean) OWNER TO serialmint_rules;
ALTER FUNCTION runs_of_entry(ledger,bigint) OWNER TO serialmint_rules;
ALTER FUNCTION runs_of_numbers(text,bigint,bigint,bigint,bigint) OWNER TO serialmint_rules;
ALTER FUNCTION seal_audit_v1(bigint,interval) OWNER TO serialmint_rules;
ALTER FUNCTION seal_fault(audit_seals,rows_sealed,audit_seals) OWNER TO serialmint_rules;
ALTER FUNCTION seconds_left(leases) OWNER TO serialmint_rules;
ALTER FUNCTION seconds_until(timestamp with time zone) OWNER TO serialmint_rules;
ALTER FUNCTION sequence_facts(sequences) OWNER TO serialmint_rules;
ALTER FUNCTION sequences_near_exhaustion(text) OWNER TO serialmint_rules;
ALTER FUNCTION series_now(bigint) OWNER TO serialmint_rules;
ALTER FUNCTION series_of(text,text,text,uuid) OWNER TO serialmint_rules;
ALTER FUNCTION series_requests(text,lot_request[],bigint) OWNER TO serialmint_rules;
ALTER FUNCTION set_counted(counts,lot_found[]) OWNER TO serialmint_rules;
ALTER FUNCTION set_counter(series,bigint,bigint,bigint) OWNER TO serialmint_rules;
ALTER FUNCTION set_lots(text,lot_setting[],integer,text,uuid) OWNER TO serialmint_rules;
ALTER FUNCTION set_lots_at(tid[],jsonb) OWNER TO serialmint_rules;
ALTER FUNCTION settings_facts(settings) OWNER TO serialmint_rules;
ALTER FUNCTION settle_lines(text,uuid,jsonb) OWNER TO serialmint_rules;
ALTER FUNCTION settled_time(interval) OWNER TO serialmint_rules;
ALTER FUNCTION shown_alert(alerts) OWNER TO serialmint_rules;
ALTER FUNCTION shown_api_key(api_keys) OWNER TO serialmint_rules;
ALTER FUNCTION shown_delivery(webhook_deliveries,events) OWNER TO serialmint_rules;
ALTER FUNCTION shown_job(jobs,job_items[]) OWNER TO serialmint_rules;
ALTER FUNCTION shown_lease(leases) OWNER TO serialmint_rules;
ALTER FUNCTION shown_lot(lots,text) OWNER TO serialmint_rules;
ALTER FUNCTION shown_move(series,bigint,bigint,text) OWNER TO serialmint_rules;
ALTER FUNCTION shown_reservation(text,text,bigint,bigint,bigint,text,integer,text,timestamp with time zone) OWNER TO serialmint_rules;
ALTER FUNCTION shown_webhook(webhooks) OWNER TO serialmint_rules;
ALTER FUNCTION skip_as_written(ledger) OWNER TO serialmint_rules;
ALTER FUNCTION skip_past_names(text,series_request,integer,text) OWNER TO serialmint_rules;
ALTER FUNCTION skip_to(series,bigint,bigint,integer,text,ledger_kind) OWNER TO serialmint_rules;
ALTER FUNCTION span_begin(figure_grain,timestamp with time zone) OWNER TO serialmint_rules;
ALTER FUNCTION stage_import_v1(text,uuid,uuid,bigint,bigint,json,jsonb) OWNER TO serialmint_rules;
ALTER FUNCTION staged_records(text,uuid,bigint[]) OWNER TO serialmint_rules;
ALTER FUNCTION take_job_v1(text,uuid,uuid,interval) OWNER TO serialmint_rules;
ALTER FUNCTION take_numbers(text,integer,bigint,bigint) OWNER TO serialmint_rules;
ALTER FUNCTION take_numbers_of_import(imports,bigint) OWNER TO serialmint_rules;
ALTER FUNCTION take_of_reservation(text,lot_request) OWNER TO serialmint_rules;
ALTER FUNCTION take_request_v1(bytea) OWNER TO serialmint_rules;
ALTER FUNCTION take_turn_v1(watch_duty,interval) OWNER TO serialmint_rules;
ALTER FUNCTION taken_ahead(job_items,series,bigint) OWNER TO serialmint_rules;
ALTER FUNCTION test_webhook_v1(caller,text,text,bytea,uuid) OWNER TO serialmint_rules;
ALTER FUNCTION told_by_record(caller,text) OWNER TO serialmint_rules;
ALTER FUNCTION told_numbers(leases,bigint,bigint[],bigint[]) OWNER TO serialmint_rules;
ALTER FUNCTION undo_growth(receipts,integer) OWNER TO serialmint_rules;
ALTER FUNCTION units_in(job_items[]) OWNER TO serialmint_rules;
ALTER FUNCTION units_of(job_items,bigint,bigint) OWNER TO serialmint_rules;
ALTER FUNCTION unsealed_between(integer,text,timestamp with time zone,timestamp with time zone) OWNER TO serialmint_rules;
ALTER FUNCTION unsealed_rows(text,timestamp with time zone) OWNER TO serialmint_rules;
ALTER FUNCTION used_up_at_most(numeric) OWNER TO serialmint_rules;
ALTER FUNCTION verify_audit_v1(text,integer,integer,bigint,bytea) OWNER TO serialmint_rules;
ALTER FUNCTION versioned_lot(lots) OWNER TO serialmint_rules;
ALTER FUNCTION void_drawn(job_items,integer,text) OWNER TO serialmint_rules;
ALTER FUNCTION void_numbers(ledger,int8multirange,integer,text) OWNER TO serialmint_rules;
ALTER FUNCTION void_taken_ahead(jobs,job_items,bigint) OWNER TO serialmint_rules;
ALTER FUNCTION void_v1(caller,text,text,bytea,text,text,bigint,bigint,bigint,text) OWNER TO serialmint_rules;
ALTER FUNCTION wait_for_series(bigint) OWNER TO serialmint_rules;
ALTER FUNCTION wake_webhook(text,uuid) OWNER TO serialmint_rules;
ALTER FUNCTION was_changed(lots,timestamp with time zone) OWNER TO serialmint_rules;
ALTER FUNCTION was_changed_behind(lots,uuid) OWNER TO serialmint_rules;
ALTER FUNCTION webhook_facts(webhooks) OWNER TO serialmint_rules;
ALTER FUNCTION webhook_terms(webhooks) OWNER TO serialmint_rules;
ALTER FUNCTION webhooks_in_trouble(text) OWNER TO serialmint_rules;
ALTER FUNCTION webhooks_of_v1(text) OWNER TO serialmint_rules;
ALTER FUNCTION webhooks_wanting(text,event_type) OWNER TO serialmint_rules;
ALTER FUNCTION wire_time(timestamp with time zone) OWNER TO serialmint_rules;
ALTER FUNCTION woken_webhooks_v1() OWNER TO serialmint_rules;
ALTER FUNCTION zone_named(text) OWNER TO serialmint_rules;

-- Rights

REVOKE EXECUTE ON FUNCTION
  account_runs_of(series,bigint,integer),
  account_runs_v1(text,text,text,bigint,bigint,integer),
  account_v1(text,text,text),
  add_api_key(api_keys),
  add_call_figures(text,figure_grain[],gathered_calls[]),
  add_calls_v1(uuid,jsonb,jsonb),
  add_counts(bigint[],bigint[]),
  add_event(text,uuid[],event_type,text,jsonb),
  add_lot_figures(text,lot_figure[]),
  add_notable_calls(text,gathered_call[]),
  add_number_figures(text,timestamp with time zone,figure_grain[],number_figure[]),
  add_receipt_lines(text,uuid,jsonb),
  add_seal(text,timestamp with time zone,timestamp with time zone),
  add_sequences(text,jsonb),
  advance_job(text,uuid,uuid,bigint,bigint,interval),
  advance_v1(caller,text,text,bytea,text,text,uuid,bigint,text),
  alert_conditions(text),
  answer_move(caller,text,text,bytea,audit_action,jsonb),
  answer_request_v1(text,text,bytea,jsonb),
  api_key_facts(api_keys),
  apply_count_v1(caller,text,text,bytea,uuid,uuid,uuid,interval,jsonb,jsonb,bigint,bigint,bigint),
  apply_import_v1(text,uuid,uuid,bigint,bigint,interval,jsonb,jsonb),
  audit_in_trouble(text),
  available_stock(text,text[]),
  begin_at(series,bigint,integer,text),
  begin_fence(text,bigint,integer,text,text[],text[]),
  begin_import_v1(caller,text,text,bytea,uuid,uuid,text,boolean,boolean,boolean,interval),
  behind_ledger(series),
  bind_naming_series_v1(caller,text,text,text,bigint,boolean,bigint),
  break_import_v1(text,uuid,uuid,jsonb),
  burn_lease_v1(caller,text,text,bytea,uuid,text),
  burn_leases_v1(integer,interval),
  call_bounds(),
  caller_of_import(imports),
  caller_v1(caller,text),
  calls_over(bigint[],double precision),
  cancel_job_v1(caller,text,text,bytea,uuid),
  cancel_receipt_v1(caller,text,text,bytea,uuid,text),
  chain_begin(text),
  chain_break(integer,text,timestamp with time zone,timestamp with time zone,json,json),
  change_lot_v1(caller,text,text,text,text[],jsonb,text,text,uuid),
  change_lots(text,text,text[],jsonb,integer,text,text,uuid),
  change_lots_v1(caller,text,text,bytea,jsonb,jsonb,text,text,bigint),
  change_patterns(text,bigint,text[]),
  change_settings_v1(caller,text,jsonb,bigint,text[]),
  change_webhook_v1(caller,text,uuid,jsonb),
  check_base(series,bigint),
  check_bound(text,text,text,boolean),
  check_change(text,text,jsonb),
  check_definition(series,uuid),
  check_draw(series_request),
  check_expiries(lot_found[]),
  check_in_run(ledger,bigint,bigint),
  check_key(api_keys,caller),
  check_lease_limits(text,text,text,bigint,lease_limits),
  check_limits(api_keys),
  check_lots_exist(text,text,text[]),
  check_names(text,lot_request),
  check_room(series,bigint,bigint,bigint),
  check_serials(lot_found[]),
  check_step(series,bigint,bigint,bigint),
  claim_delivery_v1(text,uuid,uuid,interval),
  close_recall_v1(caller,text,text,bytea,uuid,text),
  close_series_v1(integer),
  compare_alerts(text),
  compare_alerts_v1(text),
  compare_audit_v1(text,integer,bigint),
  compare_seals(text,integer,integer,bigint),
  complete_import_v1(text,uuid,uuid,bytea,bigint,bigint,jsonb,jsonb,uuid,interval),
  continue_series(series,bigint,imports),
  count_facts(text,uuid),
  counter_of(bigint),
  counter_v1(text,text,text),
  create_api_key_v1(caller,text,text,bytea,bytea,jsonb),
  create_count_v1(caller,text,text,bytea,uuid,text,text,jsonb),
  create_lots_v1(caller,text,text,bytea,uuid,uuid,interval,jsonb,boolean,bigint,bigint,bigint),
  create_receipt_v1(caller,text,text,bytea,uuid,text,text,jsonb,uuid,uuid,interval,jsonb,bigint,bigint,bigint),
  create_webhook_v1(caller,text,text,bytea,uuid,bytea,jsonb,integer),
  csv_field(text,boolean),
  delete_lots(text,tid[]),
  delivery_facts(text,uuid,uuid),
  differences(jsonb,jsonb),
  digest_of_seal(audit_seals),
  disable_webhook(text,uuid,disabling_reason),
  draw_from_counter(series,uuid,bigint,bigint,bigint),
  draw_from_row(series,boolean,bigint,bigint,bigint),
  draw_or_pass(text,text,text,uuid,bigint,bigint,bigint),
  draw_v1(text,text,text,uuid,bigint,bigint),
  drawn_lately_v1(text,text,text),
  drop_staged(text,uuid,bigint),
  due_webhooks_v1(interval,integer,text,uuid),
  emit_event(text,event_type,text,jsonb),
  emit_job_event(text,uuid),
  emit_receipt_event(receipts,event_type),
  enter_tenant(text),
  entered_tenant(),
  entries_over(bigint,bigint,bigint),
  entry_of_number(bigint,bigint),
  exact_time(timestamp with time zone),
  exhausted_at(numeric,double precision,timestamp with time zone),
  expire_alerts_v1(interval,integer),
  expire_events_v1(interval,integer),
  expire_figures_v1(integer),
  expire_quotas_v1(),
  expire_requests_v1(integer),
  expire_staged_v1(interval,integer),
  expired_requests(integer),
  fail(text,jsonb),
  fence_end(sequences),
  fence_known(text,text,bigint,integer,bigint,integer,text),
  fence_one(text,text,text,bigint,text),
  fence_series(series,bigint,integer,text),
  fence_unknown(text,text,bigint,integer,integer,text),
  fence_v1(caller,text,text,bytea,text,text,uuid,bigint,integer,text),
  fenced_begin(sequences),
  figured_until(),
  find_lots_v1(text,text,lot_filter,uuid,text,text,integer),
  first_number(sequences,text),
  first_written(timestamp with time zone,timestamp with time zone),
  forecasts_of(text),
  form_of_lease(leases),
  form_v1(text,bigint,text,integer,text),
  get_lot_v1(text,text,text),
  give_up_deliveries(text,uuid,text),
  given_under(sequences),
  go_on_fencing(text,text,bigint,bigint,text),
  grow_lots(receipts,lot_found[]),
  has_issued(text,text),
  has_other_admin_key(api_keys),
  has_scope(api_keys,caller),
  held_lease(text,uuid,uuid),
  held_lease_of_run(ledger,uuid),
  held_names(text,lot_request[]),
  held_series(text,text,text,uuid),
  history_matches(lots,text,text),
  hold_api_key(text,uuid),
  hold_counter(series),
  hold_definition(text,text,uuid),
  hold_lots_found(text,lot_request[]),
  hold_patterns(text,bigint),
  hold_products(text,boolean),
  hold_quota(text,integer),
  hold_series(series_request),
  hold_untouched(receipts,job_items[],bigint),
  hold_webhook(text,uuid),
  identify_v1(bytea),
  import_counters(imports,jsonb),
  import_lots(imports,jsonb),
  import_products(imports,jsonb),
  import_sequences(imports,jsonb),
  in_numbers(lots,bigint,bigint,bigint),
  in_receipt(lots,uuid),
  in_run(lots,text,integer,text),
  is_begun(series),
  is_drawing(series),
  is_drawn_by(ledger,integer),
  is_minute_over(timestamp with time zone),
  is_period(sequence_reset,text),
  is_use_old(timestamp with time zone),
  is_within_limits(api_keys,caller),
  issued_names(text,text,text,text[]),
  items_not_found(lot_request[],lot_found[]),
  items_of_job(text,uuid),
  job_facts(text,uuid),
  jobs_in_trouble(text),
  keep_tenants_apart(regproc[]),
  kept_for(figure_grain),
  key_of_origin(text,integer),
  key_rights(api_keys),
  key_status(api_keys),
  known_lots_v1(text,uuid,jsonb),
  last_change_to(text,text,text,lot_state),
  last_change_under(text,text,text,text),
  last_entry(series),
  last_number_of(bigint,bigint,bigint,bigint),
  last_of_counter(regclass),
  last_passed(series,bigint),
  lease_facts(leases),
  lease_status(leases),
  leases_in_trouble(text),
  leases_unreported(integer,interval),
  list_lots_v1(text,lot_filter,uuid,bigint,bigint,bigint,bigint,integer),
  lock_counter(bigint,boolean),
  lock_job(text,uuid,text,job_status[]),
  lock_lots(text,text,text[]),
  lock_reservation(text,text,text,bigint),
  locked_lease(text,uuid),
  longest_unwatched(watch_duty,timestamp with time zone),
  lot_after(jsonb,jsonb),
  lot_before(lots,jsonb),
  lot_differs(lots,jsonb),
  lot_matches(lots,lot_filter),
  lot_requests(text,jsonb),
  lot_version(lots),
  lots_at(tid[]),
  lots_between(timestamp with time zone,timestamp with time zone),
  lots_by_change_v1(text,lot_filter,bigint,text,integer),
  lots_by_expiry_v1(text,lot_filter,date,text,text,integer),
  lots_by_location_v1(text,lot_filter,text,text,integer),
  lots_by_state_v1(text,lot_filter,text,text,integer),
  lots_of_part(recall_parts,part_place,timestamp with time zone,integer),
  lots_of_receipt_v1(text,lot_filter,bigint,bigint,integer),
  made_name(job_items,boolean),
  make_forms(text,lot_request[]),
  make_naming_series(text),
  make_naming_series_v1(caller,text),
  marked_entries(ledger[]),
  metrics_v1(),
  names_of_numbers(text,text,bigint,bigint,bigint,bigint,bigint),
  next_number(series),
  no_tenant(),
  note_crash(series,bigint,integer),
  note_failure_v1(text,uuid,uuid,jsonb,boolean,integer),
  note_lease(leases,int8multirange,int8multirange),
  note_refused(text,uuid,jsonb),
  note_use(text,integer),
  nth_name(job_items,bigint),
  numbers_between(timestamp with time zone,timestamp with time zone),
  numbers_in(int8multirange,bigint),
  numbers_on_lease(ledger),
  numbers_to_pass(series,bigint,bigint),
  numbers_today(api_keys),
  numbers_today_v1(bytea),
  of_series(bigint,bigint,bigint,bigint),
  old_alerts(interval,integer),
  old_events(interval,integer),
  open_call_v1(caller,text,text,bytea),
  open_lease_v1(caller,text,text,bytea,text,text,uuid,bigint,text,integer,text,bigint,text,uuid,uuid,text,integer,date,lease_limits),
  open_numbers(ledger),
  open_recall_v1(caller,text,text,bytea,uuid,text,text,jsonb),
  open_receipt(text,uuid,text,text,bytea,integer),
  opened_lease(text,uuid),
  operation_health(text),
  operations_in_trouble(text),
  origin_of(text,integer,text),
  origin_of_operator(text),
  pass_v1(text,text,text,uuid,bigint),
  passed_numbers(series,bigint),
  past_series(integer),
  period_at(sequence_reset,text,text,timestamp with time zone),
  period_end(sequence_reset,text,text),
  product_facts(products),
  promote_series(series),
  put_off(jobs,bigint[]),
  put_product_v1(caller,text,text,jsonb,bigint,text[]),
  put_sequence_v1(caller,text,text,jsonb,bigint,text[],bigint),
  quantile_of(bigint[],double precision,double precision),
  quota_day_of(text),
  quota_of(api_keys),
  recall_facts(text,uuid),
  recall_lots_v1(text,uuid,integer,text,bigint,bigint,integer),
  receipt_facts(text,uuid),
  record_around_foreign_names(jobs,job_items[],bigint),
  record_attempt_v1(text,uuid,uuid,uuid,attempt_outcome,interval),
  record_drawn(text,uuid,lot_request[],drawn,text,bigint,integer),
  record_event(caller,text,audit_action,text,jsonb),
  record_given_names(text,job_items[],boolean),
  record_imported(imports,jsonb,bigint[]),
  record_lots(text,opened_call,uuid,uuid,interval,lot_request[],boolean,boolean,bigint,bigint,bigint),
  record_or_find_lots(text,opened_call,uuid,uuid,interval,lot_request[],boolean,bigint,bigint,bigint),
  record_reserved(text,uuid,lot_request,bigint),
  record_units(jobs,job_items[],bigint),
  recorded_by_line(text,uuid),
  recorded_names(job_items[],bigint),
  recorded_over(bigint,bigint,bigint),
  records_held(text,jsonb,lot_request[]),
  records_recorded(text,jsonb,bigint[]),
  refuse_another(ledger,integer,text),
  refuse_disabled(webhooks),
  refuse_lease_over(leases),
  refuse_many_series(lot_request[]),
  refuse_sharing(text,text,text,text[]),
  refuse_used(ledger,int8multirange,int8multirange),
  release_job_v1(text,uuid,uuid),
  remove_webhook_v1(caller,text,text,bytea,uuid),
  render_name(text,bigint,integer,text),
  renew_lease_v1(caller,text,text,bytea,uuid,uuid,integer),
  reopen_series(series),
  repeat_delivery_v1(caller,text,text,bytea,uuid,uuid),
  replace_taken(jobs,job_items[]),
  report_lease_v1(caller,text,text,bytea,uuid,uuid,bigint,bigint[],bigint[],boolean,text,integer),
  reservation_facts(ledger),
  reservation_id(text,text,bigint),
  reservation_use(ledger,int8multirange,int8multirange),
  reservations_at(bigint[],bigint[]),
  reserve_v1(caller,text,text,bytea,text,text,uuid,bigint,text,integer,text,bigint,text,uuid,text,text,boolean),
  resolve_selection(text,lot_selection),
  resolve_v1(text,text),
  rest_of_lease(leases),
  retry_job_v1(caller,text,text,bytea,uuid),
  revoke_api_key_v1(caller,text,text,bytea,uuid),
  rewind_v1(caller,text,text,bytea,text,text,uuid,bigint,text),
  roll_up_figures_v1(interval),
  rotate_api_key_v1(caller,text,text,bytea,uuid,bytea,jsonb,interval),
  rotate_webhook_secret_v1(caller,text,text,bytea,uuid,uuid,bytea,interval),
  rows_between(text,timestamp with time zone,timestamp with time zone),
  run_chunk_v1(text,uuid,uuid,bigint,bigint,interval),
  run_list(int8multirange,bigint),
  run_without_entry(bigint,bigint,bigint,boolean),
  runs_of_entry(ledger,bigint),
  runs_of_numbers(text,bigint,bigint,bigint,bigint),
  seal_audit_v1(bigint,interval),
  seal_fault(audit_seals,rows_sealed,audit_seals),
  sealed_until(),
  seconds_left(leases),
  seconds_until(timestamp with time zone),
  sequence_facts(sequences),
  sequences_near_exhaustion(text),
  series_now(bigint),
  series_of(text,text,text,uuid),
  series_requests(text,lot_request[],bigint),
  set_counted(counts,lot_found[]),
  set_counter(series,bigint,bigint,bigint),
  set_lots(text,lot_setting[],integer,text,uuid),
  set_lots_at(tid[],jsonb),
  settings_facts(settings),
  settle_lines(text,uuid,jsonb),
  settled_time(interval),
  shown_alert(alerts),
  shown_api_key(api_keys),
  shown_delivery(webhook_deliveries,events),
  shown_job(jobs,job_items[]),
  shown_lease(leases),
  shown_lot(lots,text),
  shown_move(series,bigint,bigint,text),
  shown_reservation(text,text,bigint,bigint,bigint,text,integer,text,timestamp with time zone),
  shown_webhook(webhooks),
  skip_as_written(ledger),
  skip_past_names(text,series_request,integer,text),
  skip_to(series,bigint,bigint,integer,text,ledger_kind),
  span_begin(figure_grain,timestamp with time zone),
  stage_import_v1(text,uuid,uuid,bigint,bigint,json,jsonb),
  staged_for_long(interval,integer),
  staged_records(text,uuid,bigint[]),
  stranded_jobs_v1(interval,integer,timestamp with time zone,text,uuid),
  take_job_v1(text,uuid,uuid,interval),
  take_numbers(text,integer,bigint,bigint),
  take_numbers_of_import(imports,bigint),
  take_of_reservation(text,lot_request),
  take_request_v1(bytea),
  take_turn_v1(watch_duty,interval),
  taken_ahead(job_items,series,bigint),
  tenants_known(),
  tenants_with_old_figures(),
  tenants_with_old_quotas(),
  test_webhook_v1(caller,text,text,bytea,uuid),
  told_by_record(caller,text),
  told_numbers(leases,bigint,bigint[],bigint[]),
  undo_growth(receipts,integer),
  units_in(job_items[]),
  units_of(job_items,bigint,bigint),
  unsealed_between(integer,text,timestamp with time zone,timestamp with time zone),
  unsealed_rows(text,timestamp with time zone),
  used_up_at_most(numeric),
  verify_audit_v1(text,integer,integer,bigint,bytea),
  versioned_lot(lots),
  void_drawn(job_items,integer,text),
  void_numbers(ledger,int8multirange,integer,text),
  void_taken_ahead(jobs,job_items,bigint),
  void_v1(caller,text,text,bytea,text,text,bigint,bigint,bigint,text),
  voids_over(bigint,bigint,bigint),
  wait_for_series(bigint),
  wake_webhook(text,uuid),
  was_changed(lots,timestamp with time zone),
  was_changed_behind(lots,uuid),
  webhook_facts(webhooks),
  webhook_terms(webhooks),
  webhooks_in_trouble(text),
  webhooks_of_v1(text),
  webhooks_wanting(text,event_type),
  wire_time(timestamp with time zone),
  woken_webhooks_v1(),
  written_between(timestamp with time zone,timestamp with time zone,bigint),
  zone_named(text)
FROM PUBLIC;

GRANT USAGE ON SCHEMA
  public
TO serialmint_app;

GRANT SELECT ON TABLE
  alerts,
  api_key_uses,
  api_keys,
  audit_events,
  audit_rounds,
  audit_seals,
  call_figures,
  count_lines,
  counted_lots,
  counts,
  events,
  figure_batches,
  figures_until,
  forms,
  import_batches,
  imports,
  job_items,
  jobs,
  leases,
  ledger,
  lot_changes,
  lot_figures,
  lot_history,
  lots,
  notable_calls,
  number_figures,
  origins,
  past_patterns,
  pattern_changes,
  products,
  quota_days,
  recall_names,
  recall_parts,
  recalls,
  receipt_growths,
  receipt_lines,
  receipts,
  refused_rows,
  reopened_skips,
  request_windows,
  requests,
  sequences,
  series,
  settings,
  skipped_names,
  tenants,
  tried_lots,
  tried_numbers,
  watch_turns,
  webhook_deliveries
TO serialmint_app;

GRANT EXECUTE ON FUNCTION
  account_runs_v1(text,text,text,bigint,bigint,integer),
  account_v1(text,text,text),
  add_calls_v1(uuid,jsonb,jsonb),
  add_counts(bigint[],bigint[]),
  advance_v1(caller,text,text,bytea,text,text,uuid,bigint,text),
  apply_count_v1(caller,text,text,bytea,uuid,uuid,uuid,interval,jsonb,jsonb,bigint,bigint,bigint),
  apply_import_v1(text,uuid,uuid,bigint,bigint,interval,jsonb,jsonb),
  begin_import_v1(caller,text,text,bytea,uuid,uuid,text,boolean,boolean,boolean,interval),
  bind_naming_series_v1(caller,text,text,text,bigint,boolean,bigint),
  break_import_v1(text,uuid,uuid,jsonb),
  burn_lease_v1(caller,text,text,bytea,uuid,text),
  burn_leases_v1(integer,interval),
  call_bounds(),
  caller_v1(caller,text),
  calls_over(bigint[],double precision),
  cancel_job_v1(caller,text,text,bytea,uuid),
  cancel_receipt_v1(caller,text,text,bytea,uuid,text),
  change_lot_v1(caller,text,text,text,text[],jsonb,text,text,uuid),
  change_lots_v1(caller,text,text,bytea,jsonb,jsonb,text,text,bigint),
  change_settings_v1(caller,text,jsonb,bigint,text[]),
  change_webhook_v1(caller,text,uuid,jsonb),
  claim_delivery_v1(text,uuid,uuid,interval),
  close_recall_v1(caller,text,text,bytea,uuid,text),
  close_series_v1(integer),
  compare_alerts_v1(text),
  compare_audit_v1(text,integer,bigint),
  complete_import_v1(text,uuid,uuid,bytea,bigint,bigint,jsonb,jsonb,uuid,interval),
  count_facts(text,uuid),
  counter_v1(text,text,text),
  create_api_key_v1(caller,text,text,bytea,bytea,jsonb),
  create_count_v1(caller,text,text,bytea,uuid,text,text,jsonb),
  create_lots_v1(caller,text,text,bytea,uuid,uuid,interval,jsonb,boolean,bigint,bigint,bigint),
  create_receipt_v1(caller,text,text,bytea,uuid,text,text,jsonb,uuid,uuid,interval,jsonb,bigint,bigint,bigint),
  create_webhook_v1(caller,text,text,bytea,uuid,bytea,jsonb,integer),
  csv_field(text,boolean),
  delivery_facts(text,uuid,uuid),
  drawn_lately_v1(text,text,text),
  due_webhooks_v1(interval,integer,text,uuid),
  enter_tenant(text),
  entered_tenant(),
  entries_over(bigint,bigint,bigint),
  exhausted_at(numeric,double precision,timestamp with time zone),
  expire_alerts_v1(interval,integer),
  expire_events_v1(interval,integer),
  expire_figures_v1(integer),
  expire_quotas_v1(),
  expire_requests_v1(integer),
  expire_staged_v1(interval,integer),
  fail(text,jsonb),
  fence_end(sequences),
  fence_v1(caller,text,text,bytea,text,text,uuid,bigint,integer,text),
  figured_until(),
  find_lots_v1(text,text,lot_filter,uuid,text,text,integer),
  form_of_lease(leases),
  get_lot_v1(text,text,text),
  given_under(sequences),
  identify_v1(bytea),
  is_begun(series),
  job_facts(text,uuid),
  key_status(api_keys),
  known_lots_v1(text,uuid,jsonb),
  last_number_of(bigint,bigint,bigint,bigint),
  lease_facts(leases),
  lease_status(leases),
  list_lots_v1(text,lot_filter,uuid,bigint,bigint,bigint,bigint,integer),
  lot_after(jsonb,jsonb),
  lots_by_change_v1(text,lot_filter,bigint,text,integer),
  lots_by_expiry_v1(text,lot_filter,date,text,text,integer),
  lots_by_location_v1(text,lot_filter,text,text,integer),
  lots_by_state_v1(text,lot_filter,text,text,integer),
  lots_of_receipt_v1(text,lot_filter,bigint,bigint,integer),
  make_naming_series_v1(caller,text),
  metrics_v1(),
  no_tenant(),
  note_failure_v1(text,uuid,uuid,jsonb,boolean,integer),
  numbers_in(int8multirange,bigint),
  numbers_on_lease(ledger),
  numbers_today_v1(bytea),
  open_lease_v1(caller,text,text,bytea,text,text,uuid,bigint,text,integer,text,bigint,text,uuid,uuid,text,integer,date,lease_limits),
  open_numbers(ledger),
  open_recall_v1(caller,text,text,bytea,uuid,text,text,jsonb),
  opened_lease(text,uuid),
  period_at(sequence_reset,text,text,timestamp with time zone),
  period_end(sequence_reset,text,text),
  put_product_v1(caller,text,text,jsonb,bigint,text[]),
  put_sequence_v1(caller,text,text,jsonb,bigint,text[],bigint),
  quantile_of(bigint[],double precision,double precision),
  quota_of(api_keys),
  recall_facts(text,uuid),
  recall_lots_v1(text,uuid,integer,text,bigint,bigint,integer),
  receipt_facts(text,uuid),
  record_attempt_v1(text,uuid,uuid,uuid,attempt_outcome,interval),
  recorded_over(bigint,bigint,bigint),
  refuse_sharing(text,text,text,text[]),
  release_job_v1(text,uuid,uuid),
  remove_webhook_v1(caller,text,text,bytea,uuid),
  render_name(text,bigint,integer,text),
  renew_lease_v1(caller,text,text,bytea,uuid,uuid,integer),
  repeat_delivery_v1(caller,text,text,bytea,uuid,uuid),
  report_lease_v1(caller,text,text,bytea,uuid,uuid,bigint,bigint[],bigint[],boolean,text,integer),
  reservation_facts(ledger),
  reservation_id(text,text,bigint),
  reserve_v1(caller,text,text,bytea,text,text,uuid,bigint,text,integer,text,bigint,text,uuid,text,text,boolean),
  resolve_v1(text,text),
  rest_of_lease(leases),
  retry_job_v1(caller,text,text,bytea,uuid),
  revoke_api_key_v1(caller,text,text,bytea,uuid),
  rewind_v1(caller,text,text,bytea,text,text,uuid,bigint,text),
  roll_up_figures_v1(interval),
  rotate_api_key_v1(caller,text,text,bytea,uuid,bytea,jsonb,interval),
  rotate_webhook_secret_v1(caller,text,text,bytea,uuid,uuid,bytea,interval),
  run_chunk_v1(text,uuid,uuid,bigint,bigint,interval),
  run_list(int8multirange,bigint),
  seal_audit_v1(bigint,interval),
  seconds_left(leases),
  shown_alert(alerts),
  shown_api_key(api_keys),
  shown_delivery(webhook_deliveries,events),
  shown_lease(leases),
  shown_reservation(text,text,bigint,bigint,bigint,text,integer,text,timestamp with time zone),
  span_begin(figure_grain,timestamp with time zone),
  stage_import_v1(text,uuid,uuid,bigint,bigint,json,jsonb),
  stranded_jobs_v1(interval,integer,timestamp with time zone,text,uuid),
  take_job_v1(text,uuid,uuid,interval),
  take_request_v1(bytea),
  take_turn_v1(watch_duty,interval),
  test_webhook_v1(caller,text,text,bytea,uuid),
  verify_audit_v1(text,integer,integer,bigint,bytea),
  void_v1(caller,text,text,bytea,text,text,bigint,bigint,bigint,text),
  voids_over(bigint,bigint,bigint),
  webhooks_of_v1(text),
  wire_time(timestamp with time zone),
  woken_webhooks_v1(),
  zone_named(text)
TO serialmint_app;

GRANT USAGE ON SCHEMA
  public
TO serialmint_keeper;

GRANT SELECT ON TABLE
  alerts,
  api_keys,
  audit_events,
  audit_rounds,
  audit_seals,
  call_figures,
  counted_lots,
  events,
  figure_batches,
  figures_until,
  imports,
  job_items,
  jobs,
  leases,
  ledger,
  lot_figures,
  notable_calls,
  number_figures,
  quota_days,
  reopened_skips,
  request_windows,
  requests,
  series,
  tenants,
  watch_turns,
  webhook_deliveries,
  webhooks
TO serialmint_keeper;

GRANT EXECUTE ON FUNCTION
  call_bounds(),
  entered_tenant(),
  kept_for(figure_grain),
  no_tenant()
TO serialmint_keeper;

GRANT USAGE ON SCHEMA
  public
TO serialmint_rules;

GRANT DELETE, INSERT, SELECT ON TABLE
  events,
  pattern_changes,
  refused_rows,
  tried_lots
TO serialmint_rules;

GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE
  alerts,
  call_figures,
  counted_lots,
  figure_batches,
  figures_until,
  import_batches,
  lot_figures,
  lots,
  notable_calls,
  number_figures,
  quota_days,
  request_windows,
  requests,
  series,
  tried_numbers,
  webhook_deliveries,
  webhooks
TO serialmint_rules;

GRANT INSERT, SELECT ON TABLE
  audit_events,
  audit_seals,
  forms,
  ledger,
  lot_changes,
  lot_history,
  origins,
  recall_names,
  recall_parts,
  reopened_skips,
  skipped_names
TO serialmint_rules;

GRANT INSERT, SELECT, UPDATE ON TABLE
  api_key_uses,
  api_keys,
  audit_rounds,
  count_lines,
  counts,
  imports,
  job_items,
  jobs,
  leases,
  past_patterns,
  products,
  recalls,
  receipt_growths,
  receipt_lines,
  receipts,
  sequences,
  settings,
  watch_turns
TO serialmint_rules;

GRANT SELECT ON TABLE
  tenants
TO serialmint_rules;

GRANT EXECUTE ON FUNCTION
  due_webhooks_v1(interval,integer,text,uuid),
  entries_over(bigint,bigint,bigint),
  expired_requests(integer),
  figured_until(),
  first_written(timestamp with time zone,timestamp with time zone),
  identify_v1(bytea),
  leases_unreported(integer,interval),
  longest_unwatched(watch_duty,timestamp with time zone),
  lots_between(timestamp with time zone,timestamp with time zone),
  marked_entries(ledger[]),
  metrics_v1(),
  numbers_between(timestamp with time zone,timestamp with time zone),
  old_alerts(interval,integer),
  old_events(interval,integer),
  past_series(integer),
  recorded_over(bigint,bigint,bigint),
  reservations_at(bigint[],bigint[]),
  sealed_until(),
  staged_for_long(interval,integer),
  stranded_jobs_v1(interval,integer,timestamp with time zone,text,uuid),
  tenants_known(),
  tenants_with_old_figures(),
  tenants_with_old_quotas(),
  voids_over(bigint,bigint,bigint),
  written_between(timestamp with time zone,timestamp with time zone,bigint)
TO serialmint_rules;
