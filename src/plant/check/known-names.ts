import type { Product } from "../schema/product.ts";

/** What a plant file refers to by id. Names count even where the rest of their entry is wrong. */
export interface KnownNames {
  readonly ingredients: ReadonlySet<string>;
  readonly products: ReadonlySet<string>;
  /** Ingredients with an origin: what counts as cocoa. */
  readonly cocoa: ReadonlySet<string>;
  /** The products without a finding. */
  readonly soundProducts: ReadonlyMap<string, Product>;
}
