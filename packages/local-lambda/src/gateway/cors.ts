import type { CorsDefinition } from '../deployment-package/api.ts';
import type { GatewayAnswer } from './answer.ts';

/** The CORS headers that the gateway adds to an answer; they replace the function's own. */
export function corsHeaders(cors: CorsDefinition, origin: string | undefined): string[] {
  const allowed = allowedOrigin(cors, origin);
  if (allowed === undefined) return [];
  const headers = ['access-control-allow-origin', allowed];
  if (allowed !== '*') headers.push('vary', 'Origin');
  if (cors.allowCredentials) headers.push('access-control-allow-credentials', 'true');
  if (cors.exposeHeaders.length > 0) {
    headers.push('access-control-expose-headers', cors.exposeHeaders.join(','));
  }
  return headers;
}

/** The answer to a preflight request, which never reaches a function. */
export function preflightAnswer(
  cors: CorsDefinition,
  origin: string | undefined,
  requestedMethod: string | undefined,
): GatewayAnswer {
  const headers = corsHeaders(cors, origin);
  const methods = cors.allowMethods;
  const fits = methods.includes('*') || methods.includes(requestedMethod ?? '');
  if (headers.length > 0 && fits) {
    headers.push('access-control-allow-methods', methods.join(','));
    if (cors.allowHeaders.length > 0)
      headers.push('access-control-allow-headers', cors.allowHeaders.join(','));
    if (cors.maxAge !== undefined) headers.push('access-control-max-age', String(cors.maxAge));
  }
  return { status: 204, headers, body: Buffer.alloc(0) };
}

function allowedOrigin(cors: CorsDefinition, origin: string | undefined): string | undefined {
  if (origin === undefined) return undefined;
  for (const allowed of cors.allowOrigins) {
    if (allowed === '*') return '*';
    if (allowed === origin) return origin;
    if (allowed.endsWith('*') && origin.startsWith(allowed.slice(0, -1))) return origin;
  }
  return undefined;
}
