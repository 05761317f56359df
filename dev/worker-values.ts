import { SettingsError, settingsOf } from "../src/env.ts";
import { Refusal } from "./refusal.ts";

/** Variables of the Worker that are handed on when they are set. */
const handedOn = [
  "CORS_ORIGINS",
  "INLINE_BUDGET_MS",
  "FIGURES_INTERVAL_MS",
  "METRICS_KEY",
  "WEBHOOK_ALLOW",
];

/** Of no account here: the stack has its own. */
const others = {
  DATABASE_URL: "postgresql://localhost/serialmint",
  ASSETS: { fetch: () => Promise.resolve(new Response()) },
  JOB_PUMP: null,
  WEBHOOK_PUMP: null,
};

/**
 * The variables of this environment that the Worker gets. Refuses a value that the Worker would
 * refuse, in the same words.
 */
export function workerValues(environment: NodeJS.ProcessEnv): Record<string, string> {
  const values: Record<string, string> = {};
  for (const name of handedOn) {
    const value = environment[name];
    if (value !== undefined && value !== "") values[name] = value;
  }
  try {
    settingsOf({ ...values, ...others });
  } catch (error) {
    if (error instanceof SettingsError) throw new Refusal(`${error.message}.`);
    throw error;
  }
  return values;
}
