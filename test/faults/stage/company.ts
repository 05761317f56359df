import { createTenant } from "../../../ops/tenant-create.ts";
import { products, sequences, shelf } from "../clients/company.ts";
import type { Stage } from "./stage.ts";

/** Makes a tenant with the sequences, products and lots that the clients use. Answers its API key. */
export async function foundCompany(stage: Stage, tenant: string): Promise<string> {
  const { key } = await createTenant(stage.directUrl, { tenant, name: tenant });
  const send = async (method: string, path: string, body: object): Promise<void> => {
    const answer = await fetch(`http://127.0.0.1:${stage.ports[0]}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        "content-type": "application/json",
        ...(method === "POST" ? { "idempotency-key": "founding" } : {}),
      },
      body: JSON.stringify(body),
    });
    if (answer.status !== 201) throw new Error(`${method} ${path}: ${await answer.text()}`);
  };
  const put = (path: string, body: object): Promise<void> => send("PUT", path, body);
  for (const [name, body] of Object.entries(sequences)) await put(`/v1/sequences/${name}`, body);
  for (const [sku, body] of Object.entries(products)) await put(`/v1/products/${sku}`, body);
  await send("POST", "/v1/lots", { items: [{ product: "named", names: shelf }] });
  return key;
}
