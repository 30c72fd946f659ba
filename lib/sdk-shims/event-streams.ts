/** In place of `@smithy/core/event-streams`: no call of DynamoDB's is answered by a stream. */
export const EventStreamSerde = undefined;
export const eventStreamSerdeProvider = undefined;
