import { genealogyView } from "../trace/genealogy/genealogy-view.ts";
import type { Route } from "./route.ts";
import { alarmActionRoutes } from "./routes/alarm-actions.ts";
import { alarmPerformanceRoutes } from "./routes/alarm-performance.ts";
import { alarmRoutes } from "./routes/alarms.ts";
import { capabilityRoutes } from "./routes/capability.ts";
import { completenessRoutes } from "./routes/completeness.ts";
import { conditionRoutes } from "./routes/condition.ts";
import { coverageRoutes } from "./routes/coverage.ts";
import { energyRoutes } from "./routes/energy.ts";
import { healthRoutes } from "./routes/health.ts";
import { holdRoutes } from "./routes/holds.ts";
import { messageRoutes } from "./routes/messages.ts";
import { notificationRoutes } from "./routes/notifications.ts";
import { plantRoutes } from "./routes/plant.ts";
import { plausibilityRoutes } from "./routes/plausibility.ts";
import { productionRoutes } from "./routes/production.ts";
import { qualityRoutes } from "./routes/quality.ts";
import { quarantineRoutes } from "./routes/quarantine.ts";
import { seriesRoutes } from "./routes/series.ts";
import { stateRoutes } from "./routes/states.ts";
import { tagRoutes } from "./routes/tags.ts";
import { topicRoutes } from "./routes/topics.ts";
import { askRoutes } from "./routes/trace/ask.ts";
import { drawingRoutes } from "./routes/trace/drawing.ts";
import { dueDiligenceRoutes } from "./routes/trace/due-diligence.ts";
import { epcisRoutes } from "./routes/trace/epcis.ts";
import { recallRoutes } from "./routes/trace/recall.ts";
import { recordRoutes } from "./routes/trace/record.ts";
import { traceRoutes } from "./routes/trace/trace.ts";
import { viewRoutes } from "./routes/views.ts";

/** The table of routes: everything the API answers. How one is added: see `route` in route.ts. */
export const ROUTES: readonly Route[] = [
  ...plantRoutes,
  ...stateRoutes,
  ...tagRoutes,
  ...seriesRoutes,
  ...conditionRoutes,
  ...productionRoutes,
  ...energyRoutes,
  ...alarmRoutes,
  ...alarmPerformanceRoutes,
  ...alarmActionRoutes,
  ...holdRoutes,
  ...qualityRoutes,
  ...capabilityRoutes,
  ...traceRoutes,
  ...drawingRoutes,
  ...recallRoutes,
  ...askRoutes,
  ...dueDiligenceRoutes,
  ...epcisRoutes,
  ...recordRoutes,
  ...messageRoutes,
  ...topicRoutes,
  ...quarantineRoutes,
  ...completenessRoutes,
  ...coverageRoutes,
  ...plausibilityRoutes,
  ...viewRoutes,
  ...notificationRoutes,
  ...healthRoutes,
];

/**
 * Questions, by their names, that only one of the threads may answer: what does something is done in order, and knows
 * what else is on its way (`ActionsUnderway`); the graph of lots is large, and kept once.
 */
export const STAYING: ReadonlySet<string> = new Set(
  ROUTES.filter(({ method, views }) => method !== "GET" || views?.includes(genealogyView)).map(
    ({ name }) => name,
  ),
);
