import type { Route } from '../route.ts';
import { listErrorGroups, reopenErrorGroup, resolveErrorGroup } from './groups.ts';
import { listErrors } from './list.ts';

export const errorsRoutes: Route[] = [listErrors, listErrorGroups, resolveErrorGroup, reopenErrorGroup];
