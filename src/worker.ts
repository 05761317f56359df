import { DurableObject } from "cloudflare:workers";

export class JobPump extends DurableObject<Env> {
  count(): number {
    const row = this.ctx.storage.sql.exec("select 1 + 1 as n").one();
    return Number(row["n"]);
  }
}

export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    if (url.pathname === "/pump") {
      return Response.json({ n: await env.JOB_PUMP.getByName("a").count() });
    }
    if (url.pathname === "/asset") return env.ASSETS.fetch("http://assets/scalar.js");
    return Response.json({ status: "ok" });
  },
  scheduled(controller) {
    console.log(`scheduled ${controller.cron}`);
  },
} satisfies ExportedHandler<Env>;
