import { Redis } from 'ioredis';
import { LarderError, SettingsError } from '../../../shared/errors.ts';

/** Redis cannot be reached, refuses, or holds what Larder did not put there. */
export class RedisError extends LarderError {
  readonly code = 'redis';
}

export interface LinkOptions {
  /** How this process is called in Redis' list of clients: without spaces. */
  readonly name: string;
  /** How long Redis may be away before it is given up. */
  readonly patienceMs: number;
  /** Something that the person should know, and that stops nothing. */
  readonly notice: (sentence: string) => void;
}

/** Tries to reach Redis again so often. */
const RETRY_MS = 500;

/**
 * A connection to Redis that outlives it: what is asked while Redis is away is answered once it is back. BullMQ's own
 * connections are copies of `client`, and give up when it does.
 */
export class RedisLink {
  readonly client: Redis;
  /** The address without the password. */
  readonly address: string;
  readonly #patienceMs: number;
  readonly #lost = new AbortController();
  #awaySince: number | undefined;
  /** From the first answer until it is closed. */
  #open = false;
  /** Why Redis could not be reached, as of late. */
  #reason = 'it closed the connection';

  private constructor(url: string, { name, patienceMs }: LinkOptions) {
    this.address = addressOf(url);
    this.#patienceMs = patienceMs;
    this.client = new Redis(url, {
      lazyConnect: true,
      connectionName: name,
      // What BullMQ is written for, and what it needs in order to wait.
      protocol: 2,
      maxRetriesPerRequest: null,
      retryStrategy: () => (this.#open && this.#awayMs < this.#patienceMs ? RETRY_MS : null),
    });
    this.client.on('error', error => {
      this.#reason = messageOf(error).replace(/\.$/, '');
    });
    this.client.on('end', () => this.#open && this.#lost.abort(this.#lostError()));
  }

  /** @throws SettingsError if `url` is none of Redis; RedisError if nobody answers there, or it refuses. */
  static async open(url: string, options: LinkOptions): Promise<RedisLink> {
    const link = new RedisLink(url, options);
    await link.ready(link.client.connect());
    await link.ready(link.client.ping());
    link.#watch(options);
    return link;
  }

  /** Waits until somebody can use the link. @throws RedisError if not, and the link is closed. */
  async ready(work: Promise<unknown>): Promise<void> {
    try {
      await work;
    } catch (cause) {
      this.close();
      throw new RedisError(`Redis at ${this.address} cannot be used: ${this.#reason}. Start it, or mend --redis.`, {
        cause,
      });
    }
  }

  /** Aborted, with a RedisError as its reason, when Redis is given up. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  #watch(options: LinkOptions): void {
    this.#open = true;
    this.client.on('reconnecting', () => {
      if (this.#awaySince === undefined) options.notice(`Redis at ${this.address} is away; waiting for it`);
      this.#awaySince ??= performance.now();
    });
    this.client.on('ready', () => {
      if (this.#awaySince !== undefined) options.notice(`Redis at ${this.address} is back`);
      this.#awaySince = undefined;
    });
  }

  get #awayMs(): number {
    return this.#awaySince === undefined ? 0 : performance.now() - this.#awaySince;
  }

  #lostError(): RedisError {
    const minutes = Math.round(this.#patienceMs / 60_000);
    return new RedisError(
      `Redis at ${this.address} has been away for ${minutes} minutes (${this.#reason}). Start it, and this command again: nothing that finished is lost.`,
    );
  }

  /** Ends its copies too, where they are about to connect again. */
  close(): void {
    this.#open = false;
    this.client.disconnect();
  }
}

function addressOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && /^rediss?:$/.test(url.protocol) && url.hostname !== '') {
    return `${url.hostname}:${url.port || '6379'}`;
  }
  throw new SettingsError(
    '--redis takes an address such as redis://HOST:6379, or rediss://:PASSWORD@HOST:6380 for TLS.',
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || (error as NodeJS.ErrnoException).code || error.name : String(error);
}
