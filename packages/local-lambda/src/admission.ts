import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { FORBIDDEN, type GatewayAnswer, gatewayMessage } from './gateway/answer.ts';
import { apiError } from './lambda-api/errors.ts';
import { isLambdaApi } from './lambda-api/lambda-api.ts';
import { isLogsApi } from './logs-api/logs-api.ts';
import { isApiGatewayManagement } from './management/management-api.ts';
import { HOST_PATH, isHostPath } from './observe/host-path.ts';
import { loginPage } from './observe/page.ts';
import { createSession, LOGIN_PATH } from './observe/session.ts';

/** Says why a request may not be served; undefined: it may. */
export type Admission = (request: Pick<IncomingMessage, 'headers' | 'url'>) => GatewayAnswer | undefined;

/** The header for a token where `Authorization` belongs to the function. */
export const TOKEN_HEADER = 'x-local-lambda-token';

const UNAUTHORIZED: GatewayAnswer = {
  ...gatewayMessage(401, `Unauthorized: send the host's token as Authorization: Bearer or ${TOKEN_HEADER}`),
  headers: ['content-type', 'application/json', 'www-authenticate', 'Bearer'],
};
const FOREIGN_PAGE = apiError(
  403,
  'AccessDeniedException',
  "The host's own APIs take no requests from pages of other sites",
);

/**
 * Decides who is served.
 *
 * Without a token (on loopback) a request must name this machine as its `Host`, against DNS rebinding. With one, it
 * must carry the token, by whatever name it came. The Lambda API, which runs any function, the API of the logs and what
 * the host shows of itself also refuse what a browser sends for a page of another site.
 * A browser shows the token once, on the page's own form, and is known by a cookie then, for the page and its API only.
 * @param host the address that the host listens on.
 * @param token undefined: none is asked for.
 */
export function createAdmission(host: string, token: string | undefined): Admission {
  const isOwnHost = isLocalName(host);
  const carriesToken = token === undefined ? undefined : tokenCheck(token);
  const ofPage = token === undefined ? undefined : pageCheck(token);
  return ({ headers, url = '/' }) => {
    if (carriesToken === undefined) {
      if (!isOwnHost(headers.host ?? '')) return FORBIDDEN;
    } else if (!carriesToken(headers)) {
      const refusal = ofPage === undefined ? UNAUTHORIZED : ofPage(headers, url);
      if (refusal !== undefined) return refusal;
    }
    return isForeignPage(headers) && isOwnApi(headers, url) ? FOREIGN_PAGE : undefined;
  };
}

/** Whether only this machine reaches an address to listen on. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

function isLocalName(host: string): (name: string) => boolean {
  const names = new Set(['localhost', '127.0.0.1', '[::1]', host]);
  const open = host === '0.0.0.0' || host === '::';
  const isLocal = (name: string): boolean => {
    const bare = name.replace(/:\d+$/, '').toLowerCase();
    return names.has(bare) || bare.endsWith('.localhost') || (open && /^[\d.]+$|^\[[\da-f:]+\]$/.test(bare));
  };
  // Clients name the same host again and again.
  let lastLocal: string | undefined;
  return (name) => {
    if (name === lastLocal) return true;
    if (!isLocal(name)) return false;
    lastLocal = name;
    return true;
  };
}

/** As a bearer, in a header of its own, or as the access key id of a signature, so that AWS's clients can send it. */
function tokenCheck(token: string): (headers: IncomingHttpHeaders) => boolean {
  const expected = digest(token);
  const matches = (given: string | undefined): boolean =>
    given !== undefined && timingSafeEqual(digest(given), expected);
  return ({ authorization = '', [TOKEN_HEADER]: own }) => {
    if (matches([own].flat()[0])) return true;
    const [, bearer, accessKeyId] =
      /^(?:Bearer +(\S+)|AWS4-HMAC-SHA256 +Credential=([^/,\s]+)\/.*)$/i.exec(authorization) ?? [];
    return matches(bearer ?? accessKeyId);
  };
}

/** What a browser gets that has not sent the token: a form for it in place of the page. */
function pageCheck(token: string): (headers: IncomingHttpHeaders, url: string) => GatewayAnswer | undefined {
  const session = createSession(token);
  return ({ cookie, accept }, url) => {
    if (!isHostPath(url)) return UNAUTHORIZED;
    if (PUBLIC.has(url) || session.isIn(cookie)) return undefined;
    return url === HOST_PATH && accept?.includes('text/html') ? loginPage() : UNAUTHORIZED;
  };
}

/** What is there to show the token. */
const PUBLIC = new Set([LOGIN_PATH, `${HOST_PATH}page.css`, `${HOST_PATH}icon.svg`]);

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function isOwnApi(headers: IncomingHttpHeaders, url: string): boolean {
  return (
    isLambdaApi(url) || isLogsApi({ headers, url }) || isHostPath(url) || isApiGatewayManagement(url, headers)
  );
}

/** A browser says where a request comes from; programs say nothing of it. */
function isForeignPage({ origin, host, 'sec-fetch-site': site }: IncomingHttpHeaders): boolean {
  if (typeof site === 'string' && site !== 'same-origin' && site !== 'none') return true;
  return origin !== undefined && origin.replace(/^https?:\/\//, '') !== host;
}
