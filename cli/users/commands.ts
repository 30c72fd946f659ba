/** The commands of `npm run users`, one line for each. */
import { afterRestore } from './after-restore';
import { activate, deactivate, deleteUser, endSessions, sendReset, setRole, unlock } from './change';
import type { Command } from './command';
import { create } from './create';
import { exportCommand } from './export';
import { importCommand } from './import';
import { outbox } from './outbox';
import { list, show } from './show';

export const commands: Readonly<Record<string, Command>> = {
  list,
  show,
  create,
  'set-role': setRole,
  deactivate,
  activate,
  'end-sessions': endSessions,
  'send-reset': sendReset,
  unlock,
  delete: deleteUser,
  outbox,
  'after-restore': afterRestore,
  import: importCommand,
  export: exportCommand,
};
