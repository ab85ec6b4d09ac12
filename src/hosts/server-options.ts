import { type Option, OptionError, type OptionTable, type Values } from '@sheep-shed/options';
import { SWITCH, wholeNumber } from '@sheep-shed/options/readers';

/** Where a host listens, and whom it answers. @param port the default. @param what is served there: words that follow "port to listen on". */
export function serverOptions(port: number, what: string) {
  return {
    port: {
      env: 'PORT',
      help: `port to listen on${what}; 0: a free one`,
      default: port,
      ...wholeNumber(0, 65_535),
    } satisfies Option<number>,
    host: {
      env: 'HOST_ADDRESS',
      help: 'address to listen on',
      default: '127.0.0.1',
      allowed: 'an address or a host name of this machine',
      read: ([given = '']) => (given === '' ? undefined : given),
    } satisfies Option<string>,
    token: {
      env: 'HOST_TOKEN',
      isSecret: true,
      help: 'what requests must carry as Authorization: Bearer',
      allowed: 'at least 16 letters, digits or -._~+',
      read: ([given = '']) => (/^[\w.~+-]{16,}$/.test(given) ? given : undefined),
    } satisfies Option<string>,
    open: {
      env: 'HOST_OPEN',
      help: 'take requests of everybody who reaches the address, without a token',
      ...SWITCH,
    } satisfies Option<boolean>,
  } satisfies OptionTable;
}

/** @throws OptionError when other machines could reach the host, and nothing is said to guard it. */
export function refuseUnguarded({
  host,
  token,
  open,
}: Pick<Values<ReturnType<typeof serverOptions>>, 'host' | 'token' | 'open'>): void {
  const isLoopback = host === 'localhost' || host === '::1' || /^127\./.test(host);
  if (isLoopback || token !== undefined || open) return;
  throw new OptionError(
    `--host ${host} can be reached from other machines: give --token, or --open if something in front of it guards it`,
  );
}
