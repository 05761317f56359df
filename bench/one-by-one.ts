import { neon, neonConfig } from "@neondatabase/serverless";
import { demo } from "../dev/demo.ts";
import { workerRole } from "../dev/database.ts";
import type { Service } from "./service.ts";

/**
 * The one-by-one way: for every unit a draw and an insert, two requests by the Worker's driver to the
 * same gateway, from a sequence and into a table with the columns, constraints and indexes of ours.
 */
export async function oneByOne(service: Service): Promise<(count: number) => Promise<void>> {
  await service.prepare(`
    CREATE SEQUENCE IF NOT EXISTS bench.counter;
    CREATE TABLE IF NOT EXISTS bench.lots_one_by_one (LIKE public.lots INCLUDING ALL);
    GRANT USAGE ON SEQUENCE bench.counter TO ${workerRole};
    GRANT INSERT ON bench.lots_one_by_one TO ${workerRole}`);
  neonConfig.fetchEndpoint = service.endpoint;
  const sql = neon(service.databaseUrl);
  return async (count) => {
    for (let unit = 0; unit < count; unit += 1) {
      const [drawn] = await sql`SELECT nextval('bench.counter') AS number`;
      const number = String(drawn?.["number"]);
      const name = `SN-${number.padStart(7, "0")}`;
      await sql`INSERT INTO bench.lots_one_by_one
                  (tenant, name, product, item, number, created_at, quantity)
                VALUES (${demo.tenant}, ${name}, ${demo.serialProduct}, 1, ${number}, now(), 1)`;
    }
  };
}
