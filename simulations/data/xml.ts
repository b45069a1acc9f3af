import { DataError } from './data-error.ts';

const MAX_ELEMENT_CHARS = 1 << 24;
const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/**
 * Visits the elements of one name, whatever their namespace prefix, in a stream of XML: attributes and content as
 * written. They must not lie in one another.
 */
export async function visitElements(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
  visit: (attributes: string, content: string) => void,
): Promise<void> {
  const opening = new RegExp(`<((?:\\w+:)?)${name}(\\s[^>]*?)?(/?)>`, 'g');
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    const text = rest + decoder.decode(chunk, { stream: true });
    let done = 0;
    for (;;) {
      opening.lastIndex = done;
      const match = opening.exec(text);
      if (match === null) {
        done = Math.max(done, text.lastIndexOf('<'));
        break;
      }
      const [whole, prefix, attributes = '', slash] = match;
      const start = match.index + whole.length;
      const closing = `</${prefix}${name}>`;
      const end = slash === '/' ? start : text.indexOf(closing, start);
      if (end < 0) {
        done = match.index;
        break;
      }
      visit(attributes, text.slice(start, end));
      done = slash === '/' ? start : end + closing.length;
    }
    rest = text.slice(done);
    if (rest.length > MAX_ELEMENT_CHARS)
      throw new DataError(`An element <${name}> of the sheet does not end. Save the workbook again.`);
  }
}

/** Undoes XML's references and the `_x000D_` form in which Office Open XML writes control characters. */
export function xmlText(text: string): string {
  if (!text.includes('&') && !text.includes('_x')) return text;
  return text
    .replaceAll(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal?: string, hex?: string, named?: string) => {
      if (named !== undefined) return NAMED[named] ?? whole;
      const code = decimal === undefined ? Number.parseInt(hex!, 16) : Number(decimal);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    })
    .replaceAll(/_x([0-9a-f]{4})_/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
