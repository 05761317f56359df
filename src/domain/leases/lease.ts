/** How a lease stands: see `lease_status` in the migrations. */
export const leaseStatuses = ["open", "unreported", "burned", "closed"] as const;
export type LeaseStatus = (typeof leaseStatuses)[number];

/** A lease as a list shows it. Counts are of numbers. */
export interface LeaseRow {
  readonly id: string;
  /** The sequence that was asked for it. */
  readonly sequence: string;
  readonly series: string | null;
  /** Id of the reservation that it is. */
  readonly reservation: string;
  readonly holder: string;
  readonly status: LeaseStatus;
  readonly first: string;
  readonly last: string;
  readonly step: string;
  readonly count: number;
  readonly first_name: string;
  readonly last_name: string;
  readonly used: number;
  /** Of the used ones: told of when the lease had expired. */
  readonly late: number;
  readonly given_back: number;
  /** Neither used nor given back, as far as the holder has told. */
  readonly open: number;
  readonly created_at: string;
  readonly expires_at: string;
  /** It cannot be renewed beyond then. */
  readonly ends_at: string | null;
  readonly closed_at: string | null;
}

/** Its members in the order in which they are shown. */
export const leaseColumns = [
  "id",
  "sequence",
  "series",
  "reservation",
  "holder",
  "status",
  "first",
  "last",
  "step",
  "count",
  "first_name",
  "last_name",
  "used",
  "late",
  "given_back",
  "open",
  "created_at",
  "expires_at",
  "ends_at",
  "closed_at",
] as const satisfies readonly (keyof LeaseRow)[];

/** A lease with the bound form of its names, so that its holder renders them alone. */
export interface Lease extends LeaseRow {
  readonly prefix: string;
  readonly width: number;
  readonly suffix: string;
}

/** The same with the time that it was granted, in seconds from when it was. */
export interface GrantedLease extends Lease {
  readonly ttl_s: number;
}

/** The same with what its holder shows with everything that it says of the lease. */
export interface OpenedLease extends GrantedLease {
  readonly token: string;
}

/** What a call about a lease was answered, and whether an earlier one with the same key was. */
export interface Told<Answer> {
  readonly lease: Answer;
  readonly replayed: boolean;
}

/** The answer of the store, its members in order, apart from whether it is a replay. */
export function told<Answer extends Lease>(
  facts: Answer & { readonly replayed: boolean },
): Told<Answer> {
  return { lease: shownLease(facts), replayed: facts.replayed };
}

/** The members in their order, so that the same facts give the same bytes. */
export function shownLease<Answer extends Lease>(facts: Answer): Answer {
  const order = [
    ...leaseColumns,
    "prefix",
    "width",
    "suffix",
    "ttl_s",
    "token",
    "open_runs",
  ] as const;
  const given = new Map<string, unknown>(Object.entries(facts));
  const members = order.filter((name) => given.has(name)).map((name) => [name, given.get(name)]);
  // The same members in another order.
  return Object.fromEntries(members) as Answer;
}
