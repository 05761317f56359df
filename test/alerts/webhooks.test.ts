import { expect, test } from "vitest";

import { ok } from "../api/contract.ts";
import {
  deliverNow,
  makeWebhook,
  receiver,
  serviceWithoutWebhookPump,
} from "../webhooks/receiving.ts";
import { alerts, lookAt } from "./watching.ts";

test("a webhook that its receiver disabled is told of to the others, until it is enabled", async () => {
  const service = await serviceWithoutWebhookPump();
  const other = await makeWebhook(service, {
    url: "https://other.example/",
    events: ["alert.opened", "alert.closed"],
  });
  const gone = await makeWebhook(service, { url: "https://erp.example/hooks/T0/secret?k=secret" });
  await ok(service, "POST", `/v1/webhooks/${gone.id}/test`);
  const erp = receiver();
  erp.answer = () => new Response(null, { status: 410 });
  await deliverNow(service, gone.id, erp);
  await lookAt(service);
  const [alert] = await alerts(service);
  expect(alert).toMatchObject({
    kind: "webhook_disabled",
    subject: gone.id,
    facts: { webhook: gone.id, origin: "https://erp.example", reason: "gone" },
  });
  // Who may see it is no admin, and an address is often all that a receiver asks for.
  expect(JSON.stringify(alert)).not.toContain("secret");
  await ok(service, "PATCH", `/v1/webhooks/${gone.id}`, { status: "enabled" });
  await lookAt(service);
  await lookAt(service);
  const told = await service.database.query<{ type: string; payload: string }>(
    "select type, payload from events where type <> 'webhook.test' order by at",
  );
  expect(told.map(({ type }) => type)).toEqual(["alert.opened", "alert.closed"]);
  const [opened, closed] = told.map(({ payload }) => JSON.parse(payload).data.alert);
  expect(opened).toEqual(alert);
  expect(closed).toEqual({ ...alert, status: "closed", closed_at: expect.any(String) });
  expect((await ok(service, "GET", `/v1/webhooks/${other.id}/deliveries`)).data).toHaveLength(2);
  // One that its owner disables is no alert.
  await ok(service, "PATCH", `/v1/webhooks/${gone.id}`, { status: "disabled" });
  expect(await lookAt(service)).toBe(0);
});
