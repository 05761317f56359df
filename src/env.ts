import { z } from "zod";
import type { Allowed } from "./domain/webhooks/address.ts";
import { allowedOrigins } from "./domain/webhooks/address.ts";

/** The assets binding: files that are served as they are. */
export interface AssetsBinding {
  fetch(request: Request): Promise<Response>;
}

/** A way out: requests that are sent there go to other hosts. */
export interface NetworkBinding {
  fetch(url: string, init: RequestInit): Promise<Response>;
}

/** What the Worker is given by wrangler.toml and its secrets. */
export interface Bindings {
  readonly DATABASE_URL: string;
  readonly SQL_ENDPOINT?: string;
  readonly CORS_ORIGINS?: string;
  readonly INLINE_BUDGET_MS?: string;
  readonly WEBHOOK_ALLOW?: string;
  readonly FIGURES_INTERVAL_MS?: string;
  readonly METRICS_KEY?: string;
  readonly ASSETS: AssetsBinding;
  readonly JOB_PUMP: Env["JOB_PUMP"];
  readonly WEBHOOK_PUMP: Env["WEBHOOK_PUMP"];
  /** The way out for webhooks, to public addresses alone, where the global one leads elsewhere too. */
  readonly WEBHOOK_NETWORK?: NetworkBinding;
}

/** The settings that the bindings say, read and checked. */
export interface Settings {
  /** Connection string of the database. */
  readonly databaseUrl: string;
  /** Address of the SQL-over-HTTP endpoint; undefined: the driver's own rule from the host. */
  readonly sqlEndpoint: string | undefined;
  /** Origins that browsers may call from; empty: none. */
  readonly corsOrigins: readonly string[];
  /** Milliseconds that a request may spend on a job before it answers 202. */
  readonly inlineBudgetMs: number;
  /** Addresses that webhooks may have though they are not public; none: no other ones. */
  readonly webhookAllow: Allowed;
  /** Milliseconds for which an isolate gathers what calls came to before it writes that; 0: it gathers nothing. */
  readonly figuresIntervalMs: number;
  /** What whoever reads /metrics has to send; undefined: nobody may. */
  readonly metricsKey: string | undefined;
}

const origin = z.string().refine(
  (text) => {
    if (text === "*") return true;
    return URL.canParse(text) && new URL(text).origin === text;
  },
  { error: "must be * or a list of origins such as https://shop.example, separated by commas" },
);

const settingsSchema = z.object({
  DATABASE_URL: z
    .string({ error: "is missing: set the connection string of the database" })
    .regex(/^postgres(ql)?:\/\/\S+$/, {
      error: "must be a connection string that starts with postgres:// or postgresql://",
    }),
  SQL_ENDPOINT: z
    .string()
    .regex(/^https?:\/\/\S+$/, { error: "must be an http or https address" })
    .optional(),
  CORS_ORIGINS: z
    .string()
    .transform((text) =>
      text
        .split(",")
        .map((part) => part.trim())
        .filter((part) => part !== ""),
    )
    .pipe(z.array(origin))
    .default([]),
  INLINE_BUDGET_MS: z
    .string()
    .regex(/^\d{1,5}$/, { error: "must be a whole number of milliseconds, 0 to 99999" })
    .default("10000")
    .transform(Number),
  WEBHOOK_ALLOW: z
    .string()
    .transform((text, context) => {
      const allowed = allowedOrigins(text);
      if (allowed !== undefined) return allowed;
      const message =
        "must be a list of origins such as http://127.0.0.1:9000 or http://127.0.0.1:*, separated by commas";
      context.addIssue({ code: "custom", message });
      return z.NEVER;
    })
    .default([]),
  FIGURES_INTERVAL_MS: z
    .string()
    .regex(/^(?:1?\d{1,4}|20000)$/, {
      error: "must be a whole number of milliseconds, 0 to 20000",
    })
    .default("5000")
    .transform(Number),
  METRICS_KEY: z
    .string()
    .regex(/^[\x21-\x7e]{16,}$/, {
      error: "must be 16 or more printable ASCII characters without a space",
    })
    .optional(),
});

const known = new WeakMap<object, Settings>();

/**
 * The settings of these bindings, read once for every isolate. Throws an error that names the
 * variable and never its value.
 */
export function settingsOf(bindings: Bindings): Settings {
  const before = known.get(bindings);
  if (before !== undefined) return before;
  // An empty variable counts as one that is not set.
  const given = Object.fromEntries(Object.entries(bindings).filter(([, value]) => value !== ""));
  const result = settingsSchema.safeParse(given);
  if (!result.success) {
    const issues = result.error.issues.map((issue) => `${String(issue.path[0])} ${issue.message}`);
    throw new SettingsError(issues.join("; "));
  }
  const settings: Settings = {
    databaseUrl: result.data.DATABASE_URL,
    sqlEndpoint: result.data.SQL_ENDPOINT,
    corsOrigins: result.data.CORS_ORIGINS,
    inlineBudgetMs: result.data.INLINE_BUDGET_MS,
    webhookAllow: result.data.WEBHOOK_ALLOW,
    figuresIntervalMs: result.data.FIGURES_INTERVAL_MS,
    metricsKey: result.data.METRICS_KEY,
  };
  known.set(bindings, settings);
  return settings;
}

/** A variable of the Worker is missing or cannot be used; the message has no values. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}
