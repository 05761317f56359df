/** A recall as a list has it. */
export interface RecallRow {
  readonly id: string;
  readonly reference: string;
  readonly reason: string;
  readonly status: "open" | "closed";
  readonly opened_at: string;
  /** The name of the API key. */
  readonly opened_by: string;
  readonly closed_at: string | null;
  readonly closed_by: string | null;
  readonly closing_reason: string | null;
}

/** A part of what a recall covers, as it was sent. */
export type CoveredPart =
  | { readonly product: string | null; readonly receipt: string }
  | ({ readonly product: string } & CoveredOfProduct);

type CoveredOfProduct =
  | { readonly names: readonly string[] }
  | { readonly reservation: string; readonly first: string; readonly last: string }
  | {
      readonly sequence: string;
      readonly series: string | null;
      readonly first: string;
      readonly last: string;
    }
  | { readonly created_from: string | null; readonly created_to: string | null };

/** A recall as the wire knows it. */
export type Recall = RecallRow & { readonly covers: readonly CoveredPart[] };

/** A part as the store tells it: with all members, whatever its kind. */
type PartFacts =
  | { readonly kind: "receipt"; readonly product: string | null; readonly receipt: string }
  | {
      readonly kind: "names" | "numbers" | "reservation" | "created";
      readonly product: string;
      readonly names: readonly string[];
      readonly sequence: string;
      readonly series: string | null;
      readonly reservation: string;
      readonly first: string;
      readonly last: string;
      readonly created_from: string | null;
      readonly created_to: string | null;
    };

/** A recall as the store tells it. */
export type RecallFacts = RecallRow & { readonly covers: readonly PartFacts[] };

export const recallColumns = [
  "id",
  "reference",
  "reason",
  "status",
  "opened_at",
  "opened_by",
  "closed_at",
  "closed_by",
  "closing_reason",
] as const satisfies readonly (keyof RecallRow)[];

export function shownRecall(facts: RecallFacts): Recall {
  return {
    id: facts.id,
    reference: facts.reference,
    reason: facts.reason,
    status: facts.status,
    opened_at: facts.opened_at,
    opened_by: facts.opened_by,
    closed_at: facts.closed_at,
    closed_by: facts.closed_by,
    closing_reason: facts.closing_reason,
    covers: facts.covers.map(shownPart),
  };
}

function shownPart(part: PartFacts): CoveredPart {
  if (part.kind === "receipt") return { product: part.product, receipt: part.receipt };
  const { product, first, last } = part;
  switch (part.kind) {
    case "names":
      return { product, names: part.names };
    case "reservation":
      return { product, reservation: part.reservation, first, last };
    case "numbers":
      return { product, sequence: part.sequence, series: part.series, first, last };
    case "created":
      return { product, created_from: part.created_from, created_to: part.created_to };
  }
}
