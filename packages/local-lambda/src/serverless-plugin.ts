import { join } from 'node:path';
import {
  flagOf,
  OptionError,
  type OptionSources,
  type OptionTable,
  resolveOptions,
} from '@sheep-shed/options';
import { COMMON_OPTIONS, renderConfig } from '@sheep-shed/options/command';
import { HOST_OPTIONS } from './cli/options.ts';
import { packageProject } from './cli/package-project.ts';
import { serveCommand } from './cli/serve-command.ts';
import { LocalLambdaError } from './local-lambda-error.ts';

/** What the plugin uses of the Serverless Framework, alike in osls and in its versions 3 and 4. */
export interface Serverless {
  readonly serviceDir: string;
  readonly service: {
    readonly custom?: { readonly localLambda?: Readonly<Record<string, unknown>> };
    readonly package?: { readonly path?: string };
  };
  readonly classes: { readonly Error: new (message: string, code: string) => Error };
}

/** The command line as the framework read it, by the names of the flags without their hyphens. */
export type ServerlessOptions = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** Options of the framework that decide what a package holds: they are handed on when it is made anew. */
const PACKAGING_OPTIONS = ['stage', 'region', 'param', 'config', 'aws-profile', 'app', 'org'];

const { showConfig } = COMMON_OPTIONS;
const OPTIONS = { ...HOST_OPTIONS, showConfig };

/**
 * The plugin of the Serverless Framework: `sls local` packages the service, serves it, and swaps it when its sources
 * change. Settings come from `custom.localLambda`, the environment, and the command line.
 *
 * Each `sls` command loads this file, so the host itself is loaded by `sls local` alone.
 */
class LocalLambdaPlugin {
  readonly commands: Readonly<Record<string, unknown>>;
  readonly hooks: Readonly<Record<string, () => Promise<void>>>;

  constructor(serverless: Serverless, options: ServerlessOptions) {
    this.commands = {
      local: {
        usage: 'Package the service and serve it on this machine',
        lifecycleEvents: ['serve'],
        options: describeOptions(OPTIONS),
      },
    };
    this.hooks = {
      'local:serve': () =>
        serveService(serverless, options).catch((error: unknown) => {
          if (!(error instanceof LocalLambdaError || error instanceof OptionError)) throw error;
          throw new serverless.classes.Error(error.message, 'LOCAL_LAMBDA');
        }),
    };
  }
}

// The framework's versions differ in whether they require a plugin or import it.
export { LocalLambdaPlugin as default, LocalLambdaPlugin as 'module.exports' };

async function serveService(serverless: Serverless, options: ServerlessOptions): Promise<void> {
  const { service, serviceDir } = serverless;
  const sources: OptionSources = {
    environment: process.env,
    flags: flagsOf(options),
    file: service.custom?.localLambda ?? {},
    fileName: 'custom.localLambda',
  };
  if (options['show-config'] === true) {
    process.stdout.write(renderConfig(HOST_OPTIONS, sources));
    return;
  }
  const command = serveCommand(resolveOptions(HOST_OPTIONS, sources), undefined);
  const packageDir = [join(serviceDir, service.package?.path ?? '.serverless')];
  const { serve } = await import('./cli/serve.ts');
  await serve(
    { ...command, options: { ...command.options, packageDir } },
    {
      project: serviceDir,
      packageProject: (project, signal) =>
        packageProject(project, { program: ownProgram(), options: packagingOptions(options), signal }),
    },
  );
}

/** The framework that runs this; a single executable (version 4) has no script. */
function ownProgram(): [string, ...string[]] {
  const { execPath, argv } = process;
  return [execPath, ...argv.slice(1, 2).filter((script) => script !== execPath)];
}

/** The option table in the framework's own form. */
function describeOptions(table: OptionTable): Readonly<Record<string, { usage: string; type: string }>> {
  const rows = Object.entries(table).map(([name, { help, allowed, isSwitch, repeatable }]) => {
    const usage = isSwitch ? help : `${help} (${allowed})`;
    return [nameOf(name), { usage, type: isSwitch ? 'boolean' : repeatable ? 'multiple' : 'string' }];
  });
  return Object.fromEntries(rows);
}

function flagsOf(options: ServerlessOptions): Record<string, readonly string[]> {
  const given = Object.keys(HOST_OPTIONS).map((name) => [name, options[nameOf(name)]] as const);
  return Object.fromEntries(
    given.flatMap(([name, value]) => (value === undefined ? [] : [[name, [value].flat().map(String)]])),
  );
}

function packagingOptions(options: ServerlessOptions): string[] {
  return PACKAGING_OPTIONS.flatMap((name) => {
    const values = [options[name] ?? []].flat();
    return values.flatMap((value) => [`--${name}`, String(value)]);
  });
}

function nameOf(name: string): string {
  return flagOf(name).slice(2);
}
