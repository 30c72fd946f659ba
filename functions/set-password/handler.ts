import {
  parseAnnouncementRules,
  parsePasswordRules,
  readEnvironment,
  tableNames,
} from '../shared/environment';
import { createHandler } from '../shared/http/create-handler';
import { createBodyReader } from '../shared/http/fields';
import { bindReauthentication } from '../shared/http/reauthenticate';
import { bind } from '../shared/store/bind';
import { connect } from '../shared/store/database';
import { changePassword } from '../shared/store/generations';
import { endpoint, route } from './endpoint';
import { setPassword } from './set-password';

const environment = readEnvironment(endpoint);
const database = connect(tableNames(endpoint, environment));
export const { ready } = database;

const dependencies = {
  ...bindReauthentication(database, environment),
  announcementRules: parseAnnouncementRules(environment),
  passwordRules: parsePasswordRules(environment),
  generations: bind(database, { changePassword }),
};

const readBody = createBodyReader(endpoint.body, environment);

export const handler = createHandler({ name: 'set-password', route, environment, readBody }, (request) =>
  setPassword(request, dependencies),
);
