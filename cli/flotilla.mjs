#!/usr/bin/env node
/** `flotilla` as a program: the sources run under tsx, as everything here does. */
import { register } from 'tsx/esm/api';

register();
await import('./main.ts');
