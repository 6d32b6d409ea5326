export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type ObjectSchema = {
  type: 'object';
  properties?: Record<string, { [key: string]: Json }>;
  required?: string[];
};

/** A tool as clients are told of it. */
export interface ListedTool {
  name: string;
  title: string;
  description: string;
  inputSchema: ObjectSchema;
  outputSchema: ObjectSchema;
  annotations: {
    readOnlyHint: boolean;
    destructiveHint: boolean;
    idempotentHint: boolean;
    openWorldHint: boolean;
  };
}
