import { sql } from "drizzle-orm";
import { index, integer, pgEnum, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { eventTypes } from "../event-types.ts";
import { exactText, moment, secretBytes } from "./columns.ts";

export const eventType = pgEnum("event_type", eventTypes);

export const webhookStatus = pgEnum("webhook_status", ["enabled", "disabled"]);

/** Why a webhook is disabled: it was asked for, the receiver answered 410, or nothing got there for days. */
export const disablingReason = pgEnum("disabling_reason", ["asked", "gone", "failing"]);

/**
 * Addresses that events are sent to. `secret` signs what is sent and `previous_secret`, until its time has
 * come, beside it. `failing_since` is when the first attempt since the last success failed.
 */
export const webhooks = pgTable(
  "webhooks",
  {
    tenant: exactText().notNull(),
    id: uuid().notNull(),
    url: text().notNull(),
    /** The types that it is told of; null: all. */
    events: eventType().array(),
    description: text(),
    secret: secretBytes().notNull(),
    previousSecret: secretBytes(),
    previousSecretUntil: moment(),
    status: webhookStatus().notNull().default("enabled"),
    disabledReason: disablingReason(),
    disabledAt: moment(),
    failingSince: moment(),
    createdAt: moment().defaultNow().notNull(),
    updatedAt: moment().defaultNow().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.id] })],
);

/** What happened, for the webhooks that want it. `payload` is the body that each attempt sends. */
export const events = pgTable(
  "events",
  {
    tenant: exactText().notNull(),
    id: uuid().notNull(),
    type: eventType().notNull(),
    subject: text().notNull(),
    at: moment().notNull(),
    payload: text().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.id] }),
    index("events_by_time").on(table.at),
  ],
);

export const deliveryStatus = pgEnum("delivery_status", ["pending", "delivered", "failed"]);

/**
 * An event on its way to a webhook. A pending one is due at `next_attempt_at`; whoever attempts it holds it by
 * `token` and moves that time to when another may, should nothing be heard of the attempt.
 */
export const webhookDeliveries = pgTable(
  "webhook_deliveries",
  {
    tenant: exactText().notNull(),
    event: uuid().notNull(),
    webhook: uuid().notNull(),
    status: deliveryStatus().notNull().default("pending"),
    attempts: integer().notNull().default(0),
    nextAttemptAt: moment(),
    token: uuid(),
    createdAt: moment().notNull(),
    lastAttemptAt: moment(),
    responseStatus: integer(),
    durationMs: integer(),
    lastError: text(),
    responseExcerpt: text(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.event, table.webhook] }),
    index("webhook_deliveries_in_order").on(
      table.tenant,
      table.webhook,
      table.createdAt,
      table.event,
    ),
    index("webhook_deliveries_pending")
      .on(table.tenant, table.webhook, table.nextAttemptAt)
      .where(sql`status = 'pending'`),
  ],
);
