import { atprotoOffers, startAtprotoBench } from './atproto-bench.ts';
import { describeDriver } from './driver-suite.ts';

describeDriver('AT Protocol', atprotoOffers, () => startAtprotoBench(4631));
