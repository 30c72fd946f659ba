import { authorizerDefinition } from '../shared/authorizer-definition';

export const definition = authorizerDefinition;
