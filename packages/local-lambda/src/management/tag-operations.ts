import { required } from './function-operations.ts';
import { TAGS } from './function-shapes.ts';
import { invalid } from './management-error.ts';
import { type Operation, operation } from './operation.ts';
import { existing, namedFunction, notFound } from './platform.ts';
import { listOf, type Read, textUpTo } from './readers.ts';

const RESOURCE = '/2017-03-31/tags/{Resource}';
/** Of one resource, as on AWS. */
const MAX_TAGS = 50;
const KEYS = listOf(textUpTo(128, 1), MAX_TAGS);
/** One key alone comes as text. */
const TAG_KEYS: Read<readonly string[]> = (value, field) =>
  KEYS(typeof value === 'string' ? [value] : value, field);

/** Tags of functions: kept and given back, they decide nothing here. */
export const TAG_OPERATIONS: readonly Operation[] = [
  operation({
    name: 'TagResource',
    method: 'POST',
    path: RESOURCE,
    status: 204,
    body: { Tags: TAGS },
    run: async ({ platform, path, body }) => {
      const name = taggedFunction(path['Resource'] ?? '');
      const given = required(body.Tags, 'Tags');
      await platform.functions.change(name, (before) => {
        const record = existing(platform, name, before);
        const tags = { ...record.tags, ...given };
        const count = Object.keys(tags).length;
        if (count > MAX_TAGS) throw invalid(`Tags: a function has ${MAX_TAGS} at most, would have ${count}`);
        return { record: { ...record, tags }, answer: undefined };
      });
      return undefined;
    },
  }),
  operation({
    name: 'UntagResource',
    method: 'DELETE',
    path: RESOURCE,
    status: 204,
    query: { tagKeys: TAG_KEYS },
    run: async ({ platform, path, query }) => {
      const name = taggedFunction(path['Resource'] ?? '');
      const gone = required(query.tagKeys, 'tagKeys');
      await platform.functions.change(name, (before) => {
        const record = existing(platform, name, before);
        const tags = Object.fromEntries(Object.entries(record.tags).filter(([key]) => !gone.includes(key)));
        return { record: { ...record, tags }, answer: undefined };
      });
      return undefined;
    },
  }),
  operation({
    name: 'ListTags',
    method: 'GET',
    path: RESOURCE,
    status: 200,
    run: ({ platform, path }) => {
      const name = taggedFunction(path['Resource'] ?? '');
      if (!platform.hosted.has(name)) notFound(platform, name);
      return { Tags: platform.functions.all.get(name)?.tags ?? {} };
    },
  }),
];

/** The name in the ARN of a function. @throws ManagementError when it is another resource. */
function taggedFunction(resource: string): string {
  if (!/^arn:aws[\w-]*:lambda:[\w-]+:\d{12}:function:/.test(resource)) {
    throw invalid(`Resource: must be the ARN of a function, is ${JSON.stringify(resource)}`);
  }
  const { name, qualifier } = namedFunction(resource);
  if (qualifier === undefined) return name;
  throw invalid(`Resource: tags on function aliases and versions are not supported, is ${resource}`);
}
