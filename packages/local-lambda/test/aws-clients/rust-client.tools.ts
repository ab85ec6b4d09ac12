import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { EXECUTABLE, startHost } from '../fixture-package.ts';

const run = promisify(execFile);

const CARGO_TOML = `[package]
name = "echo"
version = "0.1.0"
edition = "2021"
[workspace]
[dependencies]
lambda_runtime = "=1.5.0"
serde_json = "1"
tokio = { version = "1", features = ["macros", "rt"] }
[profile.dev]
debug = 0
strip = true
`;
const MAIN_RS = `use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use serde_json::{json, Value};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(|event: LambdaEvent<Value>| async move {
        match event.payload["n"].as_i64() {
            Some(n) => Ok::<Value, Error>(json!({ "twice": n * 2, "arn": event.context.invoked_function_arn })),
            None => Err("no n".into()),
        }
    }))
    .await
}
`;

/** Builds the program into `.cache`; the first time takes about half a minute and the network. */
async function buildRust(): Promise<Buffer | string> {
  const folder = resolve('.cache/test-rust-client');
  await mkdir(join(folder, 'src'), { recursive: true });
  await writeFile(join(folder, 'Cargo.toml'), CARGO_TOML);
  await writeFile(join(folder, 'src/main.rs'), MAIN_RS);
  try {
    await run('cargo', ['build', '--quiet'], { cwd: folder, timeout: 300_000 });
    return await readFile(join(folder, 'target/debug/echo'));
  } catch (error) {
    return `cargo or its crates are not to be had: ${(error as Error).message.split('\n')[0]}`;
  }
}

test('the Rust crate lambda_runtime runs on our Runtime API', async (t) => {
  const binary = await buildRust();
  if (typeof binary === 'string') return t.diagnostic(`passed over: ${binary}`);
  const files = { bootstrap: [binary, EXECUTABLE] as [Uint8Array, object] };
  const properties = { Runtime: 'provided.al2023', Handler: 'bootstrap' };
  const host = await startHost(t, { rust: { files, properties } });
  const arn = 'arn:aws:lambda:eu-west-3:000000000000:function:rust';
  assert.deepEqual((await host.invoke('rust', { n: 21 })).payload, { twice: 42, arn });
  const failed = await host.invoke('rust', {});
  assert.equal((failed.payload as { errorMessage: string }).errorMessage, 'no n');
  assert.deepEqual((await host.invoke('rust', { n: 1 })).payload, { twice: 2, arn });
  const reports = (await host.logLines('rust')).filter((line) => line.startsWith('REPORT'));
  assert.equal(reports.length, 3);
});
