import { deflateSync } from "node:zlib";
import { encoded, type Weight } from "./helvetica.ts";

/** A colour as red, green, blue, 0 to 1. */
export type Colour = readonly [red: number, green: number, blue: number];

/** A4 in points. */
export const PAGE = { width: 595.28, height: 841.89 };

/** One page while it is drawn: points from its upper left corner. */
export class PdfPage {
  readonly #parts: string[] = [];

  /** A text whose baseline is at y. */
  text(x: number, y: number, text: string, size: number, weight: Weight, colour: Colour): void {
    const hex = Buffer.from(encoded(text)).toString("hex");
    this.#parts.push(
      `BT ${colour.map(figure).join(" ")} rg /${weight === "bold" ? "B" : "R"} ${figure(size)} Tf ${at(x, y)} Td <${hex}> Tj ET`,
    );
  }

  line(points: readonly (readonly [x: number, y: number])[], width: number, colour: Colour, dash = ""): void {
    const path = points.map(([x, y], index) => `${at(x, y)} ${index === 0 ? "m" : "l"}`).join(" ");
    this.#parts.push(`q ${colour.map(figure).join(" ")} RG ${figure(width)} w [${dash}] 0 d 1 j ${path} S Q`);
  }

  fill(x: number, y: number, width: number, height: number, colour: Colour): void {
    this.#parts.push(
      `${colour.map(figure).join(" ")} rg ${at(x, y + height)} ${figure(width)} ${figure(height)} re f`,
    );
  }

  content(): string {
    return this.#parts.join("\n");
  }
}

function at(x: number, y: number): string {
  return `${figure(x)} ${figure(PAGE.height - y)}`;
}

function figure(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** What a reader shows of a document beside its pages. */
export interface PdfInfo {
  readonly title: string;
  /** Milliseconds since 1970. */
  readonly createdMs: number;
}

/** Pages as a PDF 1.7 (ISO 32000-1). The same pages and info give the same bytes. */
export function pdfBytes(pages: readonly PdfPage[], { title, createdMs }: PdfInfo): Uint8Array {
  const objects: Buffer[] = [];
  const add = (body: string | Buffer): number =>
    objects.push(Buffer.isBuffer(body) ? body : Buffer.from(body));
  // 1 catalogue, 2 tree of pages, 3 and 4 fonts, 5 info; then two for each page.
  const first = 6;
  const kids = pages.map((_, index) => `${first + 2 * index} 0 R`);
  add("<< /Type /Catalog /Pages 2 0 R /Lang (en) /ViewerPreferences << /DisplayDocTitle true >> >>");
  add(`<< /Type /Pages /Kids [${kids.join(" ")}] /Count ${pages.length} >>`);
  for (const name of ["Helvetica", "Helvetica-Bold"])
    add(`<< /Type /Font /Subtype /Type1 /BaseFont /${name} /Encoding /WinAnsiEncoding >>`);
  const date = new Date(createdMs).toISOString().replace(/[-T:]/g, "").slice(0, 14);
  add(`<< /Title ${unicode(title)} /Producer (Conche) /CreationDate (D:${date}Z) >>`);
  for (const [index, page] of pages.entries()) {
    const stream = deflateSync(Buffer.from(page.content()));
    add(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${PAGE.width} ${PAGE.height}] /Resources << /Font << /R 3 0 R /B 4 0 R >> >> /Contents ${first + 2 * index + 1} 0 R >>`,
    );
    add(
      Buffer.concat([
        Buffer.from(`<< /Filter /FlateDecode /Length ${stream.length} >>\nstream\n`),
        stream,
        Buffer.from("\nendstream"),
      ]),
    );
  }
  return assembled(objects);
}

function assembled(objects: readonly Buffer[]): Uint8Array {
  const parts: Buffer[] = [Buffer.from("%PDF-1.7\n%\u00e2\u00e3\u00cf\u00d3\n", "latin1")];
  let length = parts[0]?.length ?? 0;
  const places: number[] = [];
  for (const [index, body] of objects.entries()) {
    const part = Buffer.concat([Buffer.from(`${index + 1} 0 obj\n`), body, Buffer.from("\nendobj\n")]);
    places.push(length);
    length += part.length;
    parts.push(part);
  }
  const rows = places.map((place) => `${String(place).padStart(10, "0")} 00000 n \n`).join("");
  const count = objects.length + 1;
  parts.push(
    Buffer.from(
      `xref\n0 ${count}\n0000000000 65535 f \n${rows}trailer\n<< /Size ${count} /Root 1 0 R /Info 5 0 R >>\nstartxref\n${length}\n%%EOF\n`,
    ),
  );
  return Buffer.concat(parts);
}

/** A text string as UTF-16 with its mark, in hexadecimal: every letter, nothing to escape. */
function unicode(text: string): string {
  return `<feff${Buffer.from(text, "utf16le").swap16().toString("hex")}>`;
}
