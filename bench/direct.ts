import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";

/** Connections to the database without Worker and gateway. */
export async function connectDirectly(url: string, count: number): Promise<Client[]> {
  const clients = Array.from({ length: count }, () => new Client({ connectionString: url }));
  // A server that stops while they are open ends them, which no statement of theirs would tell otherwise.
  for (const client of clients) client.on("error", () => undefined);
  await Promise.all(clients.map((client) => client.connect()));
  return clients;
}

export async function hangUp(clients: readonly Client[]): Promise<void> {
  await Promise.all(clients.map((client) => client.end()));
}

/**
 * Runs statements as one transaction; with a delayed commit they wait before COMMIT, as the gateway
 * makes them wait, and by the same timer.
 */
export async function transact(
  client: Client,
  statements: string,
  commitMs: number,
): Promise<void> {
  if (commitMs === 0) {
    await client.query(statements);
    return;
  }
  await client.query(`BEGIN; ${statements}`);
  await sleep(commitMs);
  await client.query("COMMIT");
}
