/** A name that was handed out of a lease. */
export interface DrawnName {
  readonly number: bigint;
  readonly name: string;
  /** The lease's id. */
  readonly lease: string;
}

/** What processes that draw from leases of their own noted themselves. Their requests are in no history. */
export interface Drawing {
  /** By this name their leases are theirs. */
  readonly holder: string;
  readonly sequence: string;
  readonly drawn: readonly DrawnName[];
  /** How many numbers they asked for, with every try. */
  readonly asked: bigint;
}
