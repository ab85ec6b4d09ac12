/** Where the stacks can be deployed, and what osls does not know of the youngest of AWS's partitions. */

/**
 * Regions by partition, as known in 2026-11, a guard against typing errors: extend it when AWS does. Those of `aws` have
 * Lambda on arm64 and HTTP APIs.
 */
const REGIONS = {
  aws: [
    ...['af-south-1', 'ap-east-1', 'ap-northeast-1', 'ap-northeast-2', 'ap-northeast-3', 'ap-south-1'],
    ...['ap-south-2', 'ap-southeast-1', 'ap-southeast-2', 'ap-southeast-3', 'ap-southeast-4'],
    ...['ap-southeast-5', 'ap-southeast-7', 'ca-central-1', 'ca-west-1', 'eu-central-1', 'eu-central-2'],
    ...['eu-north-1', 'eu-south-1', 'eu-south-2', 'eu-west-1', 'eu-west-2', 'eu-west-3', 'il-central-1'],
    ...['me-central-1', 'me-south-1', 'mx-central-1', 'sa-east-1', 'us-east-1', 'us-east-2', 'us-west-1'],
    'us-west-2',
  ],
  // The European Sovereign Cloud.
  'aws-eusc': ['eusc-de-east-1'],
  'aws-cn': ['cn-north-1', 'cn-northwest-1'],
  'aws-us-gov': ['us-gov-east-1', 'us-gov-west-1'],
};

/** The domain of AWS's services; `amazonaws.com` in the partitions that are not here. */
const DOMAINS = { 'aws-eusc': 'amazonaws.eu', 'aws-cn': 'amazonaws.com.cn' };

/** The isolated partitions: nobody reaches them from outside, and nothing of this project was tried there. */
const REFUSED = {
  'aws-iso': /^us-iso-/,
  'aws-iso-b': /^us-isob-/,
  'aws-iso-e': /^eu-isoe-/,
  'aws-iso-f': /^us-isof-/,
};

/**
 * Judges a region.
 * @returns {string | undefined} what is wrong, in words that follow "must be".
 */
function regionProblem(region) {
  if (partitionOf(region) !== undefined) return undefined;
  const [refused] = Object.entries(REFUSED).find(([, regions]) => regions.test(region)) ?? [];
  if (refused === undefined) return 'an AWS region such as eu-west-3';
  return `in one of the partitions ${Object.keys(REGIONS).join(', ')}, and not in ${refused}`;
}

/** The partition of a region that can be deployed to. */
function partitionOf(region) {
  return Object.keys(REGIONS).find((name) => REGIONS[name].includes(region));
}

/** Lets the schema of the framework, which lists the regions, take those that it does not know. */
function addRegions(schema) {
  const { enum: known } = schema.properties.provider.properties.region ?? {};
  known?.push(...REGIONS['aws-eusc'].filter((region) => !known.includes(region)));
}

/**
 * Makes a client of CloudFormation that finds templates in the region's own S3: the framework names that of
 * us-east-1, which is not there in every partition.
 * @param {object} config of AWS's SDK. @param {string} region one that can be deployed to.
 */
function cloudFormationOf(config, region) {
  const { CloudFormationClient } = require('@aws-sdk/client-cloudformation');
  const client = new CloudFormationClient(config);
  const domain = DOMAINS[partitionOf(region)] ?? 'amazonaws.com';
  const mend = (url) => url?.replace(/^https:\/\/s3[^/]*/, `https://s3.${region}.${domain}`);
  client.middlewareStack.add(
    (next) => (args) => {
      const TemplateURL = mend(args.input.TemplateURL);
      return next(TemplateURL === undefined ? args : { ...args, input: { ...args.input, TemplateURL } });
    },
    { step: 'initialize' },
  );
  return client;
}

module.exports = { addRegions, cloudFormationOf, partitionOf, REGIONS, regionProblem };
