import { describeDriver } from './driver-suite.ts';
import { harborOffers, startHarborBench } from './harbor-bench.ts';

describeDriver("the sandbox's short videos", harborOffers('sandbox-clips'), () =>
  startHarborBench(4624, 'sandbox-clips'),
);
