import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import pg from "pg";

import { createTenant } from "../../../ops/tenant-create.ts";
import type { TestDatabases } from "./test-databases.ts";

export interface DatabaseService {
  url: string;
  close(): Promise<void>;
}

interface SqlRequest {
  database: string;
  text: string;
  params?: unknown[];
  session?: string;
}

interface TenantRequest {
  database: string;
  tenant: string;
  name: string;
  key?: string;
}

/**
 * What tests inside workerd cannot do themselves: create and drop databases, run SQL over a direct
 * connection, create tenants. Loopback only, and only while tests run.
 */
export async function startDatabaseService(databases: TestDatabases): Promise<DatabaseService> {
  const server = createServer((request, response) => {
    answer(databases, request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port was given");
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

async function answer(
  databases: TestDatabases,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const body = await text(request);
    const result = await handle(databases, request, body === "" ? {} : JSON.parse(body));
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify(result));
  } catch (error) {
    const { code, detail, constraint } = error instanceof pg.DatabaseError ? error : {};
    const message = error instanceof Error ? error.message : String(error);
    response.writeHead(error instanceof pg.DatabaseError ? 400 : 500);
    response.end(JSON.stringify({ message, code, detail, constraint }));
  }
}

async function handle(
  databases: TestDatabases,
  request: IncomingMessage,
  body: unknown,
): Promise<unknown> {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://harness");
  const database = searchParams.get("database") ?? "";
  // The bodies come from database.ts beside this folder, typed there.
  switch (`${request.method} ${pathname}`) {
    case "POST /databases":
      return databases.create(body as { empty?: boolean });
    case "DELETE /databases":
      await databases.drop(database);
      return {};
    case "POST /sql": {
      const { database: name, text: sql, params, session } = body as SqlRequest;
      return session === undefined
        ? databases.query(name, sql, params)
        : databases.queryInSession(name, session, sql, params);
    }
    case "DELETE /sessions":
      await databases.closeSession(database, searchParams.get("session") ?? "");
      return {};
    case "POST /tenants": {
      const { database: name, ...options } = body as TenantRequest;
      return createTenant(databases.addresses(name).directUrl, options);
    }
    default:
      throw new Error(`The harness has no ${request.method} ${pathname}`);
  }
}
