/**
 * DynamoDB's way of saying no. Whatever a request did wrong leaves the engine as one of these, in the shape
 * that AWS SDKs turn into a typed exception. Anything else that is thrown is a fault of the engine itself.
 */

const service = 'com.amazon.coral.service';
const database = 'com.amazonaws.dynamodb.v20120810';

const namespaces = {
  AccessDeniedException: service,
  IncompleteSignatureException: service,
  MissingAuthenticationTokenException: service,
  RequestEntityTooLargeException: service,
  SerializationException: service,
  ServiceUnavailableException: service,
  UnknownOperationException: service,
  ValidationException: 'com.amazon.coral.validate',
  ConditionalCheckFailedException: database,
  IdempotentParameterMismatchException: database,
  InternalServerError: database,
  TransactionCanceledException: database,
} as const;

const statuses: Readonly<Record<string, number>> = {
  RequestEntityTooLargeException: 413,
  InternalServerError: 500,
  ServiceUnavailableException: 503,
};

export interface ErrorBody {
  readonly __type: string;
  readonly message?: string;
  readonly [detail: string]: unknown;
}

export class DynamoDbError extends Error {
  readonly body: ErrorBody;

  constructor(body: ErrorBody) {
    super(body.message);
    this.name = 'DynamoDbError';
    this.body = body;
  }

  /** The exception's name without its namespace: `ValidationException`. */
  get code(): string {
    return this.body.__type.slice(this.body.__type.indexOf('#') + 1);
  }

  get status(): number {
    return statuses[this.code] ?? 400;
  }
}

/** A refusal of ours. `details` are further members of the body, such as `Item` or `CancellationReasons`. */
export function refusal(
  code: keyof typeof namespaces,
  message: string,
  details: Readonly<Record<string, unknown>> = {},
): DynamoDbError {
  return new DynamoDbError({ __type: `${namespaces[code]}#${code}`, message, ...details });
}
