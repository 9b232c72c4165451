import { kilograms } from "../../trace/genealogy/mass.ts";
import type { CocoaLot, ReceivedCocoa } from "../../trace/questions/due-diligence.ts";
import type { CsvValue } from "./csv.ts";
import type { Listing, ListingColumn } from "./listing.ts";
import { shareText } from "./trace-format.ts";

type Told = Omit<CocoaLot, "share">;

/** What is said of a cocoa lot, whatever the question. */
const ABOUT: readonly ListingColumn<Told>[] = [
  { title: "cocoa lot", flexible: true, cell: ({ lot }) => lot },
  { title: "what", cell: ({ material }) => material },
  { title: "from", cell: ({ country }) => country ?? "" },
  { title: "supplier", cell: ({ supplier }) => supplier },
];
const REFERENCES: ListingColumn<Told> = {
  title: "references",
  cell: ({ statements }) =>
    statements.length === 0
      ? { text: "none", style: "red" }
      : statements.map(({ reference }) => reference).join(" "),
};

type Fields<Row> = (row: Row) => Readonly<Record<string, CsvValue>>;

/** The cocoa lots in goods. */
export function cocoaInGoods(
  lots: readonly CocoaLot[],
  verdict: string,
  fields: Fields<CocoaLot>,
): Listing<CocoaLot> {
  const share: ListingColumn<CocoaLot> = {
    title: "share",
    align: "right",
    cell: (lot) => shareText(lot.share),
  };
  return { name: "lots", rows: lots, verdict, fields, columns: [...ABOUT, share, REFERENCES] };
}

/** The cocoa lots that came in. */
export function cocoaThatCame(
  lots: readonly ReceivedCocoa[],
  verdict: string,
  fields: Fields<ReceivedCocoa>,
): Listing<ReceivedCocoa> {
  const columns: ListingColumn<ReceivedCocoa>[] = [
    ...ABOUT,
    { title: "received", cell: ({ receivedMs }) => `${new Date(receivedMs).toISOString().slice(0, 16)}Z` },
    { title: "kg", align: "right", cell: ({ mg }) => kilograms(mg).toFixed(1) },
    { title: "left", align: "right", cell: ({ restMg }) => kilograms(restMg).toFixed(1) },
    REFERENCES,
  ];
  return { name: "lots", rows: lots, verdict, fields, columns };
}
