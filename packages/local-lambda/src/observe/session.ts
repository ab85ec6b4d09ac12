import { createHash, timingSafeEqual } from 'node:crypto';
import { HOST_PATH } from './host-path.ts';

/** Where the page takes a host's token. */
export const LOGIN_PATH = `${HOST_PATH}login`;

/** The way in which a browser that has shown the token stays known. */
export interface Session {
  /** Whether what a browser sent as `Cookie` is of this session. */
  isIn(cookies: string | undefined): boolean;
  /** Whether a token is the host's. */
  isToken(token: string): boolean;
  /** The value of `Set-Cookie`: for the page and its API alone, out of the reach of scripts and of other sites. */
  readonly cookie: string;
}

/** Makes the session of a token; browsers get a digest of it, and each host a name of its own, since cookies know no ports. */
export function createSession(token: string): Session {
  const value = digest(`local-lambda page\n${token}`);
  const name = `local-lambda-${digest(value).slice(0, 8)}`;
  const pair = `${name}=${value}`;
  return {
    isIn: (cookies = '') => cookies.split(/; */).some((one) => isSame(one, pair)),
    isToken: (given) => isSame(given, token),
    cookie: `${pair}; Path=${HOST_PATH}; HttpOnly; SameSite=Strict`,
  };
}

function isSame(given: string, expected: string): boolean {
  return timingSafeEqual(Buffer.from(digest(given)), Buffer.from(digest(expected)));
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
