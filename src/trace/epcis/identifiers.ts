/**
 * Identifiers as CBV 2.0 wants them: GS1 Digital Link URIs for what has a GS1 key, and HTTP URIs of the company's own
 * (section 8.2 ff.: `/obj/`, `/class/`, `/loc/`, `/bt/`) for everything else. AI 10 (lot) has 20 characters at most.
 */
const GS1 = "https://id.gs1.org";
const AI_10 = /^[!%-?A-Z_a-z"]{1,20}$/;

/** Where the company's own identifiers live, as `https://id.example.com`. */
export class Identifiers {
  readonly #base: string;

  constructor(base: string) {
    this.#base = base.replace(/\/+$/, "");
  }

  /** A case or pallet. */
  unit(id: string): string {
    return /^\d{18}$/.test(id) ? `${GS1}/00/${id}` : `${this.#base}/obj/${encodeURIComponent(id)}`;
  }

  /** A lot: as GTIN and lot where it has both and fits, else the company's own class. */
  lot(id: string, gtin?: string | null): string {
    if (gtin !== undefined && gtin !== null && /^\d{8,14}$/.test(gtin) && AI_10.test(id))
      return `${GS1}/01/${gtin.padStart(14, "0")}/10/${encodeURIComponent(id)}`;
    return `${this.#base}/class/${encodeURIComponent(id)}`;
  }

  /** A machine, vessel or site. */
  location(id: string): string {
    return `${this.#base}/loc/${id.split("/").map(encodeURIComponent).join("/")}`;
  }

  /** A customer: by its global location number where it is one. */
  party(id: string): string {
    return /^\d{13}$/.test(id) ? `${GS1}/417/${id}` : `${this.#base}/party/${encodeURIComponent(id)}`;
  }

  transaction(id: string): string {
    return `${this.#base}/bt/${encodeURIComponent(id)}`;
  }

  transformation(id: string): string {
    return `${this.#base}/transformation/${encodeURIComponent(id)}`;
  }

  device(machine: string): string {
    return `${this.#base}/device/${machine.split("/").map(encodeURIComponent).join("/")}`;
  }
}
