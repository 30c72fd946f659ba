/** The names that AWS would give to things, as they are on this machine. */

export const accountId = '123456789012';
export const partition = 'aws';
export const region = 'us-east-1';

/** `arn:aws:dynamodb:us-east-1:123456789012:table/Users`. IAM is the one service here that has no region. */
export function arnOf(service: string, resource: string): string {
  return `arn:${partition}:${service}:${service === 'iam' ? '' : region}:${accountId}:${resource}`;
}

/** The id of the resource `/`, which exists in every API without being in the template. */
export function rootResourceIdOf(apiId: string): string {
  return `${apiId}.RootResourceId`;
}
