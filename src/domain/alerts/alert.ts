import type { AlertKind } from "../../db/alert-kinds.ts";

export { alertKinds } from "../../db/alert-kinds.ts";
export type { AlertKind } from "../../db/alert-kinds.ts";

export const alertStatuses = ["open", "closed"] as const;

/** What needs somebody's attention, or needed it. */
export interface Alert {
  readonly id: string;
  readonly kind: AlertKind;
  /** What it is about: a sequence, a job, an operation. */
  readonly subject: string;
  readonly status: (typeof alertStatuses)[number];
  readonly opened_at: string;
  readonly closed_at: string | null;
  /** As they were when it was opened, by its kind. */
  readonly facts: Readonly<Record<string, unknown>>;
}
