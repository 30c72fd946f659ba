import { systemClock } from '../shared/clock';
import { parseWholeNumber, readEnvironment, tableNames } from '../shared/environment';
import { createHandler } from '../shared/http/create-handler';
import { bind } from '../shared/store/bind';
import { connect } from '../shared/store/database';
import { find, replaceToken } from '../shared/store/sessions';
import { endpoint, route } from './endpoint';
import { refresh } from './refresh';

const environment = readEnvironment(endpoint);
const database = connect(tableNames(endpoint, environment));
export const { ready } = database;

const dependencies = {
  clock: systemClock,
  lifetimes: { tokenLifetimeSeconds: parseWholeNumber(environment.TOKEN_LIFETIME_SECONDS) },
  sessions: bind(database, { find, replaceToken }),
};

export const handler = createHandler({ name: 'refresh', route, environment }, (request) =>
  refresh(request, dependencies),
);
