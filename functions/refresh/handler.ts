import { systemClock } from '../shared/clock';
import { asWholeNumber, readEnvironment } from '../shared/environment';
import { protectedEndpoint } from '../shared/http/protected-endpoint';
import { connect } from '../shared/store/database';
import { sessionStore } from '../shared/store/sessions';
import { type RefreshDependencies, refresh } from './refresh';

const environment = readEnvironment('refresh');
const database = connect({ tokens: environment.TOKENS_TABLE });
export const { ready } = database;

const dependencies: RefreshDependencies = {
  clock: systemClock,
  lifetimes: { tokenLifetimeSeconds: asWholeNumber(environment.TOKEN_LIFETIME_SECONDS) },
  sessions: sessionStore(database),
};

export const handler = protectedEndpoint({ name: 'refresh', environment }, (request) =>
  refresh(request, dependencies),
);
