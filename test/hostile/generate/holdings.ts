import { Pool } from "./pool.ts";

export interface HeldSequence {
  readonly key: string;
  /** As it was put. */
  readonly body: Readonly<Record<string, unknown>>;
  /** Whether a document needs the field `plant`. */
  readonly needsField: boolean;
}

export interface HeldProduct {
  readonly sku: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly needsField: boolean;
}

export interface HeldReservation {
  readonly id: string;
  readonly sequence: string;
  readonly first: bigint;
  readonly last: bigint;
  readonly step: bigint;
}

export interface HeldLease {
  readonly id: string;
  readonly token: string;
  readonly reservation: string;
  readonly first: bigint;
  readonly last: bigint;
  readonly step: bigint;
}

export interface HeldLot {
  readonly product: string;
  readonly name: string;
}

/** What a client was told of, as far as it remembers it, to refer to it. */
export class Holdings {
  /** Stands in every text that the tenant keeps, and in nothing of another tenant. */
  readonly marker: string;
  readonly tenant: string;
  /** The same for keys, which may be asked for by anybody. */
  readonly keyMarker: string;
  /** A text that no other client of the tenant has, of letters and digits. */
  readonly own: string;

  readonly sequences = new Pool<HeldSequence>(60, ({ key }) => key);
  readonly products = new Pool<HeldProduct>(60, ({ sku }) => sku);
  readonly reservations = new Pool<HeldReservation>();
  readonly leases = new Pool<HeldLease>();
  readonly lots = new Pool<HeldLot>(60);
  /** Versions of lots, for If-Match. */
  readonly versions = new Pool<HeldLot & { readonly etag: string }>(10);
  readonly jobs = new Pool<string>();
  /** The job that the last answer told of, when it had not ended: it may end within moments. */
  runningJob: string | undefined;
  readonly failedJobs = new Pool<string>(5);
  readonly receipts = new Pool<{ readonly id: string; readonly reference: string }>();
  readonly freshReceipts = new Pool<string>(10);
  readonly counts = new Pool<string>();
  readonly drafts = new Pool<string>(10);
  readonly recalls = new Pool<string>();
  readonly openRecalls = new Pool<string>(10);
  readonly imports = new Pool<string>();
  readonly keyIds = new Pool<string>(10);
  readonly activeKeyIds = new Pool<string>(10);
  readonly keys = new Pool<string>(5);
  readonly webhooks = new Pool<string>(10);
  readonly deliveries = new Pool<{ readonly webhook: string; readonly id: string }>(10);
  /** Cursors with what they belong to: the address of the list without them. */
  readonly cursors = new Pool<{ readonly list: string; readonly cursor: string }>();
  /** Where the counter of the sequence that is moved by hand stands, and stood before. */
  moved: { readonly from: bigint; readonly to: bigint } = { from: 1n, to: 1n };
  #made = 0;

  constructor(tenant: string, client: number) {
    this.tenant = tenant;
    this.marker = `Q${tenant.toUpperCase()}Q`;
    this.keyMarker = `k${tenant}`;
    this.own = `c${client}`;
  }

  /** A number that this client has not used. */
  next(): number {
    this.#made += 1;
    return this.#made;
  }

  /** A text of the tenant's that nobody has used. */
  text(): string {
    return `${this.marker} ${this.own}.${this.next()}`;
  }

  /** A key of that name, which no other client has. */
  key(name: string): string {
    return `${this.keyMarker}-${this.own}-${name}`;
  }
}
