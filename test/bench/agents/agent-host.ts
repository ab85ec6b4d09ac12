import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { build } from 'esbuild';
import { startHost, type TestHost } from '../../../packages/local-lambda/test/fixture-package.ts';

const HANDLER = join(import.meta.dirname, '../../../bench/agents/agent/handler.ts');

/** Serves the load agent on local-lambda, bundled as for Lambda: `agent`, and `short`, whose time is up after 1 s. */
export async function hostAgents(t: TestContext): Promise<TestHost> {
  const bundled = await build({
    entryPoints: [HANDLER],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    write: false,
  });
  const source = bundled.outputFiles[0]?.text ?? '';
  const properties = { MemorySize: 1769, Timeout: 60 };
  return startHost(t, {
    agent: { source, properties },
    short: { source, properties: { ...properties, Timeout: 1 } },
  });
}

/** A shed that keeps the tattoos it was given: two sheep of one tattoo are a conflict. */
export function shedServer() {
  const tattoos = new Set<string>();
  const times: number[] = [];
  return {
    tattoos,
    times,
    listener: (
      request: { url?: string | undefined },
      response: { statusCode: number; end(body: string): unknown },
    ) => {
      times.push(performance.now());
      const tattoo = (request.url ?? '').slice('/sheep/'.length);
      response.statusCode = tattoos.has(tattoo) ? 409 : 201;
      tattoos.add(tattoo);
      response.end(`{"tattoo":${tattoo},"weight":80000000000}`);
    },
  };
}
