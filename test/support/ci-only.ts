/** True for `npm run test:ci`: what runs only then is skipped visibly elsewhere. */
export const CI_RUN = process.env['BREAKWATER_TEST_CI'] === '1';
