import type { HttpLogin } from "../access/http-logins.ts";
import type { HealthReport } from "../ingest/health.ts";
import type { CompletenessReading } from "../log/completeness.ts";
import type { LogReading } from "../log/log-reading.ts";
import type { QuarantineReading } from "../log/quarantine-reading.ts";
import type { ConditionKeeper } from "../monitor/condition/condition-keeper.ts";
import type { NotifierState } from "../notify/notifier.ts";
import type { Plant } from "../plant/plant.ts";
import type { GraphKeeper } from "../trace/graph/read-graph.ts";
import type { Block } from "../trace/record/record-blocks.ts";
import type { View } from "../views/view.ts";
import type { ViewReading, ViewRowReading } from "../views/view-table.ts";
import type { ViewEdition } from "../views/views-store.ts";
import type { Desk } from "./desk.ts";
import type { QuarantineWork } from "./quarantine-work.ts";
import type { ActionsUnderway } from "./underway.ts";

/** PORT. The views, all read as of one moment: that of the question. */
export interface ViewsReading {
  /** @throws ConcheError CONCHE_VIEW_NOT_READY */
  reading(view: View): ViewReading;
  editions(): readonly ViewEdition[];
  /** How many findings an edition has. */
  findingCount(edition: ViewEdition): number;
  /** What the answering edition of a view could not use, by `key`; the rows have the columns of a finding. */
  findings(view: string): ViewRowReading | undefined;
}

/** A document that is to be printed: what stands on its pages, and around it. */
export interface PrintOrder {
  readonly title: string;
  /** Who and where, at the head of every page. */
  readonly issuer: string;
  /** At the foot of every page. */
  readonly foot: string;
  readonly createdMs: number;
  readonly blocks: readonly Block[];
}

/** What the handlers of the API work with. Everything that is read counts against the time for an answer. */
export interface ApiContext {
  readonly plant: Plant;
  /** The present, milliseconds since 1970. */
  readonly nowMs: number;
  readonly version: string;
  readonly views: ViewsReading;
  /** @throws ConcheError CONCHE_LOG_… */
  readonly log: () => LogReading;
  readonly quarantine: () => QuarantineReading;
  readonly completeness: () => CompletenessReading;
  readonly health: () => HealthReport;
  /** What people were told; undefined where this process tells nobody anything. */
  readonly notifications: () => NotifierState | undefined;
  readonly quarantineWork: QuarantineWork;
  /** Who asks, where they had to log in. */
  readonly login?: HttpLogin | undefined;
  /** The condition of machines, kept for a minute. */
  readonly conditions?: ConditionKeeper | undefined;
  /** What people have done and no view shows yet; one request knows nothing of others where it is left out. */
  readonly underway?: ActionsUnderway | undefined;
  /** The graph of lots, kept from question to question. */
  readonly graphs?: GraphKeeper | undefined;
  /** Sets a document on pages, as PDF. */
  readonly print: (document: PrintOrder) => Uint8Array;
  /** Publishes what people do; absent where the process has no way to a broker. */
  readonly desk?: Desk | undefined;
  /** Throws CONCHE_TIME_LIMIT when the time for an answer is over. Long loops over anything else call it. */
  readonly spend: () => void;
  /** Whether most of that time is over; absent where there is no limit. */
  readonly isLate?: (() => boolean) | undefined;
}
