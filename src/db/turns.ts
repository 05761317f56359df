/** How much one isolate asks of the database at a time. */
export interface TurnBounds {
  /** Statements under way, of all tenants together. */
  readonly underWay: number;
  /** Of one tenant; less than `underWay`, so that one alone never holds all. */
  readonly underWayOfOne: number;
  /** Statements of one tenant that wait in its line. */
  readonly waitingOfOne: number;
  /** Statements that wait, in all lines together. */
  readonly waiting: number;
}

/** A statement's turn: under way until it is given back, or until `until` if its owner is gone. */
export interface Turn {
  readonly tenant: string;
  /** How long it may be under way, in milliseconds. */
  readonly ms: number;
  /** The moment at which it counts as given back; while it waits, 0. */
  until: number;
}

/** A turn that waits in line. `go` is called when it comes. */
export interface Waiting extends Turn {
  readonly go: () => void;
}

/** What is known of one tenant that has statements under way or in line. */
interface Line {
  underWay: number;
  /** In the order in which they came. */
  readonly waiting: Set<Waiting>;
}

/**
 * Whose statement is next. Each tenant has a line of its own, first come, first served, and the lines take
 * turns: while a tenant waits that may go, no other is let in twice from its line. Moments are milliseconds
 * of any clock that never goes back.
 */
export class Turns {
  readonly #bounds: TurnBounds;
  readonly #underWay = new Set<Turn>();
  readonly #lines = new Map<string, Line>();
  /** Tenants that wait, the one that is next first. */
  readonly #next = new Set<string>();
  #waiting = 0;

  constructor(bounds: TurnBounds) {
    this.#bounds = bounds;
  }

  /** Lets a statement go at once; undefined when it has to wait. */
  enter(tenant: string, ms: number, now: number): Turn | undefined {
    if (!this.#mayGo(tenant)) {
      this.#takeBack(now);
      if (!this.#mayGo(tenant)) return undefined;
    }
    const turn = { tenant, ms, until: 0 };
    this.#begin(turn, now);
    return turn;
  }

  /** Puts a statement that may not go in its tenant's line; false when the line is full. */
  wait(waiting: Waiting): boolean {
    const line = this.#lineOf(waiting.tenant);
    const isFull =
      this.#waiting >= this.#bounds.waiting || line.waiting.size >= this.#bounds.waitingOfOne;
    if (isFull) {
      this.#forget(waiting.tenant, line);
      return false;
    }
    line.waiting.add(waiting);
    this.#waiting += 1;
    this.#next.add(waiting.tenant);
    return true;
  }

  /** Takes a statement out of its line, if it is still there. */
  leave(waiting: Waiting): void {
    const line = this.#lines.get(waiting.tenant);
    if (line === undefined || !line.waiting.delete(waiting)) return;
    this.#waiting -= 1;
    if (line.waiting.size === 0) this.#next.delete(waiting.tenant);
    this.#forget(waiting.tenant, line);
  }

  /** Gives a turn back, and lets in who is next. Once it is given back it changes nothing. */
  end(turn: Turn, now: number): void {
    this.#end(turn);
    this.#letIn(now);
  }

  /** The owner of a turn may have died with it. */
  #takeBack(now: number): void {
    for (const turn of this.#underWay) if (turn.until <= now) this.#end(turn);
    this.#letIn(now);
  }

  #mayGo(tenant: string): boolean {
    if (this.#underWay.size >= this.#bounds.underWay) return false;
    return (this.#lines.get(tenant)?.underWay ?? 0) < this.#bounds.underWayOfOne;
  }

  #begin(turn: Turn, now: number): void {
    turn.until = now + turn.ms;
    this.#underWay.add(turn);
    this.#lineOf(turn.tenant).underWay += 1;
  }

  #end(turn: Turn): void {
    const line = this.#lines.get(turn.tenant);
    if (line === undefined || !this.#underWay.delete(turn)) return;
    line.underWay -= 1;
    this.#forget(turn.tenant, line);
  }

  #letIn(now: number): void {
    for (const tenant of this.#next) {
      if (this.#underWay.size >= this.#bounds.underWay) return;
      if (!this.#mayGo(tenant)) continue;
      const line = this.#lineOf(tenant);
      const [first] = line.waiting;
      if (first === undefined) continue;
      line.waiting.delete(first);
      this.#waiting -= 1;
      // To the end of the round; the loop comes to it again.
      this.#next.delete(tenant);
      if (line.waiting.size > 0) this.#next.add(tenant);
      this.#begin(first, now);
      first.go();
    }
  }

  #lineOf(tenant: string): Line {
    const known = this.#lines.get(tenant);
    if (known !== undefined) return known;
    const line: Line = { underWay: 0, waiting: new Set() };
    this.#lines.set(tenant, line);
    return line;
  }

  #forget(tenant: string, line: Line): void {
    if (line.underWay === 0 && line.waiting.size === 0) this.#lines.delete(tenant);
  }
}
