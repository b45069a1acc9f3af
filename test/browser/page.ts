import type { SocketConstructor } from '../../client/index.ts';
import { wasmKernels } from '../../shared/kernels/kernels.ts';
import { type AppResult, type AppTask, app } from './app.ts';

declare const WebSocket: SocketConstructor;

/** Where the test finds the app in the page. */
export interface PageGlobals {
  /** Whether devices of the page compute in WebAssembly. */
  readonly hasWebAssembly: () => boolean;
  readonly runApp: (task: AppTask) => Promise<AppResult>;
}

const hasWebAssembly = (): boolean => {
  try {
    return wasmKernels() !== undefined;
  } catch {
    return false;
  }
};

const globals: PageGlobals = { hasWebAssembly, runApp: task => app(task, WebSocket) };
Object.assign(globalThis, globals);
