/** `npm run test:rust`: format, lint and tests of the Rust stack, and its package on local-lambda. */
import { spawnSync } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { STACKS } from '../../bench/stacks/catalogue.ts';
import { missingCompiler } from '../../bench/stacks/package-stack.ts';

/** Cargo compiles the SDK within this time, at first. */
const CHECK_TIMEOUT_MS = 900_000;
const ROOT = join(import.meta.dirname, '../..');

const missing = await missingCompiler(STACKS.rust);
if (missing !== undefined) {
  process.stdout.write(`the Rust stack was passed over: ${missing}\n`);
  process.exit(0);
}

const crate = join(ROOT, STACKS.rust.folder);
check(crate, 'cargo', 'fmt', '--check');
check(crate, 'cargo', 'clippy', '--quiet', '--locked', '--all-targets', '--', '--deny', 'warnings');
check(crate, 'cargo', 'test', '--quiet', '--locked', '--package', 'sheep-shed');
check(ROOT, process.execPath, '--test', join(import.meta.dirname, 'rust.cargo.ts'));

function check(cwd: string, command: string, ...args: string[]): void {
  const limits = { timeout: CHECK_TIMEOUT_MS, killSignal: 'SIGKILL' } as const;
  // One folder for all clones, beside the programs that are kept (reference/rust/cargo-cache.cjs).
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const env = { CARGO_TARGET_DIR: join(cache, 'sheep-shed', 'rust', 'checks'), ...process.env };
  const { status, error } = spawnSync(command, args, { cwd, stdio: 'inherit', env, ...limits });
  if (error !== undefined) throw error;
  if (status !== 0) process.exit(status ?? 1);
}
