import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { runEvents } from './run-events.ts';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const key = fc.oneof(
  fc.stringMatching(/^[a-z_@ -]{1,6}$/),
  fc.constantFrom('type', 'a/b', 'ü', 'x"y', 'z\\'),
);
const { json } = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 3 },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.stringMatching(/^[a-zA-Z"\\{}/]{0,6}$/),
    fc.array(tie('json'), { maxLength: 3 }),
    fc.dictionary(key, tie('json'), { maxKeys: 3 }),
  ),
}));

/** All scalars of a value by their dotted names, without a line of the evaluator. */
function scalars(value: Json, path: readonly string[]): readonly (readonly [string, Json])[] {
  if (value === null || typeof value !== 'object') return [[path.join('.'), value]];
  return Object.entries(value).flatMap(([name, inner]) => scalars(inner, [...path, name]));
}

const escapeAll = (text: string): string =>
  text.replace(/[a-z]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Ways to write the same JSON: plain, with blanks, with the letters of its strings escaped. */
const writers: readonly ((value: Json) => string)[] = [
  (value) => JSON.stringify(value),
  (value) => JSON.stringify(value, null, 1).replaceAll('\n', ' '),
  (value) =>
    JSON.stringify(value).replace(/"(?:[^"\\]|\\.)*"/g, (text) => (/\\/.test(text) ? text : escapeAll(text))),
];

test('each scalar of the first JSON object is a field, however the object is written, and nothing else is', () => {
  fc.assert(
    fc.property(
      fc.dictionary(key, json, { minKeys: 1, maxKeys: 4 }),
      fc.constantFrom('', 'some text ', 'a\tb\t'),
      fc.constantFrom(...writers),
      key,
      (object, prefix, write, other) => {
        const known = new Map(scalars(object, []));
        for (const name of [...known.keys(), other]) {
          if (name.includes('`') || name.startsWith('@') || name.trim() === '') continue;
          const [row] = runEvents(`fields \`${name}\` as found | display found`, [
            { message: prefix + write(object) },
          ]).rows;
          const value = known.get(name) ?? null;
          assert.equal(
            row?.[0],
            typeof value === 'boolean' ? Number(value) : value,
            `${name} in ${write(object)}`,
          );
        }
      },
    ),
  );
});
