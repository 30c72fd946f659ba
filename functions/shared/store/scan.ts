/** Reads of a whole table, for the operator's commands. No function has the grant. */
import { ScanCommand, type ScanCommandInput, type ScanCommandOutput } from '@aws-sdk/lib-dynamodb';
import type { Database } from './database';

/** The items of a table, page by page; a page is 1 MB, less what a filter leaves out. The next is read when it is asked for. */
export async function* scan(
  send: Database['send'],
  input: ScanCommandInput,
): AsyncGenerator<readonly Record<string, unknown>[]> {
  let from: ScanCommandOutput['LastEvaluatedKey'] = input.ExclusiveStartKey;
  do {
    const command = new ScanCommand({ ConsistentRead: true, ...input, ExclusiveStartKey: from });
    const { Items = [], LastEvaluatedKey } = await send(command);
    if (Items.length > 0) yield Items;
    from = LastEvaluatedKey;
  } while (from);
}
