/** What the functions that write metrics and the alarms and graphs that read them must agree on. */

/** The namespace of a stage's own metrics in CloudWatch, which all stages of an account share. */
export const metricsNamespace = (stage: string): string => `TokenAuth/${stage}`;
