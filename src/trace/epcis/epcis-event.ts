/** So much of a class: `uom` by UN/CEFACT Recommendation 20; without it the quantity is a count. */
export interface QuantityElement {
  readonly epcClass: string;
  readonly quantity?: number;
  readonly uom?: string;
}

/** What a device reported over a time; `type` and `uom` as CBV and Recommendation 20 have them. */
export interface SensorElement {
  readonly sensorMetadata: {
    readonly startTime: string;
    readonly endTime: string;
    readonly deviceID: string;
  };
  readonly sensorReport: readonly {
    readonly type: string;
    readonly minValue?: number;
    readonly maxValue?: number;
    readonly meanValue?: number;
    readonly uom: string;
  }[];
}

interface Common {
  readonly eventID: string;
  readonly eventTime: string;
  readonly eventTimeZoneOffset: string;
  readonly bizStep: string;
  readonly disposition?: string;
  readonly readPoint: { readonly id: string };
  readonly bizLocation?: { readonly id: string };
  readonly bizTransactionList?: readonly { readonly type: string; readonly bizTransaction: string }[];
  readonly sourceList?: readonly { readonly type: string; readonly source: string }[];
  readonly destinationList?: readonly { readonly type: string; readonly destination: string }[];
  readonly sensorElementList?: readonly SensorElement[];
}

/** The events of EPCIS 2.0 that this exports. */
export type EpcisEvent =
  | (Common & {
      readonly type: "ObjectEvent";
      readonly action: "ADD" | "OBSERVE" | "DELETE";
      readonly epcList?: readonly string[];
      readonly quantityList?: readonly QuantityElement[];
    })
  | (Common & {
      readonly type: "AggregationEvent";
      readonly action: "ADD" | "DELETE";
      readonly parentID: string;
      readonly childEPCs?: readonly string[];
      readonly childQuantityList?: readonly QuantityElement[];
    })
  | (Common & {
      readonly type: "TransformationEvent";
      readonly inputQuantityList: readonly QuantityElement[];
      readonly outputQuantityList: readonly QuantityElement[];
      readonly transformationID?: string;
    });

/** One without its id: what the id is made of. */
export type UnnamedEvent = EpcisEvent extends infer Each
  ? Each extends EpcisEvent
    ? Omit<Each, "eventID">
    : never
  : never;
