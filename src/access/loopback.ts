const LOOPBACK = /^(localhost|(::ffff:)?127(\.\d{1,3}){3}|::1|\[::1\])$/i;

/**
 * Whether an address or host name to listen on is reachable from this machine only. Anything that isn't known to
 * be is treated as reachable from elsewhere: a host name other than `localhost` may resolve to any address.
 */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}
