import { WebSocket } from 'ws';
import { Device } from './device.ts';
import type { DeviceOptions } from './options.ts';

export * from './index.ts';
export { FileStore } from './node-file-store.ts';

/** A device in Node: the WebSocket is that of the package ws. */
export function createDevice(options: Omit<DeviceOptions, 'WebSocket'>): Device {
  return new Device({ ...options, WebSocket });
}
