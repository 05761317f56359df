/** A call as the figures know it. */
export interface FiguredCall {
  /** `noTenant` of a caller that is not known. */
  readonly tenant: string;
  /** What its route is called in the OpenAPI document. */
  readonly operation: string;
  readonly status: number;
  /** The code of its problem; empty when it had none. */
  readonly code: string;
  /** What its path names, as far as it names one; else empty. */
  readonly sequence: string;
  readonly product: string;
  readonly requestId: string;
  /** Epoch milliseconds at which it came. */
  readonly at: number;
  /** Milliseconds until its answer began. */
  readonly time: number;
  /** Numbers or lots that it asked for, or rows that it was answered. */
  readonly size: number;
  readonly databaseRequests: number;
  /** Milliseconds spent waiting for them. */
  readonly databaseTime: number;
}

/** Stands for no tenant: no_tenant() in the store. */
export const noTenant = "-";

/** Milliseconds from which on a call is slow: one of `bounds`. */
export const slowMs = 1000;

/** The bounds of the histograms, in milliseconds: call_bounds() in the store. */
export const bounds = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000] as const;

/** How much is gathered before it is written. */
export interface GatheringBounds {
  /** Kinds of calls that are told apart. */
  readonly kinds: number;
  /** Of these, those of a sequence or a product: who makes up names takes no place from other tenants. */
  readonly named: number;
  /** Calls of each reason that are listed by themselves. */
  readonly notable: number;
}

export const usualBounds: GatheringBounds = { kinds: 1000, named: 750, notable: 50 };

/** What calls of one kind came to: gathered_calls in the store. */
export interface GatheredCalls {
  readonly tenant: string;
  readonly minute: string;
  readonly operation: string;
  readonly code: string;
  readonly sequence: string;
  readonly product: string;
  readonly status: number;
  calls: number;
  size: number;
  time: number;
  longest: number;
  readonly histogram: number[];
  database_requests: number;
  database_time: number;
}

/** A call that is listed by itself: gathered_call in the store. */
export interface NotableCall {
  readonly tenant: string;
  readonly at: string;
  readonly kind: "slow" | "failed" | "refused";
  readonly operation: string;
  readonly code: string;
  readonly sequence: string;
  readonly product: string;
  readonly status: number;
  readonly time: number;
  readonly request_id: string;
}

/** What was gathered for one statement, which may be sent twice. */
export interface Batch {
  readonly id: string;
  readonly calls: readonly GatheredCalls[];
  readonly notable: readonly NotableCall[];
}

type Names = Pick<GatheredCalls, "tenant" | "operation" | "code" | "sequence" | "product">;

/** Gathers what calls come to, in so much memory and no more. */
export class Gathering {
  readonly #bounds: GatheringBounds;
  readonly #calls = new Map<string, GatheredCalls>();
  readonly #notable: Record<NotableCall["kind"], NotableCall[]> = {
    slow: [],
    failed: [],
    refused: [],
  };
  /** Refusals that stand in the list for others like them. */
  readonly #refusals = new Set<string>();
  /** Kinds that are of a sequence or a product. */
  #named = 0;

  constructor(gatheringBounds: GatheringBounds = usualBounds) {
    this.#bounds = gatheringBounds;
  }

  add(call: FiguredCall): void {
    const kind = this.#kindOf(call);
    kind.calls += 1;
    kind.size += call.size;
    kind.time += call.time;
    kind.longest = Math.max(kind.longest, call.time);
    const place = bounds.findIndex((bound) => call.time <= bound);
    const bucket = place === -1 ? bounds.length : place;
    kind.histogram[bucket] = (kind.histogram[bucket] ?? 0) + 1;
    kind.database_requests += call.databaseRequests;
    kind.database_time += call.databaseTime;
    this.#list(call);
  }

  /** What was gathered since the last batch; undefined when it is nothing. */
  take(id: string): Batch | undefined {
    if (this.#calls.size === 0) return undefined;
    const { slow, failed, refused } = this.#notable;
    const batch = {
      id,
      calls: [...this.#calls.values()],
      notable: [...slow, ...failed, ...refused],
    };
    this.#calls.clear();
    this.#refusals.clear();
    this.#named = 0;
    for (const list of [slow, failed, refused]) list.length = 0;
    return batch;
  }

  /** Where there is no room for another kind, those of no sequence or product and at last of no tenant have it. */
  #kindOf(call: FiguredCall): GatheredCalls {
    const { tenant, operation, code } = call;
    const known = this.#calls.get(wayOf(call, call));
    if (known !== undefined) return known;
    const hasRoom = this.#calls.size < this.#bounds.kinds;
    if (hasRoom && (!isNamed(call) || this.#named < this.#bounds.named)) {
      return this.#begin(call, call);
    }
    const unnamed = { tenant, operation, code, sequence: "", product: "" };
    const nobodys = { ...unnamed, tenant: noTenant };
    return (
      this.#calls.get(wayOf(call, unnamed)) ??
      (hasRoom ? this.#begin(call, unnamed) : undefined) ??
      this.#calls.get(wayOf(call, nobodys)) ??
      this.#begin(call, nobodys)
    );
  }

  #begin(call: FiguredCall, { tenant, operation, code, sequence, product }: Names): GatheredCalls {
    const begun: GatheredCalls = {
      tenant,
      minute: new Date(minuteOf(call) * minuteMs).toISOString(),
      operation,
      code,
      sequence,
      product,
      status: call.status,
      calls: 0,
      size: 0,
      time: 0,
      longest: 0,
      histogram: Array.from({ length: bounds.length + 1 }, () => 0),
      database_requests: 0,
      database_time: 0,
    };
    this.#calls.set(wayOf(call, begun), begun);
    if (isNamed(begun)) this.#named += 1;
    return begun;
  }

  #list(call: FiguredCall): void {
    const kind = reasonOf(call);
    if (kind === undefined || this.#notable[kind].length >= this.#bounds.notable) return;
    if (kind === "refused") {
      const alike = JSON.stringify([call.tenant, call.operation, call.code]);
      if (this.#refusals.has(alike)) return;
      this.#refusals.add(alike);
    }
    this.#notable[kind].push({
      tenant: call.tenant,
      at: new Date(call.at).toISOString(),
      kind,
      operation: call.operation,
      code: call.code,
      sequence: call.sequence,
      product: call.product,
      status: call.status,
      time: call.time,
      request_id: call.requestId,
    });
  }
}

const minuteMs = 60_000;

/** The minute in which a call came, since the epoch. */
function minuteOf({ at }: FiguredCall): number {
  return Math.floor(at / minuteMs);
}

function isNamed({ sequence, product }: Pick<Names, "sequence" | "product">): boolean {
  return sequence !== "" || product !== "";
}

/** What tells a kind of calls from others. */
function wayOf(call: FiguredCall, { tenant, operation, code, sequence, product }: Names): string {
  return JSON.stringify([minuteOf(call), tenant, operation, code, sequence, product]);
}

function reasonOf({ status, time }: FiguredCall): NotableCall["kind"] | undefined {
  if (status >= 500) return "failed";
  if (time > slowMs) return "slow";
  return status >= 400 ? "refused" : undefined;
}
