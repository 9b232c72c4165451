import type { Migration } from "./migration.ts";

/** A tag's or result's value, whether it stands alone or beside its quality. */
const VALUE = "CASE e.type WHEN 'object' THEN e.value ->> '$.value' ELSE e.value END";
/** A field beside the value; a value that stands alone has none, and may be no JSON. */
const beside = (name: string) => `CASE e.type WHEN 'object' THEN e.value ->> '$.${name}' END`;
const PLACE = "m.id, m.ts, m.site, m.line, m.step, m.machine, m.batch_id";

/**
 * The usual questions in plain SQL (docs/sql.md), and an index for the most usual one, what belongs to a batch.
 *
 * WHY an index on the batch and none else: batches come one after the other, so its inserts stay near the end of the
 * tree. Measured: docs/decisions/block-index.md.
 */
export const viewsForPeople: Migration = {
  version: 5,
  name: "views for people, and messages by batch",
  sql: `
    CREATE INDEX mqtt_messages_by_batch ON mqtt_messages (batch_id) WHERE batch_id IS NOT NULL;

    CREATE VIEW telemetry_values AS
      SELECT ${PLACE}, m.payload_json ->> '$.product_type' AS product,
        e.key AS tag, ${VALUE} AS value, ${beside("quality")} AS quality
      FROM mqtt_messages m, json_each(m.payload_json, '$.tags') e WHERE m.type = 'telemetry';

    CREATE VIEW machine_states AS
      SELECT ${PLACE}, m.payload_json ->> '$.state' AS state,
        coalesce(m.payload_json ->> '$.stop_reason.code', m.payload_json ->> '$.reason') AS reason
      FROM mqtt_messages m WHERE m.type = 'state';

    CREATE VIEW alarm_messages AS
      SELECT ${PLACE}, m.payload_json ->> '$.event' AS event, m.payload_json ->> '$.severity' AS severity,
        m.payload_json ->> '$.code' AS code, m.payload_json ->> '$.message' AS message,
        m.payload_json ->> '$.value' AS value, m.payload_json ->> '$.limit' AS alarm_limit
      FROM mqtt_messages m WHERE m.type = 'alarm';

    CREATE VIEW quality_results AS
      SELECT ${PLACE}, m.payload_json ->> '$.product_type' AS product,
        ifnull(${beside("characteristic")}, e.key) AS characteristic, ${VALUE} AS value,
        ${beside("unit")} AS unit, ${beside("lower")} AS lower, ${beside("upper")} AS upper,
        ${beside("pass")} AS pass
      FROM mqtt_messages m, json_each(m.payload_json, '$.results') e WHERE m.type = 'quality';

    CREATE VIEW batch_events AS
      SELECT ${PLACE}, m.payload_json ->> '$.event' AS event, m.payload_json ->> '$.product_type' AS product,
        coalesce(m.payload_json ->> '$.lot_id', m.payload_json ->> '$.unit_id') AS lot
      FROM mqtt_messages m WHERE m.type = 'batch';

    CREATE VIEW quarantined_messages AS
      SELECT q.id, strftime('%Y-%m-%dT%H:%M:%fZ', q.received_at / 1000.0, 'unixepoch') AS received, q.topic, q.reason,
        q.detail, CASE WHEN d.kind = 'corrected' THEN 'corrected' WHEN q.replayed_at IS NOT NULL THEN 'replayed'
          ELSE ifnull(d.kind, 'open') END AS state, d.decided_by, d.why, length(q.payload) AS bytes
      FROM quarantine q LEFT JOIN quarantine_decisions d ON d.quarantine_id = q.id;
  `,
};
