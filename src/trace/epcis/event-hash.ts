import type { QuantityElement, SensorElement, UnnamedEvent } from "./epcis-event.ts";

/**
 * The canonical text of an event, of which its id is the hash: CBV 2.0, section 8.9.2. Properties in the standard's
 * order, `name=value` without anything between, lists sorted, times in UTC with milliseconds, numbers without trailing
 * zeros, codes of the CBV as web URIs. Two exports of one event have the same text, whatever their spelling.
 */
export function preHash(event: UnnamedEvent): string {
  const { type, eventTime, eventTimeZoneOffset, bizStep, disposition, readPoint, bizLocation } = event;
  const parts = [
    `eventType=${type}`,
    `eventTime=${new Date(eventTime).toISOString()}`,
    `eventTimeZoneOffset=${eventTimeZoneOffset}`,
  ];
  if (event.type === "ObjectEvent") {
    parts.push(
      list(
        "epcList",
        (event.epcList ?? []).map((epc) => `epc=${epc}`),
      ),
    );
    parts.push(list("quantityList", (event.quantityList ?? []).map(quantity)));
  } else if (event.type === "AggregationEvent") {
    parts.push(`parentID=${event.parentID}`);
    parts.push(
      list(
        "childEPCs",
        (event.childEPCs ?? []).map((epc) => `epc=${epc}`),
      ),
    );
    parts.push(list("childQuantityList", (event.childQuantityList ?? []).map(quantity)));
  } else {
    parts.push(list("inputQuantityList", event.inputQuantityList.map(quantity)));
    parts.push(list("outputQuantityList", event.outputQuantityList.map(quantity)));
  }
  if (event.type !== "TransformationEvent") parts.push(`action=${event.action}`);
  else if (event.transformationID !== undefined) parts.push(`transformationID=${event.transformationID}`);
  parts.push(`bizStep=https://ref.gs1.org/cbv/BizStep-${bizStep}`);
  if (disposition !== undefined) parts.push(`disposition=https://ref.gs1.org/cbv/Disp-${disposition}`);
  parts.push(`readPointid=${readPoint.id}`);
  if (bizLocation !== undefined) parts.push(`bizLocationid=${bizLocation.id}`);
  parts.push(
    list(
      "bizTransactionList",
      (event.bizTransactionList ?? []).map(
        (each) => `type=https://ref.gs1.org/cbv/BTT-${each.type}bizTransaction=${each.bizTransaction}`,
      ),
    ),
    list(
      "sourceList",
      (event.sourceList ?? []).map(
        (each) => `type=https://ref.gs1.org/cbv/SDT-${each.type}source=${each.source}`,
      ),
    ),
    list(
      "destinationList",
      (event.destinationList ?? []).map(
        (each) => `type=https://ref.gs1.org/cbv/SDT-${each.type}destination=${each.destination}`,
      ),
    ),
    list("sensorElementList", (event.sensorElementList ?? []).map(sensorElement)),
  );
  return parts.join("");
}

/** The id of an event (RFC 6920). @param sha256 hexadecimal digest of a text in UTF-8 */
export function eventId(event: UnnamedEvent, sha256: (text: string) => string): string {
  return `ni:///sha-256;${sha256(preHash(event))}?ver=CBV2.0`;
}

function list(name: string, values: readonly string[]): string {
  return values.length === 0 ? "" : `${name}${values.toSorted().join("")}`;
}

function quantity({ epcClass, quantity: amount, uom }: QuantityElement): string {
  const number = amount === undefined ? "" : `quantity=${amount}`;
  return `quantityElementepcClass=${epcClass}${number}${uom === undefined ? "" : `uom=${uom}`}`;
}

function sensorElement({ sensorMetadata, sensorReport }: SensorElement): string {
  const { startTime, endTime, deviceID } = sensorMetadata;
  const reports = sensorReport
    .map(({ type, minValue, maxValue, meanValue, uom }) => {
      const number = (name: string, value: number | undefined) =>
        value === undefined ? "" : `${name}=${value}`;
      return `sensorReporttype=https://gs1.org/voc/${type}${number("minValue", minValue)}${number("maxValue", maxValue)}${number("meanValue", meanValue)}uom=${uom}`;
    })
    .sort();
  return `sensorElementsensorMetadatastartTime=${new Date(startTime).toISOString()}endTime=${new Date(endTime).toISOString()}deviceID=${deviceID}${reports.join("")}`;
}
