import { messageLog } from "./001-message-log.ts";
import { brokerState } from "./002-broker-state.ts";
import { quarantineRoom } from "./003-quarantine-room.ts";
import { quarantineDecisions } from "./004-quarantine-decisions.ts";
import { viewsForPeople } from "./005-views-for-people.ts";
import { brokerSessions } from "./006-broker-sessions.ts";
import type { Migration } from "./migration.ts";

/** Every step, in order. */
export const MIGRATIONS: readonly Migration[] = [
  messageLog,
  brokerState,
  quarantineRoom,
  quarantineDecisions,
  viewsForPeople,
  brokerSessions,
];

/** The schema version that this program writes. */
export const SCHEMA_VERSION = MIGRATIONS.length;
