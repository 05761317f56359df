/**
 * A second small Worker, which fires the scheduled handler of the first: workerd itself has no
 * clock for cron triggers. Called by dev/workerd/process.ts over loopback when one is due.
 *
 * @typedef {{ outcome: string }} ScheduledResult
 * @typedef {{ scheduled(options: { cron: string, scheduledTime: Date }): Promise<ScheduledResult> }} Main
 */
export default {
  /**
   * @param {Request} request
   * @param {{ MAIN: Main }} env
   */
  async fetch(request, env) {
    const { searchParams } = new URL(request.url);
    const { outcome } = await env.MAIN.scheduled({
      cron: searchParams.get("cron") ?? "",
      scheduledTime: new Date(Number(searchParams.get("time"))),
    });
    return new Response(outcome, { status: outcome === "ok" ? 200 : 500 });
  },
};
