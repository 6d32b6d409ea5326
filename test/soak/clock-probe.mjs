// Loaded into a server by NODE_OPTIONS=--import. On each SIGUSR2 its clock jumps: four minutes ahead, then as far behind, then back. That is
// far beyond every break, throttle and lease, and within the five minutes in which a provider's signature is valid.
const STEPS_MS = [240_000, -240_000, 0];
const { now } = Date;
let jumps = 0;
let shiftMs = 0;

Date.now = () => now() + shiftMs;
globalThis.Date = new Proxy(Date, {
  construct: (target, args, created) => Reflect.construct(target, args.length === 0 ? [Date.now()] : args, created),
});

process.on('SIGUSR2', () => {
  shiftMs = STEPS_MS[jumps % STEPS_MS.length];
  jumps += 1;
});
