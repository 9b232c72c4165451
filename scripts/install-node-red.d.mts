/** Where Node-RED is installed. */
export const NODE_RED_FOLDER: string;
/** Whether it is there, as the lock file has it now. */
export function isInstalled(): boolean;
/** Installs it; throws what npm says where that fails. */
export function installNodeRed(): void;
