import { CONCHE_NAMESPACE } from "./object-types.ts";

/** The relationships there are, each with its reverse. */
const REVERSES = {
  HasParent: "HasChildren",
  HasChildren: "HasParent",
  HasComponent: "ComponentOf",
  ComponentOf: "HasComponent",
} as const;

/** The relationships that objects have here, by their i3X element id. */
export type Relationship = keyof typeof REVERSES;

/** The relationship types as i3X lists them, each with its reverse. */
export const RELATIONSHIP_TYPES = Object.entries(REVERSES).map(([elementId, reverseOf]) => ({
  elementId,
  displayName: elementId,
  namespaceUri: CONCHE_NAMESPACE,
  relationshipId: elementId,
  reverseOf,
}));
