import { Type } from "typebox";
import { pair } from "./combinators.ts";
import { calendarDay, text } from "./envelope.ts";

/** A country by its two letters. */
export function country(description: string) {
  return Type.String({ pattern: "^[A-Z]{2}$", description: `${description}; ISO 3166-1 alpha-2` });
}

const latitude = Type.Number({
  minimum: -90,
  maximum: 90,
  description: "latitude, degrees WGS 84, six decimals",
});
const longitude = Type.Number({
  minimum: -180,
  maximum: 180,
  description: "longitude, degrees WGS 84, six decimals",
});

/** EUDR article 9(1)(d): a point will do up to four hectares, above that it must be a polygon. */
const PLOT = Type.Object(
  {
    plot_id: Type.Optional(text("the plot in the producer's register")),
    country: country("the plot's country"),
    area_ha: Type.Optional(Type.Number({ exclusiveMinimum: 0, description: "area, hectares" })),
    latitude: Type.Optional(latitude),
    longitude: Type.Optional(longitude),
    polygon: Type.Optional(
      Type.Array(pair(longitude, latitude), {
        minItems: 4,
        maxItems: 10_000,
        description:
          "the outline as [longitude, latitude], first and last the same (GeoJSON order); needed above 4 hectares, else latitude and longitude will do",
      }),
    ),
  },
  {
    description: "a plot of land where the cocoa grew",
    if: {
      type: "object",
      properties: { area_ha: { type: "number", exclusiveMinimum: 4 } },
      required: ["area_ha"],
    },
    // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema.
    then: { type: "object", required: ["polygon"] },
    else: { type: "object", anyOf: [{ required: ["polygon"] }, { required: ["latitude", "longitude"] }] },
  },
);

/** What Regulation (EU) 2023/1115 asks to be kept with cocoa, from the bean lot to the pallet. */
export const DUE_DILIGENCE = Type.Object(
  {
    reference: text("reference number of the due diligence statement"),
    verification: Type.Optional(text("verification number that belongs to the reference")),
    role: Type.Enum(["operator", "downstream_operator", "trader"], {
      description: "the supplier's role: operator (first placer), downstream operator, trader",
    }),
    hs_code: Type.String({
      pattern: "^18(0[1-6])[0-9]{0,6}$",
      description: "heading of the goods, HS 1801 to 1806",
    }),
    quantity_kg: Type.Optional(
      Type.Number({ minimum: 0, description: "net mass the statement covers, kilograms" }),
    ),
    country: Type.Optional(country("country of production")),
    harvested_from: Type.Optional(calendarDay("first day of the harvest")),
    harvested_until: Type.Optional(calendarDay("last day of the harvest")),
    plots: Type.Optional(Type.Array(PLOT, { maxItems: 10_000, description: "where the cocoa grew" })),
  },
  { description: "due diligence data of a cocoa lot (EUDR, Regulation (EU) 2023/1115)" },
);
