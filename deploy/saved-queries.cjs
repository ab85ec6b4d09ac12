const { queryDefinitions } = require('./query-definitions.cjs');

/** The logical ids that osls gives to the log groups of the functions in each stack's `serverless.yml`. */
const LOG_GROUPS = {
  ts: ['PostSheepLogGroup', 'GetDogLogGroup', 'GetCatLogGroup', 'DeleteWolfLogGroup'],
  python: ['PostDashsheepLogGroup', 'GetDashdogLogGroup', 'GetDashcatLogGroup', 'DeleteDashwolfLogGroup'],
};

/** The saved queries of one stack: in a folder of its stage and stack, on the log groups of its own functions. */
async function savedQueries(stack, { resolveVariable }) {
  return {
    Resources: queryDefinitions({
      folder: `sheep-shed-${await resolveVariable('sls:stage')}-${stack}`,
      // By reference: a query can only be saved on log groups that exist.
      logGroupNames: LOG_GROUPS[stack].map((logicalId) => ({ Ref: logicalId })),
    }),
  };
}

module.exports = {
  ts: (variables) => savedQueries('ts', variables),
  python: (variables) => savedQueries('python', variables),
};
