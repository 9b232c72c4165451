/**
 * The text of a file that a person edits, whatever the editor left in it: a byte order mark is no part of it, and what
 * some of them call "Unicode" is UTF-16.
 * @throws TypeError where the bytes are no text in the encoding that they begin with
 */
export function editedText(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? "utf-16le" : first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
  return new TextDecoder(encoding, { fatal: true }).decode(bytes);
}
