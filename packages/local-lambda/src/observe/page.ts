import { readFileSync } from 'node:fs';
import type { GatewayAnswer } from '../gateway/answer.ts';
import { HOST_PATH } from './host-path.ts';

/** What the page consists of, by name, with its media type. */
const TYPES: Readonly<Record<string, string>> = {
  'index.html': 'text/html; charset=utf-8',
  'login.html': 'text/html; charset=utf-8',
  'page.css': 'text/css; charset=utf-8',
  'icon.svg': 'image/svg+xml',
  'page.js': 'text/javascript; charset=utf-8',
  'rows.js': 'text/javascript; charset=utf-8',
  'log.js': 'text/javascript; charset=utf-8',
  'invoke.js': 'text/javascript; charset=utf-8',
  'query.js': 'text/javascript; charset=utf-8',
};
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');
const HEADERS = [
  'content-security-policy',
  POLICY,
  'cache-control',
  'no-store',
  // Without it a browser says of the page's own form that it comes from nowhere.
  'referrer-policy',
  'same-origin',
  'x-content-type-options',
  'nosniff',
];

const files = new Map<string, Buffer>();

/** A file of the page; undefined when there is none of that name. */
export function pageFile(name: string, status = 200): GatewayAnswer | undefined {
  const type = Object.hasOwn(TYPES, name) ? TYPES[name] : undefined;
  if (type === undefined) return undefined;
  const body = files.get(name) ?? readFileSync(new URL(`../page/${name}`, import.meta.url));
  files.set(name, body);
  return { status, headers: ['content-type', type, ...HEADERS], body };
}

/** The page that asks for the token. */
export function loginPage(): GatewayAnswer {
  return pageFile('login.html', 401) as GatewayAnswer;
}

/** Leads to the page. @param cookie the value of `Set-Cookie`, when the browser has shown the token. */
export function toPage(cookie?: string): GatewayAnswer {
  const set = cookie === undefined ? [] : ['set-cookie', cookie];
  return { status: 303, headers: ['location', HOST_PATH, 'cache-control', 'no-store', ...set], body: '' };
}
