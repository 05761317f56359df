import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { parseFault } from "./faults.ts";
import type { DatabaseFaults } from "./faults.ts";

/**
 * The counts and faults over HTTP, for tests that cannot call the gateway themselves:
 * `GET /control/counts`, `PUT` and `DELETE /control/faults`, each with `?database=`.
 */
export async function handleControl(
  faults: DatabaseFaults,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await text(request);
  const database = url.searchParams.get("database");
  if (database === null || database === "") {
    send(response, 400, { message: "say which database: ?database=name" });
    return;
  }
  switch (`${request.method} ${url.pathname}`) {
    case "GET /control/counts":
      send(response, 200, { requests: faults.requests(database) });
      return;
    case "DELETE /control/faults":
      faults.set(database, null);
      send(response, 200, { fault: null });
      return;
    case "PUT /control/faults": {
      let json: unknown;
      try {
        json = JSON.parse(body);
      } catch {
        send(response, 400, { message: "the fault is not JSON" });
        return;
      }
      const fault = parseFault(json);
      if (!fault.ok) {
        send(response, 400, { message: fault.message });
        return;
      }
      faults.set(database, fault.value);
      send(response, 200, { fault: fault.value });
      return;
    }
    default:
      send(response, 404, {
        message: "there are GET /control/counts, and PUT and DELETE /control/faults",
      });
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  const json = JSON.stringify(body);
  response.writeHead(status, {
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(json),
  });
  response.end(json);
}
