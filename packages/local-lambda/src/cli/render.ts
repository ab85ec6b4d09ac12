import { TOKEN_HEADER } from '../admission.ts';
import type { LocalLambda } from '../start.ts';

type Ready = Pick<LocalLambda, 'url' | 'token' | 'routes' | 'functions'>;

/** What a terminal shows when the host is ready: routes with their URLs, and a curl line to try. */
export function renderReady(host: Ready): string {
  const rows = host.routes.map(({ method, path, functionName }) => {
    if (method === 'WS')
      return `  ${method.padEnd(7)} ${host.url.replace(/^http/, 'ws')}${path}  ${functionName}`;
    const url = path.endsWith('$default')
      ? `${host.url}${path.slice(0, -9)}/… (any other)`
      : `${host.url}${path}`;
    return `  ${method.padEnd(7)} ${url}  ${functionName}`;
  });
  const names = host.functions.map(({ name, runtime }) => `${name} (${runtime})`).join(', ');
  const token = host.token === undefined ? '' : `${renderToken(host.token)}\n`;
  return `Functions: ${names}\n${rows.join('\n')}\n${token}${renderCurl(host)}\nStop with Ctrl-C.\n`;
}

function renderToken(token: string): string {
  return `Requests must carry the token ${token}: as Authorization: Bearer, as ${TOKEN_HEADER}, or as AWS_ACCESS_KEY_ID of AWS's clients`;
}

function renderCurl({ url, token, routes, functions }: Ready): string {
  const byHttp = routes.filter(({ method, path }) => method !== 'WS' && !path.endsWith('$default'));
  const route = byHttp.find(({ path }) => !path.includes('{'));
  const [other] = byHttp;
  const chosen = route ?? other;
  const header = token === undefined ? '' : ` -H '${TOKEN_HEADER}: ${token}'`;
  if (chosen === undefined) {
    return `Try: curl${header} -X POST ${url}/2015-03-31/functions/${functions[0]?.name}/invocations -d '{}'`;
  }
  const method = chosen.method === 'GET' || chosen.method === 'ANY' ? '' : `-X ${chosen.method} `;
  return `Try: curl -i${header} ${method}'${url}${chosen.path.replaceAll(/\{[^}]*\}/g, '1')}'`;
}

/**
 * One line for one invocation on a terminal, made from its REPORT line; undefined for every other event.
 * @param group such as `/aws/lambda/get-dog`.
 */
export function renderInvocation(group: string, message: string): string | undefined {
  const duration = /^REPORT .*\tDuration: ([\d.]+ ms)/.exec(message)?.[1] ?? jsonDuration(message);
  if (duration === undefined) return undefined;
  const name = group.slice(group.lastIndexOf('/') + 1);
  const init = /Init Duration: ([\d.]+ ms)|"initDurationMs":([\d.]+)/.exec(message);
  const memory = /Max Memory Used: (\d+) MB|"maxMemoryUsedMB":(\d+)/.exec(message);
  const status = /Status: (\w+)(?:\tError Type: (\S+))?/.exec(message);
  const parts = [name.padEnd(30), duration.padStart(12)];
  if (memory !== null) parts.push(`${memory[1] ?? memory[2]} MB`.padStart(8));
  if (init !== null) parts.push(`cold, init ${init[1] ?? `${init[2]} ms`}`);
  if (status !== null) parts.push([status[1], status[2]].filter(Boolean).join(' '));
  return parts.join('  ');
}

function jsonDuration(message: string): string | undefined {
  if (!message.includes('"type":"platform.report"')) return undefined;
  const duration = /"durationMs":([\d.]+)/.exec(message)?.[1];
  return duration === undefined ? undefined : `${duration} ms`;
}
