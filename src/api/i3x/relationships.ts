import { CONCHE_NAMESPACE } from "./object-types.ts";

/** The relationships there are, each with its reverse. */
const REVERSES = {
  HasParent: "HasChildren",
  HasChildren: "HasParent",
  HasComponent: "ComponentOf",
  ComponentOf: "HasComponent",
} as const;

export type Relationship = keyof typeof REVERSES;

export const RELATIONSHIP_TYPES = Object.entries(REVERSES).map(([elementId, reverseOf]) => ({
  elementId,
  displayName: elementId,
  namespaceUri: CONCHE_NAMESPACE,
  relationshipId: elementId,
  reverseOf,
}));
