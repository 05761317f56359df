// A Worker that uses every binding of the stack, so that the stack can be tried without the service.
import { DurableObject } from "cloudflare:workers";

export class JobPump extends DurableObject {
  constructor(state, env) {
    super(state, env);
    state.storage.sql.exec("create table if not exists calls (n integer)");
  }

  called() {
    this.ctx.storage.sql.exec("insert into calls values (1)");
    return this.ctx.storage.sql.exec("select count(*) as calls from calls").one().calls;
  }

  schedule(cron, at) {
    this.ctx.storage.kv.put("cron", { cron, at });
  }

  scheduled() {
    return this.ctx.storage.kv.get("cron") ?? null;
  }
}

export class WebhookPump extends DurableObject {}

async function statusOf(sent) {
  return sent.then((answer) => answer.status).catch(() => "unreachable");
}

export default {
  async fetch(request, env) {
    const pump = env.JOB_PUMP.getByName("one");
    switch (new URL(request.url).pathname) {
      case "/calls":
        return Response.json({ calls: await pump.called() });
      case "/scheduled":
        return Response.json(await pump.scheduled());
      case "/asset":
        return env.ASSETS.fetch("http://assets/scalar.js");
      case "/sql": {
        const body = JSON.stringify({ query: "select current_user as role", params: [] });
        const headers = { "Neon-Connection-String": env.DATABASE_URL };
        return fetch(env.SQL_ENDPOINT, { method: "POST", headers, body });
      }
      case "/out": {
        // The way out for webhooks, and beside it the Worker's own.
        const url = new URL(request.url).searchParams.get("url");
        const init = { method: "POST", redirect: "manual" };
        return Response.json({
          webhooks: await statusOf(env.WEBHOOK_NETWORK.fetch(url, init)),
          own: await statusOf(fetch(url, init)),
        });
      }
      case "/slow":
        await new Promise((resolve) => setTimeout(resolve, 1000));
        return new Response("slow");
      default:
        return Response.json({ greeting: env.GREETING ?? null });
    }
  },
  async scheduled({ cron, scheduledTime }, env) {
    await env.JOB_PUMP.getByName("one").schedule(cron, scheduledTime);
  },
};
