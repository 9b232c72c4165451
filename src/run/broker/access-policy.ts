import { DEFAULT_ACCESS } from "../../access/access-document.ts";
import { type AccessPolicy, accessPolicy, placesOf } from "../../access/access-policy.ts";
import { loadAccess } from "../../adapters/yaml/load-access.ts";
import type { Config } from "../../config/config-schema.ts";
import type { Plant } from "../../plant/plant.ts";

/**
 * The policy of a plant, and of the access file where one is named.
 * @throws ConcheError CONCHE_ACCESS_UNREADABLE, CONCHE_ACCESS_INVALID
 */
export async function loadPolicy({ access }: Pick<Config, "access">, plant: Plant): Promise<AccessPolicy> {
  const places = placesOf(plant);
  const document = access.file === null ? DEFAULT_ACCESS : await loadAccess(access.file, places);
  return accessPolicy({ plant: places, document });
}
