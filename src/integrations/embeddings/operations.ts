import * as z from 'zod';
import { operation } from '../operation.ts';

/** https://platform.openai.com/docs/api-reference/embeddings/create; Ollama answers it too: https://docs.ollama.com/openai */
export const createEmbeddings = operation({
  name: 'createEmbeddings',
  method: 'POST',
  path: '/v1/embeddings',
  encoding: 'json',
  repeat: 'safe',
  class: 'read',
  input: z.strictObject({
    model: z.string(),
    input: z.array(z.string()).min(1),
    dimensions: z.int().positive().optional(),
  }),
  output: z.object({ data: z.array(z.object({ index: z.int().min(0), embedding: z.array(z.number()) })) }),
});

export const embeddingsOperations = { createEmbeddings };
