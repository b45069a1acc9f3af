/** Time, what ran and data, so that a listing of runs/ reads as a log. */
export function runName(what: string, data: string): string {
  const time = new Date().toISOString().slice(0, 19).replaceAll(':', '-');
  return `${time}-${what}-${data.split(':')[0]}`;
}
