/** What the provider asks of an endpoint before it delivers; this one asks nothing. */
export function answerChallenge(_document: unknown, _secret: string): object | undefined {
  return undefined;
}
