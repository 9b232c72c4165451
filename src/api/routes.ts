import type { Route } from "./route.ts";
import { completenessRoutes } from "./routes/completeness.ts";
import { healthRoutes } from "./routes/health.ts";
import { messageRoutes } from "./routes/messages.ts";
import { plantRoutes } from "./routes/plant.ts";
import { productionRoutes } from "./routes/production.ts";
import { quarantineRoutes } from "./routes/quarantine.ts";
import { stateRoutes } from "./routes/states.ts";
import { viewRoutes } from "./routes/views.ts";

/** The table of routes: everything the API answers. How one is added: see `route` in route.ts. */
export const ROUTES: readonly Route[] = [
  ...plantRoutes,
  ...stateRoutes,
  ...productionRoutes,
  ...messageRoutes,
  ...quarantineRoutes,
  ...completenessRoutes,
  ...viewRoutes,
  ...healthRoutes,
];
