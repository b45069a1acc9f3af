import type { SessionPhase } from './session.ts';

/**
 *     stopped ──start()──▶ loading ──▶ connecting ──▶ greeting ──▶ waiting ◀──▶ training ──▶ reporting
 *                                       ▲   │            │            │  ▲         │            │  │
 *                                       │   ▼            ▼            ▼  └─────────┼────────────┼──┘
 *                                     backing-off ◀──────┴────────────┴────────────┴────────────┘
 *
 * `greeting` to `reporting` are the phases of a session (see session.ts). `stop()` leads from everywhere to `stopped`, the
 * end of training to `finished`, a damaged store or a refusal for good to `failed`; from these three, `start()` begins anew.
 */
export type DeviceState = 'stopped' | 'loading' | 'connecting' | LivePhase | 'backing-off' | 'finished' | 'failed';

type LivePhase = Exclude<SessionPhase, 'over'>;

/** Whether the device does nothing until it is started. */
export function isAtRest(state: DeviceState): boolean {
  return state === 'stopped' || state === 'finished' || state === 'failed';
}
