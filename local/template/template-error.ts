/** How the template is refused: always at start, always naming the resource and what about it. */

export interface ResourceName {
  readonly logicalId: string;
  readonly type: string;
}

/** The template, or the assembly around it, asks for something that cannot be run here. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}

/** A refusal that names the resource: `Users (AWS::DynamoDB::Table): …`. */
export function refused(resource: ResourceName, reason: string): TemplateError {
  return new TemplateError(`${resource.logicalId} (${resource.type}): ${reason}`);
}
