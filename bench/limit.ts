import type { Client as PgClient } from "pg";
import { demo } from "../dev/demo.ts";
import { lotsInOneChunk } from "../src/domain/jobs/chunk.ts";
import { transact } from "./direct.ts";
import type { Service } from "./service.ts";

/**
 * The limit: what Postgres does with the same rows when nobody asks for anything else. The same
 * `INSERT ... SELECT` in chunks of the same size, a transaction each, over a direct connection into
 * a table with the same columns, constraints and indexes.
 */
export class Limit {
  readonly #service: Service;
  readonly #client: PgClient;
  #next = 1;

  constructor(service: Service, client: PgClient) {
    this.#service = service;
    this.#client = client;
  }

  /** Makes the table, empty. */
  async clear(): Promise<void> {
    await this.#service.prepare(`
      DROP TABLE IF EXISTS bench.lots_limit;
      CREATE TABLE bench.lots_limit (LIKE public.lots INCLUDING ALL)`);
  }

  async createLots(count: number): Promise<void> {
    const end = this.#next + count;
    while (this.#next < end) {
      const last = Math.min(this.#next + lotsInOneChunk, end) - 1;
      await transact(
        this.#client,
        `INSERT INTO bench.lots_limit (tenant, name, product, item, number, created_at, quantity)
         SELECT '${demo.tenant}', 'SN-' || lpad(n::text, greatest(7, length(n::text)), '0'),
                '${demo.serialProduct}', 1, n, now(), 1
         FROM generate_series(${this.#next}::bigint, ${last}::bigint) AS n`,
        this.#service.commitMs,
      );
      this.#next = last + 1;
    }
  }
}
