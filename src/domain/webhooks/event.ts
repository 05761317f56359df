export { eventTypes } from "../../db/event-types.ts";
export type { EventType } from "../../db/event-types.ts";
