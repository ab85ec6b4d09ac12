import { type CollectionTag, Pair, parseDocument, Scalar, type ScalarTag, YAMLMap, YAMLSeq } from 'yaml';

/** The intrinsic functions that have a short form; `!Ref` and `!Condition` stand for keys without `Fn::`. */
const FUNCTIONS = [
  'And',
  'Base64',
  'Cidr',
  'Equals',
  'FindInMap',
  'GetAtt',
  'GetAZs',
  'If',
  'ImportValue',
  'Join',
  'Length',
  'Not',
  'Or',
  'Select',
  'Split',
  'Sub',
  'ToJsonString',
  'Transform',
];

/**
 * Parses a CloudFormation template in YAML; the short forms of intrinsic functions (`!Sub`) become their long ones
 * (`Fn::Sub`). It is YAML 1.1 without dates, as CloudFormation reads it.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
 * @throws Error when the text is not YAML, or has a tag that is none of these.
 */
export function parseTemplateYaml(text: string): unknown {
  const document = parseDocument(text, {
    version: '1.1',
    customTags: (tags) => [
      ...tags.filter(
        (tag) =>
          tag !== 'timestamp' && (typeof tag === 'string' || tag.tag !== 'tag:yaml.org,2002:timestamp'),
      ),
      ...shortForms('Ref', 'Ref'),
      ...shortForms('Condition', 'Condition'),
      ...FUNCTIONS.flatMap((name) => shortForms(name, `Fn::${name}`)),
    ],
  });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) throw problem;
  return document.toJS();
}

/** A tag may stand before a scalar, a list or a map. */
function shortForms(name: string, key: string): (ScalarTag | CollectionTag)[] {
  const tag = `!${name}`;
  const wrap = (value: unknown): YAMLMap => {
    const map = new YAMLMap();
    map.items.push(new Pair(new Scalar(key), value));
    return map;
  };
  return [
    // The node of a scalar holds whatever is returned here.
    { tag, resolve: (text) => ({ [key]: text }) },
    { tag, collection: 'seq', nodeClass: YAMLSeq, resolve: wrap },
    { tag, collection: 'map', nodeClass: YAMLMap, resolve: wrap },
  ];
}
