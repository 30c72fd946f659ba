import { readEnvironment } from '../shared/environment';
import { protectedEndpoint } from '../shared/http/protected-endpoint';
import { connect } from '../shared/store/database';
import { sessionStore } from '../shared/store/sessions';
import { logout } from './logout';

const environment = readEnvironment('logout');
const database = connect({ tokens: environment.TOKENS_TABLE });
export const { ready } = database;
const dependencies = { sessions: sessionStore(database) };

export const handler = protectedEndpoint({ name: 'logout', environment }, (request) =>
  logout(request, dependencies),
);
