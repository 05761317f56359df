/** The lease that a number is of; the token goes with lots that are recorded from it. */
export interface LeaseOf {
  readonly id: string;
  readonly token: string;
}

/** A number that nobody else is given. */
export interface Leased {
  /** As a decimal string. */
  readonly number: string;
  /** As the sequence's pattern renders it. */
  readonly name: string;
  readonly lease: LeaseOf;
}

/** How names are made of numbers: `width` digits at least, never cut. */
export interface Form {
  readonly prefix: string;
  readonly width: number;
  readonly suffix: string;
}

/** The name of a number, as the service renders it. */
export function nameOf({ prefix, width, suffix }: Form, number: string): string {
  return prefix + number.padStart(width, "0") + suffix;
}

/** Numbers that this process has taken from a block and hands out one by one. */
export class NumberRun {
  readonly lease: LeaseOf;
  readonly step: bigint;
  readonly #form: Form;
  #next: bigint;
  #left: number;

  constructor(lease: LeaseOf, form: Form, next: bigint, step: bigint, count: number) {
    this.lease = lease;
    this.#form = form;
    this.#next = next;
    this.step = step;
    this.#left = count;
  }

  /** The first number that was not handed out. */
  get next(): bigint {
    return this.#next;
  }

  get left(): number {
    return this.#left;
  }

  /** Only while something is left. */
  take(): Leased {
    const number = String(this.#next);
    this.#next += this.step;
    this.#left -= 1;
    return { number, name: nameOf(this.#form, number), lease: this.lease };
  }
}
