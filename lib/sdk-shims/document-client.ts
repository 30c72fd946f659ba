/**
 * In place of the index of `@aws-sdk/lib-dynamodb`, which makes paginators as it loads, and so keeps them in every bundle, with the
 * commands that they repeat.
 */
// biome-ignore-all lint/performance/noBarrelFile: a smaller one in place of a larger.
export * from '@aws-sdk/lib-dynamodb/dist-types/commands';
export * from '@aws-sdk/lib-dynamodb/dist-types/DynamoDBDocumentClient';
