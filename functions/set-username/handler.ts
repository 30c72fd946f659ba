import { parseAnnouncementRules, readEnvironment, tableNames } from '../shared/environment';
import { createHandler } from '../shared/http/create-handler';
import { createBodyReader } from '../shared/http/fields';
import { bindReauthentication } from '../shared/http/reauthenticate';
import { changeUsername } from '../shared/store/accounts';
import { bind } from '../shared/store/bind';
import { connect } from '../shared/store/database';
import { removeAccountCounter, removeCounters } from '../shared/store/rate-limits';
import { endpoint, route } from './endpoint';
import { setUsername } from './set-username';

const environment = readEnvironment(endpoint);
const database = connect(tableNames(endpoint, environment));
export const { ready } = database;

const dependencies = {
  ...bindReauthentication(database, environment),
  counters: bind(database, { removeAccountCounter, removeCounters }),
  announcementRules: parseAnnouncementRules(environment),
  accounts: bind(database, { changeUsername }),
};

const readBody = createBodyReader(endpoint.body, environment);

export const handler = createHandler({ name: 'set-username', route, environment, readBody }, (request) =>
  setUsername(request, dependencies),
);
