import { demo } from "../../dev/demo.ts";
import { Client, freshKey } from "../client.ts";
import { connectDirectly, hangUp } from "../direct.ts";
import { Limit } from "../limit.ts";
import { compare, inTurns, timed } from "../measure.ts";
import type { Bench } from "../part.ts";
import { settings } from "../part.ts";
import type { Figure, PartResult } from "../result.ts";

/** A whole receipt and a whole inventory count by HTTP, against the limit. */
export async function receipts({ service, quick }: Bench): Promise<PartResult> {
  const received = quick ? 3000 : 30_000;
  const counted = quick ? 500 : 5000;
  const client = await Client.open(service.port);
  const [direct] = await connectDirectly(service.directUrl, 1);
  if (direct === undefined) throw new Error("There is no connection.");
  const limit = new Limit(service, direct);
  const receive = (): Promise<void> =>
    client.receive({
      reference: freshKey(),
      lines: [{ product: demo.serialProduct, quantity: String(received) }],
    });
  const count = (): Promise<void> =>
    client.count({
      reference: freshKey(),
      lines: [{ product: demo.serialProduct, counted_quantity: String(counted) }],
    });

  const figures: Figure[] = [];
  for (const setting of settings) {
    await service.set(setting);
    await limit.clear();
    await receive();
    await count();
    await limit.createLots(100);
    const measured = await inTurns(quick ? 2 : 5, {
      receipt: () => timed(receive),
      "limit of the receipt": () => timed(() => limit.createLots(received)),
      count: () => timed(count),
      "limit of the count": () => timed(() => limit.createLots(counted)),
    });
    figures.push(
      compare(
        { setting, what: `a receipt of ${units(received)}`, unit: "ms", against: "the limit" },
        measured.receipt,
        measured["limit of the receipt"],
      ),
      compare(
        {
          setting,
          what: `a count of ${units(counted)}, made and applied`,
          unit: "ms",
          against: "the limit",
        },
        measured.count,
        measured["limit of the count"],
      ),
    );
  }
  client.close();
  await hangUp([direct]);
  await service.set("as it is");
  return {
    part: "receipts",
    about:
      "A receipt and an inventory count of serials by HTTP, from the request to the last lot, against " +
      "the same INSERT ... SELECT over a direct connection (the limit). Odoo 19 on 2 cores takes 90 s " +
      "for a receipt of 30,000 and 25 s for a count of 5,000.",
    figures,
    targets: [],
  };
}

function units(amount: number): string {
  return `${amount.toLocaleString("en")} units`;
}
