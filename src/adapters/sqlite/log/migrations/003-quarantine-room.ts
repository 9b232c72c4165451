import type { Migration } from "./migration.ts";

/** How much quarantine holds, kept with every commit so that nobody has to count it, and what it had to let go of. */
export const quarantineRoom: Migration = {
  version: 3,
  name: "the size of quarantine, and what was dropped from it",
  sql: `
    CREATE TABLE quarantine_room (one INTEGER PRIMARY KEY CHECK (one = 1), bytes INTEGER NOT NULL);
    INSERT INTO quarantine_room
      SELECT 1, ifnull(sum(length(payload) + length(CAST(topic AS BLOB)) + length(CAST(detail AS BLOB))
        + ifnull(length(CAST(properties_json AS BLOB)), 0) + 200), 0) FROM quarantine;

    -- Messages dropped before they were replayed, by publisher; both names empty for those without an identity.
    -- numbers: those among them that held a place of the publisher's sequence.
    CREATE TABLE quarantine_dropped (
      machine TEXT NOT NULL,
      boot TEXT NOT NULL,
      messages INTEGER NOT NULL,
      numbers INTEGER NOT NULL,
      PRIMARY KEY (machine, boot)
    ) WITHOUT ROWID;

    CREATE INDEX quarantine_replayed ON quarantine (id) WHERE replayed_at IS NOT NULL;
  `,
};
