import type { SocketConstructor } from '../../client/index.ts';
import { type AppResult, type AppTask, app } from './app.ts';

declare const WebSocket: SocketConstructor;

/** Where the test finds the app in the page. */
export interface PageGlobals {
  readonly runApp: (task: AppTask) => Promise<AppResult>;
}

const globals: PageGlobals = { runApp: task => app(task, WebSocket) };
Object.assign(globalThis, globals);
