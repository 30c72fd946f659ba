import { readEnvironment, tableNames } from '../shared/environment';
import { createHandler } from '../shared/http/create-handler';
import { createBodyReader } from '../shared/http/fields';
import { bindReauthentication } from '../shared/http/reauthenticate';
import { deleteUser } from '../shared/store/accounts';
import { bind } from '../shared/store/bind';
import { connect } from '../shared/store/database';
import { removeAccountCounter } from '../shared/store/rate-limits';
import { list, removeAll } from '../shared/store/sessions';
import { deleteMe } from './delete-me';
import { endpoint, route } from './endpoint';

const environment = readEnvironment(endpoint);
const database = connect(tableNames(endpoint, environment));
export const { ready } = database;

const dependencies = {
  ...bindReauthentication(database, environment),
  counters: bind(database, { removeAccountCounter }),
  accounts: bind(database, { deleteUser }),
  sessions: bind(database, { list, removeAll }),
};

const readBody = createBodyReader(endpoint.body, environment);

export const handler = createHandler({ name: 'delete-me', route, environment, readBody }, (request) =>
  deleteMe(request, dependencies),
);
