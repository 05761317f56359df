/**
 * What src/env.ts takes from the generated types of the Worker, which do not go together with
 * Node's: enough of it to read the Worker's settings here.
 */
interface Env {
  readonly JOB_PUMP: unknown;
  readonly WEBHOOK_PUMP: unknown;
}
