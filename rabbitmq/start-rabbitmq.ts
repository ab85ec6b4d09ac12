import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BrokerAnswer, BrokerEnd, BrokerOrder } from './broker-process.ts';
import { type BrokerPlace, brokerEnvironment, findRabbitmq, HOW_TO_GET_RABBITMQ } from './installation.ts';

const PROCESS = join(import.meta.dirname, 'broker-process.ts');
const CTL_LIMIT_MS = 30_000;

/** What a broker may be given. */
export interface RabbitmqOptions {
  /** Files in PEM: it then takes TLS connections too. */
  readonly tls?: { readonly certificate: string; readonly key: string };
  /** Is told when it ends by itself, and how, such as `SIGKILL`. */
  readonly onEnd?: (how: string) => void;
}

/** A RabbitMQ of our own on this machine. */
export interface Rabbitmq {
  /** Such as `amqp://guest:guest@127.0.0.1:40001`. */
  readonly url: string;
  /** `amqps://…`; answers only when {@link RabbitmqOptions.tls} was given. */
  readonly tlsUrl: string;
  /** Kills it with SIGKILL, as a crash would; its data stay on disk. */
  kill(): Promise<void>;
  /** Starts it again on the same ports and data; resolves when it is ready. */
  restart(): Promise<void>;
  /** Runs `rabbitmqctl` against it. @returns what that writes. */
  control(...args: string[]): Promise<string>;
  /** Stops it and removes its data. */
  stop(): Promise<void>;
}

/**
 * Starts RabbitMQ on loopback, on free ports, with all data in a temporary folder. It ends with this process,
 * however this one ends.
 * @throws Error that says how to get it when it is not installed, or what it wrote when it does not start.
 */
export async function startRabbitmq({ tls, onEnd }: RabbitmqOptions = {}): Promise<Rabbitmq> {
  const scripts = findRabbitmq();
  if (scripts === undefined) throw new Error(HOW_TO_GET_RABBITMQ);
  const folder = await mkdtemp(join(tmpdir(), 'rabbitmq-'));
  const [amqp = 0, amqps = 0, epmd = 0, distribution = 0] = await freePorts(4);
  const place: BrokerPlace = { folder, ports: { amqp, amqps, epmd, distribution } };
  await writeConfiguration(place, tls);
  const child = fork(PROCESS, [JSON.stringify(place)], { execArgv: [] });
  const exited = once(child, 'exit');
  child.on('message', (message: BrokerAnswer | BrokerEnd) => {
    if ('ended' in message) onEnd?.(message.ended);
  });
  const send = async (order: BrokerOrder): Promise<void> => {
    const answered = Promise.withResolvers<BrokerAnswer>();
    const hear = (message: BrokerAnswer | BrokerEnd): void => {
      if ('done' in message && message.done === order) answered.resolve(message);
    };
    child.on('message', hear);
    child.send(order);
    const answer = await Promise.race([answered.promise, exited]);
    child.off('message', hear);
    if (!('done' in answer)) throw new Error('the process that keeps RabbitMQ ended');
    if (answer.failed !== undefined) throw new Error(answer.failed);
  };
  const stop = async (): Promise<void> => {
    await send('stop').catch(() => undefined);
    if (child.connected) {
      child.disconnect();
      await exited;
    }
    await rm(folder, { recursive: true, force: true });
  };
  await send('start').catch(async (error) => {
    await stop();
    throw error;
  });
  return {
    url: `amqp://guest:guest@127.0.0.1:${amqp}`,
    tlsUrl: `amqps://guest:guest@localhost:${amqps}`,
    kill: () => send('kill'),
    restart: () => send('start'),
    stop,
    control: async (...args) => {
      const env = brokerEnvironment(place);
      const { stdout } = await promisify(execFile)(
        join(scripts, 'rabbitmqctl'),
        ['-n', env['RABBITMQ_NODENAME'] ?? '', ...args],
        { env, cwd: folder, timeout: CTL_LIMIT_MS },
      );
      return stdout;
    },
  };
}

async function writeConfiguration(
  { folder, ports }: BrokerPlace,
  tls: RabbitmqOptions['tls'],
): Promise<void> {
  for (const name of ['home', 'data', 'log', 'generated']) await mkdir(join(folder, name));
  const cookie = crypto.randomUUID().replaceAll('-', '');
  await writeFile(join(folder, 'home/.erlang.cookie'), cookie, { mode: 0o400 });
  const settings = [
    'vm_memory_high_watermark.absolute = 512MB',
    'disk_free_limit.absolute = 50MB',
    ...(tls === undefined
      ? []
      : [
          `listeners.ssl.default = 127.0.0.1:${ports.amqps}`,
          `ssl_options.certfile = ${tls.certificate}`,
          `ssl_options.keyfile = ${tls.key}`,
          'ssl_options.verify = verify_none',
        ]),
  ];
  await writeFile(join(folder, 'rabbitmq.conf'), `${settings.join('\n')}\n`);
  await writeFile(join(folder, 'rabbitmq-env.conf'), '');
  for (const name of ['advanced.config', 'enabled_plugins']) await writeFile(join(folder, name), '[].\n');
}

/** Ports that were free a moment ago, all different. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}
