import { Gauge, type Registry } from "prom-client";
import { OTHER, type PublisherLedger, type PublisherSums } from "./publisher-ledger.ts";

const LABELS = ["site", "line", "step", "machine"] as const;
type Labels = Record<(typeof LABELS)[number], string>;

/** A gauge per machine: its name, its help, and its value out of the sums. */
type PublisherGauge = readonly [name: string, help: string, value: (sums: PublisherSums) => number];

const COUNTED = "sequence numbers of the machine, over the boots heard last";

const GAUGES: readonly PublisherGauge[] = [
  ["conche_sequence_highest", `Highest ${COUNTED}`, (sums) => sums.highest],
  ["conche_sequence_stored", `Stored ${COUNTED}`, (sums) => sums.stored],
  ["conche_sequence_quarantined", `Quarantined ${COUNTED}`, (sums) => sums.quarantined],
  ["conche_sequence_missing", `Missing ${COUNTED}`, (sums) => sums.missing],
  ["conche_sequence_refilled", `Missing once and arrived later: ${COUNTED}`, (sums) => sums.refilled],
  ["conche_sequence_duplicates", `Repeated ${COUNTED}`, (sums) => sums.duplicates],
  [
    "conche_sequence_unaccounted",
    "Conservation law: highest - stored - quarantined - missing; anything but 0 is a defect",
    ({ highest, stored, quarantined, missing }) => highest - stored - quarantined - missing,
  ],
  [
    "conche_clock_skew_seconds",
    "The machine's clock minus the data center's, as of its last message",
    (sums) => sums.clockSkewMs / 1_000,
  ],
  [
    "conche_last_message_timestamp_seconds",
    "When the machine's last sequenced message was received, seconds since 1970",
    (sums) => sums.lastSeenAt / 1_000,
  ],
];

/** Registers the gauges per machine, worked out from the ledger at every scrape. */
export function registerPublisherGauges(registry: Registry, ledger: PublisherLedger): void {
  for (const [name, help, value] of GAUGES) {
    new Gauge({
      name,
      help,
      labelNames: LABELS,
      registers: [registry],
      collect() {
        this.reset();
        for (const [key, sums] of ledger.sums()) this.set(labelsOf(key), value(sums));
      },
    });
  }
}

function labelsOf(key: string): Labels {
  if (key === OTHER) return { site: OTHER, line: OTHER, step: OTHER, machine: OTHER };
  const [site = "", line = "", step = "", machine = ""] = key.split("/");
  return { site, line, step, machine };
}
