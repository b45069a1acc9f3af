/**
 * A signal that the first Ctrl-C (or a polite kill) aborts, so that the command can end cleanly; the second one ends
 * the process at once, as usual. `release` gives the signals back.
 */
export function interruptSignal(): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const release = (): void => {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  };
  const interrupt = (): void => {
    release();
    process.stderr.write('\nlarder: ending; press Ctrl-C again to stop at once\n');
    controller.abort();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  return { signal: controller.signal, release };
}
