import { WebSocket } from 'ws';
import type { RefusalCode } from '../../shared/protocol/refusals.ts';

/** What ws closes with by itself when a peer breaks RFC 6455 or the size limit, and what that is called here. */
const FRAME_FAULTS: ReadonlyMap<number | undefined, RefusalCode> = new Map([
  [1002, 'malformed'],
  [1007, 'malformed'],
  [1008, 'malformed'],
  [1009, 'too_large'],
]);

/**
 * A WebSocket whose faults in framing end like all others: with a refusal and its close status. ws reports such a fault
 * by calling `close` with a status alone; everybody else gives a reason too.
 */
export class DeviceSocket extends WebSocket {
  onFrameFault: (code: RefusalCode) => void = () => {};

  override close(status?: number, reason?: string | Buffer): void {
    const fault = reason === undefined ? FRAME_FAULTS.get(status) : undefined;
    if (fault === undefined || this.readyState !== this.OPEN) super.close(status, reason);
    else this.onFrameFault(fault);
  }
}
