/**
 * The service's own Worker with a clock that can be set: `PUT /clock` with the milliseconds by which it
 * is ahead. Only what the Worker believes the time to be changes. An alarm is told in the runtime's own
 * time, as where clock and runtime are one.
 */
import * as service from "../../../src/worker.ts";
import type { Bindings } from "../../../src/env.ts";

const trueTime = Date.now;
let ahead = 0;
Date.now = () => trueTime() + ahead;

export class JobPump extends service.JobPump {
  constructor(...given: ConstructorParameters<typeof service.JobPump>) {
    super(...given);
    this.ctx = withOwnTime(this.ctx);
  }
}

export class WebhookPump extends service.WebhookPump {
  constructor(...given: ConstructorParameters<typeof service.WebhookPump>) {
    super(...given);
    this.ctx = withOwnTime(this.ctx);
  }
}

export default {
  ...service.default,
  async fetch(request, env, context) {
    if (request.method !== "PUT" || new URL(request.url).pathname !== "/clock") {
      return service.default.fetch(request, env, context);
    }
    ahead = Number(await request.text());
    return new Response(null, { status: 204 });
  },
} satisfies ExportedHandler<Bindings>;

/** The same object whose alarm is set and read by the Worker's clock. */
function withOwnTime<State extends DurableObjectState>(ctx: State): State {
  const storage = replacing(ctx.storage, {
    setAlarm: (due: number) => ctx.storage.setAlarm(due - ahead),
    getAlarm: async () => {
      const due = await ctx.storage.getAlarm();
      return due === null ? null : due + ahead;
    },
  });
  return replacing(ctx, { storage });
}

/** An object of the runtime with some members in place of its own. */
function replacing<T extends object>(target: T, members: Readonly<Record<string, unknown>>): T {
  return new Proxy(target, {
    get(own, name) {
      if (typeof name === "string" && name in members) return members[name];
      const value: unknown = Reflect.get(own, name);
      // Methods of the runtime's objects want to be called on these themselves.
      return typeof value === "function" ? value.bind(own) : value;
    },
  });
}
