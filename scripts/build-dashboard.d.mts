/** Whether anything that the dashboard is made of is newer than what was built. */
export function isStale(): boolean;
/** Builds the dashboard into dashboard/dist. Rejects with what the bundler says. */
export function buildDashboard(): Promise<void>;
