import type { QualityV2 } from "../schemas/quality-v2.ts";
import type { QualityV1 } from "../schemas/version-1.ts";
import { BOOT, LINE, type PayloadExample } from "./example.ts";

const PACKER_QUALITY = `factory/${LINE}/s8_packaging/packer-03/quality`;

/** Version 1 quality results, for the contract's documents and the tests. */
export const QUALITY_V1_EXAMPLES: readonly PayloadExample<QualityV1>[] = [
  {
    name: "packaging",
    topic: PACKER_QUALITY,
    summary: "the check of finished packs",
    payload: {
      ts: "2026-01-11T09:00:00+00:00",
      product_type: "dark",
      batch_id: "B20260111-DA-0042",
      results: { weight_g: 100.3, seal_integrity: "PASS", label_check: "PASS", defect_rate_pct: 0.31 },
    },
  },
];

/** Samples of several pieces, single results, and one that corrects another. */
export const QUALITY_V2_EXAMPLES: readonly PayloadExample<QualityV2>[] = [
  {
    name: "weights-by-nozzle",
    topic: `factory/${LINE}/s6_molding/molder-01/quality`,
    summary: "a sample of five pieces, one per nozzle; the third is below its limit",
    payload: {
      v: 2,
      boot: BOOT,
      seq: 911,
      ts: "2026-01-11T09:00:00Z",
      product_type: "dark",
      batch_id: "B20260111-DA-0042",
      sample: { sample_id: "W-0911", taken_at: "2026-01-11T08:58:30Z", size: 5, taken_from: "mould 2210" },
      results: [100.6, 100.1, 94.9, 101, 100.4].map((value, index) => ({
        characteristic: "weight_g",
        value,
        unit: "g",
        lower: 95.5,
        target: 100.5,
        nozzle: index + 1,
        pass: value >= 95.5,
      })),
    },
  },
  {
    name: "laboratory",
    topic: `factory/${LINE}/s0_office/laboratory/quality`,
    summary: "rheology of a conche sample, with the raw flow curve",
    payload: {
      v: 2,
      boot: BOOT,
      seq: 18,
      ts: "2026-01-11T10:15:00Z",
      batch_id: "B20260111-DA-0042",
      sample: { sample_id: "L-2026-0118", taken_from: "conche-01" },
      results: [
        {
          characteristic: "casson_yield_pa",
          value: 8.4,
          unit: "Pa",
          lower: 5,
          upper: 15,
          pass: true,
          method: "IOCCC 2000, Casson",
          instrument: "rheometer-2",
          curve: {
            x: "shear rate 1/s",
            y: "shear stress Pa",
            points: [
              [2, 17.9],
              [10, 39.7],
              [50, 121.5],
            ],
          },
        },
        {
          characteristic: "casson_viscosity_pa_s",
          value: 1.62,
          unit: "Pa s",
          lower: 1.2,
          upper: 2.5,
          pass: true,
        },
      ],
      by: "laboratory",
    },
  },
];
