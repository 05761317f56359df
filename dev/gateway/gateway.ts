import { createServer } from "node:http";
import type { Server } from "node:http";
import { handleControl } from "./control.ts";
import { DatabaseFaults } from "./faults.ts";
import type { Fault } from "./faults.ts";
import { SqlEndpoint } from "./sql-endpoint.ts";
import type { Limits } from "./sql-endpoint.ts";

export type { Fault } from "./faults.ts";

/** A running gateway: Neon's HTTP `/sql` before the local Postgres. */
export interface Gateway {
  port: number;
  /** The address for the driver's `fetchEndpoint`. */
  endpoint: string;
  /** How many requests to `/sql` have named this database. */
  counts(database: string): number;
  /** Sets, replaces or (null) removes the fault of a database. */
  setFault(database: string, fault: Fault | null): void;
  /** Ends all HTTP and database connections, running requests included. */
  close(): Promise<void>;
}

/** Neon's documented limits, 64 MB each way, and connections for each connection string. */
const LIMITS: Limits = {
  requestBytes: 64 * 1024 * 1024,
  responseBytes: 64 * 1024 * 1024,
  connections: 40,
};

/**
 * Starts the gateway on 127.0.0.1, on a free port if none is given. It connects to whatever the
 * `Neon-Connection-String` header of a request names. Rejects when the port is taken.
 */
export async function startGateway({
  port = 0,
  limits = {},
}: { port?: number; limits?: Partial<Limits> } = {}): Promise<Gateway> {
  const faults = new DatabaseFaults();
  const sql = new SqlEndpoint(faults, { ...LIMITS, ...limits });

  const server = createServer((request, response) => {
    if (request.url === "/sql" && request.method === "POST") {
      sql.handle(request, response);
      return;
    }
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    if (url.pathname.startsWith("/control/")) {
      // Only reading the body can fail, and then nobody waits for the answer.
      handleControl(faults, url, request, response).catch(() => response.destroy());
      return;
    }
    const message = "query is not supported: POST to /sql";
    response.writeHead(400, { "Content-Type": "application/json" });
    response.end(JSON.stringify({ message }));
  });
  // Clients keep idle connections for a minute or so and must not find them closed.
  server.keepAliveTimeout = 120_000;
  server.requestTimeout = 0;

  const bound = await listen(server, port);
  return {
    port: bound,
    endpoint: `http://127.0.0.1:${bound}/sql`,
    counts: (database) => faults.requests(database),
    setFault: (database, fault) => faults.set(database, fault),
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      sql.close();
      await closed;
    },
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const taken = error.code === "EADDRINUSE";
      reject(taken ? new Error(`Port ${port} is in use: give the gateway another one.`) : error);
    });
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      if (address === null || typeof address === "string") {
        reject(new Error("The gateway has no port."));
        return;
      }
      resolve(address.port);
    });
  });
}
