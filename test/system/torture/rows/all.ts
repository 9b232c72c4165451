import type { Row } from "../row.ts";
import { backupUnderLoad } from "./backup-under-load.ts";
import { clocks } from "./clocks.ts";
import { databaseLocked } from "./database-locked.ts";
import { diskError } from "./disk-error.ts";
import { killCloudBroker, killLocalBroker } from "./kill-broker.ts";
import { killDataCenter } from "./kill-data-center.ts";
import { killEdgeOrBridge } from "./kill-edge.ts";
import { malformed } from "./malformed.ts";
import { flapping, partition, queueOverflow } from "./network.ts";
import { outboxFull } from "./outbox-full.ts";
import { powerLoss } from "./power-loss.ts";
import { qos2Cut } from "./qos-2-cut.ts";
import { longReader } from "./reader.ts";
import { reordered } from "./reordered.ts";
import { replayOrEvent } from "./replay-or-event.ts";
import { restartAll } from "./restart-all.ts";
import { SCENARIOS } from "./scenario.ts";
import { sigtermUnderLoad } from "./sigterm.ts";
import { slowDisk } from "./slow-disk.ts";
import { staleAcknowledgement } from "./stale-acknowledgement.ts";

/** The rows of the fault matrix that are put to the test here, by number. */
export const ROWS: readonly Row[] = [
  killDataCenter,
  killEdgeOrBridge,
  killLocalBroker,
  killCloudBroker,
  sigtermUnderLoad,
  powerLoss,
  restartAll,
  outboxFull,
  slowDisk,
  diskError,
  longReader,
  databaseLocked,
  backupUnderLoad,
  partition,
  flapping,
  staleAcknowledgement,
  reordered,
  queueOverflow,
  clocks,
  malformed,
  replayOrEvent,
  qos2Cut,
  ...SCENARIOS,
].sort((a, b) => a.number - b.number);
