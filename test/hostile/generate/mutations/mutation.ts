import type { Random } from "../../../faults/random.ts";
import type { WireRequest } from "../../wire/request.ts";
import type { Draft } from "../draft.ts";
import type { Holdings } from "../holdings.ts";

/** What a change may make use of. */
export interface Surroundings {
  readonly random: Random;
  readonly held: Holdings;
  /** What a client of another tenant has. */
  readonly others: Holdings;
}

/** Changes one part of a request; undefined where the request has no such part. */
export type DraftMutation = (draft: Draft, around: Surroundings) => Draft | undefined;

/** Changes a request as it goes over the wire. */
export interface WireMutation {
  /** Whether the result is still a message as HTTP has it, which the service itself must answer. */
  readonly wellFormed: boolean;
  readonly change: (request: WireRequest, around: Surroundings) => WireRequest;
}
