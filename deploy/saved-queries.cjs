const STACKS = require('../bench/stacks/catalogue.json');
const { queryDefinitions } = require('./query-definitions.cjs');

/** The logical ids that osls gives to the log groups of the functions, whose keys are the same in every stack. */
const LOG_GROUPS = ['PostSheepLogGroup', 'GetDogLogGroup', 'GetCatLogGroup', 'DeleteWolfLogGroup'];

/** The saved queries of one stack: in a folder of its stage and stack, on the log groups of its own functions. */
async function savedQueries(stack, { resolveVariable }) {
  return {
    Resources: queryDefinitions({
      folder: `sheep-shed-${await resolveVariable('sls:stage')}-${stack}`,
      // By reference: a query can only be saved on log groups that exist.
      logGroupNames: LOG_GROUPS.map((logicalId) => ({ Ref: logicalId })),
    }),
  };
}

module.exports = Object.fromEntries(
  Object.keys(STACKS).map((stack) => [stack, (variables) => savedQueries(stack, variables)]),
);
