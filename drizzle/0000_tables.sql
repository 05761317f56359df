CREATE TYPE "public"."alert_kind" AS ENUM('sequence_exhaustion_near', 'job_stuck', 'job_failed', 'lease_unreported', 'errors_rising', 'operations_slow', 'audit_chain_broken', 'webhook_disabled');--> statement-breakpoint
CREATE TYPE "public"."watch_duty" AS ENUM('alerts', 'audit');--> statement-breakpoint
CREATE TYPE "public"."audit_action" AS ENUM('sequence.created', 'sequence.changed', 'sequence.advanced', 'sequence.rewound', 'sequence.fenced', 'naming_series.bound', 'naming_series.changed', 'reservation.voided', 'lease.renewed', 'lease.reported', 'lease.given_back', 'lease.burned', 'product.created', 'product.changed', 'settings.changed', 'tenant.fenced', 'lots.created', 'lots.changed', 'lot.changed', 'receipt.created', 'receipt.cancelled', 'count.created', 'count.applied', 'recall.opened', 'recall.closed', 'import.begun', 'import.cancelled', 'job.cancelled', 'job.retried', 'api_key.created', 'api_key.rotated', 'api_key.revoked', 'webhook.created', 'webhook.changed', 'webhook.secret_rotated', 'webhook.removed', 'webhook.tested', 'webhook.delivery_repeated');--> statement-breakpoint
CREATE TYPE "public"."count_status" AS ENUM('draft', 'applied');--> statement-breakpoint
CREATE TYPE "public"."figure_grain" AS ENUM('minute', 'hour', 'day', 'ever');--> statement-breakpoint
CREATE TYPE "public"."notable_kind" AS ENUM('slow', 'failed', 'refused');--> statement-breakpoint
CREATE TYPE "public"."job_status" AS ENUM('queued', 'running', 'done', 'failed', 'cancelled');--> statement-breakpoint
CREATE TYPE "public"."ledger_kind" AS ENUM('reserved', 'skip', 'fence', 'burned', 'void', 'rewind', 'reopened', 'begin');--> statement-breakpoint
CREATE TYPE "public"."product_expiry" AS ENUM('none', 'optional', 'required');--> statement-breakpoint
CREATE TYPE "public"."product_tracking" AS ENUM('none', 'lot', 'serial');--> statement-breakpoint
CREATE TYPE "public"."recall_part_kind" AS ENUM('names', 'numbers', 'reservation', 'created', 'receipt');--> statement-breakpoint
CREATE TYPE "public"."receipt_status" AS ENUM('received', 'cancelled');--> statement-breakpoint
CREATE TYPE "public"."sequence_dialect" AS ENUM('native', 'odoo', 'frappe');--> statement-breakpoint
CREATE TYPE "public"."sequence_mode" AS ENUM('standard', 'gapless');--> statement-breakpoint
CREATE TYPE "public"."sequence_overflow" AS ENUM('widen', 'reject');--> statement-breakpoint
CREATE TYPE "public"."sequence_reset" AS ENUM('never', 'yearly', 'monthly', 'weekly', 'daily', 'fiscal', 'prefix');--> statement-breakpoint
CREATE TYPE "public"."api_scope" AS ENUM('reserve', 'lots:read', 'lots:write', 'sequences:write', 'admin');--> statement-breakpoint
CREATE TYPE "public"."delivery_status" AS ENUM('pending', 'delivered', 'failed');--> statement-breakpoint
CREATE TYPE "public"."disabling_reason" AS ENUM('asked', 'gone', 'failing');--> statement-breakpoint
CREATE TYPE "public"."event_type" AS ENUM('job.done', 'job.failed', 'job.cancelled', 'receipt.done', 'receipt.cancelled', 'count.applied', 'alert.opened', 'alert.closed', 'webhook.test');--> statement-breakpoint
CREATE TYPE "public"."webhook_status" AS ENUM('enabled', 'disabled');--> statement-breakpoint
CREATE TABLE "alerts" (
	"tenant" text COLLATE "C" NOT NULL,
	"id" uuid NOT NULL,
	"kind" "alert_kind" NOT NULL,
	"subject" text COLLATE "C" NOT NULL,
	"facts" jsonb NOT NULL,
	"opened_at" timestamp with time zone NOT NULL,
	"closed_at" timestamp with time zone,
	CONSTRAINT "alerts_tenant_id_pk" PRIMARY KEY("tenant","id")
);
--> statement-breakpoint
CREATE TABLE "audit_rounds" (
	"tenant" text COLLATE "C" PRIMARY KEY NOT NULL,
	"next_seal" integer NOT NULL,
	"found" jsonb
);
--> statement-breakpoint
CREATE TABLE "watch_turns" (
	"tenant" text COLLATE "C" NOT NULL,
	"duty" "watch_duty" NOT NULL,
	"taken_at" timestamp with time zone NOT NULL,
	CONSTRAINT "watch_turns_tenant_duty_pk" PRIMARY KEY("tenant","duty")
);
--> statement-breakpoint
CREATE TABLE "audit_events" (
	"tenant" text COLLATE "C" NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "audit_events_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"origin" integer NOT NULL,
	"request_id" text,
	"action" "audit_action" NOT NULL,
	"subject" text COLLATE "C" NOT NULL,
	"facts" jsonb NOT NULL,
	CONSTRAINT "audit_events_tenant_at_id_pk" PRIMARY KEY("tenant","at","id")
);
--> statement-breakpoint
CREATE TABLE "audit_seals" (
	"tenant" text COLLATE "C" NOT NULL,
	"number" integer NOT NULL,
	"sealed_from" timestamp with time zone NOT NULL,
	"sealed_to" timestamp with time zone NOT NULL,
	"events" bigint NOT NULL,
	"entries" bigint NOT NULL,
	"rows_digest" "bytea" NOT NULL,
	"previous" "bytea" NOT NULL,
	"digest" "bytea" NOT NULL,
	"sealed_at" timestamp with time zone NOT NULL,
	CONSTRAINT "audit_seals_tenant_number_pk" PRIMARY KEY("tenant","number")
);
--> statement-breakpoint
CREATE TABLE "origins" (
	"tenant" text COLLATE "C" NOT NULL,
	"id" integer GENERATED ALWAYS AS IDENTITY (sequence name "origins_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"api_key" integer NOT NULL,
	"address" text COLLATE "C" NOT NULL,
	CONSTRAINT "origins_tenant_id_pk" PRIMARY KEY("tenant","id"),
	CONSTRAINT "origins_once" UNIQUE("tenant","api_key","address")
);
--> statement-breakpoint
CREATE TABLE "count_lines" (
	"tenant" text COLLATE "C" NOT NULL,
	"count" uuid NOT NULL,
	"ordinal" integer NOT NULL,
	"product" text COLLATE "C" NOT NULL,
	"location" text,
	"lot" text COLLATE "C",
	"counted_quantity" numeric NOT NULL,
	"fields" jsonb,
	"produced_on" date,
	"expires_on" date,
	"recorded" numeric,
	"skipped" text,
	CONSTRAINT "count_lines_tenant_count_ordinal_pk" PRIMARY KEY("tenant","count","ordinal")
);
--> statement-breakpoint
CREATE TABLE "counts" (
	"tenant" text COLLATE "C" NOT NULL,
	"id" uuid NOT NULL,
	"reference" text COLLATE "C",
	"status" "count_status" DEFAULT 'draft' NOT NULL,
	"at" text,
	"job" uuid,
	"api_key" integer NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"applied_at" timestamp with time zone,
	"applied_by" integer,
	CONSTRAINT "counts_tenant_id_pk" PRIMARY KEY("tenant","id")
);
--> statement-breakpoint
CREATE TABLE "call_figures" (
	"tenant" text COLLATE "C" NOT NULL,
	"grain" "figure_grain" NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"operation" text COLLATE "C" NOT NULL,
	"code" text COLLATE "C" NOT NULL,
	"sequence" text COLLATE "C" NOT NULL,
	"product" text COLLATE "C" NOT NULL,
	"status" integer NOT NULL,
	"calls" bigint NOT NULL,
	"size" numeric NOT NULL,
	"time" double precision NOT NULL,
	"longest" double precision NOT NULL,
	"histogram" bigint[] NOT NULL,
	"database_requests" bigint NOT NULL,
	"database_time" double precision NOT NULL,
	CONSTRAINT "call_figures_tenant_grain_at_operation_code_sequence_product_pk" PRIMARY KEY("tenant","grain","at","operation","code","sequence","product")
);
--> statement-breakpoint
CREATE TABLE "counted_lots" (
	"tenant" text COLLATE "C" NOT NULL,
	"job" uuid NOT NULL,
	"product" text COLLATE "C" NOT NULL,
	"lots" bigint NOT NULL,
	"last_item" bigint NOT NULL,
	CONSTRAINT "counted_lots_tenant_job_product_pk" PRIMARY KEY("tenant","job","product")
);
--> statement-breakpoint
CREATE TABLE "figure_batches" (
	"tenant" text COLLATE "C" NOT NULL,
	"id" uuid NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "figure_batches_tenant_id_pk" PRIMARY KEY("tenant","id")
);
--> statement-breakpoint
CREATE TABLE "figures_until" (
	"tenant" text COLLATE "C" PRIMARY KEY NOT NULL,
	"until" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "lot_figures" (
	"tenant" text COLLATE "C" NOT NULL,
	"grain" "figure_grain" NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"product" text COLLATE "C" NOT NULL,
	"lots" bigint NOT NULL,
	CONSTRAINT "lot_figures_tenant_product_grain_at_pk" PRIMARY KEY("tenant","product","grain","at")
);
--> statement-breakpoint
CREATE TABLE "notable_calls" (
	"tenant" text COLLATE "C" NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "notable_calls_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"kind" "notable_kind" NOT NULL,
	"operation" text COLLATE "C" NOT NULL,
	"sequence" text COLLATE "C" NOT NULL,
	"product" text COLLATE "C" NOT NULL,
	"code" text COLLATE "C" NOT NULL,
	"status" integer NOT NULL,
	"time" double precision NOT NULL,
	"request_id" text NOT NULL,
	CONSTRAINT "notable_calls_tenant_at_id_pk" PRIMARY KEY("tenant","at","id")
);
--> statement-breakpoint
CREATE TABLE "number_figures" (
	"tenant" text COLLATE "C" NOT NULL,
	"grain" "figure_grain" NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"sequence" text COLLATE "C" NOT NULL,
	"series" text COLLATE "C" NOT NULL,
	"reservations" bigint NOT NULL,
	"reserved" numeric NOT NULL,
	"voided" numeric NOT NULL,
	"skipped" numeric NOT NULL,
	"fenced" numeric NOT NULL,
	"reopened" numeric NOT NULL,
	CONSTRAINT "number_figures_tenant_sequence_series_grain_at_pk" PRIMARY KEY("tenant","sequence","series","grain","at")
);
--> statement-breakpoint
CREATE TABLE "import_batches" (
	"tenant" text COLLATE "C" NOT NULL,
	"import" uuid NOT NULL,
	"first" bigint NOT NULL,
	"records" json NOT NULL,
	CONSTRAINT "import_batches_tenant_import_first_pk" PRIMARY KEY("tenant","import","first")
);
--> statement-breakpoint
CREATE TABLE "imports" (
	"tenant" text COLLATE "C" NOT NULL,
	"id" uuid NOT NULL,
	"kind" text NOT NULL,
	"dry_run" boolean NOT NULL,
	"allow_jump" boolean NOT NULL,
	"allow_overlap" boolean NOT NULL,
	"token" uuid NOT NULL,
	"staged" bigint DEFAULT 0 NOT NULL,
	"file" "bytea",
	"error" jsonb,
	"columns" jsonb,
	"ignored" jsonb,
	"rows" bigint,
	"created" bigint DEFAULT 0 NOT NULL,
	"updated" bigint DEFAULT 0 NOT NULL,
	"unchanged" bigint DEFAULT 0 NOT NULL,
	"refused" bigint DEFAULT 0 NOT NULL,
	"origin" integer NOT NULL,
	"request_id" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "imports_tenant_id_pk" PRIMARY KEY("tenant","id")
);
--> statement-breakpoint
CREATE TABLE "refused_rows" (
	"tenant" text COLLATE "C" NOT NULL,
	"import" uuid NOT NULL,
	"line" integer NOT NULL,
	"column" text,
	"code" text NOT NULL,
	"detail" text NOT NULL,
	CONSTRAINT "refused_rows_tenant_import_line_pk" PRIMARY KEY("tenant","import","line")
);
--> statement-breakpoint
CREATE TABLE "tried_lots" (
	"tenant" text COLLATE "C" NOT NULL,
	"import" uuid NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"product" text COLLATE "C" NOT NULL,
	"record" bigint NOT NULL,
	CONSTRAINT "tried_lots_tenant_import_name_product_pk" PRIMARY KEY("tenant","import","name","product")
);
--> statement-breakpoint
CREATE TABLE "tried_numbers" (
	"tenant" text COLLATE "C" NOT NULL,
	"import" uuid NOT NULL,
	"sequence" text COLLATE "C" NOT NULL,
	"period" text COLLATE "C" NOT NULL,
	"number" bigint NOT NULL,
	CONSTRAINT "tried_numbers_tenant_import_sequence_period_pk" PRIMARY KEY("tenant","import","sequence","period")
);
--> statement-breakpoint
CREATE TABLE "job_items" (
	"tenant" text COLLATE "C" NOT NULL,
	"id" bigint GENERATED BY DEFAULT AS IDENTITY (sequence name "job_items_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"job" uuid NOT NULL,
	"ordinal" integer NOT NULL,
	"stands_for" integer,
	"product" text COLLATE "C" NOT NULL,
	"series" bigint,
	"reservation" bigint,
	"presented" boolean NOT NULL,
	"numbers" "int8range",
	"prefix" text COLLATE "C",
	"width" smallint,
	"suffix" text COLLATE "C",
	"first" bigint,
	"step" bigint,
	"numbered" boolean NOT NULL,
	"names" text[],
	"name_numbers" bigint[],
	"name_quantities" numeric[],
	"name_expiries" date[],
	"count" bigint NOT NULL,
	"start" bigint,
	"skipped" bigint DEFAULT 0 NOT NULL,
	"quantity" numeric NOT NULL,
	"produced_on" date,
	"expires_on" date,
	"location" text,
	"attributes" jsonb,
	CONSTRAINT "job_items_tenant_id_pk" PRIMARY KEY("tenant","id")
);
--> statement-breakpoint
CREATE TABLE "jobs" (
	"tenant" text COLLATE "C" NOT NULL,
	"id" uuid NOT NULL,
	"status" "job_status" NOT NULL,
	"given" bigint NOT NULL,
	"chunked" bigint NOT NULL,
	"cursor" bigint NOT NULL,
	"skipped" bigint NOT NULL,
	"put_off" bigint DEFAULT 0 NOT NULL,
	"replaces" boolean DEFAULT false NOT NULL,
	"used_up" bigint DEFAULT 0 NOT NULL,
	"token" uuid,
	"lease_until" timestamp with time zone,
	"failures" integer DEFAULT 0 NOT NULL,
	"error" jsonb,
	"origin" integer NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"started_at" timestamp with time zone,
	"finished_at" timestamp with time zone,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "jobs_tenant_id_pk" PRIMARY KEY("tenant","id")
);
--> statement-breakpoint
CREATE TABLE "skipped_names" (
	"tenant" text COLLATE "C" NOT NULL,
	"item" bigint NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	CONSTRAINT "skipped_names_tenant_item_name_pk" PRIMARY KEY("tenant","item","name")
);
--> statement-breakpoint
CREATE TABLE "leases" (
	"tenant" text COLLATE "C" NOT NULL,
	"id" uuid NOT NULL,
	"sequence" text COLLATE "C" NOT NULL,
	"series" bigint NOT NULL,
	"first" bigint NOT NULL,
	"last" bigint NOT NULL,
	"step" bigint NOT NULL,
	"holder" text NOT NULL,
	"token" uuid NOT NULL,
	"used" "int8multirange" DEFAULT '{}' NOT NULL,
	"late" "int8multirange" DEFAULT '{}' NOT NULL,
	"given_back" "int8multirange" DEFAULT '{}' NOT NULL,
	"returned" bigint DEFAULT 0 NOT NULL,
	"open" bigint NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"ends_at" timestamp with time zone,
	"burned_at" timestamp with time zone,
	"burn_reason" text,
	"closed_at" timestamp with time zone,
	CONSTRAINT "leases_tenant_id_pk" PRIMARY KEY("tenant","id")
);
--> statement-breakpoint
CREATE TABLE "ledger" (
	"tenant" text COLLATE "C" NOT NULL,
	"series" bigint NOT NULL,
	"first" bigint NOT NULL,
	"last" bigint NOT NULL,
	"step" bigint NOT NULL,
	"form" bigint,
	"kind" "ledger_kind" NOT NULL,
	"origin" integer NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"reason" text,
	CONSTRAINT "ledger_tenant_series_first_kind_at_pk" PRIMARY KEY("tenant","series","first","kind","at")
);
--> statement-breakpoint
CREATE TABLE "reopened_skips" (
	"tenant" text COLLATE "C" NOT NULL,
	"series" bigint NOT NULL,
	"first" bigint NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"last" bigint NOT NULL,
	"reopened_from" bigint NOT NULL,
	"reopened_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "reopened_skips_tenant_series_first_at_reopened_from_pk" PRIMARY KEY("tenant","series","first","at","reopened_from")
);
--> statement-breakpoint
CREATE TABLE "lot_changes" (
	"tenant" text COLLATE "C" NOT NULL,
	"id" bigint GENERATED BY DEFAULT AS IDENTITY (sequence name "lot_changes_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"product" text COLLATE "C" NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"api_key" integer NOT NULL,
	"after" jsonb NOT NULL,
	"reference" text COLLATE "C",
	"party" text COLLATE "C",
	"request" uuid,
	"receipt" uuid,
	CONSTRAINT "lot_changes_tenant_id_pk" PRIMARY KEY("tenant","id")
);
--> statement-breakpoint
CREATE TABLE "lot_history" (
	"tenant" text COLLATE "C" NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"product" text COLLATE "C" NOT NULL,
	"change" bigint NOT NULL,
	"before" jsonb NOT NULL,
	CONSTRAINT "lot_history_tenant_name_product_change_pk" PRIMARY KEY("tenant","name","product","change")
);
--> statement-breakpoint
CREATE TABLE "lots" (
	"tenant" text COLLATE "C" NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"product" text COLLATE "C" NOT NULL,
	"item" bigint NOT NULL,
	"number" bigint,
	"created_at" timestamp with time zone NOT NULL,
	"quantity" numeric NOT NULL,
	"state" text DEFAULT 'available' NOT NULL,
	"expires_on" date,
	"produced_on" date,
	"location" text,
	"attributes" jsonb,
	CONSTRAINT "lots_name" PRIMARY KEY("tenant","name","product")
);
--> statement-breakpoint
CREATE TABLE "products" (
	"tenant" text COLLATE "C" NOT NULL,
	"sku" text COLLATE "C" NOT NULL,
	"name" text,
	"tracking" "product_tracking" NOT NULL,
	"sequence" text COLLATE "C",
	"gtin" text COLLATE "C",
	"expiry" "product_expiry" NOT NULL,
	"shelf_life_days" integer,
	"definition" uuid GENERATED ALWAYS AS (md5(CASE tracking WHEN 'none' THEN 'none' WHEN 'lot' THEN 'lot' ELSE 'serial' END || chr(10) || CASE expiry WHEN 'none' THEN 'none' WHEN 'optional' THEN 'optional' ELSE 'required' END || chr(10) || coalesce(shelf_life_days::text, ''))::uuid) STORED NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "products_tenant_sku_pk" PRIMARY KEY("tenant","sku")
);
--> statement-breakpoint
CREATE TABLE "settings" (
	"tenant" text COLLATE "C" PRIMARY KEY NOT NULL,
	"default_sequence" text COLLATE "C",
	"time_zone" text DEFAULT 'UTC' NOT NULL,
	"pattern_epoch" bigint DEFAULT 0 NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "recall_names" (
	"tenant" text COLLATE "C" NOT NULL,
	"recall" uuid NOT NULL,
	"part" integer NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	CONSTRAINT "recall_names_tenant_recall_part_name_pk" PRIMARY KEY("tenant","recall","part","name")
);
--> statement-breakpoint
CREATE TABLE "recall_parts" (
	"tenant" text COLLATE "C" NOT NULL,
	"recall" uuid NOT NULL,
	"ordinal" integer NOT NULL,
	"kind" "recall_part_kind" NOT NULL,
	"product" text COLLATE "C",
	"series" bigint,
	"reservation" bigint,
	"first" bigint,
	"last" bigint,
	"created_from" timestamp with time zone,
	"created_to" timestamp with time zone,
	"receipt" uuid,
	CONSTRAINT "recall_parts_tenant_recall_ordinal_pk" PRIMARY KEY("tenant","recall","ordinal")
);
--> statement-breakpoint
CREATE TABLE "recalls" (
	"tenant" text COLLATE "C" NOT NULL,
	"id" uuid NOT NULL,
	"reference" text NOT NULL,
	"reason" text NOT NULL,
	"api_key" integer NOT NULL,
	"opened_at" timestamp with time zone DEFAULT now() NOT NULL,
	"closed_at" timestamp with time zone,
	"closed_by" integer,
	"closing_reason" text,
	CONSTRAINT "recalls_tenant_id_pk" PRIMARY KEY("tenant","id")
);
--> statement-breakpoint
CREATE TABLE "receipt_growths" (
	"tenant" text COLLATE "C" NOT NULL,
	"id" bigint GENERATED BY DEFAULT AS IDENTITY (sequence name "receipt_growths_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"receipt" uuid NOT NULL,
	"line" integer NOT NULL,
	"product" text COLLATE "C" NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"quantity" numeric NOT NULL,
	"quantity_before" numeric NOT NULL,
	"state_before" text NOT NULL,
	"location_before" text,
	"quantity_after" numeric NOT NULL,
	"state_after" text NOT NULL,
	"location_after" text,
	"undone_at" timestamp with time zone,
	CONSTRAINT "receipt_growths_tenant_id_pk" PRIMARY KEY("tenant","id")
);
--> statement-breakpoint
CREATE TABLE "receipt_lines" (
	"tenant" text COLLATE "C" NOT NULL,
	"receipt" uuid NOT NULL,
	"ordinal" integer NOT NULL,
	"product" text COLLATE "C" NOT NULL,
	"quantity" numeric NOT NULL,
	"quantity_per_lot" numeric,
	"location" text,
	"produced_on" date,
	"expires_on" date,
	"attributes" jsonb,
	"first_item" integer,
	"last_item" integer,
	CONSTRAINT "receipt_lines_tenant_receipt_ordinal_pk" PRIMARY KEY("tenant","receipt","ordinal")
);
--> statement-breakpoint
CREATE TABLE "receipts" (
	"tenant" text COLLATE "C" NOT NULL,
	"id" uuid NOT NULL,
	"reference" text COLLATE "C" NOT NULL,
	"status" "receipt_status" DEFAULT 'received' NOT NULL,
	"at" text,
	"fingerprint" "bytea" NOT NULL,
	"job" uuid,
	"api_key" integer NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"cancelled_at" timestamp with time zone,
	"cancelled_by" integer,
	"reason" text,
	CONSTRAINT "receipts_tenant_id_pk" PRIMARY KEY("tenant","id")
);
--> statement-breakpoint
CREATE TABLE "requests" (
	"tenant" text COLLATE "C" NOT NULL,
	"key" text COLLATE "C" NOT NULL,
	"fingerprint" "bytea" NOT NULL,
	"answer" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "requests_tenant_key_pk" PRIMARY KEY("tenant","key")
);
--> statement-breakpoint
CREATE TABLE "forms" (
	"tenant" text COLLATE "C" NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "forms_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"series" bigint NOT NULL,
	"prefix" text COLLATE "C" NOT NULL,
	"width" smallint NOT NULL,
	"suffix" text COLLATE "C" NOT NULL,
	CONSTRAINT "forms_tenant_id_pk" PRIMARY KEY("tenant","id")
);
--> statement-breakpoint
CREATE TABLE "past_patterns" (
	"tenant" text COLLATE "C" NOT NULL,
	"sequence" text COLLATE "C" NOT NULL,
	"dialect" "sequence_dialect" NOT NULL,
	"pattern" text COLLATE "C" NOT NULL,
	"fiscal_year_start" text COLLATE "C" NOT NULL,
	"counter" text COLLATE "C" NOT NULL,
	"first" bigint NOT NULL,
	"last" bigint NOT NULL,
	"allow_overlap" boolean DEFAULT false NOT NULL,
	"bound_epoch" bigint,
	CONSTRAINT "past_patterns_tenant_sequence_dialect_pattern_fiscal_year_start_counter_pk" PRIMARY KEY("tenant","sequence","dialect","pattern","fiscal_year_start","counter")
);
--> statement-breakpoint
CREATE TABLE "pattern_changes" (
	"tenant" text COLLATE "C" NOT NULL,
	"epoch" bigint NOT NULL,
	"sequences" text[] NOT NULL,
	CONSTRAINT "pattern_changes_tenant_epoch_pk" PRIMARY KEY("tenant","epoch")
);
--> statement-breakpoint
CREATE TABLE "sequences" (
	"tenant" text COLLATE "C" NOT NULL,
	"key" text COLLATE "C" NOT NULL,
	"dialect" "sequence_dialect" DEFAULT 'native' NOT NULL,
	"pattern" text COLLATE "C" NOT NULL,
	"width" smallint NOT NULL,
	"mode" "sequence_mode" NOT NULL,
	"start" bigint NOT NULL,
	"increment" bigint NOT NULL,
	"reset" "sequence_reset" NOT NULL,
	"counter" text COLLATE "C" NOT NULL,
	"time_zone" text NOT NULL,
	"fiscal_year_start" text NOT NULL,
	"overflow" "sequence_overflow" NOT NULL,
	"hot" boolean NOT NULL,
	"allow_overlap" boolean DEFAULT false NOT NULL,
	"ceiling" bigint GENERATED ALWAYS AS (CASE WHEN overflow = 'reject' THEN power(10::numeric, width::numeric)::bigint - 1 ELSE 999999999999999999 END) STORED NOT NULL,
	"definition" uuid GENERATED ALWAYS AS (md5(CASE dialect WHEN 'native' THEN 'native' WHEN 'odoo' THEN 'odoo' ELSE 'frappe' END || chr(10) || pattern || chr(10) || width::text || chr(10) || start::text || chr(10) || increment::text || chr(10) || CASE reset WHEN 'never' THEN 'never' WHEN 'yearly' THEN 'yearly' WHEN 'monthly' THEN 'monthly' WHEN 'weekly' THEN 'weekly' WHEN 'daily' THEN 'daily' WHEN 'fiscal' THEN 'fiscal' ELSE 'prefix' END || chr(10) || CASE counter WHEN key THEN '' ELSE counter END || chr(10) || time_zone || chr(10) || fiscal_year_start || chr(10) || CASE overflow WHEN 'reject' THEN 'reject' ELSE 'widen' END)::uuid) STORED NOT NULL,
	"fence_width" bigint DEFAULT 0 NOT NULL,
	"fenced_until" timestamp with time zone,
	"fence_origin" integer,
	"fence_reason" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "sequences_tenant_key_pk" PRIMARY KEY("tenant","key"),
	CONSTRAINT "sequences_policy" UNIQUE("tenant","key","definition","increment","ceiling","mode","hot")
);
--> statement-breakpoint
CREATE TABLE "series" (
	"tenant" text COLLATE "C" NOT NULL,
	"sequence" text COLLATE "C" NOT NULL,
	"period" text COLLATE "C" NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "series_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"next" bigint NOT NULL,
	"since" bigint NOT NULL,
	"passed_before" bigint DEFAULT 0 NOT NULL,
	"skipped" bigint DEFAULT 0 NOT NULL,
	"promoted_to" "regclass",
	"waits" smallint DEFAULT 0 NOT NULL,
	"definition" uuid NOT NULL,
	"increment" bigint NOT NULL,
	"ceiling" bigint NOT NULL,
	"mode" "sequence_mode" NOT NULL,
	"hot" boolean NOT NULL,
	"ends_on" date,
	"closed_at" timestamp with time zone,
	CONSTRAINT "series_tenant_sequence_period_pk" PRIMARY KEY("tenant","sequence","period")
);
--> statement-breakpoint
CREATE TABLE "api_key_uses" (
	"tenant" text COLLATE "C" NOT NULL,
	"api_key" integer NOT NULL,
	"used_at" timestamp with time zone,
	CONSTRAINT "api_key_uses_tenant_api_key_pk" PRIMARY KEY("tenant","api_key")
);
--> statement-breakpoint
CREATE TABLE "api_keys" (
	"tenant" text COLLATE "C" NOT NULL,
	"id" integer GENERATED ALWAYS AS IDENTITY (sequence name "api_keys_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"public_id" uuid DEFAULT gen_random_uuid() NOT NULL,
	"digest" "bytea" NOT NULL,
	"name" text NOT NULL,
	"prefix" text NOT NULL,
	"hint" text NOT NULL,
	"scopes" "api_scope"[] NOT NULL,
	"sequences" text[],
	"products" text[],
	"count_per_request" integer,
	"numbers_per_day" bigint,
	"requests_per_minute" integer,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	"replaced_by" integer,
	CONSTRAINT "api_keys_tenant_id_pk" PRIMARY KEY("tenant","id")
);
--> statement-breakpoint
CREATE TABLE "quota_days" (
	"tenant" text COLLATE "C" NOT NULL,
	"api_key" integer NOT NULL,
	"day" date NOT NULL,
	"numbers" bigint NOT NULL,
	CONSTRAINT "quota_days_tenant_api_key_day_pk" PRIMARY KEY("tenant","api_key","day")
);
--> statement-breakpoint
CREATE TABLE "request_windows" (
	"tenant" text COLLATE "C" NOT NULL,
	"api_key" integer NOT NULL,
	"began" timestamp with time zone NOT NULL,
	"requests" integer NOT NULL,
	CONSTRAINT "request_windows_tenant_api_key_pk" PRIMARY KEY("tenant","api_key")
);
--> statement-breakpoint
CREATE TABLE "tenants" (
	"tenant" text COLLATE "C" PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"live_tenant" text COLLATE "C",
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "events" (
	"tenant" text COLLATE "C" NOT NULL,
	"id" uuid NOT NULL,
	"type" "event_type" NOT NULL,
	"subject" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"payload" text NOT NULL,
	CONSTRAINT "events_tenant_id_pk" PRIMARY KEY("tenant","id")
);
--> statement-breakpoint
CREATE TABLE "webhook_deliveries" (
	"tenant" text COLLATE "C" NOT NULL,
	"event" uuid NOT NULL,
	"webhook" uuid NOT NULL,
	"status" "delivery_status" DEFAULT 'pending' NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"next_attempt_at" timestamp with time zone,
	"token" uuid,
	"created_at" timestamp with time zone NOT NULL,
	"last_attempt_at" timestamp with time zone,
	"response_status" integer,
	"duration_ms" integer,
	"last_error" text,
	"response_excerpt" text,
	CONSTRAINT "webhook_deliveries_tenant_event_webhook_pk" PRIMARY KEY("tenant","event","webhook")
);
--> statement-breakpoint
CREATE TABLE "webhooks" (
	"tenant" text COLLATE "C" NOT NULL,
	"id" uuid NOT NULL,
	"url" text NOT NULL,
	"events" "event_type"[],
	"description" text,
	"secret" "bytea" NOT NULL,
	"previous_secret" "bytea",
	"previous_secret_until" timestamp with time zone,
	"status" "webhook_status" DEFAULT 'enabled' NOT NULL,
	"disabled_reason" "disabling_reason",
	"disabled_at" timestamp with time zone,
	"failing_since" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "webhooks_tenant_id_pk" PRIMARY KEY("tenant","id")
);
--> statement-breakpoint
ALTER TABLE "origins" ADD CONSTRAINT "origins_of_key" FOREIGN KEY ("tenant","api_key") REFERENCES "public"."api_keys"("tenant","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "import_batches" ADD CONSTRAINT "import_batches_of_import" FOREIGN KEY ("tenant","import") REFERENCES "public"."imports"("tenant","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "products" ADD CONSTRAINT "products_tenant_tenants_tenant_fk" FOREIGN KEY ("tenant") REFERENCES "public"."tenants"("tenant") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "products" ADD CONSTRAINT "products_sequence" FOREIGN KEY ("tenant","sequence") REFERENCES "public"."sequences"("tenant","key") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settings" ADD CONSTRAINT "settings_tenant_tenants_tenant_fk" FOREIGN KEY ("tenant") REFERENCES "public"."tenants"("tenant") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settings" ADD CONSTRAINT "settings_default_sequence" FOREIGN KEY ("tenant","default_sequence") REFERENCES "public"."sequences"("tenant","key") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "recall_parts" ADD CONSTRAINT "recall_parts_of_recall" FOREIGN KEY ("tenant","recall") REFERENCES "public"."recalls"("tenant","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "recall_parts" ADD CONSTRAINT "recall_parts_of_receipt" FOREIGN KEY ("tenant","receipt") REFERENCES "public"."receipts"("tenant","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "past_patterns" ADD CONSTRAINT "past_patterns_of_sequence" FOREIGN KEY ("tenant","sequence") REFERENCES "public"."sequences"("tenant","key") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "pattern_changes" ADD CONSTRAINT "pattern_changes_tenant_tenants_tenant_fk" FOREIGN KEY ("tenant") REFERENCES "public"."tenants"("tenant") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sequences" ADD CONSTRAINT "sequences_tenant_tenants_tenant_fk" FOREIGN KEY ("tenant") REFERENCES "public"."tenants"("tenant") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "series" ADD CONSTRAINT "series_of_sequence" FOREIGN KEY ("tenant","sequence","definition","increment","ceiling","mode","hot") REFERENCES "public"."sequences"("tenant","key","definition","increment","ceiling","mode","hot") ON DELETE no action ON UPDATE cascade;--> statement-breakpoint
ALTER TABLE "api_key_uses" ADD CONSTRAINT "api_key_uses_of_key" FOREIGN KEY ("tenant","api_key") REFERENCES "public"."api_keys"("tenant","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_tenant_tenants_tenant_fk" FOREIGN KEY ("tenant") REFERENCES "public"."tenants"("tenant") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_replaced_by" FOREIGN KEY ("tenant","replaced_by") REFERENCES "public"."api_keys"("tenant","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "quota_days" ADD CONSTRAINT "quota_days_of_key" FOREIGN KEY ("tenant","api_key") REFERENCES "public"."api_keys"("tenant","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "request_windows" ADD CONSTRAINT "request_windows_of_key" FOREIGN KEY ("tenant","api_key") REFERENCES "public"."api_keys"("tenant","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tenants" ADD CONSTRAINT "tenants_live_tenant_tenants_tenant_fk" FOREIGN KEY ("live_tenant") REFERENCES "public"."tenants"("tenant") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "alerts_in_order" ON "alerts" USING btree ("tenant","opened_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "alerts_open_once" ON "alerts" USING btree ("tenant","kind","subject") WHERE closed_at IS NULL;--> statement-breakpoint
CREATE INDEX "alerts_closed" ON "alerts" USING btree ("closed_at");--> statement-breakpoint
CREATE INDEX "audit_events_by_subject" ON "audit_events" USING btree ("tenant","subject","at","id");--> statement-breakpoint
CREATE INDEX "audit_seals_by_time" ON "audit_seals" USING btree ("sealed_to");--> statement-breakpoint
CREATE INDEX "counts_by_reference" ON "counts" USING btree ("tenant","reference","id");--> statement-breakpoint
CREATE INDEX "figure_batches_by_time" ON "figure_batches" USING btree ("tenant","at");--> statement-breakpoint
CREATE INDEX "lot_figures_by_time" ON "lot_figures" USING btree ("tenant","grain","at");--> statement-breakpoint
CREATE INDEX "number_figures_by_time" ON "number_figures" USING btree ("tenant","grain","at");--> statement-breakpoint
CREATE INDEX "imports_staged" ON "imports" USING btree ("updated_at") WHERE staged > 0;--> statement-breakpoint
CREATE UNIQUE INDEX "job_items_in_order" ON "job_items" USING btree ("tenant","job","ordinal");--> statement-breakpoint
CREATE INDEX "job_items_by_product" ON "job_items" USING btree ("tenant","product","id");--> statement-breakpoint
CREATE INDEX "jobs_unfinished" ON "jobs" USING btree ("lease_until") WHERE status IN ('queued', 'running');--> statement-breakpoint
CREATE INDEX "jobs_failed" ON "jobs" USING btree ("tenant","id") WHERE status = 'failed';--> statement-breakpoint
CREATE INDEX "jobs_by_time" ON "jobs" USING brin ("updated_at") WITH (autosummarize=true);--> statement-breakpoint
CREATE UNIQUE INDEX "leases_of_run" ON "leases" USING btree ("tenant","series","first");--> statement-breakpoint
CREATE INDEX "leases_of_sequence" ON "leases" USING btree ("tenant","sequence","id");--> statement-breakpoint
CREATE INDEX "leases_out" ON "leases" USING btree ("tenant","sequence","holder") WHERE closed_at IS NULL AND burned_at IS NULL;--> statement-breakpoint
CREATE INDEX "leases_to_burn" ON "leases" USING btree ("expires_at") WHERE closed_at IS NULL AND burned_at IS NULL;--> statement-breakpoint
CREATE INDEX "ledger_by_time" ON "ledger" USING brin ("at") WITH (autosummarize=true);--> statement-breakpoint
CREATE INDEX "reopened_skips_by_time" ON "reopened_skips" USING btree ("tenant","reopened_at");--> statement-breakpoint
CREATE INDEX "lot_changes_by_product" ON "lot_changes" USING btree ("tenant","product","id");--> statement-breakpoint
CREATE INDEX "lot_changes_by_party" ON "lot_changes" USING btree ("tenant","party","id") WHERE party IS NOT NULL;--> statement-breakpoint
CREATE INDEX "lot_changes_by_reference" ON "lot_changes" USING btree ("tenant","reference","id") WHERE reference IS NOT NULL;--> statement-breakpoint
CREATE INDEX "lot_history_of_change" ON "lot_history" USING btree ("tenant","change","name");--> statement-breakpoint
CREATE INDEX "lots_by_expiry" ON "lots" USING btree ("tenant","state","expires_on","product","name") WHERE expires_on IS NOT NULL;--> statement-breakpoint
CREATE INDEX "lots_by_state" ON "lots" USING btree ("tenant","state","product","name") WHERE state <> 'available';--> statement-breakpoint
CREATE INDEX "lots_by_location" ON "lots" USING btree ("tenant","location","product","name") WHERE location IS NOT NULL;--> statement-breakpoint
CREATE INDEX "products_in_order" ON "products" USING btree ("tenant","created_at","sku");--> statement-breakpoint
CREATE UNIQUE INDEX "receipt_growths_of_receipt" ON "receipt_growths" USING btree ("tenant","receipt","name","product");--> statement-breakpoint
CREATE INDEX "receipt_growths_of_lot" ON "receipt_growths" USING btree ("tenant","name","product","id") WHERE undone_at IS NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "receipts_live_reference" ON "receipts" USING btree ("tenant","reference") WHERE status <> 'cancelled';--> statement-breakpoint
CREATE INDEX "receipts_by_reference" ON "receipts" USING btree ("tenant","reference","id");--> statement-breakpoint
CREATE INDEX "receipts_by_job" ON "receipts" USING btree ("tenant","job");--> statement-breakpoint
CREATE INDEX "requests_by_expiry" ON "requests" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "forms_of_series" ON "forms" USING btree ("tenant","series","id");--> statement-breakpoint
CREATE UNIQUE INDEX "forms_by_text" ON "forms" USING btree ("tenant","prefix","suffix","width","series");--> statement-breakpoint
CREATE INDEX "past_patterns_bound" ON "past_patterns" USING btree ("tenant","bound_epoch");--> statement-breakpoint
CREATE INDEX "sequences_in_order" ON "sequences" USING btree ("tenant","created_at","key");--> statement-breakpoint
CREATE UNIQUE INDEX "series_id" ON "series" USING btree ("id");--> statement-breakpoint
CREATE INDEX "series_to_close" ON "series" USING btree ("ends_on") WHERE closed_at IS NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "api_keys_digest" ON "api_keys" USING btree ("digest");--> statement-breakpoint
CREATE UNIQUE INDEX "api_keys_public_id" ON "api_keys" USING btree ("tenant","public_id");--> statement-breakpoint
CREATE INDEX "quota_days_by_day" ON "quota_days" USING btree ("day");--> statement-breakpoint
CREATE INDEX "events_by_time" ON "events" USING btree ("at");--> statement-breakpoint
CREATE INDEX "webhook_deliveries_in_order" ON "webhook_deliveries" USING btree ("tenant","webhook","created_at","event");--> statement-breakpoint
CREATE INDEX "webhook_deliveries_pending" ON "webhook_deliveries" USING btree ("tenant","webhook","next_attempt_at") WHERE status = 'pending';