/** `npm run users -- <command>`: manages the users of a stack or of the local server. */
import { run } from '../cli/program';
import { createTerminal } from '../cli/users/terminal';
import { users } from '../cli/users/users';

run(() => users(process.argv.slice(2), process.env, createTerminal()));
