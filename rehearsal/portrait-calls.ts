/** Calls with the credentials of the functions that `--param=portraits=on` adds. */
import { BatchGetItemCommand, GetItemCommand } from '@aws-sdk/client-dynamodb';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import {
  bare,
  FOREIGN,
  type FunctionCalls,
  foreign,
  foreignLog,
  OWNER,
  put,
  remove,
  type Send,
} from './function-calls.ts';

const PORTRAITS = 'PortraitBucket';
const FLOCKS = 'FlockBucket';
const PORTRAIT_LETTERS = 'PortraitDeadLetters';
const FLOCK_LETTERS = 'FlockDeadLetters';

const store =
  (bucket: string, Key: string): Send =>
  ({ s3, placeOf }) =>
    s3.send(new PutObjectCommand({ Bucket: placeOf(bucket), Key, Body: 'x' }));
/** Nothing is there: what IAM lets through does not find it. */
const load =
  (bucket: string, Key: string): Send =>
  ({ s3, placeOf }) =>
    s3.send(new GetObjectCommand({ Bucket: placeOf(bucket), Key }));
const erase =
  (bucket: string, Key: string): Send =>
  ({ s3, placeOf }) =>
    s3.send(new DeleteObjectCommand({ Bucket: placeOf(bucket), Key }));
const list =
  (bucket: string, Prefix: string): Send =>
  ({ s3, placeOf }) =>
    s3.send(new ListObjectsV2Command({ Bucket: placeOf(bucket), Prefix }));
const urlOf = ({ placeOf }: Parameters<Send>[0], queue: string) =>
  queue === FOREIGN ? placeOf(FLOCK_LETTERS).replace(/[^/]+$/, FOREIGN) : placeOf(queue);
const send =
  (queue: string): Send =>
  (own) =>
    own.sqs.send(new SendMessageCommand({ QueueUrl: urlOf(own, queue), MessageBody: '{}' }));
const receive =
  (queue: string): Send =>
  (own) =>
    own.sqs.send(new ReceiveMessageCommand({ QueueUrl: urlOf(own, queue), WaitTimeSeconds: 0 }));
const find =
  (extra: object): Send =>
  ({ dynamodb, table }) =>
    dynamodb.send(
      new BatchGetItemCommand({ RequestItems: { [table]: { Keys: [{ tattoo: { N: '1' } }], ...extra } } }),
    );
const progress =
  (tableOf: (own: Parameters<Send>[0]) => string): Send =>
  (own) => {
    const Key = { file: { S: 'x' }, chunk: { N: '0' } };
    return own.dynamodb.send(new GetItemCommand({ TableName: tableOf(own), Key }));
  };

const weigh = find({ ProjectionExpression: 'tattoo, weight' });
const BEYOND_WEIGHTS = {
  'a read of all attributes': find({}),
  'a read of a foreign attribute': find({ ProjectionExpression: 'tattoo, weight, #owner', ...OWNER }),
  'a read of a foreign table': foreign(weigh),
  'a bare scan': bare,
  'a put': put({}),
  'a delete': remove({}),
  'a foreign log': foreignLog,
};

/** By function. */
export const PORTRAIT_CALLS: FunctionCalls = {
  'import-flock': {
    forbidden: {
      'a put with a foreign attribute': put({
        Item: { tattoo: { N: '1' }, weight: { N: '80000000000' }, owner: { S: 'wolf' } },
      }),
      'a put that returns the sheep it overwrote': put({ ReturnValues: 'ALL_OLD' }),
      'a put into a foreign table': foreign(put({})),
      'a delete': remove({}),
      'a bare scan': bare,
      'a look into a foreign table': progress(() => FOREIGN),
      'a receipt of what is not in its queue': receive(FOREIGN),
      'a message to a foreign queue': send(FOREIGN),
      'a receipt of dead letters': receive(FLOCK_LETTERS),
      'a file that is no flock': load(FLOCKS, 'other/x'),
      'a portrait': load(PORTRAITS, 'portraits/x'),
      'a list of portraits': list(PORTRAITS, 'portraits/'),
      'a change of a flock': store(FLOCKS, 'flocks/none.csv'),
      'the removal of a flock': erase(FLOCKS, 'flocks/none.csv'),
      'a foreign log': foreignLog,
    },
    allowed: {
      'a put': put({}),
      'a look at its progress': progress(({ placeOf }) => placeOf('FlockImportsTable')),
      'a list of flocks': list(FLOCKS, 'flocks/'),
      'a report': store(FLOCKS, 'flocks/none.csv.errors.csv'),
      'the removal of a report': erase(FLOCKS, 'flocks/none.csv.errors.csv'),
      'a dead letter': send(FLOCK_LETTERS),
    },
  },
  'request-portrait': {
    forbidden: {
      ...BEYOND_WEIGHTS,
      'a portrait that nobody made': store(PORTRAITS, 'portraits/x'),
      'a flock': store(FLOCKS, 'flocks/none.csv'),
      'a look at an upload': load(PORTRAITS, 'uploads/x'),
      'a list of portraits': list(PORTRAITS, 'portraits/'),
    },
    allowed: { 'a read of weights': weigh },
  },
  'make-portrait': {
    forbidden: {
      'a receipt of what is not in its queue': receive(FOREIGN),
      'a message to a foreign queue': send(FOREIGN),
      'a receipt of dead letters': receive(PORTRAIT_LETTERS),
      'a look at a portrait': load(PORTRAITS, 'portraits/x'),
      'an upload': store(PORTRAITS, 'uploads/x'),
      'the removal of a refusal': erase(PORTRAITS, 'refused/x'),
      'a list of uploads': list(PORTRAITS, 'uploads/'),
      'a list of flocks': list(FLOCKS, 'sheep/'),
      'a read of weights': weigh,
      'a bare scan': bare,
      'a put': put({}),
      'a foreign log': foreignLog,
    },
    allowed: {
      'a portrait': store(PORTRAITS, 'portraits/none'),
      'the removal of a portrait': erase(PORTRAITS, 'portraits/none'),
      'the removal of an upload': erase(PORTRAITS, 'uploads/none'),
      'a list of the portraits of a sheep': list(PORTRAITS, 'sheep/1/'),
      'a dead letter': send(PORTRAIT_LETTERS),
    },
  },
  'get-gallery': {
    forbidden: {
      ...BEYOND_WEIGHTS,
      'a look at an upload': load(PORTRAITS, 'uploads/x'),
      'a flock': load(FLOCKS, 'flocks/none.csv'),
      'a list of uploads': list(PORTRAITS, 'uploads/'),
      'a list of flocks': list(FLOCKS, 'portraits/'),
      'a portrait that nobody made': store(PORTRAITS, 'portraits/x'),
      'the removal of a portrait': erase(PORTRAITS, 'portraits/x'),
    },
    allowed: {
      'a read of weights': weigh,
      'a list of portraits': list(PORTRAITS, 'portraits/'),
      'a list of refusals': list(PORTRAITS, 'refused/'),
    },
  },
};
