import type { ToldScenario } from "./scenario-log.ts";

const LINE = "tunis-01/line-a";

/** Where somebody looks at a scenario's moment, and what must be said there. */
export interface ScenarioPage extends ToldScenario {
  /** Those with the same word here don't touch one another: a test tells them in one log, as of one moment. */
  readonly log?: string;
  /** Path and choices of the page. */
  readonly path: string;
  /** The first sentence of the page: the fault, its place, since when. */
  readonly says: RegExp;
  /** What leads on from there, and what the next page says. */
  readonly leads?: { readonly by: string; readonly says: RegExp };
  /** The truth, in words. */
  readonly truth: { readonly fault: string; readonly place: string; readonly since: string };
}

/** Scenarios in which nothing goes wrong that somebody should see. */
export const NOTHING_WRONG: readonly string[] = ["normal-week"];

/** Every scenario that goes wrong, at a moment at which somebody should see it. */
export const SCENARIO_PAGES: readonly ScenarioPage[] = [
  {
    name: "alarm-flood",
    historyH: 3,
    atH: 0.83,
    path: "/alarms",
    says: /A flood: \d+ alarms on 8 machines\. All 8 begin with the same, from 09:45:00 on: the mains voltage is too low/,
    truth: {
      fault: "the mains voltage dipped: all machines aborted, a flood of alarms",
      place: "the whole line",
      since: "09:45",
    },
  },
  {
    name: "changeover-without-clean",
    historyH: 3,
    atH: 12,
    path: "/batches",
    says: /Tempering temper-01 went from white to dark at 1\d:\d\d:\d\d without a verified clean/,
    truth: {
      fault: "a changeover from white to dark without a validated clean: milk in dark",
      place: "temperer temper-01",
      since: "19:00",
    },
  },
  {
    name: "clock-jump",
    historyH: 1,
    everyS: 8,
    atH: 2,
    path: "/data",
    says: /The clock of Tempering temper-01 is 1 h 00 min behind, since 10:00:0\d/,
    truth: {
      fault: "the clock of the temperer is an hour behind",
      place: "temper-01",
      since: "10:00",
    },
  },
  {
    name: "detector-test-failed",
    historyH: 2,
    atH: 2.45,
    path: "/line",
    says: /Packaging: the metal detector missed the stainless test piece.*since 11:17:32/,
    leads: { by: "Goods in doubt …", says: /Nothing has left; \d+ (pallets?|cases?).* in stock are on hold/ },
    truth: {
      fault: "the metal detector failed its test; product since the last good test is on hold",
      place: "packer-03",
      since: "11:17",
    },
  },
  {
    name: "milk-lot-contaminated",
    historyH: 1,
    atH: 8.2,
    discoveredAfterH: 2,
    path: "/plant",
    says: /On hold since 17:00:0\d: salmonella detected .* Whole milk powder.*; 2 lots\./,
    truth: {
      fault: "a lot of whole milk powder is contaminated with salmonella; on hold",
      place: "the lot and what was made of it",
      since: "17:00",
    },
  },
  {
    name: "network-outage",
    historyH: 1,
    atH: 1.75,
    path: "/line",
    says: /The whole line has been silent for 45 min, since 09:59:\d\d/,
    truth: { fault: "nothing is heard of the line: its uplink is down", place: "line A", since: "10:00" },
  },
  {
    name: "nozzle-clogging",
    log: "apart",
    historyH: 26,
    everyS: 8,
    atH: 5,
    path: `/quality?of=${encodeURIComponent(`${LINE}/s6_molding/molder-01/deposit_g`)}`,
    says: /Molding molder-01: Nozzle 4 gives .* less every hour, since \d\d:\d\d/,
    truth: { fault: "nozzle 4 clogs: it gives less and less", place: "molder-01", since: "10:00" },
  },
  {
    name: "sensor-drifting",
    log: "apart",
    historyH: 26,
    everyS: 8,
    atH: 5,
    path: `/machine/${LINE}/s7_cooling/cooltunnel-01?span=8h`,
    says: /Cooling cooltunnel-01: bars out .*, above 19\.00 °C, .* since 13:0\d/,
    truth: { fault: "the sensor of the exit temperature drifts up", place: "cooltunnel-01", since: "10:00" },
  },
  {
    name: "sensor-noisy",
    log: "sensors",
    historyH: 26,
    everyS: 5,
    atH: 2.5,
    path: "/plant",
    says: /Tempering temper-01: inlet has a noisy reading since 1\d:/,
    truth: {
      fault: "the sensor of the temperature before the temperer is noisy",
      place: "temper-01",
      since: "10:00",
    },
  },
  {
    name: "sensor-stuck",
    log: "sensors",
    historyH: 26,
    everyS: 5,
    atH: 2.5,
    path: "/plant",
    says: /Molding molder-01: nozzles has a frozen reading since 10:0\d/,
    truth: { fault: "the sensor of the nozzle pressure is stuck", place: "molder-01", since: "10:00" },
  },
  {
    name: "tempering-cooler-failing",
    log: "apart",
    historyH: 26,
    everyS: 8,
    atH: 5,
    path: `/machine/${LINE}/s5_tempering/temper-01?span=8h&tags=temp_cool_c,temper_index,temp_c,viscosity_cP`,
    says: /Tempering temper-01: temper index .*, below 3\.50, .* since 13:0\d/,
    truth: {
      fault: "the temperer's cooler fails: its cooling zone gets warmer, the temper index sinks",
      place: "temper-01",
      since: "10:00",
    },
  },
];
