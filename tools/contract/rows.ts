/** Every row that some target can show, in the order in which they are played. */
import type { Row } from './row';
import { acceptedBodies, refusedBodies } from './rows/bodies';
import { credentials } from './rows/credentials';
import { fields, passwords } from './rows/fields';
import { flow } from './rows/flow';
import { differences, logins } from './rows/logins';
import { routing } from './rows/routing';
import { rules } from './rows/rules';
import { sessions } from './rows/sessions';
import { taken } from './rows/taken';
import { waiting } from './rows/waiting';

export const rows: readonly Row[] = [
  ...flow,
  ...rules,
  ...acceptedBodies,
  ...credentials,
  ...routing,
  ...refusedBodies,
  ...fields,
  ...taken,
  ...passwords,
  ...logins,
  ...differences,
  ...sessions,
  ...waiting,
];
