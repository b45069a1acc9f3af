/** Lines are shown so long. */
const SHOWN = 120;

/** Where two texts first differ, for people; undefined if nowhere. */
export function firstDifference(kept: string, repeated: string): string | undefined {
  if (kept === repeated) return undefined;
  const [a, b] = [kept.split('\n'), repeated.split('\n')];
  const line = a.findIndex((text, at) => text !== b[at]);
  const at = line === -1 ? a.length : line;
  return `line ${at + 1}: kept ${shown(a[at], b[at])}, repeated ${shown(b[at], a[at])}`;
}

/** The part of a line around where it leaves the other. */
function shown(line: string | undefined, other = ''): string {
  if (line === undefined) return 'nothing';
  let from = 0;
  while (from < line.length && line[from] === other[from]) from++;
  const start = Math.max(0, from - SHOWN / 3);
  const part = line.slice(start, start + SHOWN);
  return `"${start > 0 ? '…' : ''}${part.trim()}${start + SHOWN < line.length ? '…' : ''}"`;
}
