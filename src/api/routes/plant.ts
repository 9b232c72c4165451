import { Type } from "typebox";
import { type PlantDocument, PlantDocumentSchema } from "../../plant/schema/plant-document.ts";
import { closed, type Route, route } from "../route.ts";

const plant = route({
  method: "GET",
  path: "/api/plant",
  name: "plant",
  area: "Plant",
  summary: "The plant model: sites, lines, machines with their tags, units and limits, products and recipes",
  answer: closed({
    plant: Type.Unsafe<PlantDocument>({
      ...PlantDocumentSchema,
      description: "The plant file as it was read, with its defaults filled in",
    }),
    machines: Type.Array(
      closed({
        key: Type.String({
          description: "`<site>/<line>/<step>/<machine>`: the address in every other question",
        }),
        site: Type.String(),
        line: Type.String(),
        step: Type.String(),
        machine: Type.String(),
        name: Type.String(),
      }),
    ),
  }),
  list: "machines",
  changesWith: ["now"],
  handle(_request, context) {
    const machines = context.plant.machines.map(({ key, address, definition }) => ({
      key,
      site: address.site,
      line: address.line,
      step: address.step,
      machine: address.machine,
      name: definition.name ?? address.machine,
    }));
    return { plant: context.plant.document, machines };
  },
});

/** `GET /api/plant`. */
export const plantRoutes: readonly Route[] = [plant];
