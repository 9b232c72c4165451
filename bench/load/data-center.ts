// The data center with its real log, for measuring with another size of commit group than the product's: with 1 it
// commits every message by itself, as the commissioning document's subscriber does.
//
//   node bench/load/data-center.ts '{"data":"/tmp/x","groupSize":1}'   prints its port, ends with SIGTERM
import { EmbeddedBroker } from "../../src/adapters/broker/embedded-broker.ts";
import { openMessageLog } from "../../src/adapters/sqlite/log/open-message-log.ts";
import { DataCenter } from "../../src/ingest/data-center.ts";
import { DEFAULT_LIMITS } from "../../src/ingest/ingester.ts";

/** What to run. */
export interface DataCenterOrder {
  readonly data: string;
  /** Most messages committed together. */
  readonly groupSize: number;
}

const order: DataCenterOrder = JSON.parse(process.argv[2] ?? "{}");
const broker = new EmbeddedBroker({ port: 0 });
const center = await DataCenter.start({
  log: await openMessageLog(order.data),
  delivery: broker,
  observer: { committed: () => {}, commitFailed: () => {} },
  knowsMachine: () => true,
  now: Date.now,
  onFatal: (error) => {
    process.stderr.write(`${error.code}: ${error.message}\n`);
    process.exit(1);
  },
  limits: { ...DEFAULT_LIMITS, groupSize: order.groupSize },
});
process.stdout.write(`${broker.port}\n`);
process.once("SIGTERM", () => void center.stop().then(() => process.exit(0)));
