import { readEnvironment, tableNames } from '../shared/environment';
import { createHandler } from '../shared/http/create-handler';
import { createBodyReader } from '../shared/http/fields';
import { bindMessageRequest, requestMessage } from '../shared/http/request-message';
import { connect } from '../shared/store/database';
import { endpoint, route } from './endpoint';

const environment = readEnvironment(endpoint);
const database = connect(tableNames(endpoint, environment));
export const { ready } = database;

const dependencies = bindMessageRequest(database, environment);

const readBody = createBodyReader(endpoint.body, environment);

export const handler = createHandler({ name: 'resend-activation', route, environment, readBody }, (request) =>
  requestMessage('activation', request, dependencies),
);
