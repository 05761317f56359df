import type { Touches } from "../../db/caller.ts";
import type { BoundForm } from "../patterns/pattern.ts";
import { render } from "../patterns/render.ts";
import { aboutSequence, anything } from "../tenants/touches.ts";

/** A reservation as the store tells it: the run and the bound form of its names. */
export interface ReservationFacts {
  readonly id: string;
  readonly sequence: string;
  readonly series: string | null;
  readonly first: string;
  readonly last: string;
  readonly step: string;
  readonly count: number;
  readonly prefix: string;
  readonly width: number;
  readonly suffix: string;
  readonly created_at: string;
}

/** A reservation as the wire knows it. */
export interface Reservation {
  readonly id: string;
  readonly sequence: string;
  readonly series: string | null;
  readonly first: string;
  readonly last: string;
  readonly step: string;
  readonly count: number;
  readonly first_name: string;
  readonly last_name: string;
  readonly created_at: string;
}

export function formOf({ prefix, width, suffix }: ReservationFacts): BoundForm {
  return { prefix, width, suffix };
}

/** The same facts give the same bytes, whatever became of the pattern since. */
export function shownReservation(facts: ReservationFacts): Reservation {
  const form = formOf(facts);
  return {
    id: facts.id,
    sequence: facts.sequence,
    series: facts.series,
    first: facts.first,
    last: facts.last,
    step: facts.step,
    count: facts.count,
    first_name: render(form, BigInt(facts.first)),
    last_name: render(form, BigInt(facts.last)),
    created_at: facts.created_at,
  };
}

/** Where a reservation answers: its series may be named by any text. */
export function reservationPath(id: string): string {
  return `/v1/reservations/${encodeURIComponent(id).replaceAll("%3A", ":")}`;
}

/** What a reservation's id names. */
export interface ReservationKey {
  readonly sequence: string;
  /** Empty for a sequence that never resets. */
  readonly period: string;
  readonly first: string;
}

/** Of a request about one reservation. */
export function aboutReservation(id: string): Touches {
  const named = readReservationId(id);
  return named === undefined ? anything : aboutSequence(named.sequence);
}

const idShape = /^([A-Za-z0-9][A-Za-z0-9._-]{0,63}):(?:(.{1,128}):)?(0|[1-9]\d{0,17})$/;

/** Reads `sequence:first` or `sequence:period:first`; undefined for anything else. */
export function readReservationId(id: string): ReservationKey | undefined {
  const [, sequence, period = "", first] = idShape.exec(id) ?? [];
  if (sequence === undefined || first === undefined) return undefined;
  return { sequence, period, first };
}
