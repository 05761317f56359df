import { Webhook } from "standardwebhooks";
import { expect, test } from "vitest";

import { newSecret, secretText } from "../../src/domain/webhooks/secret.ts";
import { signed } from "../../src/domain/webhooks/sign.ts";
import { hexOf } from "./receiving.ts";

test("the message of the reference implementations has the signature that they state", async () => {
  // Of the tests of the reference implementations.
  const secret = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  const hex = hexOf(secret);
  expect(secretText(hex)).toBe("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  const headers = await signed(
    "msg_p5jXN8AQM9LWM0D4loKWxJek",
    1_614_265_330_999,
    '{"test": 2432232314}',
    [hex],
  );
  expect(headers).toEqual({
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  });
});

test("while a secret is replaced, receivers with either accept", async () => {
  const [fresh, old, other] = [newSecret(), newSecret(), newSecret()];
  const payload = '{"type":"job.done","data":{"name":"Zürich ✓"}}';
  const headers = await signed("id", Date.now(), payload, [fresh, old]);
  expect(headers["webhook-signature"]).toMatch(/^v1,[\w+/]{43}= v1,[\w+/]{43}=$/);
  for (const secret of [fresh, old]) {
    expect(new Webhook(secretText(secret)).verify(payload, headers)).toEqual(JSON.parse(payload));
  }
  expect(() => new Webhook(secretText(other)).verify(payload, headers)).toThrow();
  expect(() => new Webhook(secretText(fresh)).verify(`${payload} `, headers)).toThrow();
});

test("a secret is 32 random bytes", () => {
  const secrets = Array.from({ length: 100 }, newSecret);
  expect(new Set(secrets).size).toBe(100);
  for (const secret of secrets) expect(secret).toMatch(/^[0-9a-f]{64}$/);
  expect(atob(secretText(secrets[0] ?? "").slice("whsec_".length))).toHaveLength(32);
});
