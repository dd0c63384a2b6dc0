import { describeDriver } from './driver-suite.ts';
import { startHarborBench } from './harbor-bench.ts';

describeDriver('the sandbox', () => startHarborBench(4620));
