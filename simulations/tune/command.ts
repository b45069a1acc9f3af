import type { Candidate } from './candidates.ts';

/** How a setting that varies is given to `larder simulate`; a learner's option is `--set`. */
function flagOf(name: string, value: unknown): string {
  if (name === 'trainMs') return `--deadline ${Number(value) / 1000}`;
  return `--${name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)} ${quoted(value)}`;
}

/** The command that runs a candidate on the private data, for a shell. */
export function simulateCommandLine(data: string | undefined, { learner, given }: Candidate): string {
  const own = `${learner}.`;
  const flags = Object.entries(given).map(([name, value]) =>
    name.startsWith(own) ? `--set ${name.slice(own.length)}=${quoted(value)}` : flagOf(name, value),
  );
  return [
    'npx larder simulate --data',
    data === undefined ? 'DATA' : quoted(data),
    '--learner',
    quoted(learner),
    ...flags,
  ].join(' ');
}

function quoted(value: unknown): string {
  const text = String(value);
  return /^[\w./:=,@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
