import type { Catalogue } from '../../shared/catalogue.ts';
import { SettingsError } from '../../shared/errors.ts';
import { type LimitsOf, type LimitTable, MESSAGE_LIMITS, withDefaults } from '../../shared/protocol/limits.ts';
import type { Pace, Welcome } from '../../shared/protocol/messages.ts';
import { type Clock, systemClock } from '../clock.ts';

/** What a gateway bears from its devices. docs/protocol.md lists these limits with those of the messages. */
export const GATEWAY_LIMITS = {
  maxConnections: { unit: 'connections', default: 10_000, reason: 'each may hold one frame in memory' },
  maxConnectionsPerAddress: {
    unit: 'connections',
    default: 1_000,
    reason: 'one address can be an office, or a process with many devices; one peer must not take every place',
  },
  helloTimeoutMs: {
    unit: 'milliseconds',
    default: 10_000,
    reason: 'for the HTTP request, and again from the upgrade to hello',
  },
  heartbeatMs: {
    unit: 'milliseconds',
    default: 15_000,
    reason: 'between pings; a peer that has not answered one after two such times is gone',
  },
  minBytesPerSecond: {
    unit: 'bytes/second',
    default: 4_096,
    reason:
      'a peer in the middle of a long message, either way, is not gone while it is this fast; the slowest mobile links are',
  },
  maxBufferedBytes: {
    unit: 'bytes',
    default: 64 * 2 ** 20,
    reason: 'unread by a device that is to be asked; a catalogue and a model may still be on their way, and are shared',
  },
  maxAnswersPerTask: { unit: 'messages', default: 2, reason: 'the contribution, and once more after a doubt' },
  maxPingsPerHeartbeat: { unit: 'frames', default: 64, reason: 'pings and pongs that a peer sends unasked' },
  closeTimeoutMs: { unit: 'milliseconds', default: 5_000, reason: 'for the peer to take the last words and hang up' },
} as const satisfies LimitTable;

export type GatewayLimits = LimitsOf<typeof MESSAGE_LIMITS & typeof GATEWAY_LIMITS>;

export interface GatewayOptions {
  /** Names the training run; personal state on devices belongs to one run. */
  readonly run: string;
  /** The learner's name and its options, plain JSON values, from which devices build their half. */
  readonly learner: Welcome['learner'];
  readonly catalogue: Catalogue;
  /** The address to listen on; default 127.0.0.1: this machine only. */
  readonly host?: string | undefined;
  /** Default 8787; 0 picks a free one. */
  readonly port?: number | undefined;
  /** Where WebSockets connect; default `/`. */
  readonly path?: string | undefined;
  /** When devices come back; default from 1 s up to 60 s. */
  readonly pace?: Pace | undefined;
  readonly limits?: { readonly [Name in keyof GatewayLimits]?: number | undefined } | undefined;
  /** The coordinator's clock, on which its deadlines are. */
  readonly clock?: Clock | undefined;
  /** Told of faults of this program; the gateway goes on. Default: a process warning. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** The options with defaults filled in and checked. */
export interface CompiledGatewayOptions {
  readonly run: string;
  readonly learner: Welcome['learner'];
  readonly catalogue: Catalogue;
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly pace: Pace;
  readonly limits: GatewayLimits;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}

const DEFAULT_PACE: Pace = { reconnectMinMs: 1_000, reconnectMaxMs: 60_000 };

/** @throws SettingsError */
export function compileGatewayOptions(options: GatewayOptions): CompiledGatewayOptions {
  const { path = '/', pace = DEFAULT_PACE } = options;
  if (!path.startsWith('/'))
    throw new SettingsError(`The path "${path}" does not begin with a slash. Begin it with one.`);
  if (!(pace.reconnectMinMs >= 0 && pace.reconnectMinMs <= pace.reconnectMaxMs)) {
    throw new SettingsError('The pace goes from reconnectMinMs up to reconnectMaxMs. Give the smaller one first.');
  }
  return {
    run: options.run,
    learner: options.learner,
    catalogue: options.catalogue,
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 8787,
    path,
    pace,
    limits: withDefaults({ ...MESSAGE_LIMITS, ...GATEWAY_LIMITS }, options.limits ?? {}),
    clock: options.clock ?? systemClock,
    onError: options.onError ?? (error => process.emitWarning(error instanceof Error ? error : String(error))),
  };
}
