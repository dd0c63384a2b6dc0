import { describeDriver } from './driver-suite.ts';
import { harborOffers, startHarborBench } from './harbor-bench.ts';

describeDriver('the sandbox', harborOffers('sandbox'), () => startHarborBench(4621));
