import {
  parseAnnouncementRules,
  parseEmailVerification,
  readEnvironment,
  tableNames,
} from '../shared/environment';
import { createHandler } from '../shared/http/create-handler';
import { bindReauthentication } from '../shared/http/reauthenticate';
import { changeEmail, claimEmail } from '../shared/store/accounts';
import { bind } from '../shared/store/bind';
import { connect } from '../shared/store/database';
import { findProfile, isTaken } from '../shared/store/users';
import { endpoint, route } from './endpoint';
import { readChanges, updateMe } from './update-me';

const environment = readEnvironment(endpoint);
const database = connect(tableNames(endpoint, environment));
export const { ready } = database;

const dependencies = {
  ...bindReauthentication(database, environment),
  emailVerification: parseEmailVerification(environment),
  announcementRules: parseAnnouncementRules(environment),
  accounts: bind(database, { changeEmail, claimEmail }),
  profiles: bind(database, { findProfile, isTaken }),
};

export const handler = createHandler(
  { name: 'update-me', route, environment, readBody: readChanges },
  (request) => updateMe(request, dependencies),
);
