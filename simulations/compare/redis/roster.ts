import type { Redis } from 'ioredis';

/** A worker that is there now. */
export interface PresentWorker {
  /** Without spaces; of the process: a worker that starts again is another one. */
  readonly id: string;
  /** The code version whose jobs it takes. */
  readonly code: string;
}

/** How a worker calls its connection. Redis itself knows who is connected: nobody needs to say that he is still there. */
export function connectionName({ code, id }: PresentWorker): string {
  return `larder-worker:${code}:${id}`;
}

export async function presentWorkers(client: Redis): Promise<PresentWorker[]> {
  const clients = String(await client.client('LIST'));
  const named = clients.matchAll(/ name=larder-worker:([^\s:]+):(\S+)/g);
  return Array.from(named, ([, code, id]) => ({ code: code!, id: id! }));
}

/** For whoever waits for jobs of this code. */
export function workersSentence(there: readonly PresentWorker[], code: string): string {
  const fit = there.filter(worker => worker.code === code).length;
  if (fit > 0) return fit === 1 ? '1 worker does the jobs' : `${fit} workers do the jobs`;
  const others = Array.from(new Set(there.map(worker => worker.code)));
  const start = `Start larder worker, of code ${code}, on each machine; this command waits.`;
  return others.length === 0
    ? `No worker is there. ${start}`
    : `No worker is there but of other code (${others.join(', ')}), which never takes jobs of this. ${start}`;
}
