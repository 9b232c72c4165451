import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { RawClient } from "../../../adapters/broker/raw-client.ts";
import { runConche } from "../../../commands/run-conche.ts";
import { NO_MOSQUITTO } from "../../../servers/mosquitto.ts";
import { Center } from "../center.ts";
import { mosquitto } from "../faults.ts";
import { MACHINES } from "../publisher.ts";
import type { Row } from "../row.ts";

const STARTS = 3;
const EVENTS = 3;
/** Of a data center that is not told another. */
const CLIENT_ID = "conche-datacenter";
const TOPIC = `factory/${MACHINES[0]}/state`;
const STATE = '{"ts":"unknown","state":"OFFLINE"}';

function read(data: string, sql: string): number {
  const database = new DatabaseSync(join(data, "datacenter_messages.db"), { readOnly: true });
  const row = database.prepare(sql).get();
  database.close();
  return Number(row?.found);
}

const marksIn = (data: string) => read(data, "SELECT count(*) AS found FROM quarantine");
const rowsIn = (data: string) =>
  read(data, `SELECT count(*) AS found FROM mqtt_messages WHERE topic = '${TOPIC}'`);

/**
 * Row 47. A machine without numbers says the same retained state again and again. Between that the data center is ended,
 * its session is taken away, and it is started again: a broker replays what it has retained to a new session only. A
 * second machine's message behind it shows that the replay has been dealt with; that each one came shows in the end, as
 * a duplicate.
 */
export const replayOrEvent: Row = {
  number: 47,
  fault: "the same bytes again, live or as a broker's replay",
  holds: "each event a row, no replay one",
  weight: 1,
  skip: NO_MOSQUITTO,
  async run(run) {
    const broker = await mosquitto(run);
    const center = await Center.make(run, { brokerPort: broker.port });
    const machine = await RawClient.connected(broker.port, 5, "without-numbers");
    run.afterwards(async () => machine.cut());
    let said = 0;
    let marks = 0;
    let replays = 0;
    /** Resolves when everything that came before is committed. */
    const settled = async () => {
      machine.publish(`factory/${MACHINES[0]}/telemetry`, `not JSON ${++marks}`, 1, 1);
      await machine.expect("puback");
      await run.until("what came before is committed", () => marksIn(center.data) >= marks);
    };
    for (let start = 1; start <= run.times(STARTS); start++) {
      await center.start();
      await center.ready();
      await settled();
      const before = rowsIn(center.data);
      run.require(before === said, `${before} rows after start ${start}, ${said} events`);
      for (let event = 1; event <= EVENTS; event++) {
        machine.publish(TOPIC, STATE, 1, 1, { retain: true });
        await machine.expect("puback");
        said++;
      }
      await settled();
      const after = rowsIn(center.data);
      run.require(after === said, `${after} rows after ${said} events with the same bytes`);
      await center.endInOrder();
      if (start === run.times(STARTS)) continue;
      const successor = await RawClient.connected(broker.port, 5, CLIENT_ID, { clean: true });
      successor.send({ cmd: "disconnect", reasonCode: 0 });
      await successor.closed;
      replays++;
    }
    const verify = await runConche(["verify", "--data", center.data, "--json"]);
    run.require(verify.code === 0, `conche verify: ${verify.out} ${verify.err}`);
    if (verify.code !== 0) return;
    const { duplicates } = JSON.parse(verify.out).totals;
    run.require(duplicates === replays, `${duplicates} replays were seen, ${replays} were due`);
  },
};
