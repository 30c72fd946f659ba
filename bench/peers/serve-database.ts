/** DynamoDB's stand-in, with this hash as everyone's password. */
import { fail } from '../../cli/program';
import { startConstantDatabase } from '../constant-database';
import { serve } from './serve';

async function main([passwordHash = '']: readonly string[]): Promise<void> {
  const database = await startConstantDatabase();
  database.keepHash(passwordHash);
  serve(database.endpoint);
}

main(process.argv.slice(2)).catch(fail);
