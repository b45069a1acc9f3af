import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type Server as WebSocketServerOf } from 'ws';
import { ListenError } from '../errors.ts';
import { Connection, type Traffic } from './connection.ts';
import { DeviceSocket } from './device-socket.ts';
import type { CompiledGatewayOptions } from './options.ts';

/** So many times `maxConnections` may be open for a while, so that those that are too many can be told so. */
const OVERLOAD = 2;

/** What a listener asks of its owner. */
export interface ListenerEvents {
  /** Sets the connection's handler. */
  connected(connection: Connection): void;
  /** What `GET /healthz` answers. */
  health(): object;
}

/** The HTTP server: lets WebSockets in as far as the limits allow, minds that their peers stay there, and ends them. */
export class Listener {
  /** Payload bytes of messages so far, both ways. */
  readonly traffic: Traffic = { up: 0, down: 0 };
  readonly #options: CompiledGatewayOptions;
  readonly #events: ListenerEvents;
  readonly #http: Server;
  readonly #webSockets: WebSocketServerOf<typeof DeviceSocket>;
  readonly #admitted = new Set<Connection>();
  readonly #admittedFrom = new Map<string, number>();
  #heartbeat: NodeJS.Timeout | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: CompiledGatewayOptions, events: ListenerEvents) {
    const { limits, onError } = options;
    this.#options = options;
    this.#events = events;
    const timeoutMs = limits.helloTimeoutMs;
    this.#http = createServer(
      { headersTimeout: timeoutMs, requestTimeout: timeoutMs, connectionsCheckingInterval: timeoutMs },
      (request, response) => this.#answer(request, response),
    );
    this.#http.maxConnections = OVERLOAD * limits.maxConnections;
    this.#http.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
    this.#webSockets = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: limits.maxFrameBytes,
      WebSocket: DeviceSocket,
    });
    this.#webSockets.on('error', onError);
  }

  /**
   * Begins to listen. Resolves to the URL that devices connect to.
   *
   * @throws ListenError if the address cannot be had.
   */
  async listen(): Promise<string> {
    const { host, port, path, limits, onError } = this.#options;
    this.#http.listen(port, host);
    try {
      await once(this.#http, 'listening');
    } catch (cause) {
      throw new ListenError(
        `Cannot listen on ${host}:${port}: ${(cause as Error).message}. Choose another host or port.`,
        {
          cause,
        },
      );
    }
    this.#http.on('error', onError);
    this.#heartbeat = setInterval(() => this.#beat(), limits.heartbeatMs);
    const { address, family, port: bound } = this.#http.address() as AddressInfo;
    return `ws://${family === 'IPv6' ? `[${address}]` : address}:${bound}${path}`;
  }

  /** Tells everybody that it is over and resolves when all connections have ended: `closeTimeoutMs` later at most. */
  close(): Promise<void> {
    this.#closing ??= this.#http.listening ? this.#close() : Promise.resolve();
    return this.#closing;
  }

  async #close(): Promise<void> {
    clearInterval(this.#heartbeat);
    const closed = once(this.#http, 'close');
    this.#http.close();
    for (const connection of this.#admitted) connection.handler.broke('shutting_down');
    const deadline = setTimeout(() => {
      for (const connection of this.#admitted) connection.destroy();
      this.#http.closeAllConnections();
    }, this.#options.limits.closeTimeoutMs);
    await closed;
    clearTimeout(deadline);
  }

  #beat(): void {
    for (const connection of this.#admitted) connection.beat();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const found = request.method === 'GET' && pathOf(request) === '/healthz';
    const body = JSON.stringify(found ? this.#events.health() : { error: 'not_found' });
    response.writeHead(found ? 200 : 404, { 'Content-Type': 'application/json', Connection: 'close' }).end(body);
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // ws listens from handleUpgrade on; a reset before must not end the process.
    socket.on('error', () => socket.destroy());
    if (pathOf(request) === this.#options.path) {
      this.#webSockets.handleUpgrade(request, socket, head, webSocket => this.#admit(webSocket, request.socket));
    } else {
      socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n', () => socket.destroy());
    }
  }

  #admit(webSocket: DeviceSocket, tcp: Socket): void {
    const { maxConnections, maxConnectionsPerAddress } = this.#options.limits;
    const address = tcp.remoteAddress ?? '';
    const fromAddress = this.#admittedFrom.get(address) ?? 0;
    const connection = new Connection(webSocket, tcp, this.#options, this.traffic);
    if (this.#closing !== undefined) {
      connection.refuse('shutting_down');
    } else if (this.#admitted.size >= maxConnections || fromAddress >= maxConnectionsPerAddress) {
      connection.refuse('too_many_connections');
    } else {
      this.#admitted.add(connection);
      this.#admittedFrom.set(address, fromAddress + 1);
      webSocket.once('close', () => this.#forget(connection, address));
      this.#events.connected(connection);
    }
  }

  #forget(connection: Connection, address: string): void {
    this.#admitted.delete(connection);
    const left = this.#admittedFrom.get(address)! - 1;
    if (left === 0) this.#admittedFrom.delete(address);
    else this.#admittedFrom.set(address, left);
  }
}

function pathOf(request: IncomingMessage): string {
  return request.url!.split('?', 1)[0]!;
}
