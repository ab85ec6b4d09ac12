import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { LocalLambdaError } from '../local-lambda-error.ts';
import type { TemplateFile } from './find-templates.ts';
import type { FunctionCode } from './functions.ts';

/**
 * Finds the zip or folder that a function's `Code` or a layer's `Content` means, or the code that stands in it.
 *
 * The Serverless Framework names an object in a bucket whose last part is the zip beside the template, the CDK one
 * that its asset manifest explains, `sam build` a folder.
 * @param at where it stands in the template.
 * @param runtime of the function; without it no code may stand in the template.
 * @throws LocalLambdaError when there is no such file, or none is named.
 */
export async function findCode(
  { folder, assets }: Pick<TemplateFile, 'folder' | 'assets'>,
  code: unknown,
  at: string,
  runtime = '',
): Promise<FunctionCode> {
  const { path, ZipFile, S3Key } = (typeof code === 'string' ? { path: code } : Object(code)) as Record<
    string,
    unknown
  >;
  if (typeof ZipFile === 'string') return inlineCode(ZipFile, runtime, at);
  const location = path ?? S3Key;
  if (typeof location !== 'string') {
    throw new LocalLambdaError(
      `${at}: must name a folder or zip by a path or by S3Key, or hold the code in ZipFile`,
    );
  }
  if (location.startsWith('s3://')) {
    throw new LocalLambdaError(
      `${at}: ${location} is in a bucket; give the package as it was before its upload`,
    );
  }
  const local = path === undefined ? (assets.get(location) ?? basename(location)) : location;
  const found = resolve(folder, local);
  const kind = await stat(found).catch(() => undefined);
  if (kind === undefined)
    throw new LocalLambdaError(`${at}: refers to ${location}, but ${found} does not exist`);
  return { kind: kind.isDirectory() ? 'folder' : 'zip', path: found };
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-lambda-function-code.html */
function inlineCode(source: string, runtime: string, at: string): FunctionCode {
  const extension = runtime.startsWith('nodejs') ? 'js' : runtime.startsWith('python') ? 'py' : undefined;
  if (extension !== undefined) return { kind: 'inline', file: `index.${extension}`, source };
  throw new LocalLambdaError(`${at}.ZipFile: inline code is for nodejs and python runtimes, not ${runtime}`);
}
