/** Questions to a deployed API. */

const REQUEST_LIMIT_MS = 35_000;

/** How many sheep the dog counts. @throws Error when it does not answer 200. */
export async function countSheep(url: string): Promise<number> {
  const answer = await fetch(`${url}/dog`, { signal: AbortSignal.timeout(REQUEST_LIMIT_MS) });
  const { count } = (await answer.json()) as { count?: number };
  if (answer.status !== 200 || count === undefined) throw new Error(`the dog answers ${answer.status}`);
  return count;
}

/** @throws Error unless the cat answers 200 with this `x-version`; `null` is none. */
export async function expectVersion(url: string, version: string | null): Promise<void> {
  const answer = await fetch(`${url}/cat?m=1&n=1`, { signal: AbortSignal.timeout(REQUEST_LIMIT_MS) });
  await answer.arrayBuffer();
  const found = answer.headers.get('x-version');
  if (answer.status !== 200 || found !== version) {
    throw new Error(`the cat answers ${answer.status} with x-version ${found}; expected ${version}`);
  }
}

/** Status and error code of an answer, such as `500 INTERNAL_ERROR`. */
export async function ask(
  url: string,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  const signal = AbortSignal.timeout(REQUEST_LIMIT_MS);
  const answer = await fetch(`${url}${path}`, { method, headers, signal });
  const text = await answer.text();
  const { code } = text === '' ? { code: '' } : (JSON.parse(text) as { code?: string });
  return `${answer.status} ${code ?? ''}`.trim();
}
