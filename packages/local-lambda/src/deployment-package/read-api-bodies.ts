import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { LocalLambdaError } from '../local-lambda-error.ts';
import type { Template, TemplateResource } from './cloudformation.ts';
import { parseTemplateYaml } from './yaml.ts';

/** A document that is larger is refused; API Gateway takes 6 MB. */
const MAX_BYTES = 6_291_456;

/**
 * Puts OpenAPI documents that lie beside a template in their place: SAM's `DefinitionUri` with a path, an asset of the
 * CDK, and `AWS::Include` with a path as the whole `Body`. Those in S3 stay where they are.
 * @throws LocalLambdaError naming the document that cannot be read.
 */
export async function readApiBodies(template: Template, path: string): Promise<Template> {
  const resources = await Promise.all(
    Object.entries(template.Resources).map(
      async ([id, resource]): Promise<[string, TemplateResource]> => [
        id,
        /^AWS::ApiGateway(V2::Api|::RestApi)$/.test(resource.Type)
          ? await withBody(id, resource, path)
          : resource,
      ],
    ),
  );
  return { ...template, Resources: Object.fromEntries(resources) };
}

async function withBody(id: string, resource: TemplateResource, path: string): Promise<TemplateResource> {
  const { BodyS3Location, ...properties } = resource.Properties ?? {};
  const [name, location] =
    BodyS3Location === undefined
      ? ['Body', includedLocation(properties['Body'])]
      : ['BodyS3Location', typeof BodyS3Location === 'string' ? BodyS3Location : asset(BodyS3Location, path)];
  if (typeof location !== 'string' || /^(s3|https?):\/\//.test(location)) return resource;
  const Body = await readDocument(resolve(dirname(path), location), `Resources.${id}.Properties.${name}`);
  return { ...resource, Properties: { ...properties, Body } };
}

/** The CDK writes `asset.<key>` beside the template. */
function asset(location: unknown, path: string): string | undefined {
  const { Key } = Object(location) as Record<string, unknown>;
  const name = `asset.${String(Key)}`;
  return typeof Key === 'string' && existsSync(join(dirname(path), name)) ? name : undefined;
}

function includedLocation(body: unknown): unknown {
  const transform = Object((Object(body) as Record<string, unknown>)['Fn::Transform']) as Record<
    string,
    unknown
  >;
  if (transform['Name'] !== 'AWS::Include') return undefined;
  return (Object(transform['Parameters']) as Record<string, unknown>)['Location'];
}

async function readDocument(file: string, at: string): Promise<unknown> {
  try {
    const bytes = await readFile(file);
    if (bytes.length > MAX_BYTES) throw new Error(`it is larger than ${MAX_BYTES} bytes`);
    return parseTemplateYaml(bytes.toString('utf8'));
  } catch (cause) {
    throw new LocalLambdaError(`${at}: ${file} cannot be read (${(cause as Error).message.split('\n')[0]})`, {
      cause,
    });
  }
}
