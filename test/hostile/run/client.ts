import type { exchangeChecker } from "../check/check-exchange.ts";
import type { Told } from "../check/told.ts";
import type { Holdings } from "../generate/holdings.ts";
import { learn } from "../generate/learn.ts";
import type { Requests } from "../generate/next.ts";
import type { Connection } from "../wire/connection.ts";
import type { Tally } from "./tally.ts";

/**
 * How long an answer is waited for: far beyond what any may take, and only a little where the service may
 * wait for the rest of a message that never comes.
 */
const patienceMs = { wellFormed: 180_000, illFormed: 5000 } as const;

export interface Client {
  readonly requests: Requests;
  readonly held: Holdings;
  readonly connection: Connection;
  readonly told: Told;
  readonly foreignMarkers: readonly string[];
}

/** Lets a client send one request after another for as long as it may, and checks each answer. */
export async function runClient(
  client: Client,
  check: ReturnType<typeof exchangeChecker>,
  tally: Tally,
  mayGoOn: () => boolean,
): Promise<void> {
  const { requests, held, connection, told, foreignMarkers } = client;
  while (mayGoOn()) {
    const made = requests.next();
    const patience = made.wellFormed ? patienceMs.wellFormed : patienceMs.illFormed;
    const outcome = await connection.send(made.request, patience);
    const exchange = { made, foreignMarkers, outcome };
    told.add(exchange);
    tally.add(made, outcome, check(exchange));
    if (outcome.kind === "answered" && made.addressed) learn(held, made.draft, outcome.answer);
  }
  connection.close();
}
