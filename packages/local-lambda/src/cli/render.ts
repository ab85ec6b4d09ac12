import { TOKEN_HEADER } from '../admission.ts';
import type { Report } from '../logs/lines.ts';
import type { LocalLambda } from '../start.ts';

type Ready = Pick<LocalLambda, 'url' | 'token' | 'routes' | 'functions'>;

/** What a terminal shows when the host is ready: routes with their URLs, where the logs are, and a curl line to try. */
export function renderReady(host: Ready, logsDir: string): string {
  const rows = host.routes.map(({ method, path, functionName: called }) => {
    const functionName = called === '' ? '(mock)' : called;
    if (method === 'WS')
      return `  ${method.padEnd(7)} ${host.url.replace(/^http/, 'ws')}${path}  ${functionName}`;
    const url = path.endsWith('$default')
      ? `${host.url}${path.slice(0, -9)}/… (any other)`
      : `${host.url}${path}`;
    return `  ${method.padEnd(7)} ${url}  ${functionName}`;
  });
  const names = host.functions.map(({ name, runtime }) => `${name} (${runtime})`).join(', ');
  const token = host.token === undefined ? '' : `${renderToken(host.token)}\n`;
  const logs = `Logs: ${logsDir}; local-lambda logs prints them\n`;
  if (host.functions.length === 0) {
    return `No functions yet.\n${logs}${token}Try: aws lambda list-functions --endpoint-url ${host.url}\nStop with Ctrl-C.\n`;
  }
  return `Functions: ${names}\n${rows.join('\n')}\n${logs}${token}${renderCurl(host)}\nStop with Ctrl-C.\n`;
}

function renderToken(token: string): string {
  return `Requests must carry the token ${token}: as Authorization: Bearer, as ${TOKEN_HEADER}, or as AWS_ACCESS_KEY_ID of AWS's clients`;
}

function renderCurl({ url, token, routes, functions }: Ready): string {
  const byHttp = routes.filter(
    ({ method, path, functionName }) => functionName !== '' && method !== 'WS' && !path.endsWith('$default'),
  );
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

/** One line for one invocation on a terminal; of one that failed it says how. */
export function renderInvocation(functionName: string, report: Report): string {
  const { durationMs, initMs, maxMemoryUsedMb, status, functionError } = report;
  const parts = [functionName.padEnd(30), `${durationMs.toFixed(2)} ms`.padStart(12)];
  if (maxMemoryUsedMb !== undefined) parts.push(`${maxMemoryUsedMb} MB`.padStart(8));
  if (initMs !== undefined) parts.push(`cold, init ${initMs.toFixed(2)} ms`);
  if (status === 'timeout') parts.push('timeout');
  else if (functionError !== undefined) parts.push(`error ${functionError}`);
  return parts.join('  ');
}
