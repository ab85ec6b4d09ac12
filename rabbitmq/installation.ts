import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Folders in which distributions put RabbitMQ's own scripts. */
const FOLDERS = [
  '/usr/lib/rabbitmq/bin',
  '/opt/homebrew/opt/rabbitmq/sbin',
  '/usr/local/opt/rabbitmq/sbin',
  '/opt/rabbitmq/sbin',
];

const PATH = ['/usr/bin', '/bin', '/opt/homebrew/bin', '/usr/local/bin', '/opt/erlang/lib/erlang/bin'];

/** What to do on a machine without RabbitMQ; `policy-rc.d` keeps apt from starting it as a service. */
export const HOW_TO_GET_RABBITMQ = String.raw`RabbitMQ is not installed. On Debian or Ubuntu, as root: printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d; chmod +x /usr/sbin/policy-rc.d; apt-get install -y --no-install-recommends rabbitmq-server; rm /usr/sbin/policy-rc.d`;

/** Ports on loopback. */
export interface BrokerPorts {
  readonly amqp: number;
  readonly amqps: number;
  readonly epmd: number;
  readonly distribution: number;
}

/** What a broker is started with. */
export interface BrokerPlace {
  /** Holds everything that it writes. */
  readonly folder: string;
  readonly ports: BrokerPorts;
}

/** The folder of RabbitMQ's scripts; undefined: it is not installed. */
export function findRabbitmq(): string | undefined {
  return FOLDERS.find((folder) => existsSync(join(folder, 'rabbitmq-server')));
}

/** The program `epmd`, which lets Erlang's processes find each other. */
export function findEpmd(): string | undefined {
  return PATH.map((folder) => join(folder, 'epmd')).find((path) => existsSync(path));
}

/**
 * The whole environment of RabbitMQ's scripts: nothing of this machine's configuration is read, and everything
 * listens on loopback. https://www.rabbitmq.com/docs/configure#supported-environment-variables
 */
export function brokerEnvironment({ folder, ports }: BrokerPlace): Record<string, string> {
  return {
    HOME: join(folder, 'home'),
    PATH: [dirname(findEpmd() ?? PATH[0] ?? ''), ...PATH].join(':'),
    LANG: 'C.UTF-8',
    ERL_EPMD_ADDRESS: '127.0.0.1',
    ERL_EPMD_PORT: String(ports.epmd),
    ERL_CRASH_DUMP: join(folder, 'erl_crash.dump'),
    RABBITMQ_NODENAME: `sheep${ports.amqp}@localhost`,
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_NODE_PORT: String(ports.amqp),
    RABBITMQ_DIST_PORT: String(ports.distribution),
    RABBITMQ_CONF_ENV_FILE: join(folder, 'rabbitmq-env.conf'),
    RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq.conf'),
    RABBITMQ_ADVANCED_CONFIG_FILE: join(folder, 'advanced.config'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'enabled_plugins'),
    RABBITMQ_MNESIA_BASE: join(folder, 'data'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    RABBITMQ_LOGS: '-',
    RABBITMQ_GENERATED_CONFIG_DIR: join(folder, 'generated'),
    // The script then becomes the broker's process, which a signal reaches.
    RUNNING_UNDER_SYSTEMD: 'true',
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1} -start_epmd false',
  };
}
