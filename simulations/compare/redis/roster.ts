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
