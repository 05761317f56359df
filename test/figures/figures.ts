import type { Service } from "../harness/service.ts";

/** Rolls everything up that is there, however young it is. Nobody writes meanwhile. */
export async function rollUp(service: Service): Promise<void> {
  for (;;) {
    const [row] = await service.database.query<{ more: boolean }>(
      "select roll_up_figures_v1('0') as more",
    );
    if (row?.more !== true) return;
  }
}
