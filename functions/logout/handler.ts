import { readEnvironment, tableNames } from '../shared/environment';
import { createHandler } from '../shared/http/create-handler';
import { bind } from '../shared/store/bind';
import { connect } from '../shared/store/database';
import { remove } from '../shared/store/sessions';
import { endpoint, route } from './endpoint';
import { logout } from './logout';

const environment = readEnvironment(endpoint);
const database = connect(tableNames(endpoint, environment));
export const { ready } = database;

const dependencies = {
  sessions: bind(database, { remove }),
};

export const handler = createHandler({ name: 'logout', route, environment }, (request) =>
  logout(request, dependencies),
);
