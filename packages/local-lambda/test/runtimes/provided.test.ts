import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EXECUTABLE, startHost } from '../fixture-package.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const PROVIDED = { Runtime: 'provided.al2023', Handler: 'bootstrap' };

/** A runtime in a few lines of Node, in the style of any language's first runtime client. */
const BOOTSTRAP = `#!${process.execPath}
const base = 'http://' + process.env.AWS_LAMBDA_RUNTIME_API + '/2018-06-01/runtime/invocation/';
for (;;) {
  const next = await fetch(base + 'next');
  const id = next.headers.get('lambda-runtime-aws-request-id');
  const event = await next.json();
  await fetch(base + id + '/response', { method: 'POST', body: JSON.stringify({ twice: event.n * 2 }) });
}
`;

test('a provided runtime serves its invocations from its own executable', async (t) => {
  const files = {
    bootstrap: [bytes(BOOTSTRAP), EXECUTABLE] as [Uint8Array, object],
    'package.json': bytes('{"type":"module"}'),
  };
  const host = await startHost(t, { own: { files, properties: PROVIDED } });
  assert.deepEqual((await host.invoke('own', { n: 21 })).payload, { twice: 42 });
  assert.deepEqual((await host.invoke('own', { n: 4 })).payload, { twice: 8 });
  const lines = await host.logLines('own');
  assert.equal(lines.filter((line) => line.startsWith('REPORT')).length, 2);
});

test('a bootstrap that is missing or not executable is an invalid entrypoint', async (t) => {
  const host = await startHost(t, {
    missing: { files: { 'a.txt': bytes('a') }, properties: PROVIDED },
    locked: { files: { bootstrap: bytes('#!/bin/sh\n') }, properties: PROVIDED },
  });
  const missing = await host.invoke('missing', {});
  assert.equal(missing.errorType, 'Runtime.InvalidEntrypoint');
  assert.match((missing.payload as { errorMessage: string }).errorMessage, /no such file or directory$/);
  const locked = await host.invoke('locked', {});
  assert.equal(locked.errorType, 'Runtime.InvalidEntrypoint');
  assert.match((locked.payload as { errorMessage: string }).errorMessage, /permission denied$/);
});

test('an executable of another architecture is refused with both names', async (t) => {
  const elf = Buffer.alloc(64);
  elf.write('\x7fELF\x02\x01\x01', 'latin1');
  const foreign = process.arch === 'arm64' ? 62 : 183;
  elf.writeUInt16LE(foreign, 18);
  const host = await startHost(t, {
    foreign: { files: { bootstrap: [elf, EXECUTABLE] as [Uint8Array, object] }, properties: PROVIDED },
  });
  const { payload } = await host.invoke('foreign', {});
  const { errorMessage } = payload as { errorMessage: string };
  assert.match(errorMessage, /arm64/);
  assert.match(errorMessage, /x86_64/);
});
