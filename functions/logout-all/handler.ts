import { systemClock } from '../shared/clock';
import { readEnvironment } from '../shared/environment';
import { protectedEndpoint } from '../shared/http/protected-endpoint';
import { connect } from '../shared/store/database';
import { sessionStore } from '../shared/store/sessions';
import { userStore } from '../shared/store/users';
import { logoutAll } from './logout-all';

const environment = readEnvironment('logout-all');
const database = connect({ users: environment.USERS_TABLE, tokens: environment.TOKENS_TABLE });
export const { ready } = database;
const dependencies = {
  clock: systemClock,
  users: userStore(database),
  sessions: sessionStore(database),
};

export const handler = protectedEndpoint({ name: 'logout-all', environment }, (request) =>
  logoutAll(request, dependencies),
);
