import { setTimeout as sleep } from "node:timers/promises";
import { connectDirectly, hangUp, transact } from "../direct.ts";
import { load } from "../load.ts";
import { compare, inTurns } from "../measure.ts";
import type { Bench } from "../part.ts";
import { settings } from "../part.ts";
import type { Figure, PartResult } from "../result.ts";
import { makeSequences, reservation } from "../sequences.ts";

/** How long a document takes that is saved with its number, in milliseconds. */
const documentMs = 5;

/** Several callers at once on one series and on many, in the database alone. */
export async function contention({ service, quick }: Bench): Promise<PartResult> {
  const many = quick ? 100 : 1000;
  await makeSequences(service, "row", many, { hot: false });
  await makeSequences(service, "hot", many, { hot: true });
  await makeSequences(service, "gapless", many, { hot: false, mode: "gapless" });
  // Rows under contention would be promoted, and here they are to be seen as they are.
  await service.prepare(`
    CREATE FUNCTION bench.stay_a_row() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN NEW.waits := 0; RETURN NEW; END $$;
    CREATE TRIGGER stay_a_row BEFORE UPDATE ON series FOR EACH ROW
      WHEN (NEW.waits > 0 AND NEW.sequence LIKE 'row-%') EXECUTE FUNCTION bench.stay_a_row();
    CREATE TABLE bench.naming_series (name text PRIMARY KEY, current bigint NOT NULL);
    INSERT INTO bench.naming_series SELECT 'S' || n, 0 FROM generate_series(0, ${many - 1}) AS n`);
  const clients = await connectDirectly(service.directUrl, 32);
  const [first] = clients;
  if (first === undefined) throw new Error("There is no connection.");
  const ofRow = await reservation(first, "row");
  const ofHot = await reservation(first, "hot");
  const ofGapless = await reservation(first, "gapless");
  for (let n = 0; n < many; n += 1) await first.query(ofHot(n, 1));

  const figures: Figure[] = [];
  for (const setting of settings) {
    await service.set(setting);
    for (const series of [1, many]) {
      for (const callers of [1, 8, 32]) {
        let turn = 0;
        const next = (): number => (turn = (turn + 1) % series);
        const clientOf = (caller: number) => clients[caller] ?? first;
        const rate = (call: (caller: number) => Promise<unknown>) => async () =>
          (await load(callers, quick ? 150 : 500, call)).rate;
        const drawing = (statement: (n: number, count: number) => string, count: number) =>
          rate((caller) => transact(clientOf(caller), statement(next(), count), service.commitMs));

        const measured = await inTurns(quick ? 1 : 3, {
          locked: rate(async (caller) => {
            const client = clientOf(caller);
            const name = `S${next()}`;
            await client.query(
              `BEGIN; SELECT current FROM bench.naming_series WHERE name = '${name}' FOR UPDATE`,
            );
            await sleep(documentMs);
            await client.query(
              `UPDATE bench.naming_series SET current = current + 1 WHERE name = '${name}'`,
            );
            if (service.commitMs > 0) await sleep(service.commitMs);
            await client.query("COMMIT");
          }),
          "row, count 1": drawing(ofRow, 1),
          "row, count 100": drawing(ofRow, 100),
          "gapless, count 1": drawing(ofGapless, 1),
          "gapless, then a document": rate(async (caller) => {
            await transact(clientOf(caller), ofGapless(next(), 1), service.commitMs);
            await sleep(documentMs);
          }),
          "promoted, count 1": drawing(ofHot, 1),
          "promoted, count 100": drawing(ofHot, 100),
          "promoted, then a document": rate(async (caller) => {
            await transact(clientOf(caller), ofHot(next(), 1), service.commitMs);
            await sleep(documentMs);
          }),
        });
        const { locked, ...ours } = measured;
        for (const [way, rates] of Object.entries(ours)) {
          const where = `${series.toLocaleString("en")} series, ${callers} client${callers === 1 ? "" : "s"}`;
          figures.push(
            compare(
              {
                setting,
                what: `${where}: ${way}`,
                unit: "/s",
                against: "row locked for a document",
              },
              rates,
              locked,
            ),
          );
        }
      }
    }
  }
  await hangUp(clients);
  await service.prepare("DROP TRIGGER stay_a_row ON series");
  await service.set("as it is");
  return {
    part: "contention",
    about:
      "Reservations over direct connections, against a row locked by SELECT FOR UPDATE while a " +
      `document of ${documentMs} ms is saved (the Frappe way); the lines with a document save such a ` +
      "document too, after its reservation.",
    figures,
    targets: [],
  };
}
