import { demo } from "../dev/demo.ts";
import { HttpConnection } from "./http-connection.ts";

let calls = 0;
/** Keys of earlier runs on the same data stay theirs. */
const run = Date.now().toString(36);

/** An Idempotency-Key that no other call has. */
export function freshKey(): string {
  calls += 1;
  return `bench-${run}-${calls}`;
}

/** A caller of the service with the demo tenant's key, on one connection. */
export class Client {
  readonly #connection: HttpConnection;

  private constructor(connection: HttpConnection) {
    this.#connection = connection;
  }

  static async open(port: number): Promise<Client> {
    return new Client(await HttpConnection.open(port));
  }

  static many(port: number, count: number): Promise<Client[]> {
    return Promise.all(Array.from({ length: count }, () => Client.open(port)));
  }

  close(): void {
    this.#connection.close();
  }

  /** Answers the body. Rejects unless the status is below 400. */
  async call(method: string, path: string, body?: object): Promise<string> {
    const json = body === undefined ? "" : JSON.stringify(body);
    const answer = await this.#connection.send(
      `${method} ${path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${demo.key}\r\n` +
        (method === "POST" ? `idempotency-key: ${freshKey()}\r\n` : "") +
        `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(json)}\r\n\r\n${json}`,
    );
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${answer.body}`);
    return answer.body;
  }

  /** The least that the service does with its database. */
  async askHealth(): Promise<string> {
    return this.call("GET", "/health");
  }

  /** `SELECT 1` by the bare Worker, on a connection to its port. */
  async selectBare(): Promise<string> {
    return this.call("POST", "/select", { count: 1 });
  }

  /** One insert by the bare Worker, on a connection to its port. */
  async insertBare(): Promise<string> {
    return this.call("POST", "/insert", { count: 1 });
  }

  /** Lots one by one within the bare Worker, on a connection to its port. */
  async createLotsBare(count: number): Promise<string> {
    return this.call("POST", "/lots", { count });
  }

  async reserve(sequence: string, count = 1): Promise<string> {
    return this.call("POST", `/v1/sequences/${sequence}/reservations`, { count });
  }

  /** Creates lots and waits until they are recorded. Answers the job's id. */
  async createLots(product: string, count: number): Promise<string> {
    return this.#finished(
      readJob(await this.call("POST", "/v1/lots", { items: [{ product, count }] })),
    );
  }

  /** Receives goods and waits until their lots are recorded. */
  async receive(receipt: object): Promise<void> {
    await this.#finished(readMade(await this.call("POST", "/v1/receipts", receipt)).job);
  }

  /** Makes a count, applies it and waits until its lots are recorded. */
  async count(lines: object): Promise<void> {
    const { id } = readMade(await this.call("POST", "/v1/counts", lines));
    await this.#finished(readMade(await this.call("POST", `/v1/counts/${id}/apply`, {})).job);
  }

  async #finished(made: Job): Promise<string> {
    let job = made;
    while (job.status !== "done") {
      if (job.status !== "running" && job.status !== "queued") {
        throw new Error(`A job ended as ${job.status}.`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
      job = readJob(await this.call("GET", `/v1/jobs/${job.id}`));
    }
    return job.id;
  }
}

interface Job {
  readonly id: string;
  readonly status: string;
}

function readJob(body: string): Job {
  // The service's own contract, which its tests hold.
  return JSON.parse(body) as Job;
}

/** A receipt or a count, with its job. */
function readMade(body: string): { readonly id: string; readonly job: Job } {
  // As above.
  return JSON.parse(body) as { id: string; job: Job };
}
