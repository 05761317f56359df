import { connect } from "node:net";
import type { Client } from "pg";
import { encodeCancel } from "./wire.ts";

/** Asks Postgres to end what this connection runs; it may finish all the same. */
export function cancelRunning(client: Client): void {
  // `pg` keeps the backend's key on the client, its types leave it out.
  const { processID, secretKey } = client as Client & { processID?: unknown; secretKey?: unknown };
  if (typeof processID !== "number" || typeof secretKey !== "number") return;
  const socket = connect(client.port, client.host);
  // A cancel that does not arrive is not missed: the connection is discarded soon after.
  socket.on("error", () => undefined);
  socket.end(encodeCancel(processID, secretKey));
}
