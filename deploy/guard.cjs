/** A Serverless Framework plugin of every stack: refuses what cannot work before anything is created. */

const { join, resolve } = require('node:path');
const STACKS = require('../bench/stacks/catalogue.json');
const { addRegions, cloudFormationOf, regionProblem } = require('./partitions.cjs');

const RETENTIONS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
];
RETENTIONS.push(3288, 3653);

const STAGES = ['dev', 'test', 'prod'];

function wholeNumber(min, max) {
  return {
    allowed: `a whole number from ${min} to ${max}`,
    holds: (text) => /^[0-9]{1,9}$/.test(text) && Number(text) >= min && Number(text) <= max,
  };
}

function oneOf(words) {
  return { allowed: `one of ${words.join(', ')}`, holds: (text) => words.map(String).includes(text) };
}

/** What `--param name=value` may set; `deploy/parameters.yml` holds the defaults. */
const PARAMETERS = {
  memorySize: wholeNumber(128, 10_240),
  architecture: oneOf(['arm64', 'x86_64']),
  portraits: oneOf(['on', 'off']),
  retention: oneOf(RETENTIONS),
  throttleRate: wholeNumber(1, 100_000),
  throttleBurst: wholeNumber(1, 50_000),
  auth: oneOf(['none', 'iam']),
  scanSegments: wholeNumber(1, 16),
  reservedConcurrency: wholeNumber(1, 1_000),
  boundary: {
    allowed: 'none or the name of a managed policy of the account',
    holds: (text) => /^[\w+=,.@-]{1,128}$/.test(text),
  },
  budgetEmail: {
    allowed: 'none or an e-mail address',
    holds: (text) => text === 'none' || /^[^\s@,"'$]+@[^\s@,"'$]+\.[a-z]+$/i.test(text),
  },
  budgetUsd: wholeNumber(1, 100_000),
};

/**
 * Judges what was asked for on the command line.
 * @param {{ stage: string, region: string, params: readonly string[], stacks: readonly string[] }} asked `params` as
 * `name=value`; `stacks`: those that the folder's `serverless.yml` makes.
 * @returns {string | undefined} what is wrong: the option, its value and what is allowed.
 */
function problemOf({ stage, region, params, stacks }) {
  const parameters = { ...PARAMETERS, ...(stacks.length > 1 ? { stack: oneOf(stacks) } : {}) };
  if (!STAGES.includes(stage)) return refusal('--stage', oneOf(STAGES).allowed, stage);
  const wrongRegion = regionProblem(region);
  if (wrongRegion !== undefined) return refusal('--region', wrongRegion, region);
  for (const param of params) {
    const [, name, value] = /^([^=]*)=?(.*)$/s.exec(param);
    const rule = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
    if (rule === undefined) return refusal('--param', oneOf(Object.keys(parameters)).allowed, name);
    if (!rule.holds(value)) return refusal(`--param ${name}`, rule.allowed, value);
  }
  return undefined;
}

/** The stacks whose `serverless.yml` is in a folder. */
function stacksIn(folder) {
  const root = join(__dirname, '..');
  return Object.keys(STACKS).filter((name) => resolve(root, STACKS[name].folder) === resolve(folder));
}

function refusal(option, allowed, value) {
  return `${option} must be ${allowed}; got ${JSON.stringify(value)}`;
}

async function stackExists(config, StackName) {
  const { CloudFormationClient, DescribeStacksCommand } = require('@aws-sdk/client-cloudformation');
  const client = new CloudFormationClient(config);
  try {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName }));
    return Stacks.some(({ StackStatus }) => StackStatus !== 'REVIEW_IN_PROGRESS');
  } catch (error) {
    if (error.name === 'ValidationError' && /does not exist/.test(error.message)) return false;
    throw error;
  } finally {
    client.destroy();
  }
}

async function tableExists(config, TableName) {
  const { DynamoDBClient, DescribeTableCommand } = require('@aws-sdk/client-dynamodb');
  const client = new DynamoDBClient(config);
  try {
    await client.send(new DescribeTableCommand({ TableName }));
    return true;
  } catch (error) {
    if (error.name === 'ResourceNotFoundException') return false;
    throw error;
  } finally {
    client.destroy();
  }
}

