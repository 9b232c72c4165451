import type { Migration } from "./migration.ts";

/**
 * What people decided about quarantined messages, and how many there are in each state.
 *
 * WHY a table of its own and not columns: a column that is added stands behind the bytes of a row, and reading it would
 * walk through all of them. WHY counted with every commit: quarantine may hold millions, and metrics ask every few
 * seconds.
 */
export const quarantineDecisions: Migration = {
  version: 4,
  name: "what was decided about quarantined messages, by whom and why; their number by state",
  sql: `
    CREATE TABLE quarantine_decisions (
      quarantine_id INTEGER PRIMARY KEY,
      kind TEXT NOT NULL, -- corrected, dismissed
      at INTEGER NOT NULL, -- milliseconds since 1970
      decided_by TEXT NOT NULL,
      why TEXT NOT NULL
    );

    -- What was merely cleared is in none of them.
    ALTER TABLE quarantine_room ADD COLUMN open INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE quarantine_room ADD COLUMN replayed INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE quarantine_room ADD COLUMN corrected INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE quarantine_room ADD COLUMN dismissed INTEGER NOT NULL DEFAULT 0;
    UPDATE quarantine_room SET
      open = (SELECT count(*) FROM quarantine WHERE replayed_at IS NULL AND reason <> 'cleared'),
      replayed = (SELECT count(*) FROM quarantine WHERE replayed_at IS NOT NULL);
  `,
};
