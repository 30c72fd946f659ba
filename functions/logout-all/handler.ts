import { readEnvironment } from '../shared/environment';
import { protectedEndpoint } from '../shared/http/protected-endpoint';
import { connect } from '../shared/store/database';
import { endAllSessions, endOtherSessions } from '../shared/store/session-generation';
import { logoutAll } from './logout-all';

const environment = readEnvironment('logout-all');
const database = connect({ users: environment.USERS_TABLE, tokens: environment.TOKENS_TABLE });
export const { ready } = database;

export const handler = protectedEndpoint({ name: 'logout-all', environment }, (request) =>
  logoutAll(request, {
    endAllSessions: (locator, userId) => endAllSessions(database, locator, userId),
    endOtherSessions: (address, kept) => endOtherSessions(database, address, kept),
  }),
);