/** The plugin; its shape is the framework's. */
class Guard {
  constructor(serverless, options) {
    this.serverless = serverless;
    // Known to version 4 of `serverless`, which may not define it twice, and not to osls.
    if (serverless.version?.startsWith('4.') && !serverless.configSchemaHandler.schema.properties.build) {
      serverless.configSchemaHandler.defineTopLevelProperty('build', { type: 'object' });
    }
    addRegions(serverless.configSchemaHandler.schema);
    // Variables are not resolved for `--help`.
    if (serverless.processedInput?.isHelpRequest) return;
    const { stage, region } = serverless.service.provider;
    const params = [options.param ?? []].flat();
    const problem = problemOf({ stage, region, params, stacks: stacksIn(serverless.serviceDir) });
    if (problem !== undefined) throw new serverless.classes.Error(problem, 'SHED_GUARD');
    this.hooks = {
      'before:deploy:deploy': async () => {
        await this.refuseForeignTable();
        this.nameTemplatesByRegion();
      },
      'before:rollback:rollback': () => this.nameTemplatesByRegion(),
      'before:remove:remove': () => this.tellWhatStays(),
    };
  }

  /** Gives the plugins of the framework that change stacks a client of ours. */
  nameTemplatesByRegion() {
    const provider = this.serverless.getProvider('aws');
    if (provider.getAwsSdkV3Config === undefined) return;
    for (const plugin of this.serverless.pluginManager.plugins) {
      if (plugin.updateStack === undefined) continue;
      plugin.cloudFormationClientPromise = provider
        .getAwsSdkV3Config()
        .then((config) => cloudFormationOf(config, provider.getRegion()));
    }
  }

  /** CloudFormation cannot delete buckets that hold anything, so the template keeps them. */
  async tellWhatStays() {
    const provider = this.serverless.getProvider('aws');
    if (provider.getAwsSdkV3Config === undefined) return;
    const { CloudFormationClient, paginateListStackResources } = require('@aws-sdk/client-cloudformation');
    const client = new CloudFormationClient(await provider.getAwsSdkV3Config());
    try {
      const StackName = provider.naming.getStackName();
      for await (const { StackResourceSummaries = [] } of paginateListStackResources(
        { client },
        { StackName },
      )) {
        for (const { LogicalResourceId, PhysicalResourceId, ResourceType } of StackResourceSummaries) {
          if (ResourceType !== 'AWS::S3::Bucket' || LogicalResourceId === 'ServerlessDeploymentBucket')
            continue;
          this.serverless.cli.log(
            `The bucket ${PhysicalResourceId} stays, with what it holds. To remove it: aws s3 rb --force s3://${PhysicalResourceId}`,
          );
        }
      }
    } catch (error) {
      // A stack that is not there has nothing that could stay, and what cannot be told hinders no removal.
      if (error.name !== 'ValidationError') {
        this.serverless.cli.log(`Buckets with contents stay; they cannot be named: ${error.message}`);
      }
    } finally {
      client.destroy();
    }
  }

  /** A table of the same name that no stack of ours made would fail half-way, or share a stranger's data. */
  async refuseForeignTable() {
    const provider = this.serverless.getProvider('aws');
    // Version 4 of `serverless` offers other clients: there CloudFormation itself refuses, and rolls back.
    if (provider.getAwsSdkV3Config === undefined) return;
    const config = { ...(await provider.getAwsSdkV3Config()), maxAttempts: 3 };
    const StackName = provider.naming.getStackName();
    if (await stackExists(config, StackName)) return;
    const TableName = this.serverless.service.custom.name;
    if (!(await tableExists(config, TableName))) return;
    throw new this.serverless.classes.Error(
      `The table ${TableName} exists already and belongs to no stack ${StackName}: a removed prod stack leaves it. ` +
        'Delete it, import it into a stack, or choose another --stage.',
      'SHED_GUARD',
    );
  }
}

module.exports = Guard;
module.exports.problemOf = problemOf;
module.exports.PARAMETERS = PARAMETERS;
