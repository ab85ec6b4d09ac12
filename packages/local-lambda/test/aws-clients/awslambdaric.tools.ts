import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EXECUTABLE, startHost } from '../fixture-package.ts';
import { awsPython } from './aws-python.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

test("AWS's own Python runtime client runs on our Runtime API", async (t) => {
  const client = await awsPython();
  if (typeof client === 'string') return t.diagnostic(`passed over: ${client}`);
  const bootstrap = `#!${client.python}
import sys
sys.path[:0] = ["."]
from awslambdaric.__main__ import main
import os
main(["awslambdaric", os.environ["_HANDLER"]])
`;
  const main = `
def handler(event, context):
    if event.get("fail"):
        raise KeyError("no sheep")
    if event.get("big"):
        return "x" * 7000000
    print("seen")
    return {"twice": event["n"] * 2, "arn": context.invoked_function_arn, "custom": getattr(context.client_context, "custom", None)}
`;
  const files = { bootstrap: [bytes(bootstrap), EXECUTABLE] as [Uint8Array, object], 'main.py': bytes(main) };
  const properties = { Runtime: 'provided.al2023', Handler: 'main.handler' };
  const host = await startHost(t, { ric: { files, properties } });
  const arn = 'arn:aws:lambda:eu-west-3:000000000000:function:ric';
  assert.deepEqual((await host.invoke('ric', { n: 21 })).payload, { twice: 42, arn, custom: null });
  const failed = await host.invoke('ric', { fail: true });
  assert.equal(failed.errorType, 'KeyError');
  assert.equal((await host.invoke('ric', { big: true })).errorType, 'Function.ResponseSizeTooLarge');
  assert.deepEqual((await host.invoke('ric', { n: 1 })).payload, { twice: 2, arn, custom: null });
  const lines = await host.logLines('ric');
  assert.ok(lines.includes('seen'));
});
