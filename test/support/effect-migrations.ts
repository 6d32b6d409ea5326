/** Tables of effects that tests count. */
export const effectMigrations = [
  {
    id: 'effects-001',
    sql: `
      CREATE TABLE claim (event TEXT PRIMARY KEY) WITHOUT ROWID, STRICT;
      CREATE TABLE effect (event TEXT NOT NULL) STRICT;`,
  },
] as const;
