import type { TemplateResource } from './cloudformation.ts';

export type Properties = Readonly<Record<string, unknown>>;
export type Resources = Record<string, TemplateResource>;

/** Whether a value of a document is an object. */
export function isMap(value: unknown): value is Properties {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** References may lead on to others, so far. */
const MAX_REFERENCES = 20;

/**
 * Makes the function that follows references within a document (`{ $ref: '#/components/parameters/Id' }`); what leads
 * nowhere is an empty object.
 */
export function definitionReader(document: Properties): (value: unknown) => Properties {
  return (value) => {
    let found: unknown = value;
    for (let i = 0; i < MAX_REFERENCES && isMap(found); i += 1) {
      const reference = found['$ref'];
      if (typeof reference !== 'string') return found;
      found = reference
        .replace(/^#\//, '')
        .split('/')
        .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
        .reduce<unknown>(
          (at, name) => (isMap(at) && Object.hasOwn(at, name) ? at[name] : undefined),
          document,
        );
    }
    return {};
  };
}
