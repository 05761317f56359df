/** `serialmint/client`: what is published. */
export type { components, paths, ProblemCode } from "./api.ts";
export type { ConnectionOptions } from "./calls/connection.ts";
export { NoAnswer, SerialmintProblem } from "./calls/failures.ts";
export type {
  AnswerOf,
  CallInput,
  CallSettings,
  LineOf,
  ListPath,
  Method,
  PathOf,
  RowOf,
  StreamPath,
} from "./calls/types.ts";
export type { Clock } from "./leases/clock.ts";
export { LeasedSequence, SequenceClosed } from "./leases/leased-sequence.ts";
export type { Closing, StockStatus } from "./leases/leased-sequence.ts";
export type { Leased, LeaseOf } from "./leases/leased.ts";
export type { LeasedSequenceOptions } from "./leases/options.ts";
export { emptyState } from "./leases/state.ts";
export type { Asking, Block, Report, State } from "./leases/state.ts";
export { MemoryStore } from "./leases/store.ts";
export type { Change, LeaseStore } from "./leases/store.ts";
export type { Wait } from "./leases/waiting.ts";
export { Serialmint } from "./serialmint.ts";
export type { Answer, Job } from "./serialmint.ts";
