import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parse } from 'yaml';
import type { HttpTarget } from '../contracts/http.ts';
import { checksFor } from '../contracts/http.ts';
import { errorLog } from './error-log.ts';
import { startFaultyDatabase } from './faulty-database.ts';
import { inProcessFetch } from './in-process.ts';
import { typescriptShed, typescriptStack } from './typescript-stack.ts';

interface Answer {
  readonly $ref?: string;
  readonly content?: { readonly 'application/json': { readonly schema: unknown } };
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { responses?: Record<string, Answer> }>>>>;
  readonly components: { readonly responses: Readonly<Record<string, Answer>> };
}

const text = await readFile(join(import.meta.dirname, '../../docs/openapi.yaml'), 'utf8');
const document = parse(text) as Document;

const database = await startFaultyDatabase();
after(() => database.close());

test('the contract sees every answer of docs/openapi.yaml and no other', async () => {
  const log = errorLog();
  const fetch = inProcessFetch(
    typescriptStack(typescriptShed('shed-openapi', database.endpoint), log),
    '2.0',
  );
  const seen = new Set<string>();
  const target: HttpTarget = {
    name: 'ts, recorded',
    table: await database.createTable('shed-openapi'),
    faults: { ...database.faults, errorsLogged: async (id) => log.errorsOf(id) },
    async fetch(path, init) {
      const response = await fetch(path, init);
      const body = await response.clone().text();
      const { code = '' } = body === '' ? {} : (JSON.parse(body) as { code?: string });
      seen.add(`${init?.method ?? 'GET'} ${template(path)} → ${response.status} ${code}`.trim());
      return response;
    },
  };
  for (const { lacks, run } of checksFor(target)) if (lacks === undefined) await run();
  // The alias answers what the path answers; the faults are tried on the path alone.
  const documented = described().filter((line) => !line.startsWith('POST /sheeps/{tattoo} → 500'));
  assert.deepEqual(
    [...seen].filter((line) => !documented.includes(line)),
    [],
    'seen, not documented',
  );
  assert.deepEqual(
    documented.filter((line) => !seen.has(line)),
    ['GET /cat → 500 INTERNAL_ERROR'],
    'not seen',
  );
});

test('the alias is described as the path is', () => {
  const path = document.paths['/sheep/{tattoo}'];
  const alias = document.paths['/sheeps/{tattoo}'];
  assert.deepEqual(alias?.['post']?.responses, path?.['post']?.responses);
  assert.deepEqual(alias?.['parameters'], path?.['parameters']);
});

/** Every answer of the document as `METHOD path → status CODE`. */
function described(): string[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).flatMap(([method, { responses = {} }]) =>
      Object.entries(responses).map(([status, answer]) =>
        `${method.toUpperCase()} ${path} → ${status} ${codeOf(answer)}`.trim(),
      ),
    ),
  );
}

function codeOf(answer: Answer): string {
  const named = answer.$ref?.split('/').at(-1);
  const { content } = named === undefined ? answer : (document.components.responses[named] as Answer);
  return /"code":\{"const":"([A-Z_]+)"\}/.exec(JSON.stringify(content ?? {}))?.[1] ?? '';
}

function template(path: string): string {
  return path.replace(/\?.*$/, '').replace(/^(\/sheeps?)\/[^/]+$/, '$1/{tattoo}');
}
