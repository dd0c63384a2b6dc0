import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildOpenApi } from './openapi.ts';
import { allRoutes } from './routes.ts';

// Writes the document that the dashboard's typed client is generated from; needs no database.
const target = process.argv[2] ?? join(process.cwd(), 'api', 'openapi.json');
await writeFile(target, `${JSON.stringify(buildOpenApi(allRoutes), null, 2)}\n`);
