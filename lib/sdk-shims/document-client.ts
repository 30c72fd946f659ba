/**
 * Replaces the index of `@aws-sdk/lib-dynamodb`, which creates paginators when it loads, so every bundle would contain them and their commands.
 */
// biome-ignore-all lint/performance/noBarrelFile: a smaller one in place of a larger.
export * from '@aws-sdk/lib-dynamodb/dist-types/commands';
export * from '@aws-sdk/lib-dynamodb/dist-types/DynamoDBDocumentClient';
