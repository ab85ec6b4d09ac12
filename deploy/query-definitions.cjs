const { readdirSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

const SUFFIX = '.logsinsights';

/**
 * Turns every file of `cloudwatch-queries/` into an `AWS::Logs::QueryDefinition`, by logical id. CommonJS, so that
 * `serverless.yml` can load it: `Resources: ${file(deploy/query-definitions.cjs):queryDefinitions}`.
 * `folder` is the folder in the console (default `sheep-shed`); `logGroupNames`, where given, are preselected.
 */
function queryDefinitions({ folder = 'sheep-shed', logGroupNames } = {}) {
  const directory = join(__dirname, '..', 'cloudwatch-queries');
  const files = readdirSync(directory).filter((file) => file.endsWith(SUFFIX));
  return Object.fromEntries(
    files.sort().map((file) => {
      const name = file.slice(0, -SUFFIX.length);
      const properties = {
        Name: `${folder}/${name}`,
        QueryString: readFileSync(join(directory, file), 'utf8'),
        ...(logGroupNames === undefined ? {} : { LogGroupNames: logGroupNames }),
      };
      return [logicalId(name), { Type: 'AWS::Logs::QueryDefinition', Properties: properties }];
    }),
  );
}

/** `cold-starts` becomes `ColdStartsQuery`: a logical id is alphanumeric. */
function logicalId(name) {
  const words = name.split(/[^A-Za-z0-9]+/);
  return `${words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')}Query`;
}

module.exports = { queryDefinitions };
