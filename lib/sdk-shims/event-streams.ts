/** Replaces `@smithy/core/event-streams`: DynamoDB's responses are no streams. */
export const EventStreamSerde = undefined;
export const eventStreamSerdeProvider = undefined;
