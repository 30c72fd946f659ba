import { systemClock } from '../shared/clock';
import { readEnvironment } from '../shared/environment';
import { protectedEndpoint } from '../shared/http/protected-endpoint';
import { connect } from '../shared/store/database';
import { sessionStore } from '../shared/store/sessions';
import { sessions } from './sessions';

const environment = readEnvironment('sessions');
const database = connect({ tokens: environment.TOKENS_TABLE });
export const { ready } = database;
const dependencies = { clock: systemClock, sessions: sessionStore(database) };

export const handler = protectedEndpoint({ name: 'sessions', environment }, (request) =>
  sessions(request, dependencies),
);
