import type { Made } from "../generate/next.ts";
import type { Outcome } from "../wire/connection.ts";

/** A request and what came of it. */
export interface Exchange {
  readonly made: Pick<Made, "kind" | "changes" | "request" | "wellFormed">;
  /** The texts that only another tenant's data have. */
  readonly foreignMarkers: readonly string[];
  readonly outcome: Outcome;
}

/** What an exchange contradicts. */
export type Rule =
  /** A message that the service has to answer was not answered. */
  | "unanswered"
  /** 500 or above. */
  | "broken"
  /** A status that the document does not declare there. */
  | "status_undeclared"
  | "code_undeclared"
  | "media_type_undeclared"
  /** An error that is no problem as RFC 9457 and the document have it. */
  | "no_problem"
  | "not_as_schema"
  /** A header is missing, contradicts the body or was put in by the caller. */
  | "headers"
  /** What a caller must not see: SQL, traces, another tenant's data. */
  | "leak"
  | "too_slow";

export interface Finding {
  readonly rule: Rule;
  /** The operation that was addressed, or the method and path of none. */
  readonly where: string;
  readonly detail: string;
}
