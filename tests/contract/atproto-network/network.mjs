/**
 * A real AT Protocol server with its directory of accounts, in memory of this process and in TMPDIR:
 * `node tests/contract/atproto-network/network.mjs <its public address>`. Prints one line of JSON, and ends with its input.
 */
import { TestNetworkNoAppView } from '@atproto/dev-env';

const publicUrl = process.argv[2];
const network = await TestNetworkNoAppView.create({});
const { service } = network.pds.ctx.cfg;
// Accounts shall be told the address of the gateway in front of it, and tests shall not be counted as floods.
if (publicUrl) service.publicUrl = publicUrl;
console.log(JSON.stringify({ url: network.pds.url, adminAuth: network.pds.adminAuth() }));

process.stdin.resume();
process.stdin.once('end', async () => {
  await network.close();
  process.exit(0);
});
