import type { SequenceDefinition, ServedProduct } from "../../definitions/definitions.ts";
import type { NamedForm } from "../../lots/item.ts";
import type { ReadName } from "../../patterns/read.ts";
import { nameReader } from "../../patterns/read.ts";
import { periodReader } from "../../sequences/period-of-name.ts";
import type { PlacedRecord } from "../batch.ts";
import type { LotRecord } from "../record.ts";

/** A number of the product's sequence that a name shows. */
export interface ShownNumber {
  /** The sequence that serves the product, and the one in whose series that counts. */
  readonly sequence: string;
  readonly counter: string;
  readonly number: bigint;
  /** Whether it has more digits than the sequence gives its numbers at least. */
  readonly isWide: boolean;
  readonly form: NamedForm;
}

/** The number that the name of each record shows, in their order; null where it shows none. */
export function shownNumbers(
  placed: readonly PlacedRecord<LotRecord>[],
  products: ReadonlyMap<string, ServedProduct>,
): (ShownNumber | null)[] {
  // How names of each sequence are read, whichever product they are of.
  const readers = new Map<string, (name: string) => ShownNumber | null>();
  return placed.map(({ record }) => {
    const sequence = products.get(record.product)?.servedBy;
    if (sequence === undefined) return null;
    const read = readers.get(sequence.key) ?? numberReader(sequence);
    readers.set(sequence.key, read);
    return read(record.name);
  });
}

function numberReader(sequence: SequenceDefinition): (name: string) => ShownNumber | null {
  const read = nameReader(sequence.pattern);
  const periodOf = periodReader(sequence);
  return (name) => shownNumber(sequence, read(name), periodOf);
}

function shownNumber(
  { key, counter, ceiling }: SequenceDefinition,
  found: ReadName | null,
  periodOf: (name: ReadName) => string | null,
): ShownNumber | null {
  const period = found === null ? null : periodOf(found);
  if (found === null || period === null || found.number > ceiling) return null;
  const { number, form } = found;
  return {
    sequence: key,
    counter: counter.key,
    number,
    isWide: number.toString().length > form.width,
    form: { period, ...form },
  };
}
