export { dynamodbFinder as openFinder } from '../adapters/dynamodb/sdk-finder.ts';
