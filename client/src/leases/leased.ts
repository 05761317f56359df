/** The lease that a number is of; lots are recorded from it with its reservation and its token. */
export interface LeaseOf {
  readonly id: string;
  readonly token: string;
  readonly reservation: string;
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
  readonly #first: bigint;
  readonly #count: number;
  #taken = 0;
  /** The next number and the step, where they are exact; else NaN. Several times as fast as bigint. */
  #small = Number.NaN;
  readonly #smallStep: number;

  constructor(lease: LeaseOf, form: Form, next: bigint, step: bigint, count: number) {
    this.lease = lease;
    this.step = step;
    this.#form = form;
    this.#first = next;
    this.#count = count;
    this.#smallStep = Number(step);
    if (next + step * BigInt(count) <= Number.MAX_SAFE_INTEGER) this.#small = Number(next);
  }

  /** The first number that was not handed out. */
  get next(): bigint {
    return this.#first + this.step * BigInt(this.#taken);
  }

  get left(): number {
    return this.#count - this.#taken;
  }

  /** Only while something is left. */
  take(): Leased {
    const number = String(Number.isNaN(this.#small) ? this.next : this.#small);
    this.#small += this.#smallStep;
    this.#taken += 1;
    return { number, name: nameOf(this.#form, number), lease: this.lease };
  }
}
