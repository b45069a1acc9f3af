const WINDOWS_1252 = new TextDecoder('windows-1252');

/** Reads text as UTF-8, or where that is not valid as Windows-1252, of which Latin-1 text is a part. */
export function decodeText(bytes: Buffer, from: number, to: number): string {
  const text = bytes.toString('utf8', from, to);
  return text.includes('\ufffd') ? WINDOWS_1252.decode(bytes.subarray(from, to)) : text;
}

/** A view of the same bytes, with Buffer's fast reading. */
export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
