/** What an API key may use up; null: without limit. A key has it from its making on and never another. */
export interface Quota {
  /** Numbers that one request may use up. */
  readonly count_per_request: number | null;
  /** Numbers that it may use up in a day of its tenant's time zone. */
  readonly numbers_per_day: number | null;
  readonly requests_per_minute: number | null;
}

/** What is used of a limit that begins anew in `resets_in_s` seconds, 1 or more. */
export interface Used {
  readonly used: number;
  readonly resets_in_s: number;
}

/** As much of it as a request has come to know. */
export interface QuotaUse {
  readonly requests?: Used;
  readonly numbers?: Used;
}
