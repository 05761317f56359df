import type { WakeLater } from "../domain/webhooks/sweep.ts";
import type { Wake } from "../domain/webhooks/webhook.ts";
import type { Bindings } from "../env.ts";

/** Sets the pump on webhooks, for a while later. Rejects when it cannot. */
export function wakeLaterOf({ WEBHOOK_PUMP }: Bindings): WakeLater {
  return async (key, afterMs) => {
    await WEBHOOK_PUMP.getByName(`${key.tenant}/${key.webhook}`).wake(key, afterMs);
  };
}

/** The same at once. One that cannot be set going is left to the scheduled sweep. */
export function wakeOf(bindings: Bindings): Wake {
  const wake = wakeLaterOf(bindings);
  return async (key) => {
    try {
      await wake(key, 0);
    } catch (error) {
      console.error(JSON.stringify({ event: "webhook_pump_not_set", reason: String(error) }));
    }
  };
}
